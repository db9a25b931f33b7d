"""Why a team is there, for programs: `GET /api/v1/team/{team}/goals`. `SetGoals` changes it, as all commands do."""

from fastapi import APIRouter, Request

from services.contracts.goals import TeamGoals
from services.desk.context import desk_of
from services.runtime.web.auth import Asking, require

router = APIRouter(prefix="/api/v1/team/{team}", tags=["goals"])


@router.get("/goals", summary="The goals that a team chose; none when it has not said so")
def goals(request: Request, identity: Asking, team: str) -> TeamGoals:
    """What its figures are read against."""
    require(identity, team)
    return desk_of(request).model.goals(team) or TeamGoals()
