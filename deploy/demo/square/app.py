"""Builds the square's web app: its parts are put together as it starts and taken apart as it stops."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

import httpx
from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from deploy.demo.examples import Example, read_examples
from deploy.demo.square import pages, replies
from deploy.demo.square.live import Live
from deploy.demo.square.outbox import Outbox
from deploy.demo.square.player import Player
from deploy.demo.square.settings import SquareSettings
from deploy.demo.square.square import Square
from deploy.demo.square.store import Store
from services.runtime.clock import Clock, system_clock
from services.runtime.health import answer
from services.runtime.web.problems import Problem, problem_response
from services.runtime.web.security import BodyLimit, SecurityHeaders

log = logging.getLogger(__name__)

BODY_LIMIT = 200_000
"""Bytes: the longest answer, every character of it escaped."""


def build_app(
    settings: SquareSettings,
    *,
    live: Live | None = None,
    clock: Clock = system_clock,
    transport: httpx.AsyncBaseTransport | None = None,
    examples: Sequence[Example] | None = None,
    on_failure: Callable[[], None] = lambda: None,
) -> FastAPI:
    """The app; nothing is opened before it starts.

    Args:
        settings: see there.
        live: the open pages, given by whoever must be able to end them.
        clock: the time.
        transport: how webhooks travel, for tests.
        examples: the story, by default the demo's.
        on_failure: called when outbox or player broke, which is a bug: the process should be replaced.
    """
    pages_open = live or Live()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        store = Store(settings.data / "square.sqlite")
        client = httpx.AsyncClient(transport=transport, trust_env=False)
        outbox = Outbox(store, client, settings.ingest, settings.secret.get_secret_value(), clock)
        app.state.square = square = Square(store, pages_open, outbox, settings.public_url)
        tasks = [asyncio.create_task(outbox.run(), name="outbox")]
        if settings.pace:
            player = Player(square, read_examples() if examples is None else examples, settings.pace, clock)
            tasks.append(asyncio.create_task(player.run(), name="player"))
        for task in tasks:
            task.add_done_callback(lambda done: _ended(done, on_failure))
        app.state.tasks = tasks
        try:
            yield
        finally:
            pages_open.close()
            await _cancel(tasks)
            await client.aclose()
            store.close()

    app = FastAPI(title="The square", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.settings, app.state.clock = settings, clock
    app.include_router(_health())
    app.include_router(replies.router())
    app.include_router(pages.router())
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_middleware(BodyLimit, limit=BODY_LIMIT)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(_SameOrigin)
    return app


def _ended(task: asyncio.Task[None], on_failure: Callable[[], None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.error("the %s broke", task.get_name(), exc_info=error)
        on_failure()


async def _cancel(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError):
            await task


def _health() -> APIRouter:
    router = APIRouter(prefix="/health")

    @router.get("/live")
    async def live() -> Response:
        return _json(*answer([]))

    @router.get("/ready")
    async def ready(request: Request) -> Response:
        broken = [task for task in request.app.state.tasks if task.done() and not task.cancelled() and task.exception()]
        return _json(*answer([f"{task.get_name()}: broken" for task in broken]))

    return router


def _json(status: int, body: bytes) -> Response:
    return Response(body, status, media_type="application/json")


async def _on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return problem_response(error, request.url.path)


async def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    fields = sorted({"/".join(map(str, one["loc"])) for one in error.errors()[:20]})
    return problem_response(Problem(422, "invalid", f"not as it should be: {', '.join(fields)}"), request.url.path)


class _SameOrigin:
    """Refuses forms that another site sends here: a visitor's browser says where a form comes from."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what does not change anything, or comes from our own pages, or from a program."""
        if scope["type"] == "http" and scope["method"] == "POST":
            headers = Headers(scope=scope)
            origin = headers.get("origin")
            if origin is not None and urlsplit(origin).netloc != headers.get("host"):
                problem = Problem(403, "cross_site", "This form was sent by another site.")
                await problem_response(problem, scope["path"])(scope, receive, send)
                return
        await self.app(scope, receive, send)
