"""Who is on, for the box in the navigation and the rota's list. Reads a team's agreements; decides nothing.

Recurrence is worked out on the wall clock and localised afterwards, so that a shift keeps its hour across DST
(`docs/rota-and-routing.md`).
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from services.contracts.teams import Shift, TeamConfig

AHEAD = timedelta(days=14)


@dataclass(frozen=True, slots=True, order=True)
class Duty:
    """One person on duty in `[start, end)`, in UTC."""

    start: datetime
    end: datetime
    person: str
    shift: str


@dataclass(frozen=True, slots=True)
class Cover:
    """Who is on at a moment, until when that holds, and who begins next."""

    people: tuple[str, ...] = ()
    until: datetime | None = None
    next_people: tuple[str, ...] = ()
    next_at: datetime | None = None


def duties(config: TeamConfig, start: datetime, end: datetime) -> tuple[Duty, ...]:
    """Everybody's duty that touches `[start, end)`, with leave taken out.

    Raises:
        ValueError: a recurrence rule is not one.
    """
    found = (
        Duty(begins, ends, person, shift.id)
        for shift in config.shifts
        for begins, ends in _spans(shift, config.time_zone, start, end)
        for person in shift.people
        if ends > start and begins < end
    )
    return tuple(sorted(part for duty in found for part in _without_leave(duty, config)))


def cover_at(config: TeamConfig, now: datetime) -> Cover:
    """Who is on at `now`, and what comes next within a fortnight."""
    ahead = duties(config, now, now + AHEAD)
    on = [duty for duty in ahead if duty.start <= now < duty.end]
    people = tuple(dict.fromkeys(duty.person for duty in on))
    later = [duty for duty in ahead if duty.start > now]
    next_at = min((duty.start for duty in later), default=None)
    next_people = tuple(dict.fromkeys(duty.person for duty in later if duty.start == next_at))
    return Cover(people, min((duty.end for duty in on), default=None), next_people, next_at)


def _spans(shift: Shift, team_zone: str, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    zone, length = ZoneInfo(shift.time_zone or team_zone), timedelta(minutes=shift.minutes)
    after = start.astimezone(zone).replace(tzinfo=None) - length - timedelta(hours=3)
    before = end.astimezone(zone).replace(tzinfo=None) + timedelta(hours=3)
    if shift.rule is None:
        begins = [shift.start] if after <= shift.start <= before else []
    else:
        begins = rrulestr(shift.rule, dtstart=shift.start).between(after, before, inc=True)
    return [
        (_localised(one, zone), _localised(one + length, zone))
        for one in begins
        if shift.until is None or one.date() <= shift.until
    ]


def _localised(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.replace(tzinfo=zone).astimezone(UTC)


def _without_leave(duty: Duty, config: TeamConfig) -> list[Duty]:
    parts = [duty]
    for leave in config.leave:
        if leave.person == duty.person:
            parts = [rest for part in parts for rest in _cut(part, leave.start, leave.end)]
    return parts


def _cut(duty: Duty, start: datetime, end: datetime) -> list[Duty]:
    """The duty without `[start, end)`: nothing, one part or two."""
    before = Duty(duty.start, min(duty.end, start), duty.person, duty.shift)
    after = Duty(max(duty.start, end), duty.end, duty.person, duty.shift)
    return [part for part in (before, after) if part.start < part.end]
