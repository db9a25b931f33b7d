"""The guide's pages. Each shows what there is and can be left; what is not there yet is what the step asks."""

import json
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from services.contracts.goals import GoalKind
from services.contracts.ids import case_id
from services.desk.context import desk_of
from services.desk.domain.start import OURS, arrival, turn_of
from services.desk.start.context import StartView, show, start_view, to
from services.runtime.web.auth import Asking
from services.runtime.web.layout import web_of

router = APIRouter(prefix="/start", include_in_schema=False)
GOALS: tuple[GoalKind, ...] = (
    "service", "audience", "improvement", "events", "opportunities", "community", "competitors", "trends",
)  # fmt: skip
ZONES = (
    "Europe/Amsterdam",
    "Europe/Brussels",
    "Europe/London",
    "Europe/Berlin",
    "America/Curacao",
    "America/Paramaribo",
)
Told = Annotated[str, Query(max_length=60)]


@router.get("")
def begin(request: Request, identity: Asking) -> Response:
    """On to the first step that has not been done."""
    view = start_view(request, identity)
    return to(view, view.facts.first_open())


@router.get("/why")
def why(request: Request, identity: Asking, told: Told = "") -> Response:
    """What the team is for."""
    view = start_view(request, identity)
    return show(request, view, "why", told, kinds=GOALS, goals=view.facts.goals)


@router.get("/team")
def team(request: Request, identity: Asking, told: Told = "") -> Response:
    """Its name, language and time zone."""
    view = start_view(request, identity)
    zones = sorted({*ZONES, view.config.time_zone})
    return show(request, view, "team", told, zones=zones)


@router.get("/people")
async def people(request: Request, identity: Asking, told: Told = "") -> Response:
    """Who is in it, and who of them can log in."""
    view = start_view(request, identity)
    return await show_people(request, view, told)


async def show_people(request: Request, view: StartView, told: str, **fresh: str) -> Response:
    """The page of the people; `fresh` is a login that was made just now, which is shown once."""
    accounts = await run_in_threadpool(desk_of(request).accounts.list)
    logins = {one.name for one in accounts if view.team in one.teams and not one.disabled}
    return show(request, view, "people", told, logins=logins, fresh=fresh)


@router.get("/hours")
def hours(request: Request, identity: Asking, told: Told = "") -> Response:
    """When it is there, and who then."""
    view = start_view(request, identity)
    config = view.config
    spans = {span.day: span for span in config.opening_hours}
    own = [shift for shift in config.shifts if shift.ended_at is None and not shift.id.startswith(OURS)]
    return show(request, view, "hours", told, spans=spans, turn=turn_of(config), own=own)


@router.get("/handbook")
def handbook(request: Request, identity: Asking, told: Told = "") -> Response:
    """The handbook to begin with."""
    return show(request, start_view(request, identity), "handbook", told)


@router.get("/source")
def source(
    request: Request, identity: Asking, told: Told = "", feed: Annotated[str, Query(max_length=500)] = ""
) -> Response:
    """Where mentions come from. What can only be done in the settings file is given to be copied there."""
    return show_source(request, start_view(request, identity), told, feed)


def show_source(request: Request, view: StartView, told: str = "", feed: str = "", token: str = "") -> Response:
    """The page of the sources; `token` is one that was made just now, which is shown once."""
    address = desk_of(request).settings.desk_ingest_url
    wrong = "start.wrong.address" if feed and not _is_address(feed) else told
    values: dict[str, Any] = {"address": address, "feed": feed, "declared": declared(view.team, feed), "token": token}
    values["example"] = json.dumps(example(view.now), indent=2, ensure_ascii=False)
    return show(request, view, "source", wrong, **values)


def example(now: datetime) -> dict[str, Any]:
    """A mention as a site of one's own may hand it in: what is needed, and no more."""
    author = {"id": "jip@example.org", "name": "Jip"}
    written = now.replace(microsecond=0).isoformat()
    return {"source": "site", "source_id": "1", "author": author, "text": "…", "created_at": written}


def declared(team: str, feed: str) -> str:
    """A feed as `webcare.toml` declares it; empty without an address."""
    if not _is_address(feed):
        return ""
    host = "".join(one if one.isalnum() else "-" for one in (urlsplit(feed).hostname or "feed").lower())
    lines = ("[[ingest_sources]]", f'name = "{host.strip("-")[:60]}"', 'kind = "feed"', f'team = "{team}"')
    return "\n".join((*lines, f"url = {json.dumps(feed)}"))


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and text.isprintable() and text.isascii()


@router.get("/test")
def trial(
    request: Request,
    identity: Asking,
    told: Told = "",
    mention: Annotated[str, Query(max_length=36)] = "",
    at: datetime | None = None,
    reason: Annotated[str, Query(max_length=300)] = "",
) -> Response:
    """A test mention on its way, until it is somebody's; without a script the page asks again by itself."""
    view = start_view(request, identity)
    model, now = desk_of(request).model, web_of(request).clock()
    cover = model.cover(view.team, now) if view.facts.config else None
    values: dict[str, Any] = {
        "mention": mention,
        "at": at if at and at.tzinfo else None,
        "arrived": arrival(model.case(case_id(view.team, mention))) if mention else None,
        "on": cover.people if cover else (),
        "reason": reason,
    }
    return show(request, view, "test", told, **values)
