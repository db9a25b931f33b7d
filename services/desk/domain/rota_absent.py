"""Who is missed in the coming week and who could stand in: for a lead of everybody, for who is sick of themselves. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.contracts.teams import Leave, StandInRequest
from services.desk.domain.rota import Piece, TeamRota
from services.rota.coverage import coverage
from services.rota.stand_ins import StandIns, stand_ins
from services.rota.swaps import request_as_of

AHEAD = timedelta(days=7)
AT_MOST = 8


@dataclass(frozen=True, slots=True)
class Missed:
    """A shift that somebody misses: what was asked already, who could stand in, and whether the cover lacks anybody."""

    piece: Piece
    requests: tuple[StandInRequest, ...]
    advice: StandIns
    lacking: bool


@dataclass(frozen=True, slots=True)
class Absent:
    """What a lead sees: who is sick now, what is missed, what has been arranged."""

    sick: tuple[Leave, ...]
    missed: tuple[Missed, ...]
    arranged: tuple[StandInRequest, ...]


@dataclass(frozen=True, slots=True)
class MyAbsence:
    """What somebody who is sick sees: the shifts that they miss, and what has been arranged."""

    missed: tuple[Missed, ...]
    arranged: tuple[StandInRequest, ...]


def absent(team: TeamRota, now: datetime) -> Absent:
    """The coming week without those who are away: all that the sick miss, and of leave what leaves a gap."""
    sick = tuple(one for one in team.config.leave if one.kind == "sick" and one.start <= now < one.end)
    pieces = (one for one in team.pieces(now, now + AHEAD) if one.kind in ("leave", "sick"))
    return Absent(sick, tuple(_missed(team, pieces, now)), tuple(_arranged(team, now)))


def my_absence(team: TeamRota, me: str, now: datetime) -> MyAbsence:
    """The coming week of somebody who is sick, without the shifts that others took over already."""
    pieces = (one for one in team.pieces(now, now + AHEAD) if one.kind == "sick" and one.span.person == me)
    arranged = tuple(one for one in _arranged(team, now) if one.for_person == me)
    return MyAbsence(tuple(_missed(team, pieces, now)), arranged)


def _arranged(team: TeamRota, now: datetime) -> list[StandInRequest]:
    found = [one for one in team.config.stand_ins if one.state == "accepted" and one.end > now]
    return sorted(found, key=lambda one: one.start)


def _missed(team: TeamRota, pieces: Iterable[Piece], now: datetime) -> Iterator[Missed]:
    count = 0
    for piece in sorted(pieces, key=lambda one: (one.start, one.span.person)):
        lacking = _lacks(team, piece)
        if piece.kind == "sick" or lacking:
            count += 1
            yield Missed(piece, _requests(team, piece, now), _advice(team, piece), lacking)
        if count == AT_MOST:
            return


def _lacks(team: TeamRota, piece: Piece) -> bool:
    found = coverage(team.config, team.rota, team.hours, piece.start, piece.end)
    return next(found.gaps, None) is not None


def _advice(team: TeamRota, piece: Piece) -> StandIns:
    return stand_ins(team.config, team.rota, piece.span.person, piece.start, piece.end)


def _requests(team: TeamRota, piece: Piece, now: datetime) -> tuple[StandInRequest, ...]:
    """What was asked for this stretch and not accepted; who accepted has it, and it is not missed any more."""
    return tuple(
        request_as_of(one, now)
        for one in team.config.stand_ins
        if one.for_person == piece.span.person and one.start < piece.end and one.end > piece.start
    )
