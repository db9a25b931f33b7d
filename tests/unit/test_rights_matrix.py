"""Every route, for everybody, in one's own team and in another's; made from the routes that the apps really have.

A route without a line in `tests/support/rights.py` fails, and so does a line without a route. The same table is held against
forms without the token of the session, against what caches may keep, and every command against other teams.
"""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response

from services.contracts.asyncapi import EXAMPLES
from services.contracts.commands import COMMANDS
from services.contracts.handbook import GuidelineText
from services.contracts.handbook_commands import PublishGuideline
from services.control.web import OneAddress, joint_openapi
from services.desk.accounts.people import Account
from services.desk.searches import Searches
from services.desk.throttle import Throttle
from services.report.app import build_app as build_report
from services.report.settings import ReportSettings
from services.runtime.clock import system_clock
from services.runtime.health import Health
from services.runtime.web.auth import SAFE_METHODS
from services.runtime.web.identity import RANK, SCOPES, Role, issue_token
from tests.browser.desk_backend import KEY, SPOOR, TestDesk, open_test_desk, team_config
from tests.support.rights import ROUTES, Needs
from tests.unit.test_report_app import Away

OTHER = "waterveen"
TEAMS = (SPOOR, OTHER)
ROLES: tuple[Role, ...] = ("viewer", "agent", "lead", "admin")
EVERYBODY = ("stranger", *ROLES)
REFUSED = frozenset({401, 403, 404})


@dataclass
class World:
    """Two teams, each with a case and somebody in it, and the desk and the report behind one address."""

    desk: TestDesk
    report: FastAPI
    app: OneAddress
    cases: dict[str, str]

    def fill(self, text: str, team: str, session: str = "") -> str:
        """A text of the declarations with what it names."""
        sheet = self.desk.app.state.web.assets.url("webcare.css").removeprefix("/static/")
        return text.format(team=team, case=self.cases[team], person=f"victim-{team}", session=session, stylesheet=sheet)

    def forget_guesses(self) -> None:
        """Links that are not known are asked for often here; that is slowed down, and is not what is tested."""
        self.desk.app.state.desk = replace(self.desk.app.state.desk, tips=Throttle())


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    nowhere: dict[str, Any] = {"oidc_issuer": "http://127.0.0.1:9", "oidc_client_id": "webcare"}
    desk = open_test_desk(tmp_path_factory.mktemp("matrix"), **nowhere)
    cases: dict[str, str] = {}
    now = desk.backend.clock()
    for team in TEAMS:
        desk.backend.configure(team_config(team, f"Name of {team}"))
        cases[team] = desk.backend.mention(f"canary of {team}", now, team)
        guideline = GuidelineText(kind="guideline", title="Canary", body="Sing.", language="en")
        desk.backend.do(
            PublishGuideline, team, "system:test", guideline="canary", based_on=0, text=guideline, reason="-"
        )
        desk.accounts.save(Account(f"victim-{team}", f"Victim of {team}", {team: "agent"}), None, invited=True)
    for role in ROLES:
        desk.accounts.save(Account(f"some-{role}", f"Some {role}", {SPOOR: role}), None, invited=True)
    kept = Searches(desk.model, desk.app.state.desk.commands, desk.backend.clock)
    report = build_report(ReportSettings(signing_key=KEY), desk.accounts, desk.model.config, elastic=Away(), kept=kept)
    return World(desk, report, OneAddress(desk.app, report, Health()), cases)


def routes_of(app: FastAPI) -> Iterator[str]:
    """`GET /inbox` and so on, hidden ones too."""
    waiting: list[tuple[str, Any]] = [("", route) for route in app.routes]
    while waiting:
        prefix, route = waiting.pop()
        if (router := getattr(route, "original_router", None)) is not None:
            inside = prefix + route.include_context.prefix
            waiting += [(inside, one) for one in router.routes]
        else:
            yield from (f"{method} {prefix}{route.path}" for method in route.methods - {"HEAD"})


