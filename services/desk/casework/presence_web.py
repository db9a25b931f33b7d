"""The pages' side of presence: beats of who looks or types, and the line that says who else does."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request, Response

from services.contracts.cases import Case
from services.desk.context import desk_of, visible_case
from services.runtime.web.auth import Asking
from services.runtime.web.identity import Identity
from services.runtime.web.layout import web_of
from services.runtime.web.problems import Problem

router = APIRouter(include_in_schema=False)

BEATS_A_MINUTE = 90
"""Of one person, in all their tabs: a beat every 10 seconds in each, and one whenever they begin or stop to type."""
WINDOW = timedelta(minutes=1)


@router.post("/cases/{case}/presence")
async def beat(
    request: Request, identity: Asking, case: str, doing: Annotated[Literal["looks", "types", "gone"], Form()]
) -> Response:
    """This page is being looked at, somebody types on it, or it is not looked at any more."""
    found, desk, now = visible_case(request, identity, case), desk_of(request), web_of(request).clock()
    if not desk.beats.allows(identity.name, now):
        raise Problem(429, "too_many", "So many beats in a minute are more than open pages send; wait a moment.")
    if doing == "gone":
        desk.presence.leave(found.team, found.id, identity.name)
    else:
        desk.presence.beat(found.team, found.id, identity.name, identity.display_name, doing, now)
    return Response(status_code=204)


@router.get("/cases/{case}/presence")
async def present(request: Request, identity: Asking, case: str) -> Response:
    """The line that says who else is at the case."""
    found = visible_case(request, identity, case)
    values = presence_values(request, identity, found)
    return web_of(request).pages.render(request, "presence.html", case=found, **values)


def presence_values(request: Request, identity: Identity, case: Case) -> dict[str, Any]:
    """Who else is at the case."""
    return {"others": desk_of(request).presence.others(case.id, identity.name, web_of(request).clock())}
