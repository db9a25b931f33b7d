"""Puts the shared frame on an app: state, headers, limits, problems, assets and the preferences form."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, FastAPI, Form, Request
from fastapi.responses import RedirectResponse, Response

from services.runtime.clock import Clock
from services.runtime.web.assets import Assets, assets_router
from services.runtime.web.auth import own_form, safe_next
from services.runtime.web.i18n import Catalogs
from services.runtime.web.identity import Sessions
from services.runtime.web.layout import (
    LANGUAGE_COOKIE,
    PACKAGE,
    THEME_COOKIE,
    NavSource,
    Pages,
    Web,
    no_facts,
)
from services.runtime.web.packing import PackedPages
from services.runtime.web.problems import UnexpectedErrors, install_problems
from services.runtime.web.security import MAX_BODY, BodyLimit, SecurityHeaders

_YEAR = 365 * 86_400


def install_web(
    app: FastAPI,
    *,
    packages: Iterable[Path],
    sessions: Sessions,
    signing_key: str,
    clock: Clock,
    nav: NavSource = no_facts,
    secure_cookies: bool = False,
    node_modules: Path | None = None,
    max_body: int = MAX_BODY,
) -> Web:
    """Give `app` the shared frame.

    Args:
        packages: folders with `templates/`, `locale/` and `static/`, beside this one's own.
        sessions: finds who a cookie belongs to.
        signing_key: checks bearer tokens.
        clock: the time, for expiry and for what pages show.
        nav: the navigation's facts (counts, who is on now).
        secure_cookies: whether people come by https.
        node_modules: where htmx is; `None` is the checkout's.
        max_body: bytes a request may carry.

    Raises:
        AssetsMissingError: htmx is not installed.
    """
    rooms = (*packages, PACKAGE)
    assets = Assets(rooms, node_modules)
    pages = Pages(rooms, Catalogs(rooms), assets)
    web = Web(sessions, signing_key, clock, pages, assets, nav, secure_cookies)
    app.state.web, app.state.sessions = web, sessions
    add_routes(app, (assets_router(assets),))
    install_problems(app)
    app.add_middleware(PackedPages)
    app.add_middleware(BodyLimit, limit=max_body)
    app.add_middleware(UnexpectedErrors)
    app.add_middleware(SecurityHeaders)
    return web


def add_routes(app: FastAPI, routers: Iterable[APIRouter]) -> None:
    """Give `app` the routes of `routers` as they are.

    `include_router` builds each route a second time, to add a prefix or dependencies of the inclusion; none of ours has
    any, and with a few hundred routes that second time is most of what it takes to answer the first request.
    """
    for router in routers:
        app.router.routes.extend(router.routes)


def install_preferences(app: FastAPI) -> None:
    """`POST /preferences`: language and theme, kept in cookies. One of the apps behind an address offers it."""

    @app.post("/preferences", include_in_schema=False, dependencies=[Depends(own_form)])
    async def preferences(
        request: Request,
        lang: Annotated[Literal["nl", "en"] | None, Form()] = None,
        theme: Annotated[Literal["auto", "light", "dark"] | None, Form()] = None,
        next: Annotated[str, Form()] = "",
    ) -> Response:
        """Needs no session and changes nothing of anybody: the cookies of the browser that asks."""
        response = RedirectResponse(safe_next(next), 303)
        secure = request.app.state.web.secure_cookies
        for cookie, value in ((LANGUAGE_COOKIE, lang), (THEME_COOKIE, theme)):
            if value:
                response.set_cookie(cookie, value, max_age=_YEAR, samesite="lax", secure=secure)
        return response
