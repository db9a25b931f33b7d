"""The cover of the coming weeks, need by need and week by week, and the gaps in it. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from services.desk.domain.rota import TeamRota
from services.desk.domain.rota_decide import Lack
from services.rota.coverage import NeedCovered, coverage, distinct_gaps

WEEKS = 8


@dataclass(frozen=True, slots=True)
class NeedByWeek:
    """A need, all of it and per cent by week; `None` where nothing of it is wanted."""

    need: NeedCovered
    weeks: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class CoverAhead:
    """The coming weeks: the first is what is left of this one."""

    weeks: tuple[date, ...]
    percent: float
    required: tuple[NeedByWeek, ...]
    known: tuple[NeedByWeek, ...]
    """What nobody asks for, and is good to know: every other skill, language and channel of the team."""
    gaps: tuple[Lack, ...]
    gap_hours: float


def cover_ahead(team: TeamRota, now: datetime) -> CoverAhead:
    """How the coming 8 weeks are covered."""
    today = team.day(now)
    monday = today - timedelta(days=today.weekday())
    mondays = [monday + timedelta(weeks=number) for number in range(WEEKS + 1)]
    edges = [now, *(team.midnight(day) for day in mondays[1:])]
    whole = coverage(team.config, team.rota, team.hours, now, edges[-1])
    weekly: list[dict[str, float | None]] = []
    for start, end in pairwise(edges):
        found = coverage(team.config, team.rota, team.hours, start, end)
        weekly.append({need.name: need.percent if need.wanted_hours else None for need in found.needs})
    rows = [NeedByWeek(need, tuple(week.get(need.name) for week in weekly)) for need in whole.needs]
    gaps = tuple(sorted((Lack(need, gap) for need, gap in distinct_gaps(whole)), key=lambda one: one.gap.start))
    return CoverAhead(
        weeks=tuple(mondays[:-1]),
        percent=whole.percent,
        required=tuple(row for row in rows if row.need.required),
        known=tuple(row for row in rows if not row.need.required and row.need.wanted_hours),
        gaps=gaps,
        gap_hours=sum(one.gap.hours for one in gaps),
    )
