"""The desk's pages: inbox, case, help, and the fragments that htmx fetches again when something changed."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse
from starlette.concurrency import run_in_threadpool

from services.contracts.cases import Case, HistoryLine
from services.desk.approval_words import ApprovalWords
from services.desk.casework.marks import unread
from services.desk.casework.mentioned import opened
from services.desk.casework.tools import case_tools, changes
from services.desk.commands import actor_of
from services.desk.composer import composer_values
from services.desk.context import desk_of, question_link, visible_case
from services.desk.domain.approvals import Beforehand, beforehand, held_replies
from services.desk.domain.beside import beside, brought_in
from services.desk.domain.handbook import beside as guides_beside
from services.desk.domain.handbook import unfolds
from services.desk.domain.inbox import View
from services.desk.domain.reasons import labels
from services.desk.form_keeping import kept_forms
from services.desk.lists import list_values as list_values
from services.desk.lists import state, tools_values
from services.desk.live import format_vector, parse_vector
from services.desk.place import Place, asked_place, reader_of
from services.desk.reason_words import ReasonWords
from services.desk.streams import HEADERS, page_stream
from services.desk.watch import ListWatch
from services.desk.watching import still_in
from services.desk.wording import clock_state, wording
from services.runtime.web.auth import Asking, require
from services.runtime.web.events import EVENT_STREAM
from services.runtime.web.formats import DEFAULT_ZONE, Formats
from services.runtime.web.identity import Identity
from services.runtime.web.layout import TEAM_COOKIE, team_of, web_of

router = APIRouter(include_in_schema=False)

AnyView = Annotated[View, Query()]
AnyPage = Annotated[int, Query(ge=1)]


def team_words(request: Request, identity: Identity, team: str) -> dict[str, Any]:
    """What every template of the desk knows beside the frame: the words for this reader, and the clock's state."""
    config = desk_of(request).model.config(team)
    words = wording(web_of(request).pages.translator(request), identity.name, config)
    zone = config.time_zone if config else DEFAULT_ZONE
    formats = Formats(words.t.language, zone)
    return {
        "w": words,
        "a": ApprovalWords(words, formats),
        "r": ReasonWords(words, formats),
        "clock_state": clock_state,
        "may_act": identity.may(team, "agent", "commands"),
    }


def case_values(request: Request, identity: Identity, case: Case) -> dict[str, Any]:
    """What the case's column and the one beside it show, but for the composer (`composer.py`)."""
    model = desk_of(request).model
    book = model.handbooks.of(case.team)
    words = team_words(request, identity, case.team)
    words |= case_tools(request, identity, case, words["w"])
    config = model.config(case.team)
    guides = guides_beside(book.current(), case)
    acts, leads = words["may_act"], identity.may(case.team, "lead", "commands")
    decides = acts and not identity.agency
    return {
        "case": case,
        "book": book,
        "guides": guides,
        "unfolds": unfolds(guides, case),
        "mine": case.owner == identity.name,
        "beside": beside(case, reader_of(model, identity, case.team).shelf),
        "may_own": words["may_act"] and identity.name in model.roster(case.team),
        "held": held_replies(case, config, identity.name, acts=acts, decides=decides, leads=leads),
        "beforehand": _beforehand(request, identity, case) if acts and case.status == "open" else Beforehand(),
        "question_link": partial(question_link, request, case),
        "earlier": model.earlier(case),
        "changed": (),
        "signals": model.signals(case.team, case.topics, web_of(request).clock()),
        "labels": labels(case),
    } | words


def _beforehand(request: Request, identity: Identity, case: Case) -> Beforehand:
    """Whether a reply of whoever asks would wait for approval now; not while the team has agreed on nothing."""
    model, now = desk_of(request).model, web_of(request).clock()
    config, cover = model.config(case.team), model.cover(case.team, now)
    if config is None or cover is None:
        return Beforehand()
    author = actor_of(identity, case.team, model.roster(case.team))
    return beforehand(config, cover.people, author, case, now)


@router.get("/")
async def home() -> Response:
    """My work."""
    return RedirectResponse("/inbox", 303)


