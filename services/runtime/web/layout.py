"""The frame of every page: the template environment, what each page knows, and the facts that the navigation shows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import CodeType
from typing import Any, Protocol

import jinja2
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from jinja2.bccache import Bucket

from services.contracts.harmless import harmless, isolated
from services.runtime.clock import Clock
from services.runtime.web.assets import Assets
from services.runtime.web.formats import DEFAULT_ZONE, Formats
from services.runtime.web.i18n import Catalogs, Translator, choose
from services.runtime.web.identity import Identity, Sessions
from services.runtime.web.keys import GO
from services.runtime.web.outside import REL, outside

PACKAGE = Path(__file__).resolve().parent
LANGUAGE_COOKIE, THEME_COOKIE, TEAM_COOKIE = "lang", "theme", "team"
THEMES = ("auto", "light", "dark")


@dataclass(frozen=True, slots=True)
class OnNow:
    """Who answers at this moment, until when, and who comes after."""

    people: tuple[str, ...] = ()
    you: bool = False
    until: datetime | None = None
    next_people: tuple[str, ...] = ()
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NavFacts:
    """What the navigation says of a team: its name and time zone, the number in each view, who is on; the teams' names."""

    team_name: str = ""
    zone: str = DEFAULT_ZONE
    counts: Mapping[str, int] = field(default_factory=dict)
    on_now: OnNow | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    counts_nobody: bool = False
    """Whether `/inbox/nobody` counts what needs nobody."""


class NavSource(Protocol):
    """Where the navigation's facts come from: the desk implements it, the report is handed it."""

    def __call__(self, identity: Identity, team: str, now: datetime, /) -> NavFacts: ...


def no_facts(_identity: Identity, team: str, _now: datetime, /) -> NavFacts:
    """The navigation without figures."""
    return NavFacts(team_name=team)


class _Compiled(jinja2.BytecodeCache):
    """Templates as compiled, for all apps of this process; a template that has changed is compiled again."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, CodeType]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        checksum, code = self._known.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._known[bucket.key] = (bucket.checksum, bucket.code)


_COMPILED = _Compiled()


def shown(value: Any) -> Any:
    """What a template puts on a page, before it is escaped; for `finalize` of an environment."""
    return harmless(value) if type(value) is str else value


class Pages:
    """Renders templates of some packages within the frame. Texts are harmless and escaped; an undefined name is an error."""

    def __init__(self, packages: Iterable[Path], catalogs: Catalogs, assets: Assets) -> None:
        self.catalogs = catalogs
        folders = [package / "templates" for package in packages]
        self.environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(folders),
            autoescape=True,
            finalize=shown,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            bytecode_cache=_COMPILED,
        )
        self.environment.globals |= {"asset": assets.url, "outside": outside, "OUTSIDE_REL": REL, "GO": GO}
        self.environment.filters["isolated"] = isolated

    def translator(self, request: Request) -> Translator:
        """The texts in the language of this request."""
        identity = identity_of(request)
        cookie = request.cookies.get(LANGUAGE_COOKIE)
        accept = request.headers.get("accept-language", "")
        return self.catalogs.translator(choose(cookie, identity.language if identity else None, accept))

    def render(
        self,
        request: Request,
        template: str,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **values: Any,
    ) -> HTMLResponse:
        """A page or a fragment. `values` reach the template, beside what every page knows (see `frame`)."""
        context = frame(request, self.translator(request)) | values
        html = self.environment.get_template(template).render(context)
        return HTMLResponse(html, status, dict(headers or {}) | {"Vary": "Cookie, Accept-Language, HX-Request"})


@dataclass(frozen=True, slots=True)
class Web:
    """What both apps have at hand, on `app.state.web`."""

    sessions: Sessions
    signing_key: str
    clock: Clock
    pages: Pages
    assets: Assets
    nav: NavSource = no_facts
    secure_cookies: bool = False
    """Whether people reach us by https, so that cookies may say `Secure`."""


def web_of(request: Request) -> Web:
    """What the app of a request was built with."""
    app: FastAPI = request.app
    web: Web = app.state.web
    return web


def identity_of(request: Request) -> Identity | None:
    """Who asks, once `current_identity` has found out; `None` before that and for strangers."""
    found: Identity | None = getattr(request.state, "identity", None)
    return found


def team_of(request: Request, identity: Identity) -> str:
    """The team that a page is about: the address says it, else the last choice, else the first; empty without teams."""
    named = (request.query_params.get("team"), request.cookies.get(TEAM_COOKIE), *sorted(identity.teams))
    return next((team for team in named if team and team in identity.teams), "")


def frame(request: Request, t: Translator) -> dict[str, Any]:
    """What every page knows: texts, time, who asks, the team in view and its facts, theme and address."""
    web, identity, now = web_of(request), identity_of(request), web_of(request).clock()
    team = team_of(request, identity) if identity else ""
    facts = web.nav(identity, team, now) if identity and team else NavFacts()
    theme = request.cookies.get(THEME_COOKIE, "auto")
    return {
        "t": t,
        "f": Formats(t.language, facts.zone),
        "now": now,
        "identity": identity,
        "csrf": identity.csrf if identity else "",
        "team": team,
        "facts": facts,
        "theme": theme if theme in THEMES else "auto",
        "path": request.url.path,
        "here": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
    }
