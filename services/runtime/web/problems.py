"""Errors: RFC 9457 problem details for the API, a readable page for people; what is unexpected is logged with an id.

Nothing that a client sent is repeated in an error, and nothing of the inside is told.
"""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.runtime.web.events import ENDED, EVENT_STREAM
from services.runtime.web.layout import web_of

log = logging.getLogger(__name__)

PROBLEM_JSON = "application/problem+json"
_API = ("/api/", "/v1/", "/health/", "/metrics", "/openapi.json")


class Problem(Exception):  # noqa: N818 - the word of RFC 9457
    """An error with a code for programs and a detail for people (in English; pages translate the code)."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str = "",
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(detail or code)
        self.status, self.code, self.detail, self.headers, self.more = status, code, detail, dict(headers or {}), more


class NotLoggedInError(Exception):
    """Nobody that we know asks: pages send them to the login, the API answers 401."""


def is_api(path: str) -> bool:
    """Whether a path is for programs."""
    return path.startswith(_API)


def _title(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


def problem_response(problem: Problem, instance: str) -> Response:
    """The problem as `application/problem+json`."""
    body = {
        "type": f"urn:webcare:problem:{problem.code}",
        "title": _title(problem.status),
        "status": problem.status,
        "code": problem.code,
        "detail": problem.detail or _title(problem.status),
        "instance": instance,
        **problem.more,
    }
    return JSONResponse(body, problem.status, problem.headers, media_type=PROBLEM_JSON)


def error_response(request: Request, problem: Problem) -> Response:
    """The error in the form that suits who asks."""
    if is_api(request.url.path):
        return problem_response(problem, request.url.path)
    pages = web_of(request).pages
    key = f"error.{problem.status}"
    text = pages.translator(request).maybe(key, pages.translator(request)("error.other"))
    template = "error_fragment.html" if "HX-Request" in request.headers else "error.html"
    return pages.render(
        request, template, problem.status, headers=problem.headers, text=text, code=problem.status, more=problem.more
    )


def login_response(request: Request) -> Response:
    """401 for programs; for people the way to the login, and back to this page afterwards.

    A page's event stream is told `ended`, as one that is open when the session ends: what follows a redirect is no
    stream, and the browser would ask again and again.
    """
    path = request.url.path
    if is_api(path):
        headers = {"WWW-Authenticate": 'Bearer realm="webcare"'}
        return problem_response(Problem(401, "not_logged_in", "Log in, or send a bearer token.", headers), path)
    back = f"{path}?{request.url.query}" if request.method == "GET" and request.url.query else path
    target = "/login" if request.method != "GET" or path == "/" else str(_login_url(request, back))
    if "HX-Request" in request.headers:
        return Response(status_code=401, headers={"HX-Redirect": "/login"})
    if EVENT_STREAM in request.headers.get("accept", ""):
        return Response(ENDED, media_type=EVENT_STREAM, headers={"Cache-Control": "no-store"})
    return RedirectResponse(target, 303)


def _login_url(request: Request, back: str) -> str:
    url = request.url.replace(path="/login", query="").include_query_params(next=back)
    return f"{url.path}?{url.query}"


def install_problems(app: FastAPI) -> None:
    """Make every expected error of `app` a problem or a page."""

    async def on_problem(request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)
        return error_response(request, error)

    async def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        code = _title(error.status_code).lower().replace(" ", "_")
        detail = error.detail if isinstance(error.detail, str) else ""
        return error_response(request, Problem(error.status_code, code, detail, error.headers))

    async def on_invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        errors = [{"pointer": "/".join(map(str, one["loc"])), "detail": one["msg"]} for one in error.errors()[:20]]
        return error_response(request, Problem(422, "invalid", "The request is not as it should be.", errors=errors))

    async def on_stranger(request: Request, error: Exception) -> Response:
        assert isinstance(error, NotLoggedInError)
        return login_response(request)

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(NotLoggedInError, on_stranger)


class UnexpectedErrors:
    """The last resort: any other exception is logged with an id, and the client gets 500 with that id."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; answer for whatever could not."""
        started = False

        async def noting(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, noting)
        except Exception as error:
            if scope["type"] != "http":
                raise
            ident = str(uuid4())
            log.exception("error %s: %s %s", ident, scope["method"], scope["path"])
            if started:
                raise
            problem = Problem(500, "unexpected", "Something went wrong here; it is logged under this id.", id=ident)
            problem.__cause__ = error
            await error_response(Request(scope, receive), problem)(scope, receive, send)
