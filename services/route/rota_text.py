"""A team's agreements as the text of a team file: the way back of `rota_file.py`. Used by `webcare rota export`."""

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.contracts.teams import Leave, OpeningSpan, ServiceLevel, Shift, TeamConfig
from services.route.domain.wall_clock import localise
from services.route.rota_file import CODES, DAYS

_WEEKLY = "FREQ=WEEKLY;BYDAY="
_DAY_MINUTES = 24 * 60


def render(config: TeamConfig) -> str:
    """The text of a team file that `parse` reads as `config`."""
    zone = ZoneInfo(config.time_zone)
    sections = [
        _section("[team]", _team(config)),
        *(_section("[[people]]", one.model_dump(exclude_none=True).items()) for one in config.people),
        *(_section("[[shifts]]", _shift(one)) for one in config.shifts),
        *(_section("[[leave]]", _leave(one, zone)) for one in config.leave),
        _section("[opening_hours]", _opening_hours(config.opening_hours)),
        *(_section("[[service_levels]]", _level(one)) for one in config.service_levels),
    ]
    return "\n".join(sections)


def _section(heading: str, pairs: Iterable[tuple[str, Any]]) -> str:
    return "\n".join([heading, *(f"{key} = {_value(value)}" for key, value in pairs), ""])


def _team(config: TeamConfig) -> Iterator[tuple[str, Any]]:
    yield "id", config.team
    for name in ("name", "language", "time_zone", "reach_threshold", "reopen_days", "holidays"):
        yield name, getattr(config, name)
    for urgency, points in config.weights.model_dump().items():
        yield f"weights.{urgency}", points


def _shift(shift: Shift) -> Iterator[tuple[str, Any]]:
    yield from (("id", shift.id), ("people", shift.people))
    if shift.rule is None:
        yield "date", shift.start.date()
    else:
        yield _rule(shift.rule)
        yield "starting", shift.start.date()
    yield "from", _time(shift.start.time())
    if shift.minutes <= _DAY_MINUTES:
        yield "to", _time((shift.start + timedelta(minutes=shift.minutes)).time())
    else:
        yield "minutes", shift.minutes
    for name in ("until", "time_zone"):
        if getattr(shift, name) is not None:
            yield name, getattr(shift, name)


def _rule(rule: str) -> tuple[str, Any]:
    """As days where the rule says no more than that."""
    names = {code: day for day, code in CODES.items()}
    days = rule.removeprefix(_WEEKLY).split(",")
    if rule.startswith(_WEEKLY) and all(day in names for day in days):
        return "days", [names[day] for day in days]
    return "rule", rule


def _leave(leave: Leave, zone: ZoneInfo) -> Iterator[tuple[str, Any]]:
    yield from (("id", leave.id), ("person", leave.person), ("kind", leave.kind))
    yield from (("from", _local(leave.start, zone)), ("to", _local(leave.end, zone)))


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    """The wall-clock time, or the moment itself where the wall clock shows the same time twice."""
    wall_clock = moment.astimezone(zone).replace(tzinfo=None, fold=0)
    return wall_clock if localise(wall_clock, zone) == moment else moment


def _opening_hours(spans: Iterable[OpeningSpan]) -> Iterator[tuple[str, Any]]:
    listed = list(spans)
    for number, day in enumerate(DAYS):
        if texts := [f"{_time(span.start)}-{_time(span.end)}" for span in listed if span.day == number]:
            yield day, texts


def _time(moment: time) -> str:
    return moment.isoformat("minutes" if moment == moment.replace(second=0, microsecond=0) else "auto")


def _level(level: ServiceLevel) -> Iterator[tuple[str, Any]]:
    yield from level.model_dump(exclude_none=True).items()


def _value(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case datetime() | date() | time():
            return value.isoformat()
        case list() | tuple():
            return "[" + ", ".join(_value(one) for one in value) + "]"
        case dict():
            return "{ " + ", ".join(f"{key} = {_value(one)}" for key, one in value.items()) + " }"
        case int() | float():
            return str(value)
        case _:
            return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
