"""Follows topics from outside any group: read models in memory (the desk's inbox, the teams that ingest knows).

Reads every partition, committed records only, from the beginning or from the end, in a thread of its own; connects and
connects again by itself, so that a process that follows may start before Kafka does.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from services.contracts.base import Model
from services.contracts.codec import DecodeError, decode
from services.contracts.topics import BY_NAME, Topic
from services.runtime.garbage import keep_for_good
from services.runtime.headers import from_kafka
from services.runtime.kafka import open_consumer
from services.runtime.metrics import RECORDS_READ, RECORDS_REJECTED
from services.runtime.settings import Settings

log = logging.getLogger(__name__)

RETRY_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Followed:
    """One record as a follower sees it; `message` of `None` is a tombstone."""

    topic: Topic
    partition: int
    offset: int
    at: datetime
    key: str
    message: Model | None
    headers: Mapping[str, str]


class Follower:
    """Hands every record to `on_record`, in its own thread, in the order of each partition.

    `caught_up` is set once everything that was there at the start has been handed over; `idle` callbacks of a batch are
    not promised. An exception of `on_record` is a defect: the follower stops and `error` says what it was.
    """

    def __init__(
        self,
        settings: Settings,
        reads: Mapping[Topic, Literal["beginning", "end"]],
        on_record: Callable[[Followed], None],
        name: str = "follower",
    ) -> None:
        self._settings = settings
        self._reads = reads
        self._on_record = on_record
        self._name = name
        self._stop = threading.Event()
        self._positions: dict[TopicPartition, int] = {}
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self.caught_up = threading.Event()
        self.error: BaseException | None = None

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """Stop reading and wait for the thread."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def check(self) -> str | None:
        """A readiness check."""
        if self.error:
            return f"stopped by {type(self.error).__name__}"
        return None if self.caught_up.is_set() else "still reading what is there"

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                try:
                    self._follow()
                except KafkaError as error:
                    log.warning("no connection to Kafka, trying again: %s", error)
                    self._stop.wait(RETRY_SECONDS)
        except Exception as error:
            log.exception("the follower stopped")
            self.error = error
            raise

    def _follow(self) -> None:
        consumer = open_consumer(self._settings)
        try:
            ends = self._position(consumer)
            while ends is not None and not self._stop.is_set():
                for records in consumer.poll(200).values():
                    for one in records:
                        self._hand_over(one)
                if not self.caught_up.is_set() and all(consumer.position(tp) >= end for tp, end in ends.items()):
                    keep_for_good()
                    self.caught_up.set()
        finally:
            consumer.close()

    def _position(self, consumer: KafkaConsumer) -> dict[TopicPartition, int] | None:
        """Assign all partitions and seek: to where we were, else as asked. `None` while the topics do not exist."""
        assigned: list[TopicPartition] = []
        for topic in self._reads:
            partitions = consumer.partitions_for_topic(topic.name)
            if not partitions:
                log.info("waiting for topic %s", topic.name)
                self._stop.wait(RETRY_SECONDS)
                return None
            assigned += [TopicPartition(topic.name, partition) for partition in sorted(partitions)]
        consumer.assign(assigned)
        ends: dict[TopicPartition, int] = consumer.end_offsets(assigned)
        for tp in assigned:
            if tp in self._positions:
                consumer.seek(tp, self._positions[tp])
            elif self._reads[BY_NAME[tp.topic]] == "beginning":
                consumer.seek_to_beginning(tp)
            else:
                consumer.seek(tp, ends[tp])
                self._positions[tp] = ends[tp]
        return ends

    def _hand_over(self, one: Any) -> None:
        topic = BY_NAME[one.topic]
        self._positions[TopicPartition(one.topic, one.partition)] = one.offset + 1
        RECORDS_READ.labels(self._name, one.topic).inc()
        try:
            message = None if one.value is None else decode(topic, one.value)
            key = (one.key or b"").decode("utf-8")
        except (DecodeError, UnicodeDecodeError) as error:
            code = error.code if isinstance(error, DecodeError) else "not_utf8"
            RECORDS_REJECTED.labels(self._name, code).inc()
            where = {"topic": one.topic, "partition": one.partition, "offset": one.offset, "code": code}
            log.error("passed over a record that cannot be read: %s", error, extra=where)
            return
        at = datetime.fromtimestamp(one.timestamp / 1000, UTC)
        self._on_record(Followed(topic, one.partition, one.offset, at, key, message, from_kafka(one.headers or ())))
