"""What people do to a case on the pages. Small routes that send the same commands as the API.

With htmx the parts that changed come back (the composer only after it was sent); without it, the case's page.
"""

from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from services.contracts.cases import Case
from services.contracts.handbook import MOST_USED
from services.contracts.mentions import SentimentLabel, UrgencyLabel
from services.desk.commands import read_command
from services.desk.composer import composer_values
from services.desk.composing import Names, Number, canned_ids, clean
from services.desk.context import desk_of, visible_case
from services.desk.domain.answers import Answer
from services.desk.domain.inbox import View
from services.desk.drafts import Place
from services.desk.pages import case_values, list_values
from services.runtime.web.auth import Asking
from services.runtime.web.identity import Identity
from services.runtime.web.layout import web_of

router = APIRouter(include_in_schema=False)

Key = Annotated[str, Form(max_length=64)]
FromView = Annotated[View, Form()]
FromPage = Annotated[int, Form(ge=1)]
_COMMANDS = {"claim": "ClaimCase", "release": "ReleaseCase", "close": "CloseCase"}
_WRITTEN = {"reply": "SubmitReply", "note": "AddNote"}


@router.post("/cases/{case}/claim")
@router.post("/cases/{case}/release")
@router.post("/cases/{case}/close")
async def act(
    request: Request, identity: Asking, case: str, key: Key = "", view: FromView = "mine", page: FromPage = 1
) -> Response:
    """Claim, release or close."""
    what = request.url.path.rsplit("/", 1)[1]
    return await _do(request, identity, case, _COMMANDS[what], what, key, {}, (view, page))


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
        return _shown(request, identity, found, (view, page), "told.empty", late=True)
    written: dict[str, Any] = {"text": clean(text).strip()}
    if what == "reply":
        written["canned"] = canned_ids(canned)
        written["guidelines"] = [dict(zip(("id", "version"), one.split(":"), strict=False)) for one in guideline or ()]
    found = visible_case(request, identity, case)
    draft = Place(identity.name, found.team, found.id, "reply" if what == "reply" else "note", slot, revision)
    return await _do(request, identity, case, _WRITTEN[what], what, key, written, (view, page), draft)


@router.post("/cases/{case}/correct")
async def correct(
    request: Request,
    identity: Asking,
    case: str,
    urgency: Annotated[UrgencyLabel, Form()],
    sentiment: Annotated[SentimentLabel, Form()],
    key: Key = "",
    view: FromView = "mine",
    page: FromPage = 1,
) -> Response:
    """What the reader took wrongly, of the latest message; what is left as it was is not corrected."""
    found = visible_case(request, identity, case)
    said = {
        name: value
        for name, value, was in (("urgency", urgency, found.urgency.label), ("sentiment", sentiment, found.sentiment))
        if value != was
    }
    if not said:
        return _shown(request, identity, found, (view, page), "told.same", late=False)
    body = {"type": "CorrectClassification", "team": found.team, "mention": found.mentions[-1], "author": "person"}
    return await _ask(request, identity, found, body | said, "correct", key, (view, page))


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
    return await _ask(request, identity, found, body, what, key, place, draft)


async def _ask(
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
    now = (answer.case if answer else None) or desk_of(request).model.case(found.id) or found
    told, late = _told(answer, what)
    sent = what if answer is not None and not answer.rejection and what in _WRITTEN else ""
    if sent and draft is not None:
        await run_in_threadpool(desk_of(request).drafts.sent, draft, body["text"])
    return _shown(request, identity, now, place, told, late=late, sent=sent, again=answer is None)


def _told(answer: Answer | None, what: str) -> tuple[str, bool]:
    """The sentence about what came of it, and whether it is bad news."""
    if answer is None:
        return "told.pending", True
    if answer.rejection:
        return f"rejected.{answer.rejection[0]}", True
    return f"told.{what}", False


def _shown(
    request: Request,
    identity: Asking,
    case: Case,
    place: tuple[View, int],
    told: str,
    *,
    late: bool,
    sent: str = "",
    again: bool = False,
) -> Response:
    if "HX-Request" not in request.headers:
        return RedirectResponse(f"/cases/{case.id}?view={place[0]}&told={told}", 303)
    values = list_values(request, identity, case.team, *place) | case_values(request, identity, case)
    if sent or case.status == "closed":
        values |= composer_values(request, identity, case)
    headers = {"HX-Trigger": f'{{"webcare:sent": {{"draft": "{sent}:{case.id}"}}}}'} if sent else {}
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
        **values,
    )
