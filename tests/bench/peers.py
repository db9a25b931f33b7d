"""The same messages through our worker and through plain loops of the client libraries, as ratios of one run.

The figure of a loop is records over the time between its first and its last record on the target topic, by the broker's
clock: starting, joining and stopping do not count.
"""

import secrets
import statistics
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import islice

from kafka import KafkaConsumer, TopicPartition

from services.contracts.ids import mention_id
from services.contracts.mentions import Author, Mention
from services.contracts.topics import Topic
from services.runtime.kafka import open_admin
from services.runtime.messages import Outgoing
from services.runtime.producer import Producer
from services.runtime.settings import Settings
from services.runtime.topics import creation
from tests.bench.figures import table
from tests.bench.loops import bench_topic
from tests.faults.lines import texts
from tests.support.stack import Stack, until

MESSAGES = 20_000
ROUNDS = 3
PATIENCE = 180
PEERS = {
    "kafka-python": "kafka-python 3, bare loop, at least once",
    "kafka-python-transactions": "kafka-python 3, bare loop in transactions",
    "webcare-tag": "our worker (kafka-python in transactions, contracts, dead letters, metrics)",
    "aiokafka": "aiokafka, bare loop, at least once",
    "faust": "faust agent, at least once",
}


NOTE = """Each loop is one process with the same messages, four partitions, lz4 and batches of 500, by turns in one
run. Only those "in transactions" write each record exactly once."""


def compared(stack: Stack) -> str:
    """The table of all loops."""
    settings, source = _filled(stack)
    rates: dict[str, list[float]] = {name: [] for name in PEERS}
    for _ in range(ROUNDS):
        for name in PEERS:  # in turn, so that what else the machine does falls on all of them
            rates[name].append(_rate(settings, source, name))
    return _table(rates)


def classify_worker(stack: Stack) -> float:
    """Mentions a second of our worker with the classifier in it."""
    return _rate(*_filled(stack), "webcare-classify")


def _filled(stack: Stack) -> tuple[Settings, Topic]:
    settings = Settings(kafka_bootstrap=stack.facts["kafka"])
    source = bench_topic(f"bench.{secrets.token_hex(4)}", Mention)
    _create(settings, source)
    _fill(settings, source)
    return settings, source


def _table(rates: dict[str, list[float]]) -> str:
    ours = statistics.median(rates["webcare-tag"])
    rows = []
    for name, description in PEERS.items():
        middle = statistics.median(rates[name])
        spread = f"{min(rates[name]):,.0f}–{max(rates[name]):,.0f}"
        rows.append((description, f"{middle:,.0f}", spread, f"{middle / ours:.2f}"))
    head = (f"consume → tag → produce, {MESSAGES:,} mentions", "a second (median)", f"of {ROUNDS} rounds", "ours = 1")
    return table(head, rows)


def _create(settings: Settings, topic: Topic) -> None:
    admin = open_admin(settings)
    try:
        admin.create_topics({topic.name: creation(topic, settings)}, wait_for_metadata=True)
    finally:
        admin.close()


def _fill(settings: Settings, topic: Topic) -> None:
    now = datetime.now(UTC)
    messages = [
        Outgoing(topic, str(number), _mention(number, text, now))
        for number, text in enumerate(islice(texts(), MESSAGES))
    ]
    with Producer(settings, "bench") as producer:
        for begin in range(0, MESSAGES, 2_000):
            producer.send(messages[begin : begin + 2_000])


def _mention(number: int, text: str, now: datetime) -> Mention:
    return Mention(
        id=mention_id("bench", "bench", str(number)),
        source="bench",
        source_id=str(number),
        team="bench",
        conversation=str(number),
        author=Author(id=f"author-{number}"),
        text=text,
        created_at=now,
        collected_at=now,
    )


def _rate(settings: Settings, source: Topic, loop: str) -> float:
    """Records a second of one loop in a process of its own."""
    group = f"bench-{secrets.token_hex(4)}"
    target = bench_topic(f"bench.{secrets.token_hex(4)}", Mention)
    _create(settings, target)
    command = [sys.executable, "-m", "tests.bench.loops", loop]
    arguments = [settings.kafka_bootstrap, source.name, target.name, group]
    process = subprocess.Popen(command + arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(lambda: _reached(settings, target, process), f"{loop} has tagged everything", PATIENCE, every=0.5)
    finally:
        process.kill()
        process.wait()
    moments = _moments(settings, target)
    assert len(moments) >= MESSAGES, f"{loop} wrote {len(moments)}"
    return (len(moments) - 1) / (max(moments) - min(moments)) * 1000


def _reached(settings: Settings, target: Topic, process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None, "the loop ended by itself"
    consumer = KafkaConsumer(bootstrap_servers=settings.kafka_bootstrap, isolation_level="read_committed")
    try:
        return sum(consumer.end_offsets(_partitions(consumer, target)).values()) >= MESSAGES and (
            len(_moments(settings, target)) >= MESSAGES
        )
    finally:
        consumer.close()


def _partitions(consumer: KafkaConsumer, topic: Topic) -> list[TopicPartition]:
    return [TopicPartition(topic.name, number) for number in consumer.partitions_for_topic(topic.name) or ()]


def _moments(settings: Settings, topic: Topic) -> Sequence[int]:
    """When the broker appended each committed record, in milliseconds."""
    consumer = KafkaConsumer(
        bootstrap_servers=settings.kafka_bootstrap,
        isolation_level="read_committed",
        enable_auto_commit=False,
        max_poll_records=5_000,
    )
    try:
        parts = _partitions(consumer, topic)
        consumer.assign(parts)
        consumer.seek_to_beginning(*parts)
        ends, found = consumer.end_offsets(parts), []
        while any(consumer.position(tp) < ends[tp] for tp in parts):
            for records in consumer.poll(500).values():
                found += [one.timestamp for one in records]
        return found
    finally:
        consumer.close()
