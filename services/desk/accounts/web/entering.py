"""From a proved identity to a session: the second factor where it is asked for, then a session under a new id.

Between the two is a short-lived signed cookie that says who has proved the first; it opens nothing by itself.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import jwt
from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from services.desk.accounts.people import Account, By
from services.desk.accounts.sessions import From
from services.desk.context import Desk, desk_of
from services.desk.domain.places import device, network
from services.runtime.metrics import LOGINS
from services.runtime.web.auth import SESSION_COOKIE, safe_next
from services.runtime.web.layout import web_of

Method = Literal["password", "provider"]
HALFWAY_COOKIE, DEVICE_COOKIE = "webcare_halfway", "webcare_device"
HALFWAY = timedelta(minutes=10)
_AUDIENCE = "webcare halfway"
_YEAR = 365 * 86_400


@dataclass(frozen=True, slots=True)
class Halfway:
    """Somebody who has proved the first factor."""

    name: str
    method: Method
    next: str


def by_of(request: Request, name: str) -> By:
    """Who does this, for the log."""
    return By(name, network(address_of(request)))


def address_of(request: Request) -> str:
    """Where a request is from."""
    return request.client.host if request.client else ""


async def proceed(request: Request, account: Account, method: Method, next: str) -> Response:
    """On from the first factor: to the second where there is one, to its set-up where there must be one, else in."""
    desk, web = desk_of(request), web_of(request)
    has = await run_in_threadpool(desk.accounts.factors.has, account.name)
    if method == "provider" and desk.settings.oidc_second_factor == "provider":
        return await enter(request, account.name, method, next)
    if not has and not must_have(desk, account):
        return await enter(request, account.name, method, next)
    LOGINS.labels(method, "asked").inc()
    claims = {
        "sub": account.name,
        "method": method,
        "next": safe_next(next, ""),
        "aud": _AUDIENCE,
        "exp": web.clock() + HALFWAY,
    }
    response = RedirectResponse("/login/second" if has else "/login/second/new", 303)
    cookie = jwt.encode(claims, _key(desk), algorithm="HS256")
    response.set_cookie(HALFWAY_COOKIE, cookie, httponly=True, samesite="lax", secure=web.secure_cookies, path="/login")
    return response


def must_have(desk: Desk, account: Account) -> bool:
    """Whether one of somebody's roles asks for a second factor."""
    return bool(desk.settings.second_factor_roles & set(account.teams.values()))


def halfway(request: Request) -> Halfway | None:
    """Who has proved the first factor in this browser, not long ago."""
    cookie, desk = request.cookies.get(HALFWAY_COOKIE, ""), desk_of(request)
    try:
        claims = jwt.decode(
            cookie,
            _key(desk),
            algorithms=["HS256"],
            audience=_AUDIENCE,
            options={"require": ["exp", "sub"], "verify_exp": False},
        )
    except jwt.InvalidTokenError:
        return None
    if claims["exp"] <= web_of(request).clock().timestamp():
        return None
    return Halfway(str(claims["sub"]), claims["method"], str(claims["next"]))


async def enter(request: Request, name: str, method: str, next: str) -> Response:
    """In: a session under a new id, whatever cookie came; the one of before ends."""
    return await with_session(request, RedirectResponse(safe_next(next), 303), name, method)


async def with_session(request: Request, response: Response, name: str, method: str) -> Response:
    """The same for a response that is shown first."""
    desk, web = desk_of(request), web_of(request)
    before = request.cookies.get(SESSION_COOKIE)
    if before:
        await run_in_threadpool(desk.accounts.sessions.end, before)
    agent = request.headers.get("user-agent", "")
    origin = From(device(agent), network(address_of(request)), method)
    cookie = await run_in_threadpool(desk.accounts.begin, name, web.clock(), origin)
    LOGINS.labels(method.partition("+")[0], "done").inc()
    secure = web.secure_cookies
    response.set_cookie(SESSION_COOKIE, cookie, httponly=True, samesite="lax", secure=secure)
    known = desk.accounts.database.sealed("device", name)
    response.set_cookie(
        DEVICE_COOKIE, known, max_age=_YEAR, httponly=True, samesite="strict", secure=secure, path="/login"
    )
    response.delete_cookie(HALFWAY_COOKIE, path="/login")
    return response


def knows(request: Request, name: str) -> bool:
    """Whether somebody has logged in under this name from this browser before."""
    return request.cookies.get(DEVICE_COOKIE) == desk_of(request).accounts.database.sealed("device", name)


def _key(desk: Desk) -> str:
    return desk.accounts.database.sealed("halfway")
