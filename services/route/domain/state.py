"""What route knows of one team, in memory: its agreement, its cases with their indexes, and what it has answered.

`evolve.py` alone changes it. The records of `desk.cases` and `desk.teams` are all it consists of: everything else is
derived from them (`places.py`) and kept in order, so that no question costs more the more cases there are.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sortedcontainers import SortedList

from services.contracts.canned import CannedReply
from services.contracts.cases import Case
from services.contracts.erasure import Erasures
from services.contracts.goals import TeamGoals
from services.contracts.memory import AnsweredCommand, CorrectedMention, HandledMentions, OwnCapacity
from services.contracts.questions import Idea
from services.contracts.rota import CalendarStatus
from services.contracts.rota_events import CoverGap
from services.contracts.searches import SavedSearch
from services.contracts.teams import Person
from services.route.domain import places
from services.route.domain.agreement import Agreement
from services.route.domain.handbook_state import Handbook
from services.route.domain.indexes import Index, Totals
from services.route.domain.notes import Figures, Notes

Conversation = tuple[str, str]
"""A source and its id of the thread."""
_NEVER = datetime(1, 1, 1, tzinfo=UTC)
_LAST = "~"
"""After every id."""


class TeamState:
    """The state of one team. Read it freely; change it only through `evolve`."""

    def __init__(self, team: str) -> None:
        self.team = team
        self.agreement: Agreement | None = None
        self.cases: dict[str, Case] = {}
        self.answered: dict[str, AnsweredCommand] = {}
        self.handled: dict[str, HandledMentions] = {}
        self.capacities: dict[str, OwnCapacity] = {}
        self.corrected: dict[str, CorrectedMention] = {}
        self.gaps: dict[str, CoverGap] = {}
        self.calendars: dict[str, CalendarStatus] = {}
        self.canned: dict[str, CannedReply] = {}
        self.handbook = Handbook()
        self.goals: TeamGoals | None = None
        self.ideas: dict[str, Idea] = {}
        self.searches: dict[str, SavedSearch] = {}
        self.erasures = Erasures()
        self.case_of_mention: dict[str, str] = {}
        self._case_of_conversation: dict[Conversation, str] = {}
        self._merged_conversations: dict[Conversation, set[tuple[datetime, str, str]]] = {}
        """When which case was merged into which, by the merged case's conversation."""
        self._expiries: Any = SortedList()
        self._corrections: Any = SortedList()
        self.queues = Index(places.queued)
        self.announced = Index(places.announced)
        self.unannounced = Index(places.unannounced)
        self.owned = Index(places.owned)
        self.releasable = Index(places.releasable)
        self.overdue = Index(places.overdue)
        self.snoozed = Index(places.snoozed)
        self._loads = Totals(places.load)
        self._held = Index(places.held)
        self._alarms = Index(places.alarm)
        self._wakes = Index(places.wake)
        self._closed = Index(places.closed)
        self.approvals = Index(places.approval)
        self.approvals_late = Index(places.approval_late)
        self._approval_alarms = Index(places.approval_alarm)
        self._leaving = Index(places.leaving)
        self._question_ends = Index(places.expiry)
        self.notes = Notes()
        self.indexes = tuple(one for one in vars(self).values() if isinstance(one, Index))
        self._personal = (self._loads, self._held, self.snoozed)
        self._places: dict[str, tuple[places.Place, ...]] = {}

    # -- questions -----------------------------------------------------------------------------------------------------

    def load(self, person: str) -> int:
        """The points of the person's open cases that await us."""
        return self._loads.totals.get(person, 0)

    def capacity(self, person: Person) -> int:
        """The points that the person takes: their own word while it is in force, else what is agreed."""
        own = self.capacities.get(person.id)
        return own.capacity if own else person.capacity

    def figures(self, person: Person) -> Figures:
        """The person's figures now; worked out again only when something of theirs has changed."""
        known = self.notes.figures.get(person.id)
        if known is None or known.person is not person:
            known = self.notes.figures[person.id] = self._figures(person)
        return known

    def _figures(self, person: Person) -> Figures:
        load, capacity, last = self.load(person.id), self.capacity(person), self.last_assigned_at(person.id)
        return Figures(
            person=person,
            load=load,
            capacity=capacity,
            room=capacity - load,
            snoozed=len(self.snoozed.of(person.id)),
            last_assigned_at=last,
            preference=(load / capacity if capacity else 0.0, last or _NEVER, person.id),
        )

    def last_assigned_at(self, person: str) -> datetime | None:
        """When the person got the latest of the cases that they hold, or were the last to hold."""
        latest = self._held.last(person)
        return latest[0] if latest else None

    def latest_case(self, conversation: Conversation) -> Case | None:
        """The case that a conversation goes on in: the one it was merged into, or one that was opened later."""
        opened = self._case_of_conversation.get(conversation)
        known = self.cases[opened] if opened else None
        merged = max(self._merged_conversations.get(conversation, ()), default=None)
        if merged and (known is None or known.opened_at <= merged[0]):
            return self.cases[merged[2]]
        return known

    def alarms_until(self, now: datetime) -> Iterator[Case]:
        """The cases whose alarm is due, earliest first."""
        return self._until(self._alarms, now)

    def approval_alarms_until(self, now: datetime) -> Iterator[Case]:
        """The cases with a reply that waits long for approval, earliest first."""
        return self._until(self._approval_alarms, now)

    def leaving_until(self, now: datetime) -> Iterator[Case]:
        """The cases with a reply whose moment of grace is over, earliest first."""
        return self._until(self._leaving, now)

    def next_leaving(self) -> tuple[datetime, str] | None:
        """When the next reply leaves by time alone, and its case."""
        first: tuple[datetime, str] | None = self._leaving.first()
        return first

    def question_ends_until(self, now: datetime) -> Iterator[Case]:
        """The cases with an open question whose time is over, earliest first."""
        return self._until(self._question_ends, now)

    def wakes_until(self, now: datetime) -> Iterator[Case]:
        """The snoozed cases whose time has come, earliest first."""
        return self._until(self._wakes, now)

    def closed_until(self, moment: datetime) -> Iterator[Case]:
        """The cases that were closed at `moment` or before, earliest first."""
        return self._until(self._closed, moment)

    def _until(self, index: Index, moment: datetime) -> Iterator[Case]:
        """The cases of a dated index up to a moment, earliest first."""
        return (self.cases[case] for _, case in index.of().irange(maximum=(moment, _LAST)))

    def answer_to(self, command: str, now: datetime, kept: timedelta) -> AnsweredCommand | None:
        """What the command was answered, unless that is as long ago as `kept`."""
        known = self.answered.get(command)
        return known if known and known.at > now - kept else None

    @property
    def open_count(self) -> int:
        """How many cases are open."""
        return len(self.cases) - self._closed.size

    # -- changes, for `evolve` -----------------------------------------------------------------------------------------

    def put(self, case: Case) -> None:
        """Keep the case as it is now, in the place of what was known of it."""
        old = self.cases.get(case.id)
        self.cases[case.id] = case
        for mention in case.mentions[len(old.mentions) if old else 0 :]:
            self.case_of_mention[mention] = case.id
        if old is None or old.conversation != case.conversation:
            if old is not None:
                self._leave_conversation(old)
            self._join_conversation(case)
        self._merge_conversations(old, case)
        self._move(old, case)

    def archive(self, case: Case, at: datetime) -> HandledMentions:
        """Forget a case but for the ids of its mentions."""
        self._merge_conversations(case, None)
        self._move(self.cases.pop(case.id), None)
        conversation = (case.source, case.conversation)
        if self._case_of_conversation.get(conversation) == case.id:
            del self._case_of_conversation[conversation]
        record = HandledMentions(team=self.team, case=case.id, at=at, mentions=case.mentions)
        self.remember_handled(record)
        return record

    def remember_handled(self, record: HandledMentions) -> None:
        """Remember the mentions of a case that is forgotten."""
        self.handled[record.case] = record
        self.case_of_mention.update(dict.fromkeys(record.mentions, record.case))

    def set_capacity(self, person: str, record: OwnCapacity | None) -> None:
        """A person's own capacity; `None` is what was agreed again."""
        self.notes.version += 1
        self.notes.figures.pop(person, None)
        if record is None:
            self.capacities.pop(person, None)
        else:
            self.capacities[person] = record

    def remember_correction(self, record: CorrectedMention) -> None:
        """Remember what a person has corrected of a mention."""
        old = self.corrected.get(record.mention)
        if old:
            self._corrections.remove((old.at, old.mention))
        self.corrected[record.mention] = record
        self._corrections.add((record.at, record.mention))

    def forget_corrections(self, until: datetime) -> list[str]:
        """Forget what was corrected at `until` or before; gives the mentions."""
        forgotten = [mention for _, mention in self._corrections.irange(maximum=(until, _LAST))]
        del self._corrections[: len(forgotten)]
        for mention in forgotten:
            del self.corrected[mention]
        return forgotten

    def forget_ideas(self, until: datetime) -> list[str]:
        """Forget the ideas that were sent at `until` or before; gives their ids."""
        forgotten = [one.id for one in self.ideas.values() if one.at <= until]
        for idea in forgotten:
            del self.ideas[idea]
        return forgotten

    def remember_answer(self, record: AnsweredCommand) -> None:
        """Remember what a command was answered."""
        if record.command not in self.answered:
            self.answered[record.command] = record
            self._expiries.add((record.at, record.command))

    def forget_answers(self, until: datetime) -> list[str]:
        """Forget what was answered at `until` or before; gives the commands."""
        forgotten = [command for _, command in self._expiries.irange(maximum=(until, _LAST))]
        del self._expiries[: len(forgotten)]
        for command in forgotten:
            del self.answered[command]
        return forgotten

    def _join_conversation(self, case: Case) -> None:
        if case.split_from is not None:
            return
        conversation = (case.source, case.conversation)
        latest = self._case_of_conversation.get(conversation)
        known = self.cases[latest] if latest else None
        if known is None or (known.opened_at, known.id) < (case.opened_at, case.id):
            self._case_of_conversation[conversation] = case.id

    def _leave_conversation(self, case: Case) -> None:
        """The conversation goes on in the case of it that was opened before, if there is one."""
        conversation = (case.source, case.conversation)
        if self._case_of_conversation.get(conversation) == case.id:
            del self._case_of_conversation[conversation]
            for one in self.cases.values():
                if (one.source, one.conversation) == conversation:
                    self._join_conversation(one)

    def _merge_conversations(self, old: Case | None, case: Case | None) -> None:
        """A case takes over the conversations of what is merged into it, and gives them back."""
        if (old.merged if old else ()) == (case.merged if case else ()):
            return
        for one, goes_on in ((old, False), (case, True)):
            if one is None:
                continue
            for merged in one.merged:
                known = self._merged_conversations.setdefault((merged.source, merged.conversation), set())
                (known.add if goes_on else known.discard)((merged.at, merged.case, one.id))
                if not known:
                    del self._merged_conversations[merged.source, merged.conversation]

    def _note(self, index: Index, was: places.Place, now: places.Place) -> None:
        """That what was worked out before no longer holds."""
        if index is self.queues:
            self.notes.queued += 1
        elif index in self._personal:
            self.notes.version += 1
            for place in (was, now):
                if place:
                    self.notes.figures.pop(place[0], None)

    def _move(self, old: Case | None, new: Case | None) -> None:
        if old and new and places.STAND(old) == places.STAND(new):
            return
        nowhere = (None,) * len(self.indexes)
        before = self._places.pop(old.id) if old else nowhere
        after = tuple(index.place(new) for index in self.indexes) if new else nowhere
        if new:
            self._places[new.id] = after
        for index, was, now in zip(self.indexes, before, after, strict=True):
            if was != now:
                index.move(was, now)
                self._note(index, was, now)
