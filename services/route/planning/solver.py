"""Solves a plan with OR-tools CP-SAT, from the baseline on, so that it is never worse than that.

A small problem is solved whole. A large one is improved in neighbourhoods: a few people at a time are planned anew for the
whole period while the others keep what they have, in rounds as long as that helps. The same request gives the same plan:
seed, workers and the amount of work (not the time on the clock) are fixed. Only when the clock stops it, which is said, may
two runs differ.
"""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from services.route.planning.cost import Scale, cost
from services.route.planning.ledger import Ledger
from services.route.planning.model import Key, Model, keys_of, library
from services.route.planning.problem import Problem

WORKERS = 1
SEED = 1
WHOLE = 1500
"""Up to so many choices, the problem is solved whole."""
WHOLE_EFFORT = 4.0
PART_EFFORT = 0.08
"""How much the solver works at most, on a whole problem and on one neighbourhood, in its own unit: very roughly seconds."""
CLOSE_ENOUGH = 0.002
"""Done once a plan is proven to be within this part of the best, or a round gains less than that."""
TOGETHER = 3
"""So many people are planned anew together."""
ROUNDS = 5
CLOCK = 24.0
"""Seconds after which it stops in any case."""


@dataclass(frozen=True, slots=True)
class Solved:
    """What the solver found. `bound` is the least that any plan costs; 0 when that is not proven."""

    chosen: list[Key]
    status: str
    bound: float = 0.0
    by_clock: bool = False


def solve(of: Problem, on: Scale, start: list[Key], clock: float = CLOCK) -> Solved:
    """The best plan that is found from `start`.

    Raises:
        PlanError: OR-tools is not installed.
    """
    library()
    until = time.monotonic() + clock
    keys = list(keys_of(of))
    if len(keys) <= WHOLE:
        return _solved(of, on, keys, start, WHOLE_EFFORT, until)
    best, total = Solved(start, "feasible"), cost(of, on, start)["total"]
    for round_ in range(ROUNDS):
        before = total
        for free in _neighbourhoods(of, keys, round_):
            if time.monotonic() >= until:
                return replace(best, by_clock=True)
            found = _solved(of, on, free, best.chosen, PART_EFFORT, until)
            costs = cost(of, on, found.chosen)["total"]
            if costs <= total:
                best, total = Solved(found.chosen, "feasible"), costs
        if total > before * (1 - CLOSE_ENOUGH):
            break
    return best


def _neighbourhoods(of: Problem, keys: list[Key], round_: int) -> Iterator[list[Key]]:
    names = [person.id for person in of.people]
    random.Random(SEED + round_).shuffle(names)  # noqa: S311  # nothing secret
    for first in range(0, len(names), TOGETHER):
        some = set(names[first : first + TOGETHER])
        yield [key for key in keys if key[0] in some]


def _solved(of: Problem, on: Scale, free: list[Key], start: list[Key], effort: float, until: float) -> Solved:
    loose = set(free)
    kept = Ledger(of, (key for key in start if key not in loose))
    model = Model(of, on, free, kept, {key for key in start if key in loose})
    cp = library()
    solver = cp.CpSolver()
    solver.parameters.num_workers = WORKERS
    solver.parameters.random_seed = SEED
    solver.parameters.interleave_search = WORKERS > 1
    solver.parameters.max_deterministic_time = effort
    solver.parameters.max_time_in_seconds = max(0.1, until - time.monotonic())
    solver.parameters.relative_gap_limit = CLOSE_ENOUGH
    status = solver.solve(model.model)
    by_clock = time.monotonic() >= until
    if status not in (cp.OPTIMAL, cp.FEASIBLE):
        return Solved(start, "feasible", by_clock=by_clock)
    chosen = sorted([*kept.chosen, *model.chosen(solver)], key=lambda key: (key[1], key[0]))
    return Solved(chosen, solver.status_name(status).lower(), solver.best_objective_bound * on.unit, by_clock)
