"""A desk on route's real domain in memory: commands sent are decided at once, and what happened is fed to the read model.

For the unit tests of the desk and for the browser: everything but Kafka is real.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from argon2 import PasswordHasher
from fastapi import FastAPI
from pydantic import SecretStr

from services.contracts.commands import COMMANDS, Command, ConfigureTeam, ReportDelivery
from services.contracts.events import CaseArchived, CaseEvent, Event, RotaEvent
from services.contracts.ids import delivery_id, mention_id, reply_id
from services.contracts.mentions import (
    Author,
    Classification,
    ClassifiedMention,
    Language,
    Reason,
    Sentiment,
    Urgency,
    UrgencySignal,
)
from services.contracts.signals import Signal
from services.contracts.teams import Leave, Person, ServiceLevel, Shift, TeamConfig, TeamConfiguration
from services.contracts.topics import DESK_CASES, DESK_COMMANDS, DESK_EVENTS, DESK_TEAMS, SIGNALS, case_key, team_key
from services.desk.accounts.people import Account
from services.desk.accounts.store import Accounts
from services.desk.app import build_app
from services.desk.context import NobodyCount
from services.desk.domain.rota_plan import Plans
from services.desk.readmodel import ReadModel
from services.desk.settings import DeskSettings
from services.route.domain.decide import Input
from services.route.domain.handle import handle
from services.route.domain.sending_on import sent_on
from services.route.domain.state import TeamState
from services.runtime.clock import Clock, system_clock
from services.runtime.messages import Outgoing
from services.runtime.producer import SendError

KEY = "a-signing-key-of-the-tests-of-32-characters"
PASSWORD = "een lang wachtwoord"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""A hash that costs nothing, for tests."""
SPOOR = "spoorlijn"


@dataclass
class Backend:
    """Implements `Sender`. `silent` takes commands and answers nothing; `broken` does not take them.

    `away` are teams whose worker is not there: what another team sends on to them is `held` until they are `back`.
    """

    model: ReadModel
    clock: Clock = system_clock
    silent: bool = False
    broken: bool = False
    sent: list[Command] = field(default_factory=list)
    away: set[str] = field(default_factory=set)
    held: list[Command] = field(default_factory=list)
    passed_on: list[Command] = field(default_factory=list)
    states: dict[str, TeamState] = field(default_factory=dict)
    offset: int = 0

    def send(self, messages: Sequence[Outgoing]) -> None:
        """Take commands and, unless silent, decide on them."""
        if self.broken:
            raise SendError("no broker")
        for outgoing in messages:
            assert outgoing.topic is DESK_COMMANDS
            assert isinstance(outgoing.message, COMMANDS)
            self.sent.append(outgoing.message)
            if not self.silent:
                self.give(outgoing.message)

    def give(self, given: Input, now: datetime | None = None) -> list[Event]:
        """Decide on one input, and feed what happened."""
        state = self.states.setdefault(given.team, TeamState(given.team))
        before = state.agreement.config if state.agreement else None
        events = handle(state, given, now or self.clock())
        for event in events:
            self.feed(event)
        for command in sent_on(given, before, events):
            self.passed_on.append(command)
            if command.team in self.away:
                self.held.append(command)
            else:
                self.give(command, now)
        return events

    def back(self) -> None:
        """The workers that were away are there again."""
        held, self.held = self.held, []
        self.away.clear()
        for command in held:
            self.give(command)

    def feed(self, event: Event) -> None:
        """As the follower would: the event, then the state. Offsets have holes, as transactions make them."""
        self.offset += 2
        self.model.apply(DESK_EVENTS, event.team, event, 0, self.offset)
        if isinstance(event, RotaEvent):
            record = TeamConfiguration(team=event.team, revision=event.revision, at=event.at, config=event.config)
            self.model.apply(DESK_TEAMS, team_key(event.team, "config", "current"), record, 0, self.offset)
        if isinstance(event, CaseEvent):
            case = None if isinstance(event, CaseArchived) else event.case
            self.model.apply(DESK_CASES, case_key(event.team, event.case.id), case, 0, self.offset)

    def configure(self, config: TeamConfig, now: datetime | None = None) -> None:
        """Agree on a team, in the place of what it has agreed by now."""
        moment = now or self.clock()
        known = self.states[config.team].agreement if config.team in self.states else None
        given = ConfigureTeam(
            id=str(uuid4()),
            team=config.team,
            at=moment,
            actor="system:test",
            config=config,
            based_on=known.revision if known else 0,
        )
        self.give(given, moment)

    def do(self, kind: Callable[..., Any], team: str, actor: str, now: datetime | None = None, **fields: Any) -> Any:
        """A command of somebody."""
        moment = now or self.clock()
        command = kind(id=str(uuid4()), team=team, at=moment, actor=actor, **fields)
        self.give(command, moment)
        return command

    def deliver(self, team: str, case: str, command: str, outcome: str, now: datetime, **more: Any) -> None:
        """What the source said to a reply."""
        reply = reply_id(command)
        fields = {"id": delivery_id(reply, outcome), "team": team, "at": now, "actor": "system:ingest", "case": case}
        self.give(ReportDelivery(reply=reply, outcome=outcome, **fields, **more), now)

    def signal(self, topic: str, count: int) -> None:
        """The stream says that there is more of something."""
        now = self.clock()
        start, ident = now - timedelta(minutes=15), str(uuid4())
        facts: dict[str, Any] = {"sentiment": "negative", "start": start, "end": now, "count": count, "threshold": 3}
        self.model.apply(SIGNALS, SPOOR, Signal(id=ident, team=SPOOR, topic=topic, at=now, **facts), 0, self.offset)

    def mention(self, text: str, now: datetime, team: str = SPOOR, **more: Any) -> str:
        """A mention that needs a person; gives the id of its case."""
        mention = a_mention(text, now, team, **more)
        events = self.give(mention, now)
        return next(event.case.id for event in events if isinstance(event, CaseEvent))


