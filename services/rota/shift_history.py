"""Adding, editing and removing a shift without touching what has been: history is immutable. Gives a new configuration.

A shift that has begun is ended and the new one is linked to it; one that has not begun is simply replaced or taken out.
What is over long ago is left out (`without_old`), which is the one thing that history loses.
"""

from collections.abc import Container, Iterable, Mapping
from datetime import datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from services.contracts.teams import Rotation, Shift, TeamConfig
from services.rota import recurrence
from services.rota.recurrence import RotaError
from services.rota.spans import chain, occurrences
from services.rota.turns import Turns, calendar_units
from services.rota.wall_clock import MARGIN, localise

_SLUG_LENGTH = 63
_FAR = MARGIN * 200
"""Far enough to meet the next occurrence of a shift that recurs yearly."""


def add_shift(config: TeamConfig, new: Shift, now: datetime) -> TeamConfig:
    """With one more shift, from `now` on.

    Raises:
        RotaError: there is a shift of that name, its rule cannot be worked out, or it is all over.
    """
    if new.id in {shift.id for shift in config.shifts}:
        raise RotaError(f"there is a shift {new.id!r} already")
    fresh = new.model_copy(update={"since": None, "replaces": None, "ended_at": None})
    added = fresh.model_copy(update={"since": now}) if has_begun(config, fresh, now) else fresh
    begins = max(now, localise(added.start, ZoneInfo(added.time_zone or config.time_zone)))
    if next(occurrences(added, recurrence.parse(added), config, now, begins + _FAR), None) is None:
        raise RotaError(f"shift {new.id!r} does not happen any more")
    return config.model_copy(update={"shifts": (*config.shifts, added)})


def edit_shift(config: TeamConfig, shift_id: str, new: Shift, now: datetime, turns_as_said: bool = False) -> TeamConfig:
    """`shift_id` as `new` from `now` on, or from the start of `new` when that is later.

    Where both have a rotation, the group whose turn it is stays so by its place in the list: `counted_from` and `done`
    of `new` are set accordingly, unless turns are to be counted as `new` says.

    Raises:
        RotaError: there is no such shift, it is history already, or a rule cannot be worked out.
    """
    old = _running(config, shift_id, now)
    begins = localise(new.start, ZoneInfo(new.time_zone or config.time_zone))
    if not has_begun(config, old, now):
        since = max(old.since or now, now) if begins < now else old.since
        update = {"id": old.id, "since": since, "replaces": old.replaces, "ended_at": None}
        return _with(config, old, (new.model_copy(update=update),))
    cut = max(now, begins)
    update = {"id": free_id(config, old, new), "since": cut, "replaces": old.id, "ended_at": None}
    linked = new.model_copy(update=update)
    if old.rotation and new.rotation and not turns_as_said:
        linked = linked.model_copy(update={"rotation": _going_on(config, old, linked, cut)})
    return _with(config, old, (old.model_copy(update={"ended_at": _earliest(old.ended_at, cut)}), linked))


def remove_shift(config: TeamConfig, shift_id: str, now: datetime) -> TeamConfig:
    """Without `shift_id` from `now` on. One that has not begun goes altogether, and with it the swaps that are about it.

    Raises:
        RotaError: there is no such shift, or it is history already.
    """
    old = _running(config, shift_id, now)
    if has_begun(config, old, now):
        return _with(config, old, (old.model_copy(update={"ended_at": _earliest(old.ended_at, now)}),))
    left = _with(config, old, ())
    return left.model_copy(update={"swaps": tuple(swap for swap in config.swaps if swap.shift != shift_id)})


def has_begun(config: TeamConfig, shift: Shift, now: datetime) -> bool:
    """Whether some of it lies before `now`."""
    zone = ZoneInfo(shift.time_zone or config.time_zone)
    begins = localise(shift.start, zone)
    if begins >= now or (shift.since is not None and shift.since >= now):
        return False
    return next(occurrences(shift, recurrence.parse(shift), config, begins - MARGIN, now), None) is not None


def over_at(config: TeamConfig, shift: Shift) -> datetime | None:
    """From when on it does not happen any more; `None` when it goes on, or when only its rule says until when."""
    zone, length = ZoneInfo(shift.time_zone or config.time_zone), timedelta(minutes=shift.minutes)
    ends = [shift.ended_at] if shift.ended_at else []
    if shift.rule is None:
        ends.append(localise(shift.start + length, zone))
    elif shift.until is not None:
        ends.append(localise(datetime.combine(shift.until, time.max) + length, zone))
    return min(ends, default=None)


def is_over(config: TeamConfig, shift: Shift, now: datetime) -> bool:
    """Whether it does not happen any more from `now` on; one whose own rule ends it counts as going on."""
    over = over_at(config, shift)
    return over is not None and over <= now


