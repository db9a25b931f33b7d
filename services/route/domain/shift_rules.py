"""What leads do with the rota itself: overrides, shifts, and plans that they accept. History is immutable."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from services.contracts.commands import AcceptPlan, AddOverride, AddShift, EditShift, RemoveOverride, RemoveShift
from services.contracts.events import (
    OverrideAdded,
    OverrideRemoved,
    PlanAccepted,
    ShiftAdded,
    ShiftEdited,
    ShiftRemoved,
)
from services.contracts.rota import Override, Shift
from services.contracts.teams import TeamConfig
from services.rota import shift_history
from services.rota.recurrence import RotaError
from services.route.domain.agreement import Agreement
from services.route.domain.answers import Refusal
from services.route.domain.drafts import Draft
from services.route.domain.rota_changes import ahead, changed_config, ended, found, leads_only, rota_draft

T = TypeVar("T")


def add_override(agreed: Agreement, command: AddOverride, now: datetime) -> list[Draft]:
    """These people are on, from now at the earliest."""
    leads_only(agreed, command.actor)
    ahead(command.end, now)
    override = Override(
        id=f"override-{command.id}",
        people=command.people,
        start=max(command.start, now),
        end=command.end,
        reason=command.reason,
    )
    config = changed_config(agreed, overrides=(*agreed.config.overrides, override))
    return rota_draft(agreed, config, OverrideAdded, now, override=override)


def remove_override(agreed: Agreement, command: RemoveOverride, now: datetime) -> list[Draft]:
    """It does not count any more, from now on."""
    leads_only(agreed, command.actor)
    override = found(agreed.config.overrides, "override", command.override)
    config = changed_config(agreed, overrides=ended(agreed.config.overrides, override, now))
    return rota_draft(agreed, config, OverrideRemoved, now, override=override)


def add_shift(agreed: Agreement, command: AddShift, now: datetime) -> list[Draft]:
    """One more, from now on."""
    leads_only(agreed, command.actor)
    if command.shift in agreed.config.shifts:
        return []
    config = _allowed(lambda: shift_history.add_shift(agreed.config, command.shift, now))
    return rota_draft(agreed, config, ShiftAdded, now, shift=config.shifts[-1])


def edit_shift(agreed: Agreement, command: EditShift, now: datetime) -> list[Draft]:
    """One that has begun ends, and the new one replaces it."""
    leads_only(agreed, command.actor)
    _shift(agreed.config, command.shift)
    config = _allowed(lambda: shift_history.edit_shift(agreed.config, command.shift, command.new, now))
    place = next(number for number, one in enumerate(agreed.config.shifts) if one.id == command.shift)
    linked = len(config.shifts) > len(agreed.config.shifts)
    instead = config.shifts[place + 1 if linked else place]
    return rota_draft(agreed, config, ShiftEdited, now, shift=command.shift, instead=instead)


def remove_shift(agreed: Agreement, command: RemoveShift, now: datetime) -> list[Draft]:
    """It does not count any more, from now on."""
    leads_only(agreed, command.actor)
    shift = _shift(agreed.config, command.shift)
    config = _allowed(lambda: shift_history.remove_shift(agreed.config, command.shift, now))
    return rota_draft(agreed, config, ShiftRemoved, now, shift=shift)


def accept_plan(agreed: Agreement, command: AcceptPlan, now: datetime) -> list[Draft]:
    """A plan, or the part of it that the lead has chosen: what it removes, then what it adds, in one step."""
    leads_only(agreed, command.actor)
    config = agreed.config
    for name in command.remove:
        config = _without(config, name, now)
    added = tuple(_from_now(config, shift, now) for shift in command.add)
    config = config.model_copy(update={"shifts": (*config.shifts, *added)})
    return rota_draft(
        agreed,
        config,
        PlanAccepted,
        now,
        plan=command.plan,
        added=tuple(shift.id for shift in added),
        removed=command.remove,
    )


def _without(config: TeamConfig, name: str, now: datetime) -> TeamConfig:
    _shift(config, name)
    return _allowed(lambda: shift_history.remove_shift(config, name, now))


def _from_now(config: TeamConfig, shift: Shift, now: datetime) -> Shift:
    """A shift that is added now changes nothing of what has been."""
    begun = _allowed(lambda: shift_history.has_begun(config, shift, now))
    return shift.model_copy(update={"since": now}) if begun else shift


def _shift(config: TeamConfig, name: str) -> Shift:
    known = next((one for one in config.shifts if one.id == name), None)
    if known is None:
        raise Refusal("not_found", f"there is no shift {name!r}")
    return known


def _allowed(change: Callable[[], T]) -> T:
    try:
        return change()
    except RotaError as error:
        raise Refusal("invalid", str(error)) from error
