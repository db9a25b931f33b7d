"""What the composer does while somebody writes: save a draft, check it, take another one, use a canned reply.

The pages' script asks for JSON or a fragment; without it the same forms save, and lead back to the case.
"""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool

from services.contracts.canned import USED_AT_ONCE
from services.contracts.cases import Case
from services.desk.composer import applied, checked, composer_values, offered
from services.desk.context import desk_of, visible_case
from services.desk.domain.inbox import View
from services.desk.drafts import Draft, Outcome, Place, What
from services.runtime.web.auth import Asking, require
from services.runtime.web.identity import Identity
from services.runtime.web.layout import web_of
from services.runtime.web.problems import Problem

router = APIRouter(include_in_schema=False)

Text = Annotated[str, Form(max_length=100_000)]
Number = Annotated[int, Form(ge=0, le=2**31 - 1)]
Name = Annotated[str, Form(max_length=120)]
Names = Annotated[str, Form(max_length=1_000)]
FromView = Annotated[View, Form()]
Script = "X-Composer"
"""The header with which the pages' script asks."""


@router.post("/cases/{case}/draft")
def save_draft(
    request: Request,
    identity: Asking,
    case: str,
    what: Annotated[What, Form()],
    text: Text = "",
    slot: Number = 0,
    revision: Number = 0,
    canned: Names = "",
    insert: Name = "",
    apply: Name = "",
    view: FromView = "mine",
) -> Response:
    """Keep what is written; with `insert` a canned reply is added first, with `apply` a suggestion is followed."""
    found = writable(request, identity, case)
    written, used = clean(text), canned_ids(canned)
    if insert and (chosen := next((one for one in offered(request, identity, found) if one.id == insert), None)):
        written = f"{written.rstrip()}\n\n{chosen.text}".lstrip("\n")
        used = (*used, chosen.id) if chosen.id not in used else used
    if apply:
        written = applied(request, identity, found, written, apply)
    place = Place(identity.name, found.team, found.id, what, slot, revision)
    outcome = desk_of(request).drafts.save(place, written, used[:USED_AT_ONCE], web_of(request).clock())
    if Script in request.headers:
        return _told_script(request, identity, found, what, outcome)
    return _back(found, view, f"told.draft_{outcome.state}")


@router.post("/cases/{case}/draft/use")
def use_draft(
    request: Request,
    identity: Asking,
    case: str,
    what: Annotated[What, Form()],
    other: Name,
    text: Text = "",
    slot: Number = 0,
    revision: Number = 0,
    canned: Names = "",
    view: FromView = "mine",
) -> Response:
    """Write on with another text of one's own; the present one is kept beside it."""
    found = writable(request, identity, case)
    drafts, clock = desk_of(request).drafts, web_of(request).clock
    place = Place(identity.name, found.team, found.id, what, slot, revision)
    drafts.save(place, clean(text), canned_ids(canned), clock())
    chosen = _other(request, identity, found, what, other)
    if chosen is not None:
        # Saved last, so that it is the one that is shown.
        drafts.save(_place(identity, found, chosen), chosen.text, chosen.canned, clock())
    return _back(found, view, "told.draft_used" if chosen else "told.draft_gone")


@router.post("/cases/{case}/draft/discard")
def discard_draft(
    request: Request,
    identity: Asking,
    case: str,
    what: Annotated[What, Form()],
    other: Name = "",
    slot: Number = 0,
    revision: Number = 0,
    view: FromView = "mine",
) -> Response:
    """Throw a text away: `other` (`slot:revision`), or the present one."""
    found = writable(request, identity, case)
    chosen = _other(request, identity, found, what, other or f"{slot}:{revision}")
    done = chosen is not None and desk_of(request).drafts.discard(_place(identity, found, chosen))
    if Script in request.headers:
        return _told_script(request, identity, found, what, Outcome("saved" if done else "gone"))
    return _back(found, view, "told.draft_discarded" if done else "told.draft_gone")


@router.post("/cases/{case}/check")
async def check_reply(request: Request, identity: Asking, case: str, text: Text = "") -> Response:
    """What the check says of a reply, with its preview, as a fragment."""
    found = writable(request, identity, case)
    result = await run_in_threadpool(checked, request, identity, found, clean(text))
    return web_of(request).pages.render(request, "compose_check.html", checked=result, case=found)


def clean(text: str) -> str:
    """A text as it was typed: forms send line breaks as CR LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def canned_ids(text: str) -> tuple[str, ...]:
    """The ids of canned replies as a form carries them: with commas between."""
    return tuple(dict.fromkeys(one.strip() for one in text.split(",") if one.strip()))[:USED_AT_ONCE]


def writable(request: Request, identity: Identity, case: str) -> Case:
    """The case, for who may write about it and does not ask too often.

    Raises:
        Problem: 404, 403, or 429 after more than the desk's `writing` allows.
    """
    found = visible_case(request, identity, case)
    require(identity, found.team, "agent", "commands")
    if not desk_of(request).writing.allows(identity.name, web_of(request).clock()):
        raise Problem(
            429, "too_many", "So many saves and checks in a minute are more than anybody types; wait a moment."
        )
    return found


def _place(identity: Identity, case: Case, draft: Draft) -> Place:
    return Place(identity.name, case.team, case.id, draft.what, draft.slot, draft.revision)


def _other(request: Request, identity: Identity, case: Case, what: What, named: str) -> Draft | None:
    """The draft that a button names as `slot:revision`, unless it has changed since."""
    drafts = desk_of(request).drafts.of(identity.name, case.id)
    return next((one for one in drafts if one.what == what and f"{one.slot}:{one.revision}" == named), None)


def _told_script(request: Request, identity: Identity, case: Case, what: What, outcome: Outcome) -> Response:
    """What came of it, and the other texts as a fragment: beside the one that was just kept."""
    values = composer_values(request, identity, case)
    kept = outcome.draft
    listed = [one for one in (*values["drafts"].values(), *values["apart"].get(what, ())) if one.what == what]
    values["apart"] = {what: [one for one in listed if kept is None or one.slot != kept.slot]}
    page = web_of(request).pages.render(request, "compose_apart.html", what=what, case=case, **values)
    told = {
        "state": outcome.state,
        "slot": kept.slot if kept else 0,
        "revision": kept.revision if kept else 0,
        "apart": bytes(page.body).decode(),
    }
    return JSONResponse(told)


def _back(case: Case, view: View, told: str) -> Response:
    return RedirectResponse(f"/cases/{case.id}?{urlencode({'view': view, 'told': told})}", 303)
