"""Cases in groups and in order, kept up to date case by case. Used by `state.py`; the keys are in `places.py`."""

from collections import defaultdict
from collections.abc import Callable, Hashable
from typing import Any

from sortedcontainers import SortedList

from services.contracts.cases import Case

Place = tuple[Hashable, Any]
"""A group, and an item that has its order in the group."""


class Index:
    """The places of cases, as a function of each case alone. A group without items does not exist."""

    def __init__(self, place: Callable[[Case], Place | None]) -> None:
        self.place = place
        self._groups: dict[Any, Any] = {}
        self.size = 0

    def move(self, before: Place | None, after: Place | None) -> None:
        """A case leaves one place for another; `None` is no place."""
        if before:
            self._leave(*before)
        if after:
            self._enter(*after)

    def of(self, group: Hashable = None) -> Any:
        """The items of a group in order, with the ways of a sorted list; empty when there are none."""
        return self._groups.get(group) or SortedList()

    def groups(self) -> list[Any]:
        """The groups that have items."""
        return list(self._groups)

    def first(self, group: Hashable = None) -> Any:
        """The first item of a group, or `None`."""
        items = self._groups.get(group)
        return items[0] if items else None

    def last(self, group: Hashable = None) -> Any:
        """The last item of a group, or `None`."""
        items = self._groups.get(group)
        return items[-1] if items else None

    def contents(self) -> dict[Any, list[Any]]:
        """All of it, to compare."""
        return {group: list(items) for group, items in self._groups.items()}

    def _enter(self, group: Hashable, item: Any) -> None:
        if group not in self._groups:
            self._groups[group] = SortedList()
        self._groups[group].add(item)
        self.size += 1

    def _leave(self, group: Hashable, item: Any) -> None:
        items = self._groups[group]
        items.remove(item)
        self.size -= 1
        if not items:
            del self._groups[group]


class Totals(Index):
    """An index whose items are `(points, case)`, with the sum of the points of each group in `totals`."""

    def __init__(self, place: Callable[[Case], Place | None]) -> None:
        super().__init__(place)
        self.totals: defaultdict[Hashable, int] = defaultdict(int)

    def _enter(self, group: Hashable, item: Any) -> None:
        super()._enter(group, item)
        self.totals[group] += item[0]

    def _leave(self, group: Hashable, item: Any) -> None:
        super()._leave(group, item)
        self.totals[group] -= item[0]
