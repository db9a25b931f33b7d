"""`/login/sso`: to the identity provider and back, with a session of ours at the end. And out there as well.

What comes back counts only in the browser that began it (cookie), once (the flow is taken), with its state and nonce.
"""

import logging
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from services.desk.accounts.joining import JoinError, join
from services.desk.accounts.oidc import Provider, ProviderError
from services.desk.accounts.subjects import PATIENCE, Flow, TakenError
from services.desk.accounts.web.entering import by_of, proceed
from services.desk.context import desk_of
from services.runtime.metrics import LOGINS
from services.runtime.web.auth import SESSION_COOKIE, Asking, safe_next
from services.runtime.web.layout import web_of
from services.runtime.web.problems import Problem

log = logging.getLogger(__name__)
router = APIRouter(prefix="/login/sso", include_in_schema=False)
FLOW_COOKIE = "webcare_sso"


@router.get("")
async def to_provider(request: Request, next: str = "") -> Response:
    """To the provider, to log in."""
    url, cookie = await begin(request, next, "")
    return _remembering(request, RedirectResponse(url, 303), cookie)


@router.post("/link")
async def link(request: Request, identity: Asking) -> Response:
    """A page that leads to the provider, to link one's account with whoever logs in there.

    A page and not a redirect: a form may lead to our own pages only (Content-Security-Policy).
    """
    cookie = request.cookies.get(SESSION_COOKIE, "")
    session = desk_of(request).accounts.sessions.id_of(cookie)
    if not identity.session or not session:
        raise Problem(403, "forbidden", "Only somebody who has logged in may do this.")
    url, cookie = await begin(request, "/account", session)
    page = web_of(request).pages.render(request, "account_link.html", url=url, provider=provider_of(request).name)
    return _remembering(request, page, cookie)


@router.get("/callback")
async def back_again(request: Request, code: str = "", state: str = "", error: str = "") -> Response:
    """Back from the provider: in, linked, or to the login with a sentence; the reason is in our log."""
    desk, now = desk_of(request), web_of(request).clock()
    provider, cookie = provider_of(request), request.cookies.get(FLOW_COOKIE, "")
    flow = await run_in_threadpool(desk.accounts.subjects.take, cookie, state, now)
    if flow is None:
        return await _failed(request, "late", "the login was not begun in this browser, or too long ago")
    if error or not code:
        return await _failed(request, "provider", f"the provider says {error[:100]!r}")
    try:
        claims = await provider.claims(code, flow.nonce, flow.verifier, redirect_uri(request))
    except ProviderError as wrong:
        return await _failed(request, "provider", str(wrong))
    response = await (_linked if flow.session else _entered)(request, flow, provider, claims)
    response.delete_cookie(FLOW_COOKIE, path="/login/sso")
    return response


@router.get("/out")
async def out(request: Request) -> Response:
    """Out at the provider as well; where it offers that not, to the login."""
    provider = provider_of(request)
    try:
        url = await provider.logout_url(f"{desk_of(request).settings.address}/login")
    except ProviderError as error:
        log.warning("the identity provider does not answer: %s", error)
        url = None
    return RedirectResponse(url or "/login", 303)


async def begin(request: Request, next: str, session: str) -> tuple[str, str]:
    """Begin a login at the provider: where to go, and the cookie of the browser that does.

    Raises:
        Problem: 404 without a provider; 503 when it does not answer.
    """
    provider, desk = provider_of(request), desk_of(request)
    try:
        begun = await provider.begin(redirect_uri(request))
    except ProviderError as error:
        log.warning("the identity provider does not answer: %s", error)
        LOGINS.labels("provider", "failed").inc()
        raise Problem(503, "unavailable", "The identity provider does not answer.") from error
    flow = Flow(begun.state, begun.nonce, begun.verifier, safe_next(next, ""), session)
    return begun.url, await run_in_threadpool(desk.accounts.subjects.begin, flow, web_of(request).clock())


def provider_of(request: Request) -> Provider:
    """The identity provider.

    Raises:
        Problem: 404, none is configured.
    """
    provider = desk_of(request).provider
    if provider is None:
        raise Problem(404, "no_provider", "There is no single sign-on here.")
    return provider


def redirect_uri(request: Request) -> str:
    """Where the provider sends people back to."""
    return f"{desk_of(request).settings.address}/login/sso/callback"


async def _entered(request: Request, flow: Flow, provider: Provider, claims: Mapping[str, Any]) -> Response:
    desk = desk_of(request)
    try:
        account = await run_in_threadpool(join, desk.accounts, desk.settings, provider.issuer, claims)
    except JoinError as error:
        return await _failed(request, error.told, str(error))
    if not account.works(web_of(request).clock()):
        return await _failed(request, "barred", f"the account {account.name} is disabled or has ended")
    return await proceed(request, account, "provider", flow.next)


async def _linked(request: Request, flow: Flow, provider: Provider, claims: Mapping[str, Any]) -> Response:
    """The account of the very session that asked for it is linked; another session, or none, links nothing."""
    accounts, cookie = desk_of(request).accounts, request.cookies.get(SESSION_COOKIE, "")
    identity = await run_in_threadpool(accounts.find, cookie, web_of(request).clock())
    if identity is None or accounts.sessions.id_of(cookie) != flow.session:
        return await _failed(request, "late", "the session that asked for the link has ended")
    who = by_of(request, identity.name)
    try:
        await run_in_threadpool(accounts.subjects.link, identity.name, provider.issuer, str(claims["sub"]), who)
    except TakenError:
        return RedirectResponse("/account?told=account.wrong.taken", 303)
    return RedirectResponse("/account?told=account.told.linked", 303)


async def _failed(request: Request, told: str, why: str) -> Response:
    log.warning("a login at the identity provider failed: %s", why)
    LOGINS.labels("provider", "failed").inc()
    await run_in_threadpool(desk_of(request).accounts.failed, "", "sign_on_failed", by_of(request, "provider"))
    response = RedirectResponse(f"/login?told={told}", 303)
    response.delete_cookie(FLOW_COOKIE, path="/login/sso")
    return response


def _remembering(request: Request, response: Response, cookie: str) -> Response:
    response.set_cookie(
        FLOW_COOKIE,
        cookie,
        max_age=int(PATIENCE.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=web_of(request).secure_cookies,
        path="/login/sso",
    )
    return response
