"""The desk's live read model: every team's inbox and agreements, the answers that clients wait for, recent events.

Fed record by record from `desk.cases`, `desk.teams`, `desk.ideas`, `desk.events` and `signals`, by the follower's thread;
asked by the pages and the API. What an event says is folded before anybody is told of it: people read their own writes.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import get_args

from services.contracts.base import Model
from services.contracts.canned import CannedReply
from services.contracts.cases import Case
from services.contracts.events import (
    AuthorErased,
    CalendarReported,
    CannedReplyRetired,
    CannedReplySaved,
    CaseArchived,
    CaseErased,
    CaseEvent,
    Event,
    EventBase,
    GoalsSet,
    IdeaSettled,
    IdeaSubmitted,
    OwnCapacityChanged,
    RotaEvent,
    SearchDropped,
    SearchSaved,
)
from services.contracts.goals import GoalsRecord, TeamGoals
from services.contracts.lean import lean
from services.contracts.memory import KnownCalendar, OwnCapacity
from services.contracts.rota import CalendarStatus
from services.contracts.searches import SavedSearch, SearchAlert
from services.contracts.signals import ApprovalWaits, CoverGapSignal, Signal
from services.contracts.teams import TeamConfig, TeamConfiguration
from services.contracts.topics import DESK_CASES, DESK_EVENTS, DESK_IDEAS, DESK_TEAMS, SIGNALS, Topic, team_key
from services.desk.domain.answers import Answer, Collector
from services.desk.domain.filters import NO_FILTER, Field, Filter
from services.desk.domain.inbox import Inbox, View, ViewPage
from services.desk.domain.kept_searches import KeptSearches
from services.desk.domain.named import Named
from services.desk.domain.own_capacity import OwnCapacities
from services.desk.domain.rota import Cover, cover_at
from services.desk.handbook.model import Handbooks
from services.desk.ideas import IdeaBoxes
from services.desk.live import Entry, Hub

_EVENTS = get_args(Event)
EARLIER = 20
"""So many earlier revisions of a team's agreements are kept, to go back to."""
SIGNAL_LASTS = timedelta(hours=2)
"""A case shows a signal about its topic for so long after its window."""


class Answers:
    """Clients that wait for the answer of a command; `offer` is called in the follower's thread."""

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[Collector, list[asyncio.Future[Answer]]]] = {}
        self._lock = threading.Lock()

    @contextmanager
    def expect(self, command: str) -> Iterator[asyncio.Future[Answer]]:
        """A future for the answer of `command`; ask before the command is sent."""
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        with self._lock:
            self._waiting.setdefault(command, (Collector(), []))[1].append(future)
        try:
            yield future
        finally:
            with self._lock:
                futures = self._waiting[command][1]
                futures.remove(future)
                if not futures:
                    del self._waiting[command]

    def offer(self, event: Event) -> None:
        """Take an event; whoever waits for its command is answered when it was the last one."""
        with self._lock:
            waiting = self._waiting.get(event.cause)
            if waiting is None or (answer := waiting[0].add(event)) is None:
                return
            futures = list(waiting[1])
        for future in futures:
            loop = future.get_loop()
            if not loop.is_closed():
                loop.call_soon_threadsafe(_resolve, future, answer)


def _resolve(future: asyncio.Future[Answer], answer: Answer) -> None:
    if not future.done():
        future.set_result(answer)


