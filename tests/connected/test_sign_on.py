"""Single sign-on with a real OpenID provider in a process of its own."""

import html
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient

from services.desk.accounts.audit import Sought
from services.desk.accounts.people import COMMAND_LINE, Account
from services.desk.domain.totp import hotp, step_of
from services.runtime.clock import system_clock
from tests.browser.desk_backend import SPOOR, TestDesk, open_test_desk, team_config
from tests.support.identity_provider import CLIENT, SECRET, IdentityProvider, identity_provider, log_in_there

DESK = "http://127.0.0.1:8000"
"""Where the desk would be; what comes back is taken from the redirect."""
GRANTS = f"crew={SPOOR}:agent, heads={SPOOR}:lead, bosses=waterveen:admin"


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IdentityProvider]:
    with identity_provider(tmp_path_factory.mktemp("provider"), DESK) as running:
        running.knows("youssef", preferred_username="youssef", name="Youssef B.", groups=["crew"])
        running.knows("nina", preferred_username="Nina.Vos@example.org", name="Nina Vos", groups=["heads", "crew"])
        running.knows("otto", preferred_username="otto", groups=["others"])
        yield running


def a_desk(folder: Path, provider: IdentityProvider, **settings: Any) -> TestDesk:
    given: dict[str, Any] = {
        "oidc_issuer": provider.issuer,
        "oidc_client_id": CLIENT,
        "oidc_client_secret": SECRET,
        "oidc_name": "Werkplek",
        "oidc_roles": GRANTS,
    }
    desk = open_test_desk(folder, **(given | settings))
    desk.backend.configure(team_config())
    return desk


def browser_of(desk: TestDesk) -> TestClient:
    return TestClient(desk.app, base_url=DESK, follow_redirects=False)


def come_in(browser: TestClient, name: str, next: str = "") -> str:
    """Log in by the provider; where that leads."""
    begun = browser.get("/login/sso", params={"next": next})
    assert begun.status_code == 303, begun.text
    return back(browser, log_in_there(begun.headers["location"], name))


def inside_as(desk: TestDesk, name: str) -> TestClient:
    """A browser that has logged in, at the desk's own address."""
    browser, cookie = browser_of(desk), desk.accounts.begin(name, system_clock())
    identity = desk.accounts.find(cookie, system_clock())
    assert identity is not None
    browser.cookies.set("webcare_session", cookie)
    browser.headers["X-CSRF-Token"] = identity.csrf
    return browser


def link_address(browser: TestClient) -> str:
    """Where the page that links an account leads."""
    page = browser.post("/login/sso/link")
    assert page.status_code == 200, page.text
    return html.unescape(page.text.split('id="to-provider" href="')[1].split('"')[0])


def back(browser: TestClient, url: str) -> str:
    answer = browser.get(url)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def actions(desk: TestDesk, person: str) -> list[str]:
    return [line.action for line in desk.accounts.log.page(Sought(person=person), 1)[0]]


def test_the_request_has_pkce_state_and_nonce(tmp_path: Path, provider: IdentityProvider) -> None:
    browser = browser_of(a_desk(tmp_path, provider))
    first, second = (parse_qs(urlsplit(browser.get("/login/sso").headers["location"]).query) for _ in range(2))
    assert first["code_challenge_method"] == ["S256"]
    assert first["response_type"] == ["code"]
    assert first["redirect_uri"] == [f"{DESK}/login/sso/callback"]
    for secret in ("state", "nonce", "code_challenge"):
        assert len(first[secret][0]) >= 32
        assert first[secret] != second[secret]


def test_nobody_comes_in_without_an_account_unless_that_is_agreed(tmp_path: Path, provider: IdentityProvider) -> None:
    desk = a_desk(tmp_path, provider)
    assert come_in(browser_of(desk), "nina") == "/login?told=unknown"
    assert desk.accounts.get("nina-vos") is None
    assert "webcare_session" not in browser_of(desk).cookies


