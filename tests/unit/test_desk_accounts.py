"""Logging in and out: passwords, sessions that slide and end, waiting after failures, cookies."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from services.desk.accounts.people import Account
from services.desk.accounts.store import Accounts
from services.desk.settings import DeskSettings
from services.desk.throttle import FREE, LONGEST, REMEMBERED, Throttle
from services.desk.user_commands import add_user, disable_user, list_users
from services.runtime.settings import SettingsError
from tests.browser.desk_backend import KEY, PASSWORD, QUICK, open_test_desk, team_config

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def accounts(tmp_path: Path) -> Accounts:
    made = Accounts(f"sqlite:///{tmp_path / 'a.db'}", KEY, hasher=QUICK)
    made.open()
    made.save(Account("youssef", "Youssef", {"spoorlijn": "agent"}), PASSWORD)
    return made


def test_the_right_password_and_only_that(accounts: Accounts) -> None:
    assert accounts.check("youssef", PASSWORD) is not None
    assert accounts.check("youssef", PASSWORD + " ") is None
    assert accounts.check("nobody", PASSWORD) is None


def test_a_session_knows_who_and_what_they_may(accounts: Accounts) -> None:
    identity = accounts.find(accounts.begin("youssef", NOW), NOW)
    assert identity is not None
    assert (identity.name, identity.teams, identity.session) == ("youssef", {"spoorlijn": "agent"}, True)
    assert len(identity.csrf) == 64


def test_a_session_slides_and_ends_without_use(accounts: Accounts) -> None:
    cookie, now = accounts.begin("youssef", NOW), NOW
    for _ in range(3):
        now += timedelta(hours=11)
        assert accounts.find(cookie, now) is not None
    assert accounts.find(cookie, now + timedelta(hours=12)) is None


@pytest.mark.parametrize(
    "spoil", [lambda c: c[:-1] + "x", lambda c: "x" + c, lambda c: c.split(".")[0], lambda _: "", lambda _: "é.é"]
)
def test_a_forged_cookie_is_nobodys(accounts: Accounts, spoil: object) -> None:
    cookie = accounts.begin("youssef", NOW)
    assert accounts.find(spoil(cookie), NOW) is None  # type: ignore[operator]  # one of the functions above


def test_sessions_end_at_logout_when_disabled_and_when_the_account_changes(accounts: Accounts) -> None:
    first, second = accounts.begin("youssef", NOW), accounts.begin("youssef", NOW)
    accounts.sessions.end(first)
    assert accounts.find(first, NOW) is None
    assert accounts.find(second, NOW) is not None
    assert accounts.disable("youssef")
    assert accounts.find(second, NOW) is None
    assert accounts.check("youssef", PASSWORD) is None
    accounts.save(Account("youssef", "Youssef", {}), None)
    assert accounts.check("youssef", PASSWORD) is not None


def test_the_database_holds_neither_password_nor_cookie(accounts: Accounts, tmp_path: Path) -> None:
    cookie = accounts.begin("youssef", NOW)
    accounts.close()
    content = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert PASSWORD.encode() not in content
    assert cookie.split(".")[0].encode() not in content


def test_another_key_makes_other_sessions(accounts: Accounts, tmp_path: Path) -> None:
    other = Accounts(f"sqlite:///{tmp_path / 'a.db'}", KEY[::-1])
    assert other.find(accounts.begin("youssef", NOW), NOW) is None


def test_failures_cost_nothing_then_more_and_more() -> None:
    throttle, key = Throttle(), ("youssef", "1.2.3.4")
    waits = []
    for _ in range(FREE + 3):
        throttle.failed(key, NOW)
        waits.append(throttle.wait(key, NOW).total_seconds())
    assert waits == [0] * (FREE - 1) + [1, 2, 4, 8]
    assert throttle.wait(("youssef", "5.6.7.8"), NOW) == timedelta()
    assert throttle.wait(key, NOW + timedelta(seconds=9)) == timedelta()
    for _ in range(40):
        throttle.failed(key, NOW)
    assert throttle.wait(key, NOW) == LONGEST
    throttle.succeeded(key)
    assert throttle.wait(key, NOW) == timedelta()


def test_the_memory_of_failures_is_bounded() -> None:
    throttle = Throttle()
    for number in range(REMEMBERED + 10):
        throttle.failed((str(number),), NOW)
    assert len(throttle._failures) == REMEMBERED


def test_login_says_one_thing_for_all_failures_and_then_makes_wait(tmp_path: Path) -> None:
    client = TestClient(open_test_desk(tmp_path, lambda: NOW).app, follow_redirects=False)
    wrong = [client.post("/login", data={"name": name, "password": "wrong"}) for name in ("youssef", "nobody")]
    assert {answer.status_code for answer in wrong} == {401}
    assert "webcare_session" not in client.cookies
    assert wrong[0].text.replace("youssef", "nobody") == wrong[1].text
    for _ in range(FREE):
        last = client.post("/login", data={"name": "youssef", "password": "wrong"})
    assert last.status_code == 429
    assert int(last.headers["retry-after"]) >= 1
    assert client.post("/login", data={"name": "youssef", "password": PASSWORD}).status_code == 429
    assert client.post("/login", data={"name": "marit", "password": PASSWORD}).status_code == 303


def test_login_leads_to_a_page_of_ours_and_logout_out(tmp_path: Path) -> None:
    desk = open_test_desk(tmp_path, public_url="https://webcare.example")
    desk.backend.configure(team_config())
    client = TestClient(desk.app, base_url="https://webcare.example", follow_redirects=False)
    form = {"name": "Youssef ", "password": PASSWORD}
    assert client.post("/login", data=form | {"next": "//evil.example"}).headers["location"] == "/inbox"
    answer = client.post("/login", data=form | {"next": "/inbox?view=team"})
    assert answer.headers["location"] == "/inbox?view=team"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" in cookie
    kept = client.cookies["webcare_session"]
    page = client.get("/inbox").text
    csrf = page.split('name="csrf" value="')[1].split('"')[0]
    out = client.post("/logout", data={"csrf": csrf})
    assert out.headers["location"] == "/login?told=out"
    assert out.headers["clear-site-data"] == '"storage"'
    client.cookies.set("webcare_session", kept)
    assert client.get("/inbox").headers["location"].startswith("/login")


def test_a_login_from_another_site_is_refused(tmp_path: Path) -> None:
    client = TestClient(open_test_desk(tmp_path).app)
    form = {"name": "youssef", "password": PASSWORD}
    assert client.post("/login", data=form, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_the_user_commands(tmp_path: Path) -> None:
    settings = DeskSettings(data=tmp_path / "new", signing_key=SecretStr(KEY))
    add_user(settings, "noor", {"waterveen": "lead"}, PASSWORD, "Noor")
    add_user(settings, "noor", {"waterveen": "agent"}, None, "Noor")
    assert [(one.name, one.teams) for one in list_users(settings)] == [("noor", {"waterveen": "agent"})]
    assert disable_user(settings, "noor")
    assert not disable_user(settings, "nobody")
    for name, teams, password in (
        ("No or", {}, PASSWORD),
        ("a", {}, "short"),
        ("b", {}, None),
        ("c", {"t": "king"}, PASSWORD),
    ):
        with pytest.raises(ValueError, match=r".+"):
            add_user(settings, name, teams, password)  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(SettingsError, match="WEBCARE_SIGNING_KEY"):
        list_users(DeskSettings(data=tmp_path))
