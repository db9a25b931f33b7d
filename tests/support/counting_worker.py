"""A tiny stateful worker on topics of its own, for the tests of the runtime: it counts ticks for each team.

Each tick gives one record on `out` with the team's count so far, and the count is kept on `state`; so the counts of a team
on `out` are 1, 2, 3… when everything happened exactly once, whatever was killed.

Run as a process: `python -m tests.support.counting_worker BOOTSTRAP PREFIX SLOT [kill|freeze N]`, with a trap of `traps.py`.
"""

import signal
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from services.contracts.base import Model
from services.contracts.commands import Tick
from services.contracts.figures import DailyFigures
from services.contracts.rejected import RejectedRecord
from services.contracts.topics import BY_NAME, Topic
from services.runtime import kafka
from services.runtime.health import Health
from services.runtime.messages import Outgoing, Received
from services.runtime.reading import everything
from services.runtime.settings import Settings
from services.runtime.stateful import run_stateful
from services.runtime.topics import creation
from tests.support.traps import set_trap

PARTITIONS = 4
POISON = "poison"
"""An actor whose ticks make the worker fail."""


@dataclass(frozen=True, slots=True)
class CountingTopics:
    """The four topics of one test."""

    first: Topic
    out: Topic
    state: Topic
    rejected: Topic

    def all(self) -> tuple[Topic, ...]:
        return (self.first, self.out, self.state, self.rejected)


def counting_topics(prefix: str) -> CountingTopics:
    """Topics whose names begin with `prefix`."""

    def topic(name: str, *values: type[Model], cleanup: Any = "delete") -> Topic:
        return Topic(f"{prefix}.{name}", "A test's.", "team", values, "team", cleanup, 1, ("test",), ("test",))

    return CountingTopics(
        topic("in", Tick),
        topic("out", DailyFigures),
        topic("state", DailyFigures, cleanup="compact"),
        topic("bad", RejectedRecord),
    )


def registry() -> dict[str, Topic]:
    """The registry, to be changed by a test."""
    return cast("dict[str, Topic]", BY_NAME)


def settings_for(bootstrap: str, slot: str = "0") -> Settings:
    return Settings(kafka_bootstrap=bootstrap, slot=slot, partitions_team=PARTITIONS)


def create(settings: Settings, topics: Iterable[Topic]) -> None:
    admin = kafka.open_admin(settings)
    try:
        admin.create_topics({topic.name: creation(topic, settings) for topic in topics}, wait_for_metadata=True)
    finally:
        admin.close()


class Counting:
    """One partition: how many ticks each team has had. `restored_first` is called when its state has been read back."""

    def __init__(
        self, number: int, topics: CountingTopics, restored_first: Callable[[int], None] = lambda _: None
    ) -> None:
        self._number, self._topics, self._restored_first = number, topics, restored_first
        self.counts: dict[str, int] = {}

    def restore(self, topic: Topic, key: str, message: Model) -> None:
        assert topic == self._topics.state
        assert isinstance(message, DailyFigures)
        self.counts[key] = message.mentions

    def restored(self) -> None:
        self._restored_first(self._number)

    def lost(self) -> None:
        """Nothing to let go of."""

    def handle(self, batch: Sequence[Received[Any]], now: datetime) -> list[Outgoing]:
        out = []
        for one in batch:
            self.counts[one.message.team] = self.counts.get(one.message.team, 0) + 1
            if one.message.actor == POISON:
                raise ValueError("a defect, after the state was changed")
            out.append(self._counted(self._topics.out, one.message.team, now))
        touched = dict.fromkeys(one.message.team for one in batch)
        return out + [self._counted(self._topics.state, team, now) for team in touched]

    def _counted(self, topic: Topic, team: str, now: datetime) -> Outgoing:
        figures = DailyFigures(team=team, day=now.date(), mentions=self.counts[team], at=datetime.now(UTC))
        return Outgoing(topic, team, figures, self._number)


def run(
    settings: Settings,
    group: str,
    topics: CountingTopics,
    stop: threading.Event,
    restored_first: Callable[[int], None] = lambda _: None,
) -> None:
    """The worker, until `stop` is set."""
    run_stateful(
        settings,
        group,
        [topics.first],
        [topics.state],
        lambda n: Counting(n, topics, restored_first),
        everything,
        stop,
        Health(),
    )


def main(arguments: Sequence[str]) -> None:
    bootstrap, prefix, slot, *trap = arguments
    topics = counting_topics(prefix)
    registry().update({topic.name: topic for topic in topics.all()})
    if trap:
        set_trap(trap[0], int(trap[1]))
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    run(settings_for(bootstrap, slot), prefix, topics, stop)


if __name__ == "__main__":
    main(sys.argv[1:])
