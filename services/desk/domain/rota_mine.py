"""One person's side of the rota: shifts, leave and swaps, and what is asked of them. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.contracts.teams import Leave, StandInRequest, Swap, TeamConfig
from services.desk.domain.rota import Clash, Piece, TeamRota
from services.rota.sickness import lapsing
from services.rota.spans import OVERRIDE, Span, lineage
from services.rota.swaps import request_as_of, stand_in_parts, swap_as_of, swap_parts

AHEAD = timedelta(weeks=4)
REMEMBERED = timedelta(days=30)
"""Leave and swaps are shown for so long after they are over."""
REMINDED = timedelta(days=1)
"""A reminder of an open swap counts as something to do for so long."""


@dataclass(frozen=True, slots=True)
class MyShift:
    """A stretch of mine, who is on with me, and the swap that I offer of it, if any."""

    piece: Piece
    colleagues: tuple[str, ...]
    offered: Swap | None
    may_offer: bool


@dataclass(frozen=True, slots=True)
class MyDay:
    """A day on which I have something."""

    day: date
    shifts: tuple[MyShift, ...]


@dataclass(frozen=True, slots=True)
class OpenSwap:
    """A swap that somebody offers: what it is about, and why I cannot take it, if so."""

    swap: Swap
    stretches: tuple[tuple[datetime, datetime], ...]
    clash: Clash | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to stand in: what it is about, and why I cannot, if so."""

    request: StandInRequest
    stretches: tuple[tuple[datetime, datetime], ...]
    clash: Clash | None


@dataclass(frozen=True, slots=True)
class Mine:
    """All of one person's side of the rota."""

    days: tuple[MyDay, ...]
    leave: tuple[Leave, ...]
    sick: Leave | None
    swaps: tuple[Swap, ...]
    """What they offered or took over, and is not over for long."""
    open_swaps: tuple[OpenSwap, ...]
    asked: tuple[Asked, ...]
    hours: float
    """On duty in the coming four weeks."""


def mine(team: TeamRota, me: str, now: datetime) -> Mine:
    """One person's side of the rota at `now`."""
    shifts = list(_shifts(team, me, now))
    config = team.config
    worked = [one.piece for one in shifts if one.piece.kind == "on"]
    return Mine(
        days=tuple(_days(team, shifts)),
        leave=tuple(_leave(config.leave, me, now)),
        sick=team.sickness(me, now),
        swaps=tuple(_swaps(config.swaps, me, now)),
        open_swaps=tuple(_open_swaps(team, me, now)),
        asked=tuple(_asked(team, me, now)),
        hours=sum((piece.end - piece.start for piece in worked), timedelta()) / timedelta(hours=1),
    )


def waits_for_me(config: TeamConfig, me: str, now: datetime) -> int:
    """How much waits for this person: requests to stand in, their sickness that lapses, swaps that they are reminded of.

    Those swaps are their own, which nobody has taken yet, and those of others that they could take.
    """
    asked = sum(one.person == me and request_as_of(one, now).state == "asked" for one in config.stand_ins)
    asked += sum(one.person == me for one in lapsing(config.leave, now))
    fresh = [one for one in config.swaps if is_reminded(one, now)]
    if not fresh or me not in {person.id for person in config.people}:
        return asked
    mine = sum(one.person == me for one in fresh)
    takable = {one.swap.id for one in _open_swaps(TeamRota(config), me, now) if one.clash is None}
    return asked + mine + sum(one.id in takable for one in fresh)


def is_reminded(swap: Swap, now: datetime) -> bool:
    """Whether it is open, and the team was reminded of it within a day."""
    reminded = swap.reminded_at is not None and now - swap.reminded_at < REMINDED
    return reminded and swap_as_of(swap, now).state == "open"


def elsewhere(others: Iterable[TeamConfig], me: str) -> dict[str, list[tuple[str, str]]]:
    """For leave that was asked in several teams, by its id: the names of other teams, and what was decided in each."""
    found: dict[str, list[tuple[str, str]]] = {}
    for config in others:
        for one in config.leave:
            if one.person == me:
                found.setdefault(one.id, []).append((config.name, one.state))
    return found


