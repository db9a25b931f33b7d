"""From local wall-clock time to instants, in one place, so that the rota, business time and files agree.

A local time that the spring change skips moves forward by the gap; one that the autumn change repeats is the first.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MARGIN = timedelta(days=2)
"""More than any distance between local and universal time, with both clock changes."""


def localise(wall_clock: datetime, zone: ZoneInfo) -> datetime:
    """A naive local time as UTC; with `fold` 0 the standard library moves and chooses exactly as the rule above says."""
    return wall_clock.replace(tzinfo=zone, fold=0).astimezone(UTC)


def local_span(day: date, start: time, end: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From `start` on `day` up to `end`, which is on the next day when it is not after `start`; start and end apart."""
    last = day + timedelta(days=1) if end <= start else day
    return localise(datetime.combine(day, start), zone), localise(datetime.combine(last, end), zone)
