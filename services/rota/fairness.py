"""How the work is shared: hours, evenings, nights, weekends and holidays per person, against their contracts. Pure.

Counted is who has a shift in the period or may have one by the rota. People are compared by load: hours for each hour of
contract that was theirs to work (leave taken off); without a contract, the average of those who have one. A contract of 0
hours is work by agreement, and is not compared. Local time is the person's own.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import combinations
from zoneinfo import ZoneInfo

from services.contracts.base import Model
from services.contracts.teams import Person, TeamConfig
from services.rota.opening_hours import Interval
from services.rota.rota import LOOK_AHEAD, Rota
from services.rota.wall_clock import local_span

OVERLOADED = 20.0
"""Per cent above the average load from which somebody counts as overloaded."""
FAR_ABOVE = 20.0
"""Per cent above the contract from which somebody is planned far above it, and at least `PLANNED_ABOVE` hours a week."""
PLANNED_ABOVE = 4.0
"""So many hours a week above the contract the planner may plan."""
CONTRACT_WEEKS = timedelta(weeks=4)
"""Over so long a busy week may be made good by a quiet one, as the Dutch Working Hours Act has it (article 5:7)."""
EVENING = time(18)
NIGHT_ENDS = time(6)
_MIDNIGHT = time(0)
_DAY = timedelta(days=1)
_WEEK = timedelta(weeks=1)
_HOUR = timedelta(hours=1)


class Share(Model):
    """One person's part. Evenings are from 18:00 to midnight, nights from then to 06:00; all of them are in `hours`."""

    person: str
    hours: float
    evening_hours: float
    night_hours: float
    weekend_hours: float
    holiday_hours: float
    contract_hours: float | None
    """Of the period, with leave taken off; `None` without a contract."""
    over_contract: float | None
    """Hours above it; below when negative."""
    over_average: float | None
    """Load against the average, in per cent; `None` for one who is not compared."""
    overloaded: bool


class Balance(Model):
    """The mean over pairs of people of the lowest ÷ the highest load: 1 when all have the same, and for one person."""

    hours: float
    evenings: float
    nights: float
    weekends: float
    holidays: float


class Fairness(Model):
    """How the work of `[start, end)` is shared."""

    team: str
    start: datetime
    end: datetime
    people: tuple[Share, ...]
    balance: Balance

    @property
    def overloaded(self) -> tuple[Share, ...]:
        """Those who are, the most overloaded first."""
        return tuple(sorted((x for x in self.people if x.overloaded), key=lambda x: -(x.over_average or 0)))


def fairness(config: TeamConfig, rota: Rota, start: datetime, end: datetime, limit: float = OVERLOADED) -> Fairness:
    """How the rota shares the work of `[start, end)`; overloaded is from `limit` per cent above the average load."""
    worked = _worked(rota, start, end)
    named = {name for shift in config.shifts if not _over(shift.ended_at, start) for name in shift.names()}
    people = [person for person in config.people if person.id in named or worked.get(person.id)]
    counted = {person.id: _hours(config, person, worked.get(person.id, [])) for person in people}
    contracts = {person.id: _contract(config, person, start, end) for person in people}
    weights = _weights(config, people, contracts, start, end)
    loads = {name: counted[name][0] / weight for name, weight in weights.items()}
    average = sum(loads.values()) / len(loads) if loads else 0.0
    shares = (_share(one, counted[one.id], contracts[one.id], loads.get(one.id), average, limit) for one in people)
    balances = (balance([counted[name][what] / weight for name, weight in weights.items()]) for what in range(5))
    return Fairness(
        team=config.team,
        start=start,
        end=end,
        people=tuple(shares),
        balance=Balance(**dict(zip(Balance.model_fields, balances, strict=True))),
    )


def far_above_contract(config: TeamConfig, rota: Rota, start: datetime, end: datetime) -> frozenset[str]:
    """Who is planned far above their contract. Leave makes what is theirs to work less, and not what counts as far."""
    worked, weeks = _worked(rota, start, end), (end - start) / _WEEK
    found = set()
    for person in config.people:
        if contract := person.contract_hours:
            hours = sum((until - begins for begins, until in worked.get(person.id, ())), timedelta()) / _HOUR
            over = hours - contract * _available(config, person, start, end)
            if over > max(contract * FAR_ABOVE / 100, PLANNED_ABOVE) * weeks:
                found.add(person.id)
    return frozenset(found)


