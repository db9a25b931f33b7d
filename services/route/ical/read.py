"""Shifts and leave in: the events of somebody's calendar as a team's. Whom they are about is in `names.py`.

Every occurrence of a recurring event becomes a shift that happens once, in UTC. Ids are stable, so that reading the same
calendar again changes nothing; `domain/imported_shifts.py` and `imported_leave.py` put them into the team's agreements.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Event

from services.contracts.base import Model
from services.contracts.teams import Leave, Shift, TeamConfig
from services.rota.rota import LOOK_AHEAD
from services.route.domain.imported_shifts import shift_id
from services.route.ical.events import Occurrence, occurrences, parsed
from services.route.ical.names import layer_of, named

LEAVE_AHEAD = timedelta(days=180)
_LONGEST = timedelta(days=7)


class UnknownName(Model):
    """A name in an event that nobody in the team has."""

    name: str
    event: str
    start: datetime


class Imported(Model):
    """What a calendar says. `problems` are sentences about events that could not be worked out."""

    shifts: tuple[Shift, ...] = ()
    leave: tuple[Leave, ...] = ()
    unknown: tuple[UnknownName, ...]
    problems: tuple[str, ...]


def read(
    data: bytes,
    config: TeamConfig,
    calendar: str,
    start: datetime,
    end: datetime | None = None,
    *,
    whose: str | None = None,
) -> Imported:
    """The shifts of `[start, end)` that the calendar of that name gives to the team; of 8 weeks when `end` is not given.

    With `whose`, all of it is about that person. Further ahead costs: a team's agreements are one record, and a shift
    takes about 300 bytes of it.

    Raises:
        CalendarError: `data` is no calendar.
    """
    problems: list[str] = []
    unknown: list[UnknownName] = []
    shifts: list[Shift] = []
    for one in occurrences(parsed(data), ZoneInfo(config.time_zone), start, end or start + LOOK_AHEAD, problems):
        if people := _about(one, config, whose, unknown):
            layer, _ = layer_of(str(one.event.get("SUMMARY", "")))
            shifts += _shifts(one, calendar, layer, people)
    by_id = {shift.id: shift for shift in sorted(shifts, key=lambda shift: (shift.start, shift.id))}
    return Imported(shifts=tuple(by_id.values()), unknown=_first(unknown), problems=tuple(dict.fromkeys(problems)))


def read_leave(
    data: bytes, config: TeamConfig, calendar: str, start: datetime, *, whose: str | None = None
) -> Imported:
    """The leave of the 180 days from `start` that the calendar gives: an event is the leave of everybody whom it is about.

    What the event says of it stays in the calendar: it may be private.

    Raises:
        CalendarError: `data` is no calendar.
    """
    problems: list[str] = []
    unknown: list[UnknownName] = []
    leave: dict[str, Leave] = {}
    for one in occurrences(parsed(data), ZoneInfo(config.time_zone), start, start + LEAVE_AHEAD, problems):
        for person in _about(one, config, whose, unknown):
            ident = shift_id(calendar, f"{one.identity}:{person}")
            leave[ident] = Leave(id=ident, person=person, start=one.start, end=one.end)
    ordered = tuple(sorted(leave.values(), key=lambda one: (one.start, one.id)))
    return Imported(leave=ordered, unknown=_first(unknown), problems=tuple(dict.fromkeys(problems)))


def _about(one: Occurrence, config: TeamConfig, whose: str | None, unknown: list[UnknownName]) -> tuple[str, ...]:
    """Whom an event is about; names that nobody has are added to `unknown`."""
    if whose is not None:
        return (whose,)
    _, summary = layer_of(str(one.event.get("SUMMARY", "")))
    who = named(config.people, summary, _attendees(one.event), str(one.event.get("DESCRIPTION", "")))
    unknown += (UnknownName(name=name, event=summary, start=one.start) for name in who.unknown)
    return who.people


def _first(unknown: list[UnknownName]) -> tuple[UnknownName, ...]:
    """Each name of an event once, where it is first."""
    first_of_each = {(one.name, one.event): one for one in sorted(unknown, key=lambda one: one.start, reverse=True)}
    return tuple(sorted(first_of_each.values(), key=lambda one: (one.start, one.name)))


def _shifts(one: Occurrence, calendar: str, layer: int, people: tuple[str, ...]) -> Iterator[Shift]:
    """One shift, or as many as it takes when it is longer than a shift can be. Whole minutes, rounded outwards."""
    start, part = one.start.replace(second=0, microsecond=0), 0
    while start < one.end:
        until = min(start + _LONGEST, one.end)
        yield Shift(
            id=shift_id(calendar, f"{one.identity}:{part}"),
            people=people,
            start=start.replace(tzinfo=None),
            minutes=-((start - until) // timedelta(minutes=1)),
            time_zone="UTC",
            layer=layer,
        )
        start, part = start + _LONGEST, part + 1


def _attendees(event: Event) -> list[tuple[str, str]]:
    given: Any = event.get("ATTENDEE", [])
    listed = given if isinstance(given, list) else [given]
    return [(_email(str(one)), str(getattr(one, "params", {}).get("CN", ""))) for one in listed]


def _email(address: str) -> str:
    return address[len("mailto:") :] if address.lower().startswith("mailto:") else address
