"""What may leave the building, from the events that approved it."""

from collections.abc import Callable, Iterable

from services.contracts.cases import CaseMessage
from services.contracts.events import Event, ReplyApproved, ReplySubmitted
from services.contracts.outbox import OutboxItem


def outbox_items(events: Iterable[Event], name_of: Callable[[str, str], str]) -> list[OutboxItem]:
    """An item for each reply that was approved: its text whole, as it was submitted.

    `name_of(team, person)` is the name that signs a person's replies.
    """
    submitted: dict[str, CaseMessage] = {}
    items = []
    for event in events:
        if isinstance(event, ReplySubmitted):
            submitted[event.reply.id] = event.reply
        elif isinstance(event, ReplyApproved):
            items.append(_item(event, submitted[event.reply], name_of))
    return items


def _item(event: ReplyApproved, reply: CaseMessage, name_of: Callable[[str, str], str]) -> OutboxItem:
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
        approved_by=event.by,
        at=event.at,
    )
