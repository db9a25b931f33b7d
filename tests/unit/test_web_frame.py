"""The frame that the desk and the report share: languages, addresses, headers, problems, assets, formats."""

import string
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import pytest
from fastapi import FastAPI, Form, Request, Response
from fastapi.testclient import TestClient

from services.runtime.web.assets import Assets, AssetsMissingError
from services.runtime.web.auth import Asking, require, safe_next, teams_with
from services.runtime.web.formats import Formats
from services.runtime.web.i18n import LANGUAGES, choose, read_catalog
from services.runtime.web.identity import RANK, SCOPES, Identity, Role, Scope, TokenError, issue_token, read_token
from services.runtime.web.install import install_preferences, install_web
from services.runtime.web.layout import web_of

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = sorted(path.parent for path in (ROOT / "services").glob("**/locale"))
NOW = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
KEY = "k" * 40


class Sessions:
    """One session: the cookie `good`."""

    def find(self, cookie: str, now: datetime) -> Identity | None:  # noqa: ARG002 - as the port says
        return Identity("youssef", "Youssef", {"spoorlijn": "agent"}, csrf="token") if cookie == "good" else None


def build(max_body: int = 1000) -> FastAPI:
    app = FastAPI()
    install_web(
        app, packages=[], sessions=Sessions(), signing_key=KEY, clock=lambda: datetime.now(UTC), max_body=max_body
    )
    install_preferences(app)

    @app.get("/page")
    async def page(request: Request, identity: Asking) -> Response:
        return web_of(request).pages.render(request, "error.html", text="<b>&", code=200, more={})

    @app.post("/page")
    async def change(identity: Asking, text: Annotated[str, Form()] = "") -> dict[str, str]:
        return {"text": text}

    @app.post("/api/v1/change")
    async def change_api(identity: Asking, body: dict[str, int]) -> dict[str, int]:
        require(identity, "spoorlijn", "lead", "commands")
        return body

    @app.get("/api/v1/fails")
    async def fails() -> None:
        raise RuntimeError("a secret of the inside")

    return app


@pytest.fixture
def client() -> TestClient:
    return TestClient(build(), follow_redirects=False)


@pytest.fixture
def inside(client: TestClient) -> TestClient:
    client.cookies.set("webcare_session", "good")
    return client


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_language_has_the_same_texts_with_the_same_values(package: Path) -> None:
    catalogs = {language: read_catalog(package, language) for language in LANGUAGES}
    first, second = catalogs.values()
    assert first.keys() == second.keys()
    for key, text in first.items():
        assert _values(text) == _values(second[key]), key


def _values(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize(
    ("cookie", "account", "accept", "language"),
    [
        ("en", "nl", "nl", "en"),
        (None, "en", "nl", "en"),
        ("xx", None, "en-GB,nl;q=0.5", "en"),
        (None, None, "de,en;q=0.3,nl;q=0.9", "nl"),
        (None, None, "fr, *;q=0.1", "nl"),
        (None, None, ";;q=,=;q=9x", "nl"),
        (None, None, "en;q=0, nl", "nl"),
    ],
)
def test_the_language_is_the_switch_the_account_or_the_browser(
    cookie: str | None, account: str | None, accept: str, language: str
) -> None:
    assert choose(cookie, account, accept) == language


@pytest.mark.parametrize(
    "address",
    ["https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil", "javascript:alert(1)", "evil", "/a\nb", "",
     None, "http:/inbox", "///evil.example", "/" + "a" * 3000],
)  # fmt: skip
def test_no_open_redirect(address: str | None) -> None:
    assert safe_next(address) == "/inbox"


def test_a_path_of_ours_is_where_one_goes_next() -> None:
    assert safe_next("/cases/1?view=team&x=//y") == "/cases/1?view=team&x=//y"


def test_the_stream_of_a_page_is_told_that_the_session_is_over(client: TestClient) -> None:
    answer = client.get("/page", headers={"Accept": "text/event-stream"})
    assert (answer.status_code, answer.text) == (200, "event: ended\ndata: session\n\n")
    assert answer.headers["content-type"].startswith("text/event-stream")
    program = client.post("/api/v1/change", json={}, headers={"Accept": "text/event-stream"})
    assert program.status_code == 401


def test_a_stranger_goes_to_the_login_and_back(client: TestClient) -> None:
    answer = client.get("/page?team=a&b=c")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=%2Fpage%3Fteam%3Da%26b%3Dc")


def test_a_strange_program_gets_401_and_is_told_how(client: TestClient) -> None:
    answer = client.post("/api/v1/change", json={})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path", ["/page", "/api/v1/fails", "/nowhere", "/api/v1/nowhere", "/static/nothing.js", "/login"]
)
def test_every_answer_has_the_security_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert "referrer-policy" in headers


