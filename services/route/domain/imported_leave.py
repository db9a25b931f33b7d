"""Leave that somebody else says, in a team's agreements: taken over, and what has been stays as it was. Pure.

Of a calendar here; of another team in `leave_elsewhere.py`.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from services.contracts.teams import Leave, TeamConfig
from services.route.domain.imported_shifts import first_id, free_id, is_of


def take_over_leave(config: TeamConfig, calendar: str, leave: Iterable[Leave], now: datetime) -> TeamConfig:
    """The agreements with the leave that the calendar says from `now` on.

    See `replaced_from_now`.
    """

    def known_as(old: Leave) -> str | None:
        return first_id(calendar, old.id) if is_of(calendar, old.id) else None

    return config.model_copy(update={"leave": replaced_from_now(config.leave, leave, known_as, now)})


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
