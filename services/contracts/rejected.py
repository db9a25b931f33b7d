"""What could not be read (on `mentions.rejected`): nothing is lost, it waits to be listed, repaired and replayed."""

from typing import Literal

from pydantic import Base64Bytes, Field

from services.contracts.base import Id, Instant, Model, ShortText

RejectionCode = Literal[
    "not_json", "not_utf8", "unknown_type", "unknown_version", "invalid", "unknown_team", "too_large", "failed"
]


class RejectedRecord(Model):
    """A record that a reader could not use: where it came from, why, and the bytes as they were."""

    type: Literal["rejected"] = "rejected"
    version: Literal[1] = 1
    id: Id
    source: ShortText
    reader: ShortText
    code: RejectionCode
    detail: ShortText
    topic: ShortText
    partition: int
    offset: int
    at: Instant
    key: Base64Bytes | None = None
    payload: Base64Bytes
    headers: dict[str, str] = Field(default_factory=dict)