def planned_above_contract(config: TeamConfig, rota: Rota, start: datetime) -> frozenset[str]:
    """Who is planned so in one of the periods of four weeks that are looked ahead to."""
    periods = (start + number * CONTRACT_WEEKS for number in range(LOOK_AHEAD // CONTRACT_WEEKS))
    return frozenset(
        one for begins in periods for one in far_above_contract(config, rota, begins, begins + CONTRACT_WEEKS)
    )


def balance(loads: Iterable[float]) -> float:
    """The mean over pairs of the lower ÷ the higher; two that have nothing are equal."""
    pairs = list(combinations(loads, 2))
    return round(sum(min(pair) / max(pair) if max(pair) else 1.0 for pair in pairs) / len(pairs), 4) if pairs else 1.0


def _over(ended_at: datetime | None, start: datetime) -> bool:
    return ended_at is not None and ended_at <= start


def _worked(rota: Rota, start: datetime, end: datetime) -> dict[str, list[Interval]]:
    """The stretches that each person is on duty, apart from each other."""
    found: dict[str, list[Interval]] = {}
    for duty in rota.duties(start, end):
        begins, ends = max(duty.start, start), min(duty.end, end)
        for person in duty.on:
            mine = found.setdefault(person, [])
            if mine and mine[-1][1] == begins:
                begins_here = mine.pop()[0]
                mine.append((begins_here, ends))
            else:
                mine.append((begins, ends))
    return found


def _hours(config: TeamConfig, person: Person, worked: list[Interval]) -> tuple[float, ...]:
    """Hours, and of these evenings, nights, weekends, holidays."""
    zone = ZoneInfo(person.time_zone or config.time_zone)
    totals, holidays = [timedelta()] * 5, config.all_holidays
    for stretch in worked:
        for day, whole in _days(stretch, zone):
            evening = _common(stretch, _local(day, EVENING, _MIDNIGHT, zone))
            night = _common(stretch, _local(day, _MIDNIGHT, NIGHT_ENDS, zone))
            weekend = whole if day.weekday() >= 5 else timedelta()
            holiday = whole if day in holidays else timedelta()
            parts = (whole, evening, night, weekend, holiday)
            totals = [total + part for total, part in zip(totals, parts, strict=True)]
    return tuple(total / _HOUR for total in totals)


def _days(stretch: Interval, zone: ZoneInfo) -> Iterator[tuple[date, timedelta]]:
    """The local days that a stretch touches, with how much of it lies in each."""
    day = stretch[0].astimezone(zone).date()
    while (whole := _local(day, _MIDNIGHT, _MIDNIGHT, zone))[0] < stretch[1]:
        yield day, _common(stretch, whole)
        day += _DAY


@lru_cache(maxsize=4096)
def _local(day: date, start: time, end: time, zone: ZoneInfo) -> Interval:
    """Kept, because everybody's shifts are on the same days."""
    return local_span(day, start, end, zone)


def _common(one: Interval, other: Interval) -> timedelta:
    return max(min(one[1], other[1]) - max(one[0], other[0]), timedelta())


def _available(config: TeamConfig, person: Person, start: datetime, end: datetime) -> float:
    """The weeks of the period in which the person is not away."""
    away = sorted(
        (max(one.start, start), min(one.end, end))
        for one in config.leave
        if one.person == person.id and one.state == "approved" and one.start < end and one.end > start
    )
    gone, until = timedelta(), start
    for begins, ends in away:
        gone += max(ends - max(begins, until), timedelta())
        until = max(until, ends)
    return (end - start - gone) / _WEEK


def _contract(config: TeamConfig, person: Person, start: datetime, end: datetime) -> float | None:
    if person.contract_hours is None:
        return None
    return person.contract_hours * _available(config, person, start, end)


def _weights(
    config: TeamConfig,
    people: list[Person],
    contracts: Mapping[str, float | None],
    start: datetime,
    end: datetime,
) -> dict[str, float]:
    """The hours that each person's load is measured against, for those who are compared."""
    agreed = [person.contract_hours for person in people if person.contract_hours]
    usual = sum(agreed) / len(agreed) if agreed else 1.0
    weights = {
        person.id: usual * _available(config, person, start, end) if contract is None else contract
        for person, contract in ((person, contracts[person.id]) for person in people)
    }
    return {name: weight for name, weight in weights.items() if weight > 0}


def _share(
    person: Person, hours: tuple[float, ...], contract: float | None, load: float | None, average: float, limit: float
) -> Share:
    over = None if load is None or not average else round(100 * (load / average - 1), 1)
    whole, evenings, nights, weekends, holidays = (round(figure, 2) for figure in hours)
    return Share(
        person=person.id,
        hours=whole,
        evening_hours=evenings,
        night_hours=nights,
        weekend_hours=weekends,
        holiday_hours=holidays,
        contract_hours=None if contract is None else round(contract, 2),
        over_contract=None if contract is None else round(hours[0] - contract, 2),
        over_average=over,
        overloaded=over is not None and over >= limit,
    )
