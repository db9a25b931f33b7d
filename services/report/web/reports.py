"""`GET /api/v1/reports/{name}` and the pages `/reports` and `/reports/cases`: figures, and the rows behind each number."""

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any, Literal, get_args

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from services.report.charts import draw
from services.report.domain.chartspecs import SENTIMENTS, ChartName, Theme, Words
from services.report.domain.export import cases_csv, overview_csv
from services.report.domain.figures import DIMENSIONS, FEW, Line, Overview
from services.report.domain.goals import wanted
from services.report.domain.hits import total_of
from services.report.domain.mappings import Json
from services.report.domain.queries import CaseFilter
from services.report.domain.search import NONE
from services.report.web.context import Report, address, case_address, report_of, thread_address
from services.report.web.figures import Scope, cases_of, overview_of, scope
from services.runtime.web.i18n import Translator
from services.runtime.web.identity import RANK
from services.runtime.web.layout import identity_of, web_of
from services.runtime.web.problems import Problem

router = APIRouter()
About = Annotated[Scope, Depends(scope)]
Format = Literal["json", "csv", "svg"]
CHARTS: tuple[ChartName, ...] = get_args(ChartName)
PERIODS = (7, 30, 90)
PAGE, MOST = 50, 50_000
"""Cases on a page, and in one CSV file."""


def case_filter(
    source: Annotated[str, Query(max_length=100)] = "",
    kind: Annotated[str, Query(max_length=100)] = "",
    topic: Annotated[str, Query(max_length=100)] = "",
    target: Literal["", "kept", "missed", "open"] = "",
    answered: bool = False,
) -> CaseFilter:
    """Which cases, from the parameters."""
    return CaseFilter(source, kind, topic, target, answered)


Which = Annotated[CaseFilter, Depends(case_filter)]
Cursor = Annotated[str, Query(max_length=100)]


@router.get("/api/v1/reports/{name}", tags=["reports"])
def report_api(
    request: Request,
    name: Literal["overview", "cases"],
    about: About,
    which: Which,
    format: Format = "json",
    chart: ChartName = "volume",
    theme: Theme = "light",
    size: Annotated[int, Query(ge=1, le=500)] = PAGE,
    after: Cursor = "",
) -> Response:
    """A report: `overview` (volume, sentiment, first responses) or `cases` (the rows behind a number).

    The period is the last `days`, or from the day `from` to the day `to`, on the team's clock. `format=svg` draws a `chart`
    of the overview. First responses are in seconds on the clock of each case's service level.
    """
    if name == "cases":
        return _cases_api(request, about, which, format, size, after)
    report = overview_of(request, about)
    if format == "csv":
        return csv_file(overview_csv(report), f"overview-{about.team}")
    if format == "svg":
        return _svg(request, report, chart, theme)
    return JSONResponse(overview_json(report))


def overview_json(report: Overview) -> dict[str, Any]:
    """The report as the API gives it."""
    return {
        "report": "overview",
        "team": report.team,
        "from": report.period.first.isoformat(),
        "to": report.period.last.isoformat(),
        "time_zone": report.period.zone,
        "total": line_json(report.total),
        "before": line_json(report.before),
        "by": {name: [line_json(line) for line in report.lines[name]] for name in DIMENSIONS},
    }


def line_json(line: Line) -> dict[str, Any]:
    """One line with its shares."""
    return asdict(line) | {"share_in_target": line.response.share_kept, "share_negative": line.volume.negative_share}


def _where(case: Json) -> str:
    """Where a case can be read: on the desk, or as a conversation once the desk has let go of it."""
    if case.get("archived"):
        return thread_address(case["conversation"])
    return case_address(case["team"], case["id"])


