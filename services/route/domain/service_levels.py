"""Which promises hold for a case, and when each is due, warned of, paused and kept. Used by `agreement.py`.

A promise is a `Deadline` on the clock of its service level: the team's opening hours, or every minute.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from services.contracts.cases import Deadline, DeadlineKind, Told
from services.contracts.mentions import MentionKind, UrgencyLabel
from services.contracts.teams import ServiceLevel, TeamConfig
from services.rota.opening_hours import OpeningHours
from services.route.domain.made import made, remade

WARN_SHARE = 0.8
REMIND_SHARE = 0.5
_NOTHING = timedelta()


def level_for(config: TeamConfig, urgency: UrgencyLabel, kind: MentionKind) -> ServiceLevel:
    """The first level whose conditions hold; the last one has none."""
    for level in config.service_levels[:-1]:
        if level.urgency is not None and urgency not in level.urgency:
            continue
        if level.kinds is None or kind in level.kinds:
            return level
    return config.service_levels[-1]


def target(level: ServiceLevel, kind: DeadlineKind) -> int | None:
    """The minutes that the level promises; `None` when it does not promise this."""
    minutes = (level.first_response_minutes, level.next_response_minutes, level.resolution_minutes)
    return minutes[("first_response", "next_response", "resolution").index(kind)]


def promise(hours: OpeningHours, level: ServiceLevel, kind: DeadlineKind, started_at: datetime) -> Deadline | None:
    """What `level` promises from `started_at` on.

    The warning comes when `warn_minutes` of the level's own time are left, or when 80 % of it has passed, whichever is
    later: a warning counted in opening hours comes while there is somebody to warn.
    """
    minutes = target(level, kind)
    if minutes is None:
        return None
    due_at, warn_at = _moments(hours, level, minutes, started_at, 0)
    fields = {"kind": kind, "level": level.id, "target_minutes": minutes}
    return made(Deadline, fields | {"started_at": started_at, "due_at": due_at, "warn_at": warn_at})


def first_response(hours: OpeningHours, level: ServiceLevel, started_at: datetime) -> Deadline:
    """The first-response promise, which every level makes."""
    made = promise(hours, level, "first_response", started_at)
    assert made is not None, "every level promises a first response"
    return made


def elapsed_seconds(hours: OpeningHours, level: ServiceLevel, start: datetime, end: datetime) -> int:
    """Seconds between two moments on the clock of `level`."""
    if level.always_open:
        return max(0, int((end - start).total_seconds()))
    return hours.seconds(start, end)


def spent(hours: OpeningHours, level: ServiceLevel, deadline: Deadline, now: datetime) -> int:
    """Seconds of the promise's clock that have passed at `now`."""
    if deadline.paused_at is not None:
        return deadline.spent_seconds
    running = elapsed_seconds(hours, level, deadline.resumed_at or deadline.started_at, now)
    return deadline.spent_seconds + running


def paused(hours: OpeningHours, level: ServiceLevel, deadline: Deadline, now: datetime) -> Deadline:
    """Its clock stands still from `now` on."""
    update = {"spent_seconds": spent(hours, level, deadline, now), "paused_at": now}
    return remade(deadline, update)


def resumed(hours: OpeningHours, level: ServiceLevel, deadline: Deadline, now: datetime) -> Deadline:
    """Its clock goes on from `now`, with what is left.

    A pause alone moves it later and makes it no newer: what was warned of before it is not warned of again. What was
    promised longer meanwhile is, as in `recalculated`.
    """
    due_at, warn_at = _moments(hours, level, deadline.target_minutes, now, deadline.spent_seconds)
    until_due, until_warning = _left(level, deadline.target_minutes, deadline.spent_seconds)
    update = {"resumed_at": now, "paused_at": None, "due_at": due_at, "warn_at": warn_at}
    return remade(deadline, update | _told(deadline, due_at, until_warning > _NOTHING, until_due > _NOTHING))


def met(hours: OpeningHours, level: ServiceLevel, deadline: Deadline, now: datetime) -> Deadline:
    """It is kept, in time or late; `spent_seconds` is now all that it took."""
    update = {"met_at": now, "spent_seconds": spent(hours, level, deadline, now), "escalate_at": None}
    return remade(deadline, update)


