"""How long route takes to come back, by the number of open cases: `python -m tests.bench.recovery [n ...]`.

A Kafka of its own holds the state of one team (that of `bench_route.py`) as route would have written it, every version of
every case that is not compacted away yet. Workers are `webcare run route`; the time is from `kill -9` to the answer to a
command that is sent right after it.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import orjson
from kafka import TopicPartition
from kafka.partitioner.default import murmur2

from services.contracts.commands import AddNote
from services.contracts.mentions import ClassifiedMention
from services.contracts.topics import DESK_COMMANDS, DESK_EVENTS, MENTIONS_CLASSIFIED
from services.route.domain.decide import Input
from services.route.partition import STATE, RoutePartition
from services.runtime.kafka import open_consumer
from services.runtime.messages import Outgoing, Received
from services.runtime.producer import Producer
from services.runtime.settings import Settings
from tests.bench.bench_route import Bench
from tests.bench.figures import table
from tests.support.route import TEAM
from tests.support.route_fleet import RouteFleet, Worker, kafka_alone
from tests.support.stack import until

SIZES = (100, 1_000, 10_000, 50_000)
RESTARTS = 3
BATCH = 100
PATIENCE = 300
NOTE = """From `kill -9` of the worker that has the team to the answer to a command sent right after it; the middle one of
three restarts, one take-over. A restart includes starting Python; a take-over the 6 s after which a silent member of the
group is given up. "Reading back" is `webcare_restore_seconds`. Records are the latest of each key; the topics hold every
version of them, as before compaction. Kafka, both workers and the measuring had one machine. Promised are ten seconds
after a restart and fifteen at a take-over: the rows say up to how many cases that holds here."""


def main() -> None:
    """Print the table."""
    sizes = tuple(int(one) for one in sys.argv[1:]) or SIZES
    sys.stdout.write(measure(sizes) + "\n")


def measure(sizes: Sequence[int] = SIZES) -> str:
    """The table, a row for each number of open cases; the numbers ascend."""
    with (
        tempfile.TemporaryDirectory(prefix="webcare-recovery-") as folder,
        kafka_alone(Path(folder)) as settings,
        Producer(settings, "bench") as producer,
    ):
        team = StoredTeam(producer, partition_of(TEAM, settings))
        rows = [_row(settings, team.grown_to(size)) for size in sizes]
    head = (
        "open cases of one team",
        "records of state",
        "the same slot again, kill to answer",
        "of which reading back",
        "records a second",
        "another takes over, kill to answer",
        "of which reading back",
    )
    return table(head, rows)


class StoredTeam(Bench):
    """The team of `bench_route.py`, with what route keeps of it written to the topics of its state."""

    def __init__(self, producer: Producer, partition: int) -> None:
        super().__init__(0)
        self.now = datetime.now(UTC) - timedelta(hours=1)
        self._producer, self.partition = producer, partition
        self._route = RoutePartition(partition)
        self._batch: list[Input] = []
        self.configure()

    def give(self, one: Input) -> None:
        """One input, which is worked on together with those that follow."""
        self.now += timedelta(milliseconds=20)
        self._batch.append(one)

    def grown_to(self, size: int) -> "StoredTeam":
        """The same team with `size` open cases, all of them on the topics."""
        while len(self.open) < size:
            self.open_case()
            if len(self._batch) >= BATCH or len(self.open) == size:
                self._write()
        return self

    def _write(self) -> None:
        received = [
            Received(
                MENTIONS_CLASSIFIED if isinstance(one, ClassifiedMention) else DESK_COMMANDS,
                self.partition,
                0,
                self.now,
                TEAM,
                one,
            )
            for one in self._batch
        ]
        self._batch = []
        written = self._route.handle(received, self.now)
        self._producer.send([one for one in written if one.topic in STATE])


@dataclass(frozen=True, slots=True)
class Back:
    """How long it took: `seconds` from the kill to the answer, `restoring` of them to read `records` of state back."""

    seconds: float
    restoring: float
    records: float


class Asker:
    """Somebody who asks one thing of the team and waits for its answer."""

    def __init__(self, settings: Settings, team: StoredTeam) -> None:
        self._producer, self._case = Producer(settings, "asker"), team.open[0]
        self._reader = open_consumer(settings)
        self._reader.assign([TopicPartition(DESK_EVENTS.name, team.partition)])
        self._reader.seek_to_end()
        self._reader.position(TopicPartition(DESK_EVENTS.name, team.partition))

    def answered(self) -> None:
        """Ask, and return when the answer is there."""
        note = AddNote(id=str(uuid4()), team=TEAM, at=datetime.now(UTC), actor="p00", case=self._case, text="?")
        self._producer.send([Outgoing(DESK_COMMANDS, TEAM, note)])
        until(lambda: self._heard(note.id), "the command is answered", PATIENCE, every=0)

    def _heard(self, command: str) -> bool:
        polled = self._reader.poll(50).values()
        return any(orjson.loads(one.value)["cause"] == command for records in polled for one in records)

    def close(self) -> None:
        self._producer.close()
        self._reader.close()


def _row(settings: Settings, team: StoredTeam) -> Sequence[str]:
    with RouteFleet(settings) as fleet, closing(Asker(settings, team)) as asker:
        fleet.start("0")
        asker.answered()
        again = [_killed(fleet, "0", asker, lambda: fleet.start("0")) for _ in range(RESTARTS)]
        restarted = sorted(again, key=lambda one: one.seconds)[RESTARTS // 2]
        until(fleet.start("1").ready, "the second worker has partitions", PATIENCE)
        asker.answered()
        [holder] = until(lambda: _holders(fleet, len(team.open)), "one of them has the team", PATIENCE)
        [other] = (worker for slot, worker in fleet.workers.items() if slot != holder)
        taken_over = _killed(fleet, holder, asker, lambda: other)
    rate = statistics.median(one.records / one.restoring for one in again)
    return (
        f"{len(team.open):,}",
        f"{restarted.records:,.0f}",
        f"{restarted.seconds:.1f} s",
        f"{restarted.restoring:.1f} s",
        f"{rate:,.0f}",
        f"{taken_over.seconds:.1f} s",
        f"{taken_over.restoring:.1f} s",
    )


def _holders(fleet: RouteFleet, cases: int) -> list[str]:
    """Who says that all cases are with them."""
    return [slot for slot, worker in fleet.workers.items() if worker.metric("webcare_cases") == cases]


def _killed(fleet: RouteFleet, slot: str, asker: Asker, successor: Callable[[], Worker]) -> Back:
    """Kill a worker, and await the answer of its successor."""
    began = time.monotonic()
    fleet.kill(slot)
    worker = successor()
    asker.answered()
    seconds = time.monotonic() - began
    return Back(seconds, worker.metric("webcare_restore_seconds"), _restored(worker))


def _restored(worker: Worker) -> float:
    return worker.metric("webcare_restored_records")


def partition_of(team: str, settings: Settings) -> int:
    """The partition of a team's records, as every producer chooses it."""
    return int((murmur2(team.encode()) & 0x7FFFFFFF) % settings.partitions_team)


if __name__ == "__main__":
    main()
