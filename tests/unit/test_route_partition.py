"""What a partition writes: one record for each touched case, tombstones, ticks once, time that never goes back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY

from services.contracts.codec import decode, encode
from services.contracts.commands import (
    ApproveReply,
    AskLeave,
    CloseCase,
    ConfigureTeam,
    DecideLeave,
    ReportWell,
    SubmitReply,
    Tick,
)
from services.contracts.ids import due_id, reply_id
from services.contracts.signals import ApprovalWaits
from services.contracts.teams import ApprovalRule, TeamConfiguration
from services.contracts.topics import (
    DESK_CASES,
    DESK_COMMANDS,
    DESK_EVENTS,
    DESK_TEAMS,
    MENTIONS_CLASSIFIED,
    OUTBOX_APPROVED,
    SIGNALS,
    Topic,
)
from services.route.measured import MeasuredPartition
from services.route.partition import RoutePartition
from services.route.team_figures import TeamFigures
from services.route.ticker import KnownTeams, ticks
from services.runtime.follow import Followed
from services.runtime.messages import NEEDS_PERSON, Outgoing, Received
from tests.support.route import TEAM, at, config, mention, uuid


def received(message: Any) -> Received[Any]:
    topic = MENTIONS_CLASSIFIED if message.type == "mention.classified" else DESK_COMMANDS
    return Received(topic, 3, 0, message.at if topic is DESK_COMMANDS else message.collected_at, message.team, message)


def tick(number: int, now: datetime) -> Tick:
    return Tick(id=uuid(f"tick {number}"), team=TEAM, at=now, actor="system:ticker")


def on(topic: Topic, output: list[Outgoing]) -> list[Outgoing]:
    return [one for one in output if one.topic is topic]


@pytest.fixture
def partition() -> RoutePartition:
    made = MeasuredPartition(3)
    command = ConfigureTeam(id=uuid("configure"), team=TEAM, at=at(10), actor="lead:els", config=config())
    output = made.handle([received(command)], at(10))
    assert [one.key for one in on(DESK_TEAMS, output)] == [
        f"{TEAM}:config:current",
        f"{TEAM}:answered:{command.id}",
    ]
    return made


def test_a_case_is_written_once_for_a_batch_as_it_is_afterwards(partition: RoutePartition) -> None:
    batch = [received(mention(name, at(10), conversation="een")) for name in ("een", "twee", "drie")]
    output = partition.handle(batch, at(10))
    assert len(on(DESK_EVENTS, output)) == 4
    (case,) = on(DESK_CASES, output)
    assert case.message is not None
    assert case.message.revision == 4  # type: ignore[attr-defined]  # it is a case
    assert {one.partition for one in output} == {3}
    assert partition.figures()[TEAM] == TeamFigures(open=1, waiting=0, snoozed=0, owned=1, closed=0, overdue=0)


def test_a_reply_is_written_to_the_outbox_with_the_name_of_its_author(partition: RoutePartition) -> None:
    partition.handle([received(mention("een", at(10)))], at(10))
    case = next(iter(partition._team(TEAM).cases))
    command = SubmitReply(id=uuid("reply"), team=TEAM, at=at(10), actor="noor", case=case, text="Bekend.")
    (item,) = on(OUTBOX_APPROVED, partition.handle([received(command)], at(10)))
    assert item.key == case
    assert item.message is not None
    assert (item.message.sender, item.message.person) == ("Noor", "noor")  # type: ignore[attr-defined]  # it is an item
    assert on(OUTBOX_APPROVED, partition.handle([received(command)], at(10))) == []


def test_what_is_archived_and_forgotten_leaves_tombstones(partition: RoutePartition) -> None:
    partition.handle([received(mention("een", at(10)))], at(10))
    case = next(iter(partition._team(TEAM).cases))
    close = CloseCase(id=uuid("close"), team=TEAM, at=at(10), actor="noor", case=case)
    partition.handle([received(close)], at(10))
    later = at(10, day=8)
    output = partition.handle([received(tick(1, later))], later)
    assert [(one.key, one.message) for one in on(DESK_CASES, output)] == [(f"{TEAM}:{case}", None)]
    kept = {one.key: one.message is not None for one in on(DESK_TEAMS, output)}
    assert kept == {
        f"{TEAM}:answered:{uuid('configure')}": False,
        f"{TEAM}:answered:{close.id}": False,
        f"{TEAM}:answered:{uuid('tick 1')}": True,
        f"{TEAM}:handled:{case}": True,
    }


def test_of_several_ticks_only_the_latest_counts(partition: RoutePartition) -> None:
    partition.handle([received(mention("een", at(10)))], at(10))
    late = at(14)
    output = partition.handle([received(tick(1, late)), received(tick(2, late))], late)
    assert {one.message.cause for one in on(DESK_EVENTS, output)} == {uuid("tick 2")}  # type: ignore[union-attr]


def test_the_metrics_say_no_more_of_teams_that_another_worker_has(partition: RoutePartition) -> None:
    partition.handle([received(mention("een", at(10)))], at(10))
    assert REGISTRY.get_sample_value("webcare_cases", {"team": TEAM, "state": "owned"}) == 1
    partition.lost()
    assert REGISTRY.get_sample_value("webcare_cases", {"team": TEAM, "state": "owned"}) is None
    assert REGISTRY.get_sample_value("webcare_cover_gaps", {"team": TEAM}) is None


def test_a_tick_of_an_unknown_team_leaves_no_trace() -> None:
    partition = RoutePartition(0)
    assert partition.handle([received(tick(1, at(10)))], at(10)) == []
    assert partition.figures() == {}


def test_time_never_goes_back_not_even_after_a_restart(partition: RoutePartition) -> None:
    output = partition.handle([received(mention("een", at(11)))], at(11))
    fresh = RoutePartition(3)
    for one in on(DESK_CASES, output):
        assert one.message is not None
        fresh.restore(one.topic, one.key, one.message)
    fresh.restored()
    events = on(DESK_EVENTS, fresh.handle([received(mention("twee", at(9)))], at(9)))
    assert {one.message.at for one in events} == {at(11) + timedelta.resolution}  # type: ignore[union-attr]  # they are events


@pytest.mark.parametrize(
    ("topic", "headers", "wanted"),
    [
        (MENTIONS_CLASSIFIED, {NEEDS_PERSON: "0"}, False),
        (MENTIONS_CLASSIFIED, {NEEDS_PERSON: "1"}, True),
        (MENTIONS_CLASSIFIED, {}, True),
        (DESK_COMMANDS, {NEEDS_PERSON: "0"}, True),
    ],
)
def test_mentions_that_need_nobody_are_not_decoded(topic: Topic, headers: dict[str, str], wanted: bool) -> None:
    assert RoutePartition.wants(topic, headers) is wanted


def test_the_ticker_knows_the_teams_that_are_configured(partition: RoutePartition) -> None:
    known = KnownTeams()
    later = ConfigureTeam(id=uuid("later"), team=TEAM, at=at(10), actor="lead:els", config=config(reopen_days=1))
    for one in on(DESK_TEAMS, partition.handle([received(later)], at(10) + timedelta(minutes=1))):
        known.on_record(Followed(one.topic, 3, 0, at(10), one.key, one.message, {}))
    (sent,) = ticks(known.all(), at(11))
    assert (sent.topic, sent.key) == (DESK_COMMANDS, TEAM)


def test_what_waits_for_approval_is_counted(partition: RoutePartition) -> None:
    rule = ApprovalRule(id="alles", people=("noor",))
    strict = ConfigureTeam(
        id=uuid("strict"), team=TEAM, at=at(10), actor="lead:els", config=config(approval_rules=(rule,))
    )
    partition.handle([received(strict), received(mention("een", at(10)))], at(10))
    case = next(iter(partition._team(TEAM).cases))
    reply = SubmitReply(id=uuid("reply"), team=TEAM, at=at(10), actor="noor", case=case, text="Bekend.")
    partition.handle([received(reply)], at(10))
    assert partition.figures()[TEAM].approvals == 1
    assert waiting_figures() == (1, 0, at(10))
    (signal,) = on(SIGNALS, partition.handle([received(tick(1, at(10.2)))], at(10.2)))
    assert (signal.key, signal.partition) == (TEAM, None)
    assert isinstance(signal.message, ApprovalWaits)
    assert REGISTRY.get_sample_value("webcare_signals_total", {"team": TEAM, "kind": "approval"}) == 1
    partition.handle([received(tick(2, at(11)))], at(11))
    assert waiting_figures() == (1, 1, at(10))
    approve = {"actor": "lead:els", "case": case, "reply": reply_id(reply.id), "reply_version": 1}
    partition.handle([received(ApproveReply(id=uuid("yes"), team=TEAM, at=at(11), **approve))], at(11))
    assert waiting_figures() == (0, 0, None)
    partition.lost()
    assert waiting_figures() == (None, None, None)


def waiting_figures() -> tuple[float | None, float | None, datetime | None]:
    """What Prometheus is told of replies that wait: how many, how many too long, and since when (to the second)."""
    names = ("webcare_approvals_waiting", "webcare_approvals_late", "webcare_approvals_oldest_timestamp_seconds")
    waiting, late, oldest = (REGISTRY.get_sample_value(name, {"team": TEAM}) for name in names)
    return waiting, late, None if oldest is None else datetime.fromtimestamp(int(oldest), UTC)


# -- to another team ---------------------------------------------------------------------------------------------------


def leave(number: int, **more: Any) -> AskLeave:
    stretch = {"start": at(9, day=7), "end": at(17, day=7), "shared": uuid(f"leave {number}")}
    fields = {"id": uuid(f"ask {number}"), "team": TEAM, "at": at(10), "actor": "noor", "also": ("elders", "verder")}
    return AskLeave(**(fields | stretch | more))


def test_leave_is_sent_on_with_what_it_does_here_and_counts_once_in_each_other_team(partition: RoutePartition) -> None:
    output = partition.handle([received(leave(1)), received(leave(1))], at(10))
    sent = on(DESK_COMMANDS, output)
    assert [(one.key, one.partition) for one in sent] == [("elders", None), ("verder", None)]
    assert on(DESK_EVENTS, output), "in the same transaction"
    assert on(DESK_COMMANDS, partition.handle([received(leave(1))], at(10.1))) == [], "a repeat was sent on before"
    other = RoutePartition(1)
    agreed = config(team="elders")
    other.restore(DESK_TEAMS, "key", TeamConfiguration(team="elders", revision=1, at=at(9), config=agreed))
    there = [received(sent[0].message)] * 2
    output = other.handle(there, at(11))
    assert [one.message.type for one in on(DESK_EVENTS, output)] == ["LeaveAsked", "CommandRepeated"]  # type: ignore[union-attr]  # they are events
    assert on(DESK_COMMANDS, output) == [], "it goes no further"
    here, elsewhere = (p._team(name).agreement for p, name in ((partition, TEAM), (other, "elders")))
    assert here is not None
    assert elsewhere is not None
    assert here.config.leave == elsewhere.config.leave
    assert len(here.config.leave) == 1


def test_leave_that_is_granted_is_told_to_the_other_teams_with_what_it_does_here_and_once(
    partition: RoutePartition,
) -> None:
    partition.handle([received(leave(1, also=()))], at(10))
    asked = partition._team(TEAM).agreement
    assert asked is not None
    fields = {"id": uuid("yes"), "team": TEAM, "at": at(10), "actor": "lead:els", "leave": asked.config.leave[0].id}
    approve = DecideLeave(approve=True, also=("elders", "verder"), **fields)
    trace = {"traceparent": f"00-{'1' * 32}-{'2' * 16}-01"}
    output = partition.handle([replace(received(approve), headers=trace)] * 2, at(10))
    sent = on(DESK_COMMANDS, output)
    assert [(one.key, one.partition, one.headers) for one in sent] == [("elders", None, trace), ("verder", None, trace)]
    assert "LeaveDecided" in [one.message.type for one in on(DESK_EVENTS, output)]  # type: ignore[union-attr]  # an event
    assert on(DESK_COMMANDS, partition.handle([received(approve)], at(10.1))) == [], "a repeat was told before"
    assert sent[0].message is not None
    assert decode(DESK_COMMANDS, encode(sent[0].message)) == sent[0].message
    other = RoutePartition(1)
    agreed = config(team="elders")
    other.restore(DESK_TEAMS, "key", TeamConfiguration(team="elders", revision=1, at=at(9), config=agreed))
    output = other.handle([received(sent[0].message)] * 2, at(11))
    assert [one.message.type for one in on(DESK_EVENTS, output)] == ["LeaveNoted", "CommandRepeated"]  # type: ignore[union-attr]  # events
    assert on(DESK_COMMANDS, output) == [], "it goes no further"
    heir = RoutePartition(1)
    (record,) = (one.message for one in on(DESK_TEAMS, output) if one.key == "elders:config:current")
    assert record is not None
    heir.restore(DESK_TEAMS, "key", record)
    for one in (other, heir):
        there = one._team("elders").agreement
        assert there is not None
        assert [(known.elsewhere, known.start) for known in there.config.leave] == [(TEAM, at(9, day=7))]
        assert there.rota.duty(at(10, day=7)).away == {"noor": "leave"}
    decline = DecideLeave(approve=False, **(fields | {"id": uuid("no")}))
    (back, _) = on(DESK_COMMANDS, partition.handle([received(decline)], at(12)))
    other.handle([received(back.message)], at(12))
    there = other._team("elders").agreement
    assert there is not None
    assert there.config.leave == ()


def test_what_is_refused_here_is_not_sent_on(partition: RoutePartition) -> None:
    partition.handle([received(leave(1, also=()))], at(10))
    assert on(DESK_COMMANDS, partition.handle([received(leave(2))], at(10))) == []


def test_what_is_so_here_already_is_sent_on_by_the_person_or_for_their_lead(partition: RoutePartition) -> None:
    facts = {"team": TEAM, "at": at(10), "also": ("elders",)}
    own = ReportWell(id=uuid("well"), actor="noor", **facts)
    led = ReportWell(id=uuid("led"), actor="lead:els", person="noor", **facts)
    sent = on(DESK_COMMANDS, partition.handle([received(own), received(led)], at(10)))
    assert [(one.message.actor, one.message.person) for one in sent] == [("noor", None), ("system:route", "noor")]  # type: ignore[union-attr]  # they are commands


def test_a_reply_leaves_by_time_alone_once_whoever_has_the_partition(partition: RoutePartition) -> None:
    graceful = ConfigureTeam(id=uuid("grace"), team=TEAM, at=at(10), actor="lead:els", config=config(grace_seconds=10))
    partition.handle([received(graceful), received(mention("een", at(10)))], at(10))
    case = next(iter(partition._team(TEAM).cases))
    reply = SubmitReply(id=uuid("reply"), team=TEAM, at=at(10), actor="noor", case=case, text="Bekend.")
    written = partition.handle([received(reply)], at(10))
    assert on(OUTBOX_APPROVED, written) == []
    heir = RoutePartition(3)
    heir.restore(
        DESK_TEAMS, "key", TeamConfiguration(team=TEAM, revision=2, at=at(10), config=config(grace_seconds=10))
    )
    heir.restore(DESK_CASES, "key", partition._team(TEAM).cases[case])
    heir.restored()
    for one in (partition, heir):
        assert one.wake(at(10) + timedelta(seconds=9.9)) == []
        output = one.wake(at(10) + timedelta(seconds=10, milliseconds=1))
        assert [item.message.text for item in on(OUTBOX_APPROVED, output)] == ["Bekend."]  # type: ignore[union-attr]  # it is an item
        assert {item.partition for item in output} == {3}
        assert one.wake(at(11)) == []
    causes = {event.message.cause for event in on(DESK_EVENTS, output)}  # type: ignore[union-attr]  # it is an event
    assert causes == {due_id(reply_id(reply.id))}, "its id follows from the reply, whoever lets it leave"
