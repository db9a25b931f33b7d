"""Route played at random, with all that must hold whatever happens: the ground of the state machines in `tests/properties`.

The machine drives `RoutePartition`, so that what is checked is also what would be written to Kafka; what it writes is kept
as Kafka's compacted topics would keep it. A machine adds the rules that say what happens.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.contracts.base import Model
from services.contracts.cases import Case
from services.contracts.codec import decode, encode
from services.contracts.commands import Command, ReportDelivery, Tick
from services.contracts.events import (
    CaseAssigned,
    CaseEscalated,
    CaseEvent,
    CaseReleased,
    CommandRepeated,
    Event,
    OwnCapacityChanged,
    RotaEvent,
)
from services.contracts.mentions import ClassifiedMention
from services.contracts.outbox import OutboxItem
from services.contracts.signals import ApprovalWaits, CoverGapSignal
from services.contracts.teams import Person, TeamConfig
from services.contracts.topics import (
    BY_NAME,
    DESK_CASES,
    DESK_COMMANDS,
    DESK_EVENTS,
    DESK_IDEAS,
    DESK_TEAMS,
    MENTIONS_CLASSIFIED,
    OUTBOX_APPROVED,
    SIGNALS,
)
from services.rota.rota import Rota
from services.route.domain.evolve import evolve, forget
from services.route.domain.releases import RELEASED
from services.route.domain.state import TeamState
from services.route.partition import RoutePartition
from services.runtime.messages import Outgoing, Received
from tests.support.eyes import Eyes
from tests.support.route import TEAM, at, contents, uuid
from tests.support.route_after import SaidOfPromises, check_who_is_off

LOOKED_BACK = timedelta(days=20)


class RouteMachine(RuleBasedStateMachine):
    """A partition with one team: what may happen to any team, and what must hold."""

    def __init__(self) -> None:
        super().__init__()
        self.now = at(8)
        self.partition = RoutePartition(0)
        self.folded = TeamState(TEAM)
        self.stored: dict[tuple[str, str], bytes] = {}
        self.given: list[tuple[Any, bool]] = []
        self.events: dict[str, Event] = {}
        self.revisions: dict[str, int] = {}
        self.outbox: list[str] = []
        self.items: list[OutboxItem] = []
        self.eyes = Eyes()
        self.seen: set[str] = set()
        self.cover_signals: set[str] = set()
        self.agreed: TeamConfig | None = None
        self.revision = 0
        self.capacities: dict[str, int] = {}
        self.promises = SaidOfPromises()

    # -- what happens --------------------------------------------------------------------------------------------------

    # -- what happens to any team ----------------------------------------------------------------------------------------

    @rule()
    def restart(self) -> None:
        """A worker takes over with nothing but what was written."""
        self.partition = self.read_back()

    @precondition(lambda self: self.outbox)
    @rule(pick=st.integers(0, 1000), outcome=st.sampled_from(("delivered", "failed")))
    def report(self, pick: int, outcome: str) -> None:
        reply = self.outbox[pick % len(self.outbox)]
        known = [case.id for case in self.state.cases.values() if any(one.id == reply for one in case.messages)]
        case = known[0] if known else uuid("nothing")
        assert self.command(ReportDelivery, "system:ingest", case=case, reply=reply, outcome=outcome)

    @rule(minutes=st.sampled_from((1, 20, 60, 180, 600, 1440, 8 * 1440)))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self.command(Tick, "system:ticker")

    @rule(minutes=st.sampled_from((1, 60, 300)))
    def pass_time_without_a_tick(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @precondition(lambda self: self.given)
    @rule(pick=st.integers(0, 1000))
    def redeliver(self, pick: int) -> None:
        self.command(Tick, "system:ticker")
        before, leaving = contents(self.state), list(self.outbox)
        given, handled = self.given[pick % len(self.given)]
        if isinstance(given, ClassifiedMention) and not handled:
            return  # it needed nobody at the time; it may join an open case now
        events = self.give(given, again=True)
        after = contents(self.state)
        assert {**before, "answered": None} == {**after, "answered": None}
        assert before["answered"] == after["answered"]
        assert leaving == self.outbox
        assert all(isinstance(event, CommandRepeated) or event.type == "CommandRejected" for event in events)

    # -- how it happens ------------------------------------------------------------------------------------------------

    @property
    def state(self) -> TeamState:
        return self.partition._team(TEAM)

    def some_case(self, pick: int) -> str:
        cases = sorted(self.state.cases)
        return cases[pick % len(cases)] if cases and pick % 20 else uuid("nothing")

    def command(self, kind: type[Command], actor: str, **fields: Any) -> list[Event]:
        made: Any = kind
        events = self.give(made(id=uuid(f"command {len(self.given)}"), team=TEAM, at=self.now, actor=actor, **fields))
        has_room = sum(isinstance(one, CaseReleased) for one in events) < RELEASED
        if kind is Tick and self.agreed is not None and has_room:
            check_who_is_off(self.agreed, rota_of(self.agreed), self.state.cases.values(), self.now)
        return events

    def give(self, given: Any, again: bool = False) -> list[Event]:
        topic = MENTIONS_CLASSIFIED if isinstance(given, ClassifiedMention) else DESK_COMMANDS
        before = dict(self.state.cases)
        self.now += timedelta.resolution  # no two batches have the same moment
        output = self.partition.handle([Received(topic, 0, 0, self.now, TEAM, given)], self.now)
        events = self.take(output, before)
        if not again:
            handled = not isinstance(given, ClassifiedMention) or given.id in self.state.case_of_mention
            self.given.append((given, handled))
        return events

    def take(self, output: Sequence[Outgoing], before: dict[str, Case]) -> list[Event]:
        """What was written, checked; gives its events."""
        events: list[Any] = [one.message for one in output if one.topic is DESK_EVENTS]
        left = self.keep(output)
        self.check(events, before)
        for item in left:
            self.eyes.leaves(item)
            self.outbox.append(item.id)
            self.items.append(item)
        return events

    def keep(self, output: Sequence[Outgoing]) -> list[OutboxItem]:
        """Keep what is written as Kafka would; gives what leaves."""
        left: list[OutboxItem] = []
        assert all(one.partition == 0 for one in output if one.topic is not SIGNALS)
        for one in output:
            assert one.message is None or decode(one.topic, encode(one.message)) == one.message, "it can be read"
            if one.topic in (DESK_CASES, DESK_TEAMS, DESK_IDEAS):
                if one.message is None:
                    del self.stored[one.topic.name, one.key]
                else:
                    self.stored[one.topic.name, one.key] = encode(one.message)
            elif one.topic is OUTBOX_APPROVED:
                assert isinstance(one.message, OutboxItem)
                left.append(one.message)
            elif one.topic is SIGNALS:
                self.signalled(one.message)
        return left

    def signalled(self, signal: Model | None) -> None:
        """A signal is of an approval that waits, or of a gap that was found or closed, and comes once."""
        if isinstance(signal, ApprovalWaits):
            self.eyes.told_outside(signal)
            return
        assert isinstance(signal, CoverGapSignal)
        assert signal.id not in self.cover_signals
        self.cover_signals.add(signal.id)
        assert (signal.kind == "found") == (signal.gap in self.partition._team(TEAM).gaps), "as it is afterwards"

    def check(self, events: Sequence[Event], before: dict[str, Case]) -> None:
        cases = dict(before)
        for number, event in enumerate(events, start=1):
            assert self.events.setdefault(event.id, event) == event, "an id is of one event"
            assert (event.sequence, event.of) == (number, len(events))
            if event.id not in self.seen:
                self.seen.add(event.id)
                self.eyes.see(event, self.agreed)
                self.promises.see(event)
            if isinstance(event, RotaEvent):
                self.check_past(event)
                self.agreed = event.config
                assert event.revision == self.revision + 1
                self.revision = event.revision
            if isinstance(event, OwnCapacityChanged):
                self.capacities.pop(event.person, None)
                if event.capacity is not None:
                    self.capacities[event.person] = event.capacity
            if isinstance(event, CaseEvent):
                assert event.case.revision == self.revisions.get(event.case.id, 0) + 1
                self.revisions[event.case.id] = event.case.revision
                if isinstance(event, CaseAssigned):
                    self.check_given(event, event.person, cases)
                    assert event.explanation.chosen == event.person == event.explanation.candidates[0].person
                if isinstance(event, CaseEscalated) and event.moved:
                    assert event.case.owner == event.to[0] != cases[event.case.id].owner
                    self.check_given(event, event.to[0], cases)
                assert event.case.owner is None or event.case.waiting is None
                cases[event.case.id] = event.case
            evolve(self.folded, event)

    def check_past(self, event: RotaEvent) -> None:
        """Whatever is agreed, who was on before stays so."""
        if self.agreed is not None:
            was = on_duty(rota_of(self.agreed), event.at - LOOKED_BACK, event.at)
            assert on_duty(Rota(event.config), event.at - LOOKED_BACK, event.at) == was, type(event).__name__

    def check_given(self, event: CaseEvent, name: str, cases: dict[str, Case]) -> None:
        assert self.agreed is not None
        (person,) = [one for one in self.agreed.people if one.id == name]
        assert can_take(self.agreed, self.as_they_are(person), event.case, held_by(name, cases), event.at) is None

    def as_they_are(self, person: Person) -> Person:
        return person.model_copy(update={"capacity": self.capacities.get(person.id, person.capacity)})

    def read_back(self) -> RoutePartition:
        fresh = RoutePartition(0)
        for (topic, key), value in sorted(self.stored.items(), reverse=True):
            message: Model = decode(BY_NAME[topic], value)
            fresh.restore(BY_NAME[topic], key, message)
        fresh.restored()
        return fresh

    # -- what must hold ------------------------------------------------------------------------------------------------

    @invariant()
    def no_case_is_lost(self) -> None:
        for case in self.state.cases.values():
            assert case.status == "closed" or case.snoozed_until or case.owner or case.waiting, case
            assert case.snoozed_until is None or case.status == "open", "what is closed does not sleep"
            running = [one.due_at for one in case.promises if one.met_at is None and one.paused_at is None]
            assert (case.deadline.due_at if case.deadline else None) == min(running, default=None)

    @invariant()
    def no_reply_is_lost(self) -> None:
        self.eyes.check(list(self.state.cases.values()))

    @invariant()
    def state_read_back_equals_the_live_one(self) -> None:
        fresh = self.read_back()
        assert contents(fresh._team(TEAM)) == contents(self.state)
        assert fresh._dues == self.partition._dues
        assert fresh.figures().get(TEAM) == self.partition.figures().get(TEAM)

    @invariant()
    def events_folded_equal_the_live_state(self) -> None:
        forget(self.folded, self.now)
        live, folded = contents(self.state), contents(self.folded)
        answered = {id_: one for id_, one in live.pop("answered").items() if id_ in folded["answered"]}
        assert answered == folded.pop("answered")
        assert live == folded

    def teardown(self) -> None:
        """After a last tick, whatever waits cannot be taken by anybody."""
        self.command(Tick, "system:ticker")
        for case in self.state.cases.values():
            if case.status == "open" and case.owner is None and case.snoozed_until is None and self.agreed is not None:
                for person in map(self.as_they_are, self.agreed.people):
                    held = held_by(person.id, self.state.cases)
                    assert can_take(self.agreed, person, case, held, self.now) is not None


def held_by(person: str, cases: Mapping[str, Case]) -> list[Case]:
    """What takes the person's capacity, by a way of its own."""
    held = (one for one in cases.values() if one.owner == person and one.status == "open" and one.awaiting_us)
    return [one for one in held if one.snoozed_until is None]


