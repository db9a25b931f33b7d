"""The rules of accounts, without a database: who manages whom, what the log says, what groups and claims mean, guessing."""

import pytest

from services.desk.accounts.people import Account, administers, changes, check_password, manages, sees, with_roles
from services.desk.accounts.sign_on import Grant, groups_of, name_of, read_grants, roles_after
from services.desk.throttle import FREE_ADDRESS, FREE_NAME, LONGEST_NAME, LoginGuard
from services.runtime.clock import system_clock
from services.runtime.web.identity import Identity
from tests.browser.desk_backend import SPOOR

OTHER = "waterveen"


def test_one_password_on_many_names_and_many_addresses_on_one_must_wait() -> None:
    guard, now = LoginGuard(), system_clock()
    for number in range(FREE_ADDRESS):
        guard.failed(f"name{number}", "192.0.2.1", now)
    assert guard.wait("another", "192.0.2.1", now)
    assert not guard.wait("another", "192.0.2.2", now)
    for number in range(FREE_NAME + 10):
        guard.failed("youssef", f"198.51.100.{number}", now)
    assert guard.wait("youssef", "203.0.113.1", now) == LONGEST_NAME
    assert not guard.wait("youssef", "203.0.113.1", now, known=True)


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaa", "youssef-youssef", "Youssef-Youssef", "x" * 1001])
def test_passwords_that_are_guessed_first_are_refused(password: str) -> None:
    with pytest.raises(ValueError, match="password"):
        check_password("youssef-youssef", password)
    check_password("youssef", "een lang wachtwoord")


def test_who_manages_whom() -> None:
    ada = Identity("ada", "Ada", {SPOOR: "admin", "third": "lead"})
    here = Account("x", "X", {SPOOR: "lead"})
    both = Account("x", "X", {SPOOR: "agent", OTHER: "agent"})
    away = Account("x", "X", {OTHER: "agent"})
    assert administers(ada) == {SPOOR}
    assert administers(Identity("ada", "Ada", {SPOOR: "admin"}, session=False)) == frozenset()
    assert [sees(ada, one) for one in (here, both, away)] == [True, True, False]
    assert [manages(ada, one) for one in (here, both, away)] == [True, False, False]
    assert not manages(ada, Account("ada", "Ada", {SPOOR: "admin"}))
    with pytest.raises(PermissionError):
        with_roles(here, ada, {"third": "admin"})
    assert with_roles(both, ada, {SPOOR: None}) == {OTHER: "agent"}


def test_the_log_says_what_changed() -> None:
    before = Account("x", "X", {"a": "agent", "b": "lead"})
    after = Account("x", "Y", {"a": "lead", "c": "viewer"}, disabled=True, agency=True)
    said = [(one.action, one.team, one.detail) for one in changes(before, after)]
    assert said == [
        ("role_given", "a", "agent → lead"),
        ("role_taken", "b", "lead"),
        ("role_given", "c", "viewer"),
        ("account_disabled", "", ""),
        ("account_changed", "", "name Y, agency True"),
    ]
    assert changes(before, before) == []


def test_what_groups_may() -> None:
    grants = read_grants("crew=a:agent, heads=a:lead, bosses=b:admin")
    assert grants[1] == Grant("heads", "a", "lead")
    assert roles_after({"c": "viewer"}, {"crew", "heads"}, grants) == {"a": "lead", "c": "viewer"}
    assert roles_after({"a": "lead", "b": "admin", "c": "viewer"}, {"crew"}, grants) == {"a": "agent", "c": "viewer"}
    assert roles_after({}, {"heads", "bosses"}, grants, agency=True) == {"a": "agent", "b": "agent"}
    assert roles_after({"a": "lead"}, {"crew"}, ()) == {"a": "lead"}
    for wrong in ("crew", "crew=a", "crew=a:king", "=a:agent", "crew=A B:agent"):
        with pytest.raises(ValueError, match="GROUP=TEAM:ROLE"):
            read_grants(wrong)


def test_what_claims_say() -> None:
    assert groups_of({"realm_access": {"roles": ["a", "b"]}}, "realm_access.roles") == {"a", "b"}
    assert groups_of({"groups": "one"}, "groups") == {"one"}
    assert groups_of({"groups": 7}, "groups") == groups_of({}, "x.y") == frozenset()
    assert name_of({"preferred_username": "Noor.de Wit@example.org"}) == "noor-de-wit"
    assert name_of({"preferred_username": "", "email": "bram@example.org"}) == "bram"
    assert name_of({"preferred_username": "日本"}) is None
