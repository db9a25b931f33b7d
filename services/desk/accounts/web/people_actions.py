"""What administrators do to accounts: add and invite, roles, agency staff, out and in again, second factor, sessions.

Each is a form of its own that ends on the page of the account, and a line in the log.
"""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import TypeAdapter, ValidationError
from starlette.concurrency import run_in_threadpool

from services.contracts.base import Slug
from services.desk.accounts.people import Account, administers, with_roles
from services.desk.accounts.web.entering import by_of
from services.desk.accounts.web.mine import back
from services.desk.accounts.web.people import Admin, manageable, show_account, visible
from services.desk.context import desk_of
from services.runtime.web.auth import require
from services.runtime.web.identity import RANK, Identity, Role
from services.runtime.web.layout import web_of
from services.runtime.web.problems import Problem

router = APIRouter(prefix="/people", include_in_schema=False)
Word = Annotated[str, Form(max_length=63)]
Shown = Annotated[str, Form(max_length=200)]
Day = Annotated[str, Form(max_length=10)]
_NAME: TypeAdapter[str] = TypeAdapter(Slug)


@router.post("")
def add(
    request: Request,
    identity: Admin,
    name: Word,
    team: Word,
    role: Word,
    display_name: Shown = "",
    agency: Word = "",
    ends: Day = "",
) -> Response:
    """A new account with a role in a team, and the link to choose a password; or an account that is there, in the team."""
    require(identity, team, "admin", "admin")
    desk, who = desk_of(request), by_of(request, identity.name)
    try:
        chosen, wanted, last = _NAME.validate_python(name.strip().lower()), _role(role), _end(ends)
    except (ValidationError, ValueError):
        return back("people.wrong.form", "/people")
    before = desk.accounts.get(chosen)
    account = before or Account(chosen, display_name.strip() or chosen, {}, agency=agency == "yes", ends=last)
    after = replace(account, teams=dict(account.teams) | {team: wanted})
    if before and (before.name == identity.name or team in before.teams):
        return back("people.wrong.there", f"/people/{chosen}")
    try:
        desk.accounts.save(after, None, who, invited=True)
    except ValueError:
        return back("people.wrong.agency", "/people")
    if before:
        return back("people.told.role", f"/people/{chosen}")
    return _with_link(request, identity, after, "people.told.added")


@router.post("/{name}/roles")
async def change_roles(request: Request, identity: Admin, name: str) -> Response:
    """The roles in the administrator's own teams, as the form says: `role-TEAM`, empty for none."""
    form = await request.form()
    account = await run_in_threadpool(visible, request, identity, name)
    try:
        given = {
            field.removeprefix("role-"): _role(str(value)) if value else None
            for field, value in form.items()
            if field.startswith("role-")
        }
        teams = with_roles(account, identity, given)
    except PermissionError as error:
        raise Problem(403, "forbidden", "This is not a team of yours, or your own role.") from error
    except ValueError:
        return back("people.wrong.form", f"/people/{name}")
    save, who = desk_of(request).accounts.save, by_of(request, identity.name)
    try:
        await run_in_threadpool(save, replace(account, teams=teams), None, who)
    except ValueError:
        return back("people.wrong.agency", f"/people/{name}")
    gone = not (set(teams) & administers(identity)) and bool(teams)
    return back("people.told.roles", "/people" if gone else f"/people/{name}")


@router.post("/{name}/facts")
def change_facts(
    request: Request, identity: Admin, name: str, display_name: Shown, agency: Word = "", ends: Day = ""
) -> Response:
    """The name that colleagues see, agency staff or not, and the last day."""
    account = manageable(request, identity, name)
    try:
        after = replace(account, display_name=display_name.strip() or name, agency=agency == "yes", ends=_end(ends))
    except ValueError:
        return back("people.wrong.form", f"/people/{name}")
    try:
        desk_of(request).accounts.save(after, None, by_of(request, identity.name))
    except ValueError:
        return back("people.wrong.agency", f"/people/{name}")
    return back("people.told.facts", f"/people/{name}")


@router.post("/{name}/invite")
def invite(request: Request, identity: Admin, name: str) -> Response:
    """A one-time link to choose a password, shown once."""
    account = manageable(request, identity, name)
    return _with_link(request, identity, account, "people.told.invited")


@router.post("/{name}/disable")
def disable(request: Request, identity: Admin, name: str) -> Response:
    """Out at once, and not in again."""
    account = manageable(request, identity, name)
    accounts = desk_of(request).accounts
    accounts.disable(account.name, by_of(request, identity.name))
    accounts.invitations.withdraw(account.name)
    return back("people.told.disabled", f"/people/{name}")


@router.post("/{name}/enable")
def enable(request: Request, identity: Admin, name: str) -> Response:
    """In again, with the password of before."""
    account = manageable(request, identity, name)
    desk_of(request).accounts.enable(account.name, by_of(request, identity.name))
    return back("people.told.enabled", f"/people/{name}")


@router.post("/{name}/second/reset")
def reset_second(request: Request, identity: Admin, name: str) -> Response:
    """Without a second factor, for who has lost theirs and the recovery codes; and out everywhere."""
    account, who = manageable(request, identity, name), by_of(request, identity.name)
    accounts = desk_of(request).accounts
    accounts.factors.reset(account.name, who)
    accounts.sessions.revoke(account.name, who)
    return back("people.told.second", f"/people/{name}")


@router.post("/{name}/sessions/end")
def end_sessions(request: Request, identity: Admin, name: str) -> Response:
    """Out everywhere."""
    account = manageable(request, identity, name)
    desk_of(request).accounts.sessions.revoke(account.name, by_of(request, identity.name))
    return back("people.told.sessions", f"/people/{name}")


def _with_link(request: Request, identity: Identity, account: Account, told: str) -> Response:
    desk = desk_of(request)
    lifetime = timedelta(hours=desk.settings.desk_invitation_hours)
    who = by_of(request, identity.name)
    word = desk.accounts.invitations.make(account.name, web_of(request).clock(), lifetime, who)
    return show_account(request, identity, account, told, f"{desk.settings.address}/invitation/{word}")


def _role(text: str) -> Role:
    for role in RANK:
        if role == text:
            return role
    raise ValueError(text)


def _end(day: str) -> datetime | None:
    """The end of somebody's last day, by UTC; `None` without one."""
    if not day.strip():
        return None
    return datetime.combine(datetime.fromisoformat(day.strip()).date() + timedelta(days=1), time(), UTC)
