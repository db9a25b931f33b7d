"""Gaps and balance of the rota outside the desk: a signal for each gap, once; figures for the metrics, as numbers."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY

from services.contracts.commands import AddOverride, ConfigureTeam, Tick
from services.contracts.memory import KnownGap
from services.contracts.rota_events import CoverGap
from services.contracts.signals import CoverGapSignal
from services.contracts.teams import Demand, Person, TeamConfig
from services.contracts.topics import DESK_COMMANDS, DESK_EVENTS, DESK_TEAMS, SIGNALS
from services.rota.coverage import coverage
from services.rota.rota import LOOK_AHEAD
from services.route.domain.agreement import agreement
from services.route.domain.cover_figures import MOST_NEEDS, REST, CoverFigures, cover_figures
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

    def agree(self, agreed: TeamConfig) -> list[Outgoing]:
        """These agreements, by somebody who has seen those that there are: what is not in them is gone."""
        known = self.partition._team(TEAM).agreement
        return self.do(ConfigureTeam, "lead:els", config=agreed, based_on=known.revision if known else None)

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
    worker.agree(left)
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


# -- figures -----------------------------------------------------------------------------------------------------------


def test_the_metrics_say_how_long_the_gaps_are_and_how_much_is_covered(worker: Worker) -> None:
    worker.tick()
    assert sample("cover_gaps") == 1
    assert sample("cover_next_gap_timestamp_seconds") == GAP[0].timestamp()
    assert (sample("cover_gap_hours", need="anybody"), sample("cover_gap_hours", need="nl")) == (3, 0)
    # Open from 10:00 on this Monday, and 11 hours on 40 days after it: 450 hours, wanted of anybody and of Dutch.
    assert sample("coverage_percent") == 99.3  # 894 of 900


def test_the_metrics_say_how_evenly_the_work_is_shared(worker: Worker) -> None:
    worker.tick()
    # Noor and Jeroen: 7 + 39 × 8 + 2 hours in 8 weeks. Aisha, the only one in the evening: 39 × 8 in a day less.
    lower = (39 * 8 / (55 / 7)) / (321 / 8)
    assert {kind: sample("rota_balance", kind=kind) for kind in KINDS} == {
        "hours": round((1 + 2 * lower) / 3, 4),
        "evenings": 0.3333,
        "nights": 1,
        "weekends": 1,
        "holidays": 1,
    }


def test_the_figures_follow_the_agreements_also_where_no_gap_changes(worker: Worker) -> None:
    worker.tick()
    fewer = config(leave=(away("aisha", at(0, day=2), at(24, day=2)),), shifts=config().shifts[1:])
    worker.do(ConfigureTeam, "lead:els", config=fewer)
    before = sample("coverage_percent")
    assert before == 99.3, "it is looked at on the next tick"
    worker.tick()
    after = sample("coverage_percent")
    assert after is not None
    assert after < 75  # nobody from 9 to 12
    assert sample("rota_balance", kind="evenings") == 1, "one person alone"
    same = fewer.model_copy(update={"people": (*fewer.people, Person(id="zoe", name="Zoë"))})
    worker.do(ConfigureTeam, "lead:els", config=same)
    shown = worker.partition._shown[TEAM]
    assert signals(worker.tick()) == []
    assert worker.partition._shown[TEAM] is not shown


def test_a_need_that_is_wanted_no_more_has_no_figure(worker: Worker) -> None:
    asked = config(demand=(Demand(days=(0,), start="09:00", end="10:00", skill="storing"),))
    worker.do(ConfigureTeam, "lead:els", config=asked)
    worker.tick()
    assert sample("cover_gap_hours", need="storing") == 8  # this Monday's has been; 8 more until the look-ahead ends
    worker.agree(config())
    worker.tick()
    assert sample("cover_gap_hours", need="storing") is None
    assert sample("cover_gap_hours", need="anybody") == 0
    assert sample("cover_next_gap_timestamp_seconds") is None


def test_who_is_planned_far_above_their_contract_is_counted() -> None:
    hours = {"noor": 40.0, "jeroen": 24.0, "aisha": 36.0}
    people = tuple(one.model_copy(update={"contract_hours": hours[one.id]}) for one in config().people)
    worker = Worker(config(people=people))
    worker.tick()
    assert sample("rota_above_contract") == 1  # Jeroen, 16 hours a week; Aisha's 4 may be
    worker.partition.lost()


def test_only_the_worker_that_has_the_team_tells_of_it(worker: Worker) -> None:
    worker.tick()
    heir = worker.heir()
    worker.partition.lost()
    for name in ("coverage_percent", "rota_above_contract", "cover_gaps", "cover_next_gap_timestamp_seconds"):
        assert sample(name) is None, name
    assert sample("cover_gap_hours", need="anybody") is None
    assert [sample("rota_balance", kind=kind) for kind in KINDS] == [None] * 5
    heir.tick(at(10.5))
    assert sample("coverage_percent") == 99.3
    heir.partition.lost()
    assert sample("coverage_percent") is None


def figures(agreed: TeamConfig) -> CoverFigures:
    ready = agreement(agreed, 1, at(0))
    return cover_figures(ready, coverage(ready.config, ready.rota, ready.hours, at(0), at(0) + LOOK_AHEAD))


def test_there_are_never_more_figures_than_a_bounded_number_of_needs() -> None:
    rows = tuple(
        Demand(days=(0,), start="09:00", end=f"{10 + number // 30}:00", skill=f"skill-{number:02}")
        for number in range(60)
    )
    hours = figures(config(demand=rows)).gap_hours
    assert len(hours) == MOST_NEEDS + 1
    assert hours["skill-59"] == 8 * 2
    assert sum(hours.values()) == pytest.approx(8 * (30 * 1 + 30 * 2))
    assert hours[REST] == 8 * 10  # of 62 the ten that lack least of those with a gap, and two without


def test_skill_and_language_of_one_name_are_one_figure() -> None:
    rows = tuple(Demand(days=(0,), start="20:00", end="21:00", **{kind: "de"}) for kind in ("skill", "language"))
    assert figures(config(demand=rows)).gap_hours["de"] == 16


def test_hours_are_looked_at_in_periods_of_four_weeks() -> None:
    people = tuple(one.model_copy(update={"contract_hours": 30.0}) for one in config().people[:1])
    day = config().shifts[0].model_copy(update={"people": ("noor",), "until": at(0, day=27).date()})
    busy = config(people=people, shifts=(day,))
    assert figures(busy).above_contract == 1, "40 hours in each of four weeks, and nothing after them"
    even = busy.model_copy(update={"people": (people[0].model_copy(update={"contract_hours": 36.0}),)})
    assert figures(even).above_contract == 0
    assert timedelta(weeks=8) == LOOK_AHEAD
