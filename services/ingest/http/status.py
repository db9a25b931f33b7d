"""`GET /v1/sources`, health and metrics."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel

from services.ingest.board import State, state_of
from services.ingest.http.context import Asking, Context, Here
from services.ingest.http.mentions import problems
from services.ingest.settings import Source
from services.runtime.health import answer
from services.runtime.web.problems import Problem

router = APIRouter()


class LastError(BaseModel):
    """What went wrong last, and when."""

    at: datetime
    detail: str


class SourceView(BaseModel):
    """One source. `cursor` is where a feed was left: its `etag` and `modified`, and how many entries it remembers."""

    name: str
    kind: str
    team: str
    teams: list[str]
    state: State
    cursor: dict[str, Any] | None
    last_success: datetime | None
    last_error: LastError | None
    delivers: bool


class SourcePage(BaseModel):
    """Sources by name; `next` is the `after` of the following page, or null."""

    sources: list[SourceView]
    next: str | None


@router.get("/v1/sources", tags=["sources"], responses=problems(401, 403, 422))
def get_sources(
    here: Here,
    who: Asking,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    after: Annotated[str, Query(max_length=63)] = "",
) -> SourcePage:
    """How the sources of one's teams fare."""
    mine = frozenset(team for team in who.teams if who.may(team, "viewer", "read"))
    if not mine:
        raise Problem(403, "forbidden", "This needs a token with the scope read for at least one team.")
    visible = sorted((one for one in here.settings.ingest_sources if one.allowed() & mine), key=lambda one: one.name)
    rest = [one for one in visible if one.name > after]
    page = rest[:limit]
    return SourcePage(
        sources=[_view(one, here) for one in page], next=page[-1].name if len(rest) > limit and page else None
    )


def _view(source: Source, here: Context) -> SourceView:
    status = here.board.status(source.name)
    cursor = here.store.cursor(source.name)
    if cursor is not None and "seen" in cursor:
        cursor |= {"seen": len(cursor["seen"])}
    error = LastError(at=status.failed, detail=status.failure) if status.failed and status.failure else None
    return SourceView(
        name=source.name,
        kind=source.kind,
        team=source.team,
        teams=sorted(source.allowed()),
        state=state_of(status),
        cursor=cursor,
        last_success=status.success,
        last_error=error,
        delivers=source.kind == "webhook" and source.deliver_url is not None,
    )


@router.get("/health/live", tags=["health"])
def live(here: Here) -> Response:
    """Whether the process is worth keeping."""
    return _health(here.health.live())


@router.get("/health/ready", tags=["health"])
def ready(here: Here) -> Response:
    """Whether it does its work, and what is missing when not."""
    return _health(here.health.missing())


def _health(missing: list[str]) -> Response:
    status, body = answer(missing)
    return Response(body, status, media_type="application/json")


@router.get("/metrics", tags=["health"])
def metrics() -> Response:
    """For Prometheus."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
