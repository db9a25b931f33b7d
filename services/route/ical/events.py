"""The occurrences of a calendar's events: recurrence, exceptions and changed occurrences worked out. Used by `read.py`.

Rules are worked out by the rota's own recurrence, on the event's wall clock; `icalendar` knows the names of Windows zones.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event
from icalendar.prop.broken import vBroken

from services.contracts.teams import Shift
from services.rota import recurrence
from services.rota.recurrence import RotaError
from services.rota.wall_clock import MARGIN, localise

_NOBODY = ("somebody",)
_ONCE = ("DTSTART", "DTEND", "DURATION", "RECURRENCE-ID")
_TIMES = (*_ONCE, "RRULE", "RDATE", "EXDATE")
_FIRST_YEAR, _LAST_YEAR = 1900, 9000


class CalendarError(ValueError):
    """It is no calendar; the text is for people."""

    code: Literal["not_a_calendar"] = "not_a_calendar"
    values: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One occurrence, in UTC. `identity` stays the same when it is moved."""

    event: Event
    start: datetime
    end: datetime
    identity: str


def parsed(data: bytes) -> Calendar:
    """The calendar in `data`.

    Raises:
        CalendarError: it is none.
    """
    try:
        calendar = Calendar.from_ical(data)
    except (ValueError, KeyError, IndexError) as error:
        raise CalendarError(f"not a calendar: {error}"[:200]) from error
    if not isinstance(calendar, Calendar):
        raise CalendarError("not a calendar: it does not begin with VCALENDAR")
    return calendar


def occurrences(
    calendar: Calendar, zone: ZoneInfo, start: datetime, end: datetime, problems: list[str]
) -> Iterator[Occurrence]:
    """Those of all events that overlap `[start, end)`; `zone` is for times without one, `problems` are added to.

    A single occurrence that was changed (RECURRENCE-ID) takes the place of its own.
    """
    events = [one for one in calendar.walk("VEVENT") if isinstance(one, Event) and _readable(one, problems)]
    changed = {
        (str(one.get("UID", "")), _moment(_of(one, "RECURRENCE-ID").dt, zone))
        for one in events
        if "RECURRENCE-ID" in one
    }
    for event in events:
        uid = str(event.get("UID", "") or uuid5(NAMESPACE_URL, event.to_ical().decode(errors="replace")))
        if str(event.get("STATUS", "")).upper() == "CANCELLED":
            continue
        _note_zone(event, problems)
        try:
            for begins, wall_clock in _starts(event, zone, start, end):
                single = "RECURRENCE-ID" in event
                if not single and (uid, begins) in changed:
                    continue
                ends = _end(event, begins, wall_clock, zone)
                if begins < ends and begins < end and ends > start:
                    own = _moment(_of(event, "RECURRENCE-ID").dt, zone) if single else begins
                    yield Occurrence(event, begins, ends, f"{uid}:{own.isoformat()}")
        except RotaError as error:
            problems.append(f"event {str(event.get('SUMMARY', uid))!r}: {str(error).partition(': ')[2]}")


def _readable(event: Event, problems: list[str]) -> bool:
    """Whether its times are times; the library keeps what it cannot read."""
    given = [one for name in _TIMES if name in event for one in _listed(_of(event, name))]
    twice = any(isinstance(_of(event, name), list) for name in _ONCE)
    start = None if twice or any(isinstance(one, vBroken) for one in given) else _of(event, "DTSTART")
    if start is not None and isinstance(start.dt, date) and _FIRST_YEAR <= start.dt.year <= _LAST_YEAR:
        return True
    problems.append(f"event {str(event.get('SUMMARY', ''))!r}: its times cannot be read")
    return False


def _note_zone(event: Event, problems: list[str]) -> None:
    """A zone that nobody knows leaves a time without one: then it is the team's, and that is said."""
    given, name = _of(event, "DTSTART").dt, _of(event, "DTSTART").params.get("TZID")
    if isinstance(given, datetime) and given.tzinfo is None and name:
        problems.append(
            f"event {str(event.get('SUMMARY', ''))!r}: the time zone {name!r} is unknown, taken as the team's"
        )