def test_an_unexpected_error_tells_an_id_and_nothing_else(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    answer = client.get("/api/v1/fails")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.json()["id"] in caplog.text


@pytest.mark.parametrize("given", [{}, {"csrf": "wrong"}, {"csrf": ""}])
def test_a_form_without_the_sessions_token_is_refused(inside: TestClient, given: dict[str, str]) -> None:
    assert inside.post("/page", data=given).status_code == 403
    assert inside.post("/page", headers={"X-CSRF-Token": "wrong"}).status_code == 403


def test_a_form_with_the_sessions_token_is_taken(inside: TestClient) -> None:
    assert inside.post("/page", data={"csrf": "token", "text": "hoi"}).json() == {"text": "hoi"}
    assert inside.post("/page", headers={"X-CSRF-Token": "token"}).status_code == 200


def test_problems_are_problem_details(inside: TestClient) -> None:
    refused = inside.post("/api/v1/change", json={"a": 1}, headers={"X-CSRF-Token": "token"})
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    wrong = inside.post("/api/v1/change", json={"a": "<script>"}, headers={"X-CSRF-Token": "token"})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "body/a")
    assert "<script>" not in wrong.text


def test_a_body_that_is_too_large_is_refused_by_what_it_says_and_by_what_it_is(inside: TestClient) -> None:
    headers = {"X-CSRF-Token": "token", "Content-Type": "application/json"}
    assert inside.post("/api/v1/change", content=b" " * 1001, headers=headers).status_code == 413
    assert inside.post("/api/v1/change", content=iter([b" " * 600] * 2), headers=headers).status_code == 413


def test_texts_are_escaped(inside: TestClient) -> None:
    assert "<h1>&lt;b&gt;&amp;</h1>" in inside.get("/page").text


def test_preferences_are_cookies_and_lead_nowhere_else(client: TestClient) -> None:
    answer = client.post("/preferences", data={"lang": "en", "next": "//evil.example"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/inbox")
    assert client.cookies["lang"] == "en"
    assert client.post("/preferences", data={"lang": "xx"}).status_code == 422


def test_assets_have_their_version_in_the_address_and_stay(client: TestClient) -> None:
    page = TestClient(build(), cookies={"webcare_session": "good"}).get("/page").text
    addresses = [part.split('"')[0] for part in page.split('src="')[1:]]
    assert len(addresses) == 7
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
    assert client.get("/static/../pyproject.toml").status_code == 404


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br", "gzip"),
        ("br, GZIP;q=0.5", "gzip"),
        ("gzip; q=0, br", None),
        ("identity", None),
        ("", None),
    ],
)
def test_assets_are_packed_for_who_can_unpack_them(client: TestClient, accepted: str, coding: str | None) -> None:
    address = client.app.state.web.assets.url("webcare.css")  # type: ignore[attr-defined]  # it is the app that we built
    answer = client.get(address, headers={"Accept-Encoding": accepted})
    assert answer.headers.get("content-encoding") == coding
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.content == (ROOT / "services/runtime/web/static/webcare.css").read_bytes()
    assert (int(answer.headers["content-length"]) < len(answer.content)) == (coding is not None)


def test_missing_scripts_stop_the_start_and_say_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(AssetsMissingError, match="make setup"):
        Assets([], tmp_path)


def _identity(role: Role, scopes: frozenset[Scope]) -> Identity:
    token = issue_token(KEY, "robot", {"a": role}, scopes, datetime.now(UTC), timedelta(hours=1))
    return read_token(KEY, token)


@pytest.mark.parametrize("held", list(RANK))
@pytest.mark.parametrize("needed", list(RANK))
@pytest.mark.parametrize("granted", SCOPES)
@pytest.mark.parametrize("scope", SCOPES)
def test_a_token_may_what_its_role_and_its_scope_say(held: Role, needed: Role, granted: Scope, scope: Scope) -> None:
    identity = _identity(held, frozenset({granted}))
    assert identity.may("a", needed, scope) == (RANK[held] >= RANK[needed] and granted == scope)
    assert not identity.may("b", needed, scope)
    assert teams_with(identity, needed, scope) == (("a",) if identity.may("a", needed, scope) else ())
    assert not identity.session


