"""What a rota costs grows with its shifts and no faster: counted in the shifts that are looked at, not in seconds."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.contracts.teams import Shift, Swap
from services.rota import swaps
from services.rota.rota import Rota
from services.rota.shift_history import without_old
from services.rota.spans import Plan, lineage, lineages
from tests.support.route import at, config

MANY = 2000
PER_SHIFT = 16
"""How often each shift may be looked at; once for each other shift would be 2,000 times."""


class Counted(tuple[Shift, ...]):
    """Shifts that count how many of them were handed out."""

    seen = 0

    def __iter__(self) -> Iterator[Shift]:
        for shift in super().__iter__():
            type(self).seen += 1
            yield shift


def once(number: int, replaces: str | None = None) -> Shift:
    start = datetime(2026, 1, 5, 9) + timedelta(hours=number)  # noqa: DTZ001  # wall-clock
    return Shift(id=f"s{number}", people=("noor",), start=start, minutes=60, replaces=replaces)


def rota(count: int, chained: bool) -> Any:
    shifts = (once(number, f"s{number - 1}" if chained and number else None) for number in range(count))
    taken = Swap(
        id="ruil", shift="s3", person="noor", taker="aisha", state="taken", start=at(0), end=at(24), asked_at=at(0)
    )
    return config(shifts=(), swaps=()).model_copy(update={"shifts": Counted(shifts), "swaps": (taken,)})


@pytest.mark.parametrize("chained", [False, True], ids=["apart", "each replaces the one before"])
def test_a_plan_looks_at_each_of_two_thousand_shifts_a_few_times(chained: bool) -> None:
    seen = {}
    for count in (MANY // 4, MANY):
        agreed, Counted.seen = rota(count, chained), 0
        Plan(agreed)
        swaps.swap_parts(agreed, Rota(agreed), agreed.swaps[0])
        without_old(agreed, at(0, 400))
        seen[count] = Counted.seen
    assert MANY <= seen[MANY] <= PER_SHIFT * MANY
    assert seen[MANY] <= 4.2 * seen[MANY // 4]


def test_a_count_that_grows_faster_is_seen() -> None:
    agreed, Counted.seen = rota(100, False), 0
    for shift in tuple(agreed.shifts):
        lineage(agreed, shift)
    assert Counted.seen > PER_SHIFT * 100


def test_lineages_are_the_lineage_of_each() -> None:
    links = {"a": None, "b": "a", "c": "b", "d": "weg", "e": "f", "f": "g", "g": "f", "h": "e"}
    shifts = tuple(once(0, replaces).model_copy(update={"id": name}) for name, replaces in links.items())
    agreed = config(shifts=()).model_copy(update={"shifts": shifts})
    for named in ({"a"}, {"b", "g"}, {"f", "h", "weg"}, set(links)):
        expected = {shift.id: lineage(agreed, shift) & named for shift in shifts}
        assert lineages(shifts, named) == expected
        assert lineages(shifts[::-1], named) == expected
