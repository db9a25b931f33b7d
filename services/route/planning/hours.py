"""What people may and should work in each week of a plan, in minutes, beside what they work anyway. Used by `problem.py`."""

from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.contracts.teams import Person
from services.rota.opening_hours import Interval
from services.rota.wall_clock import localise
from services.route.planning.request import PlanRequest

Busy = Mapping[str, list[Interval]]
_WEEK = timedelta(weeks=1)
_MINUTE = timedelta(minutes=1)


def available(request: PlanRequest, person: Person, week: int) -> float:
    """The part of a week in which the person is not away."""
    config = request.config
    zone = ZoneInfo(config.time_zone)
    bounds = (request.start + week * _WEEK, request.start + (week + 1) * _WEEK)
    start, end = (localise(datetime.combine(day, time()), zone) for day in bounds)
    gone, until = timedelta(), start
    for one in sorted((x for x in config.leave if x.person == person.id), key=lambda x: x.start):
        if one.state == "approved":
            begins, ends = max(one.start, until), min(one.end, end)
            gone += max(ends - begins, timedelta())
            until = max(until, ends)
    return max(0.0, 1 - gone / (end - start))


def most(request: PlanRequest, person: Person, week: int, part: float, busy: Busy) -> int:
    """What is left of their contract and its tolerance, or of the longest week."""
    rules, contract = request.rules, person.contract_hours
    hours = rules.week_hours * part if contract is None else contract * part + rules.tolerance_hours
    return max(0, int(60 * hours) - _worked(request, person, week, busy))


def least(request: PlanRequest, person: Person, week: int, part: float, busy: Busy) -> int:
    """What they lack of their contract and its tolerance; nothing without a contract."""
    contract = person.contract_hours
    hours = 0.0 if contract is None else contract * part - request.rules.tolerance_hours
    return max(0, int(60 * hours) - _worked(request, person, week, busy))


def _worked(request: PlanRequest, person: Person, week: int, busy: Busy) -> int:
    """The minutes that the person works beside the plan on shifts that start in the week."""
    first = request.start + week * _WEEK
    zone = ZoneInfo(request.config.time_zone)
    mine = (x for x in busy[person.id] if first <= x[0].astimezone(zone).date() < first + _WEEK)
    return sum((end - start) // _MINUTE for start, end in mine)


def weights(people: Iterable[Person], weeks: Mapping[tuple[str, int], float]) -> dict[str, float]:
    """What people are compared by: contract hours of the weeks, leave taken off; the usual contract without one."""
    everybody = list(people)
    agreed = [one.contract_hours for one in everybody if one.contract_hours]
    usual = sum(agreed) / len(agreed) if agreed else 1.0
    return {
        one.id: (one.contract_hours or usual) * sum(part for (name, _), part in weeks.items() if name == one.id)
        for one in everybody
    }