def _shifts(team: TeamRota, me: str, now: datetime) -> Iterator[MyShift]:
    for piece in sorted(team.pieces(now, now + AHEAD), key=lambda one: one.start):
        if piece.span.person == me:
            offered = offer_of(team, piece, now)
            free = offered is None and piece.kind in ("on", "standby") and piece.start > now
            yield MyShift(piece, _with(team, piece), offered, free and not piece.span.shift.startswith(OVERRIDE))


def offer_of(team: TeamRota, piece: Piece, now: datetime) -> Swap | None:
    """The open swap that somebody offers of a stretch of theirs."""
    for swap in team.config.swaps:
        same = swap.person == piece.span.person and swap.start < piece.end and swap.end > piece.start
        if same and swap_as_of(swap, now).state == "open" and swap.shift in _family(team, piece.span.shift):
            return swap
    return None


def _family(team: TeamRota, shift: str) -> frozenset[str]:
    known = next((one for one in team.config.shifts if one.id == shift), None)
    return lineage(team.config, known) if known else frozenset({shift})


def _with(team: TeamRota, piece: Piece) -> tuple[str, ...]:
    """Who is on with them at some time of it."""
    if piece.kind != "on":
        return ()
    on = {person for duty in team.rota.duties(piece.start, piece.end) for person in duty.on}
    return team.ordered(on - {piece.span.person})


def _days(team: TeamRota, shifts: Iterable[MyShift]) -> Iterator[MyDay]:
    days: dict[date, list[MyShift]] = {}
    for one in shifts:
        days.setdefault(team.day(one.piece.start), []).append(one)
    return (MyDay(day, tuple(found)) for day, found in days.items())


def _leave(leave: Iterable[Leave], me: str, now: datetime) -> list[Leave]:
    """What was asked and what was given, the nearest first; sickness of now is shown elsewhere.

    What another team has given is not said again where this one has given it too.
    """
    mine = [one for one in leave if one.person == me and one.kind == "leave" and one.end > now - REMEMBERED]
    given = [one for one in mine if one.state == "approved" and not one.elsewhere]
    found = [one for one in mine if not (one.elsewhere and any(_within(one, other) for other in given))]
    return sorted(found, key=lambda one: (one.end <= now, one.start))


def _within(one: Leave, other: Leave) -> bool:
    return other.start <= one.start and one.end <= other.end


def _swaps(swaps: Iterable[Swap], me: str, now: datetime) -> list[Swap]:
    found = [swap_as_of(one, now) for one in swaps if me in (one.person, one.taker) and one.end > now - REMEMBERED]
    return sorted(found, key=lambda one: (one.end <= now, one.start))


def _open_swaps(team: TeamRota, me: str, now: datetime) -> Iterator[OpenSwap]:
    for swap in sorted(team.config.swaps, key=lambda one: one.start):
        if swap.person == me or swap_as_of(swap, now).state != "open":
            continue
        if parts := swap_parts(team.config, team.rota, swap):
            yield OpenSwap(swap, stretches(parts), first_clash(team, me, parts))


def _asked(team: TeamRota, me: str, now: datetime) -> Iterator[Asked]:
    for request in sorted(team.config.stand_ins, key=lambda one: one.start):
        if request.person == me and request_as_of(request, now).state == "asked":
            parts = stand_in_parts(team.rota, request, now)
            yield Asked(request, stretches(parts), first_clash(team, me, parts))


def stretches(parts: Iterable[Span]) -> tuple[tuple[datetime, datetime], ...]:
    """From when until when each part is."""
    return tuple((part.start, part.end) for part in parts)


def first_clash(team: TeamRota, person: str, parts: Iterable[Span]) -> Clash | None:
    """The first reason why the person cannot take over these parts."""
    return next(filter(None, (team.clash(person, part) for part in parts)), None)
