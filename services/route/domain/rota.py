"""Who is on when: shifts worked out, leave taken off. Used by `assign.py`, `ticks.py` and `check.py`.

Shifts recur in local wall-clock time and are localised afterwards, start and end apart: a time that the spring change
skips moves forward by the gap, one that the autumn change repeats is the first of the two. The rota is worked out a
week at a time and kept; one `Rota` belongs to one revision of a team's configuration.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from services.contracts.teams import Shift, TeamConfig
from services.route.domain import recurrence

LOOK_AHEAD = timedelta(weeks=8)
"""How far ahead cover is looked for."""
_WEEK = timedelta(days=7)
_MARGIN = timedelta(days=2)
"""More than any distance between local and universal time, with both clock changes."""
_KEPT_WEEKS = 32
_KEPT_COVERS = 500
_EPOCH = datetime(2001, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """One person on one shift, in UTC, leave not yet taken off."""

    start: datetime
    end: datetime
    person: str
    shift: str


@dataclass(frozen=True, slots=True)
class Duty:
    """Who is on from `start` up to `end`; nothing changes in between. `away` says `leave` or `sick` by person."""

    start: datetime
    end: datetime
    scheduled: frozenset[str]
    away: Mapping[str, str]
    on: frozenset[str]


def localise(wall_clock: datetime, zone: ZoneInfo) -> datetime:
    """A naive local time as UTC; with `fold` 0 the standard library moves and chooses exactly as the rule above says."""
    return wall_clock.replace(tzinfo=zone, fold=0).astimezone(UTC)


class Rota:
    """The rota of one team configuration.

    Raises:
        RotaError: a shift's rule cannot be worked out.
    """

    def __init__(self, config: TeamConfig) -> None:
        self._config = config
        self._rules = [(shift, recurrence.parse(shift)) for shift in config.shifts]
        self._weeks: dict[int, list[Duty]] = {}
        self._last: Duty | None = None
        self._covers: dict[tuple[datetime, frozenset[str]], datetime | None] = {}

    def duty(self, at: datetime) -> Duty:
        """Who is on at `at`."""
        last = self._last
        if last is None or not last.start <= at < last.end:
            week = self._week((at - _EPOCH) // _WEEK)
            self._last = last = week[bisect_right(week, at, key=lambda duty: duty.start) - 1]
        return last

    def on_shift(self, at: datetime) -> frozenset[str]:
        """The people who are on shift and not away at `at`."""
        return self.duty(at).on

    def duties(self, start: datetime, end: datetime) -> Iterator[Duty]:
        """The stretches of unchanged duty that overlap `[start, end)`, in order, without a gap between them."""
        at = start
        while at < end:
            duty = self.duty(at)
            yield duty
            at = duty.end

    def next_cover(self, at: datetime, people: frozenset[str]) -> datetime | None:
        """The first moment from `at` on when one of `people` is on; `None` when nobody is within 8 weeks."""
        duty = self.duty(at)
        if duty.on & people:
            return at
        if (duty.start, people) not in self._covers:
            if len(self._covers) >= _KEPT_COVERS:
                self._covers.clear()
            ahead = self.duties(duty.end, duty.start + LOOK_AHEAD)
            self._covers[duty.start, people] = next((one.start for one in ahead if one.on & people), None)
        return self._covers[duty.start, people]

    def spans(self, start: datetime, end: datetime) -> list[Span]:
        """The shifts of people that overlap `[start, end)`, in order; leave is not taken off."""
        found = (span for shift, rule in self._rules for span in self._spans_of(shift, rule, start, end))
        return sorted(span for span in found if span.start < end and span.end > start)

    def _spans_of(
        self, shift: Shift, rule: recurrence.Recurrence | None, start: datetime, end: datetime
    ) -> Iterator[Span]:
        zone = ZoneInfo(shift.time_zone or self._config.time_zone)
        length = timedelta(minutes=shift.minutes)
        first, last = start.replace(tzinfo=None) - length - _MARGIN, end.replace(tzinfo=None) + _MARGIN
        for wall_clock in recurrence.starts(shift, rule, first, last):
            begins, ends = localise(wall_clock, zone), localise(wall_clock + length, zone)
            if begins < ends:
                yield from (Span(begins, ends, person, shift.id) for person in shift.people)

    def _week(self, number: int) -> list[Duty]:
        if number not in self._weeks:
            while len(self._weeks) >= _KEPT_WEEKS:
                del self._weeks[next(iter(self._weeks))]
            start = _EPOCH + number * _WEEK
            self._weeks[number] = self._duties_between(start, start + _WEEK)
        return self._weeks[number]

    def _duties_between(self, start: datetime, end: datetime) -> list[Duty]:
        """Sweep over the changes in `[start, end)`, counting the shifts and absences that are running."""
        changes: dict[datetime, list[tuple[int, str, str]]] = {start: []}
        for what, person, begins, ends in self._stretches(start, end):
            changes.setdefault(max(begins, start), []).append((1, what, person))
            changes.setdefault(min(ends, end), []).append((-1, what, person))
        changes.pop(end, None)
        moments = sorted(changes)
        running: Counter[tuple[str, str]] = Counter()
        duties = []
        for moment, until in zip(moments, [*moments[1:], end], strict=True):
            for step, what, person in changes[moment]:
                running[what, person] += step
            duties.append(_duty(moment, until, running))
        return duties

    def _stretches(self, start: datetime, end: datetime) -> Iterator[tuple[str, str, datetime, datetime]]:
        for span in self.spans(start, end):
            yield "shift", span.person, span.start, span.end
        for leave in self._config.leave:
            if leave.start < end and leave.end > start:
                yield leave.kind, leave.person, leave.start, leave.end


def _duty(start: datetime, end: datetime, running: Mapping[tuple[str, str], int]) -> Duty:
    now = [key for key, count in running.items() if count > 0]
    scheduled = frozenset(person for what, person in now if what == "shift")
    away = {person: what for what, person in now if what == "leave"}
    away |= {person: what for what, person in now if what == "sick"}
    return Duty(start, end, scheduled, away, scheduled - away.keys())
