"""A plan request worked out: who could be given which shift, what is short in which stretch, and what everybody may work.

Used by the solver, by the baseline and to explain what cannot be met, so that all three mean the same. Lengths are minutes.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from services.contracts.teams import Person, TeamConfig
from services.rota.opening_hours import Interval
from services.rota.rota import Duty, Rota
from services.rota.spans import Span
from services.rota.wall_clock import localise
from services.route.planning import hours
from services.route.planning.carving import cleared
from services.route.planning.kinds import KINDS, kinds
from services.route.planning.request import PlanRequest, replaced

Code = Literal["leave", "sick", "works_then", "works_that_day", "rest", "contract_full", "days_in_a_row"]
_AROUND = timedelta(days=16)
"""So far around the period, what is planned counts for rest and days in a row."""
_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Group:
    """A pattern on a day: one shift that any number of people can be given."""

    day: date
    pattern: int
    start: datetime
    end: datetime
    minutes: int
    week: int


@dataclass(frozen=True, slots=True)
class Slot:
    """A stretch in which a need lacks `short` people beside those who are on anyway; `groups` cover all of it."""

    need: int
    start: datetime
    end: datetime
    wanted: int
    short: int
    groups: tuple[int, ...]

    @property
    def minutes(self) -> int:
        """How long it is."""
        return (self.end - self.start) // _MINUTE


@dataclass(frozen=True)
class Problem:
    """What there is to decide. People and groups are named by their place in the lists."""

    request: PlanRequest
    people: tuple[Person, ...]
    groups: tuple[Group, ...]
    slots: tuple[Slot, ...]
    fits: tuple[frozenset[str], ...]
    """Who meets each need."""
    closed: Mapping[tuple[str, int], Code]
    """What no proposal can give: a person and a group, and why not."""
    most: Mapping[tuple[str, int], int]
    """Of each person and week, the minutes that are left to plan."""
    least: Mapping[tuple[str, int], int]
    """The minutes below which a person would be short of their contract that week, as far as there is a contract."""
    weights: Mapping[str, float]
    """What people are compared by: their contract in the period, leave taken off."""
    fixed_days: Mapping[str, frozenset[date]]
    """The days on which they work anyway, around the period too."""
    fixed_kinds: Mapping[str, tuple[int, ...]]
    """What they work anyway in the period, by kind."""
    current: frozenset[tuple[str, datetime, datetime]]
    """What of the plan would be as it is now."""

    def kinds(self, person: Person, group: int) -> tuple[int, ...]:
        """The minutes of a group by kind, where the person lives."""
        one, zone = self.groups[group], person.time_zone or self.request.config.time_zone
        return kinds((one.start, one.end), ZoneInfo(zone))

    def open(self) -> Iterator[tuple[Person, int]]:
        """Every person with every group that they could be given."""
        for person in self.people:
            for number in range(len(self.groups)):
                if (person.id, number) not in self.closed:
                    yield person, number


def problem(request: PlanRequest) -> Problem:
    """Work the request out.

    Raises:
        RotaError: a shift's rule cannot be worked out.
    """
    config, (start, end) = request.config, request.bounds
    rest = cleared(config, replaced(request), [(request.start, request.end)])
    beside = Rota(rest)
    people = tuple(one for one in config.people if one.capacity > 0 and one.contract_hours != 0)
    groups = tuple(_groups(request))
    busy = _busy(rest, beside, request)
    weeks = {
        (one.id, number): hours.available(request, one, number) for one in people for number in range(request.weeks)
    }
    by_id = {one.id: one for one in people}
    zones = {one.id: ZoneInfo(one.time_zone or config.time_zone) for one in people}
    inside = {one.id: [x for x in busy.get(one.id, ()) if x[0] < end and x[1] > start] for one in people}
    return Problem(
        request=request,
        people=people,
        groups=groups,
        slots=tuple(_slots(request, groups, beside)),
        fits=tuple(frozenset(one.id for one in people if need.fit.met_by(one)) for need in request.demand),
        closed=_closed(request, people, groups, busy),
        most={key: hours.most(request, by_id[key[0]], key[1], part, inside) for key, part in weeks.items()},
        least={key: hours.least(request, by_id[key[0]], key[1], part, inside) for key, part in weeks.items()},
        weights=hours.weights(people, weeks),
        fixed_days={one.id: frozenset(_days(busy.get(one.id, ()), config)) for one in people},
        fixed_kinds={one.id: _sum(kinds(x, zones[one.id]) for x in inside[one.id]) for one in people},
        current=frozenset((x.person, x.start, x.end) for x in Rota(config).spans(start, end)),
    )


def _groups(request: PlanRequest) -> Iterator[Group]:
    zone = ZoneInfo(request.config.time_zone)
    for number, day in enumerate(request.days):
        for place, pattern in enumerate(request.patterns):
            if day.weekday() in pattern.days:
                begins = datetime.combine(day, pattern.start)
                start = localise(begins, zone)
                end = localise(begins + pattern.minutes * _MINUTE, zone)
                yield Group(day, place, start, end, (end - start) // _MINUTE, number // 7)


def _busy(config: TeamConfig, beside: Rota, request: PlanRequest) -> dict[str, list[Interval]]:
    """What people work beside the plan, in its layer and above; not what they miss by leave."""
    start, end = request.bounds
    found: dict[str, list[Interval]] = {}
    for span in beside.spans(start - _AROUND, end + _AROUND):
        if span.layer >= request.layer and not _missed(config, span):
            found.setdefault(span.person, []).append((span.start, span.end))
    return found


def _missed(config: TeamConfig, span: Span) -> bool:
    return any(
        one.person == span.person and one.state == "approved" and one.start <= span.start and one.end >= span.end
        for one in config.leave
    )


def _closed(
    request: PlanRequest, people: Iterable[Person], groups: tuple[Group, ...], busy: Mapping[str, list[Interval]]
) -> dict[tuple[str, int], Code]:
    found: dict[tuple[str, int], Code] = {}
    rest = timedelta(hours=request.rules.rest_hours)
    for person in people:
        away = [one for one in request.config.leave if one.person == person.id and one.state == "approved"]
        mine = busy.get(person.id, ())
        worked = set(_days(mine, request.config))
        for number, group in enumerate(groups):
            leave = next((one for one in away if one.start < group.end and one.end > group.start), None)
            if leave is not None:
                found[person.id, number] = leave.kind
            elif any(start < group.end and end > group.start for start, end in mine):
                found[person.id, number] = "works_then"
            elif any(start < group.end + rest and end + rest > group.start for start, end in mine):
                found[person.id, number] = "rest"
            elif group.day in worked:
                found[person.id, number] = "works_that_day"
    return found


def _slots(request: PlanRequest, groups: tuple[Group, ...], beside: Rota) -> Iterator[Slot]:
    """The needs cut where anything changes. While a layer above is on duty, nobody of the plan counts."""
    cuts = sorted({moment for group in groups for moment in (group.start, group.end)})
    by_day: dict[date, list[int]] = {}
    for number, group in enumerate(groups):
        by_day.setdefault(group.start.date(), []).append(number)
    for place, need in enumerate(request.demand):
        fit = frozenset(one.id for one in request.config.people if need.fit.met_by(one))
        for stretch in need.stretches:
            for duty in beside.duties(stretch.start, stretch.end):
                begins, ends = max(duty.start, stretch.start), min(duty.end, stretch.end)
                on = len(duty.on & fit) if _counts(duty, request.layer) else 0
                above = bool(duty.on) and duty.layer is not None and duty.layer > request.layer
                for start, end in _cut(begins, ends, cuts):
                    near = (x for back in (1, 0) for x in by_day.get(start.date() - back * _DAY, ()))
                    over = () if above else tuple(x for x in near if groups[x].start <= start and groups[x].end >= end)
                    yield Slot(place, start, end, stretch.people, max(stretch.people - on, 0), over)


def _counts(duty: Duty, layer: int) -> bool:
    """Standby below the plan is not on duty once somebody of the plan is."""
    return duty.layer is not None and duty.layer >= layer


def _cut(start: datetime, end: datetime, cuts: list[datetime]) -> Iterator[Interval]:
    inner = [moment for moment in cuts if start < moment < end]
    yield from zip([start, *inner], [*inner, end], strict=True)


def _days(busy: Iterable[Interval], config: TeamConfig) -> Iterator[date]:
    zone = ZoneInfo(config.time_zone)
    return (start.astimezone(zone).date() for start, _ in busy)


def _sum(rows: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    return tuple(sum(column) for column in zip(*rows, strict=True)) or (0,) * len(KINDS)
