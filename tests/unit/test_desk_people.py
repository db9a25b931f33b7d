"""The people page: adding and inviting, roles in one's own teams, agency staff, disabling; every action in the log."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from services.desk.accounts.audit import PAGE, Sought
from services.desk.accounts.people import COMMAND_LINE, Account
from services.desk.throttle import FREE_NAME
from services.desk.user_commands import enable_user, end_sessions, invite_user, read_log, reset_second_factor
from services.runtime.clock import system_clock
from tests.browser.desk_backend import PASSWORD, SPOOR, TestDesk, team_config
from tests.support.desk import enter
from tests.unit.conftest import OpenDesk

OTHER = "waterveen"
NEW = "een nieuw wachtwoord"


@pytest.fixture
def desk(open_desk: OpenDesk) -> TestDesk:
    made = open_desk()
    for team in (SPOOR, OTHER):
        made.backend.configure(team_config(team, f"Team {team}"))
    return made


def link_in(page: str) -> str:
    return "/invitation/" + page.split("/invitation/")[1].split('"')[0]


def log_of(desk: TestDesk, person: str) -> list[tuple[str, str, str]]:
    return [(one.actor, one.action, one.team) for one in desk.accounts.log.page(Sought(person=person), 1)[0]]


def test_somebody_new_gets_a_link_that_works_once(desk: TestDesk) -> None:
    admin = enter(desk, "ada")
    form = {"name": "Noor", "display_name": "Noor de Wit", "team": SPOOR, "role": "agent"}
    page = admin.post("/people", data=form)
    assert page.status_code == 200
    link, stranger = link_in(page.text), TestClient(desk.app, follow_redirects=False)
    assert link not in admin.get("/people/noor").text, "the link is shown once"
    assert "Noor de Wit" in stranger.get(link).text
    for wrong in ({"password": NEW, "again": "anders"}, {"password": "kort", "again": "kort"}):
        assert stranger.post(link, data=wrong).status_code == 422
    assert stranger.post(link, data={"password": NEW, "again": NEW}).headers["location"] == "/login?told=chosen"
    assert stranger.post(link, data={"password": NEW, "again": NEW}).status_code == 404
    assert stranger.get(link).status_code == 404
    assert stranger.post("/login", data={"name": "noor", "password": NEW}).headers["location"] == "/inbox"
    assert log_of(desk, "noor")[:-3] == [("noor", "login", ""), ("noor", "password_set", "")]
    assert set(log_of(desk, "noor")[-3:]) == {
        ("ada", "account_added", ""),
        ("ada", "role_given", SPOOR),
        ("ada", "invited", ""),
    }


def test_a_link_ends_by_time_by_a_newer_one_and_with_its_account(desk: TestDesk) -> None:
    admin, stranger, now = enter(desk, "ada"), TestClient(desk.app), system_clock()
    old = link_in(admin.post("/people/youssef/invite").text)
    new = link_in(admin.post("/people/youssef/invite").text)
    assert stranger.get(old).status_code == 404
    assert stranger.get(new).status_code == 200
    word = new.rpartition("/")[2]
    assert desk.accounts.invitations.whose(word, now + timedelta(hours=73)) is None
    admin.post("/people/youssef/disable")
    assert stranger.get(new).status_code == 404
    admin.post("/people/youssef/enable")
    assert stranger.get(new).status_code == 404


def test_a_new_password_by_a_link_ends_every_session(desk: TestDesk) -> None:
    mine, link = enter(desk), link_in(enter(desk, "ada").post("/people/youssef/invite").text)
    TestClient(desk.app).post(link, data={"password": NEW, "again": NEW})
    assert mine.get("/inbox").status_code == 303


def test_roles_in_ones_own_teams_and_not_in_others(desk: TestDesk) -> None:
    ada, root = enter(desk, "ada"), enter(desk, "root")
    assert ada.post("/people/lena/roles", data={f"role-{SPOOR}": "agent"}).status_code == 303
    lena = desk.accounts.get("lena")
    assert lena is not None
    assert lena.teams == {SPOOR: "agent", OTHER: "lead"}
    assert ada.post("/people/lena/roles", data={f"role-{OTHER}": "admin"}).status_code == 403
    assert ada.post("/people/lena/roles", data={f"role-{SPOOR}": "king"}).headers["location"].endswith("wrong.form")
    assert root.post("/people/lena/roles", data={f"role-{SPOOR}": "", f"role-{OTHER}": "viewer"}).status_code == 303
    lena = desk.accounts.get("lena")
    assert lena is not None
    assert lena.teams == {OTHER: "viewer"}
    assert ada.get("/people/lena").status_code == 404


def test_who_is_also_elsewhere_is_not_taken_over(desk: TestDesk) -> None:
    """An admin of one team must not get at the powers that somebody has in another."""
    ada, lena = enter(desk, "ada"), enter(desk, "lena")
    for what in ("invite", "disable", "enable", "second/reset", "sessions/end", "facts"):
        answer = ada.post(f"/people/lena/{what}", data={"display_name": "X"})
        assert answer.status_code == 403, what
        assert ada.post(f"/people/zoe/{what}", data={"display_name": "X"}).status_code == 404, what
        assert ada.post(f"/people/root/{what}", data={"display_name": "X"}).status_code == 403, what
        assert ada.post(f"/people/ada/{what}", data={"display_name": "X"}).status_code == 403, what
    assert lena.get("/inbox").status_code == 200


def test_nobody_changes_their_own_roles(desk: TestDesk) -> None:
    ada = enter(desk, "ada")
    assert ada.post("/people/ada/roles", data={f"role-{SPOOR}": "viewer"}).status_code == 403
    assert (
        ada.post("/people", data={"name": "ada", "team": SPOOR, "role": "viewer"}).headers["location"].endswith("there")
    )


def test_somebody_of_another_team_is_added_and_keeps_what_they_have(desk: TestDesk) -> None:
    ada = enter(desk, "ada")
    answer = ada.post("/people", data={"name": "zoe", "team": SPOOR, "role": "viewer", "display_name": "Hacked"})
    assert answer.headers["location"] == "/people/zoe?told=people.told.role"
    zoe = desk.accounts.get("zoe")
    assert zoe is not None
    assert (zoe.display_name, zoe.teams) == ("Zoe", {SPOOR: "viewer", OTHER: "agent"})
    assert desk.accounts.check("zoe", PASSWORD) is not None


def test_agency_staff_are_agents_at_most_and_end_by_their_last_day(desk: TestDesk) -> None:
    ada = enter(desk, "ada")
    form = {"name": "temp", "team": SPOOR, "role": "lead", "agency": "yes"}
    assert ada.post("/people", data=form).headers["location"].endswith("wrong.agency")
    assert ada.post("/people", data=form | {"role": "agent", "ends": "2099-12-31"}).status_code == 200
    temp = desk.accounts.get("temp")
    assert temp is not None
    assert temp.ends is not None
    assert temp.ends.isoformat() == "2100-01-01T00:00:00+00:00"
    assert ada.post("/people/temp/roles", data={f"role-{SPOOR}": "admin"}).headers["location"].endswith("wrong.agency")
    desk.accounts.save(Account("temp", "Temp", {SPOOR: "agent"}, agency=True), PASSWORD)
    mine = enter(desk, "temp")
    assert (
        ada.post("/people/temp/facts", data={"display_name": "T", "agency": "yes", "ends": "2020-01-01"}).status_code
        == 303
    )
    assert mine.get("/inbox").status_code == 303
    answer = TestClient(desk.app).post("/login", data={"name": "temp", "password": PASSWORD})
    assert answer.status_code == 401


def test_out_at_once_and_in_again(desk: TestDesk) -> None:
    ada, mine = enter(desk, "ada"), enter(desk)
    ada.post("/people/youssef/sessions/end")
    assert mine.get("/inbox").status_code == 303
    again = enter(desk)
    ada.post("/people/youssef/disable")
    assert again.get("/inbox").status_code == 303
    assert again.post("/login", data={"name": "youssef", "password": PASSWORD}).status_code == 401
    ada.post("/people/youssef/enable")
    assert again.post("/login", data={"name": "youssef", "password": PASSWORD}).status_code == 303
    done = [action for _, action, _ in log_of(desk, "youssef")]
    assert done[:3] == ["login", "account_enabled", "login_failed"]
    assert {"account_disabled", "sessions_ended"} <= set(done)


def test_the_list_shows_ones_own_teams_and_the_log_too(desk: TestDesk) -> None:
    desk.accounts.save(Account("zoe", "Zoe", {OTHER: "lead"}), None)
    desk.accounts.save(Account("lena", "Lena", {SPOOR: "agent", OTHER: "admin"}), None)
    ada = enter(desk, "ada")
    page = ada.get("/people", headers={"Accept-Language": "en"}).text
    assert "Youssef" in page
    assert "Zoe" not in page
    assert f"Team {OTHER}" not in page
    log = ada.get("/people-log", headers={"Accept-Language": "en"}).text
    assert "lena" in log
    assert "zoe" not in log
    assert OTHER not in log
    assert "zoe" in enter(desk, "root").get("/people-log").text


def test_the_log_is_filtered_and_has_pages(desk: TestDesk) -> None:
    for number in range(PAGE + 5):
        desk.accounts.begin("youssef" if number % 2 else "marit", system_clock())
    ada = enter(desk, "ada")
    assert "page=2" in ada.get("/people-log?action=login").text
    first, total = desk.accounts.log.page(Sought(action="login"), 1)
    second, _ = desk.accounts.log.page(Sought(action="login"), 2)
    assert (len(first), total) == (PAGE, PAGE + 6)
    assert [one.id for one in first + second] == sorted((one.id for one in first + second), reverse=True)
    assert {one.about for one in desk.accounts.log.page(Sought(person="marit"), 1)[0]} == {"marit"}
    later = Sought(start=system_clock() + timedelta(hours=1))
    assert desk.accounts.log.page(later, 1) == ([], 0)
    assert ada.get("/people-log?first=nonsense&last=2099-99-99&action=drop").status_code == 200


def test_the_log_is_append_only_and_goes_after_its_time(desk: TestDesk) -> None:
    accounts = desk.accounts
    accounts.begin("youssef", system_clock())
    for statement in ("UPDATE account_log SET actor = 'somebody'", "DELETE FROM account_log"):
        with pytest.raises(sa.exc.IntegrityError, match="append-only"), accounts.engine.begin() as db:
            db.execute(sa.text(statement))
    before = accounts.log.page(Sought(), 1)[1]
    accounts.database.clock = lambda: system_clock() - timedelta(days=500)
    accounts.failed("youssef", "login_failed", COMMAND_LINE)
    assert accounts.log.page(Sought(), 1)[1] == before + 1
    accounts.database.clock = system_clock
    accounts.failed("youssef", "login_failed", COMMAND_LINE)
    lines, total = accounts.log.page(Sought(), 1)
    assert total == before + 1
    assert all(one.at > system_clock() - timedelta(days=400) for one in lines)


def test_no_secret_is_in_the_log_and_no_unknown_name(desk: TestDesk) -> None:
    client = TestClient(desk.app, follow_redirects=False)
    client.post("/login", data={"name": "my-password-typed-here", "password": PASSWORD})
    client.post("/login", data={"name": "youssef", "password": "wrong-one"})
    link = link_in(enter(desk, "ada").post("/people/youssef/invite").text)
    lines = desk.accounts.log.page(Sought(), 1)[0]
    text = repr(lines)
    for secret in ("my-password", PASSWORD, "wrong-one", link.rpartition("/")[2]):
        assert secret not in text
    failed = [one.about for one in lines if one.action == "login_failed"]
    assert failed == ["youssef", ""]


def test_a_browser_that_was_in_before_is_not_locked_out_by_others(desk: TestDesk) -> None:
    known, now = enter(desk), desk.backend.clock()
    for number in range(FREE_NAME + 10):
        desk.app.state.desk.guard.failed("youssef", f"198.51.100.{number}", now)
    form = {"name": "youssef", "password": PASSWORD}
    assert TestClient(desk.app, follow_redirects=False).post("/login", data=form).status_code == 429
    assert known.post("/login", data=form).status_code == 303


def test_the_commands_for_people(desk: TestDesk) -> None:
    settings = desk.settings
    link = invite_user(settings, "bram", {SPOOR: "agent"}, "Bram", agency=True)
    assert link.startswith("http://127.0.0.1:8000/invitation/")
    assert invite_user(settings, "bram", {}) != link
    with pytest.raises(ValueError, match="needs a team"):
        invite_user(settings, "nobody", {})
    session = enter(desk)
    assert end_sessions(settings, "youssef") == 1
    assert session.get("/inbox").status_code == 303
    assert not reset_second_factor(settings, "youssef")
    desk.accounts.disable("youssef")
    assert enable_user(settings, "youssef")
    assert not enable_user(settings, "nobody")
    lines, total = read_log(settings, "bram")
    assert total == len(lines)
    assert {one.actor for one in lines} == {"command line"}
