"""What goes in and out of a worker: a message with the place it was read from, and a message with the place it goes to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from services.contracts.base import Model
from services.contracts.topics import Topic

M = TypeVar("M", covariant=True)

NEEDS_PERSON = "needs_person"
"""Header on `mentions.classified`: `1` or `0`, so that route passes over what needs nobody without decoding it."""


@dataclass(frozen=True, slots=True)
class Received(Generic[M]):
    """A decoded message and its origin. `at` is when the broker appended it."""

    topic: Topic
    partition: int
    offset: int
    at: datetime
    key: str
    message: M
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to send; `message` of `None` is a tombstone. `partition` of `None` leaves it to the key's hash."""

    topic: Topic
    key: str
    message: Model | None
    partition: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
