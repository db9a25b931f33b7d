"""Until when a case sleeps, as people say it: in an hour, this evening, tomorrow, on Monday. Pure."""

from datetime import datetime, time, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

Until = Literal["hour", "four_hours", "evening", "tomorrow", "monday"]
UNTIL: tuple[Until, ...] = get_args(Until)
MORNING, EVENING = time(9), time(18)


def wake_time(until: Until, now: datetime, zone: str) -> datetime:
    """The moment, on the team's clock; `evening` is the next one, mornings are at nine."""
    local = now.astimezone(ZoneInfo(zone))
    match until:
        case "hour":
            return now + timedelta(hours=1)
        case "four_hours":
            return now + timedelta(hours=4)
        case "evening":
            return _at(local, 0 if local.time() < EVENING else 1, EVENING)
        case "tomorrow":
            return _at(local, 1, MORNING)
        case "monday":
            return _at(local, 7 - local.weekday(), MORNING)


def _at(local: datetime, days: int, at: time) -> datetime:
    return datetime.combine(local.date() + timedelta(days=days), at, local.tzinfo)
