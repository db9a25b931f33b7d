"""A stateful batch worker: state in memory, its truth compacted topics written in the same transaction. Used by route.

Each partition number has a state of its own. When partitions are assigned, the state of exactly those is read back from the
compacted topics (`owned.py`), up to the high watermark and not just to the last stable offset: a worker that lost its
partitions may still be committing. Input and state topics have the same number of partitions, and what is written stays on
the partition it came from.

The first of the topics that are read goes first (`prioritised`), and batches of the others are kept to about 100 ms, so that
a command never waits long behind a backlog of mentions.

When a batch fails, its state is read back and its records are worked on one by one, each in a transaction of its own; the
one that fails alone becomes a dead letter, and the rest goes on.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from typing import Any

from kafka import KafkaConsumer

from services.contracts.codec import DecodeError
from services.contracts.topics import BY_NAME, Topic
from services.runtime.clock import Clock, system_clock
from services.runtime.deadletters import Circuit, dead_letter
from services.runtime.headers import from_kafka
from services.runtime.health import Health
from services.runtime.messages import Outgoing
from services.runtime.metrics import BATCH_SECONDS, RECORDS_READ
from services.runtime.owned import Owned, Partition
from services.runtime.prioritised import Batch, Prioritised
from services.runtime.reading import Wants, read
from services.runtime.settings import Settings
from services.runtime.transactions import Transactions
from services.runtime.worker import open_worker

log = logging.getLogger(__name__)

LONGEST_BATCH = 0.1
"""Seconds that a batch of the later topics should take at most."""


def run_stateful(
    settings: Settings,
    name: str,
    reads: Sequence[Topic],
    state: Sequence[Topic],
    make: Callable[[int], Partition],
    wants: Wants,
    stop: threading.Event,
    health: Health,
    clock: Clock = system_clock,
) -> None:
    """Work until `stop` is set. `reads[0]` goes before the others.

    Raises:
        WorkerStoppedError: Kafka refused a transaction or its outcome is unknown; start again.
        CircuitOpenError: too many records had to be refused.
    """
    with open_worker(settings, name) as (consumer, transactions):
        owned = Owned(settings, name, state, make)
        with closing(Prioritised(settings, name, consumer, reads[0], reads[1:], owned)) as source:
            health.add("partitions", lambda: None if owned.partitions else "none assigned yet")
            worker = _Worker(name, source, owned, transactions, wants, clock)
            while not stop.is_set():
                health.beat()
                worker.step(consumer)


class _Worker:
    """One step: what is there to read, what it becomes, and both committed together."""

    def __init__(
        self,
        name: str,
        source: Prioritised,
        owned: Owned,
        transactions: Transactions,
        wants: Wants,
        clock: Clock,
    ) -> None:
        self._name, self._source, self._owned = name, source, owned
        self._transactions, self._wants, self._clock = transactions, wants, clock
        self._circuit, self._pace, self._moves = Circuit(), _Pace(), -1

    def step(self, consumer: KafkaConsumer) -> None:
        """Poll a batch and work on it; nothing of it counts when partitions have moved since it was polled."""
        batch = self._source.poll_first(1 if self._pace.alone else None)
        if self._owned.moves != self._moves:
            self._moves = self._owned.moves
            self._owned.catch_up()
            self._source.rewind(self._owned.partitions)
            return
        batch = batch or self._source.poll_later(self._pace.at_most)
        member, partitions = consumer.group_metadata(), self._owned.partitions
        if batch and self._owned.moves == self._moves:
            self._work_on(batch, partitions, member)

    def _work_on(self, batch: Batch, partitions: Mapping[int, Partition], member: Any) -> None:
        started, now = time.monotonic(), self._clock()
        try:
            output, refused = _work(self._name, _by_partition(batch), partitions, now, self._wants)
        except Exception as error:
            log.exception("a batch failed in %s", self._name)
            self._owned.read_back({tp.partition for tp in batch})
            if not self._pace.alone:
                self._pace.alone = sum(len(records) for records in batch.values())
                self._source.rewind(self._owned.partitions)
                return
            output, refused = [], _refuse(self._name, batch, error, now)
        for _ in refused:
            self._circuit.count(now)
        ends = {tp: records[-1].offset + 1 for tp, records in batch.items()}
        self._transactions.commit(member, output + refused, ends)
        self._measure(batch, time.monotonic() - started)

    def _measure(self, batch: Batch, seconds: float) -> None:
        self._pace.measured(sum(len(records) for records in batch.values()), seconds)
        BATCH_SECONDS.labels(self._name).observe(seconds)
        for tp, records in batch.items():
            RECORDS_READ.labels(self._name, tp.topic).inc(len(records))


def _work(
    name: str, batch: Mapping[int, list[Any]], partitions: Mapping[int, Partition], now: datetime, wants: Wants
) -> tuple[list[Outgoing], list[Outgoing]]:
    """The output of a batch, and the dead letters of what could not be read."""
    output: list[Outgoing] = []
    refused: list[Outgoing] = []
    for number, records in batch.items():
        good, unreadable = read(name, records, now, wants)
        output += partitions[number].handle(good, now)
        refused += unreadable
    return output, refused


def _refuse(name: str, batch: Batch, error: Exception, now: datetime) -> list[Outgoing]:
    """The dead letters of records that cannot be worked on."""
    reason = DecodeError("failed", f"{type(error).__name__} in {name}")
    return [
        dead_letter(
            name,
            BY_NAME[tp.topic],
            tp.partition,
            one.offset,
            one.key,
            one.value,
            from_kafka(one.headers or ()),
            reason,
            now,
        )
        for tp, records in batch.items()
        for one in records
    ]


class _Pace:
    """How many records fit into `LONGEST_BATCH`, from how long the latest batches took.

    `alone` counts the records that are still to be worked on one by one after a batch has failed.
    """

    def __init__(self) -> None:
        self.records = 50
        self.alone = 0

    @property
    def at_most(self) -> int:
        return 1 if self.alone else self.records

    def measured(self, records: int, seconds: float) -> None:
        self.alone = max(0, self.alone - records)
        fitting = records / max(seconds, 1e-4) * LONGEST_BATCH
        if records >= self.records or fitting < self.records:
            self.records = max(10, min(500, round((self.records + fitting) / 2)))


def _by_partition(batch: Batch) -> dict[int, list[Any]]:
    """The records of each partition number."""
    found: dict[int, list[Any]] = {}
    for tp in sorted(batch):
        found.setdefault(tp.partition, []).extend(batch[tp])
    return found