def can_take(agreed: TeamConfig, person: Person, case: Case, held: Sequence[Case], now: Any) -> str | None:
    """Why the person cannot be given the case, by a way of its own."""
    rota = rota_of(agreed)
    if not any(span.person == person.id for span in rota.spans(now, now + timedelta(seconds=1))):
        return "off shift"
    away = (one for one in agreed.leave if one.person == person.id and one.state == "approved")
    if any(leave.start <= now < leave.end for leave in away):
        return "away"
    if person.id not in rota.on_shift(now):
        return "another layer is on duty"
    if case.language not in (*person.languages, "und"):
        return "language"
    if not {agreed.skills_for_topics.get(topic) for topic in case.topics} - {None} <= set(person.skills):
        return "skill"
    if person.channels is not None and case.kind not in person.channels:
        return "channel"
    return "full" if sum(one.weight for one in held) + case.weight > person.capacity else None


def on_duty(rota: Rota, start: datetime, end: datetime) -> list[tuple[datetime, frozenset[str]]]:
    """Who is on from when, each time that others are."""
    found: list[tuple[datetime, frozenset[str]]] = []
    for duty in rota.duties(start, end):
        if not found or found[-1][1] != duty.on:
            found.append((max(duty.start, start), duty.on))
    return found


def rota_of(agreed: TeamConfig) -> Rota:
    """The rota of a configuration, worked out once for the latest of them."""
    if not _ROTAS or _ROTAS[0][0] is not agreed:
        _ROTAS[:] = [(agreed, Rota(agreed))]
    return _ROTAS[0][1]


_ROTAS: list[tuple[TeamConfig, Rota]] = []
