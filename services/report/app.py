"""The report's web app: search, figures, wallboard. Mounted beside the desk in the process `web`, or run alone."""

import logging
from datetime import datetime
from pathlib import Path

from fastapi import FastAPI, Request, Response

from services.report.domain.indices import Names
from services.report.elastic import Elastic, ElasticClient, ElasticUnavailableError
from services.report.settings import ReportSettings
from services.report.web import reports, saved, search, wallboard
from services.report.web.context import Goals, KeptSearches, Report, Teams, no_goals
from services.runtime.clock import Clock, system_clock
from services.runtime.web.identity import Sessions
from services.runtime.web.install import add_routes, install_web
from services.runtime.web.layout import NavSource, no_facts
from services.runtime.web.problems import Problem, error_response

log = logging.getLogger(__name__)

PACKAGE = Path(__file__).resolve().parent
PREFIXES = (
    "/search",
    "/reports",
    "/wallboard/",
    "/api/v1/search",
    "/api/v1/mentions/",
    "/api/v1/reports/",
    "/static/report-",
    "/static/wallboard-",
)
"""The addresses that this app answers, for whoever puts several apps behind one address."""


def build_app(
    settings: ReportSettings,
    sessions: Sessions,
    teams: Teams,
    *,
    nav: NavSource = no_facts,
    clock: Clock = system_clock,
    elastic: Elastic | None = None,
    kept: KeptSearches | None = None,
    goals: Goals = no_goals,
    secure_cookies: bool = False,
) -> FastAPI:
    """The app; nothing connects until it is asked something.

    Args:
        settings: with a signing key.
        sessions: finds who a session belongs to (the desk's accounts).
        teams: what a team has agreed, by its id: name, language, time zone, people.
        nav: the navigation's facts.
        clock: the time.
        elastic: the port to Elasticsearch; `None` makes the client from the settings.
        kept: the searches that people keep; without it none are.
        goals: why a team is there, by its id; without it no team says so.
        secure_cookies: whether people come by https.
    """
    if settings.signing_key is None:
        raise ValueError("the report needs the setting signing_key")
    app = FastAPI(title="webcare report", docs_url=None, redoc_url=None)
    web = install_web(
        app,
        packages=[PACKAGE],
        sessions=sessions,
        signing_key=settings.signing_key.get_secret_value(),
        clock=clock,
        nav=nav,
        secure_cookies=secure_cookies,
    )
    web.pages.environment.globals["moment"] = datetime.fromisoformat
    app.state.report = Report(
        settings, elastic or ElasticClient(settings), Names(settings.index_prefix), teams, kept=kept, goals=goals
    )
    app.add_exception_handler(ElasticUnavailableError, _unavailable)
    add_routes(app, (part.router for part in (search, saved, reports, wallboard)))
    return app


async def _unavailable(request: Request, error: Exception) -> Response:
    """Elasticsearch is away: the desk goes on, search and figures say so."""
    log.warning("Elasticsearch does not answer: %s", error)
    detail = "Search and figures are away for a moment; the inbox goes on."
    return error_response(request, Problem(503, "search_unavailable", detail, {"Retry-After": "5"}))
