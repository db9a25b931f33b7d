"""The first-run guide in a real browser: clicked through, without JavaScript too, left and resumed, narrow, by axe-core."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from services.contracts.commands import SetGoals
from services.contracts.goals import TeamGoals
from tests.browser.conftest import Served
from tests.browser.desk_backend import PASSWORD, team_config
from tests.support.first_run import click_through
from tests.support.looks import faults

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]
TEAM = "bakkerij"


def test_from_an_empty_team_to_a_mention_that_is_given_out(enter_start: Enter, start_served: Served) -> None:
    page = enter_start("baas", path="/start/why")
    passwords = click_through(page, "Bakkerij Van Dam")
    expect(page.locator("#arrival")).to_contain_text("heeft het gekregen.")
    expect(page.locator("#arrival")).to_contain_text("van 8 punten bezet")
    assert start_served.desk.accounts.check("fleur-de-wit", passwords[0])
    page.get_by_role("link", name="Open de zaak").click()
    expect(page.locator(".bubble")).to_contain_text("Dit is een proefbericht van webcare.")
    expect(page.locator(".guides > summary")).to_contain_text("Handboek")


def test_it_arrives_by_itself_while_one_looks(enter_start: Enter, start_served: Served) -> None:
    backend = start_served.desk.backend
    backend.configure(team_config(TEAM, "Bakkerij"))
    backend.silent = True
    kept, backend.give = backend.give, lambda *_: []  # type: ignore[method-assign]  # route is slow today
    page = enter_start("baas", path="/start/test")
    page.get_by_role("button", name="Stuur een proefbericht").click()
    expect(page.locator("#arrival")).to_contain_text("onderweg…")
    backend.give = kept  # type: ignore[method-assign]  # and wakes up
    page.get_by_role("button", name="Stuur er nog een").click()
    expect(page.locator("#arrival")).to_contain_text("heeft het gekregen.")


def test_it_works_without_javascript_on_a_phone(browser: Browser, start_served: Served) -> None:
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, locale="nl-NL", base_url=start_served.url, java_script_enabled=False
    )
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.goto("/login?next=/inbox")
    page.fill("#name", "baas")
    page.fill("#password", PASSWORD)
    page.click("form.login button")
    click_through(page, "Bakkerij Van Dam")
    expect(page.locator("#arrival")).to_contain_text("heeft het gekregen.")
    context.close()


def test_what_was_done_is_ticked_and_it_goes_on_where_it_was_left(enter_start: Enter, start_served: Served) -> None:
    backend = start_served.desk.backend
    backend.configure(team_config(TEAM, "Bakkerij"))
    backend.do(SetGoals, TEAM, "lead:baas", goals=TeamGoals(goals=("trends",)))
    page = enter_start("baas", path="/start/why")
    expect(page.locator(".steps .done")).to_have_count(4)
    expect(page.get_by_label("Trends zien")).to_be_checked()
    expect(page.get_by_label("Service en webcare")).not_to_be_checked()
    page.goto("/start")
    expect(page).to_have_url(f"{start_served.url}/start/handbook?team={TEAM}")


def test_a_first_password_is_shown_to_everybody(enter_start: Enter, start_served: Served) -> None:
    start_served.desk.backend.configure(team_config(TEAM, "Bakkerij"))
    page = enter_start("baas", path="/start/people")
    page.locator("form", has_text="Een collega").get_by_label("Naam", exact=True).fill("Fleur")
    page.get_by_role("button", name="Voeg toe").click()
    expect(page.locator("#first-password")).to_be_visible()
    assert faults(page) == []