@router.get("/inbox")
def inbox(
    request: Request,
    identity: Asking,
    view: AnyView = "mine",
    page: AnyPage = 1,
    case: str = "",
    told: str = "",
    was: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """The whole page; on a wide screen with the most pressing case beside the list. A link to a `case` opens that.

    `was` is the name of a kept filter that was let go just now, to keep it again.
    """
    if case:
        return _linked(request, identity, case)
    team = team_of(request, identity)
    if not team:
        return web_of(request).pages.render(request, "no_team.html")
    require(identity, team)
    if desk_of(request).model.config(team) is None and identity.may(team, "admin", "commands"):
        return RedirectResponse(f"/start?{urlencode({'team': team})}", 303)
    values = list_values(request, identity, team, view, page) | {"was": was}
    first = values["found"].cases[0] if values["found"].cases else None
    return whole(request, identity, team, values, first, chosen=False, told=_texts(told))


def _linked(request: Request, identity: Identity, case: str) -> Response:
    """To a case, in the view that has it in its list."""
    found = visible_case(request, identity, case)
    shelf = reader_of(desk_of(request).model, identity, found.team).shelf
    theirs = found.owner == identity.name or shelf in brought_in(found)
    view: View = "closed" if found.status == "closed" else "mine" if theirs else "team"
    return RedirectResponse(f"/cases/{found.id}?{urlencode({'team': found.team, 'view': view})}", 303)


@router.get("/inbox/list")
def inbox_list(request: Request, identity: Asking, view: AnyView = "mine", page: AnyPage = 1) -> Response:
    """The list and the counts; 304 when it shows what `If-None-Match` says it has."""
    team = team_of(request, identity)
    require(identity, team)
    desk, place = desk_of(request), Place(team, view, page, asked_place(request, team).chosen)
    reader = reader_of(desk.model, identity, team)
    tag = {"ETag": f'"{state(desk, reader, place)}"', "Cache-Control": "no-store"}
    if request.headers.get("if-none-match") == tag["ETag"]:
        return Response(status_code=304, headers=tag)
    values = list_values(request, identity, team, view, page) | team_words(request, identity, team)
    return web_of(request).pages.render(request, "list_update.html", headers=tag, selected=_selected(request), **values)


@router.get("/inbox/live")
async def inbox_live(
    request: Request, identity: Asking, since: str = "", view: AnyView = "mine", page: AnyPage = 1, state: str = ""
) -> StreamingResponse:
    """Says what to fetch again; `since` is the place in the streams at which the page was made, `state` its list's."""
    team = team_of(request, identity)
    require(identity, team)
    desk, place = desk_of(request), Place(team, view, page, asked_place(request, team).chosen)
    saved = await run_in_threadpool(desk.saved.of, team, identity.name)
    reader = reader_of(desk.model, identity, team)
    watch = ListWatch(desk, reader, place, state, web_of(request).clock, saved)
    stream = page_stream(desk.model.hub, team, parse_vector(since), still_in(request), watch)
    return StreamingResponse(stream, media_type=EVENT_STREAM, headers=HEADERS)


@router.get("/inbox/nobody")
def inbox_nobody(request: Request, identity: Asking) -> Response:
    """How many mentions of today need nobody, as the navigation shows it; nothing while that cannot be told."""
    team, desk = team_of(request, identity), desk_of(request)
    require(identity, team)
    config = desk.model.config(team)
    local = web_of(request).clock().astimezone(ZoneInfo(config.time_zone if config else DEFAULT_ZONE))
    count = desk.nobody(team, local.replace(hour=0, minute=0, second=0, microsecond=0)) if desk.nobody else None
    return Response(status_code=204) if count is None else Response(str(count), media_type="text/plain")


@router.get("/cases/{case}")
def case_page(
    request: Request,
    identity: Asking,
    case: str,
    view: AnyView = "mine",
    page: AnyPage = 1,
    told: str = "",
    seen: Annotated[int | None, Query(ge=1)] = None,
) -> Response:
    """The case: for htmx its columns, else the whole page. `seen` is the revision that an answer was begun on in vain."""
    found = visible_case(request, identity, case)
    opened(request, identity, found)
    if "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers:
        return web_of(request).pages.render(
            request,
            "case.html",
            here_view=view,
            page=page,
            unread_notes=_unread_notes(request, identity, found.team),
            **case_whole(request, identity, found),
        )
    values = list_values(request, identity, found.team, view, page)
    lines = changes(request, identity, found, seen)
    return whole(request, identity, found.team, values, found, chosen=True, told=_texts(told), changed=lines)


def _unread_notes(request: Request, identity: Identity, team: str) -> int | str:
    return len(unread(desk_of(request).model, desk_of(request).marks, team, identity.name)) or ""


@router.get("/cases/{case}/live")
def case_live(request: Request, identity: Asking, case: str) -> Response:
    """The parts of a case that change, not the composer: what somebody types stays."""
    found = visible_case(request, identity, case)
    return web_of(request).pages.render(request, "case_update.html", **case_values(request, identity, found))


@router.get("/help")
def help_page(request: Request, _identity: Asking) -> Response:
    """The keys, and how the desk thinks."""
    return web_of(request).pages.render(request, "help.html")


def _texts(told: str) -> tuple[str, ...]:
    """The key of a text in an address, when it is one of those that an action gives."""
    return (told,) if told.startswith(("told.", "rejected.")) else ()


def whole(
    request: Request,
    identity: Identity,
    team: str,
    values: dict[str, Any],
    case: Case | None,
    *,
    chosen: bool,
    changed: Sequence[HistoryLine] = (),
    told: Sequence[str] = (),
    toast: Mapping[str, Any] | None = None,
) -> Response:
    """The whole page: the list and a case beside it. `told` are keys of texts to say; `toast` is what was done just now."""
    shown = case_whole(request, identity, case) if case else {"case": None} | team_words(request, identity, team)
    response = web_of(request).pages.render(
        request,
        "inbox.html",
        team=team,
        facts=web_of(request).nav(identity, team, web_of(request).clock()),
        chosen=chosen,
        selected=case.id if case else "",
        since=format_vector(desk_of(request).model.hub.heads()),
        told=told,
        toast=toast,
        **({"was": ""} | values),
        **tools_values(request, identity, values["place"]),
        **(shown | {"changed": changed}),
    )
    if request.cookies.get(TEAM_COOKIE) != team:
        response.set_cookie(TEAM_COOKIE, team, samesite="lax", secure=web_of(request).secure_cookies)
    return response


def case_whole(request: Request, identity: Identity, case: Case) -> dict[str, Any]:
    """What a case's column and the one beside it show, with what its reader was writing."""
    kept = {"kept_forms": kept_forms(request, identity, case)}
    return case_values(request, identity, case) | composer_values(request, identity, case) | kept


def _selected(request: Request) -> str:
    """The case that the page has open, as htmx tells."""
    _, _, rest = request.headers.get("HX-Current-URL", "").partition("/cases/")
    return rest.partition("#")[0].partition("?")[0]