@pytest.mark.parametrize("spoil", ["other key", "expired", "cut", "none"])
def test_a_bad_token_is_refused(client: TestClient, spoil: str) -> None:
    now = datetime.now(UTC) - timedelta(hours=2 if spoil == "expired" else 0)
    token = issue_token("x" * 40 if spoil == "other key" else KEY, "r", {}, frozenset(), now, timedelta(hours=1))
    token = {"cut": token[:-4], "none": ""}.get(spoil, token)
    with pytest.raises(TokenError):
        read_token(KEY, token)
    answer = client.get("/page", headers={"Authorization": f"Bearer {token}"}, cookies={"webcare_session": "good"})
    assert answer.status_code == 401


def test_a_token_needs_no_csrf(client: TestClient) -> None:
    token = issue_token(KEY, "r", {}, frozenset(SCOPES), datetime.now(UTC), timedelta(hours=1))
    assert client.post("/page", headers={"Authorization": f"Bearer {token}"}).status_code == 200


@pytest.mark.parametrize(
    ("minutes", "nl", "en"),
    [(6, "6 min", "6 min"), (80, "1 u 20", "1 h 20"), (-3, "−3 min", "−3 min"), (125, "2 u 05", "2 h 05"),
     (0, "0 min", "0 min"), (3 * 1440 + 120, "3 d 2 u", "3 d 2 h"), (-61, "−1 u 01", "−1 h 01")],
)  # fmt: skip
def test_durations_read_as_clocks(minutes: int, nl: str, en: str) -> None:
    assert (Formats("nl").duration(timedelta(minutes=minutes)), Formats("en").duration(timedelta(minutes=minutes))) == (
        nl,
        en,
    )


def test_moments_are_in_the_teams_time_zone_and_as_short_as_is_clear() -> None:
    f = Formats("nl", "Europe/Amsterdam")
    assert f.moment(NOW, NOW) == "18:00"
    assert f.moment(NOW - timedelta(days=3), NOW) == "do 19 nov 18:00"
    assert f.moment(NOW - timedelta(days=400), NOW) == "18 okt 2025 19:00"
    assert f.number(1840) == "1.840"
    assert f.number(-0.4) == "−0,4"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("table", ["topics", "signals"])
def test_what_the_classifier_names_has_a_word(language: str, table: str) -> None:
    tables = tomllib.loads((ROOT / "services/classify/domain/tables" / f"{table}.toml").read_text("utf-8"))
    names = {one["signal"] for one in tables.pop("combine", [])} | tables.keys()
    texts = {key for package in PACKAGES for key in read_catalog(package, language)}
    assert {f"{table.removesuffix('s')}.{name}" for name in names} - texts == set()


def test_no_catalog_says_again_what_the_frame_says() -> None:
    [frame] = [package for package in PACKAGES if package.name == "web"]
    shared = {key for key in read_catalog(frame, "nl") if key.split(".")[0] in ("topic", "source", "kind", "urgency")}
    assert shared
    for package in PACKAGES:
        assert package == frame or not shared & read_catalog(package, "nl").keys(), package


def test_a_page_is_sent_packed_and_its_length_is_chance(client: TestClient) -> None:
    cookie = {"Cookie": "webcare_session=good"}
    answers = [client.get("/page", headers=cookie) for _ in range(20)]
    plain = client.get("/page", headers=cookie | {"Accept-Encoding": "identity"})
    assert {one.text for one in answers} == {plain.text}
    assert "content-encoding" not in plain.headers
    assert all(one.headers["content-encoding"] == "gzip" for one in answers)
    assert all("Accept-Encoding" in one.headers["vary"] for one in answers)
    lengths = {int(one.headers["content-length"]) for one in answers}
    assert max(lengths) < len(plain.content) / 2
    assert len(lengths) > 5


@pytest.mark.parametrize(
    ("path", "accepts"), [("/api/v1/fails", "gzip"), ("/page", "br"), ("/page", "gzip;q=0"), ("/page", "")]
)
def test_what_is_no_page_or_not_wanted_so_is_sent_as_it_is(client: TestClient, path: str, accepts: str) -> None:
    answer = client.get(path, headers={"Cookie": "webcare_session=good", "Accept-Encoding": accepts})
    assert "content-encoding" not in answer.headers
