"""A stateless batch worker: consume, transform, produce, in Kafka transactions. Used by classify and reread.

The transform is a pure function of the batch. When it fails for a batch, its records are tried one by one, and those that
fail alone become dead letters; the rest goes on.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from typing import Any

from kafka import KafkaConsumer
from kafka.errors import KafkaError

from services.contracts.codec import DecodeError, encode
from services.contracts.topics import Topic
from services.runtime.clock import Clock, system_clock
from services.runtime.deadletters import Circuit, dead_letter
from services.runtime.headers import trace_id
from services.runtime.health import Health
from services.runtime.kafka import open_group_consumer, subscribe
from services.runtime.lag import Lag
from services.runtime.messages import Outgoing, Received
from services.runtime.metrics import BATCH_SECONDS, RECORDS_READ
from services.runtime.reading import Wants, everything, read
from services.runtime.settings import Settings
from services.runtime.transactions import Transactions

log = logging.getLogger(__name__)

Transform = Callable[[Sequence[Received[Any]], datetime], Iterable[Outgoing]]


class WorkerStoppedError(RuntimeError):
    """The worker cannot go on: it was fenced, or does not know whether its commit succeeded. It is started again."""


def run_stateless(
    settings: Settings,
    name: str,
    reads: Topic,
    transform: Transform,
    stop: threading.Event,
    health: Health,
    clock: Clock = system_clock,
    wants: Wants = everything,
) -> None:
    """Work until `stop` is set. What is not wanted is passed over without being decoded.

    Raises:
        WorkerStoppedError: Kafka refused a transaction or its outcome is unknown; start again.
        CircuitOpenError: too many records had to be refused.
    """
    with open_worker(settings, name) as (consumer, transactions):
        circuit, lag = Circuit(), Lag(name, consumer)
        subscribe(consumer, [reads])
        health.add("partitions", lambda: None if consumer.assignment() else "none assigned yet")
        while not stop.is_set():
            health.beat()
            lag.measure()
            if batch := consumer.poll(200, max_records=500):
                started, now, member = time.monotonic(), clock(), consumer.group_metadata()
                records = [one for part in batch.values() for one in part]
                good, unreadable = read(name, records, now, wants)
                output, failed = transformed(name, good, now, transform)
                for _ in unreadable + failed:
                    circuit.count(now)
                ends = {tp: part[-1].offset + 1 for tp, part in batch.items()}
                transactions.commit(member, output + failed + unreadable, ends)
                RECORDS_READ.labels(name, reads.name).inc(len(records))
                BATCH_SECONDS.labels(name).observe(time.monotonic() - started)


@contextmanager
def open_worker(settings: Settings, name: str) -> Iterator[tuple[KafkaConsumer, Transactions]]:
    """The consumer and the transactions of one worker; any Kafka error inside ends it as `WorkerStoppedError`."""
    try:
        # The transactions first: they fence a predecessor before its partitions are taken over.
        with (
            closing(Transactions(settings, name)) as transactions,
            closing(open_group_consumer(settings, name)) as consumer,
        ):
            yield consumer, transactions
    except KafkaError as error:
        raise WorkerStoppedError(f"{type(error).__name__}: {error}") from error


def transformed(
    name: str, records: Sequence[Received[Any]], now: datetime, transform: Transform
) -> tuple[list[Outgoing], list[Outgoing]]:
    """The output of a batch, and the dead letters of those of its records that cannot be transformed."""
    try:
        return list(transform(records, now)), []
    except Exception:
        log.exception("a batch failed; trying its records one by one")
    output: list[Outgoing] = []
    failed: list[Outgoing] = []
    for one in records:
        try:
            output += list(transform([one], now))  # all of it or nothing, also when it fails halfway
        except Exception as error:
            log.exception("refused a record", extra=where(one))
            failed.append(refusal(name, one, error, now))
    return output, failed


def refusal(name: str, one: Received[Any], error: Exception, now: datetime) -> Outgoing:
    """The dead letter of a record that was read but could not be worked on."""
    reason = DecodeError("failed", f"{type(error).__name__} in {name}")
    payload = encode(one.message)
    return dead_letter(name, one.topic, one.partition, one.offset, one.key.encode(), payload, one.headers, reason, now)


def where(one: Received[Any]) -> dict[str, object]:
    """What a log line says of a record."""
    place = {"topic": one.topic.name, "partition": one.partition, "offset": one.offset}
    return place | {"trace": trace_id(one.headers), "mention": getattr(one.message, "id", None)}
