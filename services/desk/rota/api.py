"""The rota's API under `/api/v1/team/{team}`: roster, rota, coverage, fairness, calendars. Reads only.

Commands are in `desk/api.py`. What is private is for leads: notes and kinds of leave of others, addresses and contract
hours, how the work is shared, calendars.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Literal, TypeVar
from urllib.parse import urlsplit

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime

from services.contracts.base import Instant, Model
from services.contracts.mentions import MentionKind
from services.contracts.rota import CalendarFeed, CalendarStatus
from services.contracts.teams import Employment, Mandate, Person
from services.desk.context import desk_of
from services.desk.domain.rota import TeamRota
from services.desk.rota.context import decides
from services.rota.coverage import coverage as work_out_coverage
from services.rota.coverage import distinct_gaps
from services.rota.fairness import Balance, Share, fairness
from services.rota.rota import LOOK_AHEAD, Span
from services.runtime.web.auth import Asking, require
from services.runtime.web.identity import Identity
from services.runtime.web.layout import web_of
from services.runtime.web.problems import Problem

router = APIRouter(prefix="/api/v1/team/{team}", tags=["rota"])
PAGE = 200
_YEARS = (2000, 2999)
T = TypeVar("T")
Page = Annotated[int, Query(ge=1, description=f"From 1; {PAGE} a page.")]
Start = Annotated[AwareDatetime | None, Query(description="Now when absent.")]


class Paged(Model):
    """Where in a list one is; `page` counts from 1."""

    team: str
    page: int
    pages: int
    total: int


class RosterPerson(Model):
    """Somebody of the team. What is `None` for a reader who is not a lead is not theirs to know."""

    id: str
    name: str
    languages: tuple[str, ...]
    channels: tuple[MentionKind, ...] | None
    skills: tuple[str, ...]
    capacity: int
    mandate: Mandate
    time_zone: str | None
    lead: bool
    employment: Employment | None = None
    email: str | None = None
    contract_hours: float | None = None


class Roster(Paged):
    """The people of a team."""

    name: str
    time_zone: str
    people: tuple[RosterPerson, ...]


class Duty(Model):
    """One person on duty; `instead_of` is whose turn it was."""

    start: Instant
    end: Instant
    person: str
    shift: str
    layer: int
    instead_of: str


class Away(Model):
    """Somebody is away. Requests, kinds and notes of others are for leads."""

    id: str
    person: str
    start: Instant
    end: Instant
    kind: Literal["leave", "sick"] | None
    state: Literal["asked", "approved", "declined"]
    note: str | None


class RotaPage(Paged):
    """Who works when, leave taken off, the layer on duty, in order."""

    start: Instant
    end: Instant
    duties: tuple[Duty, ...]
    leave: tuple[Away, ...]


class CalendarView(Model):
    """A calendar that the team has agreed, without its address, which may be a secret; `status` is absent before a try."""

    id: str
    host: str
    holds: Literal["shifts", "leave"]
    person: str | None
    status: CalendarStatus | None


class CalendarsPage(Paged):
    """The calendars that a team has agreed."""

    calendars: tuple[CalendarView, ...]


class NeedFigures(Model):
    """One need, in person-hours; 100 % when nothing is wanted."""

    name: str
    skill: str | None
    language: str | None
    channel: MentionKind | None
    required: bool
    wanted_hours: float
    covered_hours: float
    percent: float


class GapFound(Model):
    """Fewer are on than wanted of a need."""

    need: str
    start: Instant
    end: Instant
    wanted: int
    on: int


class CoveragePage(Paged):
    """How what is wanted is covered; the gaps are paged."""

    start: Instant
    end: Instant
    percent: float
    needs: tuple[NeedFigures, ...]
    gaps: tuple[GapFound, ...]


class FairnessPage(Paged):
    """How the work is shared."""

    start: Instant
    end: Instant
    balance: Balance
    people: tuple[Share, ...]


@router.get("/roster", summary="The people of a team")
def roster(request: Request, identity: Asking, team: str, page: Page = 1) -> Roster:
    """People with their languages, channels, skills and capacity; for leads with contracts and addresses."""
    config = _team(request, identity, team).config
    lead = decides(identity, config)
    people, place = paged([_person(one, lead) for one in config.people], team, page)
    return Roster(name=config.name, time_zone=config.time_zone, people=people, **dict(place))


@router.get("/rota", summary="Who is on, when, with leave taken out")
def rota(
    request: Request,
    identity: Asking,
    team: str,
    start: Start = None,
    days: Annotated[int, Query(ge=1, le=92)] = 7,
    page: Page = 1,
) -> RotaPage:
    """Each person's duties that touch the days from `start`, in UTC."""
    found = _team(request, identity, team)
    begin = _begin(request, start)
    end = begin + timedelta(days=days)
    duties, place = paged([_duty(one) for one in found.rota.stints(begin, end)], team, page)
    leave = tuple(_leave(found, identity, begin, end))
    return RotaPage(start=begin, end=end, duties=duties, leave=leave, **dict(place))


