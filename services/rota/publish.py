"""Shifts out: the calendar of a person or of a team, for the private address that they subscribe to.

From 15 days back to 180 days ahead. An event keeps its UID whatever becomes of its times; one that was published and is no
longer there stays as CANCELLED until it is out of sight. Who publishes keeps the list that this gives, for the next time.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple
from uuid import NAMESPACE_URL, uuid5

from icalendar import Calendar, Event, vCalAddress

from services.contracts.base import Instant, Model
from services.contracts.harmless import harmless
from services.contracts.teams import Person, TeamConfig
from services.rota.rota import Rota, Span
from services.rota.spans import OVERRIDE

BACK = timedelta(days=15)
AHEAD = timedelta(days=180)
_LONGEST = timedelta(days=8)
"""Longer than any shift, so that the parts of one are counted from the first."""


class Published(Model):
    """One event as it was published."""

    uid: str
    person: str
    start: Instant
    end: Instant
    summary: str
    description: str
    status: Literal["CONFIRMED", "CANCELLED"] = "CONFIRMED"
    sequence: int = 0


class Publication(NamedTuple):
    """The calendar's text, and its events, to be given back next time."""

    text: bytes
    events: tuple[Published, ...]


def publish(
    config: TeamConfig, rota: Rota, now: datetime, person: str | None = None, published: Sequence[Published] = ()
) -> Publication:
    """The calendar of `person`, or of the whole team, after `published` had been."""
    current = list(_current(config, rota, now, person))
    events = tuple(sorted(_after(published, current, now - BACK), key=lambda one: (one.start, one.uid)))
    return Publication(_text(config, events, now, person), events)


def _current(config: TeamConfig, rota: Rota, now: datetime, person: str | None) -> Iterator[Published]:
    start, end = now - BACK, now + AHEAD
    parts: dict[tuple[str, str, str], int] = {}
    for stint in rota.stints(start - _LONGEST, end, person):
        whole = (_first_of(config, stint.shift), f"{stint.occurrence or ''}", stint.person)
        number = parts[whole] = parts.get(whole, 0) + 1
        if stint.end > start:
            yield _event(config, stint, ":".join((config.team, *whole, str(number))), person is None)


def _event(config: TeamConfig, stint: Span, identity: str, of_team: bool) -> Published:
    names = {one.id: one.name for one in config.people}
    about = _about(config, stint)
    instead = f"In the place of {names.get(stint.instead_of, stint.instead_of)}" if stint.instead_of else ""
    return Published(
        uid=f"{uuid5(NAMESPACE_URL, f'webcare:shift:{identity}')}@webcare",
        person=stint.person,
        start=stint.start,
        end=stint.end,
        summary=_line(f"{names[stint.person]} ({about})" if of_team else f"{config.name}: {about}"),
        description=_line(instead),
    )


def _line(text: str) -> str:
    """One line: whatever ends a line in a name would begin a property of its own in the calendar."""
    return " ".join(harmless(text).split())


def _about(config: TeamConfig, stint: Span) -> str:
    """The shift's name, or the reason of an override."""
    name = stint.shift.removeprefix(OVERRIDE)
    reasons = (one.reason for one in config.overrides if stint.shift.startswith(OVERRIDE) and one.id == name)
    return next(filter(None, reasons), name)


def _first_of(config: TeamConfig, shift: str) -> str:
    """The id of the shift that all its successors go back to."""
    replaced = {one.id: one.replaces for one in config.shifts}
    seen = {shift}
    while (earlier := replaced.get(shift)) and earlier not in seen:
        seen.add(earlier)
        shift = earlier
    return shift


def _after(published: Sequence[Published], current: list[Published], start: datetime) -> Iterator[Published]:
    """`current` with the sequence numbers that follow, and the events that have vanished."""
    before = {one.uid: one for one in published}
    for event in current:
        last = before.pop(event.uid, None)
        changed = last is not None and event.model_copy(update={"sequence": last.sequence}) != last
        yield event.model_copy(update={"sequence": last.sequence + changed}) if last else event
    for gone in before.values():
        if gone.end > start:
            again = gone.status == "CANCELLED"
            yield gone if again else gone.model_copy(update={"status": "CANCELLED", "sequence": gone.sequence + 1})


def _text(config: TeamConfig, events: Iterable[Published], now: datetime, person: str | None) -> bytes:
    people = {one.id: one for one in config.people}
    calendar = Calendar()
    calendar.add("prodid", "-//webcare//rota//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    name = people[person].name if person in people else config.name
    calendar.add("x-wr-calname", _line(f"{config.name}: {name}" if person else config.name))
    calendar.add("refresh-interval", timedelta(minutes=15), parameters={"value": "DURATION"})
    for event in events:
        calendar.add_component(_component(event, people.get(event.person), now))
    return bytes(calendar.to_ical())


def _component(event: Published, person: Person | None, now: datetime) -> Event:
    made = Event()
    fields = {
        "uid": event.uid,
        "dtstamp": now,
        "dtstart": event.start,
        "dtend": event.end,
        "summary": event.summary,
        "status": event.status,
        "sequence": event.sequence,
    }
    for name, value in fields.items():
        made.add(name, value)
    if event.description:
        made.add("description", event.description)
    if person and person.email:
        attendee = vCalAddress(f"mailto:{_line(person.email)}")
        attendee.params["CN"] = _line(person.name)
        made.add("attendee", attendee)
    return made
