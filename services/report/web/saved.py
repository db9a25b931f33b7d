"""Searches that people keep: shown beside the search, kept and dropped by small forms. The desk does the keeping."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from services.report.domain.saving import as_query
from services.report.web.asked import Asked
from services.report.web.context import KeptSearches, address, report_of
from services.runtime.web.auth import Asking, require
from services.runtime.web.identity import Identity
from services.runtime.web.layout import team_of
from services.runtime.web.problems import Problem

router = APIRouter()
Alert = Literal["", "each", "5x60", "10x60", "25x60", "50x1440"]
ALERTS: dict[Alert, tuple[int, int]] = {
    "each": (1, 1),
    "5x60": (5, 60),
    "10x60": (10, 60),
    "25x60": (25, 60),
    "50x1440": (50, 1440),
}
"""What the form offers: at least so many mentions within so many minutes. Commands take any."""


def saved_values(request: Request, identity: Identity, search: Asked) -> dict[str, Any]:
    """What the page shows of kept searches: those of the team that one looks at."""
    port, team = report_of(request).kept, _team(request, identity, search)
    kept = port.kept(team, identity.name) if port and team else ()
    sounded = {one.search: one for one in port.sounded(team, identity.name)} if port and team else {}
    may_keep = port is not None and bool(team) and identity.session and identity.may(team, "agent", "commands")
    told = request.query_params.get("told", "")
    return {
        "team_kept": team,
        "kept": [(one, address("/search", {"q": one.query}), sounded.get(one.id)) for one in kept],
        "may_keep": may_keep,
        "may_drop": [one.id for one in kept if one.owner == identity.name or identity.may(team, "lead", "commands")],
        "to_keep": as_query(search.request),
        "alerts": list(ALERTS),
        "told": told if told in TOLD else "",
    }


TOLD = frozenset({"saved", "dropped", "pending", "invalid", "not_allowed", "not_found", "not_a_member", "unknown_team"})


def _team(request: Request, identity: Identity, search: Asked) -> str:
    chosen = search.request.chosen.get("team", ())
    return chosen[0] if chosen else team_of(request, identity)


def _port(request: Request) -> KeptSearches:
    port = report_of(request).kept
    if port is None:
        raise Problem(404, "not_found", "Searches are not kept here.")
    return port


@router.get("/api/v1/search/kept", tags=["search"])
def kept_api(request: Request, identity: Asking, team: str) -> dict[str, Any]:
    """The searches that a team keeps and one's own, with their latest alert when it is not long ago; 200 at most.

    `SaveSearch` and `DropSearch` of `POST /api/v1/commands` change them.
    """
    require(identity, team)
    port = _port(request)
    sounded = {one.search: one for one in port.sounded(team, identity.name)}
    return {"searches": [{"search": one, "alert": sounded.get(one.id)} for one in port.kept(team, identity.name)]}


@router.post("/search/saved", include_in_schema=False)
async def save(
    request: Request,
    identity: Asking,
    team: Annotated[str, Form(max_length=100)],
    name: Annotated[str, Form(max_length=200)] = "",
    query: Annotated[str, Form(max_length=2000)] = "",
    alert: Annotated[Alert, Form()] = "",
    shared: Annotated[bool, Form()] = False,
    key: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Keep a search under a name; without one, under what it asks."""
    require(identity, team, "agent", "commands")
    if not query.strip():
        return _back("", "invalid")
    rule = dict(zip(("at_least", "minutes"), ALERTS[alert], strict=True)) if alert else None
    body = {
        "type": "SaveSearch",
        "team": team,
        "name": name.strip()[:80] or query.strip()[:80],
        "query": query.strip()[:500],
    }
    outcome = await _port(request).ask(identity, body | {"shared": shared, "alert": rule}, key)
    return _back(query, outcome or "saved")


@router.post("/search/saved/{search}/drop", include_in_schema=False)
async def drop(request: Request, identity: Asking, search: str, team: Annotated[str, Form(max_length=100)]) -> Response:
    """Keep it no longer."""
    require(identity, team, "agent", "commands")
    outcome = await _port(request).ask(identity, {"type": "DropSearch", "team": team, "search": search}, "")
    return _back("", outcome or "dropped")


def _back(query: str, told: str) -> Response:
    return RedirectResponse(address("/search", {"q": query, "told": told}), 303)
