"""Sessions: a new id at every login, listed, revoked, ended at once by a password or by disabling, streams included."""

import asyncio
import itertools
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from services.desk import streams
from services.desk.accounts.last_line import LastLine
from services.desk.accounts.people import COMMAND_LINE, Account
from services.desk.accounts.sessions import From
from services.desk.accounts.store import Accounts
from services.desk.domain.places import device, network, source
from services.desk.live import Hub
from services.desk.watching import still_in
from tests.browser.desk_backend import KEY, PASSWORD, QUICK, SPOOR, TestDesk, team_config
from tests.support.desk import enter
from tests.unit.conftest import OpenDesk

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def accounts(tmp_path: Path) -> Accounts:
    made = Accounts(f"sqlite:///{tmp_path / 'a.db'}", KEY, hasher=QUICK, longest=timedelta(days=2), clock=lambda: NOW)
    made.open()
    made.save(Account("youssef", "Youssef", {SPOOR: "agent"}), PASSWORD)
    return made


@pytest.fixture
def desk(open_desk: OpenDesk) -> TestDesk:
    made = open_desk()
    made.backend.configure(team_config())
    return made


def session_of(client: TestClient) -> str:
    return str(client.cookies["webcare_session"])


def test_a_session_that_is_used_all_the_time_ends_all_the_same(accounts: Accounts) -> None:
    cookie, now = accounts.begin("youssef", NOW), NOW
    for _ in range(4):
        now += timedelta(hours=11)
        assert accounts.find(cookie, now) is not None
    assert accounts.find(cookie, NOW + timedelta(hours=47, minutes=59)) is not None
    assert accounts.find(cookie, NOW + timedelta(days=2)) is None


def test_a_session_shows_device_network_and_how_it_was_proved(accounts: Accounts) -> None:
    cookie = accounts.begin("youssef", NOW, From("Firefox, Linux", "192.0.2.0/24", "password+code"))
    accounts.find(cookie, NOW + timedelta(hours=1))
    (one,) = accounts.sessions.of("youssef", NOW)
    assert (one.device, one.place, one.method) == ("Firefox, Linux", "192.0.2.0/24", "password+code")
    assert (one.begun, one.seen) == (NOW, NOW + timedelta(hours=1))
    assert one.id == accounts.sessions.id_of(cookie)
    assert one.id not in cookie


def test_an_account_ends_by_its_date_without_anybody_doing_anything(accounts: Accounts) -> None:
    last = NOW + timedelta(hours=1)
    accounts.save(Account("temp", "Temp", {SPOOR: "agent"}, agency=True, ends=last), PASSWORD)
    cookie = accounts.begin("temp", NOW)
    found = accounts.find(cookie, NOW)
    assert found is not None
    assert found.agency
    assert accounts.find(cookie, last) is None
    assert accounts.check("temp", PASSWORD) is not None
    accounts.database.clock = lambda: last
    assert accounts.check("temp", PASSWORD) is None
    assert not accounts.belongs("temp", SPOOR)


def test_a_login_gives_a_new_id_whatever_cookie_came_and_ends_the_one_of_before(desk: TestDesk) -> None:
    client = enter(desk)
    first = session_of(client)
    client.post("/login", data={"name": "youssef", "password": PASSWORD})
    assert session_of(client) != first
    assert desk.accounts.find(first, desk.backend.clock()) is None
    planted = TestClient(desk.app, follow_redirects=False, cookies={"webcare_session": "chosen-by-somebody.else"})
    answer = planted.post("/login", data={"name": "youssef", "password": PASSWORD})
    assert "chosen-by-somebody" not in answer.headers["set-cookie"]


def test_one_sees_ones_own_sessions_and_ends_one_or_all_others(desk: TestDesk) -> None:
    here, there, third, strangers = enter(desk), enter(desk), enter(desk), enter(desk, "marit")
    ids = {desk.accounts.sessions.id_of(session_of(one)): one for one in (here, there, third)}
    page = here.get("/account").text
    assert all(f"/account/sessions/{one}/end" in page for one in ids if ids[one] is not here)
    other = desk.accounts.sessions.id_of(session_of(there))
    assert strangers.post(f"/account/sessions/{other}/end").status_code == 404
    assert here.post(f"/account/sessions/{other}/end").headers["location"] == "/account?told=account.told.ended"
    assert there.get("/inbox").status_code == 303
    assert here.post("/account/sessions/end").status_code == 303
    assert third.get("/inbox").status_code == 303
    assert here.get("/inbox").status_code == 200
    assert strangers.get("/inbox").status_code == 200


def test_a_new_password_needs_the_old_one_and_ends_the_other_sessions(desk: TestDesk) -> None:
    here, there = enter(desk), enter(desk)
    form = {"old": PASSWORD, "password": "een heel ander wachtwoord", "again": "een heel ander wachtwoord"}
    for change, told in (
        ({"old": "wrong"}, "wrong.old"),
        ({"again": "anders"}, "wrong.again"),
        ({"password": "aaaaaaaaaaaa", "again": "aaaaaaaaaaaa"}, "wrong.simple"),
    ):
        assert here.post("/account/password", data=form | change).headers["location"].endswith(told)
    assert there.get("/inbox").status_code == 200
    assert here.post("/account/password", data=form).headers["location"].endswith("told.password")
    assert there.get("/inbox").status_code == 303
    assert here.get("/inbox").status_code == 200
    assert desk.accounts.check("youssef", PASSWORD) is None
    assert desk.accounts.check("youssef", form["password"]) is not None


