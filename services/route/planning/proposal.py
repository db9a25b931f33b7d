"""A proposed rota: who would have which shift, what that does for cover and fairness, and what cannot be met."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal

from services.contracts.base import Model, Slug
from services.contracts.teams import Shift, TeamConfig
from services.rota.coverage import Coverage, coverage_of
from services.rota.fairness import Fairness, fairness
from services.rota.rota import Rota
from services.route.planning.carving import cleared
from services.route.planning.ledger import Ledger
from services.route.planning.problem import Problem
from services.route.planning.reasons import Unmet, unmet
from services.route.planning.request import PlanRequest, replaced

_ID = 63


class Planned(Model):
    """One person on one shift."""

    person: Slug
    day: date
    pattern: Slug
    start: datetime
    end: datetime


class Proposal(Model):
    """A rota for the period from `start` up to `end` (days). Nothing is changed by it: see `compare.py`."""

    team: str
    method: Literal["solver", "baseline"]
    start: date
    end: date
    shifts: tuple[Shift, ...]
    """One for each pattern and day, with all who are on."""
    planned: tuple[Planned, ...]
    replaces: tuple[Slug, ...]
    """The shifts whose occurrences in the period it takes the place of."""
    coverage_before: Coverage
    coverage: Coverage
    fairness_before: Fairness
    fairness: Fairness
    """Hours, evenings and weekends of each person, against their contract."""
    unmet: tuple[Unmet, ...]
    costs: dict[str, int]
    """What the plan costs, by part; what is short weighs most. `total` is what the solver made least."""
    status: str
    """`optimal`, `feasible` (a plan within the rules, proven as far as `bound`), or `baseline`."""
    bound: float
    seconds: float
    workers: int


def propose(
    of: Problem,
    method: Literal["solver", "baseline"],
    chosen: Iterable[tuple[str, int]],
    costs: dict[str, int],
    status: str,
    bound: float,
    seconds: float,
    workers: int,
) -> Proposal:
    """The proposal that gives these people these shifts."""
    request, given = of.request, list(chosen)
    config, (start, end) = request.config, request.bounds
    shifts = tuple(_shifts(of, given))
    after = with_plan(request, shifts)
    rota, rota_before = Rota(after), Rota(config)
    return Proposal(
        team=config.team,
        method=method,
        start=request.start,
        end=request.end,
        shifts=shifts,
        planned=tuple(_planned(of, given)),
        replaces=tuple(shift.id for shift in replaced(request)),
        coverage_before=coverage_of(config, rota_before, request.demand, start, end),
        coverage=coverage_of(after, rota, request.demand, start, end),
        fairness_before=fairness(config, rota_before, start, end),
        fairness=fairness(after, rota, start, end),
        unmet=tuple(unmet(of, Ledger(of, given))),
        costs=costs,
        status=status,
        bound=bound,
        seconds=round(seconds, 2),
        workers=workers,
    )


def with_plan(request: PlanRequest, shifts: Iterable[Shift]) -> TeamConfig:
    """The team as it would be with these shifts in the period, for asking."""
    config = cleared(request.config, replaced(request), [(request.start, request.end)])
    return config.model_copy(update={"shifts": (*config.shifts, *shifts)})


def _planned(of: Problem, given: list[tuple[str, int]]) -> Iterable[Planned]:
    for person, number in given:
        group = of.groups[number]
        pattern = of.request.patterns[group.pattern].name
        yield Planned(person=person, day=group.day, pattern=pattern, start=group.start, end=group.end)


def _shifts(of: Problem, given: list[tuple[str, int]]) -> Iterable[Shift]:
    on: dict[int, list[str]] = {}
    for person, number in given:
        on.setdefault(number, []).append(person)
    taken = {shift.id for shift in of.request.config.shifts}
    for number, people in sorted(on.items()):
        group = of.groups[number]
        pattern = of.request.patterns[group.pattern]
        yield Shift(
            id=_free(f"plan-{group.day:%Y%m%d}-{pattern.name}", taken),
            people=tuple(sorted(people)),
            start=datetime.combine(group.day, pattern.start),
            minutes=pattern.minutes,
            layer=of.request.layer,
        )


def _free(name: str, taken: set[str]) -> str:
    """An earlier plan may have had the same name."""
    number, free = 2, name[:_ID]
    while free in taken:
        free, number = f"{name[: _ID - 4]}-{number}", number + 1
    taken.add(free)
    return free
