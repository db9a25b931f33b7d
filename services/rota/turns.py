"""Whose turn it is: the group of a rotation that an occurrence of its shift belongs to. Used by `spans.py`.

A turn is `every` units long; a unit is an occurrence, a day, a week (from the weekday of the day that is counted from)
or a calendar month. Occurrences belong to the day they start on, on the wall clock.
"""

from bisect import bisect_left
from datetime import date, datetime, timedelta

from services.contracts.teams import Rotation, Shift
from services.rota import recurrence

_STRETCH = timedelta(days=366)
_INSTANT = timedelta(microseconds=1)


class Turns:
    """The turns of one shift. Occurrences are counted once and kept, a year at a time."""

    def __init__(self, shift: Shift, rule: recurrence.Recurrence | None) -> None:
        self._shift = shift
        self._rule = rule
        self._starts: list[datetime] = []
        self._counted_to = shift.start

    def people(self, start: datetime) -> tuple[str, ...]:
        """Who is on when the shift starts at `start`, one of its wall-clock starts."""
        rotation = self._shift.rotation
        if rotation is None:
            return self._shift.people
        return rotation.groups[self.units(start) // rotation.every % len(rotation.groups)]

    def units(self, start: datetime) -> int:
        """The units that have been when the shift starts at `start`."""
        rotation = self._shift.rotation
        if rotation is None:
            return 0
        if rotation.turn == "occurrence":
            return rotation.done + self._occurrences_before(start)
        return rotation.done + calendar_units(rotation, self._shift.start.date(), start.date())

    def _occurrences_before(self, start: datetime) -> int:
        while self._counted_to < start:
            until = self._counted_to + _STRETCH
            self._starts += recurrence.starts(self._shift, self._rule, self._counted_to, until - _INSTANT)
            self._counted_to = until
        return bisect_left(self._starts, start)


def calendar_units(rotation: Rotation, starts_on: date, day: date) -> int:
    """Days, weeks or months from the day that is counted from; `starts_on` when the rotation does not say."""
    first = rotation.counted_from or starts_on
    if rotation.turn == "month":
        return (day.year - first.year) * 12 + day.month - first.month
    return (day - first).days // (7 if rotation.turn == "week" else 1)
