"""One partition of route: the teams whose keys fall on it, between the runtime's worker and the domain.

Reads `desk.commands` and `mentions.classified`; writes `desk.events`, and what must outlive this process: the cases on
`desk.cases`, the agreements, answers and handled mentions on `desk.teams`, ideas on `desk.ideas`; and replies that leave on
`outbox.approved`; on `signals` approvals that wait and gaps in the cover; and on `desk.commands` what a person's other teams
are to know (`domain/sending_on.py`). What is written stays on the partition, so that state and input move together; only
signals, and commands to other teams, go where their key leads.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from services.contracts.base import Model
from services.contracts.canned import CannedReply
from services.contracts.cases import Case
from services.contracts.commands import ForAllTeams, NoteLeave, Tick
from services.contracts.erasure import ErasedAuthor
from services.contracts.events import (
    AuthorErased,
    CaseErased,
    CaseEvent,
    CommandRejected,
    CommandRepeated,
    Event,
    IdeaSettled,
    IdeaSubmitted,
    ReplyApproved,
    ReplyReleased,
)
from services.contracts.goals import GoalsRecord
from services.contracts.handbook import AgreementRecord, GuidelineRecord, SuggestionRecord
from services.contracts.ids import due_id
from services.contracts.memory import (
    AnsweredCommand,
    CorrectedMention,
    HandledMentions,
    KnownCalendar,
    KnownGap,
    OwnCapacity,
)
from services.contracts.questions import Idea
from services.contracts.rota_events import CoverGap
from services.contracts.searches import SavedSearch
from services.contracts.signals import ApprovalWaits, CoverGapSignal
from services.contracts.teams import TeamConfiguration
from services.contracts.topics import (
    DESK_CASES,
    DESK_COMMANDS,
    DESK_EVENTS,
    DESK_IDEAS,
    DESK_TEAMS,
    MENTIONS_CLASSIFIED,
    OUTBOX_APPROVED,
    SIGNALS,
    Topic,
    case_key,
    idea_key,
    team_key,
)
from services.route.domain.agreement import agreement
from services.route.domain.approval_clock import waits_signals
from services.route.domain.cover_figures import CoverFigures
from services.route.domain.cover_watch import cover_signals
from services.route.domain.decide import Input
from services.route.domain.drafts import ROUTER
from services.route.domain.evolve import forget, forget_ideas
from services.route.domain.handle import handle
from services.route.domain.outbox import outbox_items
from services.route.domain.sending_on import sent_on
from services.route.domain.state import TeamState
from services.route.records import team_records
from services.route.team_figures import TeamFigures, team_figures
from services.runtime.headers import passed_on
from services.runtime.messages import NEEDS_PERSON, Outgoing, Received

log = logging.getLogger(__name__)

Traces = Mapping[str, Mapping[str, str]]
"""The trace of each command and mention of a batch, by its id, as headers."""

STATE: tuple[Topic, ...] = (DESK_CASES, DESK_TEAMS, DESK_IDEAS)
"""The topics that a partition's state is read back from."""


