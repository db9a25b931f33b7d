"""What a decision consists of: drafts of events, which `handle.py` numbers and turns into events."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.contracts.cases import MESSAGE_CHARACTERS, RECENT_LINES, RECENT_MESSAGES, Case, CaseMessage, HistoryLine
from services.contracts.events import CaseEvent, Event
from services.route.domain.made import made, remade

ROUTER = "system:route"
"""Who acts when nobody asked."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An event without its envelope. `actor` of `None` is whoever asked; `identity` replaces the cause in all later ids."""

    kind: type[Event]
    fields: dict[str, Any]
    actor: str | None = None
    identity: str | None = None

    @property
    def case(self) -> Case:
        """The case afterwards, of a case event."""
        case: Case = self.fields["case"]
        return case


def case_draft(kind: type[CaseEvent], case: Case, now: datetime, actor: str, told: str = "", **fields: Any) -> Draft:
    """A draft of an event of `case`, which already has its changes: adds the next revision and a line of history.

    `told` is the detail of that line, `fields` are the event's own besides the case.
    """
    line = made(HistoryLine, {"at": now, "type": kind.__name__, "actor": actor, "detail": told[:500]})
    update = {
        "revision": case.revision + 1,
        "updated_at": now,
        "history": (*case.history, line)[-RECENT_LINES:],
    }
    return Draft(kind, {"case": remade(case, update), **fields}, actor)  # type: ignore[arg-type]


def changed(case: Case, **changes: Any) -> Case:
    """The case with changes that are valid by construction; not validated again, since this is the hot path."""
    return remade(case, changes)


def closed(case: Case, actor: str, now: datetime, **more: Any) -> Case:
    """The case closed by somebody: it waits for nobody, and nobody is called in. `more` are other changes."""
    return changed(
        case,
        status="closed",
        closed_at=now,
        closed_by=actor,
        awaiting_us=False,
        waiting=None,
        snoozed_until=None,
        escalated_to=(),
        **more,
    )


def with_message(case: Case, message: CaseMessage) -> tuple[CaseMessage, ...]:
    """The case's recent messages with one more, cut to length; the event carries it whole."""
    return (*case.messages, _cut(message))[-RECENT_MESSAGES:]


def shown(case: Case, message: CaseMessage) -> tuple[CaseMessage, ...]:
    """The case's recent messages with this one in the place of the same one before, or as one more."""
    if all(one.id != message.id for one in case.messages):
        return with_message(case, message)
    return tuple(_cut(message) if one.id == message.id else one for one in case.messages)


def _cut(message: CaseMessage) -> CaseMessage:
    if len(message.text) <= MESSAGE_CHARACTERS:
        return message
    return message.model_copy(update={"text": message.text[:MESSAGE_CHARACTERS], "cut": True})
