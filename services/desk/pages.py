"""The desk's pages: inbox, case, help, and the fragments that htmx fetches again when something changed."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse

from services.contracts.cases import Case
from services.desk.composer import composer_values
from services.desk.context import desk_of, visible_case
from services.desk.domain.handbook import beside
from services.desk.domain.inbox import View
from services.desk.live import format_vector, parse_vector
from services.desk.streams import HEADERS, page_stream
from services.desk.watching import still_in
from services.desk.wording import clock_state, wording
from services.runtime.web.auth import Asking, require
from services.runtime.web.identity import Identity
from services.runtime.web.layout import TEAM_COOKIE, team_of, web_of

router = APIRouter(include_in_schema=False)

AnyView = Annotated[View, Query()]
AnyPage = Annotated[int, Query(ge=1)]


def team_words(request: Request, identity: Identity, team: str) -> dict[str, Any]:
    """What every template of the desk knows beside the frame: the words for this reader, and the clock's state."""
    config = desk_of(request).model.config(team)
    words = wording(web_of(request).pages.translator(request), identity.name, config)
    return {"w": words, "clock_state": clock_state, "may_act": identity.may(team, "agent", "commands")}


def list_values(request: Request, identity: Identity, team: str, view: View, page: int) -> dict[str, Any]:
    """What the list shows."""
    model = desk_of(request).model
    query = urlencode({"team": team, "view": view, "page": page})
    sounded = len(model.sounded(team, identity.name, web_of(request).clock()))
    return {
        "found": model.page(team, view, identity.name, page),
        "counts": {**model.counts(team, identity.name), "search": sounded or ""},
        "here_view": view,
        "page": page,
        "query": query,
        "drafted": desk_of(request).drafts.cases(identity.name, team),
    }


def case_values(request: Request, identity: Identity, case: Case) -> dict[str, Any]:
    """What the case's column and the one beside it show, but for the composer (`composer.py`)."""
    model = desk_of(request).model
    book = model.handbooks.of(case.team)
    return {
        "case": case,
        "book": book,
        "guides": beside(book.current(), case),
        "mine": case.owner == identity.name,
        "earlier": model.earlier(case),
        "signals": model.signals(case.team, case.topics, web_of(request).clock()),
    } | team_words(request, identity, case.team)


@router.get("/")
async def home() -> Response:
    """My work."""
    return RedirectResponse("/inbox", 303)


@router.get("/inbox")
def inbox(request: Request, identity: Asking, view: AnyView = "mine", page: AnyPage = 1, case: str = "") -> Response:
    """The whole page; on a wide screen with the most pressing case beside the list. A link to a `case` opens that."""
    if case:
        return _linked(request, identity, case)
    team = team_of(request, identity)
    if not team:
        return web_of(request).pages.render(request, "no_team.html")
    require(identity, team)
    if desk_of(request).model.config(team) is None and identity.may(team, "admin", "commands"):
        return RedirectResponse(f"/start?{urlencode({'team': team})}", 303)
    values = list_values(request, identity, team, view, page)
    values["told"] = ""
    first = values["found"].cases[0] if values["found"].cases else None
    return _whole(request, identity, team, values, first, chosen=False)


def _linked(request: Request, identity: Identity, case: str) -> Response:
    """To a case, in the view that has it in its list."""
    found = visible_case(request, identity, case)
    view: View = "closed" if found.status == "closed" else "mine" if found.owner == identity.name else "team"
    return RedirectResponse(f"/cases/{found.id}?{urlencode({'team': found.team, 'view': view})}", 303)


@router.get("/inbox/list")
def inbox_list(request: Request, identity: Asking, view: AnyView = "mine", page: AnyPage = 1) -> Response:
    """The list and the counts."""
    team = team_of(request, identity)
    require(identity, team)
    values = list_values(request, identity, team, view, page) | team_words(request, identity, team)
    return web_of(request).pages.render(request, "list_update.html", selected=_selected(request), **values)


@router.get("/inbox/live")
async def inbox_live(request: Request, identity: Asking, since: str = "") -> StreamingResponse:
    """Says what to fetch again; `since` is the place at which the page was made."""
    team = team_of(request, identity)
    require(identity, team)
    stream = page_stream(desk_of(request).model.hub, team, parse_vector(since), still_in(request))
    return StreamingResponse(stream, media_type="text/event-stream", headers=HEADERS)


@router.get("/cases/{case}")
def case_page(
    request: Request, identity: Asking, case: str, view: AnyView = "mine", page: AnyPage = 1, told: str = ""
) -> Response:
    """The case: for htmx its columns, else the whole page."""
    found = visible_case(request, identity, case)
    if "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers:
        return web_of(request).pages.render(
            request, "case.html", here_view=view, page=page, **_case_whole(request, identity, found)
        )
    values = list_values(request, identity, found.team, view, page)
    values["told"] = told if told.startswith(("told.", "rejected.")) else ""
    return _whole(request, identity, found.team, values, found, chosen=True)


@router.get("/cases/{case}/live")
def case_live(request: Request, identity: Asking, case: str) -> Response:
    """The parts of a case that change, not the composer: what somebody types stays."""
    found = visible_case(request, identity, case)
    return web_of(request).pages.render(request, "case_update.html", **case_values(request, identity, found))


@router.get("/help")
def help_page(request: Request, _identity: Asking) -> Response:
    """The keys, and how the desk thinks."""
    return web_of(request).pages.render(request, "help.html")


def _whole(
    request: Request, identity: Identity, team: str, values: dict[str, Any], case: Case | None, *, chosen: bool
) -> Response:
    shown = _case_whole(request, identity, case) if case else {"case": None} | team_words(request, identity, team)
    response = web_of(request).pages.render(
        request,
        "inbox.html",
        team=team,
        facts=web_of(request).nav(identity, team, web_of(request).clock()),
        chosen=chosen,
        selected=case.id if case else "",
        since=format_vector(desk_of(request).model.hub.heads()),
        **values,
        **shown,
    )
    if request.cookies.get(TEAM_COOKIE) != team:
        response.set_cookie(TEAM_COOKIE, team, samesite="lax", secure=web_of(request).secure_cookies)
    return response


def _case_whole(request: Request, identity: Identity, case: Case) -> dict[str, Any]:
    return case_values(request, identity, case) | composer_values(request, identity, case)


def _selected(request: Request) -> str:
    """The case that the page has open, as htmx tells."""
    _, _, rest = request.headers.get("HX-Current-URL", "").partition("/cases/")
    return rest.partition("?")[0]
