"""One Kafka transaction for a batch: its output and the offsets of its input become visible together or not at all."""

from collections.abc import Mapping, Sequence
from typing import Any

from kafka import KafkaProducer, TopicPartition
from kafka.structs import OffsetAndMetadata

from services.runtime.kafka import open_producer
from services.runtime.messages import Outgoing
from services.runtime.metrics import RECORDS_SENT
from services.runtime.producer import record
from services.runtime.settings import Settings


class Transactions:
    """A transactional producer under a stable slot: opening it fences and aborts what a killed predecessor left open.

    Any exception of `commit` means that the outcome is unknown or that another worker has taken over. The worker must stop
    and start again from what is committed; nothing here tries to carry on.
    """

    def __init__(self, settings: Settings, name: str) -> None:
        self._name = name
        self._producer: KafkaProducer = open_producer(settings, transactional_id=f"{name}-{settings.slot}")
        self._producer.init_transactions()

    def commit(self, member: Any, output: Sequence[Outgoing], offsets: Mapping[TopicPartition, int]) -> None:
        """Send `output` and commit `offsets` (the next to read) in one transaction.

        `member` is the consumer's group metadata as it was when the input was polled: when the group has moved on since,
        the brokers refuse.
        """
        self._producer.begin_transaction()
        pending = [self._producer.send(**record(message, self._name)) for message in output]
        positions: dict[TopicPartition, Any] = {tp: OffsetAndMetadata(offset, "", -1) for tp, offset in offsets.items()}
        self._producer.send_offsets_to_transaction(positions, member)
        self._producer.commit_transaction()
        failed = [future.exception for future in pending if future.failed()]
        if failed:
            raise failed[0]
        for message in output:
            RECORDS_SENT.labels(self._name, message.topic.name).inc()

    def close(self) -> None:
        """Close without waiting for long: what is not committed does not count."""
        self._producer.close(timeout=2)