def settled(config: TeamConfig, now: datetime) -> TeamConfig:
    """With each shift that was only once and is over marked as ended then: who has left may be named in it."""
    shifts = tuple(_settled(config, shift, now) for shift in config.shifts)
    same = all(one is other for one, other in zip(shifts, config.shifts, strict=True))
    return config if same else config.model_copy(update={"shifts": shifts})


def without_old(config: TeamConfig, before: datetime) -> TeamConfig:
    """Without the shifts that were over at `before`, but for those that a swap is about, and the first of what goes on.

    That first one names the events of calendars (`publish.py`). What replaced one that goes is linked to what that replaced.
    """
    by_id = {shift.id: shift for shift in config.shifts}
    named = {swap.shift for swap in config.swaps}
    kept = {shift.id for shift in config.shifts if shift.id in named or not is_over(config, shift, before)}
    if len(kept) == len(config.shifts):
        return config
    kept |= _firsts(by_id, kept)
    shifts = tuple(_relinked(by_id, shift, kept) for shift in config.shifts if shift.id in kept)
    return config.model_copy(update={"shifts": shifts})


def _firsts(by_id: Mapping[str, Shift], names: Iterable[str]) -> set[str]:
    """The shifts that these go back to in the end."""
    first: dict[str, str] = {}
    for name in names:
        if fresh := chain(by_id, name, first):
            known = first.get(by_id[fresh[-1]].replaces or "", fresh[-1])
            first |= dict.fromkeys(fresh, known)
    return set(first.values())


def _settled(config: TeamConfig, shift: Shift, now: datetime) -> Shift:
    if shift.rule is not None or shift.ended_at is not None or not is_over(config, shift, now):
        return shift
    return shift.model_copy(update={"ended_at": over_at(config, shift)})


def _relinked(by_id: Mapping[str, Shift], shift: Shift, kept: Container[str]) -> Shift:
    name = shift.replaces
    while name is not None and name in by_id and name not in kept:
        name = by_id[name].replaces
    return shift if name == shift.replaces else shift.model_copy(update={"replaces": name})


def _running(config: TeamConfig, shift_id: str, now: datetime) -> Shift:
    shift = next((one for one in config.shifts if one.id == shift_id), None)
    if shift is None:
        raise RotaError(f"there is no shift {shift_id!r}")
    if shift.ended_at is not None and shift.ended_at <= now:
        raise RotaError(f"shift {shift_id!r} ended at {shift.ended_at:%Y-%m-%d %H:%M} UTC and is history")
    return shift


def _with(config: TeamConfig, old: Shift, instead: tuple[Shift, ...]) -> TeamConfig:
    place = next(number for number, one in enumerate(config.shifts) if one is old)
    shifts = (*config.shifts[:place], *instead, *config.shifts[place + 1 :])
    return config.model_copy(update={"shifts": shifts})


def free_id(config: TeamConfig, old: Shift, new: Shift) -> str:
    """The id of `new`, or else that of `old` with the next number."""
    taken = {shift.id for shift in config.shifts}
    if new.id not in taken:
        return new.id
    stem, dash, number = old.id.rpartition("-")
    root = stem if dash and number.isdigit() else old.id
    names = (f"{root[: _SLUG_LENGTH - 6]}-{number}" for number in count(2))
    return next(name for name in names if name not in taken)


def _earliest(ended_at: datetime | None, cut: datetime) -> datetime:
    return min(ended_at, cut) if ended_at else cut


def _going_on(config: TeamConfig, old: Shift, new: Shift, cut: datetime) -> Rotation:
    """The rotation of `new`, counted so that the place in the list that has its turn at `cut` is that of `old`."""
    before, after = old.rotation, new.rotation
    assert before is not None, "asked only of rotations"
    assert after is not None, "asked only of rotations"
    same = (before.turn, before.every) == (after.turn, after.every)
    anchor = (before.counted_from or old.start.date()) if same else (after.counted_from or new.start.date())
    after = after.model_copy(update={"counted_from": anchor, "done": 0})
    units = _units_at(config, old, before, cut)
    place = units // before.every % len(before.groups) % len(after.groups)
    wanted = place * after.every + (units % before.every if same else 0)
    been = _units_at(config, new, after, cut)
    return after.model_copy(update={"done": (wanted - been) % (after.every * len(after.groups))})


def _units_at(config: TeamConfig, shift: Shift, rotation: Rotation, cut: datetime) -> int:
    """The units that have been at `cut`: by the calendar, or at the occurrence that is running or comes next."""
    if rotation.turn != "occurrence":
        day = cut.astimezone(ZoneInfo(shift.time_zone or config.time_zone)).date()
        return rotation.done + calendar_units(rotation, shift.start.date(), day)
    counted = shift.model_copy(update={"rotation": rotation, "since": None, "ended_at": None})
    rule = recurrence.parse(counted)
    following = next(occurrences(counted, rule, config, cut, cut + _FAR), None)
    return Turns(counted, rule).units(following[2]) if following else rotation.done
