"""A promise is broken while two people look at their work: the case comes beside a colleague, who sees it and takes it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.beside_scene import time_passes
from tests.browser.conftest import Served
from tests.support.axe import in_both_themes
from tests.support.fit import PHONE, too_wide

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]


def test_what_is_late_comes_to_a_colleague_live_says_why_and_is_claimed(
    enter_beside: Enter, beside_served: Served
) -> None:
    case, backend = beside_served.tunnel, beside_served.desk.backend
    owner, colleague = enter_beside("youssef"), enter_beside("marit")
    expect(colleague.locator("#list .row")).to_have_count(0)
    time_passes(backend)
    row = colleague.locator(f"#list .row[data-case='{case}']")
    expect(row.locator(".reason.late")).to_contain_text("het eerste antwoord is te laat")
    expect(row.locator(".owner")).to_have_text("Youssef")
    expect(colleague.locator("#count-beside")).to_have_text("1")
    expect(colleague.locator("#count-mine")).to_have_text("1")
    expect(owner.locator("#list .clock.late")).to_be_visible()
    expect(owner.locator("#list .reason")).to_have_count(0)
    expect(owner.locator("#count-beside")).to_have_text("")

    row.locator(".item").click()
    expect(colleague.locator("#about .beside")).to_contain_text("Waarom jij erbij bent geroepen")
    colleague.locator("#beside-claim").click()
    expect(colleague.locator("#toast")).to_contain_text("Van jou.")
    expect(row.locator(".reason")).to_have_count(0)
    expect(colleague.locator("#count-beside")).to_have_text("")
    expect(colleague.locator("#about .beside")).to_have_count(0)
    expect(owner.locator("#list .row")).to_have_count(0)


def test_a_lead_who_is_not_in_the_rota_is_told_live_and_goes_there_with_keys(
    enter_beside: Enter, beside_served: Served
) -> None:
    page = enter_beside("lena", path="/inbox?view=team")
    time_passes(beside_served.desk.backend)
    time_passes(beside_served.desk.backend, 31)
    expect(page.locator("#count-beside")).to_have_text("1")
    page.keyboard.press("g")
    page.keyboard.press("b")
    expect(page.locator("#list-title")).to_have_text("Erbij")
    expect(page.locator("#list .reason.late")).to_be_visible()


@pytest.mark.parametrize("width", [PHONE, 1280])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(
    enter_beside: Enter, beside_served: Served, width: int
) -> None:
    time_passes(beside_served.desk.backend)
    page = enter_beside("marit", width=width)
    page.emulate_media(reduced_motion="reduce")
    for path in ("/inbox", f"/cases/{beside_served.tunnel}"):
        page.goto(path)
        if width == PHONE and path != "/inbox":
            page.locator(".why").click()
        assert in_both_themes(page) == [], path
        assert too_wide(page) == [], path
