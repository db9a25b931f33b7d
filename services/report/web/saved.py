"""Searches that people keep: shown beside the search, kept and dropped by small forms. The desk does the keeping."""

from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from services.contracts.searches import AlertRule
from services.report.domain.saving import as_query
from services.report.web.asked import Asked
from services.report.web.context import KeptSearches, address, report_of
from services.runtime.web.auth import Asking, require
from services.runtime.web.identity import Identity
from services.runtime.web.layout import team_of
from services.runtime.web.problems import Problem

router = APIRouter()
Alert = Annotated[str, Form(pattern=r"^(each|[0-9]{1,6}x[0-9]{1,6})?$")]
"""At least so many mentions `x` within so many minutes; `each` is `1x1`, and nothing is never."""
ALERTS = ("each", "5x60", "10x60", "25x60", "50x1440")
"""What the form offers, beside the rule of a search that was let go just now. Commands take any."""


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
        "alerts": ALERTS,
        "told": told if told in TOLD else "",
        "was": _was(request) if told == "dropped" else None,
    }


class Was(NamedTuple):
    """A search that was let go just now, as the form has it: to keep it again."""

    name: str
    alert: str
    rule: AlertRule | None
    shared: bool


def _was(request: Request) -> Was | None:
    """What the address says of it; `None` when it names no search, or a rule that is none."""
    given = request.query_params
    name, alert = given.get("was", "")[:80], given.get("alert", "")
    try:
        rule = _rule(alert)
    except ValueError:
        return None
    return Was(name, alert, rule, given.get("shared", "") == "true") if name else None


def _rule(alert: str) -> AlertRule | None:
    """The rule that a form or an address names.

    Raises:
        ValueError: it is none.
    """
    if not alert:
        return None
    at_least, _, minutes = ("1x1" if alert == "each" else alert).partition("x")
    return AlertRule(at_least=int(at_least), minutes=int(minutes))


def _named(rule: AlertRule | None) -> str:
    """A rule as the form names it."""
    if rule is None:
        return ""
    return "each" if (rule.at_least, rule.minutes) == (1, 1) else f"{rule.at_least}x{rule.minutes}"


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
    alert: Alert = "",
    shared: Annotated[bool, Form()] = False,
    key: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Keep a search under a name; without one, under what it asks."""
    require(identity, team, "agent", "commands")
    if not query.strip():
        return _back("", "invalid")
    try:
        rule = _rule(alert)
    except ValueError:
        return _back(query, "invalid")
    body = {
        "type": "SaveSearch",
        "team": team,
        "name": name.strip()[:80] or query.strip()[:80],
        "query": query.strip()[:500],
    }
    outcome = await _port(request).ask(identity, body | {"shared": shared, "alert": rule and rule.model_dump()}, key)
    return _back(query, outcome or "saved")


@router.post("/search/saved/{search}/drop", include_in_schema=False)
async def drop(request: Request, identity: Asking, search: str, team: Annotated[str, Form(max_length=100)]) -> Response:
    """Keep it no longer. The page then shows what it finds, with its name and rule to keep it again: that undoes this."""
    require(identity, team, "agent", "commands")
    gone = next((one for one in _port(request).kept(team, identity.name) if one.id == search), None)
    outcome = await _port(request).ask(identity, {"type": "DropSearch", "team": team, "search": search}, "")
    if outcome or gone is None:
        return _back("", outcome or "dropped")
    shared = "true" if gone.shared else ""
    return _back(gone.query, "dropped", team=team, was=gone.name, alert=_named(gone.alert), shared=shared)


def _back(query: str, told: str, **more: str) -> Response:
    return RedirectResponse(address("/search", {"q": query, "told": told} | more), 303)
