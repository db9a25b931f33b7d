"""The way into the planner: a request in, a proposal out. Pure but for the time that solving takes."""

import time

from services.route.planning.cost import cost, scale
from services.route.planning.greedy import greedy
from services.route.planning.ledger import Ledger
from services.route.planning.problem import problem
from services.route.planning.proposal import Proposal, propose
from services.route.planning.request import PlanRequest
from services.route.planning.solver import CLOCK, WORKERS, solve


def baseline(request: PlanRequest) -> Proposal:
    """A quick proposal without OR-tools: within the rules, and far from the best."""
    begin = time.perf_counter()
    of = problem(request)
    chosen = greedy(of)
    costs = cost(of, scale(of, chosen), chosen)
    return propose(of, "baseline", chosen, costs, "baseline", 0.0, time.perf_counter() - begin, 1)


def plan(request: PlanRequest, clock: float = CLOCK) -> Proposal:
    """The best proposal that is found, never worse than the baseline.

    Raises:
        PlanError: OR-tools is not installed.
        RotaError: a shift's rule cannot be worked out.
    """
    begin = time.perf_counter()
    of = problem(request)
    first = greedy(of)
    on = scale(of, first)
    solved = solve(of, on, first, clock)
    ledger = Ledger(of, solved.chosen)
    ledger.fill(of.people)
    chosen = ledger.chosen
    status = f"{solved.status}, stopped by the clock" if solved.by_clock else solved.status
    seconds = time.perf_counter() - begin
    return propose(of, "solver", chosen, cost(of, on, chosen), status, solved.bound, seconds, WORKERS)
