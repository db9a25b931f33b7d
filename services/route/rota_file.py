"""The team file: what a team has agreed, as TOML that a team lead can read and write. Used by `webcare rota`.

    [team]              id, name, language, time_zone, reach_threshold, reopen_days, holidays, weights
    [[people]]          id, name, languages, channels, capacity
    [[shifts]]          people, from, to, and one of days (with starting), date, or rule (with starting); until
    [[leave]]           person, from, to, kind ("leave" or "sick")
    [opening_hours]     mon = ["08:00-12:00", "13:00-17:30"]; a day that is left out is closed; no table is always open
    [[service_levels]]  id, urgency, kinds, first_response_minutes, warn_minutes, always_open

Times are wall-clock times of the team's time zone, or of a shift's own `time_zone`. A `to` at or before its `from` is on
the next day. The writer is in `rota_text.py`, what a lead should know of a rota in `check.py`.
"""

import tomllib
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError

from services.contracts.teams import Leave, OpeningSpan, Person, ServiceLevel, Shift, TeamConfig
from services.route.check import check as check
from services.route.domain.agreement import agreement
from services.route.domain.recurrence import RotaError
from services.route.domain.wall_clock import localise

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CODES = dict(zip(DAYS, ("MO", "TU", "WE", "TH", "FR", "SA", "SU"), strict=True))
STARTING = date(2024, 1, 1)
"""When a recurring shift starts, if the file does not say: a Monday long ago."""
_SECTIONS = {"team", "people", "shifts", "leave", "opening_hours", "service_levels"}
_SHIFT_KEYS = {"id", "people", "days", "date", "rule", "starting", "from", "to", "minutes", "until", "time_zone"}
_LEAVE_KEYS = {"id", "person", "kind", "from", "to"}
_NEVER = datetime(2000, 1, 1)  # noqa: DTZ001  # only to have a revision's moment while checking

Table = Mapping[str, Any]
M = TypeVar("M", bound=BaseModel)


class RotaFileError(ValueError):
    """The file cannot be used; one line that says where and what, for people."""


