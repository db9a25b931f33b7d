"""A team's inbox: cases folded by revision, in the order in which things go wrong if nobody acts.

Fed from `desk.cases` and `desk.events`, in any order between the two: the highest revision of a case counts, and a case
that is gone stays gone. Each view is a shelf that is kept in order as cases come and change, so that a page or a count
costs the same with ten cases as with a hundred thousand, and a flood of mentions does not slow who reads. A filter that is
in use has shelves of its own, kept in the same way.
"""

from bisect import bisect_left, insort
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from sys import intern
from typing import Literal, TypeVar, get_args

from services.contracts.cases import Case
from services.desk.domain.beside import brought_in
from services.desk.domain.filters import NO_FILTER, Field, Filter, choices, values_of

View = Literal["mine", "beside", "team", "waiting", "approval", "snoozed", "closed"]
"""`mine` is what one owns and, since it is late and now theirs too, what they were brought in beside (`beside`)."""
VIEWS: tuple[View, ...] = get_args(View)
PAGE = 50
REMEMBERED = 10_000
"""So many removed cases are remembered, so that a late event does not bring one back."""

FILTERS = 200
"""So many filters of a team are kept in order at a time; the one that was asked for longest ago makes room."""

_FAR = datetime.max.replace(tzinfo=UTC)
_URGENCY = {"critical": 0, "high": 1, "normal": 2, "low": 3}
Item = TypeVar("Item")
Rank = tuple[int, datetime, int, datetime]


def rank(case: Case) -> Rank:
    """Least slack first (so what is breached longest comes first), then who waits for us, then urgency, then age."""
    due = case.deadline.due_at if case.deadline else _FAR
    tier = 0 if case.deadline else 1 if case.awaiting_us else 2
    return (tier, due, _URGENCY[case.urgency.label], case.opened_at)


@dataclass(frozen=True, slots=True)
class ViewPage:
    """One page of a view; `page` counts from 1."""

    cases: tuple[Case, ...]
    page: int
    pages: int
    total: int


Key = tuple[Rank | float, str]
"""Where a case stands on a shelf, the smallest first, and its id."""
Places = tuple[tuple[str, Key], ...]
"""The shelves that a case stands on, and where. Made once for each case: those of every filter hold the same keys."""


@dataclass(slots=True)
class Shelves:
    """Some cases, in the order of each view they are in."""

    _keys: dict[str, list[Key]] = field(default_factory=dict)

    def put(self, places: Places) -> None:
        """Place a case that is not on a shelf."""
        for shelf, key in places:
            insort(self._keys.setdefault(shelf, []), key)

    def take_off(self, places: Places) -> None:
        """Take a case off where it was placed."""
        for name, key in places:
            shelf = self._keys[name]
            del shelf[bisect_left(shelf, key)]
            if not shelf:
                del self._keys[name]

    def on(self, view: View, person: str) -> list[Key]:
        """What is on a shelf, in order; not to be changed. `person` may be `LEADS`, for leads who are not in the roster."""
        return self._keys.get(f"{view}:{person}" if view in ("mine", "beside") else view, [])