def test_guessing_the_old_password_must_wait(desk: TestDesk) -> None:
    client = enter(desk)
    form = {"old": "wrong", "password": "een heel ander wachtwoord", "again": "een heel ander wachtwoord"}
    for _ in range(5):
        client.post("/account/password", data=form)
    assert client.post("/account/password", data=form | {"old": PASSWORD}).status_code == 429


class _Asks:
    """What `still_in` needs of a request."""

    def __init__(self, desk: TestDesk, cookie: str) -> None:
        self.app, self.cookies, self.headers = desk.app, {"webcare_session": cookie}, dict[str, str]()


@pytest.mark.parametrize("how", ["disabled", "password", "revoked"])
def test_a_live_stream_ends_at_once_with_its_session(desk: TestDesk, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "LOOK_SECONDS", 0.05)
    cookie = session_of(enter(desk))

    def end() -> None:
        match how:
            case "disabled":
                desk.accounts.disable("youssef")
            case "password":
                desk.accounts.set_password("youssef", "een heel ander wachtwoord", COMMAND_LINE)
            case _:
                desk.accounts.sessions.revoke("youssef", COMMAND_LINE)

    async def go() -> bytes:
        asks = still_in(_Asks(desk, cookie))  # type: ignore[arg-type]  # as much of a request as it looks at
        stream = streams.page_stream(Hub(), SPOOR, None, asks)
        assert await anext(stream) == b"retry: 2000\n\n"
        threading.Timer(0.2, end).start()
        async with asyncio.timeout(5):
            return await anext(stream)

    assert asyncio.run(go()) == b"event: ended\ndata: session\n\n"


def test_a_busy_stream_says_nothing_more_after_its_session_has_ended() -> None:
    asked: list[bool] = []

    async def out() -> bool:
        asked.append(True)
        return False

    async def go() -> list[bytes]:
        from tests.unit.test_desk_live import entry

        hub = Hub()
        stream = streams.events_stream(hub, frozenset({SPOOR}), None, out)
        said = [await anext(stream)]
        hub.publish(entry(1, SPOOR))
        said += [chunk async for chunk in stream]
        return said

    assert len(asyncio.run(go())) == 1
    assert asked == [True]


def test_looking_costs_one_read_for_many_streams() -> None:
    reads = itertools.count(1)
    line = LastLine(lambda: next(reads))
    assert [line.number() for _ in range(100)] == [1] * 100


def test_a_database_of_before_gets_what_it_lacks(tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'old.db'}")
    with engine.begin() as db:
        for statement in (
            "CREATE TABLE accounts (name VARCHAR(63) PRIMARY KEY, display_name VARCHAR(200) NOT NULL, "
            "password VARCHAR(300) NOT NULL, language VARCHAR(2), disabled BOOLEAN NOT NULL)",
            "CREATE TABLE roles (name VARCHAR(63), team VARCHAR(63), role VARCHAR(10), PRIMARY KEY (name, team))",
            "CREATE TABLE sessions (hash VARCHAR(64) PRIMARY KEY, name VARCHAR(63) NOT NULL, expires FLOAT NOT NULL)",
        ):
            db.execute(sa.text(statement))
        secret = QUICK.hash(PASSWORD)
        db.execute(sa.text("INSERT INTO accounts VALUES ('noor', 'Noor', :secret, NULL, 0)"), {"secret": secret})
        db.execute(sa.text("INSERT INTO roles VALUES ('noor', 'waterveen', 'lead')"))
    engine.dispose()
    opened = Accounts(f"sqlite:///{tmp_path / 'old.db'}", KEY, hasher=QUICK)
    opened.open()
    opened.open()
    found = opened.check("noor", PASSWORD)
    assert found is not None
    assert (found.teams, found.agency, found.ends) == ({"waterveen": "lead"}, False, None)
    assert opened.find(opened.begin("noor", NOW), NOW) is not None


@pytest.mark.parametrize(
    ("address", "where", "whom"),
    [
        ("192.0.2.77", "192.0.2.0/24", "192.0.2.77"),
        ("::ffff:192.0.2.77", "192.0.2.0/24", "192.0.2.77"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48", "2001:db8:1:2::/64"),
        ("127.0.0.1", "loopback", "127.0.0.1"),
        ("testclient", "", "testclient"),
    ],
)
def test_a_network_instead_of_an_address(address: str, where: str, whom: str) -> None:
    assert (network(address), source(address)) == (where, whom)


@pytest.mark.parametrize(
    ("agent", "shown"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18) AppleWebKit/605.1 Version/18.0 Mobile/15E Safari/604.1",
            "Safari, iPhone",
        ),
        ("curl/8.9", ""),
    ],
)
def test_a_browser_by_its_name(agent: str, shown: str) -> None:
    assert device(agent) == shown
