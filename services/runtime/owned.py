"""The partitions that a stateful worker has: their state, read back from compacted topics when they are assigned.

Used by `stateful.py`. The group's listener takes note of what moves; the worker's own loop does what follows from it.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from kafka import ConsumerRebalanceListener, TopicPartition

from services.contracts.base import Model
from services.contracts.codec import decode
from services.contracts.topics import BY_NAME, Topic
from services.runtime.garbage import paused
from services.runtime.kafka import open_consumer
from services.runtime.messages import Outgoing, Received
from services.runtime.metrics import RESTORE_SECONDS, RESTORED_RECORDS
from services.runtime.settings import Settings

log = logging.getLogger(__name__)


class Partition(Protocol):
    """The state of one partition, and what it makes of its input."""

    def restore(self, topic: Topic, key: str, message: Model) -> None:
        """Take in one record of state: the latest of its key, in any order."""

    def restored(self) -> None:
        """All of it has been read back."""

    def handle(self, batch: Sequence[Received[Any]], now: datetime) -> list[Outgoing]:
        """Work on a batch, in order, and give what is to be written."""

    def lost(self) -> None:
        """It is no longer this worker's; nothing more is asked of it."""


class Owned(ConsumerRebalanceListener):  # type: ignore[misc]  # the client library has no types
    """The states of the partitions that this worker has.

    The client library calls the listener on the thread that also sends heartbeats, so the listener only takes note; state
    is read back by the worker's own loop, however long that takes, while the heartbeats go on.
    """

    def __init__(self, settings: Settings, name: str, state: Sequence[Topic], make: Callable[[int], Partition]) -> None:
        self._settings, self._name, self._state, self._make = settings, name, state, make
        self._lock = threading.Lock()
        self._assigned: frozenset[int] = frozenset()
        self.moves = 0
        """Grows whenever partitions are lost or won: what was polled before may be somebody else's by now."""
        self.partitions: dict[int, Partition] = {}
        self._lost: list[Partition] = []

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        with self._lock:
            self.moves += 1
            self._assigned -= {tp.partition for tp in revoked}
            self._lost += [one for number, one in self.partitions.items() if number not in self._assigned]
            self.partitions = {number: one for number, one in self.partitions.items() if number in self._assigned}

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        with self._lock:
            self.moves += 1
            self._assigned |= {tp.partition for tp in assigned}

    def catch_up(self) -> None:
        """Let go of partitions that were lost since the last time, and read back the state of those that were assigned."""
        self._let_go()
        while missing := self._assigned - self.partitions.keys():
            self.read_back(sorted(missing))
            self._let_go()

    def read_back(self, numbers: Iterable[int]) -> None:
        """Make the state of these partitions anew from its topics, unless partitions move in the meantime."""
        started, moves = time.monotonic(), self.moves
        fresh = {number: self._make(number) for number in numbers}
        with paused():
            count = restore(self._settings, self._state, fresh)
        with self._lock:
            if moves != self.moves:
                self._lost += fresh.values()
                return
            self.partitions = self.partitions | fresh
        RESTORE_SECONDS.labels(self._name).set(time.monotonic() - started)
        RESTORED_RECORDS.labels(self._name).set(count)
        log.info("took over partitions %s with %d records of state", sorted(fresh), count)

    def _let_go(self) -> None:
        """Here and not in the listener, so that nothing is done with a partition any more when it is told."""
        with self._lock:
            lost, self._lost = self._lost, []
        for partition in lost:
            partition.lost()


def restore(settings: Settings, state: Sequence[Topic], partitions: Mapping[int, Partition]) -> int:
    """Read the state of `partitions` back and give the number of records it consists of."""
    latest: dict[TopicPartition, dict[bytes, bytes]] = {
        TopicPartition(topic.name, number): {} for topic in state for number in partitions
    }
    reader, watermarks = open_consumer(settings), open_consumer(settings, committed_only=False)
    try:
        reader.assign(list(latest))
        reader.seek_to_beginning(*latest)
        ends = watermarks.end_offsets(list(latest))
        while any(reader.position(tp) < ends[tp] for tp in latest):
            for tp, records in reader.poll(200).items():
                for one in records:
                    if one.value is None:
                        latest[tp].pop(one.key, None)
                    else:
                        latest[tp][one.key] = one.value
    finally:
        reader.close()
        watermarks.close()
    for tp, values in latest.items():
        topic = BY_NAME[tp.topic]
        for key, value in values.items():
            partitions[tp.partition].restore(topic, key.decode(), decode(topic, value))
    for partition in partitions.values():
        partition.restored()
    return sum(len(values) for values in latest.values())
