"""Who is wanted when: a team's demand, or what follows from its opening hours, as stretches of time. Used by `coverage.py`.

`required` needs come from demand, from the skills and channels that a shift asks for, and from opening hours (somebody,
and somebody who speaks the team's language). Every other skill, language and channel of the team is measured too.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from services.contracts.mentions import MentionKind
from services.contracts.teams import Demand, Person, Shift, TeamConfig
from services.rota.opening_hours import Interval, OpeningHours
from services.rota.rota import Rota
from services.rota.wall_clock import local_span

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Fit:
    """What somebody must have; `None` is anything."""

    skill: str | None = None
    language: str | None = None
    channel: MentionKind | None = None

    def met_by(self, person: Person) -> bool:
        """Whether the person has it."""
        return (
            (self.skill is None or self.skill in person.skills)
            and (self.language is None or self.language in person.languages)
            and (self.channel is None or person.channels is None or self.channel in person.channels)
        )

    def __str__(self) -> str:
        return ", ".join(filter(None, (self.skill, self.language, self.channel))) or "anybody"


@dataclass(frozen=True, slots=True)
class Wanted:
    """`people` of them, from `start` up to `end`."""

    start: datetime
    end: datetime
    people: int


@dataclass(frozen=True, slots=True)
class Need:
    """A fit with the stretches in which it is wanted, in order and apart from each other."""

    fit: Fit
    required: bool
    stretches: tuple[Wanted, ...]


def needs(config: TeamConfig, rota: Rota, hours: OpeningHours, start: datetime, end: datetime) -> list[Need]:
    """All needs of a team in `[start, end)`, required ones first."""
    asked: dict[Fit, list[Wanted]] = {}
    for row in config.demand:
        asked.setdefault(Fit(row.skill, row.language, row.channel), []).extend(_rows(config, row, start, end))
    opened = [Wanted(opens, closes, 1) for opens, closes in hours.intervals(start, end)]
    for fit in (Fit(), Fit(language=config.language)):
        asked.setdefault(fit, opened)
    for fit, stretches in _of_shifts(config, rota, start, end):
        asked[fit] = [*asked.get(fit, ()), *stretches]
    required = [Need(fit, True, levelled(stretches)) for fit, stretches in asked.items()]
    return required + [Need(fit, False, levelled(opened)) for fit in _of_people(config) if fit not in asked]


def levelled(stretches: Iterable[Wanted]) -> tuple[Wanted, ...]:
    """Stretches that do not overlap: where some did, the most people that one of them wanted."""
    given = sorted(stretches, key=lambda one: one.start)
    moments = sorted({moment for one in given for moment in (one.start, one.end)})
    found: list[Wanted] = []
    running: list[Wanted] = []
    upcoming = iter([*given, None])
    following = next(upcoming)
    for moment, until in pairwise(moments):
        running = [one for one in running if one.end > moment]
        while following is not None and following.start <= moment:
            running.append(following)
            following = next(upcoming)
        people = max((one.people for one in running), default=0)
        if found and found[-1].end == moment and found[-1].people == people:
            found[-1] = Wanted(found[-1].start, until, people)
        elif people:
            found.append(Wanted(moment, until, people))
    return tuple(found)


def fits_of(shift: Shift) -> tuple[Fit, ...]:
    """What a shift asks that those on it have between them."""
    skills, channels = sorted(set(shift.skills)), sorted(set(shift.channels))
    return (*(Fit(skill=skill) for skill in skills), *(Fit(channel=kind) for kind in channels))


def _rows(config: TeamConfig, row: Demand, start: datetime, end: datetime) -> Iterator[Wanted]:
    """A row of demand, day by day. On a holiday a team that has opening hours wants nobody."""
    zone = ZoneInfo(config.time_zone)
    closed = config.all_holidays if config.opening_hours else frozenset[date]()
    day, last = start.astimezone(zone).date() - 2 * _DAY, end.astimezone(zone).date()
    while day <= last:
        if day.weekday() in row.days and day not in closed:
            begins, ends = _within(local_span(day, row.start, row.end, zone), start, end)
            if begins < ends:
                yield Wanted(begins, ends, row.people)
        day += _DAY


def _of_shifts(config: TeamConfig, rota: Rota, start: datetime, end: datetime) -> Iterator[tuple[Fit, list[Wanted]]]:
    asked = {shift.id: fits_of(shift) for shift in config.shifts}
    spans = {(one.shift, *_within((one.start, one.end), start, end)) for one in rota.spans(start, end)}
    for shift, begins, ends in sorted(spans):
        for fit in asked.get(shift, ()):
            yield fit, [Wanted(begins, ends, 1)]


def _of_people(config: TeamConfig) -> Iterator[Fit]:
    yield from (Fit(skill=skill) for skill in sorted({skill for one in config.people for skill in one.skills}))
    yield from (Fit(language=code) for code in sorted({code for one in config.people for code in one.languages}))
    yield from (Fit(channel=kind) for kind in sorted({kind for one in config.people for kind in one.channels or ()}))


def _within(span: Interval, start: datetime, end: datetime) -> Interval:
    return max(span[0], start), min(span[1], end)
