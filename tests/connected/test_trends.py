"""Trends on a real Kafka: many of something within minutes are one signal, and the process stops when it is told to."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from services.classify.settings import ClassifySettings
from services.classify.trends.main import run
from services.contracts.codec import encode
from services.contracts.mentions import ClassifiedMention
from services.contracts.signals import Signal
from services.contracts.topics import MENTIONS_CLASSIFIED, SIGNALS
from services.runtime.kafka import open_producer
from services.runtime.topics import create_topics
from tests.support.stack import until
from tests.support.topics import everything

pytestmark = pytest.mark.engines

EXAMPLE = ClassifiedMention.model_validate_json(
    (Path(__file__).parents[2] / "services/contracts/examples/mention.classified.v1.json").read_bytes()
)
THRESHOLD = 3
START_SECONDS = 90
STOP_SECONDS = 10


def mention(team: str, number: int, age: timedelta = timedelta(seconds=5)) -> ClassifiedMention:
    now = datetime.now(UTC)
    found = EXAMPLE.classification.model_copy(update={"topics": ("delay",)})
    return EXAMPLE.model_copy(
        update={
            "id": str(uuid4()),
            "team": team,
            "source_id": str(number),
            "conversation": str(number),
            "created_at": now - age,
            "collected_at": now,
            "classification": found,
        }
    )


@contextmanager
def running(settings: ClassifySettings) -> Iterator[Callable[[], float]]:
    """The process in a thread; gives what stops it, which tells how long that took."""
    stop, failures = threading.Event(), []

    def work() -> None:
        try:
            run(settings, stop)
        except Exception as error:  # noqa: BLE001  # the test looks at it
            failures.append(error)

    thread = threading.Thread(target=work)
    thread.start()

    def halt() -> float:
        begin = time.monotonic()
        stop.set()
        thread.join(STOP_SECONDS * 3)
        assert not thread.is_alive()
        assert not failures
        return time.monotonic() - begin

    try:
        yield halt
    finally:
        stop.set()
        thread.join(STOP_SECONDS * 3)


def test_many_of_something_within_minutes_are_one_signal(engines: Any, tmp_path: Path) -> None:
    settings = ClassifySettings(
        kafka_bootstrap=engines.bootstrap, data=tmp_path, trends_metrics_port=0, trends_threshold=THRESHOLD
    )
    create_topics(settings)
    busy, calm, importing = (f"{name}-{uuid4().hex[:8]}" for name in ("busy", "calm", "import"))
    producer = open_producer(settings)

    def send(*messages: ClassifiedMention) -> None:
        for one in messages:
            # All on one partition, so that the last signal says that everything before it was read.
            producer.send(MENTIONS_CLASSIFIED.name, key=one.team.encode(), value=encode(one), partition=0)
        producer.flush()

    def signals() -> list[Signal]:
        return [one for one in everything(engines.bootstrap, SIGNALS) if one.team in (busy, calm, importing)]

    again = mention(calm, 0)
    send(*(mention(busy, number) for number in range(THRESHOLD * 3)))
    send(*[again] * THRESHOLD)  # one mention, read again and again
    send(*(mention(importing, number, age=timedelta(days=3)) for number in range(THRESHOLD * 3)))
    with running(settings) as stop:
        until(signals, "a signal", seconds=START_SECONDS, every=0.5)
        send(*(mention(busy, number) for number in range(100, 100 + THRESHOLD)))
        last = f"last-{uuid4().hex[:8]}"
        send(*(mention(last, number) for number in range(THRESHOLD)))
        until(
            lambda: any(one.team == last for one in everything(engines.bootstrap, SIGNALS)),
            "the last signal",
            seconds=START_SECONDS,
            every=0.5,
        )
        assert stop() < STOP_SECONDS
    producer.close()
    [signal] = signals()
    assert (signal.team, signal.topic, signal.sentiment) == (busy, "delay", "negative")
    assert signal.count == THRESHOLD
