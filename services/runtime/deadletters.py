"""Dead letters: what a reader cannot use goes to `mentions.rejected` with its reason and origin, under a circuit limit.

The limit is a fuse: when more than so many records are refused within the window, something is wrong with the reader or
with a writer, not with a record, and the reader stops instead of emptying a topic into the dead letters.
"""

from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta

from services.contracts.codec import DecodeError
from services.contracts.ids import rejected_id
from services.contracts.rejected import RejectedRecord
from services.contracts.topics import MENTIONS_REJECTED, Topic
from services.runtime.messages import Outgoing
from services.runtime.metrics import RECORDS_REJECTED

MAX_PAYLOAD = 1_000_000
"""Bytes of a payload that are kept; the origin tells where the rest is."""
MAX_KEY = 65_536
MAX_HEADERS = 30
MAX_HEADER = 1_000
"""So much of a key and of headers is kept: a dead letter is always smaller than the largest record that Kafka takes."""


class CircuitOpenError(RuntimeError):
    """Too many records were refused in too short a time; the reader stops and an operator looks."""


class Circuit:
    """Allows `limit` rejections within `window`."""

    def __init__(self, limit: int = 1_000, window: timedelta = timedelta(minutes=5)) -> None:
        self._limit = limit
        self._window = window
        self._seen: deque[datetime] = deque()

    def count(self, now: datetime) -> None:
        """Count one rejection. Raises `CircuitOpenError` above the limit."""
        self._seen.append(now)
        while self._seen and now - self._seen[0] > self._window:
            self._seen.popleft()
        if len(self._seen) > self._limit:
            raise CircuitOpenError(f"more than {self._limit} records refused within {self._window}")


def dead_letter(
    reader: str,
    topic: Topic,
    partition: int,
    offset: int,
    key: bytes | None,
    payload: bytes,
    headers: Mapping[str, str],
    error: DecodeError,
    now: datetime,
) -> Outgoing:
    """The message for `mentions.rejected` about one record."""
    RECORDS_REJECTED.labels(reader, error.code).inc()
    cut = f" (kept {MAX_PAYLOAD} of {len(payload)} bytes)" if len(payload) > MAX_PAYLOAD else ""
    rejected = RejectedRecord.model_construct(
        id=rejected_id(topic.name, partition, offset),
        source=topic.name,
        reader=reader,
        code=error.code,
        detail=(error.detail + cut)[:500],
        topic=topic.name,
        partition=partition,
        offset=offset,
        at=now,
        key=key[:MAX_KEY] if key else key,
        payload=payload[:MAX_PAYLOAD],
        headers={name[:MAX_HEADER]: value[:MAX_HEADER] for name, value in list(headers.items())[:MAX_HEADERS]},
    )
    return Outgoing(MENTIONS_REJECTED, topic.name, rejected)
