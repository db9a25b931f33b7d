"""A small team with approvers for the tests of route, and a reply that waits. Noor and Aisha approve, Jeroen needs it."""

from typing import Any

from services.contracts.commands import SubmitReply
from services.contracts.events import CommandRejected, Event
from services.contracts.outbox import OutboxItem
from services.contracts.teams import ApprovalRule, Mandate, Person, TeamConfig
from services.route.domain.outbox import outbox_items
from tests.support.route import Desk, config

NOOR = Person(id="noor", name="Noor", languages=("nl",), capacity=4, lead=True, mandate=Mandate(approve=True))
JEROEN = Person(id="jeroen", name="Jeroen", languages=("nl",), capacity=4, mandate=Mandate(send_alone=False))
AISHA = Person(id="aisha", name="Aisha", capacity=4, mandate=Mandate(approve=True))
CRISIS = ApprovalRule(id="crisis", name="Wat dringend is", urgency="high")


def team(**changes: Any) -> TeamConfig:
    return config(people=(NOOR, JEROEN, AISHA), **changes)


def waiting(desk: Desk, name: str = "een", actor: str = "jeroen", text: str = "Het spijt ons.") -> str:
    """A reply of Jeroen that waits for approval; gives its id."""
    desk.say(name)
    desk.do(SubmitReply, actor, case=desk.case(name).id, text=text)
    (one,) = desk.case(name).pending
    assert one.state == "waiting_approval"
    return one.reply


def left(events: list[Event]) -> list[OutboxItem]:
    return outbox_items(events, lambda _team, person: person.capitalize())


def refused(events: list[Event]) -> str:
    (event,) = events
    assert isinstance(event, CommandRejected)
    return event.code
