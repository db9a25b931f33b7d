"""What must hold of route whatever is asked of it, in whatever order, however often: a desk played at random.

The machine drives `RoutePartition`, so that what is checked is also what would be written to Kafka.
"""

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from services.contracts.cases import Case
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
    EraseAuthor,
    HandOver,
    MergeCase,
    NoteLeave,
    OfferSwap,
    PublishGuideline,
    ReleaseCase,
    ReopenCase,
    RetireCannedReply,
    RetireGuideline,
    SaveCannedReply,
    SaveSearch,
    SetOwnCapacity,
    SnoozeCase,
    SplitCase,
    SubmitReply,
    SuggestGuideline,
    TagCase,
    TakeSwap,
    Tick,
    UnmergeCase,
    UntagCase,
    WakeCase,
)
from services.contracts.events import CaseErased, CaseMerged, CommandRejected, TeamConfigured
from services.contracts.handbook import GuidelineText
from services.contracts.ids import mention_id
from services.contracts.mentions import Author, ClassifiedMention, UrgencySignal
from services.contracts.teams import Leave, Person, ServiceLevel, TeamConfig
from services.rota.shift_history import settled
from tests.support.rota import FILE_CHANGES, HOURS, ROTA_ASKS, FileChange
from tests.support.route import TEAM, at, away, config, examples, mention, uuid
from tests.support.route_after import check_fallen
from tests.support.route_machine import RouteMachine, rota_of

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
AUTHORS = ("zqklant", "zqklant", "zqbuur")
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


