"""What may leave the building, from the events with which it leaves."""

from collections.abc import Callable, Iterable

from services.contracts.cases import CaseMessage
from services.contracts.events import CaseEvent, Event, ReplyApproved, ReplyReleased
from services.contracts.outbox import OutboxItem


def outbox_items(events: Iterable[Event], name_of: Callable[[str, str], str]) -> list[OutboxItem]:
    """An item for each reply that leaves, its text whole: when it is approved, or once its moment of grace is over.

    `name_of(team, person)` is the name that signs a person's replies.
    """
    items = []
    for event in events:
        if isinstance(event, ReplyApproved) and event.leaves is not None:
            items.append(_item(event, event.leaves, name_of))
        elif isinstance(event, ReplyReleased):
            items.append(_item(event, event.reply, name_of))
    return items


def _item(event: CaseEvent, reply: CaseMessage, name_of: Callable[[str, str], str]) -> OutboxItem:
    case, to = event.case, reply.addressee
    return OutboxItem(
        id=reply.id,
        team=event.team,
        case=case.id,
        source=to.source if to else case.source,
        conversation=to.conversation if to else case.conversation,
        in_reply_to=to.answer_to if to else case.answer_to,
        text=reply.text,
        sender=name_of(event.team, reply.author),
        person=reply.author,
        approved_by=reply.approved_by,
        at=event.at,
    )
