"""Making room for a plan: shifts without their occurrences on some days, as pieces that are left before, between and after.

An occurrence belongs to the day it starts on, on its own wall clock. Used to accept a plan, and to see what stays beside it.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from services.contracts.teams import Shift, TeamConfig
from services.rota.recurrence import parse
from services.rota.spans import occurrences
from services.rota.wall_clock import MARGIN, localise

Days = tuple[date, date]
"""From a day up to another, which is not in it."""
_DAY = timedelta(days=1)
_LONGEST = timedelta(days=9)
_ID = 63


def pieces(config: TeamConfig, shift: Shift, gone: Iterable[Days]) -> list[Shift]:
    """What is left of the shift without those days; ids are those of the shift, see `named`."""
    return [piece for left in _complement(gone) if (piece := _piece(config, shift, *left)) is not None]


def named(shift: Shift, taken: set[str]) -> str:
    """A free id for a piece of the shift, which is then taken."""
    names = (f"{shift.id[: _ID - 5]}-{number}" for number in count(2))
    name = next(name for name in names if name not in taken)
    taken.add(name)
    return name


def cleared(config: TeamConfig, shifts: Iterable[Shift], gone: Iterable[Days]) -> TeamConfig:
    """The team without what those shifts have on those days: what stays beside a plan. For asking, not for keeping."""
    going, days = {shift.id for shift in shifts}, list(gone)
    taken = {shift.id for shift in config.shifts}
    left: list[Shift] = []
    for shift in config.shifts:
        if shift.id not in going:
            left.append(shift)
            continue
        for number, piece in enumerate(pieces(config, shift, days)):
            name = shift.id if number == 0 else named(shift, taken)
            left.append(piece.model_copy(update={"id": name}))
    known = {shift.id for shift in left}
    swaps = tuple(swap for swap in config.swaps if swap.shift in known)
    return config.model_copy(update={"shifts": tuple(left), "swaps": swaps})


def _complement(gone: Iterable[Days]) -> Iterator[tuple[date | None, date | None]]:
    """The stretches of days around and between; `None` is without an end."""
    first: date | None = None
    for start, end in _joined(gone):
        if first is None or first < start:
            yield first, start
        first = end
    yield first, None


def _joined(gone: Iterable[Days]) -> list[Days]:
    found: list[Days] = []
    for start, end in sorted(gone):
        if found and start <= found[-1][1]:
            first, last = found.pop()
            found.append((first, max(end, last)))
        else:
            found.append((start, end))
    return found


def _piece(config: TeamConfig, shift: Shift, first: date | None, end: date | None) -> Shift | None:
    changes: dict[str, object] = {}
    if end is not None:
        last = end - _DAY
        if shift.start.date() > last:
            return None
        changes["until"] = min(shift.until, last) if shift.until else last
    if first is not None:
        if shift.until and shift.until < first:
            return None
        if shift.rule is None and shift.start.date() < first:
            return None
        begins = _begins(config, shift, first)
        changes["since"] = max(shift.since, begins) if shift.since else begins
    return shift.model_copy(update=changes)


def _begins(config: TeamConfig, shift: Shift, first: date) -> datetime:
    """The midnight of the day, or the end of what started before it and goes on."""
    midnight = localise(datetime.combine(first, time()), ZoneInfo(shift.time_zone or config.time_zone))
    near = occurrences(shift, parse(shift), config, midnight - _LONGEST, midnight + MARGIN)
    return max([midnight, *(ends for _, ends, at in near if at.date() < first)])
