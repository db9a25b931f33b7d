"""Why a case is taken for what it is, in Chromium: words light up, the keyboard corrects, a colleague sees it, undo."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Served
from tests.support.axe import in_both_themes

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]


def menu(page: Page, field: str) -> Locator:
    return page.locator(f"#about .fix[data-field={field}] summary")


def by_keyboard(page: Page, field: str, value: str) -> None:
    """Open a menu with Enter, go to a value with Tab, and choose it with Enter."""
    menu(page, field).focus()
    page.keyboard.press("Enter")
    wanted = page.locator(f"#{value}")
    expect(wanted).to_be_visible()
    while not wanted.evaluate("one => one === document.activeElement"):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('.fix') !== null"), "the focus has left the menu"
    page.keyboard.press("Enter")


def test_the_words_of_a_reason_light_up_in_the_conversation(enter: Enter, served: Served) -> None:
    page = enter("marit", path=f"/cases/{served.tunnel}")
    reasons = page.locator("#about .read")
    expect(reasons).to_contain_text("door een ontkenning: “niets omgeroepen”")
    words = reasons.get_by_role("link", name="“40 minuten stil in de tunnel”")
    words.focus()
    expect(page.locator(".bubble .lit")).to_have_text(["40 minuten stil", " in de tunnel"])
    page.locator("#text-reply").focus()
    expect(page.locator(".bubble .lit")).to_have_count(0)
    words.hover()
    expect(page.locator(".bubble .lit")).to_have_count(2)
    words.press("Enter")
    expect(page.locator(".bubble :target")).to_have_text("40 minuten stil")


def test_a_narrow_screen_goes_from_the_reasons_to_the_conversation(enter: Enter, served: Served) -> None:
    page = enter("marit", width=360, path=f"/cases/{served.tunnel}")
    page.locator(".why").click()
    page.locator("#about").get_by_role("link", name="“wordt onwel”").click()
    expect(page.locator("#about")).not_to_be_visible()
    expect(page.locator(".bubble :target")).to_be_in_viewport()


def test_corrected_with_the_keyboard_seen_by_a_colleague_and_undone(enter: Enter, served: Served) -> None:
    path = f"/cases/{served.tunnel}"
    marit, youssef = enter("marit", path=path), enter("youssef", path=path)
    menu(youssef, "urgency").click()
    by_keyboard(marit, "sentiment", "correct-sentiment-positive")
    expect(menu(marit, "sentiment")).to_be_focused()
    for page in (marit, youssef):
        expect(page.locator(".read li", has_text="stemming")).to_contain_text("Zo gezet door Marit")
        expect(page.locator(".read li", has_text="stemming")).to_contain_text("De lezer las negatief:")
        expect(page.locator(".history li").first).to_contain_text("verbeterd: stemming · Marit")
    expect(youssef.locator("#correct-urgency-low")).to_be_visible()  # what others do does not close a menu
    by_keyboard(marit, "topics", "correct-topic-delay")
    expect(menu(marit, "topics")).to_be_focused()
    expect(youssef.locator(".read li", has_text="onderwerpen").locator("b")).to_contain_text("vertraging")
    marit.keyboard.press("z")
    expect(youssef.locator(".read li", has_text="onderwerpen").locator("b")).not_to_contain_text("vertraging")
    expect(marit.locator("#toast")).to_contain_text("Ongedaan gemaakt")


def test_escape_leaves_a_menu(enter: Enter, served: Served) -> None:
    page = enter("marit", path=f"/cases/{served.tunnel}")
    menu(page, "sentiment").press("Enter")
    page.locator("#correct-sentiment-neutral").focus()
    page.keyboard.press("Escape")
    expect(page.locator("#correct-sentiment-neutral")).not_to_be_visible()
    expect(menu(page, "sentiment")).to_be_focused()


@pytest.mark.parametrize("width", [360, 1440])
def test_the_reasons_are_accessible_and_fit(enter: Enter, served: Served, width: int) -> None:
    page = enter("marit", width=width, path=f"/cases/{served.tunnel}")
    if width < 1000:
        page.locator(".why").click()
    page.locator("#correct-sentiment-positive").evaluate("one => { one.closest('details').open = true }")
    page.locator("#correct-sentiment-positive").click()
    expect(page.locator("#about .read .by")).to_contain_text("Zo gezet door Marit")
    page.locator("#about .words").first.focus()
    assert in_both_themes(page, unfold=True) == []
    for details in page.locator("#about .fix").all():
        details.evaluate("one => { one.open = true }")
    assert in_both_themes(page) == []
    box = page.locator("#about .read").bounding_box()
    assert box is not None
    assert 0 <= box["x"] <= box["x"] + box["width"] <= width
    assert page.locator("#about").evaluate("one => one.scrollWidth <= one.clientWidth")
