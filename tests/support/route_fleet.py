"""Workers of route as processes, each `webcare run route` with a slot of its own, on a Kafka without anything else.

For the tests that kill them and for the bench that measures how long they take to come back.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families

from deploy.local import cache_folder, free_ports, prepare, running
from deploy.local.children import spawn
from services.runtime.settings import Settings
from services.runtime.topics import create_topics
from tests.support.engines import say

STOP_SECONDS = 30


@contextmanager
def kafka_alone(data: Path) -> Iterator[Settings]:
    """A running Kafka with its data in `data` and all topics, as settings."""
    kafka_port, unused = free_ports(2)
    engines = prepare(cache_folder(os.environ), data, kafka_port, unused, say)
    [kafka] = [engine for engine in engines if engine.name == "kafka"]
    with running([kafka]):
        settings = Settings(kafka_bootstrap=f"127.0.0.1:{kafka_port}", data=data)
        create_topics(settings)
        yield settings


@dataclass(frozen=True, slots=True)
class Worker:
    """One process and the port where it says how it is."""

    process: subprocess.Popen[bytes]
    port: int

    def ready(self) -> bool:
        """Whether it has partitions."""
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/health/ready", timeout=5).status_code == 200
        except httpx.TransportError:
            return False  # it does not listen yet

    def metric(self, name: str) -> float:
        """The sum of a metric over its labels."""
        text = httpx.get(f"http://127.0.0.1:{self.port}/metrics", timeout=5).text
        families = text_string_to_metric_families(text)
        return sum(sample.value for family in families for sample in family.samples if sample.name == name)

    def is_stopped(self) -> bool:
        """Whether it is frozen."""
        state = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
        return state == "T"


class RouteFleet:
    """The workers, by slot. `exits` are those that ended without being asked, which `tend` has started again."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.workers: dict[str, Worker] = {}
        self.exits: list[tuple[str, int]] = []

    def __enter__(self) -> "RouteFleet":
        return self

    def __exit__(self, *_: object) -> None:
        for slot in list(self.workers):
            self.kill(slot)

    def start(self, slot: str, *trap: str) -> Worker:
        """Start a worker, with a trap (`tests.support.traps`) if one is given."""
        [port] = free_ports(1)
        env = {
            "WEBCARE_KAFKA_BOOTSTRAP": self._settings.kafka_bootstrap,
            "WEBCARE_DATA": str(self._settings.data),
            "WEBCARE_SLOT": slot,
            "WEBCARE_ROUTE_METRICS_PORT": str(port),
        }
        program = ["tests.support.route_worker", *trap] if trap else ["services.control", "run", "route"]
        log = self._settings.data / f"route-{slot}.log"
        self.workers[slot] = Worker(spawn([sys.executable, "-m", *program], env, log), port)
        return self.workers[slot]

    def kill(self, slot: str) -> None:
        """`kill -9`; it is not started again."""
        process = self.workers.pop(slot).process
        process.kill()
        process.wait()

    def leave(self, slot: str) -> int:
        """Ask a worker to stop, and give its exit status."""
        process = self.workers.pop(slot).process
        process.send_signal(signal.SIGTERM)
        return process.wait(STOP_SECONDS)

    def tend(self) -> None:
        """Start again what has exited by itself, as the supervisor does."""
        for slot, worker in list(self.workers.items()):
            if (status := worker.process.poll()) is not None:
                self.exits.append((slot, status))
                self.start(slot)
