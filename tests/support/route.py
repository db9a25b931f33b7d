"""A small team, mentions and commands for the tests of route, and a desk that plays them through the domain."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from services.contracts.base import Model
from services.contracts.cases import Case
from services.contracts.commands import Command, ConfigureTeam, Tick
from services.contracts.events import CaseEvent, CommandRejected, Event
from services.contracts.ids import mention_id
from services.contracts.mentions import (
    Author,
    Classification,
    ClassifiedMention,
    Language,
    Sentiment,
    Urgency,
    UrgencyLabel,
)
from services.contracts.teams import Leave, OpeningSpan, Person, ServiceLevel, Shift, TeamConfig
from services.route.domain.decide import Input
from services.route.domain.handle import handle
from services.route.domain.state import TeamState

TEAM = "waterveen"
MONDAY = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
"""A Monday in winter time; Amsterdam is an hour ahead."""


def at(hour: float, day: int = 0) -> datetime:
    """`hour` o'clock in Amsterdam on the `day`-th day after the Monday."""
    return MONDAY + timedelta(days=day, hours=hour - 1)


def uuid(name: str) -> str:
    """An id for a name."""
    return str(uuid5(NAMESPACE_OID, name))


def config(**changes: Any) -> TeamConfig:
    """Noor and Jeroen by day on working days, Aisha (English too) from noon; high within an hour, else four."""
    weekdays = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
    fields: dict[str, Any] = {
        "team": TEAM,
        "name": "Waterveen",
        "people": (
            Person(id="noor", name="Noor", languages=("nl",), capacity=4),
            Person(id="jeroen", name="Jeroen", languages=("nl",), capacity=4),
            Person(id="aisha", name="Aisha", languages=("nl", "en"), capacity=4),
        ),
        "shifts": (
            Shift(id="day", people=("noor", "jeroen"), start=datetime(2026, 1, 5, 9), minutes=480, rule=weekdays),  # noqa: DTZ001  # wall-clock
            Shift(id="late", people=("aisha",), start=datetime(2026, 1, 5, 12), minutes=480, rule=weekdays),  # noqa: DTZ001  # wall-clock
        ),
        "opening_hours": tuple(OpeningSpan(day=d, start="09:00", end="20:00") for d in range(5)),
        "service_levels": (
            ServiceLevel(id="urgent", urgency=("high", "critical"), first_response_minutes=60, always_open=True),
            ServiceLevel(id="usual", first_response_minutes=240),
        ),
    }
    return TeamConfig(**(fields | changes))


def away(person: str, start: datetime, end: datetime, kind: str = "leave") -> Leave:
    """Leave of a person."""
    return Leave(id=f"{kind}-{person}", person=person, kind=kind, start=start, end=end)


def mention(
    name: str,
    when: datetime,
    *,
    conversation: str | None = None,
    urgency: UrgencyLabel = "normal",
    language: str = "nl",
    needs_person: bool = True,
    followers: int | None = None,
    **changes: Any,
) -> ClassifiedMention:
    """A classified mention; its source id is `name`."""
    fields: dict[str, Any] = {
        "id": mention_id(TEAM, "square", name),
        "source": "square",
        "source_id": name,
        "team": TEAM,
        "conversation": conversation or name,
        "author": Author(id="klant", name="Klant", followers=followers),
        "text": f"Mijn water is bruin ({name})",
        "created_at": when,
        "collected_at": when,
        "classification": Classification(
            language=Language(code=language, confidence=1),
            sentiment=Sentiment(label="negative", score=-0.5, confidence=1),
            urgency=Urgency(label=urgency, score=0.5),
            intent="question" if needs_person else "chatter",
            spam=0,
            needs_person=needs_person,
            model="test",
        ),
    }
    return ClassifiedMention(**(fields | changes))


class Desk:
    """A team's state with what happened to it; `now` is moved by whoever uses it."""

    def __init__(self, agreed: TeamConfig | None = None, now: datetime = at(10)) -> None:
        self.state = TeamState(TEAM)
        self.now = now
        self.events: list[Event] = []
        self._count = 0
        if agreed:
            self.configure(agreed)

    def give(self, given: Input) -> list[Event]:
        """One input, now."""
        events = handle(self.state, given, self.now)
        self.events += events
        return events

    def do(self, kind: type[Command], actor: str, **fields: Any) -> list[Event]:
        """A new command, now."""
        return self.give(self.command(kind, actor, **fields))

    def command(self, kind: type[Command], actor: str, **fields: Any) -> Any:
        """A new command, not yet given."""
        self._count += 1
        return kind(
            id=uuid(f"command {self._count}"), team=TEAM, at=fields.pop("asked", self.now), actor=actor, **fields
        )

    def configure(self, agreed: TeamConfig) -> list[Event]:
        """Replace what the team has agreed."""
        return self.do(ConfigureTeam, "system:test", config=agreed)

    def tick(self, now: datetime | None = None) -> list[Event]:
        """Time has passed."""
        self.now = now or self.now
        return self.do(Tick, "system:ticker")

    def say(self, name: str, **fields: Any) -> list[Event]:
        """A mention, collected now."""
        return self.give(mention(name, self.now, **fields))

    def case(self, name: str) -> Case:
        """The case that the mention `name` is in."""
        return self.state.cases[self.state.case_of_mention[mention_id(TEAM, "square", name)]]


def agreed_by(team: Desk) -> TeamConfig:
    """What the team has agreed by now."""
    assert team.state.agreement is not None
    return team.state.agreement.config


def refusal(events: Sequence[Event]) -> str:
    """Why a command was refused: its only event."""
    (only,) = events
    assert isinstance(only, CommandRejected)
    return only.code


def types(events: Sequence[Model]) -> list[str]:
    """The types of some events."""
    return [str(getattr(event, "type", "")) for event in events]


def contents(state: TeamState) -> dict[str, Any]:
    """All that a state consists of, the derived indexes too, to compare two states."""
    agreed = state.agreement
    return {
        "agreed": (agreed.config, agreed.revision, agreed.at) if agreed else None,
        "cases": state.cases,
        "answered": state.answered,
        "handled": state.handled,
        "capacities": state.capacities,
        "corrected": state.corrected,
        "gaps": state.gaps,
        "calendars": state.calendars,
        "canned": state.canned,
        "handbook": state.handbook.contents(),
        "goals": state.goals,
        "ideas": state.ideas,
        "searches": state.searches,
        "erasures": state.erasures.contents(),
        "mentions": state.case_of_mention,
        "indexes": [index.contents() for index in state.indexes],
        "loads": {person: state.load(person) for person in (agreed.people if agreed else ())},
        "last": {person: state.last_assigned_at(person) for person in (agreed.people if agreed else ())},
        "latest": {
            id_: getattr(state.latest_case((c.source, c.conversation)), "id", None) for id_, c in state.cases.items()
        },
    }


def cases_of(events: Sequence[Event]) -> list[Case]:
    """The cases of the case events among `events`."""
    return [event.case for event in events if isinstance(event, CaseEvent)]


def examples(count: int) -> int:
    """How many examples a property is tried on: 2,000 with `WEBCARE_LONG_PROPERTIES=1`, and never fewer than asked."""
    return max(count, 2000) if os.environ.get("WEBCARE_LONG_PROPERTIES") == "1" else count
