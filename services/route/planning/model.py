"""The model of a plan for OR-tools CP-SAT: who gets which of the shifts that are free to decide on, beside what is kept.

With nothing kept it is the whole problem; with most of it kept it is one neighbourhood of a plan (see `solver.py`). The
rules are constraints, the costs those of `cost.py` in units of its scale.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from services.route.planning.cost import BELOW_CONTRACT, CHANGED, SHORT, UNEVEN, WORKED, Scale, changed, worked
from services.route.planning.kinds import KINDS
from services.route.planning.ledger import Ledger
from services.route.planning.problem import Problem
from services.route.planning.request import PlanError

Key = tuple[str, int]
"""A person and a group."""
_DAY = timedelta(days=1)


def library() -> Any:
    """OR-tools' CP-SAT.

    Raises:
        PlanError: it is not installed.
    """
    try:
        from ortools.sat.python import cp_model
    except ImportError as error:
        raise PlanError("planning needs OR-tools: install webcare[plan], or ask for the baseline") from error
    return cp_model


class Model:
    """One model; `now` is what the free keys are at present, which the solver starts from."""

    def __init__(self, of: Problem, on: Scale, free: Iterable[Key], kept: Ledger, now: set[Key]) -> None:
        self.cp = library()
        self.model = self.cp.CpModel()
        self.of, self.on, self.kept, self.now = of, on, kept, now
        self.given = {key: self.model.new_bool_var("") for key in free if kept.why_not(*key) is None}
        self.mine: dict[str, list[int]] = {}
        for name, group in self.given:
            self.mine.setdefault(name, []).append(group)
        for key, variable in self.given.items():
            self.model.add_hint(variable, key in now)
        for name, groups in self.mine.items():
            self._rules(name, sorted(groups, key=lambda x: of.groups[x].start))
        self._terms: list[tuple[Any, int]] = []
        self._costs()
        self.model.minimize(self._sum(self._terms))

    def chosen(self, solver: Any) -> list[Key]:
        """What the solver has given out, without what is kept."""
        return [key for key, one in self.given.items() if solver.boolean_value(one)]

    # -- rules ---------------------------------------------------------------------------------------------------------

    def _rules(self, name: str, mine: list[int]) -> None:
        groups, rest = self.of.groups, timedelta(hours=self.of.request.rules.rest_hours)
        for one in mine:
            at = groups[one].start
            near = [self.given[name, x] for x in mine if groups[x].start <= at < groups[x].end + rest]
            if len(near) > 1:
                self.model.add_at_most_one(near)
        by_day: dict[date, list[int]] = {}
        by_week: dict[int, list[int]] = {}
        for one in mine:
            by_day.setdefault(groups[one].day, []).append(one)
            by_week.setdefault(groups[one].week, []).append(one)
        for same in by_day.values():
            self.model.add_at_most_one([self.given[name, x] for x in same])
        for week, those in by_week.items():
            left = self.of.most[name, week] - self.kept.minutes[name, week]
            self.model.add(self._sum((self.given[name, x], groups[x].minutes) for x in those) <= left)
        self._days_in_a_row(name, by_day)

    def _days_in_a_row(self, name: str, by_day: dict[date, list[int]]) -> None:
        request = self.of.request
        length = request.rules.days_in_a_row + 1
        busy = self.of.fixed_days[name] | {group.day for group in self.kept.given[name].values()}
        first = request.start - (length - 1) * _DAY
        for number in range((request.end - first).days):
            window = [first + (number + more) * _DAY for more in range(length)]
            works = [self.given[name, x] for day in window for x in by_day.get(day, ())]
            left = max(0, length - 1 - sum(day in busy for day in window))
            if works and left < sum(day in by_day for day in window):
                self.model.add(self._sum((one, 1) for one in works) <= left)

    # -- costs ---------------------------------------------------------------------------------------------------------

    def _costs(self) -> None:
        of, unit = self.of, self.on.unit
        for (name, group), one in self.given.items():
            part = WORKED + CHANGED * changed(of, name, group)
            self._terms.append((one, part * (of.groups[group].minutes // unit)))
        self._short()
        had = worked(of, self.kept.chosen)
        people = {person.id: person for person in of.people}
        for name, mine in self.mine.items():
            kinds = {group: of.kinds(people[name], group) for group in mine}
            for kind in range(len(KINDS)):
                for step in self.on.steps.get((name, kind), ()):
                    parts = [(group, kinds[group][kind]) for group in mine if kinds[group][kind]]
                    if parts:
                        self._over(name, parts, had[name][kind] - step, UNEVEN)
            for week in range(of.request.weeks):
                parts = [(group, -of.groups[group].minutes) for group in mine if of.groups[group].week == week]
                if parts and of.least[name, week]:
                    self._over(name, parts, of.least[name, week] - self.kept.minutes[name, week], BELOW_CONTRACT)

    def _short(self) -> None:
        for slot, short in zip(self.of.slots, self.kept.short, strict=True):
            fit = self.of.fits[slot.need]
            keys = [(who, group) for group in slot.groups for who in sorted(fit) if (who, group) in self.given]
            if short > 0 and keys:
                lacks = self.model.new_int_var(0, short, "")
                self.model.add(self._sum([*((self.given[key], 1) for key in keys), (lacks, 1)]) >= short)
                self.model.add_hint(lacks, max(0, short - sum(key in self.now for key in keys)))
                self._terms.append((lacks, SHORT * (slot.minutes // self.on.unit)))

    def _over(self, name: str, parts: list[tuple[int, int]], offset: int, price: int) -> None:
        """A price for every unit by which the minutes of the groups and the offset together are above nothing."""
        unit = self.on.unit
        most = sum(max(0, minutes) for _, minutes in parts) + offset
        if most <= 0:
            return
        over = self.model.new_int_var(0, -(-most // unit), "")
        whole = -(-offset // unit)
        self.model.add(
            self._sum([*((self.given[name, x], minutes // unit) for x, minutes in parts), (over, -1)]) <= -whole
        )
        now = sum(minutes // unit for x, minutes in parts if (name, x) in self.now)
        self.model.add_hint(over, max(0, now + whole))
        self._terms.append((over, price))

    def _sum(self, terms: Iterable[tuple[Any, int]]) -> Any:
        listed = list(terms)
        return self.cp.LinearExpr.weighted_sum([one for one, _ in listed], [weight for _, weight in listed])


def keys_of(of: Problem) -> Iterator[Key]:
    """Everything that could be given."""
    return ((person.id, group) for person, group in of.open())
