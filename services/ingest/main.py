"""The entry point of ingest: HTTP in, feeds in, approved replies out. `run(settings, stop)` returns within five seconds of
`stop`; it raises when a part of it can no longer work, and the supervisor starts it again.
"""

import asyncio
import logging
import os
import random
import threading
import time
from collections.abc import Callable, Coroutine, Iterable
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import httpx
import uvicorn
from kafka.errors import KafkaError

from services.contracts.topics import OUTBOX_APPROVED
from services.ingest.app import build_app
from services.ingest.board import Board
from services.ingest.courier import Courier
from services.ingest.delivery import GROUP, Delivery
from services.ingest.http.context import Context
from services.ingest.publisher import Publisher
from services.ingest.settings import IngestSettings, all_secrets, feeds, webhooks
from services.ingest.sources.feed.collect import Feed
from services.ingest.sources.webhook.deliver import Destination
from services.ingest.store import Store
from services.ingest.teams import TeamDirectory
from services.runtime.backoff import delay
from services.runtime.clock import system_clock
from services.runtime.health import Health, HealthServer
from services.runtime.producer import Producer, SendError
from services.runtime.reader import GroupReader
from services.runtime.settings import signing_key

log = logging.getLogger(__name__)

WRITER = "ingest"
PATIENCE = timedelta(seconds=10)
"""How long a send may take before those who wait are told that it failed."""
chance = random.random
"""For jitter."""
PATIENT = httpx.Timeout(15.0, connect=5.0)


def run(settings: IngestSettings, stop: threading.Event) -> None:
    """Run until `stop` is set.

    Raises:
        SettingsError: the signing key or a source's secret is missing or malformed.
        RuntimeError: a part of it broke down.
    """
    key, secrets = signing_key(settings), all_secrets(settings, os.environ)
    producer, health = Producer(settings, WRITER, PATIENCE), Health()
    teams, connection = TeamDirectory(settings), Connection(producer)
    health.add("teams", teams.check)
    health.add("kafka", connection.check)
    with ExitStack() as stack:
        store = stack.enter_context(Store(settings.data))
        store.forget_deliveries(system_clock())
        publisher = stack.enter_context(Publisher(producer))
        health.add("sending", publisher.check)
        stack.enter_context(HealthServer(settings.metrics_host, settings.ingest_metrics_port, health))
        board = Board(store)
        context = Context(settings, key, secrets, publisher, teams, board, store, health, system_clock)
        teams.start()
        parts = Parts(stop)
        loop = stack.enter_context(Loop())
        server = http_server(settings, context)
        parts.start("connection", lambda: connection.keep(stop))
        parts.start("http", server.run)
        parts.start("delivery", lambda: deliver(settings, secrets, context, producer, loop, stop))
        loop.start(read_feeds(settings, context), parts)
        while not stop.wait(1.0):
            health.beat()
        server.should_exit = True
        parts.join(2.0)
    _let_go(teams.stop, producer.close)
    parts.raise_error()


def _let_go(*endings: Callable[[], None]) -> None:
    """Close connections to Kafka, side by side; one that hangs because Kafka is away is left to the end of the process."""
    threads = [threading.Thread(target=ending, daemon=True) for ending in endings]
    for thread in threads:
        thread.start()
    _join(threads, 0.5)


def _join(threads: Iterable[threading.Thread], seconds: float) -> None:
    """Wait for all `threads`, `seconds` together."""
    deadline = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))


class Connection:
    """Connects the producer ahead of the first mention. Connecting may take half a minute; readiness answers at once."""

    def __init__(self, producer: Producer) -> None:
        self._producer = producer
        self._missing: str | None = "not connected yet"

    def check(self) -> str | None:
        """A readiness check: what the last try found."""
        return self._missing

    def keep(self, stop: threading.Event) -> None:
        """Try every few seconds until `stop`."""
        while not stop.is_set():
            self._missing = self._producer.check()
            stop.wait(5.0)