def csv_file(text: str, name: str) -> Response:
    """A CSV to save."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


def _svg(request: Request, report: Overview, chart: ChartName, theme: Theme) -> Response:
    t = web_of(request).pages.translator(request)
    svg = draw(chart, report, words_of(t), theme, t.language, t(f"chart.{chart}"), chart_text(t, chart, report))
    headers = {"Cache-Control": "private, max-age=30", "Vary": "Cookie, Accept-Language, Authorization"}
    return Response(svg, media_type="image/svg+xml", headers=headers)


def words_of(t: Translator) -> Words:
    """The words of the charts in one language, with the names that sources and topics have in it."""
    named = {name: t(f"sentiment.{name}") for name in SENTIMENTS}
    named |= {name: t(f"chart.{name}") for name in ("median", "p90", "share")} | {"none": t("topic.none")}
    own = {key.partition(".")[2]: text for key, text in t.texts.items() if key.startswith(("source.", "topic."))}
    return Words(own | named)


def chart_text(t: Translator, chart: ChartName, report: Overview) -> str:
    """What a chart shows, in a sentence."""
    v, r = report.total.volume, report.total.response
    share = "–" if r.share_kept is None else f"{r.share_kept:.0%}"
    minutes = [("–" if s is None else f"{s / 60:.0f}") for s in (r.median_seconds, r.p90_seconds)]
    top = {
        "channels": [line.key for line in report.lines["source"][:3]],
        "topics": [line.key for line in report.lines["topic"] if line.key != NONE][:3],
    }.get(chart, [])
    return t(
        f"chart.{chart}_text",
        first=report.period.first.isoformat(),
        last=report.period.last.isoformat(),
        count=v.count,
        negative=v.negative,
        positive=v.positive,
        median=minutes[0],
        p90=minutes[1],
        share=share,
        top=", ".join(words_of(t).of(key) for key in top) or "–",
    )


def _cases_api(request: Request, about: Scope, which: CaseFilter, kind: Format, size: int, after: str) -> Response:
    report = report_of(request)
    if kind == "svg":
        raise Problem(422, "invalid", "The report `cases` has no chart.")
    if kind == "csv":
        return csv_file(cases_csv(_all_cases(report, about, which)), f"cases-{about.team}")
    answer = cases_of(report, about, which, size, after)
    rows = [one["_source"] for one in answer["hits"]["hits"]]
    return JSONResponse({"total": total_of(answer), "cases": rows, "next": next_of(answer, size)})


def _all_cases(report: Report, about: Scope, which: CaseFilter) -> list[Json]:
    rows: list[Json] = []
    after: str | None = ""
    while after is not None and len(rows) < MOST:
        answer = cases_of(report, about, which, 1_000, after)
        rows += [one["_source"] for one in answer["hits"]["hits"]]
        after = next_of(answer, 1_000)
    return rows


def next_of(answer: Json, size: int) -> str | None:
    """The cursor after a page of cases; `None` when it is the last."""
    found = answer["hits"]["hits"]
    return "~".join(str(value) for value in found[-1]["sort"]) if len(found) >= size else None


@router.get("/reports", include_in_schema=False)
def reports_html(request: Request, about: About) -> HTMLResponse:
    """The page `overview`."""
    identity = identity_of(request)
    assert identity is not None
    pairs, goals = about.pairs(), report_of(request).goals(about.team)
    return web_of(request).pages.render(
        request,
        "reports.html",
        about=about,
        report=overview_of(request, about),
        charts=CHARTS,
        periods=PERIODS,
        dimensions=DIMENSIONS[1:],
        none=NONE,
        few=FEW,
        seconds=lambda count: timedelta(seconds=count),
        team=about.team,
        wanted=wanted(goals),
        success=goals.success if goals else "",
        team_name=report_of(request).team_name(about.team),
        teams=[(one, report_of(request).team_name(one)) for one in sorted(identity.teams)],
        lead=RANK[identity.teams[about.team]] >= RANK["lead"] and identity.session,
        link=lambda path, extra: address(path, [*pairs, *extra.items()]),
        rows=lambda dimension, line, extra: address("/reports/cases", _narrowed(pairs, dimension, line) | extra),
        found=lambda dimension, line, extra: address(
            "/search", _narrowed(pairs, dimension, line) | {"is": "mention"} | extra
        ),
        text=lambda chart: chart_text(web_of(request).pages.translator(request), chart, overview_of(request, about)),
    )


def _narrowed(pairs: list[tuple[str, str]], dimension: str, line: Line) -> dict[str, str]:
    """The parameters that narrow a period to one line of a table."""
    if dimension == "day":
        return dict(pairs) | {"from": line.key, "to": line.key}
    return dict(pairs) | ({} if dimension == "total" else {dimension: line.key})


@router.get("/reports/cases", include_in_schema=False)
def cases_html(request: Request, about: About, which: Which, after: Cursor = "") -> HTMLResponse:
    """The cases behind a number."""
    report = report_of(request)
    answer = cases_of(report, about, which, PAGE, after)
    chosen = {"source": which.source, "kind": which.kind, "topic": which.topic, "target": which.target}
    pairs = [*about.pairs(), *chosen.items(), ("answered", "1" if which.answered else "")]
    following = next_of(answer, PAGE)
    return web_of(request).pages.render(
        request,
        "report_cases.html",
        about=about,
        team=about.team,
        chosen={name: value for name, value in chosen.items() if value},
        total=total_of(answer),
        cases=[one["_source"] for one in answer["hits"]["hits"]],
        seconds=lambda count: timedelta(seconds=count),
        person=lambda one: report.person(about.team, one),
        desk=_where,
        csv=address("/api/v1/reports/cases", [*pairs, ("format", "csv")]),
        more=address("/reports/cases", [*pairs, ("after", following)]) if following else "",
        back=address("/reports", about.pairs()),
    )
