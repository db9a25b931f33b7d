"""Plans 30 people for 5 weeks with 4 skills and demand by the hour, and prints it beside the baseline.

`python -m tests.bench.bench_planner`. It fails when the proposal covers less or shares less evenly than the baseline, or
when either breaks a rule; `tests/unit/test_route_planner.py` asks the same of a smaller team.
"""

import sys
import time as time_of
from datetime import date, time

from services.contracts.teams import Demand, Person, ServiceLevel, TeamConfig
from services.route.planning.plan import baseline, plan
from services.route.planning.proposal import Proposal
from services.route.planning.request import Pattern, PlanRequest, ask
from services.route.planning.rules import violations
from tests.bench.figures import table

SKILLS = ("refund", "outage", "contract", "moving")
START = date(2026, 3, 2)
NOTE = """`python -m tests.bench.bench_planner`. The baseline is greedy: it gives each hour that is short to who is
best for it."""
WEEKS = 5
BALANCES = ("hours", "evenings", "weekends")
SAME = 0.005
"""Per cent that no one would notice."""
PATTERNS = (
    Pattern(name="early", start=time(7), minutes=480),
    Pattern(name="day", start=time(9), minutes=480),
    Pattern(name="noon", start=time(12), minutes=480),
    Pattern(name="late", start=time(15), minutes=480),
)


def team() -> TeamConfig:
    """Thirty people, most with two of the skills, and what is wanted in each hour of a week."""
    return TeamConfig(
        team="bench",
        name="Bench",
        people=tuple(_person(number) for number in range(30)),
        demand=tuple(_demand()),
        service_levels=(ServiceLevel(id="usual", first_response_minutes=60),),
    )


def request() -> PlanRequest:
    """What is asked of the planner."""
    return ask(team(), START, WEEKS, patterns=PATTERNS)


def main() -> None:
    """Print both."""
    sys.stdout.write(measure() + "\n")


def measure() -> str:
    """The table: the baseline and the solver side by side.

    Raises:
        SystemExit: the solver is below the baseline, or a rule is broken; with the table and what is wrong.
    """
    asked = request()
    first = baseline(asked)
    begin = time_of.process_time()
    best = plan(asked)
    spent = time_of.process_time() - begin
    wanted = sum(need.wanted_hours for need in best.coverage.needs)
    broken = ("rules broken", [str(len(violations(asked, one))) for one in (first, best)])
    work = ("seconds of one core", ["–", f"{spent:.1f}"])
    about = f"{len(asked.config.people)} people, {WEEKS} weeks, {len(SKILLS)} skills, {wanted:,.0f} person-hours wanted"
    lines = [(title, *figures) for title, figures in [*rows(first, best), broken, work]]
    shown = table((about, "baseline", "solver"), lines)
    if found := wrong(asked, first, best):
        raise SystemExit("\n".join([shown, "", "the planner is not good enough:", *(f"- {one}" for one in found)]))
    return shown


def wrong(asked: PlanRequest, first: Proposal, best: Proposal) -> list[str]:
    """Where the solver's proposal `best` is below the baseline `first`, and the rules that either breaks; none is good."""
    below = [
        f"{what} is {ours:.2f}, the baseline's {theirs:.2f}"
        for (what, ours), (_, theirs) in zip(_qualities(best), _qualities(first), strict=True)
        if ours < theirs - SAME
    ]
    broken = [
        f"the {name} breaks a rule: {one}"
        for name, proposal in (("baseline", first), ("solver", best))
        for one in violations(asked, proposal)
    ]
    return [*below, *broken]


def _qualities(proposal: Proposal) -> list[tuple[str, float]]:
    """What is better when it is more: per cent covered, and per cent of balance."""
    balances = ((f"balance of {one}", 100 * getattr(proposal.fairness.balance, one)) for one in BALANCES)
    return [("coverage", proposal.coverage.percent), *balances]


def rows(*proposals: Proposal) -> list[tuple[str, list[str]]]:
    """A title and the figures of each proposal."""
    return [
        ("status", [one.status for one in proposals]),
        ("seconds", [f"{one.seconds:.1f}" for one in proposals]),
        ("workers", [str(one.workers) for one in proposals]),
        ("coverage", [f"{one.coverage.percent:.1f} %" for one in proposals]),
        ("person-hours short", [f"{sum(x.hours for x in one.unmet):.0f}" for one in proposals]),
        *(
            (f"balance of {what}", [f"{100 * getattr(one.fairness.balance, what):.1f} %" for one in proposals])
            for what in BALANCES
        ),
        ("people overloaded", [str(len(one.fairness.overloaded)) for one in proposals]),
        ("cost", [f"{one.costs['total']:,}" for one in proposals]),
    ]


def _person(number: int) -> Person:
    mine = {SKILLS[number % 4], SKILLS[(number // 4) % 4]}
    return Person(
        id=f"p{number:02}",
        name=f"Person {number}",
        languages=("nl", "en") if number % 3 else ("nl",),
        skills=tuple(sorted(mine)),
        contract_hours=(32, 36, 40)[number % 3],
    )


def _demand() -> list[Demand]:
    """More in the middle of a working day, less at weekends; one of each skill in the busy hours."""
    rows = []
    for days, by_hour in (((0, 1, 2, 3, 4), _WORKING), ((5, 6), _WEEKEND)):
        for hour, people in by_hour.items():
            times = {"days": days, "start": time(hour), "end": time((hour + 1) % 24)}
            rows.append(Demand(people=people, **times))
            rows.append(Demand(people=max(1, people // 5), language="nl", **times))
            if people >= 4:
                rows += [Demand(people=max(1, people // 7), skill=skill, **times) for skill in SKILLS]
    return rows


_WORKING = dict(zip(range(7, 23), (4, 6, 10, 12, 14, 13, 13, 14, 12, 11, 9, 8, 7, 7, 5, 3), strict=True))
_WEEKEND = dict(zip(range(7, 23), (2, 2, 4, 5, 6, 6, 6, 5, 5, 4, 4, 4, 3, 3, 2, 2), strict=True))


if __name__ == "__main__":
    main()