def test_every_route_has_a_line_and_every_line_a_route(world: World) -> None:
    present = {*routes_of(world.desk.app), *routes_of(world.report)}
    documented = {
        f"{method.upper()} {path}"
        for path, item in joint_openapi(world.desk.app, world.report)["paths"].items()
        for method in item
    }
    assert documented
    assert documented <= present
    assert sorted(present - ROUTES.keys()) == [], "declare in tests/support/rights.py who may do this"
    assert sorted(ROUTES.keys() - present) == [], "no such route any more"


def allowed(needs: Needs, who: str, team: str) -> bool:
    if needs.who == "anybody":
        return True
    if needs.who == "secret" or who == "stranger":
        return False
    return needs.who == "session" or (team == SPOOR and RANK[who] >= RANK[needs.who])  # type: ignore[index]  # a role


def send(world: World, route: str, who: str, team: str, *, csrf: bool = True) -> Response:
    """Ask as somebody in a fresh session."""
    method, _, pattern = route.partition(" ")
    needs, now = ROUTES[route], world.desk.backend.clock()
    headers, session, cookie = {"Accept-Language": "en"}, "", ""
    if who != "stranger":
        cookie = world.desk.accounts.begin(f"some-{who}", now)
        identity = world.desk.accounts.find(cookie, now)
        assert identity is not None
        session = world.desk.accounts.sessions.id_of(cookie)
        headers["Cookie"] = f"webcare_session={cookie}"
        if csrf:
            headers["X-CSRF-Token"] = identity.csrf
    path = pattern
    for name, text in needs.path.items():
        path = path.replace(f"{{{name}}}", world.fill(text, team, session))
    for name in ("leave", "swap", "override", "request_id", "mention", "token", "word", "question", "reply", "idea"):
        path = path.replace(f"{{{name}}}", "0b0e7a52-0000-5000-8000-000000000001")
    body = {world.fill(name, team): world.fill(text, team) for name, text in needs.send.items()}
    url = f"{path}?{urlencode({'team': team})}"
    world.forget_guesses()
    if needs.stream:
        return opened(world.app, url, headers)
    client = TestClient(world.app, follow_redirects=False, headers=headers)
    given: dict[str, Any] = {} if method == "GET" else {"json" if needs.json else "data": body}
    answer: Response = client.request(method, url, **given)
    return answer


def opened(app: Any, url: str, headers: dict[str, str]) -> Response:
    """How a stream begins: its status and headers; then the client goes away."""
    path, _, query = url.partition("?")
    found: list[Response] = []

    async def go() -> None:
        started, asked = asyncio.Event(), asyncio.Event()

        async def receive() -> dict[str, Any]:
            if asked.is_set():
                await asyncio.Event().wait()  # the client says nothing more, and goes away by being cancelled
            asked.set()
            return {"type": "http.request", "body": b"", "more_body": False}

        async def note(message: Any) -> None:
            if message["type"] == "http.response.start":
                found.append(Response(message["status"], headers=message["headers"]))
                started.set()

        raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        facts = {"type": "http", "method": "GET", "path": path, "query_string": query.encode(), "headers": raw}
        more = {"scheme": "http", "server": ("testserver", 80), "client": ("testclient", 1), "http_version": "1.1"}
        serving = asyncio.create_task(app(facts | more | {"root_path": "", "raw_path": path.encode()}, receive, note))
        async with asyncio.timeout(10):
            await started.wait()
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)

    asyncio.run(go())
    return found[0]


def refused(answer: Response) -> bool:
    return answer.status_code in REFUSED or (
        answer.status_code == 303 and answer.headers["location"].split("?")[0] == "/login"
    )


@pytest.mark.parametrize("route", sorted(ROUTES))
def test_each_may_what_is_declared_and_nothing_else(world: World, route: str) -> None:
    needs = ROUTES[route]
    for who in EVERYBODY:
        for team in TEAMS:
            answer = send(world, route, who, team)
            told = f"{route} by {who} for {team}: {answer.status_code}"
            own = needs.own and who != "stranger" and RANK[who] >= RANK[needs.who]  # type: ignore[index]  # roles
            well = (route, answer.status_code) in (("POST /logout", 303), ("POST /account/second", 401))
            if allowed(needs, who, team) or own:
                assert needs.who == "anybody" or well or not refused(answer), told
                assert answer.status_code not in (422, 500), told
            else:
                assert refused(answer), told
            if not needs.stream and (team == OTHER or who == "stranger"):
                assert f"canary of {OTHER}" not in answer.text, told
                assert f"Victim of {OTHER}" not in answer.text, told
            if who == "stranger":
                assert "canary" not in answer.text, told


