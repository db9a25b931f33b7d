"""The values of a team file: times, dates, moments, tables, refused with a reason for people. Used by `rota_file.py`."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ValidationError

from services.rota.wall_clock import localise

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Table = Mapping[str, Any]
M = TypeVar("M", bound=BaseModel)


class RotaFileError(ValueError):
    """The file cannot be used; one line that says where and what, for people."""


def each(what: str, rows: Any, make: Callable[[int, Table], M]) -> tuple[M, ...]:
    """One model for each row; an error says which row, by its name where it has one."""
    if not isinstance(rows, list):
        raise RotaFileError(f"each {what} is a [[table]] of its own")
    result = []
    for number, row in enumerate(rows, start=1):
        name = f"{what} {_name(row, number)}"
        try:
            result.append(make(number, table(name, row)))
        except RotaFileError as error:
            raise RotaFileError(f"{name}: {error}") from error
    return tuple(result)


def _name(row: Any, number: int) -> str:
    name = (row.get("id") or row.get("person")) if isinstance(row, dict) else None
    return repr(name) if name else f"number {number}"


def table(where: str, value: Any) -> Table:
    """A table."""
    if not isinstance(value, dict):
        raise RotaFileError(f"{where} is missing" if value is None else f"{where} is not a table")
    return value


def known(where: str, row: Table, names: set[str]) -> None:
    """Refuse a name that is not one of `names`."""
    if unknown := sorted(set(row) - names):
        raise RotaFileError(f"{where} has an unknown {unknown[0]!r}; known are {', '.join(sorted(names))}")


def made(where: str, kind: type[M], fields: Any) -> M:
    """The model with these fields."""
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        at = ".".join(str(part) for part in first["loc"])
        message = str(first["msg"]).removeprefix("Value error, ")
        raise RotaFileError(f"{where}{at + ': ' if at else ''}{message}") from error


def weekdays(value: Any) -> list[int]:
    """Numbers of days, 0 is Monday."""
    if not isinstance(value, list) or not value or not all(day in DAYS for day in value):
        raise RotaFileError(f"days is a list of {', '.join(DAYS)}, not {value!r}")
    return [DAYS.index(day) for day in value]


def a_time(where: str, value: Any) -> time:
    """A time of the day; 24:00 is midnight."""
    if isinstance(value, time):
        return value
    try:
        return time.fromisoformat("00:00" if value == "24:00" else value)
    except (TypeError, ValueError) as error:
        raise RotaFileError(f'{where} is a time like "08:00", not {value!r}') from error


def a_date(where: str, value: Any) -> date:
    """A day."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise RotaFileError(f"{where} is a date like 2026-03-02 (without quotes), not {value!r}")


def a_moment(where: str, value: Any, zone: str) -> datetime:
    """A moment; without an offset it is on the wall clock of `zone`, and a day alone is its midnight."""
    if isinstance(value, datetime):
        return value if value.tzinfo else localise(value, _zone(zone))
    if isinstance(value, date):
        return localise(datetime.combine(value, time()), _zone(zone))
    raise RotaFileError(f"{where} is a date or a time like 2026-03-02T12:00:00 (without quotes), not {value!r}")


def a_stretch(row: Table, zone: str) -> dict[str, datetime]:
    """`from` and `to` of a row as `start` and `end`; a `to` that is a day alone is that whole day."""
    start, end = a_moment("from", row.get("from"), zone), a_moment("to", row.get("to"), zone)
    if isinstance(row.get("to"), date) and not isinstance(row.get("to"), datetime):
        end = a_moment("to", row["to"] + timedelta(days=1), zone)
    return {"start": start, "end": end}


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise RotaFileError(f"unknown time zone {name!r}") from error