class RoutePartition:
    """The state of the teams of one partition. `counts` counts events by (team, type) since the process started."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._teams: dict[str, TeamState] = {}
        self._latest = datetime(1, 1, 1, tzinfo=UTC)
        self._dues: dict[str, datetime] = {}
        self.counts: Counter[tuple[str, str]] = Counter()

    # -- state ---------------------------------------------------------------------------------------------------------

    def restore(self, topic: Topic, key: str, message: Model) -> None:  # noqa: ARG002  # the port's signature
        """Take in the latest record of one key of a topic of `STATE`, in any order."""
        match message:
            case Case():
                self._team(message.team).put(message)
                self._latest = max(self._latest, message.updated_at)
            case TeamConfiguration():
                self._team(message.team).agreement = agreement(message.config, message.revision, message.at)
                self._latest = max(self._latest, message.at)
            case AnsweredCommand():
                self._team(message.team).remember_answer(message)
                self._latest = max(self._latest, message.at)
            case OwnCapacity():
                self._team(message.team).set_capacity(message.person, message)
                self._latest = max(self._latest, message.at)
            case CorrectedMention():
                self._team(message.team).remember_correction(message)
                self._latest = max(self._latest, message.at)
            case KnownGap():
                self._team(message.team).gaps[message.gap.id] = _with_moment(message)
                self._latest = max(self._latest, message.at)
            case KnownCalendar():
                self._team(message.team).calendars[message.status.calendar] = message.status
            case CannedReply():
                self._team(message.team).canned[message.id] = message
            case GuidelineRecord():
                self._team(message.team).handbook.put_version(message.guideline)
                self._latest = max(self._latest, message.at)
            case AgreementRecord():
                self._team(message.team).handbook.put_agreement(message.agreement)
                self._latest = max(self._latest, message.at)
            case SuggestionRecord():
                self._team(message.team).handbook.put_suggestion(message.suggestion)
                self._latest = max(self._latest, message.at)
            case GoalsRecord():
                self._team(message.team).goals = message.goals
            case Idea():
                self._team(message.team).ideas[message.id] = message
                self._latest = max(self._latest, message.at)
            case SavedSearch():
                self._team(message.team).searches[message.id] = message
                self._latest = max(self._latest, message.at)
            case ErasedAuthor():
                self._team(message.team).erasures.fold(message)
                self._latest = max(self._latest, message.at)
            case HandledMentions():
                self._team(message.team).remember_handled(message)
                self._latest = max(self._latest, message.at)
            case _:
                raise TypeError(f"{type(message).__name__} is not state of route")

    def restored(self) -> None:
        """The state is in order after every record; what is due by time alone is looked up once."""
        self._note_dues(self._teams)

    def lost(self) -> None:
        """Nothing to do: its state is on the topics."""

    def figures(self) -> Mapping[str, TeamFigures]:
        """Each team's figures."""
        return {team: team_figures(state) for team, state in self._teams.items()}

    def covers(self) -> Iterator[tuple[str, CoverFigures]]:
        """How the rota covers and shares what is ahead, of each team of which it was looked at."""
        return ((team, state.notes.cover) for team, state in self._teams.items() if state.notes.cover)

    @staticmethod
    def wants(topic: Topic, headers: Mapping[str, str]) -> bool:
        """Whether a record is worth decoding: not a mention that needs nobody."""
        return topic is not MENTIONS_CLASSIFIED or headers.get(NEEDS_PERSON) != "0"

    # -- work ----------------------------------------------------------------------------------------------------------

    def handle(self, batch: Sequence[Received[Any]], now: datetime) -> list[Outgoing]:
        """Work on a batch in order, and give all that is to be written."""
        traces = {received.message.id: passed_on(received.headers) for received in batch}
        return self._work([received.message for received in batch], traces, now)

    def wake(self, now: datetime) -> list[Outgoing]:
        """What time alone brings to light between the ticks: replies whose moment of grace is over. Nothing else is due.

        A tick of our own does it, whose id follows from the first reply that leaves; an ordinary tick does the same.
        """
        due = [team for team, moment in self._dues.items() if moment <= now]
        return self._work([_due_tick(self._teams[team], now) for team in due], {}, now) if due else []

    def _work(self, inputs: Sequence[Input], traces: Traces, now: datetime) -> list[Outgoing]:
        """No two batches have the same moment, whatever the clock does: the ids of repeated answers are made from it."""
        now = self._latest = max(now, self._latest + timedelta.resolution)
        events: list[Event] = []
        elsewhere: list[Outgoing] = []
        for given in _without_stale_ticks(inputs):
            if not isinstance(given, Tick) or given.team in self._teams:
                state = self._team(given.team)
                before = state.agreement.config if state.agreement else None
                answer = handle(state, given, now)
                events += answer
                elsewhere += (_to_another(one, traces.get(given.id)) for one in sent_on(given, before, answer))
        events = _once(events)
        self.counts.update((event.team, event.type) for event in events)
        _log_erasures(events)
        touched = sorted({given.team for given in inputs} & self._teams.keys())
        self._note_dues(touched)
        written = [
            *self._events(events, traces),
            *self._cases(events),
            *self._team_records(events),
            *self._ideas(events),
            *self._outbox(events, traces),
            *_signals(events),
            *elsewhere,
        ]
        return written + [tombstone for team in touched for tombstone in self._forgotten(team, now)]

    def _team(self, team: str) -> TeamState:
        if team not in self._teams:
            self._teams[team] = TeamState(team)
        return self._teams[team]

    def _note_dues(self, teams: Iterable[str]) -> None:
        """When the next reply of each of these teams leaves by time alone."""
        for team in teams:
            following = self._teams[team].next_leaving()
            if following is None:
                self._dues.pop(team, None)
            else:
                self._dues[team] = following[0]

    def _events(self, events: Iterable[Event], traces: Traces) -> list[Outgoing]:
        return [self._out(DESK_EVENTS, event.team, event, traces.get(event.cause)) for event in events]

    def _cases(self, events: Iterable[Event]) -> list[Outgoing]:
        """Each touched case once, as it is after the batch; a tombstone once it is archived."""
        keys = {(event.team, event.case.id) for event in events if isinstance(event, CaseEvent)}
        return [
            self._out(DESK_CASES, case_key(team, case), self._teams[team].cases.get(case))
            for team, case in sorted(keys)
        ]

    def _team_records(self, events: Sequence[Event]) -> list[Outgoing]:
        records = team_records(self._teams, events)
        return [self._out(DESK_TEAMS, team_key(team, kind, id_), record) for team, kind, id_, record in records]

    def _ideas(self, events: Iterable[Event]) -> list[Outgoing]:
        """Each idea once, as it is after the batch."""
        latest = {(one.team, one.idea.id): one.idea for one in events if isinstance(one, IdeaSubmitted | IdeaSettled)}
        return [self._out(DESK_IDEAS, idea_key(team, idea), record) for (team, idea), record in latest.items()]

    def _outbox(self, events: Sequence[Event], traces: Traces) -> list[Outgoing]:
        causes = {event.reply: event.cause for event in events if isinstance(event, ReplyApproved)}
        causes |= {event.reply.id: event.cause for event in events if isinstance(event, ReplyReleased)}
        return [
            self._out(OUTBOX_APPROVED, item.case, item, traces.get(causes[item.id]))
            for item in outbox_items(events, self._people)
        ]

    def _forgotten(self, team: str, now: datetime) -> list[Outgoing]:
        forgotten = forget(self._teams[team], now)
        ideas = forget_ideas(self._teams[team], now)
        return [
            *(self._out(DESK_TEAMS, team_key(team, kind, id_), None) for kind, id_ in forgotten),
            *(self._out(DESK_IDEAS, idea_key(team, idea), None) for idea in ideas),
        ]

    def _people(self, team: str, person: str) -> str:
        agreed = self._teams[team].agreement
        known = agreed.people.get(person) if agreed else None
        return known.name if known else person

    def _out(self, topic: Topic, key: str, message: Model | None, headers: Mapping[str, str] | None = None) -> Outgoing:
        return Outgoing(topic, key, message, partition=self._number, headers=headers or {})