class RoutingMachine(RouteMachine):
    """A partition with one team; what it writes is kept as Kafka's compacted topics would keep it."""

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
        author=st.sampled_from(AUTHORS),
        over=st.sampled_from((False, False, True)),
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
        author: str,
        over: bool,
    ) -> None:
        """Somebody writes; `over`: that it is solved."""
        said = mention(
            name,
            self.now,
            author=Author(id=author, name=f"Naam {author}"),
            text=f"{author} zegt {name}",
            conversation=conversation,
            urgency=urgency,
            language=language,
            kind=kind,
            needs_person=needed,
        )
        read = said.classification.model_copy(update={"topics": topics})
        if over:
            signal = UrgencySignal(name="resolved", evidence="opgelost", weight=0.15)
            read = read.model_copy(update={"urgency": read.urgency.model_copy(update={"signals": (signal,)})})
        before = dict(self.state.cases)
        self.give(said.model_copy(update={"classification": read}))
        for case in self.state.cases.values():
            if case.status == "open" and case.id in before and before[case.id].status == "open":
                check_fallen(before[case.id], case, author, over)

    @rule(which=st.sampled_from(CASE_COMMANDS), actor=st.sampled_from(ACTORS), pick=st.integers(0, 1000))
    def ask(self, which: tuple[type[Command], dict[str, Any]], actor: str, pick: int) -> None:
        kind, fields = which
        assert self.command(kind, actor, case=self.some_case(pick), **fields), "every command is answered"

    @precondition(lambda self: any(was_warned_of(case) for case in self.state.cases.values()))
    @rule(pick=st.integers(0, 1000), hours=st.sampled_from((1, 4, 10)))
    def claim_late_and_go_home(self, pick: int, hours: int) -> None:
        """Somebody who is on claims what was warned of, and time passes."""
        assert self.agreed is not None, "without agreements nothing is promised"
        on = sorted(rota_of(self.agreed).on_shift(self.now) & {person.id for person in self.agreed.people})
        late = sorted(case.id for case in self.state.cases.values() if was_warned_of(case))
        if on:
            assert self.command(ClaimCase, on[pick % len(on)], case=late[pick % len(late)])
            self.now += timedelta(hours=hours)
            self.command(Tick, "system:ticker")

    @rule(
        actor=st.sampled_from(ACTORS), pick=st.integers(0, 1000), minutes=st.sampled_from((-5, 10, 90, 600, 3 * 1440))
    )
    def snooze(self, actor: str, pick: int, minutes: int) -> None:
        assert self.command(SnoozeCase, actor, case=self.some_case(pick), until=self.now + timedelta(minutes=minutes))

    @rule(
        actor=st.sampled_from(ACTORS),
        pick=st.integers(0, 1000),
        other=st.integers(0, 1000),
        behind=st.sampled_from((None, 0, 0, 1, 3)),
    )
    def merge(self, actor: str, pick: int, other: int, behind: int | None) -> None:
        case, into = self.some_case(pick), self.some_case(other)
        known = self.state.cases.get(case)
        seen = max(1, known.revision - behind) if known and behind is not None else None
        fields = {"case": case, "into": into, "seen": seen, "other_author": bool(pick % 3)}
        assert self.command(MergeCase, actor, **fields), "every command is answered"

    @rule(author=st.sampled_from(AUTHORS))
    def erase(self, author: str) -> None:
        """Nothing of them is in any case, nor among what is kept."""
        self.command(EraseAuthor, "system:webcare", source="square", author=author)
        if self.agreed is not None:
            assert [key for key, record in self.stored.items() if author.encode() in record] == []
            again = self.command(EraseAuthor, "system:webcare", source="square", author=author)
            assert not any(isinstance(event, CaseErased) for event in again), "said twice, it is done once"

    @precondition(lambda self: any(case.merged_into for case in self.state.cases.values()))
    @rule(actor=st.sampled_from(ACTORS), pick=st.integers(0, 1000))
    def unmerge(self, actor: str, pick: int) -> None:
        merged = sorted(case.id for case in self.state.cases.values() if case.merged_into)
        assert self.command(UnmergeCase, actor, case=merged[pick % len(merged)]), "every command is answered"

    @precondition(lambda self: len([one for one in self.state.cases.values() if one.status == "open"]) > 1)
    @rule(pick=st.integers(0, 1000), other=st.integers(0, 1000))
    def merge_and_think_better_of_it(self, pick: int, other: int) -> None:
        """Nothing happened in between, so that both are what they were, but for who has them and what is told."""
        cases = sorted(one.id for one in self.state.cases.values() if one.status == "open")
        case, into = cases[pick % len(cases)], cases[other % len(cases)]
        before = {one: as_it_was(self.state.cases[one]) for one in (case, into)}
        merged = self.command(MergeCase, "lead:els", case=case, into=into)
        if any(isinstance(event, CaseMerged) for event in merged):
            assert self.state.cases[case].mentions == ()
            self.command(UnmergeCase, "lead:els", case=case)
            assert {one: as_it_was(self.state.cases[one]) for one in (case, into)} == before

    @rule(actor=st.sampled_from(ACTORS), pick=st.integers(0, 1000), which=st.integers(0, 40))
    def split(self, actor: str, pick: int, which: int) -> None:
        case = self.some_case(pick)
        mentions = self.state.cases[case].mentions if case in self.state.cases else ()
        chosen = (mentions[which % len(mentions)],) if mentions else (uuid("nothing"),)
        assert self.command(SplitCase, actor, case=case, mentions=chosen), "every command is answered"

    @precondition(lambda self: any(case.merged for case in self.state.cases.values()))
    @rule(pick=st.integers(0, 1000), actor=st.sampled_from(ACTORS))
    def answer_one_of_several(self, pick: int, actor: str) -> None:
        """A reply leaves for the conversation that was chosen."""
        cases = sorted((case for case in self.state.cases.values() if case.merged), key=lambda one: one.id)
        case = cases[pick % len(cases)]
        chosen = case.merged[pick % len(case.merged)]
        before = len(self.items)
        self.command(SubmitReply, actor, case=case.id, text="Dank voor uw bericht.", to=chosen.case)
        for item in self.items[before:]:
            assert (item.conversation, item.in_reply_to) == (chosen.conversation, chosen.answer_to)

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
        ahead = [span for span in spans if span.start > self.now and ":" not in span.shift]  # an override is no shift
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

    @precondition(lambda self: self.agreed is not None)
    @rule(person=st.sampled_from(ACTORS[:5]), kept=st.sampled_from((0, 0, 1)), hours=HOURS)
    def another_team_grants(self, person: str, kept: int, hours: tuple[int, int]) -> None:
        """Somebody is granted leave in another team, or not any more what they were granted there."""
        assert self.agreed is not None
        known = [one for one in self.agreed.leave if one.person == person and one.elsewhere and one.end > self.now][
            :kept
        ]
        begin = self.now + timedelta(hours=hours[0])
        stretch = {"start": begin, "end": begin + timedelta(hours=hours[1])}
        leave = (*known, Leave(id=f"leave-{hours[1]}", person=person, **stretch))
        assert self.command(NoteLeave, "system:route", person=person, elsewhere="elders", leave=leave)

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

    @rule(which=st.sampled_from(CONFIGS), behind=st.sampled_from((None, None, 0, 0, 1)))
    def configure(self, which: TeamConfig, behind: int | None) -> None:
        based_on = None if behind is None else max(self.revision - behind, 0)
        assert self.command(ConfigureTeam, "lead:els", config=which, based_on=based_on), "every command is answered"

    @precondition(lambda self: self.agreed is not None)
    @rule(pick=st.integers(0, 1000), based=st.booleans(), what=st.sampled_from(FILE_CHANGES))
    def load_a_file(self, pick: int, based: bool, what: FileChange) -> None:
        """What is agreed, exported, changed and loaded; and loaded once more, which changes nothing."""
        assert self.agreed is not None
        changed = what(settled(self.agreed, self.now), pick, self.now)
        events = self.command(ConfigureTeam, "lead:els", config=changed, based_on=self.revision if based else None)
        assert events, "every command is answered"
        if not isinstance(events[0], CommandRejected):
            (again,) = self.command(ConfigureTeam, "lead:els", config=changed)
            assert again.type == "CommandAccepted"

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

    @invariant()
    def no_mention_is_lost_or_in_two_cases(self) -> None:
        kept = [one for case in self.state.cases.values() for one in case.mentions]
        archived = [one for record in self.state.handled.values() for one in record.mentions]
        handled = {given.id for given, handled in self.given if isinstance(given, ClassifiedMention) and handled}
        assert len(kept) + len(archived) == len({*kept, *archived}), "in one case each"
        assert {*kept, *archived} == handled
        assert all(
            self.state.case_of_mention[one] == case.id for case in self.state.cases.values() for one in case.mentions
        )

    @invariant()
    def what_is_merged_is_known_on_both_sides(self) -> None:
        cases = self.state.cases
        for case in cases.values():
            assert bool(case.merged_into) is not bool(case.mentions), "merged, or with mentions of its own"
            if case.merged_into is not None:
                assert case.status == "closed"
                assert case.id in [one.case for one in cases[case.merged_into.case].merged]
            for one in case.merged:
                assert set(one.mentions) <= set(case.mentions)


