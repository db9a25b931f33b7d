"""The transactional workers on a real Kafka: exactly once under kill and freeze, state restored, dead letters, circuit."""

import gc
import os
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from kafka import TopicPartition

from services.contracts.codec import decode, encode
from services.contracts.commands import Tick
from services.contracts.topics import Topic
from services.runtime import deadletters, stateful, worker
from services.runtime.deadletters import Circuit, CircuitOpenError
from services.runtime.health import Health
from services.runtime.kafka import SESSION_MS, open_admin, open_consumer, open_producer
from services.runtime.messages import Outgoing, Received
from services.runtime.owned import restore
from services.runtime.settings import Settings
from services.runtime.worker import run_stateless
from tests.support import counting_worker as counting
from tests.support.counting_worker import PARTITIONS, POISON, Counting, CountingTopics

pytestmark = pytest.mark.engines

ROOT = Path(__file__).parents[2]
TEAMS = [f"team-{number}" for number in range(12)]
NOW = datetime(2026, 10, 5, 8, 0, tzinfo=UTC)
PATIENCE = 60.0
ONE_BY_ONE = 0.05


@dataclass
class Bench:
    """One test's topics on the real Kafka, with somebody who writes to them and somebody who watches what comes out."""

    settings: Settings
    prefix: str
    topics: CountingTopics
    sent: int = 0
    actor: str = "system:test"
    counts: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    partitions: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.producer = open_producer(self.settings)
        self.watcher = open_consumer(self.settings)
        self.watcher.assign([TopicPartition(self.topics.out.name, number) for number in range(PARTITIONS)])

    def tick(self, count: int) -> None:
        """Send ticks, of every team in turn; by `actor`."""
        for _ in range(count):
            self.send(tick(TEAMS[self.sent % len(TEAMS)], self.actor))
            self.sent += 1
        self.producer.flush()

    def send(self, payload: bytes, key: str = "", place: int | None = None) -> tuple[int, int]:
        """Send one record and give its partition and offset, when they are asked for."""
        team = key or decode(self.topics.first, payload).team
        future = self.producer.send(self.topics.first.name, key=team.encode(), value=payload, partition=place)
        if not key:
            return (-1, -1)
        sent = future.get(timeout=10)
        return sent.partition, sent.offset

    def look(self) -> int:
        """Take in what has come out by now, and give how much that is."""
        for records in self.watcher.poll(50).values():
            for one in records:
                self.counts[one.key.decode()].append(decode(self.topics.out, one.value).mentions)
                self.partitions.add(one.partition)
        return sum(map(len, self.counts.values()))

    def came_out(self, count: int) -> Callable[[], bool]:
        return lambda: self.look() >= count

    def close(self) -> None:
        self.producer.close()
        self.watcher.close()


def tick(team: str, actor: str = "system:test") -> bytes:
    return encode(Tick(id=str(uuid4()), team=team, at=NOW, actor=actor))


