"""Gaps in the cover outside the desk: a signal for each that is found or closed, once."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from prometheus_client import REGISTRY

from services.contracts.commands import AddOverride, ConfigureTeam, Tick
from services.contracts.memory import KnownGap
from services.contracts.rota_events import CoverGap
from services.contracts.signals import CoverGapSignal
from services.contracts.teams import TeamConfig
from services.contracts.topics import DESK_COMMANDS, DESK_EVENTS, DESK_TEAMS, SIGNALS
from services.route.measured import MeasuredPartition
from services.runtime.messages import Outgoing, Received
from tests.support.route import TEAM, at, away, config, uuid

GAP = (at(17, day=2), at(20, day=2))
"""Aisha alone is on then, and has leave."""
KINDS = ("hours", "evenings", "nights", "weekends", "holidays")


class Worker:
    """A partition that is given one input at a time; keeps what it wrote of the team, as the topic would."""

    def __init__(self, agreed: TeamConfig | None = None) -> None:
        self.partition = MeasuredPartition(3)
        self.now = at(10)
        self.stored: dict[str, Any] = {}
        self._count = 0
        if agreed:
            self.do(ConfigureTeam, "lead:els", config=agreed)

    def give(self, command: Any) -> list[Outgoing]:
        output = self.partition.handle([Received(DESK_COMMANDS, 3, 0, self.now, TEAM, command)], self.now)
        self.stored |= {one.key: one.message for one in output if one.topic is DESK_TEAMS}
        return output

    def do(self, kind: Any, actor: str, **fields: Any) -> list[Outgoing]:
        self._count += 1
        return self.give(kind(id=uuid(f"{kind.__name__} {self._count}"), team=TEAM, at=self.now, actor=actor, **fields))

    def tick(self, now: datetime | None = None) -> list[Outgoing]:
        self.now = now or self.now
        return self.do(Tick, "system:ticker")

    def heir(self, **changed: Any) -> "Worker":
        """Another worker, which has read back what this one wrote."""
        made = Worker()
        made.now, made.stored, made._count = self.now, dict(self.stored), self._count
        for key, record in (self.stored | changed).items():
            if record is not None:
                made.partition.restore(DESK_TEAMS, key, record)
        made.partition.restored()
        return made


@pytest.fixture
def worker() -> Iterator[Worker]:
    made = Worker(config(leave=(away("aisha", at(0, day=2), at(24, day=2)),)))
    yield made
    made.partition.lost()


def signals(output: list[Outgoing]) -> list[CoverGapSignal]:
    found: list[CoverGapSignal] = []
    for one in output:
        if one.topic is SIGNALS:
            assert isinstance(one.message, CoverGapSignal)
            assert (one.key, one.partition) == (TEAM, None), "where its key leads"
            found.append(one.message)
    return found


def cover(worker: Worker) -> list[Outgoing]:
    return worker.do(AddOverride, "lead:els", people=("jeroen",), start=GAP[0], end=GAP[1])


def sample(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(f"webcare_{name}", {"team": TEAM} | labels)


# -- signals -----------------------------------------------------------------------------------------------------------


def test_a_gap_is_told_outside_the_desk_with_the_event_that_finds_it(worker: Worker) -> None:
    output = worker.tick()
    (found,) = signals(output)
    assert (found.kind, found.need, found.skill, found.language, found.channel) == (
        "found",
        "anybody",
        None,
        None,
        None,
    )
    assert (found.start, found.end, found.wanted, found.short) == (*GAP, 1, 1)
    assert (found.first_seen_at, found.reason) == (found.at, None)
    (event,) = (one.message for one in output if one.topic is DESK_EVENTS)
    assert event.gap.id == found.gap  # type: ignore[union-attr]  # it is the event of the gap
    assert sample("signals_total", kind="cover")


def test_it_is_closed_with_the_moment_at_which_it_was_first_seen(worker: Worker) -> None:
    (found,) = signals(worker.tick())
    worker.now = at(11)
    cover(worker)
    (closed,) = signals(worker.tick())
    assert (closed.kind, closed.reason, closed.gap) == ("closed", "covered", found.gap)
    assert (closed.first_seen_at, closed.at > found.at) == (found.at, True)
    assert closed.id != found.id


def test_a_gap_whose_time_is_over_is_closed_as_past(worker: Worker) -> None:
    worker.tick()
    assert signals(worker.tick(at(18, day=2))) == []
    (closed,) = signals(worker.tick(at(20.1, day=2)))
    assert closed.reason == "past"


def test_a_gap_is_told_once_whoever_has_the_team(worker: Worker) -> None:
    tick = Tick(id=uuid("once"), team=TEAM, at=worker.now, actor="system:ticker")
    (found,) = signals(worker.give(tick))
    assert signals(worker.give(tick)) == [], "a tick that comes again"
    heir = worker.heir()
    assert heir.partition._team(TEAM).notes.watched is None, "it has yet to look"
    assert signals(heir.tick(at(10.5))) == []
    assert heir.partition._team(TEAM).notes.watched is not None
    cover(heir)
    (closed,) = signals(heir.tick(at(11)))
    assert (closed.gap, closed.first_seen_at) == (found.gap, found.at)


def test_work_that_is_done_again_gives_the_same_signal(worker: Worker) -> None:
    again = worker.heir()
    (first,), (second,) = signals(worker.tick()), signals(again.tick())
    assert first.id == second.id


def test_a_gap_that_comes_back_is_another_signal(worker: Worker) -> None:
    (found,) = signals(worker.tick())
    cover(worker)
    worker.tick()
    left = config(leave=(away("aisha", at(0, day=2), at(24, day=2)),))
    worker.do(ConfigureTeam, "lead:els", config=left)
    (again,) = signals(worker.tick(at(12)))
    assert (again.gap, again.kind) == (found.gap, "found")
    assert again.id != found.id
    assert again.first_seen_at == again.at


def test_a_gap_that_was_kept_without_its_moment_has_that_of_its_record(worker: Worker) -> None:
    worker.tick()
    (key,) = (key for key in worker.stored if ":gap:" in key)
    known = worker.stored[key].gap.model_dump() | {"found_at": None}
    old = KnownGap(team=TEAM, gap=CoverGap(**known), at=at(9))
    heir = worker.heir(**{key: old})
    assert signals(heir.tick()) == []
    cover(heir)
    (closed,) = signals(heir.tick(at(11)))
    assert closed.first_seen_at == at(9)
