"""A member of a consumer group that reads at least once: the Elasticsearch sink, the delivery of replies.

Offsets are committed by the caller, after the outside world has acknowledged. What cannot be read goes to the dead letters
before anything later is committed.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Self

from kafka import TopicPartition
from kafka.structs import OffsetAndMetadata

from services.contracts.topics import Topic
from services.runtime.clock import Clock, system_clock
from services.runtime.deadletters import Circuit
from services.runtime.kafka import open_group_consumer, subscribe
from services.runtime.lag import Lag
from services.runtime.messages import Received
from services.runtime.metrics import RECORDS_READ
from services.runtime.producer import Sender
from services.runtime.reading import Wants, everything, read
from services.runtime.settings import Settings


class GroupReader:
    """Polls decoded batches of `topics`; `commit` moves the group's offsets. Not for several threads."""

    def __init__(
        self,
        settings: Settings,
        group: str,
        topics: Sequence[Topic],
        dead_letters: Sender,
        wants: Wants = everything,
        clock: Clock = system_clock,
    ) -> None:
        self._group = group
        self._dead_letters = dead_letters
        self._wants = wants
        self._clock = clock
        self._circuit = Circuit()
        self._polled: dict[TopicPartition, int] = {}
        self._consumer = open_group_consumer(settings, group)
        subscribe(self._consumer, topics)
        self._lag = Lag(group, self._consumer)

    def poll(self, timeout_ms: int = 300, max_records: int = 500) -> list[Received[Any]]:
        """The next records that could be read; empty when there are none within `timeout_ms`.

        Raises:
            SendError: a dead letter was not acknowledged.
            CircuitOpenError: too many records cannot be read.
        """
        good: list[Received[Any]] = []
        now = self._clock()
        self._lag.measure()
        for tp, records in self._consumer.poll(timeout_ms, max_records=max_records).items():
            RECORDS_READ.labels(self._group, tp.topic).inc(len(records))
            mine, bad = read(self._group, records, now, self._wants)
            for _ in bad:
                self._circuit.count(now)
            self._dead_letters.send(bad)
            good += mine
            self._polled[tp] = records[-1].offset + 1
        return good

    def commit(self, offsets: Mapping[tuple[Topic, int], int] | None = None) -> None:
        """Commit `offsets` (the next to read, by topic and partition), or all that was polled.

        Offsets of partitions that this member has lost in the meantime are left to their new owner.
        """
        given = (
            self._polled
            if offsets is None
            else {TopicPartition(t.name, p): offset for (t, p), offset in offsets.items()}
        )
        mine = self._consumer.assignment()
        wanted = {tp: OffsetAndMetadata(offset, "", -1) for tp, offset in given.items() if tp in mine}
        if wanted:
            self._consumer.commit(wanted)
        if offsets is None:
            self._polled.clear()

    def assigned(self) -> frozenset[tuple[str, int]]:
        """The partitions that this member has, as (topic name, partition)."""
        return frozenset((tp.topic, tp.partition) for tp in self._consumer.assignment())

    def pause(self) -> None:
        """Fetch nothing more for now; `poll` keeps the membership alive."""
        self._consumer.pause(*self._consumer.assignment())

    def resume(self) -> None:
        """Fetch again."""
        self._consumer.resume(*self._consumer.paused())

    def close(self) -> None:
        """Leave."""
        self._consumer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
