"""`/people`: the accounts of the teams that somebody administers, and one account with all that can be done to it.

What an administrator sees and may do is said in `people.py` one folder up; who is not one gets 403 before anything is read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from services.desk.accounts.people import Account, administers, manages, sees
from services.desk.accounts.web.entering import must_have
from services.desk.accounts.web.mine import Person
from services.desk.context import desk_of
from services.runtime.web.identity import RANK, Identity
from services.runtime.web.layout import web_of
from services.runtime.web.problems import Problem

router = APIRouter(prefix="/people", include_in_schema=False)
PAGE = 50


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of the list: an account, whether it works now, and its roles in the reader's teams."""

    account: Account
    works: bool
    second: bool


async def administrator(identity: Person) -> Identity:
    """Who asks, if they administer a team.

    Raises:
        Problem: 403.
    """
    if not administers(identity):
        raise Problem(403, "forbidden", "This needs the role admin in a team.")
    return identity


Admin = Annotated[Identity, Depends(administrator)]


def visible(request: Request, identity: Identity, name: str) -> Account:
    """An account that they see; any other does not exist for them.

    Raises:
        Problem: 404.
    """
    found = desk_of(request).accounts.get(name)
    if found is None or not sees(identity, found):
        raise Problem(404, "unknown_account", "There is no such account in your teams.")
    return found


def manageable(request: Request, identity: Identity, name: str) -> Account:
    """An account of which they may do what concerns all of it.

    Raises:
        Problem: 404 for one that they do not see; 403 for their own, or one that is in teams of others too.
    """
    found = visible(request, identity, name)
    if not manages(identity, found):
        raise Problem(403, "forbidden", "This account is yours, or also in a team that you do not administer.")
    return found


@router.get("")
def people(
    request: Request,
    identity: Admin,
    q: Annotated[str, Query(max_length=100)] = "",
    page: Annotated[int, Query(ge=1)] = 1,
    told: str = "",
) -> Response:
    """The accounts by name, in pages, with the form for a new one."""
    accounts, now, sought = desk_of(request).accounts, web_of(request).clock(), q.strip().lower()
    found = [
        one
        for one in accounts.list()
        if sees(identity, one) and (sought in one.name or sought in one.display_name.lower())
    ]
    pages = max(1, -(-len(found) // PAGE))
    at = min(page, pages)
    rows = [Shown(one, one.works(now), accounts.factors.has(one.name)) for one in found[(at - 1) * PAGE : at * PAGE]]
    return show(request, identity, "people.html", told, rows=rows, total=len(found), q=q, page=at, pages=pages)


@router.get("/{name}")
def person_page(request: Request, identity: Admin, name: str, told: str = "") -> Response:
    """One account."""
    account = visible(request, identity, name)
    return show_account(request, identity, account, told)


def show_account(request: Request, identity: Identity, account: Account, told: str = "", link: str = "") -> Response:
    """The page of one account; `link` is a one-time link that was just made, shown this once."""
    desk, now = desk_of(request), web_of(request).clock()
    accounts, whole = desk.accounts, manages(identity, account)
    return show(
        request,
        identity,
        "person.html",
        told,
        who=account,
        works=account.works(now),
        whole=whole,
        own=account.name == identity.name,
        link=link,
        last_day=(account.ends - timedelta(days=1)).date().isoformat() if account.ends else "",
        hours=desk.settings.desk_invitation_hours,
        second=accounts.factors.has(account.name),
        wanted=must_have(desk, account),
        has_password=accounts.has_password(account.name),
        linked=accounts.subjects.linked(account.name),
        sessions=accounts.sessions.of(account.name, now) if whole else [],
        elsewhere=len(set(account.teams) - administers(identity)),
    )


def show(request: Request, identity: Identity, template: str, told: str = "", **values: Any) -> Response:
    """A page of people: what all of them know, and `values`."""
    known: Mapping[str, Any] = {
        "mine": sorted(administers(identity)),
        "roles": tuple(RANK),
        "told": told if told.startswith(("people.told.", "people.wrong.")) else "",
        "team_name": lambda team: _team_name(request, team),
    }
    return web_of(request).pages.render(request, template, **(dict(known) | values))


def _team_name(request: Request, team: str) -> str:
    config = desk_of(request).model.config(team)
    return config.name if config else team
