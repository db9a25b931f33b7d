"""No reply leaves without mandate or approval by somebody else; what is taken back never leaves; each leaves at most once.

A desk whose replies need approval, played at random. `tests/support/eyes.py` says by a way of its own what may leave.
"""

import os
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from services.contracts.commands import (
    AnswerQuestion,
    ApproveReply,
    AskColleague,
    CloseCase,
    Command,
    ConfigureTeam,
    EraseAuthor,
    ExpireQuestion,
    HandOver,
    ReopenCase,
    RequestChange,
    ReviseReply,
    SettleIdea,
    SubmitIdea,
    SubmitReply,
    TakeOverReply,
    WithdrawReply,
)
from services.contracts.mentions import Author
from services.contracts.teams import AgencyMandate, ApprovalRule, Mandate, Person, ServiceLevel, TeamConfig
from tests.support.route import at, config, examples, mention, uuid
from tests.support.route_machine import RouteMachine

PEOPLE = (
    Person(id="noor", name="Noor", languages=("nl",), capacity=9, lead=True, mandate=Mandate(approve=True)),
    Person(id="jeroen", name="Jeroen", languages=("nl",), capacity=9, mandate=Mandate(send_alone=False)),
    Person(id="aisha", name="Aisha", capacity=9, mandate=Mandate(send_alone=False, approve=True)),
    Person(id="joris", name="Joris", capacity=9, employment="agency"),
    Person(
        id="ines",
        name="Ines",
        capacity=9,
        employment="agency",
        mandate=Mandate(approve=True, alone_up_to="critical"),
    ),
)
RULES = (
    ApprovalRule(id="dringend", urgency="high", channels=("post",)),
    ApprovalRule(id="lek", topics=("leak",), people=("noor", "aisha")),
    ApprovalRule(id="bereik", reach=1_000),
    ApprovalRule(id="uitzend", employment="agency", topics=("leak",)),
)
CLOCKS = (
    ServiceLevel(
        id="urgent", urgency=("high", "critical"), first_response_minutes=60, resolution_minutes=240, always_open=True
    ),
    ServiceLevel(id="usual", first_response_minutes=240, next_response_minutes=60),
)
CONFIGS: tuple[TeamConfig, ...] = (
    config(people=PEOPLE, approval_rules=RULES, grace_seconds=30, service_levels=CLOCKS),
    config(people=PEOPLE, approval_rules=RULES[1:], agency=AgencyMandate(alone_up_to="high"), service_levels=CLOCKS),
    config(people=PEOPLE, agency=AgencyMandate(alone_up_to="low"), grace_seconds=30, service_levels=CLOCKS),
    config(people=PEOPLE, grace_seconds=30, reopen_days=0),
    config(),
)
ACTORS = ("noor", "noor", "jeroen", "joris", "joris", "aisha", "ines", "lead:els", "integration:bot", "vreemde")
NAMES = tuple(f"m{number}" for number in range(5))
ON_CASES: tuple[tuple[type[Command], dict[str, Any]], ...] = (
    (SubmitReply, {"text": "Dank voor uw bericht."}),
    (SubmitReply, {"text": "Het spijt ons."}),
    (SubmitReply, {"text": "Een monteur is onderweg."}),
    (CloseCase, {}),
    (ReopenCase, {}),
    (HandOver, {"to": "noor"}),
)


