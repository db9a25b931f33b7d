"""What a message becomes in Elasticsearch: which index, which id, which version, which fields. Pure.

A mention comes from `mentions.classified` alone, with the offset (+ 1, since versions start at 1) as its version: all
records of a mention are on one partition. A case and its replies and notes come from `desk.events` alone, with the case's
revision. So documents may be written in any order, any number of times, and the newest stays.

What an author who was erased wrote before is indexed without them and without its text, whenever it comes (`erased.py`).
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from services.contracts.cases import Case, CaseMessage, MergedCase
from services.contracts.erasure import Erasures
from services.contracts.events import CaseArchived, CaseEvent
from services.contracts.mentions import ClassifiedMention
from services.report.domain.erased import erased_body
from services.report.domain.indices import Family, month_of
from services.runtime.messages import Received

AHEAD = timedelta(minutes=5)
"""A mention from further in the future than this is refused: its month would be made up."""


class RefusedError(ValueError):
    """A message is readable and yet no document can be made of it; the text says why, without its content."""


@dataclass(frozen=True, slots=True)
class Document:
    """One write: `part` is the month of a mention, else empty; `version` is external."""

    family: Family
    part: str
    id: str
    version: int
    body: Mapping[str, Any]


def documents_of(received: Received[Any], erasures: Erasures) -> list[Document]:
    """The documents of a record: a mention; a case and the reply or note that its event is about; else none.

    Raises:
        RefusedError: the message contradicts itself.
    """
    message = received.message
    if isinstance(message, ClassifiedMention):
        return [mention_document(erasures.applied(message), received.offset, received.at)]
    if isinstance(message, CaseEvent):
        case, written = case_document(message, received.at), message_document(message, received.at)
        return [_without_erased(one, message, erasures) for one in (case, written) if one]
    return []


def _without_erased(document: Document, event: CaseEvent, erasures: Erasures) -> Document:
    """The document, erased when whom it is about was, after the event (later ones name them no more)."""
    to = document.body.get("addressee")
    about: Case | MergedCase = next((one for one in event.case.merged if one.case == to), event.case)
    at = erasures.of(event.team, about.source, about.author.id, event.at)
    return document if at is None else replace(document, body=erased_body(document.family, document.body, at))


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
    body["type"] = "case"
    body["archived"] = isinstance(event, CaseArchived)
    if body["archived"]:
        body["status"] = "closed"
    return Document("cases", "", case.id, case.revision, body)


def message_document(event: CaseEvent, appended_at: datetime) -> Document | None:
    """The reply or note that an event is about, with what is known of its case; `None` when it is about neither.

    An event that only says what became of a reply has its text from the case, where it is cut to `MESSAGE_CHARACTERS`.
    """
    case = event.case
    about = getattr(event, "note", None) or getattr(event, "reply", None)
    if isinstance(about, str):
        about = next((one for one in case.messages if one.kind == "reply" and one.id == about), None)
    if not isinstance(about, CaseMessage):
        return None
    state = next((one.state for one in case.messages if one.id == about.id), about.state)
    body = {
        "id": about.id,
        "type": about.kind,
        "team": case.team,
        "case": case.id,
        "revision": case.revision,
        "source": case.source,
        "kind": case.kind,
        "conversation": case.conversation,
        "author": {"id": about.author, "name": about.author},
        "case_title": case.title,
        "text": about.text,
        "cut": about.cut,
        "status": state,
        "created_at": about.at.isoformat(),
        "tags": list(case.tags),
        "addressee": about.addressee.case if about.addressee else None,
        "classification": {"language": {"code": case.language}, "topics": list(case.topics)},
        "erased_at": case.erased_at.isoformat() if case.erased_at and about.erased else None,
        "appended_at": appended_at.isoformat(),
    }
    return Document("messages", "", about.id, case.revision, body)


_AS_THEY_ARE = {
    "id", "team", "revision", "status", "source", "kind", "monitor", "conversation", "author", "title", "language",
    "sentiment", "sentiment_score", "intent", "topics", "tags", "corrected",
    "weight", "created_at", "opened_at", "updated_at",
    "closed_at", "closed_by", "owner", "previous_owner", "assigned_at", "awaiting_us", "first_response_at",
    "first_response_seconds", "reopened", "mentions", "erased_at",
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
