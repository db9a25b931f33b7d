"""A plan in the making: who has been given what so far, what is still short, and why somebody cannot be given a shift.

Used by the baseline, to fill what a solver has left, and to explain. It never takes what breaks a rule.
"""

from collections.abc import Iterable
from datetime import timedelta

from services.contracts.teams import Person
from services.route.planning.problem import Code, Group, Problem

_DAY = timedelta(days=1)


class Ledger:
    """What is given out; `give` only after `why_not` has given `None`."""

    def __init__(self, of: Problem, chosen: Iterable[tuple[str, int]] = ()) -> None:
        self.problem = of
        self.given: dict[str, dict[int, Group]] = {person.id: {} for person in of.people}
        self.minutes: dict[tuple[str, int], int] = dict.fromkeys(of.most, 0)
        self.short = [slot.short for slot in of.slots]
        self.slots_of: dict[int, list[int]] = {}
        for place, slot in enumerate(of.slots):
            for group in slot.groups:
                self.slots_of.setdefault(group, []).append(place)
        self._rest = timedelta(hours=of.request.rules.rest_hours)
        for person, group in chosen:
            self.give(person, group)

    @property
    def chosen(self) -> list[tuple[str, int]]:
        """All that is given out, in order."""
        return sorted(((one, group) for one, mine in self.given.items() for group in mine), key=lambda x: (x[1], x[0]))

    def give(self, person: str, number: int) -> None:
        """The person has the shift."""
        group = self.problem.groups[number]
        self.given[person][number] = group
        self.minutes[person, group.week] += group.minutes
        for place in self.slots_of.get(number, ()):
            if person in self.problem.fits[self.problem.slots[place].need]:
                self.short[place] -= 1

    def why_not(self, person: str, number: int) -> Code | None:
        """What keeps the person from the shift, as things are; `None` when nothing does."""
        if code := self.problem.closed.get((person, number)):
            return code
        group, mine = self.problem.groups[number], self.given[person]
        if any(one.start < group.end and one.end > group.start for one in mine.values()):
            return "works_then"
        if any(one.day == group.day for one in mine.values()):
            return "works_that_day"
        if any(
            one.start < group.end + self._rest and one.end + self._rest > group.start for one in mine.values()
        ):  # fmt: skip
            return "rest"
        if self.minutes[person, group.week] + group.minutes > self.problem.most[person, group.week]:
            return "contract_full"
        return "days_in_a_row" if self._in_a_row(person, group) > self.problem.request.rules.days_in_a_row else None

    def gain(self, person: str, number: int) -> int:
        """The minutes, over all needs, that would be short no longer."""
        of = self.problem
        return sum(
            of.slots[place].minutes
            for place in self.slots_of.get(number, ())
            if self.short[place] > 0 and person in of.fits[of.slots[place].need]
        )

    def fill(self, people: Iterable[Person]) -> None:
        """Give out whatever still helps and breaks no rule, the most helpful first."""
        everybody = list(people)
        for number in self.slots_of:
            while True:
                helps = [
                    (-self.gain(one.id, number), self._worked(one.id), one.id)
                    for one in everybody
                    if self.gain(one.id, number) and self.why_not(one.id, number) is None
                ]
                if not helps:
                    break
                self.give(min(helps)[2], number)

    def _worked(self, person: str) -> float:
        """What they have been given against what they are compared by."""
        weight = self.problem.weights[person]
        return sum(group.minutes for group in self.given[person].values()) / weight if weight else float("inf")

    def _in_a_row(self, person: str, group: Group) -> int:
        days = {one.day for one in self.given[person].values()} | self.problem.fixed_days[person] | {group.day}
        first = last = group.day
        while first - _DAY in days:
            first -= _DAY
        while last + _DAY in days:
            last += _DAY
        return (last - first).days + 1
