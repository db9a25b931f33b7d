"""The process `web`: the desk and the report, two apps that know nothing of each other, behind one address and one login.

A request goes to the report when its address is one of the report's, else to the desk. Both get the same accounts.
"""

import logging
import threading
import time
from typing import Any

import uvicorn
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from services.control.arrivals import Arrivals
from services.control.planner import Planner
from services.control.settings import WebSettings, load
from services.control.tokens import keyed
from services.desk.main import OpenDesk, open_desk
from services.desk.settings import DeskSettings
from services.ingest.settings import IngestSettings
from services.report.app import PREFIXES as REPORT
from services.report.app import build_app as build_report
from services.report.domain.indices import Names
from services.report.elastic import ElasticClient
from services.report.settings import ReportSettings
from services.report.web.nobody import NobodyCounts
from services.runtime.health import Health, HealthServer, answer
from services.runtime.heap import one_heap
from services.runtime.metrics import HTTP_SECONDS

log = logging.getLogger(__name__)

METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
"""Other methods are counted together: a client may send any word, and each would be a metric for ever."""

ASKED_STOP_SECONDS = 2
"""Open live connections are cut after this long when the process stops."""


def run(settings: WebSettings, stop: threading.Event) -> None:
    """Serve until `stop` is set.

    Raises:
        RuntimeError: the inbox can no longer be kept up to date, or the port is taken.
    """
    one_heap()
    health = Health()
    reporting = load(ReportSettings)
    arrivals = Arrivals(ElasticClient(reporting), Names(reporting.index_prefix))
    nobody = NobodyCounts(reporting)
    desk = open_desk(desk_settings(), plans=Planner(history=arrivals.of), nobody=nobody)
    try:
        for name, check in desk.checks.items():
            health.add(name, check)
        with HealthServer(settings.metrics_host, settings.web_metrics_port, health):
            server = _server(settings, compose(desk, keyed(load(ReportSettings)), health))
            serving = threading.Thread(target=server.run, name="http", daemon=True)
            serving.start()
            while not stop.wait(0.5) and serving.is_alive() and not desk.failure():
                health.beat()
            server.should_exit = True
            serving.join(ASKED_STOP_SECONDS + 3)
    finally:
        desk.close()
    if not stop.is_set():
        raise RuntimeError(desk.failure() or "the HTTP server ended by itself; is its port taken?")


def desk_settings() -> DeskSettings:
    """The desk's settings, with the signing key, and with where ingest is when they do not say so."""
    settings, ingest = keyed(load(DeskSettings)), load(IngestSettings)
    own = f"http://{ingest.ingest_host}:{ingest.ingest_port}"
    return settings.model_copy(update={"desk_ingest_url": settings.desk_ingest_url or own})


def compose(desk: OpenDesk, settings: ReportSettings, health: Health) -> ASGIApp:
    """Both apps as one."""
    report = build_report(
        settings,
        desk.sessions,
        desk.teams,
        nav=desk.nav,
        kept=desk.searches,
        goals=desk.goals,
        secure_cookies=desk.app.state.web.secure_cookies,
    )
    return Measured(OneAddress(desk.app, report, health))


class OneAddress:
    """Hands each request to the app whose address it has; answers health, metrics and the joint OpenAPI itself."""

    def __init__(self, desk: FastAPI, report: FastAPI, health: Health) -> None:
        self._desk, self._report, self._health = desk, report, health
        self._openapi: dict[str, Any] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        own = self._own(scope["path"])
        app: ASGIApp = own or (self._report if scope["path"].startswith(REPORT) else self._desk)
        await app(scope, receive, send)

    def _own(self, path: str) -> Response | None:
        if path == "/openapi.json":
            self._openapi = self._openapi or joint_openapi(self._desk, self._report)
            return JSONResponse(self._openapi)
        if path == "/metrics":
            return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
        if path in ("/health/live", "/health/ready"):
            problems = self._health.live() if path.endswith("live") else self._health.missing()
            status, body = answer(problems)
            return Response(body, status, media_type="application/json")
        return None


def joint_openapi(*apps: FastAPI) -> dict[str, Any]:
    """One OpenAPI document of several apps."""
    routes = [route for app in apps for route in app.routes]
    return get_openapi(title="webcare", version="1", routes=routes)


class Measured:
    """Counts how long each answer took, by route pattern, so that ids do not become metrics."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request and note how long it took. A live stream is measured until it ends."""
        started, status = time.monotonic(), "500"

        async def noting(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = str(message["status"])
            await send(message)

        await self._app(scope, receive, noting)
        route = getattr(scope.get("route"), "path", "other")
        method = scope.get("method", "")
        method = method if method in METHODS else "other"
        HTTP_SECONDS.labels(route, method, status).observe(time.monotonic() - started)


def _server(settings: WebSettings, app: ASGIApp) -> uvicorn.Server:
    config = uvicorn.Config(
        app,
        host=settings.http_host,
        port=settings.http_port,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=ASKED_STOP_SECONDS,
    )
    return uvicorn.Server(config)
