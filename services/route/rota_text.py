"""A team's agreements as the text of a team file: the way back of `rota_file.py`. Used by `webcare rota export`."""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.contracts.base import Model
from services.contracts.teams import Demand, OpeningSpan, Shift, TeamConfig
from services.rota.wall_clock import localise
from services.route.team_file_rows import CODES
from services.route.team_file_values import DAYS

_WEEKLY = "FREQ=WEEKLY;BYDAY="
_DAY_MINUTES = 24 * 60


def render(config: TeamConfig, revision: int | None = None) -> str:
    """The text of a team file that `read` reads as `config`, based on that revision of the agreements."""
    zone = ZoneInfo(config.time_zone)
    stretches = (
        ("leave", tuple(one for one in config.leave if one.elsewhere is None)),
        ("overrides", config.overrides),
        ("swaps", config.swaps),
        ("stand_ins", config.stand_ins),
    )
    sections = [
        _section("[team]", _team(config, revision)),
        *(_section("[[people]]", _set(one).items()) for one in config.people),
        *(_section("[[former]]", (("id", one.id), ("at", _local(one.at, zone)))) for one in config.former),
        *(_section("[[shifts]]", _shift(one, zone)) for one in config.shifts),
        *(_section(f"[[{name}]]", _stretch(one, zone)) for name, rows in stretches for one in rows),
        *(_section("[[calendars]]", _set(one).items()) for one in config.calendars),
        *(_section("[[demand]]", _demand(one)) for one in config.demand),
        _section("[opening_hours]", _opening_hours(config.opening_hours)),
        *(_section("[[approval_rules]]", _set(one).items()) for one in config.approval_rules),
        *(_section("[[case_rules]]", _set(one).items()) for one in config.case_rules),
        *(_section("[[topics]]", _set(one).items()) for one in config.topics),
        *(_section("[[service_levels]]", _set(one).items()) for one in config.service_levels),
    ]
    return "\n".join(sections)


def _section(heading: str, pairs: Iterable[tuple[str, Any]]) -> str:
    return "\n".join([heading, *(f"{key} = {_value(value)}" for key, value in pairs), ""])


def _set(model: Model) -> dict[str, Any]:
    """The fields of a model that say something that is not so already."""
    required = {name for name, field in type(model).model_fields.items() if field.is_required()}
    return model.model_dump(exclude_defaults=True) | {name: getattr(model, name) for name in required}


def _team(config: TeamConfig, revision: int | None) -> Iterator[tuple[str, Any]]:
    yield "id", config.team
    if revision is not None:
        yield "revision", revision
    for name in ("name", "language", "time_zone", "reach_threshold", "reopen_days", "holidays"):
        yield name, getattr(config, name)
    for name in ("handles", "approval_minutes", "grace_seconds", "idea_link"):
        if getattr(config, name) != TeamConfig.model_fields[name].default:
            yield name, getattr(config, name)
    if config.holiday_calendar is not None:
        yield "holiday_calendar", _set(config.holiday_calendar)
    for urgency, points in config.weights.model_dump().items():
        yield f"weights.{urgency}", points
    for topic, skill in config.skills_for_topics.items():
        yield f"skills_for_topics.{topic}", skill
    yield "agency", _set(config.agency)
    if house := _set(config.house_style):
        yield "house_style", house


def _shift(shift: Shift, zone: ZoneInfo) -> Iterator[tuple[str, Any]]:
    said = _set(shift)
    for name in ("id", "people", "rotation"):
        if name in said:
            yield name, said[name]
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
    for name in ("until", "time_zone", "layer", "skills", "channels", "replaces"):
        if name in said:
            yield name, said[name]
    for name in ("since", "ended_at"):
        if name in said:
            yield name, _local(said[name], zone)


def _rule(rule: str) -> tuple[str, Any]:
    """As days where the rule says no more than that."""
    names = {code: day for day, code in CODES.items()}
    days = rule.removeprefix(_WEEKLY).split(",")
    if rule.startswith(_WEEKLY) and all(day in names for day in days):
        return "days", [names[day] for day in days]
    return "rule", rule


def _stretch(row: Model, zone: ZoneInfo) -> Iterator[tuple[str, Any]]:
    """A row with instants, `from` and `to` for its start and end."""
    names = {"start": "from", "end": "to"}
    for name, value in _set(row).items():
        if name == "also":
            continue  # whom is told is not for a file to say
        yield names.get(name, name), _local(value, zone) if isinstance(value, datetime) else value


def _demand(row: Demand) -> Iterator[tuple[str, Any]]:
    yield from (("days", [DAYS[day] for day in row.days]), ("from", _time(row.start)), ("to", _time(row.end)))
    yield from ((name, value) for name, value in _set(row).items() if name not in ("days", "start", "end"))


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


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _value(name)


def _value(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case datetime() | date() | time():
            return value.isoformat()
        case list() | tuple():
            return "[" + ", ".join(_value(one) for one in value) + "]"
        case dict():
            return "{ " + ", ".join(f"{_key(key)} = {_value(one)}" for key, one in value.items()) + " }"
        case int() | float():
            return str(value)
        case _:
            return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
