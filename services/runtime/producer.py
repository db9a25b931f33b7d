"""Sends messages outside transactions: the desk's commands, ingest's mentions. Acknowledged means kept by Kafka."""

import logging
import threading
from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol, Self

from kafka import KafkaProducer
from kafka.errors import KafkaError

from services.contracts.codec import encode
from services.runtime.headers import to_kafka
from services.runtime.kafka import MAX_RECORD_BYTES, open_producer
from services.runtime.messages import Outgoing
from services.runtime.metrics import RECORDS_SENT
from services.runtime.settings import Settings

log = logging.getLogger(__name__)


class SendError(RuntimeError):
    """Kafka has not acknowledged: the messages may or may not be there. Sending them again is harmless."""


class Sender(Protocol):
    """What the services need of a producer, so that tests can hand in a fake."""

    def send(self, messages: Sequence[Outgoing]) -> None:
        """Return once every message is acknowledged. Raises `SendError` otherwise."""


class Producer:
    """A producer that connects at its first use. Safe to use from several threads."""

    def __init__(self, settings: Settings, writer: str, patience: timedelta = timedelta(seconds=20)) -> None:
        self._settings = settings
        self._writer = writer
        self._patience = patience.total_seconds()
        self._lock = threading.Lock()
        self._client: KafkaProducer | None = None

    def send(self, messages: Sequence[Outgoing]) -> None:
        """Send and wait until every message is acknowledged.

        Raises:
            SendError: no broker answered, or not in time, or a record is larger than the broker takes.
        """
        try:
            client = self._connected()
            pending = [client.send(**record(message, self._writer)) for message in messages]
            for future in pending:
                future.get(timeout=self._patience)
        except (KafkaError, AssertionError) as error:
            raise SendError(f"Kafka did not acknowledge: {type(error).__name__}: {error}"[:300]) from error
        for message in messages:
            RECORDS_SENT.labels(self._writer, message.topic.name).inc()

    def check(self) -> str | None:
        """A readiness check: whether a broker is known."""
        with self._lock:
            client = self._client
        if client is None:
            try:
                self._connected()
            except KafkaError as error:
                return f"no connection to Kafka ({type(error).__name__})"
        return None

    def close(self) -> None:
        """Send what is pending, for at most five seconds, and close. Whoever sent it was told when it did not arrive."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            try:
                client.close(timeout=5)
            except KafkaError as error:
                log.warning("closed with messages that were not sent: %s", error)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _connected(self) -> KafkaProducer:
        with self._lock:
            if self._client is None:
                self._client = open_producer(self._settings)
            return self._client


def record(message: Outgoing, writer: str) -> dict[str, object]:
    """The client library's arguments for one message."""
    return {
        "topic": message.topic.name,
        "key": message.key.encode(),
        "value": None if message.message is None else encode(message.message),
        "headers": to_kafka(message.message, message.key, writer, message.headers),
        "partition": message.partition,
    }


def fits(value: bytes) -> bool:
    """Whether a record of this size is taken, with room for its key and headers and for what later readers add to it."""
    return len(value) <= MAX_RECORD_BYTES - 262_144
