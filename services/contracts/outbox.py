"""What may leave the building (on `outbox.approved`): written by route, delivered once by ingest."""

from typing import Literal

from services.contracts.base import Id, Instant, LongText, Model, ShortText, Slug


class OutboxItem(Model):
    """A reply or a post to deliver. `id` is the idempotency key towards the source; `sender` signs it."""

    type: Literal["outbox.item"] = "outbox.item"
    version: Literal[1] = 1
    id: Id
    kind: Literal["reply", "post"] = "reply"
    team: Slug
    case: Id
    source: Slug
    conversation: ShortText
    in_reply_to: ShortText
    """The `source_id` of the mention that is answered."""
    text: LongText
    sender: ShortText
    person: ShortText
    approved_by: ShortText
    at: Instant
