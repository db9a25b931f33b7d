"""Reads the dead letters back for an operator: list, show, and replay on the topic that they came from."""

from collections.abc import Iterator
from dataclasses import dataclass

from kafka import KafkaProducer, TopicPartition

from services.contracts.codec import DecodeError, decode
from services.contracts.rejected import RejectedRecord
from services.contracts.topics import BY_NAME, MENTIONS_REJECTED
from services.runtime.kafka import open_consumer, open_producer
from services.runtime.settings import Settings


@dataclass(frozen=True, slots=True)
class NotReplayable(Exception):  # noqa: N818 - it says what the record is, and the command shows the reason
    """The record did not come from a topic of ours; `reason` says what to do instead."""

    reason: str


def rejected(settings: Settings) -> Iterator[RejectedRecord]:
    """Every dead letter that is kept, oldest first in each partition. Raises `KafkaError` when no broker answers."""
    consumer = open_consumer(settings)
    try:
        numbers = consumer.partitions_for_topic(MENTIONS_REJECTED.name) or set()
        assigned = [TopicPartition(MENTIONS_REJECTED.name, number) for number in sorted(numbers)]
        consumer.assign(assigned)
        consumer.seek_to_beginning(*assigned)
        ends = consumer.end_offsets(assigned)
        while any(consumer.position(tp) < ends[tp] for tp in assigned):
            for records in consumer.poll(500).values():
                for one in records:
                    yield _as_rejected(one.value)
    finally:
        consumer.close()


def _as_rejected(payload: bytes) -> RejectedRecord:
    try:
        found: RejectedRecord = decode(MENTIONS_REJECTED, payload)
    except DecodeError as error:
        raise ValueError(f"a dead letter cannot be read itself: {error}") from error
    return found


def replay(settings: Settings, record: RejectedRecord, payload: bytes | None = None) -> None:
    """Put a record on its topic again, as it was or as `payload` (repaired). Readers ignore what they have had.

    Raises:
        NotReplayable: it did not come from a topic, or was cut when it was kept.
    """
    if record.topic not in BY_NAME:
        raise NotReplayable(f"it came from {record.source}, not from a topic: repair it there and send it again")
    if payload is None and "(kept " in record.detail:
        raise NotReplayable("only a part of it was kept; give the whole, repaired, with --payload")
    producer: KafkaProducer = open_producer(settings)
    try:
        value = record.payload if payload is None else payload
        kept = [(name, text.encode()) for name, text in record.headers.items()]
        producer.send(record.topic, key=record.key, value=value, headers=kept).get(timeout=20)
    finally:
        producer.close(timeout=5)