@pytest.mark.parametrize("route", sorted(one for one in ROUTES if one.partition(" ")[0] not in SAFE_METHODS))
def test_nothing_changes_without_the_sessions_token(world: World, route: str) -> None:
    if ROUTES[route].who in ("anybody", "secret"):
        client = TestClient(world.app, follow_redirects=False)
        path = route.partition(" ")[2].replace("{word}", "x").replace("{token}", "x")
        body = dict(ROUTES[route].send)
        for foreign in (
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Origin": "https://evil.example"},
        ):
            world.forget_guesses()
            assert client.post(path, data=body, headers=foreign).status_code == 403, f"{route} {foreign}"
        return
    answer = send(world, route, "admin", SPOOR, csrf=False)
    assert answer.status_code == 403, route


@pytest.mark.parametrize("route", sorted(ROUTES))
def test_no_cache_keeps_anything_of_anybody(world: World, route: str) -> None:
    for who in ("stranger", "admin"):
        answer = send(world, route, who, SPOOR)
        kept = answer.headers.get("cache-control", "")
        if route == "GET /static/{path:path}":
            assert "immutable" in kept
        elif route == "GET /openapi.json":
            assert "canary" not in answer.text
        else:
            assert "no-store" in kept or "private" in kept, f"{route} by {who}: {kept!r}"


@pytest.mark.parametrize("command", [one.__name__ for one in COMMANDS])
def test_no_command_reaches_a_team_where_one_may_not(world: World, command: str) -> None:
    given = json.loads((EXAMPLES / f"{command}.v1.json").read_text(encoding="utf-8"))
    sent = len(world.desk.backend.sent)
    for who, team in [("stranger", SPOOR), ("viewer", SPOOR), *((who, OTHER) for who in EVERYBODY)]:
        now, client = world.desk.backend.clock(), TestClient(world.app)
        if who != "stranger":
            cookie = world.desk.accounts.begin(f"some-{who}", now)
            identity = world.desk.accounts.find(cookie, now)
            assert identity is not None
            client.headers.update({"Cookie": f"webcare_session={cookie}", "X-CSRF-Token": identity.csrf})
        body = given | {"team": team} | ({"config": given["config"] | {"team": team}} if "config" in given else {})
        answer = client.post("/api/v1/commands", json=body)
        assert answer.status_code in (401, 403), f"{command} by {who} for {team}: {answer.text}"
    assert len(world.desk.backend.sent) == sent


def test_a_token_is_no_person(world: World) -> None:
    """Not even one with every role and scope comes into accounts, people or the log."""
    everything = issue_token(KEY, "robot", {SPOOR: "admin"}, frozenset(SCOPES), system_clock(), timedelta(hours=1))
    client = TestClient(world.app, follow_redirects=False, headers={"Authorization": f"Bearer {everything}"})
    tried = 0
    for route, needs in ROUTES.items():
        method, _, pattern = route.partition(" ")
        if pattern.startswith(("/account", "/people", "/login/sso/link")):
            path = pattern.replace("{name}", f"victim-{SPOOR}").replace("{session}", "x")
            body = {world.fill(name, SPOOR): world.fill(text, SPOOR) for name, text in needs.send.items()}
            answer = client.request(method, path, **({} if method == "GET" else {"data": body}))
            assert answer.status_code == 403, f"{route}: {answer.status_code}"
            tried += 1
    assert tried > 15


def test_the_matrix_sees_a_route_that_lets_everybody_in(world: World) -> None:
    """The check itself: a declaration that is stricter than the route fails."""
    strict = Needs("admin")
    assert not allowed(strict, "viewer", SPOOR)
    assert not refused(send(world, "GET /inbox", "viewer", SPOOR))
