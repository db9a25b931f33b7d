"""Small teams to plan for, and every plan of a tiny one, to compare with."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations

from hypothesis import strategies as st

from services.contracts.teams import Demand, Leave, Person, ServiceLevel, Shift, TeamConfig
from services.route.planning.ledger import Ledger
from services.route.planning.problem import Problem
from services.route.planning.request import Pattern, PlanRequest, Rules, ask

START = date(2026, 3, 23)
"""A Monday; the clocks change on the Sunday after it."""
EARLY = Pattern(name="early", start=time(7), minutes=480)
LATE = Pattern(name="late", start=time(15), minutes=480)
NIGHT = Pattern(name="night", start=time(23), minutes=480)


def team(
    count: int = 3, demand: Sequence[Demand] | None = None, contract: float | None = 40, **changes: object
) -> TeamConfig:
    """So many people, of whom every second knows refunds; somebody is wanted from 07:00 to 23:00 every day."""
    fields: dict[str, object] = {
        "team": "klein",
        "name": "Klein",
        "people": tuple(
            Person(id=f"p{n}", name=f"P{n}", contract_hours=contract, skills=("refund",) if n % 2 else ())
            for n in range(count)
        ),
        "demand": tuple(demand if demand is not None else every_day(1)),
        "service_levels": (ServiceLevel(id="usual", first_response_minutes=60),),
    }
    return TeamConfig.model_validate(fields | changes)


def every_day(people: int) -> list[Demand]:
    """So many from 07:00 to 23:00 every day, who speak the team's language."""
    return [wanted(people, 7, 23, tuple(range(7)), language=code) for code in (None, "nl")]


def wanted(people: int, start: int, end: int, days: tuple[int, ...] = (0, 1, 2, 3, 4), **fields: object) -> Demand:
    """People from an hour to another, on some days."""
    return Demand.model_validate(
        {"days": days, "start": time(start), "end": time(end % 24), "people": people, **fields}
    )


def away(person: str, first: int, days: int, kind: str = "leave") -> Leave:
    """Away for whole days, counted from the start of the plan."""
    start = datetime.combine(START + timedelta(days=first), time(), UTC) - timedelta(hours=1)
    end = start + timedelta(days=days)
    return Leave.model_validate(
        {"id": f"{kind}-{person}-{first}", "person": person, "kind": kind, "start": start, "end": end}
    )


def every_plan(of: Problem) -> Iterator[list[tuple[str, int]]]:
    """All that keeps the rules, for a problem that is tiny."""
    keys = [(person.id, number) for person, number in of.open()]
    for size in range(len(keys) + 1):
        for chosen in combinations(keys, size):
            ledger = Ledger(of)
            for key in chosen:
                if ledger.why_not(*key) is not None:
                    break
                ledger.give(*key)
            else:
                yield list(chosen)


@st.composite
def requests(draw: st.DrawFn) -> PlanRequest:
    """A small team with leave, shifts that stay, shifts that go, and rules of its own."""
    people = draw(st.integers(1, 4))
    names = [f"p{n}" for n in range(people)]
    one, days = st.sampled_from(names), st.integers(-2, 12)
    leave = draw(st.lists(st.tuples(one, days, st.integers(1, 5)), max_size=3, unique_by=lambda x: x[:2]))
    shifts = [
        Shift(
            id=f"s{number}",
            people=(draw(one),),
            start=datetime.combine(START + timedelta(days=draw(st.integers(-10, 10))), time(draw(st.integers(0, 23)))),
            minutes=draw(st.sampled_from((60, 300, 480, 600))),
            rule=draw(st.sampled_from((None, "FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,WE,SA"))),
            layer=draw(st.sampled_from((0, 0, 0, 1))),
        )
        for number in range(draw(st.integers(0, 3)))
    ]
    config = team(
        people,
        every_day(draw(st.integers(1, 3))),
        contract=draw(st.sampled_from((None, 8, 24, 36, 40))),
        shifts=tuple(shifts),
        leave=tuple(away(person, first, length) for person, first, length in leave),
    )
    rules = Rules(
        rest_hours=draw(st.sampled_from((11, 12, 16))),
        days_in_a_row=draw(st.integers(2, 6)),
        day_hours=draw(st.sampled_from((8, 12))),
        tolerance_hours=draw(st.sampled_from((0, 4, 8))),
    )
    patterns = draw(st.lists(st.sampled_from((EARLY, LATE, NIGHT)), min_size=1, unique_by=lambda x: x.name))
    fixed = [shift.id for shift in shifts if draw(st.booleans())]
    return ask(config, START, draw(st.integers(1, 2)), patterns=patterns, fixed=fixed, rules=rules)
