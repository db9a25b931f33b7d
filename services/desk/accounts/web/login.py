"""`/login` and `/logout`: names and passwords in, a session cookie out. Failures say nothing and wait longer each time."""

import math
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from services.desk.accounts.web.entering import address_of, by_of, knows, proceed
from services.desk.context import desk_of
from services.desk.domain.places import source
from services.runtime.metrics import LOGINS
from services.runtime.web.auth import SESSION_COOKIE, Asking, own_form, safe_next
from services.runtime.web.layout import web_of
from services.runtime.web.problems import Problem

router = APIRouter(include_in_schema=False)
NAME, PASSWORD = 63, 1_000
TOLD = frozenset({"out", "chosen", "late", "provider", "unknown", "taken", "barred"})
"""What the page can say of what was before; anything else in the address is not said."""
STORAGE = '"storage"'
"""What a browser throws away at a logout, in all its tabs. Not its cache: pages are in none (`no-store`), and the styles and
scripts that are would only be fetched again."""


@router.get("/login")
async def login_page(request: Request, next: str = "", told: str = "") -> Response:
    """The form. `next` is where to go afterwards, if it is a page of ours."""
    return _form(request, next=next, told=told)


@router.post("/login", dependencies=[Depends(own_form)])
async def login(
    request: Request,
    name: Annotated[str, Form(max_length=NAME)],
    password: Annotated[str, Form(max_length=PASSWORD)],
    next: Annotated[str, Form()] = "",
) -> Response:
    """303 with the session's cookie; 401 with one and the same sentence for whatever is wrong; 429 while it must wait."""
    desk, now = desk_of(request), web_of(request).clock()
    who, where = name.strip().lower(), source(address_of(request))
    wait = desk.guard.wait(who, where, now, knows(request, who))
    if wait:
        LOGINS.labels("password", "throttled").inc()
        raise waiting(wait)
    account = await run_in_threadpool(desk.accounts.check, who, password)
    if account is None:
        LOGINS.labels("password", "failed").inc()
        desk.guard.failed(who, where, now)
        await run_in_threadpool(desk.accounts.failed, who, "login_failed", by_of(request, ""))
        return _form(request, 401, next=next, failed=True, name=name)
    desk.guard.succeeded(who, where)
    return await proceed(request, account, "password", next)


@router.post("/logout")
async def logout(
    request: Request, _identity: Asking, unsent: Annotated[int | None, Form(ge=1, le=9_999)] = None
) -> Response:
    """End the session, here and in the database; what its tabs keep goes too (theme and language are cookies and stay).

    `unsent`: so many actions waited for the line in the tab, for the login page to say (`queue.js`).
    """
    cookie = request.cookies.get(SESSION_COOKIE)
    if cookie:
        await run_in_threadpool(desk_of(request).accounts.sessions.end, cookie)
    response = RedirectResponse(f"/login?told=out{f'&unsent={unsent}' if unsent else ''}", 303)
    response.delete_cookie(SESSION_COOKIE)
    response.headers["Clear-Site-Data"] = STORAGE
    return response


def waiting(wait: timedelta) -> Problem:
    """429, with how long to wait."""
    seconds = math.ceil(wait.total_seconds())
    return Problem(429, "throttled", f"Wait {seconds} seconds.", {"Retry-After": str(seconds)})


def _form(
    request: Request, status: int = 200, *, next: str, failed: bool = False, name: str = "", told: str = ""
) -> Response:
    provider = desk_of(request).provider
    return web_of(request).pages.render(
        request,
        "login.html",
        status,
        next=safe_next(next, ""),
        failed=failed,
        name=name,
        told=told if told in TOLD else "",
        provider=provider.name if provider else "",
    )
