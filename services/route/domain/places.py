"""Where a case stands, as plain functions of the case: the keys of the indexes in `state.py`, each (group, item).

Because every index is a function of the cases alone, state read back from its records equals the state that wrote them.
"""

from datetime import UTC, datetime
from typing import NamedTuple

from services.contracts.cases import Case
from services.contracts.mentions import MentionKind, UrgencyLabel

RANK: dict[UrgencyLabel, int] = {"low": 0, "normal": 1, "high": 2, "critical": 3}
NO_DEADLINE = datetime(9999, 1, 1, tzinfo=UTC)
UNKNOWN_LANGUAGE = "und"


class Requirement(NamedTuple):
    """What a case asks of whoever takes it; an empty `language` is any. Cases that ask the same share a queue."""

    language: str
    kind: MentionKind
    weight: int


class Turn(NamedTuple):
    """The order in a queue: least time to the deadline, then urgency (negated), then age, then a stable order."""

    due: datetime
    urgency: int
    opened_at: datetime
    case: str


class Announced(NamedTuple):
    """What was said of a waiting case."""

    requirement: Requirement
    reason: str
    cover_begins: datetime | None


Dated = tuple[datetime, str]
"""A moment and the id of a case."""


def requirement(case: Case) -> Requirement:
    """What the case asks of a person."""
    return Requirement("" if case.language == UNKNOWN_LANGUAGE else case.language, case.kind, case.weight)


def queued(case: Case) -> tuple[Requirement, Turn] | None:
    """Open without an owner: its turn among the cases that ask the same."""
    if case.status == "closed" or case.owner is not None:
        return None
    due = case.deadline.due_at if case.deadline else NO_DEADLINE
    return requirement(case), Turn(due, -RANK[case.urgency.label], case.opened_at, case.id)


def announced(case: Case) -> tuple[Announced, str] | None:
    """Queued, and what was said of its waiting."""
    if case.status == "closed" or case.owner is not None or case.waiting is None:
        return None
    return Announced(requirement(case), case.waiting.reason, case.waiting.cover_begins), case.id


def unannounced(case: Case) -> tuple[None, Dated] | None:
    """Queued, and nothing said yet."""
    if case.status == "closed" or case.owner is not None or case.waiting is not None:
        return None
    return None, (case.opened_at, case.id)


def load(case: Case) -> tuple[str, tuple[int, str]] | None:
    """The points that it takes of its owner while it awaits us; what awaits the customer weighs nothing."""
    if case.status == "closed" or case.owner is None or not case.awaiting_us:
        return None
    return case.owner, (case.weight, case.id)


def owned(case: Case) -> tuple[str, str] | None:
    """Open, by owner."""
    return (case.owner, case.id) if case.status == "open" and case.owner is not None else None


def releasable(case: Case) -> tuple[str, str] | None:
    """By owner, what is taken from them once they are off: untouched, or warned of while they held it."""
    if case.status == "closed" or case.owner is None:
        return None
    warned = (case.deadline.warned_at or case.deadline.breached_at) if case.deadline else None
    held_when_warned = warned is not None and case.assigned_at is not None and case.assigned_at < warned
    return (case.owner, case.id) if held_when_warned or not case.touched else None


def held(case: Case) -> tuple[str, Dated] | None:
    """By the person who holds it, or was the last to hold it: when they got it."""
    person = case.owner or case.previous_owner
    return (person, (case.assigned_at, case.id)) if person and case.assigned_at else None


def alarm(case: Case) -> tuple[None, Dated] | None:
    """When its promise is to be warned of, or is broken."""
    deadline = case.deadline
    if case.status == "closed" or deadline is None or deadline.breached_at:
        return None
    return None, (deadline.due_at if deadline.warned_at else min(deadline.warn_at, deadline.due_at), case.id)


def overdue(case: Case) -> tuple[None, str] | None:
    """Its promise is broken and still unmet."""
    broken = case.status == "open" and case.deadline is not None and case.deadline.breached_at is not None
    return (None, case.id) if broken else None


def closed(case: Case) -> tuple[None, Dated] | None:
    """When it was closed."""
    return (None, (case.closed_at, case.id)) if case.status == "closed" and case.closed_at else None