def was_warned_of(case: Case) -> bool:
    """Whether it is open, and the promise that is due first was warned of."""
    return case.status == "open" and case.deadline is not None and case.deadline.warned_at is not None


def as_it_was(case: Case) -> dict[str, Any]:
    """A case without who has it and why, and what is told of it."""
    told = {"revision", "updated_at", "history", "waiting", "explanation"}
    hands = {"owner", "assigned_at", "previous_owner", "touched", "handed_over", "given_back_by"}
    return case.model_dump(exclude=told | hands)


def test_a_change_of_who_was_on_is_seen() -> None:
    played = RoutingMachine()
    played.now = at(12)
    (event, *_) = played.command(ConfigureTeam, "lead:els", config=CONFIGS[0])
    assert isinstance(event, TeamConfigured)
    played.check_past(event)
    for gone in ({"shifts": CONFIGS[0].shifts[1:]}, {"leave": (away("noor", at(9), at(11)),)}, {"people": PEOPLE[1:]}):
        with pytest.raises(AssertionError):
            played.check_past(event.model_copy(update={"config": CONFIGS[0].model_copy(update=gone)}))


TestRouting = RoutingMachine.TestCase
TestRouting.settings = settings(
    max_examples=2000 if os.environ.get("WEBCARE_LONG_PROPERTIES") == "1" else examples(60),
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
