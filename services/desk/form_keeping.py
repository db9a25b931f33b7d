"""Keeps what somebody types in a form of a case (`form_drafts.py`), gives it back to its page, lets it go once it was done.

The pages' script saves (`static/lasting.js`); without it the forms are plain forms and nothing of them is kept.
"""

import json
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse
from pydantic import ValidationError

from services.contracts.cases import Case
from services.desk.composing import Number, writable
from services.desk.context import desk_of
from services.desk.form_drafts import FORM_NAME, FormDraft, FormPlace, Typed
from services.runtime.web.auth import Asking
from services.runtime.web.identity import Identity
from services.runtime.web.layout import web_of
from services.runtime.web.problems import Problem

router = APIRouter(include_in_schema=False)

REVISION = "X-Typed"
"""The header with which the pages' script says which revision of a kept text it sends a form with."""


@router.post("/cases/{case}/typed")
def keep_typed(
    request: Request,
    identity: Asking,
    case: str,
    form: Annotated[str, Form(pattern=f"^{FORM_NAME}$")],
    typed: Annotated[str, Form(max_length=400_000)] = "{}",
    revision: Number = 0,
) -> JSONResponse:
    """Keep what is typed, a `Typed` as JSON; without a text it is let go. With `state` `other` the answer has what there is.

    Raises:
        Problem: 422 when it is no `Typed`; 403, 404 and 429 as for a draft of the composer's.
    """
    found = writable(request, identity, case)
    try:
        given = Typed.model_validate_json(typed)
    except ValidationError as error:
        raise Problem(422, "invalid", "This is not what a form of ours has.") from error
    place = FormPlace(identity.name, found.team, found.id, form, revision)
    outcome = desk_of(request).form_drafts.save(place, given, web_of(request).clock())
    there = outcome.draft
    other = there.typed.model_dump() if there and outcome.state == "other" else None
    return JSONResponse({"state": outcome.state, "revision": there.revision if there else 0, "typed": other})


def kept_forms(request: Request, identity: Identity, case: Case) -> str:
    """What somebody has typed in the forms of a case, for their page's script, as JSON; empty for who may not act on it."""
    if not identity.may(case.team, "agent", "commands"):
        return ""
    return json.dumps([_shown(one) for one in desk_of(request).form_drafts.of(identity.name, case.id)])


def let_go(request: Request, identity: Identity, case: Case) -> None:
    """The form at the request's address was done: what is kept of it is no longer needed."""
    revision = request.headers.get(REVISION, "")
    form = request.url.path.removeprefix(f"/cases/{case.id}/")
    if revision.isascii() and revision.isdigit():
        desk_of(request).form_drafts.done(FormPlace(identity.name, case.team, case.id, form, int(revision[:10])))


def _shown(one: FormDraft) -> dict[str, object]:
    return {"form": one.form, "revision": one.revision, "typed": one.typed.model_dump()}
