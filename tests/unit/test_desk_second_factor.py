"""One-time codes by the vectors of the RFCs; set-up, login with a code, recovery codes, replay, guessing, roles that ask."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from services.desk.accounts.people import COMMAND_LINE
from services.desk.accounts.settings import AccountSettings
from services.desk.domain.totp import STEP_SECONDS, address, hotp, matching_step, shown, step_of
from services.desk.throttle import FREE
from tests.browser.desk_backend import KEY, PASSWORD, TestDesk, open_test_desk, team_config
from tests.support.desk import enter

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SEED = b"12345678901234567890"
SEEDS = {"sha1": SEED, "sha256": (SEED * 2)[:32], "sha512": (SEED * 4)[:64]}


@pytest.mark.parametrize(
    ("counter", "code"),
    enumerate(["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"]),
)
def test_the_vectors_of_rfc_4226(counter: int, code: str) -> None:
    assert hotp(SEED, counter) == code


@pytest.mark.parametrize(
    ("seconds", "sha1", "sha256", "sha512"),
    [
        (59, "94287082", "46119246", "90693936"),
        (1111111109, "07081804", "68084774", "25091201"),
        (1111111111, "14050471", "67062674", "99943326"),
        (1234567890, "89005924", "91819424", "93441116"),
        (2000000000, "69279037", "90698825", "38618901"),
        (20000000000, "65353130", "77737706", "47863826"),
    ],
)
def test_the_vectors_of_rfc_6238(seconds: int, sha1: str, sha256: str, sha512: str) -> None:
    step = step_of(datetime.fromtimestamp(seconds, UTC))
    found = {name: hotp(seed, step, 8, name) for name, seed in SEEDS.items()}
    assert found == {"sha1": sha1, "sha256": sha256, "sha512": sha512}


def test_a_clock_may_be_off_by_a_step_and_not_by_two() -> None:
    step = step_of(NOW)
    for off in (-1, 0, 1):
        assert matching_step(SEED, hotp(SEED, step + off), NOW, 0) == step + off
    for off in (-2, 2):
        assert matching_step(SEED, hotp(SEED, step + off), NOW, 0) is None


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６", "12 345"])
def test_what_is_not_six_digits_is_no_code(code: str) -> None:
    assert matching_step(SEED, code, NOW, 0) is None


def test_a_code_counts_once_and_none_before_it() -> None:
    step = step_of(NOW)
    assert matching_step(SEED, hotp(SEED, step), NOW, after=step) is None
    assert matching_step(SEED, hotp(SEED, step - 1), NOW, after=step) is None
    assert matching_step(SEED, hotp(SEED, step + 1), NOW, after=step) == step + 1


def test_what_an_app_reads() -> None:
    assert shown(SEED) == "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"
    expected = "otpauth://totp/webcare%3Ayoussef?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=webcare"
    assert address(SEED, "youssef", "webcare") == expected


class Moving:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def next_step(self) -> None:
        self.now += timedelta(seconds=STEP_SECONDS)


def a_desk(folder: Path, **settings: Any) -> tuple[TestDesk, Moving]:
    clock = Moving()
    desk = open_test_desk(folder, clock, **settings)
    desk.backend.configure(team_config(now=NOW))
    return desk, clock


def switched_on(desk: TestDesk, clock: Moving, name: str = "youssef") -> tuple[bytes, list[str]]:
    """The secret and the recovery codes of somebody who has a second factor, one step later."""
    secret = desk.accounts.factors.secret(name)
    assert secret is not None
    codes = desk.accounts.factors.confirm(name, hotp(secret, step_of(clock.now)), clock.now, COMMAND_LINE)
    assert codes is not None
    clock.next_step()
    return secret, codes


def halfway(desk: TestDesk, name: str = "youssef") -> TestClient:
    client = TestClient(desk.app, follow_redirects=False)
    answer = client.post("/login", data={"name": name, "password": PASSWORD, "next": "/inbox?view=team"})
    assert answer.headers["location"].startswith("/login/second")
    return client


def test_a_password_alone_opens_nothing_where_there_is_a_second_factor(tmp_path: Path) -> None:
    desk, clock = a_desk(tmp_path)
    secret, _ = switched_on(desk, clock)
    client = halfway(desk)
    assert "webcare_session" not in client.cookies
    assert client.get("/inbox").headers["location"].startswith("/login?")
    wrong = client.post("/login/second", data={"code": "000000"})
    assert wrong.status_code == 401
    answer = client.post("/login/second", data={"code": hotp(secret, step_of(clock.now))})
    assert answer.headers["location"] == "/inbox?view=team"
    assert client.get("/inbox").status_code == 200


def test_a_code_that_was_used_is_refused_the_second_time(tmp_path: Path) -> None:
    desk, clock = a_desk(tmp_path)
    secret, _ = switched_on(desk, clock)
    code = hotp(secret, step_of(clock.now))
    assert halfway(desk).post("/login/second", data={"code": code}).status_code == 303
    assert halfway(desk).post("/login/second", data={"code": code}).status_code == 401


def test_each_recovery_code_works_once(tmp_path: Path) -> None:
    desk, clock = a_desk(tmp_path)
    _, codes = switched_on(desk, clock)
    assert len(set(codes)) == 10
    for code in (codes[0], codes[1].upper().replace("-", " ")):
        assert halfway(desk).post("/login/second", data={"code": code}).status_code == 303
        assert halfway(desk).post("/login/second", data={"code": code}).status_code == 401
    assert desk.accounts.factors.codes_left("youssef") == 8


def test_a_recovery_code_is_nobody_elses(tmp_path: Path) -> None:
    desk, clock = a_desk(tmp_path)
    _, codes = switched_on(desk, clock)
    switched_on(desk, clock, "marit")
    assert halfway(desk, "marit").post("/login/second", data={"code": codes[0]}).status_code == 401


def test_the_database_cannot_make_codes(tmp_path: Path) -> None:
    desk, clock = a_desk(tmp_path)
    secret, codes = switched_on(desk, clock)
    desk.accounts.close()
    content = b"".join(file.read_bytes() for file in tmp_path.glob("accounts.db*"))
    for word in (secret, secret.hex().encode(), shown(secret).replace(" ", "").encode(), codes[0].encode()):
        assert word not in content


def test_guessing_codes_must_wait(tmp_path: Path) -> None:
    desk, clock = a_desk(tmp_path)
    secret, _ = switched_on(desk, clock)
    client = halfway(desk)
    for _ in range(FREE):
        assert client.post("/login/second", data={"code": "000000"}).status_code == 401
    assert client.post("/login/second", data={"code": hotp(secret, step_of(clock.now))}).status_code == 429
    assert halfway(desk).post("/login/second", data={"code": "111111"}).status_code == 429


def test_a_role_that_asks_for_one_leads_to_the_set_up_before_anything_else(tmp_path: Path) -> None:
    desk, clock = a_desk(tmp_path, desk_second_factor_roles="lead, admin")
    assert enter(desk, "youssef").get("/inbox").status_code == 200
    client = halfway(desk, "lena")
    page = client.get("/login/second/new")
    assert 'src="data:image/svg+xml' in page.text
    assert "<svg" not in page.text
    secret = desk.accounts.factors.secret("lena")
    assert secret is not None
    assert shown(secret) in page.text
    assert client.post("/login/second/new", data={"code": "000000"}).status_code == 401
    assert client.get("/inbox").status_code == 303
    done = client.post("/login/second/new", data={"code": hotp(secret, step_of(clock.now))})
    assert done.text.count("<li><code>") == 10
    assert client.get("/inbox").status_code == 200
    assert client.post("/login/second/new", data={"code": "000000"}).headers["location"] == "/login?told=late"


def test_where_a_role_asks_for_one_it_is_not_switched_off(tmp_path: Path) -> None:
    desk, clock = a_desk(tmp_path, desk_second_factor_roles="lead")
    secret, _ = switched_on(desk, clock, "lena")
    client = halfway(desk, "lena")
    client.post("/login/second", data={"code": hotp(secret, step_of(clock.now))})
    identity = desk.accounts.find(client.cookies["webcare_session"], clock.now)
    assert identity is not None
    clock.next_step()
    form = {"code": hotp(secret, step_of(clock.now)), "csrf": identity.csrf}
    assert client.post("/account/second/off", data=form).headers["location"] == "/account?told=account.wrong.wanted"
    assert desk.accounts.factors.has("lena")


def test_on_and_off_on_ones_own_page(tmp_path: Path) -> None:
    desk, clock = a_desk(tmp_path)
    client = enter(desk)
    assert 'class="qr"' in client.get("/account/second").text
    secret = desk.accounts.factors.secret("youssef")
    assert secret is not None
    assert client.post("/account/second", data={"code": "000000"}).status_code == 401
    assert client.post("/account/second", data={"code": hotp(secret, step_of(clock.now))}).status_code == 200
    clock.next_step()
    renewed = client.post("/account/second/codes", data={"code": hotp(secret, step_of(clock.now))})
    assert renewed.text.count("<li><code>") == 10
    clock.next_step()
    assert client.post("/account/second/off", data={"code": "000000"}).headers["location"].endswith("wrong.code")
    off = client.post("/account/second/off", data={"code": hotp(secret, step_of(clock.now))})
    assert off.headers["location"] == "/account?told=account.told.second_off"
    assert not desk.accounts.factors.has("youssef")
    assert desk.accounts.factors.secret("youssef") != secret


@pytest.mark.parametrize("spoil", [lambda c: c[:-2] + "xx", lambda _: "", lambda _: "a.b.c"])
def test_halfway_is_signed_and_does_not_last(tmp_path: Path, spoil: Any) -> None:
    desk, clock = a_desk(tmp_path)
    secret, _ = switched_on(desk, clock)
    client = halfway(desk)
    cookie = client.cookies["webcare_halfway"]
    client.cookies.set("webcare_halfway", spoil(cookie), domain="testserver.local", path="/login")
    code = {"code": hotp(secret, step_of(clock.now))}
    assert client.post("/login/second", data=code).headers["location"] == "/login?told=late"
    client.cookies.set("webcare_halfway", cookie, domain="testserver.local", path="/login")
    clock.now += timedelta(minutes=11)
    code = {"code": hotp(secret, step_of(clock.now))}
    assert client.post("/login/second", data=code).headers["location"] == "/login?told=late"


def test_who_is_disabled_halfway_does_not_get_in(tmp_path: Path) -> None:
    desk, clock = a_desk(tmp_path)
    secret, _ = switched_on(desk, clock)
    client = halfway(desk)
    desk.accounts.disable("youssef")
    code = {"code": hotp(secret, step_of(clock.now))}
    assert client.post("/login/second", data=code).headers["location"] == "/login?told=late"


def test_an_unknown_role_in_the_setting_is_refused() -> None:
    with pytest.raises(ValueError, match="king"):
        AccountSettings(desk_second_factor_roles="king", signing_key=KEY)
