"""People of several teams, at random: who is granted leave or calls in sick in one of them gets no work in any.

Two partitions of route, each with a team of its own, and what each tells the other: it arrives in order, whenever it
arrives, twice if it so happens. When all has arrived, each team knows what the other has granted, and nothing else.
"""

from collections import deque
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.contracts.codec import decode, encode
from services.contracts.commands import (
    AskLeave,
    CallInSick,
    Command,
    ConfigureTeam,
    DecideLeave,
    NoteLeave,
    ReportWell,
    Tick,
    WithdrawLeave,
)
from services.contracts.events import CaseAssigned, Event, RotaEvent
from services.contracts.mentions import ClassifiedMention
from services.contracts.teams import Leave, TeamConfig
from services.contracts.topics import DESK_COMMANDS, DESK_EVENTS, DESK_TEAMS, MENTIONS_CLASSIFIED
from services.rota.rota import Rota
from services.route.partition import RoutePartition
from services.runtime.messages import Received
from tests.support.route import at, config, examples, mention, uuid

TEAMS = ("elders", "verder")
PEOPLE = ("noor", "jeroen")
"""Who is in both; Aisha is one in each of them, and somebody else."""


class Teams(RuleBasedStateMachine):
    """Two teams, and what is on its way from each to the other."""

    def __init__(self) -> None:
        super().__init__()
        self.now = at(8)
        self.count = 0
        self.partitions = {team: RoutePartition(number) for number, team in enumerate(TEAMS)}
        self.under_way: dict[str, deque[Any]] = {team: deque() for team in TEAMS}
        self.agreed: dict[str, TeamConfig] = {}
        self.stored: dict[str, dict[str, Any]] = {team: {} for team in TEAMS}
        self.repeated: list[Any] = []

    @initialize()
    def begin(self) -> None:
        for team in TEAMS:
            self.command(team, ConfigureTeam, "system:test", config=config(team=team))

    # -- what happens ------------------------------------------------------------------------------------------------

    @rule(
        team=st.sampled_from(TEAMS),
        person=st.sampled_from(PEOPLE),
        start=st.integers(-10, 60),
        hours=st.integers(1, 80),
        everywhere=st.booleans(),
    )
    def ask(self, team: str, person: str, start: int, hours: int, everywhere: bool) -> None:
        begin = self.now + timedelta(hours=start)
        stretch = {"start": begin, "end": begin + timedelta(hours=hours), "shared": uuid(f"shared {self.count}")}
        self.command(team, AskLeave, person, also=other_of(team) if everywhere else (), **stretch)

    @rule(team=st.sampled_from(TEAMS), pick=st.integers(0, 100), approve=st.sampled_from((True, True, False)))
    def decide(self, team: str, pick: int, approve: bool) -> None:
        for one in self.some_leave(team, pick):
            also = other_of(team) if one.person in PEOPLE else ()
            self.command(team, DecideLeave, "lead:els", leave=one.id, approve=approve, also=also)

    @rule(team=st.sampled_from(TEAMS), pick=st.integers(0, 100), everywhere=st.booleans())
    def withdraw(self, team: str, pick: int, everywhere: bool) -> None:
        for one in self.some_leave(team, pick):
            self.command(team, WithdrawLeave, one.person, leave=one.id, also=other_of(team) if everywhere else ())

    @rule(team=st.sampled_from(TEAMS), person=st.sampled_from(PEOPLE), well=st.booleans())
    def sick_or_well(self, team: str, person: str, well: bool) -> None:
        kind: type[Command] = ReportWell if well else CallInSick
        self.command(team, kind, person, also=other_of(team))

    @rule(team=st.sampled_from(TEAMS), pick=st.integers(0, 100), hours=st.integers(-30, 60), out=st.booleans())
    def load_a_file(self, team: str, pick: int, hours: int, out: bool) -> None:
        """Leave is taken out of the agreements, or lasts longer or shorter."""
        agreement = self.partitions[team]._team(team).agreement
        assert agreement is not None
        for one in self.some_leave(team, pick):
            end = one.end + timedelta(hours=hours)
            other = () if out or end <= one.start else (one.model_copy(update={"end": end}),)
            rest = tuple(x for x in self.agreed[team].leave if x.id != one.id)
            changed = self.agreed[team].model_copy(update={"leave": (*rest, *other)})
            self.command(team, ConfigureTeam, "lead:els", config=changed, based_on=agreement.revision)

    @rule(team=st.sampled_from(TEAMS), urgency=st.sampled_from(("normal", "critical")))
    def write(self, team: str, urgency: Any) -> None:
        self.count += 1
        self.give(
            team, mention(f"m{self.count}", self.now, urgency=urgency, team=team, id=uuid(f"mention {self.count}"))
        )

    @rule(hours=st.integers(1, 30))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        for team in TEAMS:
            self.command(team, Tick, "system:ticker")

    @rule(team=st.sampled_from(TEAMS))
    def restart(self, team: str) -> None:
        """A worker takes over with nothing but what was written."""
        fresh = RoutePartition(TEAMS.index(team))
        for key, record in self.stored[team].items():
            fresh.restore(DESK_TEAMS, key, record)
        for case in self.partitions[team]._team(team).cases.values():
            fresh._team(team).put(case)
        fresh.restored()
        self.partitions[team] = fresh

    @precondition(lambda self: any(self.under_way.values()))
    @rule(team=st.sampled_from(TEAMS), again=st.booleans())
    def arrive(self, team: str, again: bool) -> None:
        """What was sent first arrives, perhaps once more later."""
        if self.under_way[team]:
            command = self.under_way[team].popleft()
            self.give(team, command)
            if again:
                self.repeated.append((team, command))

    @precondition(lambda self: self.repeated)
    @rule(pick=st.integers(0, 100))
    def arrive_again(self, pick: int) -> None:
        team, command = self.repeated[pick % len(self.repeated)]
        before = self.agreed[team]
        self.give(team, command)
        assert self.agreed[team] == before, "twice is once"

    # -- how it happens ----------------------------------------------------------------------------------------------

    def some_leave(self, team: str, pick: int) -> list[Leave]:
        mine = [one for one in self.agreed[team].leave if one.kind == "leave" and not one.elsewhere]
        return [mine[pick % len(mine)]] if mine else []

    def command(self, team: str, kind: type[Command], actor: str, **fields: Any) -> None:
        self.count += 1
        made: Any = kind
        self.give(team, made(id=uuid(f"command {self.count}"), team=team, at=self.now, actor=actor, **fields))

    def give(self, team: str, given: Any) -> None:
        self.now += timedelta.resolution
        topic = MENTIONS_CLASSIFIED if isinstance(given, ClassifiedMention) else DESK_COMMANDS
        for one in self.partitions[team].handle([Received(topic, 0, 0, self.now, team, given)], self.now):
            if one.topic is DESK_EVENTS:
                self.check(team, one.message)
            elif one.topic is DESK_COMMANDS:
                assert one.message is not None
                assert one.key == one.message.team != team  # type: ignore[attr-defined]  # it is a command
                assert not isinstance(given, NoteLeave), "what is told is told no further"
                self.under_way[one.key].append(decode(one.topic, encode(one.message)))
            elif one.topic is DESK_TEAMS:
                self.stored[team].pop(one.key, None)
                if one.message is not None:
                    self.stored[team][one.key] = decode(one.topic, encode(one.message))

    def check(self, team: str, event: Event | Any) -> None:
        if isinstance(event, RotaEvent):
            known = self.agreed.get(team)
            if known is not None:
                was, becomes = (
                    [(d.start, d.on) for d in Rota(x).duties(at(8), event.at)] for x in (known, event.config)
                )
                assert on_before(was, event.at) == on_before(becomes, event.at), "what has been stays"
            self.agreed[team] = event.config
        elif isinstance(event, CaseAssigned):
            gone = [
                one for one in self.agreed[team].leave if one.state == "approved" and one.start <= event.at < one.end
            ]
            assert event.person not in {one.person for one in gone}

    # -- what must hold ----------------------------------------------------------------------------------------------

    @invariant()
    def when_all_has_arrived_each_is_away_where_any_team_has_granted_it(self) -> None:
        if any(self.under_way.values()) or len(self.agreed) < len(TEAMS):
            return
        for team in TEAMS:
            (other,) = other_of(team)
            granted = [x for x in self.agreed[other].leave if x.kind == "leave" and x.state == "approved"]
            ahead = [x for x in granted if x.elsewhere is None and x.end > self.now and x.also]
            for one in ahead:
                moment = max(one.start, self.now)
                away = Rota(self.agreed[team]).duty(moment).away
                assert one.person in away, f"{one.person} is away in {other}"
            there = [x for x in self.agreed[team].leave if x.elsewhere == other and x.end > self.now]
            ours = {(x.person, x.end) for x in granted if x.elsewhere is None}
            assert {(x.person, x.end) for x in there} <= ours, "nothing is left of what was taken back"


