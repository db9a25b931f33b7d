"""What is planned: shifts worked out for their people, with swaps and stand-ins applied, and overrides. Pure.

Wall-clock time first, localised after, start and end apart. Leave and layers are not looked at here; `rota.py` does.
"""

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from services.contracts.teams import Override, Shift, TeamConfig
from services.rota import recurrence
from services.rota.turns import Turns
from services.rota.wall_clock import MARGIN, localise

OVERRIDE_LAYER = 10
"""Above every layer that a shift can have."""
OVERRIDE = "override:"
"""Stands before an override's id where the name of a shift is given."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """One person on one shift, in UTC. `instead_of` is whose turn it was, when somebody takes their place."""

    start: datetime
    end: datetime
    person: str
    shift: str
    layer: int = 0
    instead_of: str = ""
    occurrence: datetime | None = field(default=None, compare=False)
    """The wall-clock start of the whole occurrence, however it is cut; `None` for an override."""


class Relief(NamedTuple):
    """From `start` up to `end`, `taker` takes the place of `person`; on `shift`, or on all when it is `None`."""

    start: datetime
    end: datetime
    person: str
    taker: str
    shift: str | None


class Plan:
    """The spans of one team configuration.

    Raises:
        RotaError: a shift's rule cannot be worked out.
    """

    def __init__(self, config: TeamConfig) -> None:
        self._config = config
        self._known = frozenset([*(one.id for one in config.people), *(one.id for one in config.former)])
        self._reliefs = reliefs(config)
        ancestors = lineages(config.shifts, {one.shift for one in self._reliefs if one.shift is not None})
        self._shifts = [
            (shift, rule, Turns(shift, rule), ancestors[shift.id])
            for shift, rule in ((shift, recurrence.parse(shift)) for shift in config.shifts)
        ]

    def spans(self, start: datetime, end: datetime) -> Iterator[Span]:
        """The spans that overlap `[start, end)`, in no order. People who never were in the roster have none."""
        reliefs = [one for one in self._reliefs if one.start < end + MARGIN and one.end > start - MARGIN]
        for whole, ancestors in self._whole(start, end):
            for part in relieved(whole, reliefs, ancestors):
                if part.start < end and part.end > start and part.person in self._known:
                    yield part

    def _whole(self, start: datetime, end: datetime) -> Iterator[tuple[Span, frozenset[str]]]:
        for shift, rule, turns, ancestors in self._shifts:
            for begins, ends, occurrence in occurrences(shift, rule, self._config, start, end):
                for person in turns.people(occurrence):
                    yield Span(begins, ends, person, shift.id, shift.layer, occurrence=occurrence), ancestors
        for override in self._config.overrides:
            if override.start < end and override.end > start:
                yield from ((span, frozenset()) for span in _override(override))


def occurrences(
    shift: Shift, rule: recurrence.Recurrence | None, config: TeamConfig, start: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime, datetime]]:
    """The occurrences that overlap `[start, end)`: start and end, cut to when the shift counts, and wall-clock start."""
    if shift.ended_at is not None and shift.ended_at <= start:
        return
    zone, length = ZoneInfo(shift.time_zone or config.time_zone), timedelta(minutes=shift.minutes)
    first, last = start.replace(tzinfo=None) - length - MARGIN, end.replace(tzinfo=None) + MARGIN
    for wall_clock in recurrence.starts(shift, rule, first, last):
        begins, ends = localise(wall_clock, zone), localise(wall_clock + length, zone)
        begins = max(begins, shift.since) if shift.since else begins
        ends = min(ends, shift.ended_at) if shift.ended_at else ends
        if begins < ends and begins < end and ends > start:
            yield begins, ends, wall_clock


def lineage(config: TeamConfig, shift: Shift) -> frozenset[str]:
    """The shift and those that it replaces, one after the other."""
    return frozenset(chain({one.id: one for one in config.shifts}, shift.id, ()))


def lineages(shifts: Sequence[Shift], named: Collection[str]) -> dict[str, frozenset[str]]:
    """For each shift, which of `named` are in its lineage. The cost grows with the shifts, however they are linked."""
    by_id = {shift.id: shift for shift in shifts}
    found: dict[str, frozenset[str]] = {}
    for shift in shifts:
        fresh = chain(by_id, shift.id, found)
        last = by_id[fresh[-1]].replaces if fresh else None
        if last in fresh:  # they replace each other: all are in the lineage of each
            found |= {name: frozenset(chain(by_id, name, ())).intersection(named) for name in fresh}
            continue
        below = found.get(last or "", frozenset())
        for name in reversed(fresh):
            below = found[name] = below | {name} if name in named else below
    return found


def chain(by_id: Mapping[str, Shift], name: str | None, known: Container[str]) -> list[str]:
    """A shift and those that it replaces, one after the other, as far as they are not `known`."""
    found: dict[str, None] = {}
    while name is not None and name in by_id and name not in found and name not in known:
        found[name] = None
        name = by_id[name].replaces
    return list(found)


def reliefs(config: TeamConfig) -> list[Relief]:
    """The swaps that are taken, then the stand-ins that are accepted, in their order."""
    return [
        *(Relief(x.start, x.end, x.person, x.taker, x.shift) for x in config.swaps if x.state == "taken" and x.taker),
        *(Relief(x.start, x.end, x.for_person, x.person, None) for x in config.stand_ins if x.state == "accepted"),
    ]


def relieved(span: Span, reliefs: Iterable[Relief], lineage: frozenset[str]) -> list[Span]:
    """The span with those parts handed over that a relief is about."""
    parts = [span]
    for relief in reliefs:
        if relief.shift is None or relief.shift in lineage:
            parts = [rest for part in parts for rest in _handed_over(part, relief)]
    return parts


def _handed_over(span: Span, relief: Relief) -> list[Span]:
    start, end = max(span.start, relief.start), min(span.end, relief.end)
    if span.person != relief.person or start >= end:
        return [span]
    first = span.instead_of or span.person
    taken = replace(span, start=start, end=end, person=relief.taker, instead_of="" if relief.taker == first else first)
    around = (replace(span, end=start), taken, replace(span, start=end))
    return [part for part in around if part.start < part.end]


def _override(override: Override) -> Iterator[Span]:
    for person in override.people:
        yield Span(override.start, override.end, person, OVERRIDE + override.id, OVERRIDE_LAYER)
