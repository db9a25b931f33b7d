"""One's own page of the rota, and the private calendar that subscribes to it."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from services.desk.context import desk_of
from services.desk.domain.own_capacity import my_room
from services.desk.domain.rota import TeamRota
from services.desk.domain.rota_absent import my_absence
from services.desk.domain.rota_mine import elsewhere, is_reminded, mine
from services.desk.rota.calendars import Subscribed
from services.desk.rota.context import RotaView, nothing, rota_view, show
from services.desk.rota.everywhere import other_teams, said_elsewhere, team_names
from services.desk.rota.forms import WrongFormError
from services.desk.rota.sick_looks import looked
from services.rota.publish import publish
from services.rota.sickness import endless
from services.runtime.web.auth import Asking
from services.runtime.web.layout import web_of
from services.runtime.web.problems import Problem

router = APIRouter(include_in_schema=False)
CALENDAR = "text/calendar; charset=utf-8"


@router.get("/rota/mine")
def my_rota(
    request: Request,
    identity: Asking,
    told: str = "",
    first: str = "",
    last: str = "",
    begins: str = "",
    ends: str = "",
    note: str = "",
    open: str = "",
    until: str = "",
    points: str = "",
    point_end: str = "",
) -> Response:
    """My shifts, leave and swaps, and what is asked of me. A form that was wrong comes back filled in.

    `until` is the last day of a sickness that somebody thinks of reporting: what that would do is said.
    """
    view = rota_view(request, identity)
    if view is None:
        return nothing(request)
    if not view.member:
        return RedirectResponse(f"/rota?{urlencode({'team': view.name} | ({'told': told} if told else {}))}", 303)
    try:
        would = None if view.team.sickness(view.me, view.now) else looked(request, view, view.me, until)
    except WrongFormError as error:
        would, told = looked(request, view, view.me, ""), error.key
    given = {
        "points": points,
        "point_end": point_end,
        "until": until,
        "first": first,
        "last": last,
        "begins": begins,
        "ends": ends,
        "note": note,
    }
    return show(request, view, "rota_mine.html", told, given=given, open=open, if_sick=would, **_values(request, view))


def _values(request: Request, view: RotaView) -> dict[str, Any]:
    desk = desk_of(request)
    token = desk.calendars.token(view.me, view.name)
    others = other_teams(desk, view.name, view.me)
    return {
        "others": [config.name for config in others.values()],
        "team_names": team_names(desk, view.team.config.leave),
        "said_elsewhere": said_elsewhere(request, view, view.me),
        "elsewhere": elsewhere(others.values(), view.me),
        "mine": mine(view.team, view.me, view.now),
        "absence": my_absence(view.team, view.me, view.now),
        "room": my_room(
            view.team.people[view.me],
            desk.model.own_capacity(view.name, view.me, view.now),
            desk.model.owned(view.name, view.me),
        ),
        "room_end": _shift_end(view),
        "weights": view.team.config.weights,
        "endless": endless,
        "is_reminded": is_reminded,
        "calendar": f"{_origin(request)}/rota/ical/{token}.ics" if token else "",
        "today": view.team.day(view.now).isoformat(),
    }


def _shift_end(view: RotaView) -> datetime:
    """Until when somebody who takes more or less most likely means it: the end of their shift, else of their day."""
    running = (one for one in view.team.pieces(view.now, view.now + timedelta(minutes=1)) if one.kind == "on")
    shift = next((one.span.end for one in running if one.span.person == view.me), None)
    return shift or view.team.midnight(view.team.day(view.now) + timedelta(days=1)) - timedelta(minutes=1)


@router.get("/rota/ical/{token}.ics")
async def calendar(request: Request, token: str) -> Response:
    """The calendar of whoever this address is for; needs no login. A shift that has vanished is in it as CANCELLED."""
    desk = desk_of(request)
    whose = await run_in_threadpool(desk.calendars.find, token)
    config = desk.model.config(whose.team) if whose else None
    if whose is None or config is None:
        raise Problem(404, "unknown_calendar", "There is no such calendar.")
    text = await run_in_threadpool(_published, request, whose, TeamRota(config))
    return Response(text, media_type=CALENDAR, headers={"Content-Disposition": 'inline; filename="rota.ics"'})


def _published(request: Request, whose: Subscribed, team: TeamRota) -> bytes:
    made = publish(team.config, team.rota, web_of(request).clock(), whose.name, whose.published)
    desk_of(request).calendars.keep(whose, made.events)
    return made.text


def _origin(request: Request) -> str:
    """How people reach us."""
    return desk_of(request).settings.public_url or f"{request.url.scheme}://{request.url.netloc}"