def test_an_account_is_made_with_the_roles_of_its_groups(tmp_path: Path, provider: IdentityProvider) -> None:
    desk = a_desk(tmp_path, provider, oidc_create=True)
    browser = browser_of(desk)
    assert come_in(browser, "nina", "/inbox?view=team") == "/inbox?view=team"
    assert browser.get("/inbox").status_code == 200
    made = desk.accounts.get("nina")
    assert made is None
    made = desk.accounts.get("nina-vos")
    assert made is not None
    assert (made.display_name, made.teams) == ("Nina Vos", {SPOOR: "lead"})
    assert not desk.accounts.has_password("nina-vos")
    assert actions(desk, "nina-vos") == ["login", "linked", "role_given", "account_added"]


def test_groups_that_change_change_the_roles_and_end_the_sessions_of_before(
    tmp_path: Path, provider: IdentityProvider
) -> None:
    desk = a_desk(tmp_path, provider, oidc_create=True)
    provider.knows("ravi", preferred_username="ravi", groups=["heads"])
    first = browser_of(desk)
    come_in(first, "ravi")
    made = desk.accounts.get("ravi")
    assert made is not None
    desk.accounts.save(Account("ravi", "Ravi", dict(made.teams) | {"elsewhere": "viewer"}), None)
    provider.knows("ravi", preferred_username="ravi", groups=["crew", "bosses"])
    second = browser_of(desk)
    come_in(second, "ravi")
    again = desk.accounts.get("ravi")
    assert again is not None
    assert again.teams == {SPOOR: "agent", "waterveen": "admin", "elsewhere": "viewer"}
    assert first.get("/inbox").status_code == 303
    assert second.get("/inbox").status_code == 200


def test_who_is_in_no_group_that_may_be_here_gets_no_account(tmp_path: Path, provider: IdentityProvider) -> None:
    desk = a_desk(tmp_path, provider, oidc_create=True)
    assert come_in(browser_of(desk), "otto") == "/login?told=unknown"
    assert desk.accounts.get("otto") is None


def test_a_name_that_is_somebodys_already_is_not_given_away(tmp_path: Path, provider: IdentityProvider) -> None:
    desk = a_desk(tmp_path, provider, oidc_create=True)
    assert come_in(browser_of(desk), "youssef") == "/login?told=taken"
    assert not desk.accounts.subjects.linked("youssef")


def test_where_that_is_agreed_a_name_is_enough_the_first_time(tmp_path: Path, provider: IdentityProvider) -> None:
    desk = a_desk(tmp_path, provider, oidc_link_by_name=True)
    assert come_in(browser_of(desk), "youssef") == "/inbox"
    assert desk.accounts.subjects.find(provider.issuer, "youssef") == "youssef"


def test_somebody_links_their_account_and_comes_in_by_it_afterwards(tmp_path: Path, provider: IdentityProvider) -> None:
    desk = a_desk(tmp_path, provider)
    inside = inside_as(desk, "youssef")
    url = link_address(inside)
    assert back(inside, log_in_there(url, "youssef")) == "/account?told=account.told.linked"
    assert come_in(browser_of(desk), "youssef") == "/inbox"
    other = inside_as(desk, "marit")
    assert back(other, log_in_there(link_address(other), "youssef")) == "/account?told=account.wrong.taken"
    assert inside.post("/account/unlink").headers["location"] == "/account?told=account.told.unlinked"
    assert come_in(browser_of(desk), "youssef") == "/login?told=unknown"


def test_a_link_counts_only_for_the_session_that_asked(tmp_path: Path, provider: IdentityProvider) -> None:
    desk = a_desk(tmp_path, provider)
    inside = inside_as(desk, "youssef")
    came = log_in_there(link_address(inside), "youssef")
    inside.cookies.set("webcare_session", desk.accounts.begin("marit", system_clock()))
    assert back(inside, came) == "/login?told=late"
    assert not desk.accounts.subjects.linked("marit")
    assert not desk.accounts.subjects.linked("youssef")


