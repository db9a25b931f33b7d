"""The figures that routes ask for: which team and period, and the answers of Elasticsearch put together."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import Query, Request

from services.report.domain.figures import Overview, Wall, overview, wall
from services.report.domain.mappings import Json
from services.report.domain.periods import Period, PeriodError, period_of
from services.report.domain.queries import (
    CASE_DAY,
    RESPONSE,
    SENTIMENT,
    CaseFilter,
    case_figures,
    case_rows,
    mention_figures,
    totals,
    wall_cases,
    wall_mentions,
)
from services.report.web.context import Report, report_of
from services.runtime.web.auth import Asking, require
from services.runtime.web.layout import team_of, web_of
from services.runtime.web.problems import Problem

DAYS = 30


@dataclass(frozen=True)
class Scope:
    """The team and the period of a report, as asked."""

    team: str
    period: Period
    days: int
    """The count of days when it was asked for by that; 0 when first and last day were."""

    def pairs(self) -> list[tuple[str, str]]:
        """The parameters that ask for the same days again, also tomorrow."""
        return [("team", self.team), ("from", self.period.first.isoformat()), ("to", self.period.last.isoformat())]


def scope(
    request: Request,
    identity: Asking,
    days: Annotated[int, Query(ge=1, le=400)] = DAYS,
    since: Annotated[date | None, Query(alias="from")] = None,
    until: Annotated[date | None, Query(alias="to")] = None,
    team: Annotated[str, Query(max_length=100)] = "",
) -> Scope:
    """What a report is about. Raises `Problem` 403 for a team one may not read, 422 for a period that is none."""
    about = team or team_of(request, identity)
    require(identity, about)
    zone = report_of(request).zone(about)
    try:
        period = period_of(since, until, days, web_of(request).clock(), zone)
    except PeriodError as error:
        raise Problem(422, "invalid", str(error)) from error
    return Scope(about, period, 0 if since or until else days)


def overview_of(request: Request, about: Scope) -> Overview:
    """The report `overview`, at most a few seconds old."""
    report, team, period = report_of(request), about.team, about.period

    def ask() -> Overview:
        before = period.before()
        parts: list[tuple[str, Json]] = [
            (report.mentions, mention_figures(team, period)),
            (report.cases, case_figures(team, period)),
            (report.mentions, totals(team, before, "created_at", SENTIMENT)),
            (report.cases, totals(team, before, CASE_DAY, RESPONSE)),
        ]
        return overview(team, period, *report.elastic.searches(parts))

    return report.overviews.get((team, period), web_of(request).clock(), ask)


def cases_of(report: Report, about: Scope, which: CaseFilter, size: int, after: str) -> Json:
    """One page of the cases behind a number. Raises `Problem` 422 for a cursor that is not one."""
    try:
        values = [int(after.split("~")[0]), after.split("~")[1]] if after else None
    except (ValueError, IndexError) as error:
        raise Problem(422, "invalid", "the cursor is not one of ours") from error
    return report.elastic.search(report.cases, case_rows(about.team, about.period, which, size, values))


def wall_of(request: Request, team: str) -> Wall:
    """What the wallboard of a team shows now."""
    report, now = report_of(request), web_of(request).clock()
    zone = report.zone(team)
    parts = [(report.cases, wall_cases(team, now, zone)), (report.mentions, wall_mentions(team, now, zone))]
    return wall(*report.elastic.searches(parts))
