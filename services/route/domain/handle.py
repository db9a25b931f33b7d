"""The way into the domain: one input in, its numbered events out, the team's state moved on.

decide → evolve → settle, for whatever the input is. All events of an input have it as their `cause`, are numbered from
1 (`sequence` of `of`), and have ids that follow from the cause alone, so that doing it again gives the same ids.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from services.contracts.commands import Tick
from services.contracts.events import Event, RotaEvent
from services.contracts.ids import event_id
from services.contracts.mentions import ClassifiedMention
from services.route.domain import leave_rules, questions, replies, swap_rules
from services.route.domain.approval_clock import approval_alarms, asked_anew
from services.route.domain.cover_watch import watch
from services.route.domain.decide import Input, decide
from services.route.domain.drafts import ROUTER, Draft
from services.route.domain.evolve import ANSWER_KEPT, apply, remember
from services.route.domain.made import made, remade
from services.route.domain.reconsider import reconsider
from services.route.domain.releases import releases
from services.route.domain.settle import refresh, settle
from services.route.domain.snoozes import wakes
from services.route.domain.state import TeamState
from services.route.domain.ticks import alarms, archive, capacities_end, escalations


def handle(state: TeamState, given: Input, now: datetime) -> list[Event]:
    """Decide on one input of the team and fold the outcome into `state`.

    `now` is never earlier than at the call before. Gives the events, none when nothing happened.
    """
    actor = ROUTER if isinstance(given, ClassifiedMention) else given.actor
    turn = _Turn(state, given.id, actor, now)
    for drafts in _steps(state, given, now, turn.events):
        for draft in drafts:
            turn.take(draft)
    return turn.finish()


def _steps(state: TeamState, given: Input, now: datetime, events: list[Event]) -> Iterator[Iterable[Draft]]:
    """The steps of an input, each decided on the state that the steps before have made."""
    if isinstance(given, Tick):
        if state.answer_to(given.id, now, ANSWER_KEPT) is None:
            yield from (replies.releases(state, now), questions.questions_end(state, now))
            yield from (swap_rules.time_passes(state, now), swap_rules.reminders(state, now))
            yield from (leave_rules.reminders(state, now), capacities_end(state, now))
            yield from (wakes(state, now), alarms(state, now))
            yield from (releases(state, now), settle(state, now))
            yield from (escalations(state, now), settle(state, now), refresh(state, now))  # who is relieved has room
            yield from (approval_alarms(state, now), asked_anew(state, now), archive(state, now), watch(state, now))
        return
    before = state.agreement.config if state.agreement else None
    yield decide(state, given, now)
    if events and isinstance(events[0], RotaEvent):
        yield from (reconsider(state, before, now), releases(state, now), settle(state, now), refresh(state, now))
    elif events:
        yield settle(state, now)


@dataclass
class _Turn:
    """The events of one input as they come about."""

    state: TeamState
    cause: str
    actor: str
    now: datetime
    events: list[Event] = field(default_factory=list)
    identity: str = ""

    def __post_init__(self) -> None:
        self.identity = self.cause

    def take(self, draft: Draft) -> None:
        """Make an event of the draft and apply it. `of` counts the events so far; `finish` puts the last count."""
        number = len(self.events) + 1
        self.identity = draft.identity or self.identity
        envelope = {
            "id": event_id(self.identity, number),
            "team": self.state.team,
            "at": self.now,
            "actor": draft.actor or self.actor,
            "cause": self.cause,
            "sequence": number,
            "of": number,
        }
        event = made(draft.kind, envelope | draft.fields)
        self.events.append(event)
        apply(self.state, event)

    def finish(self) -> list[Event]:
        """The events with their number known, and the answer remembered."""
        total = len(self.events)
        self.events = [one if one.of == total else remade(one, {"of": total}) for one in self.events]
        if self.events:
            remember(self.state, self.events[0])
        return self.events
