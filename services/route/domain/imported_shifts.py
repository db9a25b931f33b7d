"""Shifts that come from somebody's calendar, in a team's agreements: taken over, and what has been stays as it was. Pure."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from services.contracts.teams import Shift, TeamConfig
from services.rota.leave_elsewhere import free_id, later_id
from services.rota.wall_clock import localise

KEPT = timedelta(days=60)
"""What ended longer ago leaves the agreements, which would grow without end; the events have it for as long as they last."""
_DIGITS = 16


def shift_id(calendar: str, identity: str) -> str:
    """The id of a shift of a calendar, the same for the same occurrence of the same event."""
    return f"{_prefix(calendar)}{uuid5(NAMESPACE_URL, f'webcare:calendar:{calendar}:{identity}').hex[:_DIGITS]}"


def take_over(config: TeamConfig, calendar: str, shifts: Iterable[Shift], now: datetime) -> TeamConfig:
    """The agreements with what the calendar says from `now` on.

    What has ended stays, for as long as `KEPT`. What is running and has gone ends now; what is running and has changed ends
    now and goes on as it is now said; what had not begun is replaced.
    """
    given = {shift.id: shift for shift in shifts}
    named = {swap.shift for swap in config.swaps}
    made: list[Shift] = []
    for old in config.shifts:
        if not is_of(calendar, old.id):
            made.append(old)
            continue
        ended = _span(old)[1]
        if ended > now:
            made += _again(old, given.pop(first_id(calendar, old.id), None), now)
        elif ended > now - KEPT or old.id in named:
            made.append(old)
    taken = {shift.id for shift in made}
    fresh = (one.model_copy(update={"id": free_id(one.id, taken, now)}) for one in _new(given.values(), now))
    return _consistent(config, (*made, *fresh))


def _consistent(config: TeamConfig, shifts: tuple[Shift, ...]) -> TeamConfig:
    """Without links to shifts that have left, and without swaps about shifts that will not be."""
    names = {shift.id for shift in shifts}
    linked = (one if one.replaces in names else one.model_copy(update={"replaces": None}) for one in shifts)
    swaps = tuple(swap for swap in config.swaps if swap.shift in names)
    return config.model_copy(update={"shifts": tuple(linked), "swaps": swaps})


def _again(old: Shift, new: Shift | None, now: datetime) -> Iterator[Shift]:
    """A shift that has not ended, now that the calendar says `new`."""
    begun = _span(old)[0] < now
    if new is not None and _says(old) == _says(new):
        yield old
    elif begun:
        yield old.model_copy(update={"ended_at": now})
        if new is not None and _span(new)[1] > now:
            update = {"id": later_id(new.id, now), "since": now, "replaces": old.id}
            yield new.model_copy(update=update)
    elif new is not None:
        yield from _new([new], now)


def _new(shifts: Iterable[Shift], now: datetime) -> Iterator[Shift]:
    """Shifts that are heard of for the first time count from now on."""
    for shift in shifts:
        start, end = _span(shift)
        if end > now:
            yield shift.model_copy(update={"since": now}) if start < now else shift


def _says(shift: Shift) -> Shift:
    """What the calendar says of it."""
    return shift.model_copy(update={"id": "x", "since": None, "replaces": None})


def is_of(calendar: str, entry: str) -> bool:
    """Whether a shift or leave of this id came from the calendar."""
    return entry.startswith(_prefix(calendar))


def first_id(calendar: str, entry: str) -> str:
    """The id that the calendar gave to what bears `entry` since it was changed."""
    return entry[: len(_prefix(calendar)) + _DIGITS]


def _prefix(calendar: str) -> str:
    return f"ical-{calendar[:24]}-"


def _span(shift: Shift) -> tuple[datetime, datetime]:
    """When a shift that happens once counts."""
    zone = ZoneInfo(shift.time_zone or "UTC")
    start, end = localise(shift.start, zone), localise(shift.start + timedelta(minutes=shift.minutes), zone)
    return max(start, shift.since or start), min(end, shift.ended_at or end)
