"""Loops that read one topic, tag each mention and write it to another: ours and those of other libraries.

Each runs in a process of its own: `python -m tests.bench.loops NAME BOOTSTRAP SOURCE TARGET GROUP`, until it is ended.
"""

import asyncio
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, cast

import orjson

from services.contracts.mentions import ClassifiedMention, Mention
from services.contracts.topics import BY_NAME, Topic
from services.runtime.messages import Outgoing, Received
from services.runtime.settings import Settings

TAG = {"tag": "bench"}
Loop = Callable[[str, str, str, str], None]


def bench_topic(name: str, *values: Any) -> Topic:
    """A topic of the bench, as many partitions as the mentions' have teams."""
    return Topic(name, "The bench's.", "conversation", values, "team", "delete", 1, ("bench",), ("bench",))


def tag(value: bytes) -> bytes:
    """What the others do with a record: JSON in, one field more, JSON out."""
    mention = orjson.loads(value)
    mention["extra"] = mention.get("extra", {}) | TAG
    return orjson.dumps(mention)


# -- ours --------------------------------------------------------------------------------------------------------------


def webcare_tag(bootstrap: str, source: str, target: str, group: str) -> None:
    """Our worker: contracts checked on the way in, transactions, dead letters, metrics."""
    out = bench_topic(target, Mention)

    def tagged(records: Sequence[Received[Mention]], _now: datetime) -> Iterable[Outgoing]:
        for one in records:
            message = one.message.model_copy(update={"extra": one.message.extra | TAG})
            yield Outgoing(out, one.key, message, headers=one.headers)

    _work(bootstrap, source, group, tagged)


def webcare_classify(bootstrap: str, source: str, target: str, group: str) -> None:
    """Our worker with the classifier in it."""
    from services.classify.domain.reader import build_reader
    from services.classify.worker import transform

    out, classify = bench_topic(target, ClassifiedMention), transform(build_reader())
    _work(bootstrap, source, group, lambda records, now: [replace(one, topic=out) for one in classify(records, now)])


def _work(bootstrap: str, source: str, group: str, transform: Any) -> None:
    from services.runtime.health import Health
    from services.runtime.worker import run_stateless

    reads = bench_topic(source, Mention)
    cast("dict[str, Topic]", BY_NAME)[source] = reads
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    run_stateless(Settings(kafka_bootstrap=bootstrap), group, reads, transform, stop, Health())


# -- kafka-python ------------------------------------------------------------------------------------------------------


def kafka_python(bootstrap: str, source: str, target: str, group: str) -> None:
    """The plain loop of its manual: at least once."""
    consumer, producer = _clients(bootstrap, source, group, enable_auto_commit=True)
    while True:
        for records in consumer.poll(200, max_records=500).values():
            for one in records:
                producer.send(target, key=one.key, value=tag(one.value))


def kafka_python_transactions(bootstrap: str, source: str, target: str, group: str) -> None:
    """The same in transactions, without our contracts, dead letters and metrics."""
    from kafka.structs import OffsetAndMetadata

    consumer, producer = _clients(bootstrap, source, group, transactional_id=group)
    producer.init_transactions()
    while True:
        if batch := consumer.poll(200, max_records=500):
            producer.begin_transaction()
            for records in batch.values():
                for one in records:
                    producer.send(target, key=one.key, value=tag(one.value))
            ends = {tp: OffsetAndMetadata(records[-1].offset + 1, "", -1) for tp, records in batch.items()}
            producer.send_offsets_to_transaction(ends, consumer.group_metadata())
            producer.commit_transaction()


def _clients(
    bootstrap: str, source: str, group: str, *, enable_auto_commit: bool = False, transactional_id: str | None = None
) -> tuple[Any, Any]:
    from kafka import KafkaConsumer, KafkaProducer

    identity = {"transactional_id": transactional_id} if transactional_id else {}
    producer = KafkaProducer(
        bootstrap_servers=bootstrap, compression_type="lz4", linger_ms=5, batch_size=131_072, **identity
    )
    consumer = KafkaConsumer(
        source,
        bootstrap_servers=bootstrap,
        group_id=group,
        auto_offset_reset="earliest",
        enable_auto_commit=enable_auto_commit,
    )
    return consumer, producer


# -- aiokafka and faust ------------------------------------------------------------------------------------------------


def aiokafka_loop(bootstrap: str, source: str, target: str, group: str) -> None:
    """The plain loop of aiokafka: at least once."""
    asyncio.run(_aiokafka(bootstrap, source, target, group))


async def _aiokafka(bootstrap: str, source: str, target: str, group: str) -> None:
    from aiokafka import AIOKafkaConsumer, AIOKafkaProducer  # type: ignore[import-untyped]  # the library has no types

    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap, compression_type="lz4", linger_ms=5, max_batch_size=131_072
    )
    consumer = AIOKafkaConsumer(source, bootstrap_servers=bootstrap, group_id=group, auto_offset_reset="earliest")
    await producer.start()
    await consumer.start()
    while True:
        for records in (await consumer.getmany(timeout_ms=200, max_records=500)).values():
            for one in records:
                await producer.send(target, key=one.key, value=tag(one.value))


def faust_agent(bootstrap: str, source: str, target: str, group: str) -> None:
    """An agent of faust: at least once."""
    asyncio.run(_faust(bootstrap, source, target, group))


async def _faust(bootstrap: str, source: str, target: str, group: str) -> None:
    import faust

    app = faust.App(
        group,
        broker=f"kafka://{bootstrap}",
        store="memory://",
        topic_partitions=4,
        consumer_auto_offset_reset="earliest",
        stream_wait_empty=False,
        web_enabled=False,
        producer_compression_type="lz4",
        producer_linger_ms=5,
        producer_max_batch_size=131_072,
        datadir=str(Path("/tmp") / group),
    )
    raw = partial(app.topic, key_type=bytes, key_serializer="raw", value_type=bytes, value_serializer="raw")
    read, write = raw(source), raw(target)

    @app.agent(read)
    async def tagging(stream: Any) -> None:
        async for event in stream.events():
            await write.send(key=event.key, value=tag(event.value))

    await app.start()
    await asyncio.Event().wait()


LOOPS: dict[str, Loop] = {
    "webcare-tag": webcare_tag,
    "webcare-classify": webcare_classify,
    "kafka-python": kafka_python,
    "kafka-python-transactions": kafka_python_transactions,
    "aiokafka": aiokafka_loop,
    "faust": faust_agent,
}

if __name__ == "__main__":
    LOOPS[sys.argv[1]](*sys.argv[2:6])