def test_what_comes_back_counts_once_and_in_the_browser_that_began(tmp_path: Path, provider: IdentityProvider) -> None:
    desk = a_desk(tmp_path, provider, oidc_link_by_name=True)
    mine, thief = browser_of(desk), browser_of(desk)
    came = log_in_there(mine.get("/login/sso").headers["location"], "youssef")
    thief.get("/login/sso")
    assert back(thief, came) == "/login?told=late"
    flow = mine.cookies["webcare_sso"]
    assert back(mine, came.replace("state=", "state=x")) == "/login?told=late"
    mine.cookies.set("webcare_sso", flow, domain="127.0.0.1", path="/login/sso")
    assert back(mine, came) == "/login?told=late", "a wrong state uses the flow up"
    assert "webcare_session" not in {**mine.cookies, **thief.cookies}


def test_a_code_that_is_used_again_or_made_up_is_refused(tmp_path: Path, provider: IdentityProvider) -> None:
    desk = a_desk(tmp_path, provider)
    browser = browser_of(desk)
    state = parse_qs(urlsplit(browser.get("/login/sso").headers["location"]).query)["state"][0]
    assert back(browser, f"{DESK}/login/sso/callback?code=made-up&state={state}") == "/login?told=provider"
    assert actions(desk, "provider") == ["sign_on_failed"]


def test_an_id_token_for_another_login_is_refused(tmp_path: Path, provider: IdentityProvider) -> None:
    desk = a_desk(tmp_path, provider, oidc_link_by_name=True)
    browser = browser_of(desk)
    began = browser.get("/login/sso").headers["location"]
    nonce = parse_qs(urlsplit(began).query)["nonce"][0]
    came = log_in_there(began.replace(nonce, "n" * len(nonce)), "youssef")
    assert back(browser, came) == "/login?told=provider"


def test_a_disabled_account_does_not_come_in(tmp_path: Path, provider: IdentityProvider) -> None:
    desk = a_desk(tmp_path, provider, oidc_link_by_name=True)
    desk.accounts.disable("youssef")
    assert come_in(browser_of(desk), "youssef") == "/login?told=barred"


def test_the_desk_asks_for_its_own_second_factor_where_that_is_agreed(
    tmp_path: Path, provider: IdentityProvider
) -> None:
    desk = a_desk(tmp_path, provider, oidc_link_by_name=True, oidc_second_factor="ours")
    now = system_clock()
    secret = desk.accounts.factors.secret("youssef")
    assert secret is not None
    desk.accounts.factors.confirm("youssef", hotp(secret, step_of(now) - 1), now - timedelta(seconds=30), COMMAND_LINE)
    browser = browser_of(desk)
    assert come_in(browser, "youssef") == "/login/second"
    assert browser.get("/inbox").headers["location"].startswith("/login?")
    done = browser.post("/login/second", data={"code": hotp(secret, step_of(system_clock()))})
    assert done.headers["location"] == "/inbox"
    theirs = a_desk(tmp_path, provider, oidc_link_by_name=True)
    assert come_in(browser_of(theirs), "youssef") == "/inbox"


def test_a_next_page_elsewhere_is_not_followed(tmp_path: Path, provider: IdentityProvider) -> None:
    desk = a_desk(tmp_path, provider, oidc_link_by_name=True)
    assert come_in(browser_of(desk), "youssef", "https://evil.example/") == "/inbox"


def test_out_there_as_well(tmp_path: Path, provider: IdentityProvider) -> None:
    browser = browser_of(a_desk(tmp_path, provider))
    away = browser.get("/login/sso/out").headers["location"]
    assert away.startswith(f"{provider.issuer}/session/end?")
    assert parse_qs(urlsplit(away).query)["post_logout_redirect_uri"] == [f"{DESK}/login"]


def test_a_provider_that_calls_itself_something_else_is_not_trusted(tmp_path: Path, provider: IdentityProvider) -> None:
    wrong = provider.issuer.replace("127.0.0.1", "localhost")
    desk = a_desk(tmp_path, provider, oidc_issuer=wrong)
    assert browser_of(desk).get("/login/sso").status_code == 503
