"""Jobs with the keyboard alone, by Tab and by keys. That each control of each page is reached is in `test_every_page.py`."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Served
from tests.browser.desk_backend import PASSWORD
from tests.browser.test_approval_pages import FIRST, agree, waiting
from tests.support.keyboard import press, unreached, write

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]


def test_log_in(browser: Browser, served: Served) -> None:
    page = browser.new_context(base_url=served.url, locale="nl-NL").new_page()
    page.goto("/login")
    write(page.locator("#name"), "youssef")
    write(page.locator("#password"), PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#list .item").first).to_be_visible()


def test_approve_what_somebody_else_wrote(enter: Enter, served: Served) -> None:
    agree(served)
    case, reply = waiting(served)
    page = enter("marit", path="/inbox?view=approval")
    press(page.locator(f"#item-{case}"))
    expect(page.locator(".held .difference")).to_have_text(FIRST)
    press(page.locator(f"#approve-{reply}"))
    expect(page.locator(".state.approved")).to_be_visible()


def test_why_is_reached_where_it_opens_over_the_case(enter: Enter, served: Served) -> None:
    page = enter("youssef", width=1000, path=f"/cases/{served.tunnel}")
    press(page.locator(".btn.why"))
    expect(page.locator("#about .fix summary").first).to_be_visible()
    assert unreached(page) == []
    expect(page.locator("#about [data-met='']").nth(8)).to_be_visible()


def test_sick_and_well_again(enter_rota: Enter) -> None:
    page = enter_rota("youssef", path="/rota/mine")
    press(page.locator("#sick summary"))
    press(page.get_by_role("button", name="Meld me nu ziek"))
    expect(page.locator(".sick-now")).to_be_visible()
    press(page.locator(".sick-now").get_by_role("button").first)
    expect(page.locator(".sick-now")).to_have_count(0)


def test_a_lead_begins_the_handbook(enter: Enter) -> None:
    page = enter("lena", path="/handbook")
    press(page.locator(".card.empty form button"))
    expect(page.locator(".banner")).to_contain_text("Het starthandboek staat erin")