def _starts(event: Event, zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Starts as moments, with the wall clock at them, whose occurrence may overlap `[start, end)`."""
    first = _of(event, "DTSTART").dt
    own = _zone_of(first, zone)
    wall_clock = _wall_clock(first)
    if "RRULE" not in event or "RECURRENCE-ID" in event:
        yield from ((localise(one, own), one) for one in [wall_clock, *_dates(event, "RDATE", own)])
        return
    shift = Shift(id="event", people=_NOBODY, start=wall_clock, minutes=1, rule=_rule(event, own))
    excluded = set(_dates(event, "EXDATE", own))
    earliest = start.replace(tzinfo=None) - _length(event) - MARGIN
    found = set(recurrence.starts(shift, recurrence.parse(shift), earliest, end.replace(tzinfo=None) + MARGIN))
    if wall_clock >= earliest:
        found.add(wall_clock)  # RFC 5545, 3.8.2.4: the start counts, whether the rule yields it or not
    found.update(_dates(event, "RDATE", own))
    yield from ((localise(one, own), one) for one in sorted(found - excluded))


def _rule(event: Event, zone: ZoneInfo) -> str:
    """The rule's text, with its end on the event's own wall clock."""
    given = _of(event, "RRULE")
    if isinstance(given, list):
        raise RotaError("event: it has more than one rule")
    rule = given.copy()
    if until := rule.get("UNTIL"):
        last = until[0]
        naive = isinstance(last, datetime) and last.tzinfo is None
        whole_day = not isinstance(last, datetime)
        local = datetime.combine(last, time.max) if whole_day else last if naive else last.astimezone(zone)
        rule["UNTIL"] = [local.replace(tzinfo=None, microsecond=0)]
    return str(rule.to_ical().decode())


def _dates(event: Event, name: str, zone: ZoneInfo) -> list[datetime]:
    given = [one.dt for each in _listed(_of(event, name) or []) for one in each.dts]
    moments = [one[0] if isinstance(one, tuple) else one for one in given]
    return [_in(zone, moment) for moment in moments]


def _in(zone: ZoneInfo, moment: Any) -> datetime:
    aware = isinstance(moment, datetime) and moment.tzinfo is not None
    return moment.astimezone(zone).replace(tzinfo=None) if aware else _wall_clock(moment)


def _wall_clock(moment: date | datetime) -> datetime:
    return moment.replace(tzinfo=None, fold=0) if isinstance(moment, datetime) else datetime.combine(moment, time())


def _zone_of(moment: date | datetime, team: ZoneInfo) -> Any:
    return moment.tzinfo if isinstance(moment, datetime) and moment.tzinfo is not None else team


def _moment(moment: date | datetime, team: ZoneInfo) -> datetime:
    if isinstance(moment, datetime) and moment.tzinfo is not None:
        return moment.astimezone(UTC)
    return localise(_wall_clock(moment), team)


def _length(event: Event) -> timedelta:
    """As the wall clock shows it; a day without a time is a whole day, a time without an end is nothing."""
    first = _of(event, "DTSTART").dt
    if "DURATION" in event:
        given: timedelta = _of(event, "DURATION").dt
        return max(given, timedelta())
    if "DTEND" not in event:
        return timedelta() if isinstance(first, datetime) else timedelta(days=1)
    return max(_wall_clock(_of(event, "DTEND").dt) - _wall_clock(first), timedelta())


def _end(event: Event, begins: datetime, wall_clock: datetime, zone: ZoneInfo) -> datetime:
    if "DURATION" in event or "DTEND" not in event:
        exact = isinstance(_of(event, "DTSTART").dt, datetime)
        return begins + _length(event) if exact else localise(wall_clock + _length(event), zone)
    return localise(wall_clock + _length(event), _zone_of(_of(event, "DTSTART").dt, zone))


def _of(event: Event, name: str) -> Any:
    """A property. The library types it as whatever any property may be."""
    return event.get(name)


def _listed(given: Any) -> list[Any]:
    """A property that is there once or more often."""
    return given if isinstance(given, list) else [given]
