"""Which promise holds for a case, and when it is due, warned of and kept. Used by the command and mention rules."""

from datetime import datetime, timedelta

from services.contracts.cases import Deadline
from services.contracts.mentions import MentionKind, UrgencyLabel
from services.contracts.teams import ServiceLevel, TeamConfig
from services.route.domain.opening_hours import OpeningHours

WARN_SHARE = 0.8


def level_for(config: TeamConfig, urgency: UrgencyLabel, kind: MentionKind) -> ServiceLevel:
    """The first level whose conditions hold; the last one has none."""
    for level in config.service_levels[:-1]:
        if level.urgency is not None and urgency not in level.urgency:
            continue
        if level.kinds is None or kind in level.kinds:
            return level
    return config.service_levels[-1]


def first_response(hours: OpeningHours, level: ServiceLevel, started_at: datetime) -> Deadline:
    """The promise that `level` makes for what came in at `started_at`.

    The warning comes when `warn_minutes` of the level's own time are left, or when 80 % of it has passed, whichever is
    later: a warning counted in opening hours comes while there is somebody to warn.
    """
    target = timedelta(minutes=level.first_response_minutes)
    warn = max(target - timedelta(minutes=level.warn_minutes), WARN_SHARE * target)
    return Deadline(
        kind="first_response",
        level=level.id,
        target_minutes=level.first_response_minutes,
        started_at=started_at,
        due_at=_after(hours, level, started_at, target),
        warn_at=_after(hours, level, started_at, warn),
    )


def elapsed_seconds(hours: OpeningHours, level: ServiceLevel, start: datetime, end: datetime) -> int:
    """Seconds between two moments on the clock of `level`."""
    if level.always_open:
        return max(0, int((end - start).total_seconds()))
    return hours.seconds(start, end)


def recalculated(hours: OpeningHours, level: ServiceLevel, old: Deadline, now: datetime) -> Deadline:
    """`old` as `level` would have it now; what was warned or breached stays so unless the moment is ahead again."""
    new = first_response(hours, level, old.started_at)
    return new.model_copy(
        update={
            "warned_at": old.warned_at if new.warn_at <= now else None,
            "breached_at": old.breached_at if new.due_at <= now else None,
        }
    )


def _after(hours: OpeningHours, level: ServiceLevel, start: datetime, amount: timedelta) -> datetime:
    return start + amount if level.always_open else hours.after(start, amount)
