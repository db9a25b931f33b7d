"""Leave that somebody else says: another team of the person, or a calendar; what it makes of a team's leave. Pure.

Route keeps it by this (`services/route/domain/leave_elsewhere.py`, `imported_leave.py`); the desk asks by it whether a team
would have other leave if it were told what another grants.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from services.contracts.ids import away_id
from services.contracts.rota import Leave
from services.contracts.teams import TeamConfig


def own_granted(config: TeamConfig, now: datetime) -> dict[str, tuple[Leave, ...]]:
    """The leave that this team has granted and that is not over, by person; sickness is told in a way of its own."""
    found: dict[str, tuple[Leave, ...]] = {}
    for one in config.leave:
        if one.kind == "leave" and one.state == "approved" and one.elsewhere is None and one.end > now:
            found[one.person] = (*found.get(one.person, ()), one)
    return found


def bare(leave: Leave) -> Leave:
    """What another team needs to know of it."""
    return Leave(id=leave.id, person=leave.person, start=leave.start, end=leave.end)


def noted(
    known: Iterable[Leave], person: str, elsewhere: str, said: Iterable[Leave], now: datetime
) -> tuple[Leave, ...]:
    """The leave of a team once it is told that `said` is all that `elsewhere` has granted the person and that is not over.

    As it was when that is known already.
    """
    kept = [_kept(one, person, elsewhere) for one in said]
    ids = {one.id for one in kept}

    def known_as(old: Leave) -> str | None:
        if (old.person, old.elsewhere) != (person, elsewhere):
            return None
        return next((id_ for id_ in ids if old.id.startswith(id_)), old.id)

    return replaced_from_now(known, kept, known_as, now)


def _kept(leave: Leave, person: str, elsewhere: str) -> Leave:
    """Leave of another team as it is kept here."""
    return Leave(id=away_id(elsewhere, leave.id), person=person, start=leave.start, end=leave.end, elsewhere=elsewhere)


def replaced_from_now(
    known: Iterable[Leave], said: Iterable[Leave], known_as: Callable[[Leave], str | None], now: datetime
) -> tuple[Leave, ...]:
    """The leave with what somebody else says of theirs from `now` on. `known_as` is what they call one; `None`: not theirs.

    What has been stays. What is running and has gone ends now, and what is running and is said otherwise ends when it is now
    said to; what had not begun is replaced; what is heard of while it runs counts from now.
    """
    given = {one.id: one for one in said}
    kept: list[Leave] = []
    for old in known:
        name = known_as(old)
        if name is None or old.end <= now:
            kept.append(old)
        elif (again := _again(old, given.pop(name, None), now)) is not None:
            kept.append(again)
    taken = {one.id for one in kept}
    return (*kept, *_new(given.values(), taken, now))


def _again(old: Leave, new: Leave | None, now: datetime) -> Leave | None:
    """Leave that has not ended, now that the calendar says `new`; `None` when there is none of it any more."""
    if old.start >= now:
        return new.model_copy(update={"id": old.id, "start": max(new.start, now)}) if new and new.end > now else None
    if new is None or new.end <= now or new.start > now:
        return old.model_copy(update={"end": now})
    return old.model_copy(update={"end": new.end})


def _new(given: Iterable[Leave], taken: set[str], now: datetime) -> Iterator[Leave]:
    for one in given:
        if one.end > now:
            yield one.model_copy(update={"id": free_id(one.id, taken, now), "start": max(one.start, now)})


def free_id(entry: str, taken: set[str], now: datetime) -> str:
    """An id for what comes back while what it was is kept under the same id."""
    return entry if entry not in taken else later_id(entry, now)


def later_id(entry: str, now: datetime) -> str:
    """An id for what goes on otherwise than it was."""
    return f"{entry}-{int(now.timestamp()):x}"
