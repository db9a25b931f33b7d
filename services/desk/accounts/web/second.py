"""`/login/second`: the second factor of who has proved the first; or its set-up, where a role asks for one."""

from typing import Annotated, Any

import segno
from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from services.desk.accounts.people import Account
from services.desk.accounts.web.entering import Halfway, by_of, enter, halfway, with_session
from services.desk.accounts.web.login import waiting
from services.desk.context import desk_of
from services.desk.domain.totp import address, shown
from services.runtime.metrics import LOGINS
from services.runtime.web.auth import own_form, safe_next
from services.runtime.web.layout import web_of

router = APIRouter(prefix="/login/second", include_in_schema=False)
Code = Annotated[str, Form(max_length=40)]


@router.get("")
async def second_page(request: Request) -> Response:
    """The form for a code."""
    who = await _who(request)
    return web_of(request).pages.render(request, "second.html", failed=False) if who else _again()


@router.post("", dependencies=[Depends(own_form)])
async def second(request: Request, code: Code) -> Response:
    """In with a code of the app or a recovery code; 401 with a wrong one, 429 after some."""
    who = await _who(request)
    if who is None:
        return _again()
    found = await right_code(request, who.name, code)
    if found is None:
        LOGINS.labels(who.method, "failed").inc()
        return web_of(request).pages.render(request, "second.html", 401, failed=True)
    return await enter(request, who.name, f"{who.method}+{found}", who.next)


@router.get("/new")
async def set_up_page(request: Request) -> Response:
    """What to put into an authenticator app."""
    who = await _who(request)
    values = await set_up_values(request, who.name) if who else None
    if values is None:
        return _again()
    return web_of(request).pages.render(request, "second_new_login.html", failed=False, **values)


@router.post("/new", dependencies=[Depends(own_form)])
async def set_up(request: Request, code: Code) -> Response:
    """In, after the first code is right; with the recovery codes, which are shown this once."""
    who = await _who(request)
    values = await set_up_values(request, who.name) if who else None
    if who is None or values is None:
        return _again()
    codes = await first_code(request, who.name, code)
    if codes is None:
        return web_of(request).pages.render(request, "second_new_login.html", 401, failed=True, **values)
    page = web_of(request).pages.render(request, "codes_login.html", codes=codes, next=safe_next(who.next))
    return await with_session(request, page, who.name, f"{who.method}+code")


async def right_code(request: Request, name: str, code: str) -> str | None:
    """Which kind of code it is; `None` for a wrong one, which is logged and counted.

    Raises:
        Problem: 429 while somebody must wait.
    """
    desk, now = desk_of(request), web_of(request).clock()
    _wait(request, name)
    found = await run_in_threadpool(desk.accounts.factors.check, name, code, now, by_of(request, name))
    await _count(request, name, right=found is not None)
    return found


async def first_code(request: Request, name: str, code: str) -> list[str] | None:
    """The recovery codes, after a first code that is right switches the second factor on; `None` for a wrong one.

    Raises:
        Problem: 429 while somebody must wait.
    """
    desk, now = desk_of(request), web_of(request).clock()
    _wait(request, name)
    codes = await run_in_threadpool(desk.accounts.factors.confirm, name, code, now, by_of(request, name))
    await _count(request, name, right=codes is not None)
    return codes


async def set_up_values(request: Request, name: str) -> dict[str, Any] | None:
    """What the page of the set-up shows; `None` for who has a second factor already."""
    secret = await run_in_threadpool(desk_of(request).accounts.factors.secret, name)
    if secret is None:
        return None
    drawn = segno.make(address(secret, name, "webcare"), error="m").svg_data_uri(scale=4, border=3, light="white")
    return {"drawn": drawn, "secret": shown(secret)}


def _wait(request: Request, name: str) -> None:
    wait = desk_of(request).codes.wait((name,), web_of(request).clock())
    if wait:
        LOGINS.labels("code", "throttled").inc()
        raise waiting(wait)


async def _count(request: Request, name: str, *, right: bool) -> None:
    desk, now = desk_of(request), web_of(request).clock()
    if right:
        desk.codes.succeeded((name,))
        return
    desk.codes.failed((name,), now)
    await run_in_threadpool(desk.accounts.failed, name, "second_failed", by_of(request, name))


async def _who(request: Request) -> Halfway | None:
    """Who is halfway, if their account still works."""
    who = halfway(request)
    account: Account | None = await run_in_threadpool(desk_of(request).accounts.get, who.name) if who else None
    return who if account and account.works(web_of(request).clock()) else None


def _again() -> Response:
    return RedirectResponse("/login?told=late", 303)
