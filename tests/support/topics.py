"""Reads whole topics for tests, as a reader of committed records sees them."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from services.contracts.codec import decode
from services.contracts.topics import Topic


def everything(bootstrap: str, topic: Topic) -> Iterator[Any]:
    """Every committed message of a topic from its beginning to its end as it is now."""
    return (decode(topic, value) for value in payloads(bootstrap, topic))


def payloads(bootstrap: str, topic: Topic, *, committed: bool = True) -> Iterator[bytes]:
    """The same as bytes; without `committed`, those of aborted transactions as well."""
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap,
        isolation_level="read_committed" if committed else "read_uncommitted",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_poll_records=5_000,
    )
    try:
        parts = [
            TopicPartition(topic.name, number) for number in sorted(consumer.partitions_for_topic(topic.name) or ())
        ]
        consumer.assign(parts)
        consumer.seek_to_beginning(*parts)
        ends = consumer.end_offsets(parts)
        while any(consumer.position(tp) < ends[tp] for tp in parts):
            for records in consumer.poll(500).values():
                yield from (one.value for one in records if one.value is not None)
    finally:
        consumer.close()


def count(bootstrap: str, topic: Topic, of: Callable[[Any], bool] = lambda _: True) -> Counter[str]:
    """How often each id occurs among the messages of a topic that are meant."""
    return Counter(message.id for message in everything(bootstrap, topic) if of(message))
