"""What came out of a simulation: what is counted while it runs, and the figures that scripts and people read.

An answer is the first reply to a first message, or to one after it; its wait is on the calendar, its target on the clock of
its service level. One that was still owed at the end counts when its deadline had passed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.contracts.cases import Case
from services.contracts.events import (
    CaseAssigned,
    CaseEscalated,
    CoverGapFound,
    DeadlineBreached,
    Event,
    ReplySubmitted,
    SickReported,
)
from services.contracts.rota_events import CoverGap
from services.rota.opening_hours import Interval
from services.route.domain.clocks import RESPONSES
from services.route.domain.places import promises_of, unmet
from services.route.simulation.people import Work

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Assignment:
    """The router gave a case to a person."""

    case: str
    person: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """A message was answered, or not in time before the end."""

    wait: timedelta
    in_target: bool


@dataclass(frozen=True, slots=True)
class FoundGap:
    """A gap in the cover was said at `at`."""

    gap: CoverGap
    at: datetime


@dataclass
class Counted:
    """What is kept of the events while the simulation runs."""

    assignments: list[Assignment] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    gaps: list[FoundGap] = field(default_factory=list)
    sick: list[tuple[str, datetime]] = field(default_factory=list)
    breaches: int = 0
    busy: dict[str, timedelta] = field(default_factory=dict)
    over: dict[str, timedelta] = field(default_factory=dict)

    def see(self, events: Iterable[Event]) -> None:
        """Count what has happened."""
        for event in events:
            match event:
                case CaseAssigned():
                    self.assignments.append(Assignment(event.case.id, event.person, event.at))
                case CaseEscalated() if event.moved and event.case.owner:
                    self.assignments.append(Assignment(event.case.id, event.case.owner, event.at))
                case ReplySubmitted():
                    self.answers += _kept(event.case, event.at)
                case DeadlineBreached():
                    self.breaches += 1
                case CoverGapFound():
                    self.gaps.append(FoundGap(event.gap, event.at))
                case SickReported():
                    self.sick.append((event.leave.person, event.at))

    def worked(self, person: str, work: Work) -> None:
        """A piece of work is done."""
        self.busy[person] = self.busy.get(person, timedelta()) + (work.ends - work.begins)
        over = max(work.ends - max(work.shift_ends, work.begins), timedelta())
        self.over[person] = self.over.get(person, timedelta()) + over

    def close(self, cases: Iterable[Case], end: datetime) -> None:
        """The simulation has ended: what is owed and late counts as not answered in time."""
        for case in cases:
            for one in unmet(case):
                if case.status == "open" and one.kind in RESPONSES and one.due_at <= end:
                    self.answers.append(Answer(end - one.started_at, in_target=False))


def _kept(case: Case, now: datetime) -> Iterable[Answer]:
    for one in promises_of(case):
        if one.kind in RESPONSES and one.met_at == now:
            yield Answer(now - one.started_at, now <= one.due_at and one.breached_at is None)


@dataclass(frozen=True)
class Outcome:
    """The whole of it. `seconds` is what it took, of which `deciding` was spent in `handle` on `inputs`."""

    team: str
    zone: ZoneInfo
    profile: str
    start: datetime
    end: datetime
    seconds: float
    deciding: float
    inputs: int
    events: int
    mentions: int
    counted: Counted
    people: Sequence[str]
    shifts: Sequence[tuple[str, Interval]]
    """Who was on duty when."""
    waiting: int
    """Cases in the queue at the end."""

    @property
    def answered_in_target(self) -> float:
        """The share of the answers that were in time; 1 when there was nothing to answer."""
        answers = self.counted.answers
        return sum(one.in_target for one in answers) / len(answers) if answers else 1.0

    @property
    def outside_shift(self) -> list[Assignment]:
        """Assignments to somebody who was not on duty: there must be none."""
        hours: dict[str, list[Interval]] = {}
        for person, stretch in self.shifts:
            hours.setdefault(person, []).append(stretch)
        return [
            one for one in self.counted.assignments
            if not any(start <= one.at < end for start, end in hours.get(one.person, ()))
        ]  # fmt: skip

    @property
    def load(self) -> dict[str, float]:
        """The part of each person's time on duty that they worked on cases."""
        on = dict.fromkeys(self.people, timedelta())
        for person, (start, end) in self.shifts:
            on[person] += end - start
        busy = self.counted.busy
        return {one: round(busy.get(one, timedelta()) / time, 4) if time else 0.0 for one, time in on.items()}

    def figures(self) -> dict[str, Any]:
        """What `webcare rota simulate --json` prints."""
        waits = [one.wait for one in self.counted.answers]
        return {
            "seconds": round(self.seconds, 3),
            "mentions": self.mentions,
            "answered_in_target": round(self.answered_in_target, 4),
            "over_hours": {one: round(self.counted.over.get(one, timedelta()) / _HOUR, 2) for one in self.people},
            "assignments": [
                {"case": one.case, "person": one.person, "at": _stamp(one.at)} for one in self.counted.assignments
            ],
            "shifts": [
                {"person": person, "start": _stamp(start), "end": _stamp(end)} for person, (start, end) in self.shifts
            ],
            "waiting_p50_s": seconds(waits, 0.5),
            "waiting_p90_s": seconds(waits, 0.9),
            "breaches": self.counted.breaches,
            "assigned_outside_shift": len(self.outside_shift),
            "load": self.load,
        }


def seconds(values: Iterable[timedelta], share: float) -> int:
    """The value below which `share` (0 to 1) of the values are, in seconds; nearest rank, 0 without any."""
    ordered = sorted(values)
    return int(ordered[min(len(ordered) - 1, int(share * len(ordered)))].total_seconds()) if ordered else 0


def _stamp(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