@router.get("/coverage", summary="How what is wanted is covered, and the gaps")
def coverage(
    request: Request,
    identity: Asking,
    team: str,
    start: Start = None,
    days: Annotated[int, Query(ge=1, le=92)] = LOOK_AHEAD.days,
    page: Page = 1,
) -> CoveragePage:
    """Needs with their per cent from `start`, required ones first; the gaps in required needs by time."""
    ready = _team(request, identity, team)
    begin = _begin(request, start)
    found = work_out_coverage(ready.config, ready.rota, ready.hours, begin, begin + timedelta(days=days))
    each = sorted(distinct_gaps(found), key=lambda one: (one[1].start, one[0].name))
    listed = [GapFound(need=n.name, start=g.start, end=g.end, wanted=g.wanted, on=g.on) for n, g in each]
    gaps, place = paged(listed, team, page)
    needs = tuple(NeedFigures(**one.model_dump(exclude={"gaps"})) for one in found.needs)
    return CoveragePage(start=found.start, end=found.end, percent=found.percent, needs=needs, gaps=gaps, **dict(place))


@router.get("/fairness", summary="How the work is shared: for leads")
def how_fair(
    request: Request,
    identity: Asking,
    team: str,
    start: Start = None,
    days: Annotated[int, Query(ge=1, le=366)] = LOOK_AHEAD.days,
    page: Page = 1,
) -> FairnessPage:
    """Hours, evenings, nights, weekends and holidays per person, against contract and average."""
    ready = _team(request, identity, team)
    if not decides(identity, ready.config):
        require(identity, team, "lead")
    begin = _begin(request, start)
    found = fairness(ready.config, ready.rota, begin, begin + timedelta(days=days))
    people, place = paged(found.people, team, page)
    return FairnessPage(start=found.start, end=found.end, balance=found.balance, people=people, **dict(place))


@router.get("/calendars", summary="The team's calendars, and how reading them fares: for leads")
def calendars(request: Request, identity: Asking, team: str, page: Page = 1) -> CalendarsPage:
    """When each was last read well, what went wrong since, and what in it nobody understands."""
    config = _team(request, identity, team).config
    if not decides(identity, config):
        require(identity, team, "lead")
    listed = [calendar_view(request, team, feed) for feed in config.calendars]
    found, place = paged(listed, team, page)
    return CalendarsPage(calendars=found, **dict(place))


def calendar_view(request: Request, team: str, feed: CalendarFeed) -> CalendarView:
    """A calendar as it may be shown."""
    status = desk_of(request).model.calendar(team, feed.id)
    host = urlsplit(feed.url).hostname or ""
    return CalendarView(id=feed.id, host=host, holds=feed.holds, person=feed.person, status=status)


def paged(rows: Sequence[T], team: str, page: int) -> tuple[tuple[T, ...], Paged]:
    """One page of a list; beyond the end is the last."""
    pages = max(1, -(-len(rows) // PAGE))
    page = min(page, pages)
    return tuple(rows[(page - 1) * PAGE : page * PAGE]), Paged(team=team, page=page, pages=pages, total=len(rows))


def _team(request: Request, identity: Identity, team: str) -> TeamRota:
    require(identity, team)
    config = desk_of(request).model.config(team)
    if config is None:
        raise Problem(404, "unknown_team", "This team has not been configured.")
    return TeamRota(config)


def _begin(request: Request, start: datetime | None) -> datetime:
    begin = start or web_of(request).clock()
    if not _YEARS[0] <= begin.year <= _YEARS[1]:
        raise Problem(422, "invalid", f"start is in the years {_YEARS[0]} to {_YEARS[1]}.")
    return begin


def _person(one: Person, lead: bool) -> RosterPerson:
    private = {"email", "contract_hours", "employment"}
    return RosterPerson(**one.model_dump(exclude=set() if lead else private))


def _duty(one: Span) -> Duty:
    return Duty(
        start=one.start, end=one.end, person=one.person, shift=one.shift, layer=one.layer, instead_of=one.instead_of
    )


def _leave(ready: TeamRota, identity: Identity, start: datetime, end: datetime) -> Iterator[Away]:
    lead = decides(identity, ready.config)
    for one in ready.config.leave:
        known = lead or one.person == identity.name
        if one.start < end and one.end > start and (known or one.state == "approved"):
            hidden = {} if known else {"kind": None, "note": None}
            yield Away(**one.model_dump(include=set(Away.model_fields)) | hidden)
