"""What must hold of route whatever is asked of it, in whatever order, however often: a desk played at random.

The machine drives `RoutePartition`, so that what is checked is also what would be written to Kafka.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.contracts.base import Model
from services.contracts.cases import Case
from services.contracts.codec import decode, encode
from services.contracts.commands import (
    AddNote,
    AgreeGuideline,
    AnswerStandIn,
    AskLeave,
    AskStandIn,
    ClaimCase,
    CloseCase,
    Command,
    ConfigureTeam,
    CorrectClassification,
    DecideLeave,
    DecideSuggestion,
    DropSearch,
    HandOver,
    OfferSwap,
    PublishGuideline,
    ReleaseCase,
    ReopenCase,
    ReportDelivery,
    RetireCannedReply,
    RetireGuideline,
    SaveCannedReply,
    SaveSearch,
    SetOwnCapacity,
    SnoozeCase,
    SubmitReply,
    SuggestGuideline,
    TagCase,
    TakeSwap,
    Tick,
    UntagCase,
    WakeCase,
)
from services.contracts.events import (
    CaseAssigned,
    CaseEscalated,
    CaseEvent,
    CommandRepeated,
    Event,
    OwnCapacityChanged,
    RotaEvent,
)
from services.contracts.handbook import GuidelineText
from services.contracts.ids import mention_id
from services.contracts.mentions import ClassifiedMention
from services.contracts.outbox import OutboxItem
from services.contracts.teams import Person, ServiceLevel, TeamConfig
from services.contracts.topics import (
    BY_NAME,
    DESK_CASES,
    DESK_COMMANDS,
    DESK_EVENTS,
    DESK_TEAMS,
    MENTIONS_CLASSIFIED,
    OUTBOX_APPROVED,
)
from services.rota.rota import Rota
from services.route.domain.evolve import evolve, forget
from services.route.domain.state import TeamState
from services.route.partition import RoutePartition
from services.runtime.messages import Outgoing, Received
from tests.support.rota import HOURS, ROTA_ASKS
from tests.support.route import TEAM, at, away, config, contents, examples, mention, uuid

PEOPLE = (
    Person(id="noor", name="Noor", languages=("nl",), capacity=4, skills=("facturen",), lead=True),
    Person(id="jeroen", name="Jeroen", languages=("nl",), channels=("post",), capacity=3),
    Person(id="aisha", name="Aisha", languages=("nl", "en"), capacity=2, skills=("facturen", "techniek")),
)
CLOCKS = (
    ServiceLevel(
        id="urgent",
        urgency=("high", "critical"),
        first_response_minutes=60,
        resolution_minutes=240,
        always_open=True,
    ),
    ServiceLevel(id="usual", first_response_minutes=240, next_response_minutes=60, escalate_minutes=20),
)
SKILLS = {"billing": "facturen", "leak": "techniek"}
CONFIGS: tuple[TeamConfig, ...] = (
    config(people=PEOPLE),
    config(people=PEOPLE, service_levels=CLOCKS, skills_for_topics=SKILLS),
    config(people=PEOPLE, leave=(away("noor", at(0), at(72)), away("jeroen", at(11), at(15), "sick"))),
    config(people=PEOPLE[::2], shifts=config().shifts[1:], reopen_days=0),
    config(people=(*PEOPLE, Person(id="tom", name="Tom", languages=("en",), capacity=50)), opening_hours=()),
)
ACTORS = ("noor", "noor", "jeroen", "aisha", "aisha", "lead:els", "lead:els", "integration:bot", "tom", "vreemde")
NAMES = tuple(f"m{number}" for number in range(40))
CASE_COMMANDS: tuple[tuple[type[Command], dict[str, Any]], ...] = (
    (ClaimCase, {}),
    (ReleaseCase, {}),
    (AddNote, {"text": "let op"}),
    (SubmitReply, {"text": "Dank voor uw bericht."}),
    (SubmitReply, {"text": "Dank voor uw bericht.", "canned": ("dank", "onbekend")}),
    (CloseCase, {}),
    (ReopenCase, {}),
    (WakeCase, {}),
    (TagCase, {"tag": "pers"}),
    (UntagCase, {"tag": "pers"}),
    (HandOver, {"to": "noor"}),
    (HandOver, {"to": "aisha", "note": "jij kent haar"}),
    (HandOver, {"note": "iemand anders graag"}),
)


class RoutingMachine(RuleBasedStateMachine):
    """A partition with one team; what it writes is kept as Kafka's compacted topics would keep it."""

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
        self.agreed: TeamConfig | None = None
        self.revision = 0
        self.capacities: dict[str, int] = {}

    # -- what happens --------------------------------------------------------------------------------------------------

    @initialize(configured=st.sampled_from((0, 1, 1, 2, 3, 4, None)), busy=st.integers(0, 8))
    def begin(self, configured: int | None, busy: int) -> None:
        if configured is not None:
            self.command(ConfigureTeam, "system:test", config=CONFIGS[configured])
        for name in NAMES[:busy]:
            self.give(mention(name, self.now))

    @rule(
        name=st.sampled_from(NAMES),
        conversation=st.sampled_from(NAMES[:12]),
        urgency=st.sampled_from(("low", "normal", "high", "critical")),
        language=st.sampled_from(("nl", "nl", "en", "fr", "und")),
        kind=st.sampled_from(("post", "email")),
        needed=st.sampled_from((True, True, True, False)),
        topics=st.sampled_from(((), (), ("billing",), ("leak", "billing"))),
    )
    def write(
        self,
        name: str,
        conversation: str,
        urgency: Any,
        language: str,
        kind: str,
        needed: bool,
        topics: tuple[str, ...],
    ) -> None:
        said = mention(
            name,
            self.now,
            conversation=conversation,
            urgency=urgency,
            language=language,
            kind=kind,
            needs_person=needed,
        )
        read = said.classification.model_copy(update={"topics": topics})
        self.give(said.model_copy(update={"classification": read}))

    @rule(which=st.sampled_from(CASE_COMMANDS), actor=st.sampled_from(ACTORS), pick=st.integers(0, 1000))
    def ask(self, which: tuple[type[Command], dict[str, Any]], actor: str, pick: int) -> None:
        kind, fields = which
        assert self.command(kind, actor, case=self.some_case(pick), **fields), "every command is answered"

    @rule(
        actor=st.sampled_from(ACTORS), pick=st.integers(0, 1000), minutes=st.sampled_from((-5, 10, 90, 600, 3 * 1440))
    )
    def snooze(self, actor: str, pick: int, minutes: int) -> None:
        assert self.command(SnoozeCase, actor, case=self.some_case(pick), until=self.now + timedelta(minutes=minutes))

    @rule(
        actor=st.sampled_from((*ACTORS, "system:reread", "system:reread")),
        name=st.sampled_from(NAMES[:12]),
        fields=st.fixed_dictionaries(
            {"reason": st.just("anders")},
            optional={
                "language": st.sampled_from(("nl", "en", "und")),
                "urgency": st.sampled_from(("low", "high", "critical")),
                "topics": st.sampled_from(((), ("leak",), ("billing",))),
                "sentiment": st.sampled_from(("negative", "positive")),
            },
        ).filter(lambda fields: len(fields) > 1),
    )
    def correct(self, actor: str, name: str, fields: dict[str, Any]) -> None:
        author = "reread" if actor.startswith("system:") else "person"
        said = mention_id(TEAM, "square", name)
        assert self.command(CorrectClassification, actor, mention=said, author=author, **fields)

    @rule(actor=st.sampled_from(ACTORS[:5]), capacity=st.sampled_from((None, 0, 1, 9)), hours=st.integers(1, 30))
    def take_more_or_less(self, actor: str, capacity: int | None, hours: int) -> None:
        until = None if capacity is None else self.now + timedelta(hours=hours)
        assert self.command(SetOwnCapacity, actor, capacity=capacity, until=until)

    @rule(actor=st.sampled_from(ACTORS), what=st.sampled_from(ROTA_ASKS), pick=st.integers(0, 1000), hours=HOURS)
    def ask_of_the_rota(self, actor: str, what: Callable[..., Any], pick: int, hours: tuple[int, int]) -> None:
        begin = self.now + timedelta(hours=hours[0])
        asked = what(self.agreed or CONFIGS[0], pick, begin, begin + timedelta(hours=hours[1]))
        if asked is not None:
            kind, fields = asked
            assert self.command(kind, actor, **fields), "every command is answered"

    @precondition(lambda self: self.agreed is not None)
    @rule(pick=st.integers(0, 1000), what=st.sampled_from(("swap", "stand in", "leave")))
    def agree_with_each_other(self, pick: int, what: str) -> None:
        """Somebody's planned work goes to whoever may have it; or leave is asked for and approved."""
        assert self.agreed is not None
        spans = rota_of(self.agreed).spans(self.now, self.now + timedelta(days=3))
        ahead = [span for span in spans if span.start > self.now]
        if not ahead:
            return
        span = ahead[pick % len(ahead)]
        stretch = {"start": span.start, "end": span.start + (span.end - span.start) / (1 + pick % 2)}
        others = [one.id for one in self.agreed.people if one.id != span.person]
        if what == "swap":
            self.command(OfferSwap, span.person, shift=span.shift, **stretch)
            for other in others:
                self.command(TakeSwap, other, swap=self.agreed.swaps[-1].id if self.agreed.swaps else "niets")
        elif what == "stand in":
            for other in others:
                self.command(AskStandIn, "lead:els", for_person=span.person, person=other, **stretch)
            for request in self.agreed.stand_ins[-2:]:
                self.command(AnswerStandIn, request.person, stand_in=request.id, accept=True)
        else:
            self.command(AskLeave, span.person, **stretch)
            for leave in self.agreed.leave[-1:]:
                self.command(DecideLeave, "lead:els", leave=leave.id, approve=True)

    @rule(
        actor=st.sampled_from(ACTORS),
        kind=st.sampled_from((PublishGuideline, RetireGuideline, AgreeGuideline, SuggestGuideline, DecideSuggestion)),
        name=st.sampled_from(("toon", "klachten")),
        pick=st.integers(0, 1000),
    )
    def ask_of_the_handbook(self, actor: str, kind: type[Command], name: str, pick: int) -> None:
        known = self.state.handbook
        latest = known.latest(name)
        version = (latest.version if latest else 0) + (pick % 5 == 0)
        suggestions = sorted(known.suggestions) or ["niets"]
        fields: dict[type[Command], dict[str, Any]] = {
            PublishGuideline: {
                "guideline": name,
                "based_on": version,
                "text": GuidelineText(title="Toon", body=f"Tutoyeer {pick % 3}."),
                "reason": "anders",
                "suggestion": suggestions[0] if pick % 3 == 0 else None,
            },
            RetireGuideline: {"guideline": name, "reason": "weg"},
            AgreeGuideline: {"guideline": name, "guideline_version": max(version, 1)},
            SuggestGuideline: {"guideline": name if pick % 2 else None, "text": "Korter graag"},
            DecideSuggestion: {"suggestion": suggestions[pick % len(suggestions)], "accept": pick % 2 == 0},
        }
        assert self.command(kind, actor, **fields[kind]), "every command is answered"

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

    @rule(which=st.sampled_from(CONFIGS))
    def configure(self, which: TeamConfig) -> None:
        assert self.command(ConfigureTeam, "lead:els", config=which)

    @rule(
        actor=st.sampled_from(ACTORS),
        name=st.sampled_from(("dank", None)),
        text=st.sampled_from(("Dank!", "Sorry!", "")),
    )
    def change_a_canned_reply(self, actor: str, name: str | None, text: str) -> None:
        if text:
            content = {"title": "Dank", "language": "nl", "text": text}
            assert self.command(SaveCannedReply, actor, canned=name, content=content), "every command is answered"
        else:
            assert self.command(RetireCannedReply, actor, canned=name or "onbekend"), "every command is answered"

    @rule(actor=st.sampled_from(ACTORS), pick=st.integers(0, 1000), query=st.sampled_from(("", "storing")))
    def keep_a_search(self, actor: str, pick: int, query: str) -> None:
        known = [None, "onbekend", *self.state.searches]
        search = known[pick % len(known)]
        if query:
            shared = pick % 2 == 0
            saved = self.command(SaveSearch, actor, search=search, name=query, query=query, shared=shared)
            assert saved, "every command is answered"
        else:
            assert self.command(DropSearch, actor, search=search or "onbekend"), "every command is answered"

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
        return self.give(made(id=uuid(f"command {len(self.given)}"), team=TEAM, at=self.now, actor=actor, **fields))

    def give(self, given: Any, again: bool = False) -> list[Event]:
        topic = MENTIONS_CLASSIFIED if isinstance(given, ClassifiedMention) else DESK_COMMANDS
        before = dict(self.state.cases)
        self.now += timedelta.resolution  # no two batches have the same moment
        output = self.partition.handle([Received(topic, 0, 0, self.now, TEAM, given)], self.now)
        events = [one.message for one in output if one.topic is DESK_EVENTS]
        self.keep(output)
        self.check(events, before)  # type: ignore[arg-type]  # what is on desk.events is an event
        if not again:
            handled = not isinstance(given, ClassifiedMention) or given.id in self.state.case_of_mention
            self.given.append((given, handled))
        return events  # type: ignore[return-value]  # as above

    def keep(self, output: Sequence[Outgoing]) -> None:
        assert all(one.partition == 0 for one in output)
        for one in output:
            assert one.message is None or decode(one.topic, encode(one.message)) == one.message, "it can be read"
            if one.topic in (DESK_CASES, DESK_TEAMS):
                if one.message is None:
                    del self.stored[one.topic.name, one.key]
                else:
                    self.stored[one.topic.name, one.key] = encode(one.message)
            elif one.topic is OUTBOX_APPROVED:
                assert isinstance(one.message, OutboxItem)
                assert one.message.id not in self.outbox, "a reply leaves once"
                self.outbox.append(one.message.id)

    def check(self, events: Sequence[Event], before: dict[str, Case]) -> None:
        cases = dict(before)
        for number, event in enumerate(events, start=1):
            assert self.events.setdefault(event.id, event) == event, "an id is of one event"
            assert (event.sequence, event.of) == (number, len(events))
            if isinstance(event, RotaEvent):
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
    def state_read_back_equals_the_live_one(self) -> None:
        fresh = self.read_back()
        assert contents(fresh._team(TEAM)) == contents(self.state)
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


def rota_of(agreed: TeamConfig) -> Rota:
    """The rota of a configuration, worked out once for the latest of them."""
    if not _ROTAS or _ROTAS[0][0] is not agreed:
        _ROTAS[:] = [(agreed, Rota(agreed))]
    return _ROTAS[0][1]


_ROTAS: list[tuple[TeamConfig, Rota]] = []
TestRouting = RoutingMachine.TestCase
TestRouting.settings = settings(
    max_examples=2000 if os.environ.get("WEBCARE_LONG_PROPERTIES") == "1" else examples(60),
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
