"""Whether a proposal breaks a rule: checked anew on the rota as it would be, without what the planner has worked out.

What was broken before, by shifts that stay, is not the proposal's. Used by `tests.bench.bench_planner` and the tests.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from services.contracts.teams import Person
from services.rota.rota import Rota
from services.rota.spans import Span
from services.rota.wall_clock import localise
from services.route.planning.proposal import Proposal, with_plan
from services.route.planning.request import PlanRequest

_AROUND = timedelta(days=16)
_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)


class Violation(NamedTuple):
    """A rule that the proposal breaks."""

    rule: Literal["leave", "overlap", "rest", "days_in_a_row", "day_hours", "week_hours"]
    person: str
    at: datetime


def violations(request: PlanRequest, proposal: Proposal) -> list[Violation]:
    """Every rule that a proposed shift breaks."""
    config, (start, end) = with_plan(request, proposal.shifts), request.bounds
    ours = {shift.id for shift in proposal.shifts}
    spans = [x for x in Rota(config).spans(start - _AROUND, end + _AROUND) if x.layer >= request.layer]
    found: list[Violation] = []
    for person in config.people:
        mine = [x for x in spans if x.person == person.id and (x.shift in ours or not _away(request, x, whole=True))]
        if any(x.shift in ours for x in mine):
            found += _one_by_one(request, mine, ours)
            found += _in_a_row(request, mine, ours)
            found += _weeks(request, person, mine, ours)
    return found


def _one_by_one(request: PlanRequest, mine: Sequence[Span], ours: set[str]) -> Iterator[Violation]:
    rules = request.rules
    for span in mine:
        if span.shift in ours and _away(request, span, whole=False):
            yield Violation("leave", span.person, span.start)
        if span.shift in ours and span.end - span.start > (rules.day_hours + 1) * _HOUR:
            yield Violation("day_hours", span.person, span.start)
    for one, other in pairwise(sorted(mine)):
        if one.shift in ours or other.shift in ours:
            if other.start < one.end:
                yield Violation("overlap", one.person, other.start)
            elif other.start - one.end < rules.rest_hours * _HOUR:
                yield Violation("rest", one.person, other.start)


def _in_a_row(request: PlanRequest, mine: Sequence[Span], ours: set[str]) -> Iterator[Violation]:
    days: dict[date, bool] = {}
    for span in mine:
        day = _day(request, span.start)
        days[day] = days.get(day, False) or span.shift in ours
    for day in days:
        if day - _DAY not in days:
            last = day
            while last + _DAY in days:
                last += _DAY
            run = [day + number * _DAY for number in range((last - day).days + 1)]
            if len(run) > request.rules.days_in_a_row and any(days[x] for x in run):
                yield Violation(
                    "days_in_a_row", mine[0].person, localise(datetime.combine(day, time()), _zone(request))
                )


def _weeks(request: PlanRequest, person: Person, mine: Sequence[Span], ours: set[str]) -> Iterator[Violation]:
    rules, zone = request.rules, _zone(request)
    for number in range(request.weeks):
        first = request.start + number * 7 * _DAY
        start, end = (localise(datetime.combine(day, time()), zone) for day in (first, first + 7 * _DAY))
        inside = [x for x in mine if first <= _day(request, x.start) < first + 7 * _DAY]
        minutes = [start + number * timedelta(minutes=15) for number in range((end - start) // timedelta(minutes=15))]
        there = sum(not _is_away(request, person.id, moment) for moment in minutes) / len(minutes)
        contract = person.contract_hours
        most = rules.week_hours * there if contract is None else contract * there + rules.tolerance_hours
        worked = sum((x.end - x.start for x in inside), timedelta()) / _HOUR
        if worked > most + 0.3 and any(x.shift in ours for x in inside):
            yield Violation("week_hours", person.id, start)


def _away(request: PlanRequest, span: Span, whole: bool) -> bool:
    mine = [one for one in request.config.leave if one.person == span.person and one.state == "approved"]
    if whole:
        return any(one.start <= span.start and one.end >= span.end for one in mine)
    return any(one.start < span.end and one.end > span.start for one in mine)


def _is_away(request: PlanRequest, person: str, moment: datetime) -> bool:
    leave = (one for one in request.config.leave if one.person == person and one.state == "approved")
    return any(one.start <= moment < one.end for one in leave)


def _day(request: PlanRequest, moment: datetime) -> date:
    return moment.astimezone(_zone(request)).date()


def _zone(request: PlanRequest) -> ZoneInfo:
    return ZoneInfo(request.config.time_zone)
