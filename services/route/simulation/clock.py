"""When a tick can change something, so that the others are left out: a tick comes every five seconds, as in production.

After something has happened, the next one; else the one after the next alarm, wake-up, shift change or end of a term.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from services.rota.sickness import TOLD_BEFORE, endless
from services.route.domain import places
from services.route.domain.cover_watch import EVERY, horizon
from services.route.domain.state import TeamState

TICK = timedelta(seconds=5)
FAR = datetime(9000, 1, 1, tzinfo=UTC)
_EPOCH = datetime(2001, 1, 1, tzinfo=UTC)


def next_tick(after: datetime) -> datetime:
    """The first moment of a tick that is later than `after`."""
    return _EPOCH + ((after - _EPOCH) // TICK + 1) * TICK


def tick_at(moment: datetime) -> datetime:
    """The first moment of a tick that is not before `moment`."""
    return _EPOCH + -((_EPOCH - moment) // TICK) * TICK


def next_change(state: TeamState, now: datetime) -> datetime:
    """The first moment after `now` at which time alone changes something."""
    return min((moment for moment in _moments(state, now) if moment > now), default=FAR)


def _moments(state: TeamState, now: datetime) -> Iterator[datetime]:
    if (case := next(state.alarms_until(FAR), None)) and (place := places.alarm(case)):
        yield place[1][0]
    if (case := next(state.wakes_until(FAR), None)) and case.snoozed_until:
        yield case.snoozed_until
    yield from (own.until for own in state.capacities.values())
    agreed = state.agreement
    if agreed is None:
        return
    if (case := next(state.closed_until(FAR), None)) and case.closed_at:
        yield case.closed_at + timedelta(days=agreed.config.reopen_days)
    yield agreed.rota.duty(now).end
    yield from (swap.start for swap in agreed.config.swaps if swap.state == "open")
    yield from (leave.end - TOLD_BEFORE for leave in agreed.config.leave if endless(leave))
    yield from (request.end for request in agreed.config.stand_ins if request.state == "asked")
    yield _cover_changes(state, now)


def _cover_changes(state: TeamState, now: datetime) -> datetime:
    """When the watch on cover can find something new: another day at the horizon, or a gap that is past."""
    watched = state.notes.watched
    if watched is None:
        return next_tick(now)
    another_day = horizon(watched[1]) - horizon(now) + _next_midnight(now)
    ends = min((gap.end for gap in state.gaps.values()), default=FAR)
    return max(watched[1] + EVERY, min(another_day, ends))


def _next_midnight(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