def _log_erasures(events: Sequence[Event]) -> None:
    """The line of the log by which an erasure can be proved; who was erased is not in it."""
    for event in events:
        if isinstance(event, AuthorErased):
            cases = sum(isinstance(one, CaseErased) and one.cause == event.cause for one in events)
            said = "an author was erased by %s, command %s: %d cases"
            log.info(said, event.actor, event.cause, cases, extra={"team": event.team, "source": event.source})


def _signals(events: Sequence[Event]) -> list[Outgoing]:
    """What is told outside the desk."""
    signals: tuple[ApprovalWaits | CoverGapSignal, ...] = (*waits_signals(events), *cover_signals(events))
    return [Outgoing(SIGNALS, one.team, one) for one in signals]


def _with_moment(known: KnownGap) -> CoverGap:
    """The gap with the moment when it was found; what was written before that was kept in it has it beside it."""
    return known.gap if known.gap.found_at else known.gap.model_copy(update={"found_at": known.at})


def _to_another(command: ForAllTeams | NoteLeave, headers: Mapping[str, str] | None) -> Outgoing:
    """A command to a team that may be on another partition."""
    return Outgoing(DESK_COMMANDS, command.team, command, headers=headers or {})


def _due_tick(state: TeamState, now: datetime) -> Tick:
    """The tick that lets the next reply leave."""
    following = state.next_leaving()
    assert following is not None, "a reply is due"
    moment, case = following
    reply = next(one.reply for one in state.cases[case].pending if one.release_at == moment)
    return Tick(id=due_id(reply), team=state.team, at=now, actor=ROUTER)


def _once(events: Iterable[Event]) -> list[Event]:
    """Each id once: the repeats of one command in one batch are the same answer."""
    return list({event.id: event for event in events}.values())


def outcome(event: Event) -> str:
    """How an event answers a command, for the metrics: accepted, rejected or repeated."""
    if isinstance(event, CommandRejected):
        return "rejected"
    return "repeated" if isinstance(event, CommandRepeated) else "accepted"


def _without_stale_ticks(batch: Sequence[Input]) -> list[Input]:
    """Of several ticks of a team only the latest."""
    latest = {given.team: index for index, given in enumerate(batch) if isinstance(given, Tick)}
    return [given for index, given in enumerate(batch) if not isinstance(given, Tick) or latest[given.team] == index]
