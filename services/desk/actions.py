"""What people do to a case on the pages. Small routes that send the same commands as the API.

With htmx the parts that changed come back (the composer only after it was sent); without it, the case's page.
"""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from services.contracts.cases import Case, HistoryLine
from services.contracts.handbook import MOST_USED
from services.contracts.mentions import SentimentLabel, UrgencyLabel
from services.contracts.teams import LanguageCode
from services.desk.casework.tools import changes, is_other
from services.desk.commands import read_command
from services.desk.composer import composer_values
from services.desk.composing import Names, Number, canned_ids, clean
from services.desk.context import desk_of, visible_case
from services.desk.domain.answers import Answer
from services.desk.domain.approvals import taken_back, told_of
from services.desk.domain.inbox import View
from services.desk.domain.undo import Deed, WaysBack, correction_back, way_back
from services.desk.drafts import Place
from services.desk.form_keeping import let_go
from services.desk.lists import list_values
from services.desk.pages import case_values
from services.runtime.web.auth import Asking
from services.runtime.web.identity import Identity
from services.runtime.web.layout import web_of

router = APIRouter(include_in_schema=False)

Key = Annotated[str, Form(max_length=64)]
FromView = Annotated[View, Form()]
FromPage = Annotated[int, Form(ge=1)]
Seen = Annotated[int | None, Form(ge=1)]
"""The revision of the case that the page showed when its reader began to answer."""
_COMMANDS: dict[str, str] = {"claim": "ClaimCase", "release": "ReleaseCase", "close": "CloseCase"}
_UNDONE: dict[str, Deed] = {
    "claim": "claim",
    "release": "release",
    "close": "close",
    "hand_over": "hand",
    "snooze": "snooze",
    "tag": "tag",
}
"""What can be undone, by what was asked."""
_OPENS = frozenset({"reopen"})
"""After these there is something to write again."""
_WRITTEN = {"reply": "SubmitReply", "note": "AddNote"}
DONE = {"X-Done": "1"}
"""The header by which the page's script knows that what was typed for this is no longer needed (`static/typed.js`)."""


@router.post("/cases/{case}/claim")
@router.post("/cases/{case}/release")
@router.post("/cases/{case}/close")
async def act(
    request: Request,
    identity: Asking,
    case: str,
    seen: Seen = None,
    key: Key = "",
    view: FromView = "mine",
    page: FromPage = 1,
) -> Response:
    """Claim, release or close; what ends the conversation is done on the state that was seen."""
    what = request.url.path.rsplit("/", 1)[1]
    more = {"seen": seen} if what == "close" else {}
    return await _do(request, identity, case, _COMMANDS[what], what, key, more, (view, page))


@router.post("/cases/{case}/reply")
@router.post("/cases/{case}/note")
async def write(
    request: Request,
    identity: Asking,
    case: str,
    text: Annotated[str, Form(max_length=100_000)] = "",
    slot: Number = 0,
    revision: Number = 0,
    canned: Names = "",
    to: Annotated[str, Form(max_length=36)] = "",
    seen: Seen = None,
    guideline: Annotated[list[str] | None, Form(max_length=MOST_USED)] = None,
    key: Key = "",
    view: FromView = "mine",
    page: FromPage = 1,
) -> Response:
    """Reply or note. `key` is the form's own, so that sending it twice is sending it once.

    `guideline` are the versions of the handbook that stood beside the reply, as `<id>:<version>`.
    """
    what = request.url.path.rsplit("/", 1)[1]
    if not text.strip():
        found = visible_case(request, identity, case)
        return shown(request, identity, found, (view, page), "told.empty", late=True)
    written: dict[str, Any] = {"text": clean(text).strip()}
    if what == "reply":
        written["canned"] = canned_ids(canned)
        written["guidelines"] = [dict(zip(("id", "version"), one.split(":"), strict=False)) for one in guideline or ()]
        written |= {"seen": seen, "to": to or None}
    found = visible_case(request, identity, case)
    if what == "reply" and not to and any(is_other(found, one.source, one.author.id) for one in found.merged):
        return shown(request, identity, found, (view, page), "told.choose_author", late=True)
    draft = Place(identity.name, found.team, found.id, "reply" if what == "reply" else "note", slot, revision)
    return await _do(request, identity, case, _WRITTEN[what], what, key, written, (view, page), draft)


@router.post("/cases/{case}/correct")
async def correct(
    request: Request,
    identity: Asking,
    case: str,
    urgency: Annotated[UrgencyLabel | None, Form()] = None,
    sentiment: Annotated[SentimentLabel | None, Form()] = None,
    language: Annotated[LanguageCode | None, Form()] = None,
    key: Key = "",
    view: FromView = "mine",
    page: FromPage = 1,
) -> Response:
    """What the reader took wrongly, of the latest message, with one click; what is as it was is not corrected."""
    found = visible_case(request, identity, case)
    given = (
        ("urgency", urgency, found.urgency.label),
        ("sentiment", sentiment, found.sentiment),
        ("language", language, found.language),
    )
    said = {name: value for name, value, was in given if value not in (None, was)}
    if not said or not found.mentions:
        return shown(request, identity, found, (view, page), "told.same", late=False)
    body = {"type": "CorrectClassification", "team": found.team, "mention": found.mentions[-1], "author": "person"}
    return await ask_about(request, identity, found, body | said, "correct", key, (view, page))


