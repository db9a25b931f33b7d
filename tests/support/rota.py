"""What may be asked of a rota at random, for the property tests: each gives a command's type and fields, or nothing."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from services.contracts.commands import (
    AcceptPlan,
    AddOverride,
    AddShift,
    AnswerStandIn,
    AskLeave,
    AskStandIn,
    CallInSick,
    Command,
    DecideLeave,
    EditShift,
    OfferSwap,
    RemoveOverride,
    RemoveShift,
    ReportWell,
    TakeSwap,
    WithdrawLeave,
    WithdrawSwap,
)
from services.contracts.teams import Leave, Shift, TeamConfig

Asked = tuple[type[Command], dict[str, Any]] | None
Ask = Callable[[TeamConfig, int, datetime, datetime], Asked]

HOURS = st.tuples(st.sampled_from((-3, 0, 1, 5, 24, 90)), st.sampled_from((1, 6, 30, 200)))
"""How far from now something begins, and how long it lasts."""


def _one(entries: Sequence[Any], pick: int) -> Any:
    return entries[pick % len(entries)]


def _named(kind: type[Command], field: str, entries: str) -> Ask:
    """A command about one of the entries that there are, or about one that there is not."""

    def asked(agreed: TeamConfig, pick: int, _start: datetime, _end: datetime) -> Asked:
        known = [*(entry.id for entry in getattr(agreed, entries)), "niets"]
        more = {"approve": pick % 3 > 0} if kind is DecideLeave else {}
        more |= {"accept": pick % 3 > 0} if kind is AnswerStandIn else {}
        return kind, {field: _one(known, pick), **more}

    return asked


def _leave(agreed: TeamConfig, pick: int, start: datetime, end: datetime) -> Asked:
    person = _one([None, *(one.id for one in agreed.people)], pick)
    return AskLeave, {"person": person, "start": start, "end": end}


def _sick(agreed: TeamConfig, pick: int, _start: datetime, end: datetime) -> Asked:
    person = _one([None, *(one.id for one in agreed.people)], pick)
    return CallInSick, {"person": person, "until": end if pick % 2 else None}


def _well(agreed: TeamConfig, pick: int, _start: datetime, _end: datetime) -> Asked:
    return ReportWell, {"person": _one([None, *(one.id for one in agreed.people)], pick)}


def _swap(agreed: TeamConfig, pick: int, start: datetime, end: datetime) -> Asked:
    person = _one([None, *(one.id for one in agreed.people)], pick)
    shift = _one([*(one.id for one in agreed.shifts), "niets"], pick)
    return OfferSwap, {"person": person, "shift": shift, "start": start, "end": end}


def _stand_in(agreed: TeamConfig, pick: int, start: datetime, end: datetime) -> Asked:
    people = [one.id for one in agreed.people]
    fields = {"for_person": _one(people, pick), "person": _one(people, pick // 7)}
    return AskStandIn, fields | {"start": start, "end": end}


def _override(agreed: TeamConfig, pick: int, start: datetime, end: datetime) -> Asked:
    return AddOverride, {"people": (_one([one.id for one in agreed.people], pick),), "start": start, "end": end}


def _new_shift(agreed: TeamConfig, pick: int, start: datetime) -> Shift:
    return Shift(
        id=f"nieuw-{pick % 5}",
        people=(_one([one.id for one in agreed.people], pick),),
        start=start.replace(tzinfo=None, minute=0, second=0, microsecond=0),
        minutes=(60, 480, 1500)[pick % 3],
        rule=(None, "FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,WE")[pick % 3],
        layer=pick % 2,
    )


def _edited(agreed: TeamConfig, pick: int, start: datetime, _end: datetime) -> Asked:
    if not agreed.shifts:
        return None
    return EditShift, {"shift": _one(agreed.shifts, pick).id, "new": _new_shift(agreed, pick, start)}


def _added(agreed: TeamConfig, pick: int, start: datetime, _end: datetime) -> Asked:
    return AddShift, {"shift": _new_shift(agreed, pick, start)}


def _plan(agreed: TeamConfig, pick: int, start: datetime, _end: datetime) -> Asked:
    removed = (_one(agreed.shifts, pick).id,) if agreed.shifts and pick % 3 == 0 else ()
    return AcceptPlan, {"add": (_new_shift(agreed, pick, start),), "remove": removed}


ROTA_ASKS: tuple[Ask, ...] = (
    _leave,
    _sick,
    _well,
    _swap,
    _stand_in,
    _override,
    _added,
    _edited,
    _plan,
    _named(DecideLeave, "leave", "leave"),
    _named(WithdrawLeave, "leave", "leave"),
    _named(TakeSwap, "swap", "swaps"),
    _named(WithdrawSwap, "swap", "swaps"),
    _named(AnswerStandIn, "stand_in", "stand_ins"),
    _named(RemoveOverride, "override", "overrides"),
    _named(RemoveShift, "shift", "shifts"),
)

FileChange = Callable[[TeamConfig, int, datetime], TeamConfig]


def _without_one(entries: str) -> FileChange:
    """A file from which a row was taken out."""

    def changed(agreed: TeamConfig, pick: int, _now: datetime) -> TeamConfig:
        rows = list(getattr(agreed, entries))
        if rows:
            del rows[pick % len(rows)]
        return _consistent(agreed.model_copy(update={entries: tuple(rows)}))

    return changed


def _consistent(agreed: TeamConfig) -> TeamConfig:
    """Without what is about shifts that the file has not."""
    names = {one.id for one in agreed.shifts}
    shifts = (one if one.replaces in names else one.model_copy(update={"replaces": None}) for one in agreed.shifts)
    swaps = (one for one in agreed.swaps if one.shift in names)
    return agreed.model_copy(update={"shifts": tuple(shifts), "swaps": tuple(swaps)})


def _longer(entries: str) -> FileChange:
    """A file in which leave, an override, a swap or a stand-in has other times."""

    def changed(agreed: TeamConfig, pick: int, now: datetime) -> TeamConfig:
        rows = list(getattr(agreed, entries))
        if rows:
            row, begin = rows[pick % len(rows)], now + timedelta(hours=pick % 30 - 15)
            rows[pick % len(rows)] = row.model_copy(update={"start": begin, "end": begin + timedelta(hours=9)})
        return agreed.model_copy(update={entries: tuple(rows)})

    return changed


def _shift_differs(agreed: TeamConfig, pick: int, now: datetime) -> TeamConfig:
    rows = list(agreed.shifts)
    if rows:
        made = _new_shift(agreed, pick, now + timedelta(hours=pick % 40 - 20))
        kept = {"id", "since", "ended_at", "replaces"}
        old = rows[pick % len(rows)]
        rows[pick % len(rows)] = made.model_copy(update={name: getattr(old, name) for name in kept})
    return agreed.model_copy(update={"shifts": tuple(rows)})


def _new_leave(agreed: TeamConfig, pick: int, now: datetime) -> TeamConfig:
    start = now + timedelta(hours=pick % 60 - 40)
    fields = {"person": _one(agreed.people, pick).id, "start": start, "end": start + timedelta(hours=30)}
    return agreed.model_copy(update={"leave": (Leave(id="leave-1", **fields),)})


def _elsewhere(agreed: TeamConfig, pick: int, _now: datetime) -> TeamConfig:
    zone = ("Europe/Amsterdam", "Asia/Tokyo")[pick % 2]
    return agreed.model_copy(update={"time_zone": zone})


def _as_first_written(agreed: TeamConfig, _pick: int, _now: datetime) -> TeamConfig:
    """By hand, by who knows nothing of what history makes of shifts."""
    rows = {one.id.partition("-")[0]: one for one in agreed.shifts if one.ended_at is None}
    fresh = {"since": None, "replaces": None}
    shifts = tuple(one.model_copy(update={"id": name, **fresh}) for name, one in rows.items())
    return agreed.model_copy(update={"shifts": shifts, "leave": (), "swaps": (), "stand_ins": (), "overrides": ()})


FILE_CHANGES: tuple[FileChange, ...] = (
    *map(_without_one, ("shifts", "leave", "swaps", "stand_ins", "overrides")),
    *map(_longer, ("leave", "swaps", "stand_ins", "overrides")),
    _shift_differs,
    _new_leave,
    _elsewhere,
    _as_first_written,
)
"""What people do to a team file."""