class ReadModel:
    """Thread-safe. `apply` feeds it; everything else only reads."""

    def __init__(self, hub: Hub | None = None) -> None:
        self.hub = hub or Hub()
        self.answers = Answers()
        self.handbooks = Handbooks()
        self._inboxes: dict[str, Inbox] = {}
        self._team_of: dict[str, str] = {}
        self._configurations: dict[str, TeamConfiguration] = {}
        self._earlier: dict[str, deque[TeamConfiguration]] = {}
        self._covers: dict[str, tuple[int, datetime, Cover]] = {}
        self._goals: dict[str, GoalsRecord | GoalsSet] = {}
        self._signals: dict[tuple[str, str], Signal] = {}
        self._calendars: dict[tuple[str, str], CalendarStatus] = {}
        self._named = Named()
        self._canned: dict[str, dict[str, CannedReply]] = {}
        self.ideas = IdeaBoxes()
        self._searches = KeptSearches()
        self._capacities = OwnCapacities()
        self._lock = threading.RLock()

    def apply(self, topic: Topic, key: str, message: Model | None, partition: int, offset: int) -> None:
        """Fold one record; `message` of `None` is a tombstone."""
        if message is not None and topic in (DESK_CASES, DESK_EVENTS):
            lean(message)
        if topic in (DESK_TEAMS, DESK_EVENTS):
            self.handbooks.apply(key, message)
        if isinstance(message, GoalsRecord | GoalsSet):
            self._set_goals(message)
        if topic is DESK_CASES:
            self._apply_case(key, message)
        elif topic is DESK_TEAMS and isinstance(message, TeamConfiguration):
            self._configure(message)
        elif topic is DESK_TEAMS and isinstance(message, KnownCalendar):
            self._read(message.team, message.status)
        elif topic is DESK_TEAMS and isinstance(message, CannedReply):
            self._put_canned(message)
        elif topic is DESK_IDEAS:
            self.ideas.apply(key, message)
        elif topic is DESK_TEAMS:
            self._keep(key, message)
        elif topic is DESK_EVENTS and isinstance(message, EventBase):
            self._apply_event(message, partition, offset)
        elif topic is SIGNALS and isinstance(message, Signal | SearchAlert | ApprovalWaits | CoverGapSignal):
            self._apply_signal(message)
            self.hub.publish(Entry(f"s{partition}", offset, message.team, message))

    def _apply_signal(self, message: Signal | SearchAlert | ApprovalWaits | CoverGapSignal) -> None:
        """An approval that waits is known from its case, a gap from the rota: those are told to live clients alone."""
        with self._lock:
            if isinstance(message, Signal):
                self._signals[message.team, message.topic] = message
            elif isinstance(message, SearchAlert):
                self._searches.sound(message)

    def _apply_case(self, key: str, message: Model | None) -> None:
        if isinstance(message, Case):
            self._put(message)
        elif message is None:
            team, _, case = key.partition(":")
            self._remove(team, case)

    def _apply_event(self, message: EventBase, partition: int, offset: int) -> None:
        assert isinstance(message, _EVENTS)
        if isinstance(message, CaseArchived):
            self._remove(message.team, message.case.id)
        elif isinstance(message, CaseEvent):
            self._put(message.case)
        elif isinstance(message, IdeaSubmitted | IdeaSettled):
            self.ideas.put(message.idea)
        elif isinstance(message, RotaEvent):
            self._configure(
                TeamConfiguration(team=message.team, revision=message.revision, at=message.at, config=message.config)
            )
        elif isinstance(message, CalendarReported):
            self._read(message.team, message.status)
        elif isinstance(message, CannedReplySaved | CannedReplyRetired):
            self._canned_event(message)
        elif isinstance(message, OwnCapacityChanged):
            self._keep("", message)
        elif isinstance(message, SearchSaved):
            self._keep("", message.search)
        elif isinstance(message, SearchDropped):
            self._keep(team_key(message.team, "search", message.search), None)
        self._forget(message)
        self.hub.publish(Entry(str(partition), offset, message.team, message))
        self.answers.offer(message)

    def _forget(self, message: EventBase) -> None:
        """What was said of an author who was erased, in cases that go on and in those that are archived."""
        if isinstance(message, CaseErased):
            erased = message.case.id
            self.hub.forget(lambda case: case.id == erased)
        elif isinstance(message, AuthorErased):
            who = (message.team, message.source, message.author)
            self.hub.forget(lambda case: (case.team, case.source, case.author.id) == who)

    def _keep(self, key: str, message: Model | None) -> None:
        """A kept search, somebody's own capacity, or the tombstone of one; other records of teams are not the desk's."""
        with self._lock:
            self._searches.fold(key, message)
            self._capacities.fold(key, message)

    def own_capacity(self, team: str, person: str, now: datetime) -> OwnCapacity | None:
        """The points that somebody takes by their own word; `None` when what was agreed holds."""
        with self._lock:
            return self._capacities.of(team, person, now)

    def kept_searches(self, team: str, person: str) -> tuple[SavedSearch, ...]:
        """The searches that a person of a team sees, by name."""
        with self._lock:
            return self._searches.kept(team, person)

    def sounded(self, team: str, person: str, now: datetime) -> tuple[SearchAlert, ...]:
        """The latest alert of each of those that is not long ago, newest first."""
        with self._lock:
            return self._searches.sounded(team, person, now)

    def _put(self, case: Case) -> None:
        with self._lock:
            if self._inboxes.setdefault(case.team, Inbox()).put(case):
                self._team_of[case.id] = case.team
                self._named.put(case)

    def _remove(self, team: str, case: str) -> None:
        with self._lock:
            self._inboxes.setdefault(team, Inbox()).remove(case)
            self._team_of.pop(case, None)
            self._named.remove(case)

    def _configure(self, configuration: TeamConfiguration) -> None:
        with self._lock:
            known = self._configurations.get(configuration.team)
            if known is None or known.revision < configuration.revision:
                self._configurations[configuration.team] = configuration
                if known is not None:
                    self._earlier.setdefault(known.team, deque(maxlen=EARLIER)).append(known)

    def _read(self, team: str, status: CalendarStatus) -> None:
        with self._lock:
            known = self._calendars.get((team, status.calendar))
            if known is None or known.tried_at <= status.tried_at:
                self._calendars[team, status.calendar] = status

    def _canned_event(self, event: CannedReplySaved | CannedReplyRetired) -> None:
        """What a lead did, before its record comes: they read their own writes. Counts of use come with the record."""
        known = self._canned.get(event.team, {}).get(event.canned)
        changes = {"revision": event.revision, "at": event.at, "by": event.actor}
        if isinstance(event, CannedReplySaved):
            changes |= {"content": event.content, "retired": False}
            fresh = CannedReply(team=event.team, id=event.canned, **changes) if known is None else None
        else:
            changes |= {"retired": True}
            fresh = None
        if found := fresh or (known.model_copy(update=changes) if known else None):
            self._put_canned(found)

    def _put_canned(self, found: CannedReply) -> None:
        with self._lock:
            team = self._canned.setdefault(found.team, {})
            known = team.get(found.id)
            if known is None or known.revision < found.revision:
                team[found.id] = found

    def canned(self, team: str) -> tuple[CannedReply, ...]:
        """A team's canned replies, retired ones too."""
        with self._lock:
            return tuple(self._canned.get(team, {}).values())

    def _set_goals(self, message: GoalsRecord | GoalsSet) -> None:
        with self._lock:
            known = self._goals.get(message.team)
            if known is None or known.at <= message.at:
                self._goals[message.team] = message

    def goals(self, team: str) -> TeamGoals | None:
        """Why a team is there; `None` when it has not said so."""
        with self._lock:
            found = self._goals.get(team)
            return found.goals if found else None

    def sources(self, team: str) -> frozenset[str]:
        """Where the cases that we know of a team came from."""
        with self._lock:
            return frozenset(case.source for case in self._inboxes.setdefault(team, Inbox()).cases.values())

    def held(self) -> Mapping[str, int]:
        """How much is kept in memory, by what it is, of all teams together."""
        with self._lock:
            inboxes = [inbox.held() for inbox in self._inboxes.values()]
        kinds = Inbox().held()
        return {kind: sum(one[kind] for one in inboxes) for kind in kinds} | self.hub.held()

    def case(self, case: str) -> Case | None:
        """A case by its id, of whatever team."""
        with self._lock:
            team = self._team_of.get(case)
            return self._inboxes[team].cases.get(case) if team is not None else None

    def page(self, team: str, view: View, person: str, page: int, chosen: Filter = NO_FILTER) -> ViewPage:
        """One page of a view, or of what of it a filter leaves."""
        with self._lock:
            return self._inboxes.setdefault(team, Inbox()).page(view, person, page, chosen=chosen)

    def counts(self, team: str, person: str) -> Mapping[View, int]:
        """How many cases each view of a team has."""
        with self._lock:
            return self._inboxes.setdefault(team, Inbox()).counts(person)

    def count(self, team: str, view: View, person: str, chosen: Filter) -> int:
        """How many cases of a view a filter leaves."""
        with self._lock:
            return self._inboxes.setdefault(team, Inbox()).count(view, person, chosen)

    def choices(self, team: str) -> Mapping[Field, tuple[str, ...]]:
        """What a team's cases can be filtered by."""
        with self._lock:
            return self._inboxes.setdefault(team, Inbox()).choices()

    def open_cases(self, team: str) -> tuple[Case, ...]:
        """A team's open cases, in no order."""
        with self._lock:
            known = self._inboxes.setdefault(team, Inbox()).cases.values()
            return tuple(case for case in known if case.status == "open")

    def owned(self, team: str, person: str) -> tuple[Case, ...]:
        """The open cases that a person of a team has."""
        with self._lock:
            mine = self._inboxes.setdefault(team, Inbox()).view("mine", person)
        return tuple(case for case in mine if case.owner == person)

    def earlier(self, case: Case) -> int:
        """How many other cases of the same author there are."""
        with self._lock:
            return self._inboxes.setdefault(case.team, Inbox()).earlier(case)

    def of_author(self, case: Case) -> tuple[Case, ...]:
        """The other cases of the same author that we have, the latest first."""
        with self._lock:
            return self._inboxes.setdefault(case.team, Inbox()).of_author(case)

    def named(self, team: str, person: str) -> Mapping[str, datetime]:
        """The cases with a note that names a person of the team, and when the latest was written."""
        with self._lock:
            return self._named.of(team, person)

    def signals(self, team: str, topics: Iterable[str], now: datetime) -> list[Signal]:
        """The latest signals of these topics that are not over for long."""
        with self._lock:
            found = [self._signals.get((team, topic)) for topic in topics]
        return [one for one in found if one is not None and now - one.end < SIGNAL_LASTS]

    def config(self, team: str) -> TeamConfig | None:
        """What a team has agreed; `None` when it has not been configured (or not been read yet)."""
        with self._lock:
            found = self._configurations.get(team)
            return found.config if found else None

    def agreed(self, team: str) -> TeamConfiguration | None:
        """What a team has agreed with its revision, both of the same moment; `None` as for `config`."""
        with self._lock:
            return self._configurations.get(team)

    def agreed_before(self, team: str, revision: int) -> TeamConfig | None:
        """What a team had agreed at an earlier revision; `None` for one that is long ago, or was before we began to read."""
        with self._lock:
            return next((one.config for one in self._earlier.get(team, ()) if one.revision == revision), None)

    def all_agreed(self) -> Mapping[str, TeamConfiguration]:
        """What each team has agreed, by id."""
        with self._lock:
            return dict(self._configurations)

    def revision(self, team: str) -> int:
        """The revision of what a team has agreed; 0 for none."""
        found = self.agreed(team)
        return found.revision if found else 0

    def calendar(self, team: str, calendar: str) -> CalendarStatus | None:
        """How the reading of a team's calendar fares; `None` before its first try."""
        with self._lock:
            return self._calendars.get((team, calendar))

    def roster(self, team: str) -> frozenset[str]:
        """The ids of a team's people; empty while the team is not known."""
        config = self.config(team)
        return frozenset(person.id for person in config.people) if config else frozenset()

    def cover(self, team: str, now: datetime) -> Cover | None:
        """Who is on, to the minute; `None` for a team without agreements.

        Raises:
            ValueError: a recurrence rule is not one.
        """
        minute = now.replace(second=0, microsecond=0)
        with self._lock:
            found, kept = self._configurations.get(team), self._covers.get(team)
        if found is None:
            return None
        if kept and kept[:2] == (found.revision, minute):
            return kept[2]
        cover = cover_at(found.config, now)
        with self._lock:
            self._covers[team] = (found.revision, minute, cover)
        return cover
