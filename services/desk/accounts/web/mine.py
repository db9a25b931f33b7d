"""`/account`: one's own sessions, password, second factor and link with the identity provider. Sessions only, no tokens.

What makes an account weaker asks for what only its owner has: the old password, or a code.
"""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from services.desk.accounts.web.entering import address_of, by_of, must_have
from services.desk.accounts.web.login import waiting
from services.desk.accounts.web.second import Code, first_code, right_code, set_up_values
from services.desk.context import desk_of
from services.desk.domain.places import source
from services.runtime.web.auth import SESSION_COOKIE, current_identity
from services.runtime.web.identity import Identity
from services.runtime.web.layout import web_of
from services.runtime.web.problems import Problem

router = APIRouter(prefix="/account", include_in_schema=False)
Password = Annotated[str, Form(max_length=1_000)]


async def person(identity: Annotated[Identity, Depends(current_identity)]) -> Identity:
    """Who asks, if it is a person: a token has no account.

    Raises:
        Problem: 403.
    """
    if not identity.session:
        raise Problem(403, "forbidden", "Only somebody who has logged in may do this.")
    return identity


Person = Annotated[Identity, Depends(person)]


@router.get("")
def account_page(request: Request, identity: Person, told: str = "") -> Response:
    """Everything about one's account."""
    desk, now = desk_of(request), web_of(request).clock()
    accounts = desk.accounts
    account = accounts.get(identity.name)
    assert account is not None, "a session has an account"
    return web_of(request).pages.render(
        request,
        "account.html",
        who=account,
        told=told if told.startswith(("account.told.", "account.wrong.")) else "",
        sessions=accounts.sessions.of(identity.name, now),
        this=_session(request),
        has_password=accounts.has_password(identity.name),
        second=accounts.factors.has(identity.name),
        codes_left=accounts.factors.codes_left(identity.name),
        wanted=must_have(desk, account),
        linked=accounts.subjects.linked(identity.name),
        provider=desk.provider.name if desk.provider else "",
    )


@router.post("/password")
async def change_password(
    request: Request, identity: Person, old: Password, password: Password, again: Password
) -> Response:
    """Another password, by who knows the old one; every other session ends at once."""
    desk, now, where = desk_of(request), web_of(request).clock(), source(address_of(request))
    if wait := desk.guard.wait(identity.name, where, now, known=True):
        raise waiting(wait)
    if await run_in_threadpool(desk.accounts.check, identity.name, old) is None:
        desk.guard.failed(identity.name, where, now)
        return back("account.wrong.old")
    if password != again:
        return back("account.wrong.again")
    who, keep = by_of(request, identity.name), _session(request)
    try:
        await run_in_threadpool(desk.accounts.set_password, identity.name, password, who, keep)
    except ValueError:
        return back("account.wrong.simple")
    desk.guard.succeeded(identity.name, where)
    return back("account.told.password")


@router.post("/sessions/{session}/end")
def end_session(request: Request, identity: Person, session: str) -> Response:
    """One of one's own sessions ends; another's is not found."""
    ended = desk_of(request).accounts.sessions.revoke(identity.name, by_of(request, identity.name), only=session)
    if not ended:
        raise Problem(404, "unknown_session", "There is no such session of yours.")
    return back("account.told.ended")


@router.post("/sessions/end")
def end_others(request: Request, identity: Person) -> Response:
    """All of one's sessions but this one end."""
    who = by_of(request, identity.name)
    desk_of(request).accounts.sessions.revoke(identity.name, who, but=_session(request))
    return back("account.told.ended")


@router.get("/second")
async def second_page(request: Request, identity: Person) -> Response:
    """The set-up of a second factor."""
    values = await set_up_values(request, identity.name)
    if values is None:
        return RedirectResponse("/account", 303)
    return web_of(request).pages.render(request, "second_new.html", failed=False, **values)


@router.post("/second")
async def second_on(request: Request, identity: Person, code: Code) -> Response:
    """On with a first code; the recovery codes are shown this once."""
    values = await set_up_values(request, identity.name)
    if values is None:
        return RedirectResponse("/account", 303)
    codes = await first_code(request, identity.name, code)
    if codes is None:
        return web_of(request).pages.render(request, "second_new.html", 401, failed=True, **values)
    return web_of(request).pages.render(request, "codes.html", codes=codes, next="/account")


@router.post("/second/off")
async def second_off(request: Request, identity: Person, code: Code) -> Response:
    """Off with a code, where no role asks for it."""
    desk = desk_of(request)
    account = await run_in_threadpool(desk.accounts.get, identity.name)
    if account is None or must_have(desk, account):
        return back("account.wrong.wanted")
    if await right_code(request, identity.name, code) is None:
        return back("account.wrong.code")
    await run_in_threadpool(desk.accounts.factors.reset, identity.name, by_of(request, identity.name))
    return back("account.told.second_off")


@router.post("/second/codes")
async def renew_codes(request: Request, identity: Person, code: Code) -> Response:
    """New recovery codes, by who has a code."""
    if await right_code(request, identity.name, code) is None:
        return back("account.wrong.code")
    renew = desk_of(request).accounts.factors.renew_codes
    codes = await run_in_threadpool(renew, identity.name, by_of(request, identity.name))
    return web_of(request).pages.render(request, "codes.html", codes=codes, next="/account")


@router.post("/unlink")
def unlink(request: Request, identity: Person) -> Response:
    """Without the identity provider from now on, for who has a password."""
    accounts = desk_of(request).accounts
    if not accounts.has_password(identity.name):
        return back("account.wrong.only")
    accounts.subjects.unlink(identity.name, by_of(request, identity.name))
    return back("account.told.unlinked")


def back(told: str, path: str = "/account") -> Response:
    """To a page that says what came of it."""
    return RedirectResponse(f"{path}?told={quote(told)}", 303)


def _session(request: Request) -> str:
    return desk_of(request).accounts.sessions.id_of(request.cookies.get(SESSION_COOKIE, ""))
