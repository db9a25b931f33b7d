"""How much will come in: mentions per weekday and hour from history, and how many people that wants. Pure.

A mean per weekday and hour in which last week counts most, with the trend of the weeks; a public holiday is as a Sunday.
From mentions to people by Erlang's C formula: so many that the given share of customers is helped within the target. Used
by the planner (`webcare rota plan --history`).
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.rota.needs import Fit, Need, Wanted, levelled
from services.rota.opening_hours import Interval
from services.rota.wall_clock import localise

HALF_LIFE_WEEKS = 4.0
"""A week counts half as much as one that is so many weeks later."""
TREND_LIMITS = (0.5, 2.0)
"""However steep the trend, what is ahead is at least and at most so many times the recent mean."""
SUNDAY = 6
_LEAST_LEVEL = 0.2
"""However steep the trend, what has been was at least so much of what is now."""
MOST_PEOPLE = 1000
_WEEK = timedelta(weeks=1)
_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Work:
    """What one mention asks: minutes of a person, within how many minutes, and for which share (0 to 1) of them."""

    handling_minutes: float
    target_minutes: float
    share: float = 0.8
    needs_person: float = 1.0
    """The share of the mentions that needs a person at all."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is expected: a mean by weekday and hour at `until`, and by how much it grows each week."""

    zone: ZoneInfo
    holidays: frozenset[date]
    until: datetime
    means: Mapping[tuple[int, int], float]
    growth: float
    """The part that is added each week: 0.02 is 2 % more than the week before."""

    def expected(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, float]]:
        """Each whole hour of the local clock from `start` up to `end`, with the mentions that are expected in it."""
        for hour in _hours(start, end):
            weeks = max(0.0, (hour - self.until) / _WEEK)
            factor = min(max(1 + self.growth * weeks, TREND_LIMITS[0]), TREND_LIMITS[1])
            yield hour, self.means.get(_place(hour, self.zone, self.holidays), 0.0) * factor


def learn(
    moments: Iterable[datetime], start: datetime, end: datetime, zone: ZoneInfo, holidays: Iterable[date] = ()
) -> Forecast:
    """The forecast that follows from when mentions came in `[start, end)`, of which at least one whole week is needed.

    Raises:
        ValueError: the history is shorter than a week.
    """
    if end - start < _WEEK:
        raise ValueError("a forecast needs a week of history at least")
    closed = frozenset(holidays)
    counts = Counter(_hour(moment) for moment in moments if start <= moment < end)
    sums: dict[tuple[int, int], float] = {}
    weights: dict[tuple[int, int], float] = {}
    growth = _growth(counts, start, end)
    for hour in _hours(_hour(start + _HOUR - timedelta(microseconds=1)), end):
        place = _place(hour, zone, closed)
        ago = (end - hour) / _WEEK
        weight = 0.5 ** (ago / HALF_LIFE_WEEKS)
        sums[place] = sums.get(place, 0.0) + weight * counts[hour] / max(1 - growth * ago, _LEAST_LEVEL)
        weights[place] = weights.get(place, 0.0) + weight
    return Forecast(zone, closed, end, {place: sums[place] / weights[place] for place in sums}, growth)


def wanted(forecast: Forecast, work: Work, start: datetime, end: datetime, opened: Iterable[Interval]) -> list[Wanted]:
    """The people that each open hour wants; somebody is there in every open hour in which anything is expected."""
    people = {
        hour: people_for(mentions * work.needs_person, work) for hour, mentions in forecast.expected(start, end)
    }  # fmt: skip
    return [
        Wanted(max(begins, hour), min(ends, hour + _HOUR), people[hour])
        for begins, ends in opened
        for hour in _hours(_hour(begins), ends)
        if people.get(hour)
    ]


def needs_of(
    history: Iterable[tuple[datetime, Fit]],
    work: Work,
    since: datetime,
    until: datetime,
    period: Interval,
    opened: Iterable[Interval],
    zone: ZoneInfo,
    holidays: Iterable[date] = (),
) -> list[Need]:
    """What is wanted of anybody, and of each fit that the history asks for, in the open hours of the period."""
    open_, closed = list(opened), frozenset(holidays)
    by_fit: dict[Fit, list[datetime]] = {Fit(): []}
    for moment, fit in history:
        by_fit[Fit()].append(moment)
        if fit != Fit():
            by_fit.setdefault(fit, []).append(moment)
    found = []
    for fit, moments in by_fit.items():
        stretches = wanted(learn(moments, since, until, zone, closed), work, *period, open_)
        if stretches:
            found.append(Need(fit, True, levelled(stretches)))
    return found


def people_for(mentions: float, work: Work) -> int:
    """The fewest people with whom the share of an hour's mentions is begun within the target (Erlang C)."""
    if mentions <= 0:
        return 0
    load = mentions * work.handling_minutes / 60
    people = max(1, math.floor(load) + 1)
    while people < MOST_PEOPLE and _within_target(people, load, work) < work.share:
        people += 1
    return people


def _within_target(people: int, load: float, work: Work) -> float:
    """The part that waits no longer than the target, with `people` > `load` there."""
    blocked = 1.0
    for number in range(1, people + 1):
        blocked = load * blocked / (number + load * blocked)
    waits = people * blocked / (people - load * (1 - blocked))
    return 1 - waits * math.exp(-(people - load) * work.target_minutes / work.handling_minutes)


def _growth(counts: Mapping[datetime, int], start: datetime, end: datetime) -> float:
    """What a straight line through the weeks adds each week, as a part of its level at the end; none before four weeks."""
    whole = (end - start) // _WEEK
    if whole < 4:
        return 0.0
    first = end - whole * _WEEK
    weeks = [0.0] * whole
    for hour, count in counts.items():
        if hour >= first:
            weeks[min(int((hour - first) / _WEEK), whole - 1)] += count
    middle, mean = (whole - 1) / 2, sum(weeks) / whole
    spread = sum((number - middle) ** 2 for number in range(whole))
    slope = sum((number - middle) * (total - mean) for number, total in enumerate(weeks)) / spread
    level = mean + slope * whole / 2
    return slope / level if level > 0 else 0.0


def _place(hour: datetime, zone: ZoneInfo, holidays: frozenset[date]) -> tuple[int, int]:
    local = hour.astimezone(zone)
    return SUNDAY if local.date() in holidays else local.weekday(), local.hour


def _hours(start: datetime, end: datetime) -> Iterator[datetime]:
    hour = _hour(start)
    while hour < end:
        yield hour
        hour += _HOUR


def _hour(moment: datetime) -> datetime:
    """The whole hour that it is in."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def history_bounds(moments: Iterable[datetime], zone: ZoneInfo) -> Interval:
    """The whole local days that the moments span."""
    ordered = sorted(moments)
    first, last = ordered[0].astimezone(zone).date(), ordered[-1].astimezone(zone).date() + _DAY
    return localise(datetime.combine(first, time()), zone), localise(datetime.combine(last, time()), zone)