def a_mention(
    text: str,
    at: datetime,
    team: str = SPOOR,
    *,
    author: Author | None = None,
    name: str = "",
    conversation: str = "",
    source: str = "mastodon",
    kind: str = "post",
    urgency: str = "normal",
    sentiment: float = 0.0,
    signals: Sequence[tuple[str, str]] = (),
    reasons: Sequence[tuple[str, str, str, str]] = (),
    topics: Sequence[str] = (),
    intent: str = "question",
    language: str = "nl",
    title: str = "",
    url: str = "https://social.example/@klant/1",
) -> ClassifiedMention:
    """A classified mention; its source id is `name`, or made of the text. `reasons` are label, value, code and words."""
    ident = name or str(uuid4())
    label = "negative" if sentiment < -0.1 else "positive" if sentiment > 0.1 else "neutral"
    found = tuple(UrgencySignal(name=one, evidence=words, weight=0.9) for one, words in signals)
    classification: dict[str, Any] = {
        "language": Language(code=language, confidence=1),
        "sentiment": Sentiment(label=label, score=sentiment, confidence=1),
        "urgency": Urgency(label=urgency, score=0.9, signals=found),
        "intent": intent,
        "topics": tuple(topics),
        "spam": 0,
        "needs_person": True,
        "reasons": tuple(a_reason(text, *one) for one in reasons),
        "model": "test",
    }
    return ClassifiedMention(
        id=mention_id(team, source, ident),
        source=source,
        source_id=ident,
        team=team,
        conversation=conversation or ident,
        kind=kind,
        author=author or Author(id="klant", name="Klant"),
        title=title,
        text=text,
        url=url,
        created_at=at,
        collected_at=at,
        classification=Classification(**classification),
    )


def a_reason(text: str, label: str, value: str, code: str, words: str = "") -> Reason:
    """A reason; `words` are evidence at their place in the text, none where it has none."""
    place: dict[str, Any] = {"start": text.index(words), "end": text.index(words) + len(words)} if words else {}
    return Reason(label=label, value=value, code=code, evidence=words, **place)


def team_config(team: str = SPOOR, name: str = "Spoorlijn", now: datetime | None = None, **changes: Any) -> TeamConfig:
    """Youssef and Marit are on now, Sanne is sick, Tom comes next; critical within 15 minutes, else two hours."""
    now = now or datetime.now(UTC)
    begin = datetime.combine((now - timedelta(hours=3)).date(), time((now - timedelta(hours=3)).hour))
    fields: dict[str, Any] = {
        "team": team,
        "name": name,
        "time_zone": "UTC",
        "people": (
            Person(id="youssef", name="Youssef", capacity=8),
            Person(id="marit", name="Marit", capacity=2),
            Person(id="sanne", name="Sanne", languages=("nl",)),
            Person(id="tom", name="Tom", languages=("nl",)),
        ),
        "shifts": (
            Shift(id="day", people=("youssef", "marit", "sanne"), start=begin, minutes=360, rule="FREQ=DAILY"),
            Shift(id="late", people=("tom",), start=begin + timedelta(hours=6), minutes=480, rule="FREQ=DAILY"),
        ),
        "leave": (
            Leave(id="sick", person="sanne", kind="sick", start=now - timedelta(days=1), end=now + timedelta(days=1)),
        ),
        "service_levels": (
            ServiceLevel(id="critical", urgency=("critical",), first_response_minutes=15, warn_minutes=5),
            ServiceLevel(id="high", urgency=("high",), first_response_minutes=60),
            ServiceLevel(id="usual", first_response_minutes=120),
        ),
    }
    return TeamConfig(**(fields | changes))


@dataclass
class TestDesk:
    """A desk to test: its app, what is behind it, its accounts."""

    __test__ = False
    app: FastAPI
    backend: Backend
    model: ReadModel
    accounts: Accounts
    settings: DeskSettings


def open_test_desk(
    folder: Path,
    clock: Clock = system_clock,
    plans: Plans | None = None,
    nobody: NobodyCount | None = None,
    **settings: Any,
) -> TestDesk:
    """A desk with accounts in `folder`: youssef and marit (agents), lena (lead), vera (viewer), zoe (another team),
    ada (admin of Spoorlijn), root (admin of both)."""
    chosen = DeskSettings(data=folder, signing_key=SecretStr(KEY), **({"desk_answer_seconds": 1.0} | settings))
    accounts = Accounts(chosen.database_url, KEY, hasher=QUICK, clock=clock)
    accounts.open()
    people: dict[str, dict[str, Any]] = {
        "youssef": {SPOOR: "agent"},
        "marit": {SPOOR: "agent"},
        "lena": {SPOOR: "lead", "waterveen": "lead"},
        "vera": {SPOOR: "viewer"},
        "zoe": {"waterveen": "agent"},
        "ada": {SPOOR: "admin"},
        "root": {SPOOR: "admin", "waterveen": "admin"},
    }
    for name, teams in people.items():
        accounts.save(Account(name, name.capitalize(), teams), PASSWORD)
    model = ReadModel()
    backend = Backend(model, clock)
    parts: dict[str, Any] = {"clock": clock, "plans": plans, "nobody": nobody}
    app = build_app(chosen, model=model, sender=backend, accounts=accounts, signing_key=KEY, **parts)
    return TestDesk(app, backend, model, accounts, chosen)
