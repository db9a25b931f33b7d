"""The team's rota for everybody in it: the picture of a week or a month, and the cover of the coming weeks."""

from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.desk.domain.rota import TeamRota
from services.desk.domain.rota_cover import cover_ahead
from services.desk.domain.rota_picture import Span, bounds, picture
from services.desk.rota.context import nothing, rota_view, show
from services.desk.rota.words import short_hour
from services.rota.fairness import Fairness, fairness, planned_above_contract
from services.runtime.web.auth import Asking

router = APIRouter(include_in_schema=False)
WEEKS = 8
_FIRST, _LAST = date(2000, 1, 1), date(2999, 1, 1)
Period = Annotated[str, Query(pattern="^(ahead|back)$")]


@router.get("/rota")
def team_rota(
    request: Request, identity: Asking, span: Span = "week", day: date | None = None, told: str = ""
) -> Response:
    """A week or a month, with who is on now and next."""
    view = rota_view(request, identity)
    if view is None:
        return nothing(request)
    today = view.team.day(view.now)
    shown = day if day is not None and _FIRST <= day <= _LAST else today
    first, until = bounds(span, shown)
    return show(
        request,
        view,
        "rota_team.html",
        told,
        span=span,
        first=first,
        last=until - timedelta(days=1),
        before=bounds(span, first - timedelta(days=1))[0],
        after=until,
        here_now=first <= today < until,
        cover=view.team.cover(view.now),
        p=picture(view.team, first, until, view.now),
        short_hour=short_hour,
    )


@router.get("/rota/cover")
def cover(request: Request, identity: Asking, period: Period = "ahead", told: str = "") -> Response:
    """The cover of the coming 8 weeks; how the work is shared, for leads of everybody, for others of themselves."""
    view = rota_view(request, identity)
    if view is None:
        return nothing(request)
    start = view.now if period == "ahead" else view.now - timedelta(weeks=WEEKS)
    shared = fair(view.team, start)
    people = [one for one in shared.people if view.lead or one.person == view.me]
    ahead = cover_ahead(view.team, view.now)
    far = planned_above_contract(view.team.config, view.team.rota, view.now) if period == "ahead" else frozenset()
    return show(request, view, "rota_cover.html", told, c=ahead, shared=shared, people=people, period=period, far=far)


def fair(team: TeamRota, start: datetime) -> Fairness:
    """How 8 weeks of work are shared."""
    return fairness(team.config, team.rota, start, start + timedelta(weeks=WEEKS))
