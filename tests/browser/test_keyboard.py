"""Jobs with the keyboard alone, by Tab and by keys. That each control of each page is reached is in `test_every_page.py`."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from services.runtime.web.keys import GO
from tests.browser.conftest import Served
from tests.browser.desk_backend import PASSWORD
from tests.browser.test_approval_pages import FIRST, agree, waiting
from tests.support.fit import PHONE
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


def test_a_second_pair_of_eyes_has_keys(enter: Enter, served: Served) -> None:
    agree(served)
    case, _ = waiting(served)
    page = enter("marit", path=f"/cases/{case}")
    page.keyboard.press("w")
    expect(page.locator(".held textarea[name=comment]")).to_be_focused()
    page.keyboard.type("A w m")
    page.keyboard.press("Escape")
    assert not served.desk.backend.sent
    page.keyboard.press("A")
    expect(page.locator(".state.approved")).to_be_visible()


def test_what_nobody_sees_is_not_approved(enter: Enter, served: Served) -> None:
    agree(served)
    case, _ = waiting(served)
    page = enter("marit", width=PHONE, height=780, path="/inbox?view=approval")
    page.keyboard.press("A")
    page.locator(f"#item-{case}").click()
    expect(page.locator(".held .difference")).to_be_visible()
    assert not served.desk.backend.sent


def test_merging_has_a_key(enter: Enter, served: Served) -> None:
    page = enter("youssef", path=f"/cases/{served.tunnel}")
    page.keyboard.press("m")
    expect(page.locator("#case [data-deed=merge] form :focus")).to_be_visible()
    page.keyboard.press("Escape")


def test_why_is_reached_where_it_opens_over_the_case(enter: Enter, served: Served) -> None:
    page = enter("youssef", width=1000, path=f"/cases/{served.tunnel}")
    press(page.locator(".btn.why"))
    expect(page.locator("#about .fix summary").first).to_be_visible()
    assert unreached(page) == []
    expect(page.locator("#about [data-met='']").nth(8)).to_be_visible()


def test_keys_lead_from_every_page_to_another(enter: Enter) -> None:
    page = enter("youssef", path="/account")
    page.locator("[name=old]").focus()
    page.keyboard.type("g m?")
    expect(page.locator("[name=old]")).to_have_value("g m?")
    page.locator("[name=old]").blur()
    page.keyboard.press("?")
    page.wait_for_url("**/help")
    for place in GO.keys() - {"nobody", "reports"}:  # the report's pages, which are not served here
        address = page.locator(f"#nav-{place}").get_attribute("href")
        page.keyboard.press("g")
        page.keyboard.press(GO[place])
        page.wait_for_url(f"**{address}")


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
