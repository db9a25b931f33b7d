"""The rows of a team file, each as its model: who has left, shifts, leave, overrides, swaps, stand-ins, demand.

Used by `rota_file.py`.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from services.contracts.teams import Demand, FormerPerson, Leave, OpeningSpan, Override, Shift, StandInRequest, Swap
from services.route.team_file_values import (
    DAYS,
    RotaFileError,
    Table,
    a_date,
    a_moment,
    a_stretch,
    a_time,
    known,
    made,
    weekdays,
)

CODES = dict(zip(DAYS, ("MO", "TU", "WE", "TH", "FR", "SA", "SU"), strict=True))
STARTING = date(2024, 1, 1)
"""When a recurring shift starts, if the file does not say: a Monday long ago."""
_SAME = {"id", "people", "rotation", "until", "time_zone", "layer", "skills", "channels", "replaces"}
_SHIFT = _SAME | {"days", "date", "rule", "starting", "from", "to", "minutes", "since", "ended_at"}
_STRETCH = {"id", "from", "to"}


def shift(number: int, row: Table, zone: str) -> Shift:
    """`people` or `rotation`, `from`, `to` or `minutes`, and when: `days`, `date` or `rule`."""
    known("it", row, _SHIFT)
    day, rule = _when(row)
    begins = a_time("from", row.get("from"))
    fields = {
        "id": f"shift-{number}",
        **_given(row, _SAME),
        **_moments(row, ("since", "ended_at"), zone),
        "start": datetime.combine(day, begins),
        "minutes": row["minutes"] if "minutes" in row else _minutes(begins, a_time("to", row.get("to"))),
        "rule": rule,
    }
    return made("", Shift, fields)


def former(_number: int, row: Table, zone: str) -> FormerPerson:
    """`id`, and `at`, when they left."""
    known("it", row, {"id", "at"})
    return made("", FormerPerson, {**_given(row, {"id"}), **_moments(row, ("at",), zone)})


def leave(number: int, row: Table, zone: str) -> Leave:
    """`person`, `from`, `to`; whole days where they are days."""
    names = {"person", "kind", "state", "note", "until_well"}
    known("it", row, names | _STRETCH | {"reminded_at"})
    when = a_stretch(row, zone) | _moments(row, ("reminded_at",), zone)
    return made("", Leave, {"id": f"leave-{number}", **_given(row, names | {"id"}), **when})


def override(number: int, row: Table, zone: str) -> Override:
    """`people`, `from`, `to`."""
    known("it", row, _STRETCH | {"people", "reason"})
    fields = {"id": f"override-{number}", **_given(row, {"id", "people", "reason"}), **a_stretch(row, zone)}
    return made("", Override, fields)


def swap(number: int, row: Table, zone: str) -> Swap:
    """`shift`, `person`, `from`, `to`, and its state."""
    names = {"id", "shift", "person", "taker", "state", "note"}
    known("it", row, names | _STRETCH | {"asked_at", "reminded_at"})
    when = a_stretch(row, zone) | _moments(row, ("asked_at", "reminded_at"), zone)
    return made("", Swap, {"id": f"swap-{number}", **_given(row, names), **when})


def stand_in(number: int, row: Table, zone: str) -> StandInRequest:
    """`for_person`, `person`, `from`, `to`, and its state."""
    names = {"id", "for_person", "person", "state", "note"}
    known("it", row, names | _STRETCH | {"asked_at"})
    when = a_stretch(row, zone) | _moments(row, ("asked_at",), zone)
    return made("", StandInRequest, {"id": f"stand-in-{number}", **_given(row, names), **when})


def demand(_number: int, row: Table) -> Demand:
    """`days`, `from`, `to`, how many people, and what they must have."""
    names = {"people", "skill", "language", "channel"}
    known("it", row, names | {"days", "from", "to"})
    times = {"start": a_time("from", row.get("from")), "end": a_time("to", row.get("to"))}
    return made("", Demand, {"days": weekdays(row.get("days")), **times, **_given(row, names)})


def opening_hours(table: Table) -> tuple[OpeningSpan, ...]:
    """A list of spans for each day that is open."""
    known("[opening_hours]", table, set(DAYS))
    return tuple(
        OpeningSpan(day=number, start=start, end=end)
        for number, day in enumerate(DAYS)
        for start, end in (_span(f"[opening_hours] {day}", text) for text in _list(day, table.get(day, [])))
    )


def _given(row: Table, names: Iterable[str]) -> dict[str, Any]:
    return {name: row[name] for name in names if name in row}


def _moments(row: Table, names: Iterable[str], zone: str) -> dict[str, datetime]:
    return {name: a_moment(name, row[name], zone) for name in names if name in row}


def _when(row: Table) -> tuple[date, str | None]:
    given = [key for key in ("days", "date", "rule") if key in row]
    if len(given) != 1:
        raise RotaFileError("say when with one of days, date or rule")
    if "date" in row:
        return a_date("date", row["date"]), None
    starting = a_date("starting", row.get("starting", STARTING))
    if "rule" in row:
        return starting, str(row["rule"])
    return starting, "FREQ=WEEKLY;BYDAY=" + ",".join(CODES[DAYS[day]] for day in weekdays(row["days"]))


def _minutes(start: time, end: time) -> int:
    length = datetime.combine(STARTING, end) - datetime.combine(STARTING, start)
    return int(length.total_seconds()) // 60 + (0 if length > timedelta() else 24 * 60)


def _span(where: str, text: Any) -> tuple[time, time]:
    start, dash, end = str(text).partition("-")
    if not dash:
        raise RotaFileError(f'{where}: a span is like "08:00-17:30", not {text!r}')
    return a_time(where, start.strip()), a_time(where, end.strip())


def _list(day: str, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise RotaFileError(f'[opening_hours] {day}: give a list, like ["08:00-17:30"]')
    return value