def until(condition: Callable[[], bool], what: str, also: Callable[[], None] = lambda: None) -> None:
    """Wait until a condition holds; `also` is done each time round. The condition itself waits for its news."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        also()
        assert time.monotonic() < deadline, f"{what}: not within {PATIENCE:.0f} s"


@pytest.fixture
def bench(engines: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    prefix = f"test-worker-{uuid4().hex[:8]}"
    topics = counting.counting_topics(prefix)
    settings = counting.settings_for(engines.bootstrap)
    for topic in topics.all():
        monkeypatch.setitem(counting.registry(), topic.name, topic)
    monkeypatch.setattr(deadletters, "MENTIONS_REJECTED", topics.rejected)
    counting.create(settings, topics.all())
    made = Bench(settings, prefix, topics)
    yield made
    made.close()
    admin = open_admin(settings)
    admin.delete_topics([topic.name for topic in topics.all()])
    admin.close()


class Fleet:
    """Workers as processes of their own; one that exits is started again, as the supervisor does."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.exits: list[tuple[str, int]] = []

    def start(self, slot: str, *trap: str) -> None:
        command = [sys.executable, "-m", "tests.support.counting_worker", self._bench.settings.kafka_bootstrap]
        log = subprocess.DEVNULL
        self.processes[slot] = subprocess.Popen([*command, self._bench.prefix, slot, *trap], cwd=ROOT, stderr=log)

    def tend(self) -> None:
        """Start again what has exited."""
        for slot, process in list(self.processes.items()):
            if (status := process.poll()) is not None:
                self.exits.append((slot, status))
                self.start(slot)

    def lose(self, slot: str) -> None:
        """Kill a worker for good."""
        process = self.processes.pop(slot)
        process.kill()
        process.wait()

    def kill(self, slot: str) -> None:
        """Kill a worker; it is started again."""
        self.processes[slot].kill()
        self.processes[slot].wait()
        self.tend()

    def is_stopped(self, slot: str) -> bool:
        state = Path(f"/proc/{self.processes[slot].pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
        return state == "T"

    def signal(self, slot: str, number: int) -> None:
        os.kill(self.processes[slot].pid, number)

    def close(self) -> None:
        for process in self.processes.values():
            process.kill()
            process.wait()


@pytest.fixture
def fleet(bench: Bench) -> Iterator[Fleet]:
    made = Fleet(bench)
    yield made
    made.close()


def assert_exactly_once(bench: Bench) -> None:
    """Each team's counts are 1, 2, 3… in order; the state read back is the last of them."""
    assert sum(map(len, bench.counts.values())) == bench.sent
    for team, counts in bench.counts.items():
        assert counts == list(range(1, len(counts) + 1)), team
    read_back = {number: Counting(number, bench.topics) for number in range(PARTITIONS)}
    assert restore(bench.settings, [bench.topics.state], read_back) == len(TEAMS)
    found = {team: count for one in read_back.values() for team, count in one.counts.items()}
    assert found == {team: counts[-1] for team, counts in bench.counts.items()}


def feed_until(bench: Bench, fleet: Fleet, condition: Callable[[], bool], what: str) -> None:
    """A steady stream of ticks while waiting."""

    def also() -> None:
        bench.tick(24)
        bench.look()
        fleet.tend()

    until(condition, what, also)


def test_each_tick_counts_exactly_once_while_workers_are_killed_and_come_and_go(bench: Bench, fleet: Fleet) -> None:
    bench.tick(240)
    fleet.start("0", "kill", "5")  # dies in the middle of its fifth transaction
    feed_until(bench, fleet, lambda: ("0", -signal.SIGKILL) in fleet.exits, "the trap")
    feed_until(bench, fleet, bench.came_out(400), "work goes on")
    fleet.start("1")
    feed_until(bench, fleet, bench.came_out(1_200), "work goes on with two")
    fleet.kill("0")
    feed_until(bench, fleet, bench.came_out(1_800), "work goes on after a kill")
    fleet.lose("1")
    until(bench.came_out(bench.sent), "everything that was sent comes out", fleet.tend)
    bench.tick(120)
    until(bench.came_out(bench.sent), "the one that is left has everything", fleet.tend)
    assert_exactly_once(bench)
    assert len(bench.partitions) > 1


def test_a_worker_that_was_frozen_past_its_session_writes_nothing_twice(bench: Bench, fleet: Fleet) -> None:
    bench.tick(240)
    fleet.start("0", "freeze", "5")  # stops with records and offsets sent, and the commit not
    until(lambda: fleet.is_stopped("0"), "the freeze", lambda: bench.tick(24))
    fleet.start("1")
    until(bench.came_out(bench.sent), "the second worker takes over everything")
    fleet.signal("0", signal.SIGCONT)
    feed_until(bench, fleet, lambda: any(slot == "0" for slot, _ in fleet.exits), "the woken worker stops by itself")
    assert [status for slot, status in fleet.exits if slot == "0"] == [1]
    until(bench.came_out(bench.sent), "everything comes out", fleet.tend)
    assert_exactly_once(bench)


def test_what_is_due_by_time_is_done_exactly_once_while_workers_are_killed(bench: Bench, fleet: Fleet) -> None:
    bench.actor = counting.LATER
    bench.tick(240)
    fleet.start("0", "kill", "5")
    feed_until(bench, fleet, lambda: ("0", -signal.SIGKILL) in fleet.exits, "the trap")
    fleet.start("1")
    feed_until(bench, fleet, bench.came_out(400), "work goes on with two")
    fleet.kill("0")
    feed_until(bench, fleet, bench.came_out(800), "work goes on after a kill")
    fleet.lose("1")
    until(bench.came_out(bench.sent), "everything that is due comes out", fleet.tend)
    assert_exactly_once(bench)


def test_a_worker_that_was_frozen_with_what_was_due_writes_nothing_twice(bench: Bench, fleet: Fleet) -> None:
    bench.actor = counting.LATER
    bench.tick(240)
    fleet.start("0", "freeze", "2")
    until(lambda: fleet.is_stopped("0"), "the freeze")
    fleet.start("1")
    until(bench.came_out(bench.sent), "the second worker takes over what is due")
    fleet.signal("0", signal.SIGCONT)
    until(lambda: any(slot == "0" for slot, _ in fleet.exits), "the woken worker stops by itself", fleet.tend)
    assert [status for slot, status in fleet.exits if slot == "0"] == [1]
    bench.tick(24)
    until(bench.came_out(bench.sent), "everything comes out", fleet.tend)
    assert_exactly_once(bench)


# -- in this process ---------------------------------------------------------------------------------------------------


class Running:
    """A worker in a thread of this process."""

    def __init__(self, work: Callable[[threading.Event], None]) -> None:
        self.stop = threading.Event()
        self.error: BaseException | None = None
        self._work = work
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        try:
            self._work(self.stop)
        except Exception as error:  # noqa: BLE001  # the test looks at it
            self.error = error

    def ended(self) -> bool:
        self.thread.join(ONE_BY_ONE)
        return not self.thread.is_alive()


@contextmanager
def running(work: Callable[[threading.Event], None]) -> Iterator[Running]:
    made = Running(work)
    made.thread.start()
    try:
        yield made
    finally:
        made.stop.set()
        made.thread.join(PATIENCE)
        assert not made.thread.is_alive()


def stateful_worker(bench: Bench, stop: threading.Event) -> None:
    counting.run(bench.settings, bench.prefix, bench.topics, stop)


def stateless_worker(bench: Bench, stop: threading.Event) -> None:
    def transform(batch: Sequence[Received[Any]], now: datetime) -> list[Outgoing]:
        out: list[Outgoing] = []
        for one in batch:
            out += Counting(one.partition, bench.topics).handle([one], now)[:1]
        return out

    run_stateless(bench.settings, bench.prefix, bench.topics.first, transform, stop, Health())


def rejected(bench: Bench, topic: Topic) -> list[Any]:
    """The dead letters that are there now."""
    consumer = open_consumer(bench.settings)
    parts = [TopicPartition(topic.name, number) for number in range(PARTITIONS)]
    consumer.assign(parts)
    consumer.seek_to_beginning(*parts)
    ends, found = consumer.end_offsets(parts), []
    while any(consumer.position(tp) < ends[tp] for tp in parts):
        found += [decode(topic, one.value) for records in consumer.poll(200).values() for one in records]
    consumer.close()
    return found


@pytest.mark.parametrize("work", [stateful_worker, stateless_worker])
def test_what_cannot_be_used_becomes_a_dead_letter_with_its_origin_and_the_rest_goes_on(
    bench: Bench, work: Callable[[Bench, threading.Event], None]
) -> None:
    team = TEAMS[0]
    bench.send(tick(team), team, 2)
    unreadable = bench.send(b"{", team, 2)
    poison = bench.send(tick(team, POISON), team, 2)
    bench.send(tick(team), team, 2)
    bench.send(tick(team), team, 2)
    with running(partial(work, bench)) as worker_thread:
        until(bench.came_out(3), "the good ones come out")
        assert worker_thread.error is None
    letters = {(one.partition, one.offset): one for one in rejected(bench, bench.topics.rejected)}
    assert {place: one.code for place, one in letters.items()} == {unreadable: "not_json", poison: "failed"}
    assert letters[unreadable].payload == b"{"
    assert decode(bench.topics.first, letters[poison].payload).actor == POISON
    assert {one.topic for one in letters.values()} == {bench.topics.first.name}
    # What the failing record did to the state before it failed is forgotten.
    assert bench.counts[team] == ([1, 2, 3] if work is stateful_worker else [1, 1, 1])


@pytest.mark.parametrize(("work", "module"), [(stateful_worker, stateful), (stateless_worker, worker)])
def test_too_many_dead_letters_stop_the_worker_before_it_empties_the_topic(
    bench: Bench, work: Callable[[Bench, threading.Event], None], module: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "Circuit", partial(Circuit, limit=3))
    for _ in range(10):
        bench.send(b"{", TEAMS[0], 0)
    with running(partial(work, bench)) as stopped:
        until(stopped.ended, "the worker stops")
        assert isinstance(stopped.error, CircuitOpenError)
    assert len(rejected(bench, bench.topics.rejected)) <= 3


def test_reading_state_back_for_longer_than_the_session_costs_no_partitions(bench: Bench) -> None:
    bench.tick(48)
    taken: list[int] = []
    collecting: list[bool] = []

    def slowly(number: int) -> None:
        taken.append(number)
        collecting.append(gc.isenabled())
        if number == 0:  # time itself is the condition: nothing else shows that the session was kept alive
            threading.Event().wait(SESSION_MS / 1000 + 2)

    def work(stop: threading.Event) -> None:
        counting.run(bench.settings, bench.prefix, bench.topics, stop, slowly)

    with running(work) as slow:
        until(bench.came_out(bench.sent), "the state is there, and the work is done")
        assert slow.error is None
    assert sorted(taken) == list(range(PARTITIONS))
    assert not any(collecting), "the collector rests meanwhile"
    assert gc.isenabled(), "and works on afterwards"
    assert_exactly_once(bench)
