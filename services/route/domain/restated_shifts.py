"""The shifts of a team whose agreements are stated anew: what has been stays, from now on they are as stated. Pure.

Used by `restating.py`; the changes themselves are those of `services/rota/shift_history.py`.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from services.contracts.teams import Shift, TeamConfig
from services.rota.shift_history import edit_shift, free_id, has_begun, is_over, remove_shift
from services.rota.spans import lineages

Stays = Callable[[Shift], bool]
"""Whether a shift that is not stated stays as it is: what a calendar keeps, a file does not take out."""


def restated_shifts(known: TeamConfig, given: TeamConfig, stays: Stays, now: datetime) -> tuple[Shift, ...]:
    """The shifts of `known`, from `now` on as those of `given`.

    A shift that was changed since has another id: whoever states it under its first one states what goes on instead of it.

    Raises:
        RotaError: a shift's rule cannot be worked out.
    """
    config = known.model_copy(update={"shifts": _in_their_zone(known, given), "time_zone": given.time_zone})
    running = [old for old in config.shifts if not is_over(config, old, now)]
    people = frozenset(one.id for one in given.people)
    stated, until_then = _stated(config, running, given, now)
    for old in running:
        new = stated.get(old.id)
        if new is not None:
            config = _as_stated(config, old, new, people, now)
        elif not stays(old) and not (old.id in until_then and old.names() <= people):
            config = remove_shift(config, old.id, now)
    known_as = {new.id for new in stated.values()}
    for new in given.shifts:
        if new.id not in known_as and not is_over(given, new, now):
            config = _with_new(config, new, now)
    return tuple(_linked(config))


def _in_their_zone(known: TeamConfig, given: TeamConfig) -> tuple[Shift, ...]:
    """The known shifts; where the team moves to another time zone, each at the hour that it has been at."""
    if known.time_zone == given.time_zone:
        return known.shifts
    return tuple(
        one if one.time_zone else one.model_copy(update={"time_zone": known.time_zone}) for one in known.shifts
    )


def _stated(
    config: TeamConfig, running: list[Shift], given: TeamConfig, now: datetime
) -> tuple[dict[str, Shift], set[str]]:
    """What is stated of each running shift, by its id; and which shifts go on until one that is stated takes their place."""
    to_come = {one.id: one for one in given.shifts if not is_over(given, one, now)}
    heirs: dict[str, list[Shift]] = {}
    for old, ancestors in zip(running, _ancestors(config, running, to_come), strict=True):
        for name in {old.id} & to_come.keys() or ancestors:
            heirs.setdefault(name, []).append(old)
    stated: dict[str, Shift] = {}
    until_then: set[str] = set()
    for name, new in to_come.items():
        free = sorted(heirs.get(name, ()), key=lambda old: (_says(old) != _says(new), old.id != name))
        chosen = next((old for old in free if old.id not in stated), None)
        if chosen is not None:
            stated[chosen.id] = new
            until_then |= {old.id for old in free if old.id == name != chosen.id and old.ended_at}
    return stated, until_then


def _ancestors(config: TeamConfig, running: list[Shift], to_come: dict[str, Shift]) -> list[frozenset[str]]:
    found = lineages(config.shifts, to_come.keys())
    return [found[old.id] for old in running]


def _as_stated(config: TeamConfig, old: Shift, new: Shift, people: frozenset[str], now: datetime) -> TeamConfig:
    if _says(old) == _says(new):
        later = new.since if new.since and new.since > now and not has_begun(config, old, now) else old.since
        return _changed(config, old.id, {"ended_at": new.ended_at, "since": later})
    if not old.names() <= people:  # who has left is not on until a later start
        return _with_new(remove_shift(config, old.id, now), new, now)
    edited = edit_shift(config, old.id, new, now, turns_as_said=True)
    names = {one.id for one in config.shifts}
    instead = next((one.id for one in edited.shifts if one.id not in names), old.id)
    return _changed(edited, instead, {"ended_at": new.ended_at})


def _changed(config: TeamConfig, name: str, update: dict[str, object]) -> TeamConfig:
    shifts = (one.model_copy(update=update) if one.id == name else one for one in config.shifts)
    return config.model_copy(update={"shifts": tuple(shifts)})


def _with_new(config: TeamConfig, new: Shift, now: datetime) -> TeamConfig:
    """With a shift that is stated for the first time; one whose id is history's gets another, and goes on from it."""
    taken = new.id in {one.id for one in config.shifts}
    update: dict[str, object] = {"id": free_id(config, new, new), "replaces": new.id} if taken else {}
    if has_begun(config, new, now):
        update["since"] = now
    return config.model_copy(update={"shifts": (*config.shifts, new.model_copy(update=update))})


def _linked(config: TeamConfig) -> Iterator[Shift]:
    """Without links to shifts that are not there."""
    names = {one.id for one in config.shifts}
    for one in config.shifts:
        known = one.replaces is None or one.replaces in names
        yield one if known else one.model_copy(update={"replaces": None})


def _says(shift: Shift) -> Shift:
    """What is stated of it, without what history has made of it."""
    return shift.model_copy(update={"id": "x", "since": None, "replaces": None, "ended_at": None})
