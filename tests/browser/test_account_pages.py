"""Accounts in a real browser: a real identity provider, a second factor and somebody new without scripts, phones."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from services.desk.accounts.people import COMMAND_LINE
from services.desk.domain.totp import hotp, step_of
from services.runtime.clock import system_clock
from tests.browser.conftest import Served
from tests.browser.desk_backend import PASSWORD
from tests.support.identity_provider import IdentityProvider

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]


def plain(browser: Browser, url: str, width: int = 1280) -> Page:
    """A page without scripts."""
    context = browser.new_context(
        base_url=url, java_script_enabled=False, locale="en-GB", viewport={"width": width, "height": 844}
    )
    context.set_default_timeout(20_000)
    return context.new_page()


def log_in(page: Page, name: str, password: str = PASSWORD, path: str = "/account") -> None:
    page.goto(f"/login?next={path}")
    page.fill("#name", name)
    page.fill("#password", password)
    page.click("form.login button")


def test_in_by_the_provider_and_out_there_as_well(
    browser: Browser, sso_served: tuple[Served, IdentityProvider]
) -> None:
    served, provider = sso_served
    provider.knows("bram", preferred_username="bram", name="Bram")
    context = browser.new_context(base_url=served.url, locale="nl-NL")
    context.set_default_timeout(20_000)
    page = context.new_page()
    served.desk.accounts.subjects.link("youssef", provider.issuer, "bram", by=COMMAND_LINE)
    page.goto("/login?next=/account")
    page.get_by_role("link", name="Inloggen met Werkplek").click()
    page.fill("input[name=login]", "bram")
    page.fill("input[name=password]", "any")
    page.click("button[type=submit]")
    page.click("button[type=submit]")
    page.wait_for_url("**/account")
    expect(page.locator("#sessions + p + ul li")).to_have_count(1)
    expect(page.get_by_text("eenmalige aanmelding").first).to_be_visible()
    page.locator(".me summary").click()
    page.get_by_role("button", name="Uitloggen").click()
    page.get_by_role("link", name="Ook uitloggen bij Werkplek").click()
    page.wait_for_url(f"{provider.issuer}/session/end**")
    context.close()


def test_a_link_with_the_provider_leaves_by_a_page_of_ours(
    browser: Browser, sso_served: tuple[Served, IdentityProvider]
) -> None:
    """The Content-Security-Policy lets a form lead to our own pages only; so the way there is a link."""
    served, provider = sso_served
    provider.knows("bram", preferred_username="bram", name="Bram")
    page = plain(browser, served.url)
    log_in(page, "youssef")
    page.get_by_role("button", name="Link with Werkplek").click()
    page.get_by_role("link", name="On to Werkplek").click()
    page.fill("input[name=login]", "bram")
    page.fill("input[name=password]", "any")
    page.click("button[type=submit]")
    page.click("button[type=submit]")
    expect(page.get_by_role("status").filter(has_text="Linked.")).to_be_visible()
    assert served.desk.accounts.subjects.find(provider.issuer, "bram") == "youssef"
    page.context.close()


def test_a_second_factor_is_set_up_and_asked_for_without_scripts(browser: Browser, served: Served) -> None:
    page = plain(browser, served.url, 390)
    log_in(page, "youssef")
    page.get_by_role("link", name="Set up").click()
    expect(page.locator("img.qr")).to_be_visible()
    secret = served.desk.accounts.factors.secret("youssef")
    assert secret is not None
    page.fill("#code", hotp(secret, step_of(system_clock()) - 1))
    page.get_by_role("button", name="Switch on").click()
    expect(page.locator(".codes li")).to_have_count(10)
    recovery = page.locator(".codes code").first.inner_text()
    page.context.clear_cookies()
    log_in(page, "youssef")
    expect(page.locator("h1")).to_have_text("One more code")
    page.fill("#code", recovery)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/account")
    expect(page.get_by_text("9 recovery codes left.")).to_be_visible()
    page.context.close()


def test_somebody_new_comes_in_by_a_link_without_scripts(browser: Browser, served: Served) -> None:
    page = plain(browser, served.url)
    log_in(page, "ada", path="/people")
    page.get_by_label("Name to log in with").fill("noor")
    page.get_by_label("Name that colleagues see").fill("Noor de Wit")
    page.get_by_role("button", name="Add and make a link").click()
    path = re.sub(r"^https?://[^/]+", "", page.locator("#link").input_value())
    theirs = plain(browser, served.url, 390)
    theirs.goto(path)
    theirs.fill("#password", "een nieuw wachtwoord")
    theirs.fill("#again", "een nieuw wachtwoord")
    theirs.get_by_role("button", name="Choose").click()
    told = theirs.get_by_role("status").filter(has_text="Your password has been chosen. Log in with it.")
    expect(told).to_be_visible()
    log_in(theirs, "noor", "een nieuw wachtwoord")
    expect(theirs.locator("#who")).to_have_text("Noor de Wit")
    page.goto("/people-log?person=noor")
    expect(page.locator("tbody tr").first).to_contain_text("logged in")
    for one in (page, theirs):
        one.context.close()


def test_who_is_thrown_out_is_at_the_login_a_moment_later(browser: Browser, served: Served) -> None:
    context = browser.new_context(base_url=served.url)
    context.set_default_timeout(20_000)
    page = context.new_page()
    log_in(page, "youssef", path="/inbox")
    expect(page.locator("#list .item").first).to_be_visible()
    with page.expect_response(re.compile("/inbox/list"), timeout=10_000):
        served.desk.accounts.disable("youssef")
    expect(page.locator("#name")).to_be_visible()
    context.close()


@pytest.mark.parametrize("path", ["/inbox", "/rota/mine"])
def test_who_was_thrown_out_while_the_line_was_down_is_told_when_it_is_back(
    browser: Browser, served: Served, path: str
) -> None:
    context = browser.new_context(base_url=served.url)
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.route("**/inbox/live?**", lambda route: route.abort())
    with page.expect_event("requestfailed"):
        log_in(page, "youssef", path=path)
    served.desk.accounts.disable("youssef")
    page.unroute("**/inbox/live?**")
    expect(page.locator("#name")).to_be_visible(timeout=10_000)
    context.close()
