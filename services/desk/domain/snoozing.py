"""Until when a case is snoozed: all ways in which people say it, as moments. Pure.

On the page of one case the moments are offered themselves, and the team is there at each (`choices`), beside any moment
(`local_moment`). Of many cases at once people say a word, which is the same at any hour and whether the team is open or not
(`wake_time`).
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from services.contracts.teams import TeamConfig
from services.rota.opening_hours import OpeningHours

Choice = Literal["hour", "next", "week"]
"""What is offered for one case."""
Until = Literal["hour", "four_hours", "evening", "tomorrow", "monday"]
"""What is said of many cases."""
UNTIL: tuple[Until, ...] = get_args(Until)
MORNING, EVENING = time(9), time(18)
"""When a day begins of which no opening hours say it, and when its evening does."""
AHEAD = timedelta(days=15)


# -- one case ----------------------------------------------------------------------------------------------------------


def choices(config: TeamConfig | None, now: datetime) -> dict[Choice, datetime]:
    """The choices that there are now: in an hour, when the team opens next on another day, when it opens next week.

    While the team is closed, `next` is when it opens. A team that does not open within two weeks has `hour` alone.
    """
    found: dict[Choice, datetime] = {"hour": now + timedelta(hours=1)}
    if config is None:
        return found
    zone = ZoneInfo(config.time_zone)
    opens = list(_openings(config, now, zone))
    today = now.astimezone(zone).date()
    monday = today + timedelta(days=7 - today.weekday())
    is_open = any(begins <= now for begins in opens)
    ahead = [one for one in opens if one > now]
    next_open = [one for one in ahead if not is_open or one.astimezone(zone).date() > today]
    next_week = [one for one in ahead if one.astimezone(zone).date() >= monday]
    if next_open:
        found["next"] = next_open[0]
    if next_week and next_week[:1] != next_open[:1]:
        found["week"] = next_week[0]
    return found


def local_moment(text: str, config: TeamConfig | None) -> datetime | None:
    """What a field for a date and a time says, on the team's clock; `None` when it is not one."""
    try:
        said = datetime.fromisoformat(text)
    except ValueError:
        return None
    return said if said.tzinfo else said.replace(tzinfo=ZoneInfo(config.time_zone if config else "UTC"))


def _openings(config: TeamConfig, now: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    hours = OpeningHours(config)
    if not hours.always_open:
        yield from (begins for begins, _ in hours.intervals(now, now + AHEAD))
        return
    yield now
    today = now.astimezone(zone).date()
    for day in range(1, AHEAD.days):
        yield datetime.combine(today + timedelta(days=day), MORNING, zone)


# -- many cases --------------------------------------------------------------------------------------------------------


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
