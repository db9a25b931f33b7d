"""The pages of the rota that only leads have: what waits for a decision, stand-ins, and the shifts themselves."""

from datetime import datetime, timedelta

from fastapi import APIRouter, Request, Response

from services.contracts.teams import Shift
from services.desk.context import desk_of
from services.desk.domain.rota import TeamRota
from services.desk.domain.rota_absent import absent
from services.desk.domain.rota_decide import leave_asked, swaps_seen
from services.desk.domain.rota_sick import IfSick
from services.desk.rota.api import calendar_view
from services.desk.rota.context import RotaView, changes_rules, for_lead, nothing, show
from services.desk.rota.everywhere import said_elsewhere, team_names
from services.desk.rota.forms import WrongFormError
from services.desk.rota.sick_looks import looked
from services.rota.sickness import endless
from services.rota.wall_clock import localise
from services.runtime.web.auth import Asking

router = APIRouter(prefix="/rota", include_in_schema=False)


@router.get("/requests")
def requests(request: Request, identity: Asking, told: str = "") -> Response:
    """Leave and swaps, each with what it does to the cover."""
    view = for_lead(request, identity)
    if view is None:
        return nothing(request)
    leave, swaps = leave_asked(view.team, view.me, view.now), swaps_seen(view.team, view.now)
    names = team_names(desk_of(request), view.team.config.leave)
    return show(request, view, "rota_requests.html", told, leave=leave, swaps=swaps, team_names=names)


@router.get("/stand-ins")
def stand_ins(
    request: Request, identity: Asking, person: str = "", told: str = "", sick: str = "", until: str = ""
) -> Response:
    """Who is missed, who could stand in, and why; `person` comes first.

    `sick` is whom the lead thinks of reporting sick, until the day `until`: what that would do is said.
    """
    view = for_lead(request, identity)
    if view is None:
        return nothing(request)
    found = absent(view.team, view.now)
    missed = sorted(found.missed, key=lambda one: one.piece.span.person != person)
    would, wrong = _if_sick(request, view, sick, until)
    values = {
        "found": found,
        "missed": missed,
        "endless": endless,
        "said_elsewhere": said_elsewhere(request, view, person),
        "given": {"sick": sick, "until": until},
        "if_sick": would,
        "wrong": wrong,
    }
    return show(request, view, "rota_stand_ins.html", told, **values)


def _if_sick(request: Request, view: RotaView, person: str, until: str) -> tuple[IfSick | None, str]:
    """What it would do when the person is reported sick, or the key of what is wrong with the form."""
    if person not in view.team.people:
        return None, ""
    try:
        return looked(request, view, person, until), ""
    except WrongFormError as error:
        return None, error.key


@router.get("/shifts")
def shifts(
    request: Request,
    identity: Asking,
    told: str = "",
    start: str = "",
    end: str = "",
    reason: str = "",
) -> Response:
    """The shifts that count, and who is on instead of them; the form comes back filled in when it was wrong."""
    view = for_lead(request, identity)
    if view is None:
        return nothing(request)
    overrides = sorted((one for one in view.team.config.overrides if one.end > view.now), key=lambda one: one.start)
    return show(
        request,
        view,
        "rota_shifts.html",
        told,
        shifts=[one for one in view.team.config.shifts if counts(view.team, one, view.now)],
        overrides=overrides,
        given={"start": start, "end": end, "reason": reason},
        calendars=[calendar_view(request, view.name, feed) for feed in view.team.config.calendars],
        changes_rules=changes_rules(identity, view.team.config),
    )


def counts(team: TeamRota, shift: Shift, now: datetime) -> bool:
    """Whether a shift is not history: not ended, and not over."""
    if shift.ended_at is not None and shift.ended_at <= now:
        return False
    if shift.rule is None:
        return localise(shift.start, team.zone) + timedelta(minutes=shift.minutes) > now
    return shift.until is None or shift.until >= team.day(now)