def parse(text: str) -> TeamConfig:
    """The agreements that a team file states.

    Raises:
        RotaFileError: it is no TOML, or something in it is missing, unknown or contradictory.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RotaFileError(f"not a TOML file: {error}") from error
    _known("the file", data, _SECTIONS)
    team = _table("[team]", data.get("team"))
    zone = str(team.get("time_zone", "Europe/Amsterdam"))
    fields = {
        "people": _each("person", data.get("people", []), lambda _, row: _made("", Person, row)),
        "shifts": _each("shift", data.get("shifts", []), _shift),
        "leave": _each("leave", data.get("leave", []), lambda number, row: _leave(number, row, zone)),
        "opening_hours": _opening_hours(_table("[opening_hours]", data.get("opening_hours", {}))),
        "service_levels": _each(
            "service level", data.get("service_levels", []), lambda _, row: _made("", ServiceLevel, row)
        ),
    }
    return _checked({**team, "team": team.get("id"), **fields})


def _checked(fields: dict[str, Any]) -> TeamConfig:
    fields.pop("id", None)
    config = _made("[team]: ", TeamConfig, fields)
    try:
        agreement(config, 1, _NEVER)
    except RotaError as error:
        raise RotaFileError(str(error)) from error
    return config


def _each(what: str, rows: Any, make: Callable[[int, Table], M]) -> tuple[M, ...]:
    """One model for each row; an error says which row, by its name where it has one."""
    if not isinstance(rows, list):
        raise RotaFileError(f"each {what} is a [[table]] of its own")
    made = []
    for number, row in enumerate(rows, start=1):
        name = f"{what} {_name(row, number)}"
        try:
            made.append(make(number, _table(name, row)))
        except RotaFileError as error:
            raise RotaFileError(f"{name}: {error}") from error
    return tuple(made)


def _name(row: Any, number: int) -> str:
    name = (row.get("id") or row.get("person")) if isinstance(row, dict) else None
    return repr(name) if name else f"number {number}"


def _shift(number: int, row: Table) -> Shift:
    _known("it", row, _SHIFT_KEYS)
    day, rule = _when(row)
    begins = _time("from", row.get("from"))
    fields = {
        "id": row.get("id", f"shift-{number}"),
        "people": row.get("people", ()),
        "start": datetime.combine(day, begins),
        "minutes": row["minutes"] if "minutes" in row else _minutes(begins, _time("to", row.get("to"))),
        "rule": rule,
        "until": row.get("until"),
        "time_zone": row.get("time_zone"),
    }
    return _made("", Shift, fields)


def _when(row: Table) -> tuple[date, str | None]:
    given = [key for key in ("days", "date", "rule") if key in row]
    if len(given) != 1:
        raise RotaFileError("say when with one of days, date or rule")
    if "date" in row:
        return _date("date", row["date"]), None
    starting = _date("starting", row.get("starting", STARTING))
    if "rule" in row:
        return starting, str(row["rule"])
    days = row["days"]
    if not isinstance(days, list) or not days or not set(days) <= set(DAYS):
        raise RotaFileError(f"days is a list of {', '.join(DAYS)}, not {days!r}")
    return starting, "FREQ=WEEKLY;BYDAY=" + ",".join(CODES[day] for day in days)


def _leave(number: int, row: Table, zone: str) -> Leave:
    _known("it", row, _LEAVE_KEYS)
    start, end = _moment("from", row.get("from"), zone), _moment("to", row.get("to"), zone)
    if isinstance(row.get("to"), date) and not isinstance(row.get("to"), datetime):
        end = _moment("to", row["to"] + timedelta(days=1), zone)
    fields = {"id": row.get("id", f"leave-{number}"), "person": row.get("person"), "start": start, "end": end}
    return _made("", Leave, fields | {"kind": row.get("kind", "leave")})


def _opening_hours(table: Table) -> tuple[OpeningSpan, ...]:
    _known("[opening_hours]", table, set(DAYS))
    return tuple(
        OpeningSpan(day=number, start=start, end=end)
        for number, day in enumerate(DAYS)
        for start, end in (_span(f"[opening_hours] {day}", text) for text in _list(day, table.get(day, [])))
    )


def _span(where: str, text: Any) -> tuple[time, time]:
    start, dash, end = str(text).partition("-")
    if not dash:
        raise RotaFileError(f'{where}: a span is like "08:00-17:30", not {text!r}')
    return _time(where, start.strip()), _time(where, end.strip())


def _list(day: str, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise RotaFileError(f'[opening_hours] {day}: give a list, like ["08:00-17:30"]')
    return value


def _time(where: str, value: Any) -> time:
    if isinstance(value, time):
        return value
    try:
        return time.fromisoformat("00:00" if value == "24:00" else value)
    except (TypeError, ValueError) as error:
        raise RotaFileError(f'{where} is a time like "08:00", not {value!r}') from error


def _date(where: str, value: Any) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise RotaFileError(f"{where} is a date like 2026-03-02 (without quotes), not {value!r}")


def _moment(where: str, value: Any, zone: str) -> datetime:
    if isinstance(value, datetime):
        return value if value.tzinfo else localise(value, ZoneInfo(zone))
    if isinstance(value, date):
        return localise(datetime.combine(value, time()), ZoneInfo(zone))
    raise RotaFileError(f"{where} is a date or a time like 2026-03-02T12:00:00 (without quotes), not {value!r}")


def _minutes(start: time, end: time) -> int:
    length = datetime.combine(STARTING, end) - datetime.combine(STARTING, start)
    return int(length.total_seconds()) // 60 + (0 if length > timedelta() else 24 * 60)


def _table(where: str, value: Any) -> Table:
    if not isinstance(value, dict):
        raise RotaFileError(f"{where} is missing" if value is None else f"{where} is not a table")
    return value


def _known(where: str, table: Table, names: set[str]) -> None:
    if unknown := sorted(set(table) - names):
        raise RotaFileError(f"{where} has an unknown {unknown[0]!r}; known are {', '.join(sorted(names))}")


def _made(where: str, kind: type[M], fields: Any) -> M:
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        at = ".".join(str(part) for part in first["loc"])
        message = str(first["msg"]).removeprefix("Value error, ")
        raise RotaFileError(f"{where}{at + ': ' if at else ''}{message}") from error
