"""A team's inbox: cases folded by revision, in the order in which things go wrong if nobody acts.

Fed from `desk.cases` and `desk.events`, in any order between the two: the highest revision of a case counts, and a case
that is gone stays gone.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, get_args

from services.contracts.cases import Case

View = Literal["mine", "team", "waiting", "closed"]
VIEWS: tuple[View, ...] = get_args(View)
PAGE = 50
REMEMBERED = 10_000
"""So many removed cases are remembered, so that a late event does not bring one back."""

_FAR = datetime.max.replace(tzinfo=UTC)
_URGENCY = {"critical": 0, "high": 1, "normal": 2, "low": 3}
Rank = tuple[int, datetime, int, datetime, str]


def rank(case: Case) -> Rank:
    """Least slack first (so what is breached longest comes first), then who waits for us, then urgency, then age."""
    due = case.deadline.due_at if case.deadline else _FAR
    tier = 0 if case.deadline else 1 if case.awaiting_us else 2
    return (tier, due, _URGENCY[case.urgency.label], case.opened_at, case.id)


@dataclass(frozen=True, slots=True)
class ViewPage:
    """One page of a view; `page` counts from 1."""

    cases: tuple[Case, ...]
    page: int
    pages: int
    total: int


@dataclass(slots=True)
class Inbox:
    """The cases of one team. Not thread-safe by itself; the read model guards it."""

    cases: dict[str, Case] = field(default_factory=dict)
    _removed: OrderedDict[str, None] = field(default_factory=OrderedDict)
    _open: tuple[Case, ...] | None = None

    def put(self, case: Case) -> bool:
        """Take a case as it is now; `False` when we knew that or better."""
        known = self.cases.get(case.id)
        if case.id in self._removed or (known is not None and known.revision >= case.revision):
            return False
        self.cases[case.id] = case
        self._open = None
        return True

    def remove(self, case: str) -> bool:
        """Forget a case for good; `False` when we did not have it."""
        self._removed[case] = None
        if len(self._removed) > REMEMBERED:
            self._removed.popitem(last=False)
        self._open = None
        return self.cases.pop(case, None) is not None

    def open_cases(self) -> tuple[Case, ...]:
        """All open cases, the most pressing first."""
        if self._open is None:
            self._open = tuple(sorted((one for one in self.cases.values() if one.status == "open"), key=rank))
        return self._open

    def view(self, view: View, person: str) -> tuple[Case, ...]:
        """The cases of a view, in its order; closed ones the latest first."""
        if view == "mine":
            return tuple(one for one in self.open_cases() if one.owner == person)
        if view == "waiting":
            return tuple(one for one in self.open_cases() if _waits(one))
        if view == "closed":
            closed = (one for one in self.cases.values() if one.status == "closed")
            return tuple(sorted(closed, key=lambda one: (one.closed_at or one.updated_at, one.id), reverse=True))
        return self.open_cases()

    def counts(self, person: str) -> Mapping[View, int]:
        """How many cases each view has."""
        opened = self.open_cases()
        return {
            "mine": sum(one.owner == person for one in opened),
            "team": len(opened),
            "waiting": sum(_waits(one) for one in opened),
            "closed": len(self.cases) - len(opened),
        }

    def earlier(self, case: Case) -> int:
        """How many other cases of the same author we have."""
        return sum(
            one.author.id == case.author.id and one.source == case.source and one.id != case.id
            for one in self.cases.values()
        )


def _waits(case: Case) -> bool:
    """Whether it waits to be given to somebody; what is snoozed does not."""
    return case.owner is None and case.snoozed_until is None


def paged(cases: tuple[Case, ...], page: int, size: int = PAGE) -> ViewPage:
    """Cut one page out of a list; a page beyond the end is the last."""
    pages = max(1, -(-len(cases) // size))
    page = min(max(1, page), pages)
    return ViewPage(cases[(page - 1) * size : page * size], page, pages, len(cases))