def other_of(team: str) -> tuple[str, ...]:
    return tuple(one for one in TEAMS if one != team)


def on_before(duties: list[tuple[datetime, frozenset[str]]], now: datetime) -> list[tuple[datetime, frozenset[str]]]:
    """Who was on from when, up to now, where that changes."""
    found: list[tuple[datetime, frozenset[str]]] = []
    for start, on in duties:
        if start < now and (not found or found[-1][1] != on):
            found.append((start, on))
    return found


def test_what_does_not_arrive_is_seen() -> None:
    played = Teams()
    played.begin()
    played.ask("elders", "noor", 5, 10, everywhere=False)
    played.decide("elders", 0, approve=True)
    played.when_all_has_arrived_each_is_away_where_any_team_has_granted_it()  # it is under way
    lost = played.under_way["verder"].popleft()
    with pytest.raises(AssertionError, match="noor is away in elders"):
        played.when_all_has_arrived_each_is_away_where_any_team_has_granted_it()
    played.give("verder", lost)
    played.when_all_has_arrived_each_is_away_where_any_team_has_granted_it()
    played.decide("elders", 0, approve=False)
    played.under_way["verder"].clear()
    with pytest.raises(AssertionError, match="nothing is left"):
        played.when_all_has_arrived_each_is_away_where_any_team_has_granted_it()


TestTeams = Teams.TestCase
TestTeams.settings = settings(
    max_examples=examples(60), stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
