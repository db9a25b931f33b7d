"""The HTTP app of ingest: `build_app` puts it together from parts that are handed in; nothing connects here."""

from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException

from services.ingest.http import mentions, status
from services.ingest.http.context import Context
from services.runtime.web.problems import Problem, UnexpectedErrors, problem_response

_PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "Problem details (RFC 9457). `errors` say what is wrong with which mention (`index`, from 0).",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {"type": "array", "items": {"type": "object"}},
        "error_count": {"type": "integer"},
    },
}


def build_app(context: Context) -> FastAPI:
    """The app over `context`."""
    app = FastAPI(title="webcare ingest", version="1", docs_url=None, redoc_url=None)
    app.state.ingest = context
    app.include_router(mentions.router)
    app.include_router(status.router)
    _install_problems(app)
    app.add_middleware(UnexpectedErrors)
    setattr(app, "openapi", lambda: _openapi(app))  # noqa: B010 - FastAPI's own way to extend the document
    return app


def _install_problems(app: FastAPI) -> None:
    async def on_problem(request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)
        return problem_response(error, request.url.path)

    async def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        code = str(error.detail).lower().replace(" ", "_")
        return problem_response(Problem(error.status_code, code, headers=error.headers), request.url.path)

    async def on_invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        errors = [{"field": ".".join(map(str, one["loc"])), "message": one["msg"]} for one in error.errors()[:20]]
        return problem_response(Problem(422, "invalid", "A parameter is not right.", errors=errors), request.url.path)

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(RequestValidationError, on_invalid)


def _openapi(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, routes=app.routes)
        parts = document.setdefault("components", {})
        parts.setdefault("schemas", {}).update(mentions.given_schema() | {"Problem": _PROBLEM})
        parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
        for path, method in (("/v1/mentions", "post"), ("/v1/sources", "get")):
            document["paths"][path][method]["security"] = [{"token": []}]
        app.openapi_schema = document
    return app.openapi_schema
