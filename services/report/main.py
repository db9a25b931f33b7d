"""The process `sink`: keeps the indices up to date and lets kept searches sound, until it is told to stop."""

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from services.contracts.erasure import Erasures
from services.contracts.topics import DESK_EVENTS, DESK_TEAMS, MENTIONS_CLASSIFIED
from services.report.alerts import Alerts, KnownSearches
from services.report.elastic import BACKGROUND_SECONDS, ElasticClient, ElasticUnavailableError
from services.report.erasing import Eraser
from services.report.generations import GenerationStore
from services.report.retention import expire
from services.report.settings import ReportSettings
from services.report.sink import GROUP, LONGEST_WAIT, Sink
from services.report.writer import Writer
from services.runtime.clock import Clock, system_clock
from services.runtime.follow import Followed, Follower
from services.runtime.health import Health, HealthServer
from services.runtime.messages import Received
from services.runtime.producer import Producer
from services.runtime.reader import GroupReader

log = logging.getLogger(__name__)

DAILY = timedelta(days=1)
AGAIN = timedelta(minutes=5)
_A_MOMENT = 0.2
"""Seconds between two looks at whether the teams are known."""


def run(settings: ReportSettings, stop: threading.Event, clock: Clock = system_clock) -> None:
    """Index until `stop` is set. While Elasticsearch is away it waits and is not ready; while Kafka is away it raises.

    Raises:
        CircuitOpenError: too many records were refused.
        SendError, KafkaError: Kafka does not answer; start again.
    """
    health = Health(awaits=("partitions",))
    server = HealthServer(settings.metrics_host, settings.sink_metrics_port, health)
    with server, ElasticClient(settings, BACKGROUND_SECONDS) as elastic:
        store = GenerationStore(elastic, settings)
        if not prepared_before(store, health, stop):
            return
        searches, erasures = KnownSearches(), Erasures()

        def on_record(one: Followed) -> None:
            searches.fold(one.key, one.message)
            erasures.fold(one.message)

        follower = Follower(settings, {DESK_TEAMS: "beginning"}, on_record, f"{GROUP}-teams")
        health.add("teams", follower.check)
        topics = (MENTIONS_CLASSIFIED, DESK_EVENTS)
        with (
            following(follower),
            Producer(settings, GROUP) as producer,
            GroupReader(settings, GROUP, topics, producer) as reader,
        ):
            alerts = Alerts(elastic, store.names, searches, producer, settings.report_time_zone)

            def written(records: Sequence[Received[Any]]) -> None:
                alerts.arrived(records, clock())

            writer = Writer(elastic, store)
            eraser = Eraser(elastic, store)
            sink = Sink(
                reader, store, writer, eraser, erasures, producer, clock, settings.sink_batch, health.beat, written
            )
            health.add("elasticsearch", lambda: sink.waiting_for)
            health.add("partitions", lambda: None if reader.assigned() else "none assigned yet")
            daily = Daily(elastic, store, settings.retention_days)
            while not stop.is_set() and not follower.caught_up.wait(_A_MOMENT):
                health.beat()  # what is erased is known before anything is written
            while not stop.is_set():
                health.beat()
                alerts.run(clock())
                if sink.step(stop) == 0:
                    daily.run(clock())


@contextmanager
def following(follower: Follower) -> Iterator[None]:
    """The follower at work."""
    follower.start()
    try:
        yield
    finally:
        follower.stop()


def prepared_before(store: GenerationStore, health: Health, stop: threading.Event) -> bool:
    """Prepare the indices, waiting for Elasticsearch as long as it takes; `False` when `stop` came first."""
    missing: list[str] = ["not prepared yet"]
    health.add("indices", lambda: missing[0] if missing else None)
    wait = 0.25
    while not stop.is_set():
        health.beat()
        try:
            store.prepare()
        except ElasticUnavailableError as error:
            log.warning("waiting for Elasticsearch: %s", error)
            missing[:] = [str(error)]
            stop.wait(wait)
            wait = min(wait * 2, LONGEST_WAIT)
        else:
            missing.clear()
            return True
    return False


class Daily:
    """Runs the retention when the sink has nothing else to do, once a day; sooner again when it did not work."""

    def __init__(self, elastic: ElasticClient, store: GenerationStore, retention_days: int) -> None:
        self._elastic = elastic
        self._store = store
        self._retention_days = retention_days
        self._next: datetime | None = None

    def run(self, now: datetime) -> None:
        """Expire what is due, if a day has passed."""
        if self._next is not None and now < self._next:
            return
        try:
            expire(self._elastic, self._store, self._retention_days, now)
            self._next = now + DAILY
        except ElasticUnavailableError as error:
            log.warning("retention is tried again later: %s", error)
            self._next = now + AGAIN
