"""Who is on when: what is planned, with leave taken off and layers applied. Used by `assign.py`, `ticks.py`, `check.py`.

At every moment the highest layer with somebody present is on duty, and all of that layer; an override is above every
layer. So a shift whose people are all away counts as no cover, and the layer below fills in, for as long as that lasts.
The rota is worked out a week at a time and kept; one `Rota` belongs to one revision of a team's configuration.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from services.contracts.teams import TeamConfig
from services.rota.spans import Plan
from services.rota.spans import Span as Span

LOOK_AHEAD = timedelta(weeks=8)
"""How far ahead cover is looked for."""
_WEEK = timedelta(days=7)
_KEPT_WEEKS = 32
_KEPT_COVERS = 500
_EPOCH = datetime(2001, 1, 1, tzinfo=UTC)
_AWAY = -1
"""Where a span has its layer, leave has this."""


@dataclass(frozen=True, slots=True)
class Duty:
    """Who is on from `start` up to `end`; nothing changes in between. `away` says `leave` or `sick` by person.

    `scheduled` are those whose shift it is: of the `layer` on duty and of the layers above it, who are all away.
    `standby` are those present in the layers below, the nearest layer first: to whom an escalation goes.
    """

    start: datetime
    end: datetime
    scheduled: frozenset[str]
    away: Mapping[str, str]
    on: frozenset[str]
    layer: int | None = None
    standby: tuple[frozenset[str], ...] = ()


class Rota:
    """The rota of one team configuration.

    Raises:
        RotaError: a shift's rule cannot be worked out.
    """

    def __init__(self, config: TeamConfig) -> None:
        self._config = config
        self._plan = Plan(config)
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
        """What is planned and overlaps `[start, end)`, in order; leave is not taken off, every layer is there."""
        return sorted(self._plan.spans(start, end))

    def stints(self, start: datetime, end: datetime, person: str | None = None) -> list[Span]:
        """What people, or `person`, really work of the spans that overlap `[start, end)`: no leave, the layer on duty.

        Where somebody has two shifts at a time, both are there.
        """
        planned = (span for span in self._plan.spans(start, end) if person in (None, span.person))
        return sorted(stint for span in planned for stint in self._worked(span))

    def _worked(self, span: Span) -> Iterator[Span]:
        begun: datetime | None = None
        for duty in self.duties(span.start, span.end):
            works = duty.layer == span.layer and span.person in duty.on
            if begun is None and works:
                begun = max(duty.start, span.start)
            elif begun is not None and not works:
                yield replace(span, start=begun, end=duty.start)
                begun = None
        if begun is not None:
            yield replace(span, start=begun)

    def _week(self, number: int) -> list[Duty]:
        if number not in self._weeks:
            while len(self._weeks) >= _KEPT_WEEKS:
                del self._weeks[next(iter(self._weeks))]
            start = _EPOCH + number * _WEEK
            self._weeks[number] = self._duties_between(start, start + _WEEK)
        return self._weeks[number]

    def _duties_between(self, start: datetime, end: datetime) -> list[Duty]:
        """Sweep over the changes in `[start, end)`, counting the shifts and absences that are running."""
        changes: dict[datetime, list[tuple[int, int, str, str]]] = {start: []}
        for layer, what, person, begins, ends in self._stretches(start, end):
            changes.setdefault(max(begins, start), []).append((1, layer, what, person))
            changes.setdefault(min(ends, end), []).append((-1, layer, what, person))
        changes.pop(end, None)
        moments = sorted(changes)
        running: Counter[tuple[int, str, str]] = Counter()
        duties = []
        for moment, until in zip(moments, [*moments[1:], end], strict=True):
            for step, layer, what, person in changes[moment]:
                running[layer, what, person] += step
            duties.append(_duty(moment, until, running))
        return duties

    def _stretches(self, start: datetime, end: datetime) -> Iterator[tuple[int, str, str, datetime, datetime]]:
        """The layer or `_AWAY`, what, who, from and to."""
        for span in self._plan.spans(start, end):
            yield span.layer, "shift", span.person, span.start, span.end
        for leave in self._config.leave:
            if leave.state == "approved" and leave.start < end and leave.end > start:
                yield _AWAY, leave.kind, leave.person, leave.start, leave.end


def _duty(start: datetime, end: datetime, running: Mapping[tuple[int, str, str], int]) -> Duty:
    now = sorted((key for key, count in running.items() if count > 0), reverse=True)
    away = {person: "leave" for _, what, person in now if what == "leave"}
    away |= {person: "sick" for _, what, person in now if what == "sick"}
    layers: dict[int, set[str]] = {}
    for layer, what, person in now:
        if what == "shift":
            layers.setdefault(layer, set()).add(person)
    return _layered(start, end, layers, away)


def _layered(start: datetime, end: datetime, layers: Mapping[int, set[str]], away: Mapping[str, str]) -> Duty:
    """`layers` from high to low."""
    scheduled: set[str] = set()
    below: list[frozenset[str]] = []
    on: frozenset[str] = frozenset()
    on_layer: int | None = None
    for layer, people in layers.items():
        present = frozenset(people - away.keys())
        if on:
            below.append(present - on)
            continue
        scheduled |= people
        if present:
            on, on_layer = present, layer
    return Duty(start, end, frozenset(scheduled), away, on, on_layer, tuple(people for people in below if people))
