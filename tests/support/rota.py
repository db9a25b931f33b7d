"""What may be asked of a rota at random, for the property tests: each gives a command's type and fields, or nothing."""

from collections.abc import Callable, Sequence
from datetime import datetime
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
from services.contracts.teams import Shift, TeamConfig

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