class EyesMachine(RouteMachine):
    """People who write, approve, change, take over and take back, while time goes by."""

    @initialize(which=st.sampled_from((0, 0, 0, 1, 1, 2, 3)))
    def begin(self, which: int) -> None:
        self.now = at(10)
        self.command(ConfigureTeam, "system:test", config=CONFIGS[which])
        for number, urgency in enumerate(("normal", "high", "critical")):
            self.give(mention(f"b{number}", self.now, urgency=urgency))  # type: ignore[arg-type]  # it is one
        for case, author in zip(sorted(self.state.cases), ("jeroen", "joris", "aisha"), strict=True):
            self.command(SubmitReply, author, case=case, text="Dank voor uw bericht.")

    @rule(
        name=st.sampled_from(NAMES),
        urgency=st.sampled_from(("normal", "critical")),
        followers=st.sampled_from((None, 5_000)),
        leak=st.booleans(),
        author=st.sampled_from(("klant", "buur")),
    )
    def write(self, name: str, urgency: Any, followers: int | None, leak: bool, author: str) -> None:
        who = Author(id=author, name=author, followers=followers)
        said = mention(f"{name} {len(self.given)}", self.now, conversation=name, urgency=urgency, author=who)
        read = said.classification.model_copy(update={"topics": ("leak",) if leak else ()})
        self.give(said.model_copy(update={"classification": read}))

    @rule(which=st.sampled_from(ON_CASES), actor=st.sampled_from(ACTORS), pick=st.integers(1, 1000))
    def ask(self, which: tuple[type[Command], dict[str, Any]], actor: str, pick: int) -> None:
        kind, fields = which
        assert self.command(kind, actor, case=self.some_case(pick), **fields), "every command is answered"

    @rule()
    def erase(self) -> None:
        """What is held for somebody who is erased never leaves."""
        assert self.command(EraseAuthor, "system:webcare", source="square", author="buur")

    @rule(which=st.sampled_from(CONFIGS))
    def agree(self, which: TeamConfig) -> None:
        assert self.command(ConfigureTeam, "lead:els", config=which)

    @precondition(lambda self: self.eyes.replies)
    @rule(
        kind=st.sampled_from((ApproveReply, ApproveReply, RequestChange, ReviseReply, TakeOverReply, WithdrawReply)),
        actor=st.sampled_from(ACTORS),
        pick=st.integers(0, 1000),
        stale=st.booleans(),
        text=st.sampled_from(("Dank voor uw bericht.", "Wij bellen u vandaag.")),
    )
    def decide_on_a_reply(self, kind: type[Command], actor: str, pick: int, stale: bool, text: str) -> None:
        """By whoever; mostly on one that is held, and mostly on the text as it is now."""
        held = [(case.id, one.reply, one.version) for case in self.state.cases.values() for one in case.pending]
        known = [(self.some_case(pick), reply, 1) for reply in sorted(self.eyes.replies)]
        case, reply, version = (held or known)[pick % len(held or known)] if pick % 7 else known[pick % len(known)]
        fields: dict[str, Any] = {"case": case, "reply": reply}
        if kind in (ApproveReply, RequestChange):
            fields["reply_version"] = version + (stale and pick % 5 == 0)
        if kind is RequestChange:
            fields["comment"] = text
        if kind in (ReviseReply, TakeOverReply):
            fields["text"] = text
        assert self.command(kind, actor, **fields), "every command is answered"

    @rule(seconds=st.sampled_from((1, 29, 30, 31)))
    def time_goes_by_between_ticks(self, seconds: int) -> None:
        """What is due by time alone happens, once."""
        self.now += timedelta(seconds=seconds)
        before = dict(self.state.cases)
        self.take(self.partition.wake(self.now), before)
        assert self.partition.wake(self.now) == []
        due = [one.release_at for case in self.state.cases.values() for one in case.pending if one.release_at]
        assert all(moment > self.now for moment in due), "what is due has left"

    @rule(
        kind=st.sampled_from((AskColleague, AskColleague, AnswerQuestion, ExpireQuestion, SubmitIdea, SettleIdea)),
        actor=st.sampled_from((*ACTORS[:8], "guest:Piet", "guest:Piet")),
        pick=st.integers(0, 1000),
    )
    def ask_around(self, kind: type[Command], actor: str, pick: int) -> None:
        open_ = [(case.id, one.id) for case in self.state.cases.values() for one in case.questions]
        case, question = open_[pick % len(open_)] if open_ else (self.some_case(pick), uuid("niets"))
        idea = sorted(self.state.ideas)[pick % len(self.state.ideas)] if self.state.ideas else uuid("niets")
        fields: dict[type[Command], dict[str, Any]] = {
            AskColleague: {
                "case": self.some_case(pick),
                "name": "Piet",
                "text": "Weet jij dit?",
                "hours": 1 + pick % 40,
            },
            AnswerQuestion: {"case": case, "question": question, "name": "Piet", "text": "Ja."},
            ExpireQuestion: {"case": case, "question": question},
            SubmitIdea: {"name": "Piet", "text": "Zet de uitleg bovenaan."},
            SettleIdea: {"idea": idea, "state": "taken"},
        }
        assert self.command(kind, actor, **fields[kind]), "every command is answered"


TestEyes = EyesMachine.TestCase
TestEyes.settings = settings(
    max_examples=2000 if os.environ.get("WEBCARE_LONG_PROPERTIES") == "1" else examples(60),
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