async def _do(
    request: Request,
    identity: Asking,
    case: str,
    command: str,
    what: str,
    key: str,
    more: dict[str, Any],
    place: tuple[View, int],
    draft: Place | None = None,
) -> Response:
    found = visible_case(request, identity, case)
    body = {"type": command, "team": found.team, "case": found.id} | more
    return await ask_about(request, identity, found, body, what, key, place, draft)


async def ask_about(
    request: Request,
    identity: Identity,
    found: Case,
    body: dict[str, Any],
    what: str,
    key: str,
    place: tuple[View, int],
    draft: Place | None = None,
) -> Response:
    """Send a command about a case, and show the case as it is then."""
    roster = desk_of(request).model.roster(found.team)
    asked = read_command(body, identity, key or str(uuid4()), web_of(request).clock(), roster)
    answer = await desk_of(request).commands.ask(asked)
    model = desk_of(request).model
    now = (answer.case if answer and what != "split" else None) or model.case(found.id) or found
    told, late = _told(answer, what)
    sent = what if answer is not None and not answer.rejection and what in _WRITTEN else ""
    if draft is not None:
        await run_in_threadpool(_keep, request, draft, body, sent=bool(sent))
    if not late:
        await run_in_threadpool(let_go, request, identity, found)
    back = taken_back(answer.events) if answer else ""
    if back:  # what was taken back is written on: a draft again, beside any other
        again = Place(identity.name, found.team, found.id, "reply")
        await run_in_threadpool(desk_of(request).drafts.save, again, back, (), web_of(request).clock())
    seen = body.get("seen")
    lines = changes(request, identity, now, seen) if told == "rejected.changed_since" else ()
    fresh = bool(back) or (what in _OPENS and not late)
    more: dict[str, Any] = {"sent": sent, "again": answer is None, "changed": lines, "seen": seen, "fresh": fresh}
    undo = "" if late else _undo(what, found, now, identity, roster, str(body.get("tag", "")))
    return shown(request, identity, now, place, told, late=late, back=back, undo=undo, **more)


def _keep(request: Request, draft: Place, body: dict[str, Any], *, sent: bool) -> None:
    """What went out is no draft any more; what did not stays one, whatever becomes of the page."""
    drafts = desk_of(request).drafts
    if sent:
        drafts.sent(draft, body["text"])
    else:
        drafts.save(draft, body["text"], tuple(body.get("canned", ())), web_of(request).clock())


def _undo(what: str, before: Case, after: Case, identity: Identity, roster: frozenset[str], tag: str) -> str:
    """The way back, as the toast's form has it; empty for what has none."""
    if what == "correct":
        way = correction_back(before, after)
    else:
        deed, outside = _UNDONE.get(what), identity.name not in roster
        way = way_back(deed, before, after, identity.name, tag, outside=outside) if deed else None
    return WaysBack(ways=(way,)).model_dump_json() if way else ""


def _told(answer: Answer | None, what: str) -> tuple[str, bool]:
    """The sentence about what came of it, and whether it is bad news."""
    if answer is None:
        return "told.pending", True
    if answer.rejection:
        return f"rejected.{answer.rejection[0]}", True
    return told_of(answer.events, f"told.{what}"), False


def shown(
    request: Request,
    identity: Asking,
    case: Case,
    place: tuple[View, int],
    told: str,
    *,
    late: bool,
    sent: str = "",
    again: bool = False,
    changed: Sequence[HistoryLine] = (),
    seen: int | None = None,
    fresh: bool = False,
    back: str = "",
    undo: str = "",
) -> Response:
    """What came of an action: the parts of the page that changed, and `told` in words, with what others `changed`.

    `fresh`: the composer is to be made anew although nothing was sent.
    """
    if "HX-Request" not in request.headers:
        since = f"&seen={seen}" if changed and seen else ""
        return RedirectResponse(f"/cases/{case.id}?view={place[0]}&told={told}{since}", 303)
    values = list_values(request, identity, case.team, *place) | case_values(request, identity, case)
    if sent or fresh or case.status == "closed":
        values |= composer_values(request, identity, case)
    headers = {"HX-Trigger": f'{{"webcare:sent": {{"draft": "{sent}:{case.id}"}}}}'} if sent else {}
    if not late:
        headers |= DONE
    return web_of(request).pages.render(
        request,
        "action.html",
        headers=headers,
        team=case.team,
        selected=case.id,
        told=told,
        late=late,
        sent=sent,
        again=again,
        undo=undo,
        fresh=fresh,
        **(values | {"changed": changed, "back": back}),
    )
