"""The page with the notes that name its reader with an `@`: a to-do each, until the case is opened."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from services.contracts.cases import Case, CaseMessage
from services.desk.casework.marks import unread
from services.desk.context import desk_of
from services.desk.live import format_vector
from services.desk.wording import wording
from services.runtime.web.auth import Asking, require
from services.runtime.web.identity import Identity
from services.runtime.web.layout import team_of, web_of

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class ToDo:
    """A note that names somebody, who has not opened its case since."""

    case: Case
    note: CaseMessage


@router.get("/mentioned")
def mentioned_page(request: Request, identity: Asking) -> Response:
    """The notes, the latest first; for htmx the list alone."""
    team = team_of(request, identity)
    require(identity, team)
    model = desk_of(request).model
    listed = [
        ToDo(case, note)
        for ident in unread(model, desk_of(request).marks, team, identity.name)
        if (case := model.case(ident)) and (note := latest_note(case, identity.name))
    ]
    words = wording(web_of(request).pages.translator(request), identity.name, model.config(team))
    update = "HX-Request" in request.headers
    values: dict[str, Any] = {
        "team": team,
        "listed": listed,
        "w": words,
        "since": format_vector(model.hub.heads()),
        "update": update,
    }
    return web_of(request).pages.render(request, "mentioned_list.html" if update else "mentioned.html", **values)


def opened(request: Request, identity: Identity, case: Case) -> None:
    """The person has opened the case: what names them in it is no to-do any more."""
    named = desk_of(request).model.named(case.team, identity.name).get(case.id)
    if named is not None:
        desk_of(request).marks.see(identity.name, case.id, named)


def latest_note(case: Case, name: str) -> CaseMessage | None:
    """The latest note of somebody else that names the person."""
    notes = (one for one in reversed(case.messages) if name in one.mentioned and one.author != name)
    return next(notes, None)
