"""A team's rota made ready for a page: who is on and who comes next, and what became of each planned span. Pure.

What is worked out is in `services/rota`; here it is put as people read it. A `TeamRota` belongs to one request: the rota
keeps what it has worked out, and is not for several threads.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from services.contracts.teams import Leave, Person, TeamConfig
from services.rota import swaps
from services.rota.opening_hours import OpeningHours
from services.rota.rota import Duty, Rota, Span
from services.rota.wall_clock import localise

AHEAD = timedelta(days=14)
Kind = Literal["on", "standby", "leave", "sick"]


@dataclass(frozen=True, slots=True)
class Cover:
    """Who is on at a moment, until when that holds, and who begins next."""

    people: tuple[str, ...] = ()
    until: datetime | None = None
    next_people: tuple[str, ...] = ()
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a planned span and what its person does then: is on, stands by, or is away."""

    start: datetime
    end: datetime
    kind: Kind
    span: Span


@dataclass(frozen=True, slots=True)
class Clash:
    """Why somebody cannot work then: leave, sickness, or a shift of their own."""

    kind: Literal["leave", "sick", "shift"]
    detail: str = ""


class TeamRota:
    """One team's agreements, worked out as far as somebody asks.

    Raises:
        ValueError: a recurrence rule is not one.
    """

    def __init__(self, config: TeamConfig) -> None:
        self.config = config
        self.rota = Rota(config)
        self.hours = OpeningHours(config)
        self.zone = ZoneInfo(config.time_zone)
        self.people: dict[str, Person] = {person.id: person for person in config.people}

    def day(self, moment: datetime) -> date:
        """The team's day of a moment."""
        return moment.astimezone(self.zone).date()

    def midnight(self, day: date) -> datetime:
        """When a day of the team begins."""
        return localise(datetime.combine(day, time()), self.zone)

    def ordered(self, people: frozenset[str] | set[str]) -> tuple[str, ...]:
        """People in the order of the roster."""
        return tuple(person for person in self.people if person in people)

    def cover(self, now: datetime) -> Cover:
        """Who is on at `now`, and what comes next within a fortnight."""
        duties = list(self.rota.duties(now, now + AHEAD))
        on = duties[0].on
        until = next((one.start for one in duties[1:] if on - one.on), None) if on else None
        later = next(_arrivals(duties), None)
        people, next_at = later or (frozenset[str](), None)
        return Cover(self.ordered(on), until, self.ordered(people), next_at)

    def pieces(self, start: datetime, end: datetime) -> Iterator[Piece]:
        """What is planned in `[start, end)`, cut where it changes; not what a higher layer of the same person doubles."""
        for span in self.rota.spans(start, end):
            found: Piece | None = None
            for duty in self.rota.duties(max(span.start, start), min(span.end, end)):
                begins, ends = max(duty.start, span.start, start), min(duty.end, span.end, end)
                kind = _kind(span, duty)
                if found is not None and kind == found.kind and found.end == begins:
                    found = Piece(found.start, ends, found.kind, span)
                    continue
                if found is not None:
                    yield found
                found = Piece(begins, ends, kind, span) if kind else None
            if found is not None:
                yield found

    def clash(self, person: str, part: Span) -> Clash | None:
        """Why the person cannot take over a part of somebody's shift; `None` when they can."""
        found = swaps.conflict(self.config, self.rota, person, part)
        if isinstance(found, Span):
            return Clash("shift", found.shift)
        return Clash(found.kind) if found else None

    def sickness(self, person: str, now: datetime) -> Leave | None:
        """The sickness that a person has at `now`."""
        mine = (one for one in self.config.leave if one.person == person and one.kind == "sick")
        return next((one for one in mine if one.start <= now < one.end), None)


def duties(config: TeamConfig, start: datetime, end: datetime) -> tuple[Span, ...]:
    """What people really work of what overlaps `[start, end)`: leave taken off, the layer on duty.

    Raises:
        ValueError: a recurrence rule is not one.
    """
    return tuple(Rota(config).stints(start, end))


def cover_at(config: TeamConfig, now: datetime) -> Cover:
    """Who is on at `now`, and what comes next.

    Raises:
        ValueError: a recurrence rule is not one.
    """
    return TeamRota(config).cover(now)


def by_day(start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[tuple[date, int, int]]:
    """The local days of a stretch, with the minutes of the wall clock from which and up to which it lies in each."""
    local, until = (moment.astimezone(zone).replace(tzinfo=None) for moment in (start, end))
    while local < until:
        midnight = datetime.combine(local.date(), time())
        next_midnight = midnight + timedelta(days=1)
        ends = min(until, next_midnight)
        minute = timedelta(minutes=1)
        yield local.date(), (local - midnight) // minute, -((midnight - ends) // minute)
        local = next_midnight


def _arrivals(duties: list[Duty]) -> Iterator[tuple[frozenset[str], datetime]]:
    """Who comes on when, after the first of `duties`."""
    before = duties[0].on
    for duty in duties[1:]:
        if arriving := duty.on - before:
            yield arriving, duty.start
        before = duty.on


def _kind(span: Span, duty: Duty) -> Kind | None:
    if away := duty.away.get(span.person):
        return "sick" if away == "sick" else "leave"
    if span.person in duty.on:
        return "on" if duty.layer == span.layer else None
    return "standby"
