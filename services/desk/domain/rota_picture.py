"""The team's rota as a picture: people as rows, days as columns, shifts as blocks, gaps in a row of their own. Pure.

Places are minutes of the team's wall clock within a day; the page draws them. A day shows the hours in which anything is.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Literal

from services.contracts.teams import Person
from services.desk.domain.rota import Piece, TeamRota, by_day
from services.desk.domain.rota_decide import Lack
from services.rota.coverage import coverage, distinct_gaps
from services.rota.needs import Fit, Wanted, needs
from services.rota.spans import OVERRIDE_LAYER

DAY = 24 * 60
Span = Literal["week", "month"]
_QUIET_DAY = (8, 18)


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a stretch on one day. `kind` is the piece's, or `override` for one who is on by an override."""

    start: int
    end: int
    kind: str
    piece: Piece


@dataclass(frozen=True, slots=True)
class Cell:
    """One person on one day; `away` is leave or sickness of the whole day, where nothing is planned."""

    blocks: tuple[Block, ...]
    away: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One person; `hours` are those on duty in the time of the picture."""

    person: Person
    cells: tuple[Cell, ...]
    hours: float


@dataclass(frozen=True, slots=True)
class Hole:
    """A part of a gap on one day."""

    start: int
    end: int
    lack: Lack


@dataclass(frozen=True, slots=True)
class Step:
    """From one minute to another so many are wanted and so many are on."""

    start: int
    end: int
    wanted: int
    on: int


@dataclass(frozen=True, slots=True)
class Day:
    """One column."""

    date: date
    holes: tuple[Hole, ...]
    steps: tuple[Step, ...]
    today: bool = False
    holiday: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """All of it. `first` and `last` are the hours between which anything is; `most` the most people wanted or on."""

    days: tuple[Day, ...]
    rows: tuple[Row, ...]
    first: int
    last: int
    most: int
    percent: float
    gaps: tuple[Lack, ...]

    @property
    def blank(self) -> bool:
        """Whether nobody is planned at all."""
        return not any(cell.blocks for row in self.rows for cell in row.cells)


def bounds(span: Span, day: date) -> tuple[date, date]:
    """The first day of the week or month that has `day`, and the day after its last."""
    if span == "week":
        first = day - timedelta(days=day.weekday())
        return first, first + timedelta(days=7)
    first = day.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1)


def picture(team: TeamRota, first: date, until: date, now: datetime) -> Picture:
    """The rota from one day up to another."""
    start, end = team.midnight(first), team.midnight(until)
    found = coverage(team.config, team.rota, team.hours, start, end)
    gaps = tuple(Lack(need, gap) for need, gap in distinct_gaps(found))
    dates = [first + timedelta(days=number) for number in range((until - first).days)]
    rows = tuple(_rows(team, dates, start, end))
    days = tuple(_columns(team, dates, start, end, gaps, team.day(now)))
    first_hour, last_hour = _hours(rows, days)
    most = max((max(step.wanted, step.on) for day in days for step in day.steps), default=1)
    return Picture(days, rows, first_hour, last_hour, max(most, 1), found.percent, gaps)


def _rows(team: TeamRota, dates: list[date], start: datetime, end: datetime) -> Iterator[Row]:
    blocks: dict[tuple[str, date], list[Block]] = {}
    hours: dict[str, timedelta] = {}
    for piece in team.pieces(start, end):
        if piece.kind == "on":
            hours[piece.span.person] = hours.get(piece.span.person, timedelta()) + piece.end - piece.start
        for day, begins, ends in by_day(piece.start, piece.end, team.zone):
            blocks.setdefault((piece.span.person, day), []).append(Block(begins, ends, _kind(piece), piece))
    away = dict(_away(team, start, end))
    for person in team.people.values():
        cells = tuple(
            Cell(
                tuple(sorted(blocks.get((person.id, day), ()), key=lambda one: one.start)),
                away.get((person.id, day), ""),
            )
            for day in dates
        )
        yield Row(person, cells, hours.get(person.id, timedelta()) / timedelta(hours=1))


def _kind(piece: Piece) -> str:
    return "override" if piece.kind == "on" and piece.span.layer == OVERRIDE_LAYER else piece.kind


def _away(team: TeamRota, start: datetime, end: datetime) -> Iterator[tuple[tuple[str, date], str]]:
    """The days that somebody is away all day."""
    for leave in sorted(team.config.leave, key=lambda one: one.kind):
        if leave.state == "approved" and leave.start < end and leave.end > start:
            for day, begins, ends in by_day(max(leave.start, start), min(leave.end, end), team.zone):
                if (begins, ends) == (0, DAY):
                    yield (leave.person, day), leave.kind


def _columns(
    team: TeamRota, dates: list[date], start: datetime, end: datetime, gaps: Iterable[Lack], today: date
) -> Iterator[Day]:
    holes: dict[date, list[Hole]] = {}
    for lack in gaps:
        for day, begins, ends in by_day(lack.gap.start, lack.gap.end, team.zone):
            holes.setdefault(day, []).append(Hole(begins, ends, lack))
    steps = _steps(team, start, end)
    for day in dates:
        found = tuple(sorted(holes.get(day, ()), key=lambda one: (one.start, one.lack.need.name)))
        yield Day(day, found, tuple(steps.get(day, ())), day == today, day in team.config.all_holidays)


def _steps(team: TeamRota, start: datetime, end: datetime) -> dict[date, list[Step]]:
    """How many are wanted and how many are on, wherever either is not nought."""
    wanted = next(one.stretches for one in needs(team.config, team.rota, team.hours, start, end) if one.fit == Fit())
    duties = [(one.start, one.end, len(one.on)) for one in team.rota.duties(start, end)]
    moments = {start, end, *(moment for one in wanted for moment in (one.start, one.end))}
    moments |= {moment for begins, ends, _ in duties for moment in (begins, ends) if start < moment < end}
    steps: dict[date, list[Step]] = {}
    for begins, ends in pairwise(sorted(moments)):
        asked, on = _at(wanted, begins), next((count for _, until, count in duties if begins < until), 0)
        if asked or on:
            for day, first, last in by_day(begins, ends, team.zone):
                _add(steps.setdefault(day, []), Step(first, last, asked, on))
    return steps


def _add(steps: list[Step], step: Step) -> None:
    """Steps that touch and are the same are one."""
    last = steps[-1] if steps else None
    if last and (last.end, last.wanted, last.on) == (step.start, step.wanted, step.on):
        step = Step(steps.pop().start, step.end, step.wanted, step.on)
    steps.append(step)


def _at(wanted: Iterable[Wanted], moment: datetime) -> int:
    return next((one.people for one in wanted if one.start <= moment < one.end), 0)


def _hours(rows: Iterable[Row], days: Iterable[Day]) -> tuple[int, int]:
    """The whole hours between which anything is; something of a working day where nothing is."""
    places = [(block.start, block.end) for row in rows for cell in row.cells for block in cell.blocks]
    places += [(step.start, step.end) for day in days for step in day.steps]
    if not places:
        return _QUIET_DAY
    return min(start for start, _ in places) // 60, -(-max(end for _, end in places) // 60)
