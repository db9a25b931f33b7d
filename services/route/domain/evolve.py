"""How an event changes a team's state: the only way it changes. Deterministic, and the same for stored and new events.

Forgetting answers that are too old to be asked for is the one thing that time does without an event; `answer_to` does
not see them either, so nobody can tell the difference.
"""

from datetime import datetime, timedelta

from services.contracts.events import (
    AuthorErased,
    CalendarReported,
    CannedReplyRetired,
    CannedReplySaved,
    CaseArchived,
    CaseEvent,
    CaseOpened,
    CaseReopened,
    ClassificationCorrected,
    CommandRejected,
    CommandRepeated,
    CoverGapClosed,
    CoverGapFound,
    Event,
    GoalsSet,
    HandbookEvent,
    IdeaSettled,
    IdeaSubmitted,
    MentionJoined,
    OwnCapacityChanged,
    ReplySubmitted,
    RotaEvent,
    SearchDropped,
    SearchSaved,
)
from services.contracts.ids import event_id
from services.contracts.memory import AnsweredCommand, CorrectedMention, OwnCapacity
from services.contracts.questions import IDEA_KEPT_DAYS
from services.contracts.topics import TeamRecord
from services.route.domain import canned
from services.route.domain.agreement import agreement
from services.route.domain.handbook import DECIDED_KEPT
from services.route.domain.made import made
from services.route.domain.state import TeamState

COMMAND_LIFE = timedelta(hours=24)
"""A command older than this is refused, so that an answer need not be remembered for ever."""
CLOCK_SKEW = timedelta(minutes=5)
"""How far the clock of whoever asks may be ahead of ours."""
ANSWER_KEPT = COMMAND_LIFE + 2 * CLOCK_SKEW
"""Longer than a command can come again without being refused as expired."""
CORRECTION_KEPT = timedelta(days=30)
"""Longer than the second reader lags behind."""
IDEA_KEPT = timedelta(days=IDEA_KEPT_DAYS)
ANSWER_EVENTS = 1000
"""An answer of more events than this is remembered by its first ones."""


def evolve(state: TeamState, event: Event) -> None:
    """Fold one event into the state; the events of a cause in their sequence."""
    apply(state, event)
    remember(state, event)


def apply(state: TeamState, event: Event) -> None:
    """What the event says of a case or of the team."""
    if isinstance(event, CaseArchived):
        state.archive(event.case, event.at)
    elif isinstance(event, CaseEvent):
        state.put(event.case)
        if isinstance(event, ReplySubmitted) and event.canned:
            canned.used(state, event)
    elif isinstance(event, CannedReplySaved):
        canned.saved(state, event)
    elif isinstance(event, CannedReplyRetired):
        canned.retired(state, event)
    elif isinstance(event, RotaEvent):
        state.agreement = agreement(event.config, event.revision, event.at)
    elif isinstance(event, OwnCapacityChanged):
        state.set_capacity(event.person, _own_capacity(event))
    elif isinstance(event, ClassificationCorrected) and event.author == "person":
        state.remember_correction(_corrected(state, event))
    elif isinstance(event, AuthorErased):
        state.erasures.fold(event)
    elif isinstance(event, IdeaSubmitted | IdeaSettled):
        state.ideas[event.idea.id] = event.idea
    elif isinstance(event, CoverGapFound):
        state.gaps[event.gap.id] = event.gap
    elif isinstance(event, CoverGapClosed):
        state.gaps.pop(event.gap.id, None)
    elif isinstance(event, CalendarReported):
        state.calendars[event.status.calendar] = event.status
    elif isinstance(event, HandbookEvent):
        state.handbook.apply(event)
    elif isinstance(event, GoalsSet):
        state.goals = event.goals
    elif isinstance(event, SearchSaved):
        state.searches[event.search.id] = event.search
    elif isinstance(event, SearchDropped):
        state.searches.pop(event.search, None)


def _own_capacity(event: OwnCapacityChanged) -> OwnCapacity | None:
    if event.capacity is None or event.until is None:
        return None
    return OwnCapacity(team=event.team, person=event.person, capacity=event.capacity, until=event.until, at=event.at)


def _corrected(state: TeamState, event: ClassificationCorrected) -> CorrectedMention:
    known = state.corrected.get(event.mention)
    fields = tuple(sorted({*(known.fields if known else ()), *event.corrected}))
    return CorrectedMention(team=event.team, mention=event.mention, fields=fields, at=event.at)


def remember(state: TeamState, event: Event) -> AnsweredCommand | None:
    """That the event's command is answered: known from the first event, because ids are numbered through."""
    if event.sequence != 1 or not is_answer(event):
        return None
    case = event.case.id if isinstance(event, CaseEvent) else getattr(event, "case_id", None)
    others = (event_id(event.cause, number) for number in range(2, min(event.of, ANSWER_EVENTS) + 1))
    fields = {
        "team": event.team,
        "command": event.cause,
        "at": event.at,
        "events": (event.id, *others),
        "case": case,
        "rejected": event.code if isinstance(event, CommandRejected) else None,
    }
    record = made(AnsweredCommand, fields)
    state.remember_answer(record)
    return record


def is_answer(event: Event) -> bool:
    """Whether a repeat of the event's cause is to be told of it; mentions are known by their cases."""
    if isinstance(event, CaseOpened | MentionJoined | CaseReopened):
        return event.mention != event.cause
    if isinstance(event, CommandRejected):
        return event.code != "expired"
    return not isinstance(event, CommandRepeated)


def forget(state: TeamState, now: datetime) -> list[tuple[TeamRecord, str]]:
    """Forget answers nobody can ask for any more, old corrections and suggestions; gives the records' kinds and ids."""
    answers = state.forget_answers(now - ANSWER_KEPT)
    corrections = state.forget_corrections(now - CORRECTION_KEPT)
    suggestions = state.handbook.forget(now - DECIDED_KEPT)
    return [
        *(("answered", one) for one in answers),
        *(("corrected", one) for one in corrections),
        *(("suggestion", one) for one in suggestions),
    ]


def forget_ideas(state: TeamState, now: datetime) -> list[str]:
    """Forget the ideas that are too old; gives their ids."""
    return state.forget_ideas(now - IDEA_KEPT)