class Parts:
    """The threads of the process. When one ends in an error, all stop."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._threads: list[threading.Thread] = []
        self._error: BaseException | None = None

    def start(self, name: str, work: Callable[[], None]) -> None:
        """Run `work` in a thread; it is to go on until `stop`."""

        def guarded() -> None:
            try:
                work()
                if not self._stop.is_set():
                    raise RuntimeError(f"{name} ended by itself")
            except BaseException as error:  # noqa: BLE001 - not swallowed: `run` raises it
                self.fail(name, error)

        thread = threading.Thread(target=guarded, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def fail(self, name: str, error: BaseException) -> None:
        """`name` broke down: stop everything. While stopping, that a part breaks off is no failure."""
        if self._stop.is_set():
            log.info("%s broke off while stopping: %s", name, type(error).__name__)
            return
        log.error("%s broke down", name, exc_info=error)
        self._error = error
        self._stop.set()

    def join(self, seconds: float) -> None:
        """Wait for the threads, at most so long; what is stuck in a call to Kafka is left behind."""
        _join(self._threads, seconds)

    def raise_error(self) -> None:
        """Raise what a part ended with, if one did."""
        if self._error is not None:
            raise RuntimeError(f"a part broke down: {type(self._error).__name__}") from self._error


class Loop:
    """An event loop in a thread of its own, for feeds and deliveries."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="loop", daemon=True)

    def __enter__(self) -> "Loop":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(_cancel_all(), self.loop).result(1.0)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(1.0)

    def start(self, work: Coroutine[Any, Any, None], parts: Parts) -> None:
        """Run `work` beside everything else; when it fails, all stop."""

        async def guarded() -> None:
            try:
                await work
            except Exception as error:  # noqa: BLE001 - not swallowed: `run` raises it
                parts.fail("feeds", error)

        asyncio.run_coroutine_threadsafe(guarded(), self.loop)


async def _cancel_all() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def http_server(settings: IngestSettings, context: Context) -> uvicorn.Server:
    """The HTTP server, not started."""
    config = uvicorn.Config(
        build_app(context),
        host=settings.ingest_host,
        port=settings.ingest_port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=2,
        server_header=False,
    )
    return uvicorn.Server(config)


async def read_feeds(settings: IngestSettings, context: Context) -> None:
    """Read all feeds, each by itself, until cancelled."""
    async with httpx.AsyncClient(follow_redirects=True, max_redirects=5, timeout=PATIENT) as client:
        parts = (client, context.publisher, context.store, context.board, context.teams, system_clock, chance)
        await asyncio.gather(*(Feed(source, *parts).run() for source in feeds(settings)))


def deliver(
    settings: IngestSettings,
    secrets: dict[str, tuple[str, ...]],
    context: Context,
    producer: Producer,
    loop: Loop,
    stop: threading.Event,
) -> None:
    """Deliver replies until `stop`, with a new reader whenever Kafka fails the old one."""
    destinations = {
        name: Destination(str(source.deliver_url), secrets[name][0])
        for name, source in webhooks(settings).items()
        if source.deliver_url is not None
    }
    client = httpx.AsyncClient(timeout=PATIENT)
    courier = Courier(destinations, client, context.publisher, context.store, system_clock, chance)
    delivery = Delivery(
        lambda item, headers: asyncio.run_coroutine_threadsafe(courier.deliver(item, headers), loop.loop)
    )
    failures = 0
    try:
        while not stop.is_set():
            try:
                with GroupReader(settings, GROUP, (OUTBOX_APPROVED,), producer) as reader:
                    while not stop.is_set():
                        delivery.step(reader)
                        failures = 0
            except (KafkaError, SendError) as error:
                failures += 1
                log.warning("no connection to Kafka for deliveries, trying again: %s", error)
                stop.wait(delay(failures, 1.0, 30.0, chance()))
    finally:
        asyncio.run_coroutine_threadsafe(client.aclose(), loop.loop).result(2.0)