def recalculated(hours: OpeningHours, level: ServiceLevel, old: Deadline, now: datetime) -> Deadline | None:
    """`old` as `level` would have it now: `None` when it no longer promises this.

    What was warned or broken stays so unless the moment is ahead again: then it is told of anew at that moment, which is a
    later one, so that nobody misses the new deadline. Moved back to no later than what was told of, it is as it was then,
    and is not told of twice. Time before a pause stays as it was counted.
    """
    minutes = target(level, old.kind)
    if minutes is None:
        return None
    fields: dict[str, object] = {"level": level.id, "target_minutes": minutes}
    if old.paused_at is None:
        start = old.resumed_at or old.started_at
        due_at, warn_at = _moments(hours, level, minutes, start, old.spent_seconds)
        fields |= {"due_at": due_at, "warn_at": warn_at, **_told(old, due_at, warn_at > now, due_at > now)}
    return remade(old, fields)


class Within(NamedTuple):
    """When some time is over on the clock of a level, when 80 % of it is, and when half of it is."""

    due_at: datetime
    warn_at: datetime
    remind_at: datetime


def within(hours: OpeningHours, level: ServiceLevel, minutes: int, start: datetime) -> Within:
    """The moments of `minutes` from `start` on the clock of `level`."""
    whole = timedelta(minutes=minutes)
    return Within(*(_after(hours, level, start, share * whole) for share in (1, WARN_SHARE, REMIND_SHARE)))


def escalates_at(hours: OpeningHours, level: ServiceLevel, now: datetime) -> datetime:
    """When the step after one that is taken at `now` comes."""
    return _after(hours, level, now, timedelta(minutes=level.escalate_minutes))


def _told(old: Deadline, due_at: datetime, warning_ahead: bool, ahead: bool) -> dict[str, object]:
    """What has been told of a promise that is now due at `due_at`, of which the moments are ahead again or are not."""
    fields: dict[str, object] = {}
    if warning_ahead and old.warned_at:
        fields |= {
            "warned_at": None,
            "told_warned": _latest(old.told_warned, Told(due_at=old.due_at, at=old.warned_at)),
        }
    elif not warning_ahead and not old.warned_at and (known := _of(old.told_warned, due_at)):
        fields["warned_at"] = known.at
    if ahead and old.breached_at:
        steps = {"escalated": old.escalated, "escalate_at": old.escalate_at}
        told = _latest(old.told_breached, Told(due_at=old.due_at, at=old.breached_at, **steps))
        fields |= {"breached_at": None, "escalated": (), "escalate_at": None, "told_breached": told}
    elif not ahead and not old.breached_at and (known := _of(old.told_breached, due_at)):
        fields |= {"breached_at": known.at, "escalated": known.escalated, "escalate_at": known.escalate_at}
    return fields


def _latest(before: Told | None, now: Told) -> Told:
    return before if before and before.due_at > now.due_at else now


def _of(told: Told | None, due_at: datetime) -> Told | None:
    """What was told, where it was of this moment or of a later one."""
    return told if told and due_at <= told.due_at else None


def _moments(
    hours: OpeningHours, level: ServiceLevel, minutes: int, start: datetime, seconds: int
) -> tuple[datetime, datetime]:
    """When it is due and when it is warned of, with `seconds` of it spent before `start`."""
    left, until_warning = _left(level, minutes, seconds)
    return _after(hours, level, start, left), _after(hours, level, start, until_warning)


def _left(level: ServiceLevel, minutes: int, seconds: int) -> tuple[timedelta, timedelta]:
    """How long until it is due and until it is warned of, on its own clock, once `seconds` of it are spent."""
    whole, gone = timedelta(minutes=minutes), timedelta(seconds=seconds)
    warn = max(whole - timedelta(minutes=level.warn_minutes), WARN_SHARE * whole)
    return max(whole - gone, _NOTHING), max(warn - gone, _NOTHING)


def _after(hours: OpeningHours, level: ServiceLevel, start: datetime, amount: timedelta) -> datetime:
    return start + amount if level.always_open else hours.after(start, amount)
