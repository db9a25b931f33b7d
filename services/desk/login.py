"""`/login` and `/logout`: names and passwords in, a session cookie out. Failures say nothing and wait longer each time."""

import math
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from services.desk.context import desk_of
from services.runtime.metrics import LOGINS
from services.runtime.web.auth import SESSION_COOKIE, Asking, safe_next
from services.runtime.web.layout import web_of
from services.runtime.web.problems import Problem

router = APIRouter(include_in_schema=False)
NAME, PASSWORD = 63, 1_000


@router.get("/login")
async def login_page(request: Request, next: str = "") -> Response:
    """The form. `next` is where to go afterwards, if it is a page of ours."""
    return web_of(request).pages.render(request, "login.html", next=safe_next(next, ""), failed=False, name="")


@router.post("/login")
async def login(
    request: Request,
    name: Annotated[str, Form(max_length=NAME)],
    password: Annotated[str, Form(max_length=PASSWORD)],
    next: Annotated[str, Form()] = "",
) -> Response:
    """303 with the session's cookie; 401 with one and the same sentence for whatever is wrong; 429 while it must wait."""
    if request.headers.get("sec-fetch-site") == "cross-site":
        raise Problem(403, "csrf", "The form is not ours.")
    desk, web = desk_of(request), web_of(request)
    address, now = request.client.host if request.client else "", web.clock()
    key = (name.strip().lower(), address)
    wait = desk.throttle.wait(key, now)
    if wait:
        LOGINS.labels("throttled").inc()
        seconds = math.ceil(wait.total_seconds())
        raise Problem(429, "throttled", f"Wait {seconds} seconds.", {"Retry-After": str(seconds)})
    account = await run_in_threadpool(desk.accounts.check, key[0], password)
    if account is None:
        LOGINS.labels("failed").inc()
        desk.throttle.failed(key, now)
        return web.pages.render(request, "login.html", 401, next=safe_next(next, ""), failed=True, name=name)
    LOGINS.labels("done").inc()
    desk.throttle.succeeded(key)
    cookie = await run_in_threadpool(desk.accounts.begin, account.name, now)
    response = RedirectResponse(safe_next(next), 303)
    response.set_cookie(SESSION_COOKIE, cookie, httponly=True, samesite="lax", secure=web.secure_cookies)
    return response


@router.post("/logout")
async def logout(request: Request, _identity: Asking) -> Response:
    """End the session, here and in the database."""
    cookie = request.cookies.get(SESSION_COOKIE)
    if cookie:
        await run_in_threadpool(desk_of(request).accounts.end, cookie)
    response = RedirectResponse("/login", 303)
    response.delete_cookie(SESSION_COOKIE)
    return response