@dataclass(slots=True)
class Inbox:
    """The cases of one team. Not thread-safe by itself; the read model guards it."""

    cases: dict[str, Case] = field(default_factory=dict)
    _places: dict[str, Places] = field(default_factory=dict)
    _removed: OrderedDict[str, None] = field(default_factory=OrderedDict)
    _all: Shelves = field(default_factory=Shelves)
    _filtered: OrderedDict[Filter, Shelves] = field(default_factory=OrderedDict)
    _authors: defaultdict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    _values: Counter[tuple[Field, str]] = field(default_factory=Counter)

    def put(self, case: Case) -> bool:
        """Take a case as it is now; `False` when we knew that or better."""
        known = self.cases.get(case.id)
        if case.id in self._removed or (known is not None and known.revision >= case.revision):
            return False
        if known is not None:
            self._take_off(known)
        self.cases[case.id] = case
        self._authors[_author(case)].add(case.id)
        self._values.update(values_of(case))
        places = self._places[case.id] = tuple(_places(case))
        for shelves in self._shelves_of(case):
            shelves.put(places)
        return True

    def remove(self, case: str) -> bool:
        """Forget a case for good; `False` when we did not have it."""
        self._removed[case] = None
        if len(self._removed) > REMEMBERED:
            self._removed.popitem(last=False)
        known = self.cases.pop(case, None)
        if known is not None:
            self._take_off(known)
        return known is not None

    def held(self) -> Mapping[str, int]:
        """How much is kept, by what it is; each is bounded (`cases` by what is open and by the team's `reopen_days`)."""
        return {"cases": len(self.cases), "removed": len(self._removed), "filters": len(self._filtered)}

    def view(self, view: View, person: str) -> tuple[Case, ...]:
        """All cases of a view, in its order; closed ones the latest first."""
        return tuple(self.cases[key[-1]] for key in self._all.on(view, person))

    def page(self, view: View, person: str, page: int, size: int = PAGE, chosen: Filter = NO_FILTER) -> ViewPage:
        """One page of a view, or of what of it a filter leaves; a page beyond the end is the last."""
        shelf = self._on(chosen).on(view, person)
        pages = max(1, -(-len(shelf) // size))
        page = min(max(1, page), pages)
        cases = tuple(self.cases[key[-1]] for key in shelf[(page - 1) * size : page * size])
        return ViewPage(cases, page, pages, len(shelf))

    def counts(self, person: str) -> Mapping[View, int]:
        """How many cases each view has."""
        return {view: len(self._all.on(view, person)) for view in VIEWS}

    def count(self, view: View, person: str, chosen: Filter) -> int:
        """How many cases of a view a filter leaves."""
        return len(self._on(chosen).on(view, person))

    def choices(self) -> Mapping[Field, tuple[str, ...]]:
        """What can be filtered by."""
        return choices(self._values)

    def earlier(self, case: Case) -> int:
        """How many other cases of the same author we have."""
        return len(self._authors.get(_author(case), set()) - {case.id})

    def of_author(self, case: Case) -> tuple[Case, ...]:
        """The other cases of the same author that we have, the latest first."""
        theirs = (self.cases[one] for one in self._authors.get(_author(case), ()) if one != case.id)
        return tuple(sorted(theirs, key=lambda one: (one.opened_at, one.id), reverse=True))

    def _on(self, chosen: Filter) -> Shelves:
        """The shelves of a filter; the first time they are filled, from then on they are kept in order."""
        if not chosen:
            return self._all
        shelves = self._filtered.get(chosen)
        if shelves is None:
            shelves = self._filtered[chosen] = Shelves()
            for case in self.cases.values():
                if chosen.matches(case):
                    shelves.put(self._places[case.id])
        self._filtered.move_to_end(chosen)
        if len(self._filtered) > FILTERS:
            self._filtered.popitem(last=False)
        return shelves

    def _shelves_of(self, case: Case) -> Iterable[Shelves]:
        return [self._all, *(shelves for chosen, shelves in self._filtered.items() if chosen.matches(case))]

    def _take_off(self, case: Case) -> None:
        author = _author(case)
        self._authors[author].discard(case.id)
        if not self._authors[author]:
            del self._authors[author]
        _less(self._values, values_of(case))
        places = self._places.pop(case.id)
        for shelves in self._shelves_of(case):
            shelves.take_off(places)


def _less(counter: Counter[Item], items: Iterable[Item]) -> None:
    for item in items:
        counter[item] -= 1
        if not counter[item]:
            del counter[item]


def _author(case: Case) -> tuple[str, str]:
    """Who is the same author; those who were erased are nobody's."""
    return case.source, case.author.id or case.id


def _places(case: Case) -> Iterator[tuple[str, Key]]:
    """The shelves that a case stands on, and where."""
    if case.status == "closed":
        yield "closed", (-(case.closed_at or case.updated_at).timestamp(), case.id)
        return
    key = (rank(case), case.id)
    yield "team", key
    asked = [one.due_at.timestamp() for one in case.pending if one.state == "waiting_approval" and one.due_at]
    if asked:
        yield "approval", (min(asked), case.id)
    for person in brought_in(case):
        yield intern(f"mine:{person}"), key
        yield intern(f"beside:{person}"), key
    if case.owner is not None:
        yield intern(f"mine:{case.owner}"), key
    elif case.snoozed_until is None:  # what is snoozed does not wait to be given to somebody
        yield "waiting", key
    if case.snoozed_until is not None:
        yield "snoozed", (case.snoozed_until.timestamp(), case.id)
