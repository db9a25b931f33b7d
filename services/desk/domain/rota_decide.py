"""What waits for a lead, and what each decision would do to the cover. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.contracts.teams import Leave, Swap, TeamConfig
from services.desk.domain.rota import Piece, TeamRota
from services.desk.domain.rota_mine import first_clash, stretches
from services.rota.coverage import Gap, NeedCovered, coverage, distinct_gaps
from services.rota.rota import LOOK_AHEAD
from services.rota.swaps import swap_as_of, swap_parts


@dataclass(frozen=True, slots=True)
class Lack:
    """A gap, and what it lacks."""

    need: NeedCovered
    gap: Gap


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change does to the cover in its time: per cent of what is wanted, and the gaps that it makes or closes."""

    before: float
    after: float
    made: tuple[Lack, ...]
    closed: tuple[Lack, ...]


@dataclass(frozen=True, slots=True)
class LeaveAsked:
    """Leave that waits for a decision."""

    leave: Leave
    missed: tuple[Piece, ...]
    """Their shifts in that time, as far as is looked ahead."""
    effect: Effect
    others_away: tuple[str, ...]
    own: bool
    """The lead's own, which another lead decides on."""
    granted: str | None
    """Another team of theirs that has granted them all of that time: they are away then, whatever is decided here."""


@dataclass(frozen=True, slots=True)
class SwapSeen:
    """A swap that is open, or taken and not over."""

    swap: Swap
    stretches: tuple[tuple[datetime, datetime], ...]
    effect: Effect | None
    """Of a taken one, against its shift as it was."""
    free: tuple[str, ...]
    """Who could take an open one."""


def waiting_leave(config: TeamConfig, now: datetime) -> list[Leave]:
    """Leave that waits for a lead, the nearest first."""
    waiting = (one for one in config.leave if one.state == "asked" and one.end > now)
    return sorted(waiting, key=lambda one: one.start)


def leave_asked(team: TeamRota, me: str, now: datetime) -> list[LeaveAsked]:
    """The same, with what each would do."""
    other_leads = {person.id for person in team.config.people if person.lead} - {me}
    return [
        _leave_asked(team, one, now, one.person == me and bool(other_leads)) for one in waiting_leave(team.config, now)
    ]


def swaps_seen(team: TeamRota, now: datetime) -> list[SwapSeen]:
    """Swaps that are open, or taken and not over, the nearest first."""
    swaps = sorted((swap_as_of(one, now) for one in team.config.swaps), key=lambda one: one.start)
    return [_swap_seen(team, one, now) for one in swaps if one.state in ("open", "taken") and one.end > now]


def effect(before: TeamConfig, after: TeamConfig, start: datetime, end: datetime) -> Effect:
    """The cover in `[start, end)` under one configuration and under another."""
    was, gaps_before = _cover(before, start, end)
    becomes, gaps_after = _cover(after, start, end)
    return Effect(was, becomes, made=_only(gaps_after, gaps_before), closed=_only(gaps_before, gaps_after))


def _leave_asked(team: TeamRota, leave: Leave, now: datetime, own: bool) -> LeaveAsked:
    start, end = max(leave.start, now), min(leave.end, now + LOOK_AHEAD)
    approved = leave.model_copy(update={"state": "approved"})
    after = _with_leave(team.config, leave, approved)
    missed = () if end <= start else tuple(x for x in team.pieces(start, end) if x.span.person == leave.person)
    away = {
        one.person
        for one in team.config.leave
        if one.state == "approved" and one.person != leave.person and one.start < leave.end and one.end > start
    }
    return LeaveAsked(
        leave=leave,
        missed=tuple(one for one in missed if one.kind in ("on", "standby")),
        effect=effect(team.config, after, start, max(end, start + timedelta(minutes=1))),
        others_away=team.ordered(away),
        own=own,
        granted=granted_elsewhere(team.config, leave, now),
    )


def granted_elsewhere(config: TeamConfig, leave: Leave, now: datetime) -> str | None:
    """The other team that has granted its person all that is left of a leave."""
    theirs = (one for one in config.leave if one.person == leave.person and one.elsewhere)
    start = max(leave.start, now)
    return next((one.elsewhere for one in theirs if one.start <= start and one.end >= leave.end), None)


def _with_leave(config: TeamConfig, old: Leave, new: Leave) -> TeamConfig:
    return config.model_copy(update={"leave": tuple(new if one is old else one for one in config.leave)})


def _swap_seen(team: TeamRota, swap: Swap, now: datetime) -> SwapSeen:
    if swap.state == "taken":
        start = max(swap.start, now)
        without = tuple(one for one in team.config.swaps if one.id != swap.id)
        undone = team.config.model_copy(update={"swaps": without})
        return SwapSeen(swap, ((start, swap.end),), effect(undone, team.config, start, swap.end), ())
    parts = swap_parts(team.config, team.rota, swap)
    others = (person for person in team.people if person != swap.person)
    free = tuple(person for person in others if parts and first_clash(team, person, parts) is None)
    return SwapSeen(swap, stretches(parts), None, free)


def _cover(config: TeamConfig, start: datetime, end: datetime) -> tuple[float, tuple[Lack, ...]]:
    team = TeamRota(config)
    found = coverage(config, team.rota, team.hours, start, end)
    return found.percent, tuple(Lack(need, gap) for need, gap in distinct_gaps(found))


def _only(those: Iterable[Lack], without: Iterable[Lack]) -> tuple[Lack, ...]:
    """The gaps of `those` that are not, or are smaller, in `without`."""
    known = {_key(one) for one in without}
    return tuple(_not_in(those, known))


def _not_in(those: Iterable[Lack], known: set[tuple[object, ...]]) -> Iterator[Lack]:
    return (one for one in those if _key(one) not in known)


def _key(one: Lack) -> tuple[object, ...]:
    return one.need.name, one.gap.start, one.gap.end, one.gap.on
