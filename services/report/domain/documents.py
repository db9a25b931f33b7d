"""What a message becomes in Elasticsearch: which index, which id, which version, which fields. Pure.

A mention comes from `mentions.classified` alone, with the offset (+ 1, since versions start at 1) as its version: all
records of a mention are on one partition. A case comes from `desk.events` alone, with the case's revision. So documents
may be written in any order, any number of times, and the newest stays.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.contracts.cases import Case
from services.contracts.events import CaseArchived, CaseEvent
from services.contracts.mentions import ClassifiedMention
from services.report.domain.indices import Family, month_of
from services.runtime.messages import Received

AHEAD = timedelta(minutes=5)
"""A mention from further in the future than this is refused: its month would be made up."""


class RefusedError(ValueError):
    """A message is readable and yet no document can be made of it; the text says why, without its content."""


@dataclass(frozen=True, slots=True)
class Document:
    """One write: `part` is the month of a mention, empty for a case; `version` is external."""

    family: Family
    part: str
    id: str
    version: int
    body: Mapping[str, Any]


def document_of(received: Received[Any]) -> Document | None:
    """The document of a record; `None` for an event that changes no case.

    Raises:
        RefusedError: the message contradicts itself.
    """
    message = received.message
    if isinstance(message, ClassifiedMention):
        return mention_document(message, received.offset, received.at)
    if isinstance(message, CaseEvent):
        return case_document(message, received.at)
    return None


def mention_document(mention: ClassifiedMention, offset: int, appended_at: datetime) -> Document:
    """The mention as it is, under its own field names, and when Kafka took it (which its retention counts from)."""
    if mention.created_at > appended_at + AHEAD:
        raise RefusedError(f"created_at is {mention.created_at - appended_at} ahead of its arrival")
    body = mention.model_dump(mode="json") | {"appended_at": appended_at.isoformat()}
    return Document("mentions", month_of(mention.created_at), mention.id, offset + 1, body)


def case_document(event: CaseEvent, appended_at: datetime) -> Document:
    """The case as it is after the event, flattened for counting."""
    case = event.case
    body = _facts(case) | _promise(case) | _counts(case) | {"appended_at": appended_at.isoformat()}
    body["archived"] = isinstance(event, CaseArchived)
    if body["archived"]:
        body["status"] = "closed"
    return Document("cases", "", case.id, case.revision, body)


_AS_THEY_ARE = {
    "id", "team", "revision", "status", "source", "kind", "monitor", "conversation", "author", "title", "language",
    "sentiment", "sentiment_score", "intent", "topics", "corrected", "weight", "created_at", "opened_at", "updated_at",
    "closed_at", "closed_by", "owner", "previous_owner", "assigned_at", "awaiting_us", "first_response_at",
    "first_response_seconds", "reopened", "mentions",
}  # fmt: skip


def _facts(case: Case) -> dict[str, Any]:
    return case.model_dump(mode="json", include=_AS_THEY_ARE) | {
        "urgency": case.urgency.label,
        "urgency_score": case.urgency.score,
        "waiting_reason": case.waiting.reason if case.waiting else None,
        "waiting_since": case.waiting.since.isoformat() if case.waiting else None,
    }


def _promise(case: Case) -> dict[str, Any]:
    """`in_target` is true or false once it is decided, and absent while the first response may still be in time."""
    deadline = case.deadline
    late = deadline is not None and deadline.breached_at is not None
    in_target = case.first_response_in_target
    if in_target is None and late:
        in_target = False
    return {
        "in_target": in_target,
        "breached": late or in_target is False,
        "warned": deadline is not None and deadline.warned_at is not None,
        "level": deadline.level if deadline else None,
        "target_minutes": deadline.target_minutes if deadline else None,
        "due_at": deadline.due_at.isoformat() if deadline else None,
    }


_NOT_SENT = ("waiting_approval", "change_asked", "leaving", "withdrawn")
"""The states of a reply that has not left."""


def _counts(case: Case) -> dict[str, int]:
    """How often; of the history and messages that a case carries, which are its latest."""
    lines = Counter(line.type for line in case.history)
    messages = Counter(message.kind for message in case.messages if message.state not in _NOT_SENT)
    return {
        "mention_count": len(case.mentions),
        "reply_count": messages["reply"],
        "note_count": messages["note"],
        "assignment_count": lines["CaseAssigned"] + lines["CaseClaimed"],
        "release_count": lines["CaseReleased"],
    }
