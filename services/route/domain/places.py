"""Where a case stands, as plain functions of the case: the keys of the indexes in `state.py`, each (group, item).

Because every index is a function of the cases alone, state read back from its records equals the state that wrote them.
"""

from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, NamedTuple

from services.contracts.approvals import PendingReply
from services.contracts.cases import Case, Deadline
from services.contracts.held import goes_when_off, takes_points
from services.contracts.held import promises_of as promises_of
from services.contracts.held import unmet as unmet
from services.contracts.mentions import URGENCY_RANK, MentionKind

RANK = URGENCY_RANK
NO_DEADLINE = datetime(9999, 1, 1, tzinfo=UTC)
UNKNOWN_LANGUAGE = "und"


class Requirement(NamedTuple):
    """What a case asks of whoever takes it; an empty `language` is any. Cases that ask the same share a queue."""

    language: str
    kind: MentionKind
    weight: int
    skills: tuple[str, ...] = ()


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


STAND = attrgetter(
    "status",
    "owner",
    "snoozed_until",
    "waiting",
    "deadline",
    "promises",
    "awaiting_us",
    "touched",
    "weight",
    "urgency",
    "skills",
    "language",
    "kind",
    "assigned_at",
    "previous_owner",
    "opened_at",
    "closed_at",
    "pending",
    "questions",
)
"""All of a case that the functions below look at: where it is the same, the case stands where it stood."""
Place = tuple[Any, Any] | None
Dated = tuple[datetime, str]
"""A moment and the id of a case."""


def requirement(case: Case) -> Requirement:
    """What the case asks of a person."""
    language = "" if case.language == UNKNOWN_LANGUAGE else case.language
    return Requirement(language, case.kind, case.weight, case.skills)


def is_queued(case: Case) -> bool:
    """Whether it waits to be given to somebody: open, without an owner, not snoozed."""
    return case.owner is None and case.status == "open" and case.snoozed_until is None


def queued(case: Case) -> tuple[Requirement, Turn] | None:
    """Its turn among the cases that ask the same."""
    if not is_queued(case):
        return None
    due = case.deadline.due_at if case.deadline else NO_DEADLINE
    return requirement(case), Turn(due, -RANK[case.urgency.label], case.opened_at, case.id)


def announced(case: Case) -> tuple[Announced, str] | None:
    """Queued, and what was said of its waiting."""
    if case.waiting is None or not is_queued(case):
        return None
    return Announced(requirement(case), case.waiting.reason, case.waiting.cover_begins), case.id


def unannounced(case: Case) -> tuple[None, Dated] | None:
    """Queued, and nothing said yet."""
    if case.waiting is not None or not is_queued(case):
        return None
    return None, (case.opened_at, case.id)


def load(case: Case) -> tuple[str, tuple[int, str]] | None:
    """The points that it takes of its owner while it awaits us; what awaits the customer, or is snoozed, weighs nothing."""
    return (case.owner, (case.weight, case.id)) if case.owner is not None and takes_points(case) else None


def owned(case: Case) -> tuple[str, str] | None:
    """Open, by owner."""
    return (case.owner, case.id) if case.status == "open" and case.owner is not None else None


def releasable(case: Case) -> tuple[str, str] | None:
    """By owner, what may be taken from them once they are off: untouched, or warned of; not snoozed."""
    return (case.owner, case.id) if case.owner is not None and goes_when_off(case) else None


def snoozed(case: Case) -> tuple[str, str] | None:
    """By owner (empty: nobody), what is snoozed."""
    return (case.owner or "", case.id) if case.snoozed_until is not None and case.status == "open" else None


def wake(case: Case) -> tuple[None, Dated] | None:
    """When it is to be woken."""
    return (None, (case.snoozed_until, case.id)) if case.snoozed_until and case.status == "open" else None


def held(case: Case) -> tuple[str, Dated] | None:
    """By the person who holds it, or was the last to hold it: when they got it."""
    person = case.owner or case.previous_owner
    return (person, (case.assigned_at, case.id)) if person and case.assigned_at else None


def alarm(case: Case) -> tuple[None, Dated] | None:
    """When one of its promises is to be warned of, is broken, or is to be escalated."""
    if case.status == "closed":
        return None
    moments = [moment for one in unmet(case) if (moment := next_alarm(one))]
    return (None, (min(moments), case.id)) if moments else None


def next_alarm(deadline: Deadline) -> datetime | None:
    """When there is something to say of a promise that is not kept; `None` once all is said."""
    if deadline.breached_at:
        return deadline.escalate_at
    return deadline.due_at if deadline.warned_at else min(deadline.warn_at, deadline.due_at)


def overdue(case: Case) -> tuple[None, str] | None:
    """One of its promises is broken and still unmet."""
    broken = case.status == "open" and any(one.breached_at for one in unmet(case))
    return (None, case.id) if broken else None


def closed(case: Case) -> tuple[None, Dated] | None:
    """When it was closed."""
    return (None, (case.closed_at, case.id)) if case.status == "closed" and case.closed_at else None


def leaving(case: Case) -> tuple[None, Dated] | None:
    """When the first of its replies leaves whose moment of grace runs; closed or not."""
    if not case.pending:
        return None
    moments = [one.release_at for one in case.pending if one.release_at is not None]
    return (None, (min(moments), case.id)) if moments else None


def approval(case: Case) -> tuple[None, Dated] | None:
    """Since when a reply of it waits for approval, the first of them."""
    if not case.pending:
        return None
    moments = [one.submitted_at for one in case.pending if one.state == "waiting_approval"]
    return (None, (min(moments), case.id)) if moments else None


def approval_late(case: Case) -> tuple[None, str] | None:
    """A reply of it has waited too long for approval, and still does."""
    late = case.pending and any(one.breached_at is not None for one in case.pending)
    return (None, case.id) if late else None


def approval_alarm(case: Case) -> tuple[None, Dated] | None:
    """When a reply that waits for approval is to be reminded or warned of, or has waited too long."""
    if not case.pending:
        return None
    moments = [moment for one in case.pending if (moment := next_approval_alarm(one))]
    return (None, (min(moments), case.id)) if moments else None


def next_approval_alarm(one: PendingReply) -> datetime | None:
    """When there is something to say of a reply that waits; `None` once all is said."""
    if one.breached_at is not None or one.due_at is None or one.warn_at is None:
        return None
    if one.warned_at is not None:
        return one.due_at
    told = one.reminded_at is not None or one.remind_at is None
    return min(one.warn_at, one.due_at) if told else one.remind_at


def expiry(case: Case) -> tuple[None, Dated] | None:
    """When the first of its open questions expires."""
    if not case.questions:
        return None
    moments = [one.expires_at for one in case.questions if one.state == "asked"]
    return (None, (min(moments), case.id)) if moments else None
