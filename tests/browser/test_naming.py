"""Naming a colleague in a note, in Chromium: the list by keyboard and by pointer, and a word that names nobody."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from services.route.domain.naming import named
from tests.browser.conftest import Served
from tests.browser.desk_backend import SPOOR, team_config
from tests.support.axe import in_both_themes
from tests.support.fit import PHONE, too_wide

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]
NOBODY = {"@tommie": "@tommie", "@tom-x": "@tom-x", "@Jaap en @Tom": "@jaap"}
"""Texts, and what is told to name nobody in them."""
NAMED = ("@Tom", "@tom?", "@TÓM en", "@tom-", "vraag (@Marit)", "@Tom @marit")
NO_NAME = ("info@tom.nl", "@@tom", "@", "a @ b")


def note(page: Page) -> Locator:
    return page.locator("#text-note")


def names(page: Page) -> Locator:
    return page.locator("#names [role=option]:not([hidden])")


def begin(page: Page, text: str) -> None:
    page.keyboard.press("n")
    expect(note(page)).to_be_focused()
    page.keyboard.type(text)


def test_an_at_sign_lists_the_team_and_keys_choose_from_it(enter: Enter, served: Served) -> None:
    page = enter("youssef", path=f"/cases/{served.tunnel}")
    begin(page, "Kijk @")
    expect(page.locator("#names")).to_be_visible()
    expect(names(page).locator("b")).to_have_text(["Marit", "Sanne", "Tom"])
    expect(page.locator("#names-told")).to_contain_text("3 namen")
    expect(note(page)).to_have_attribute("aria-activedescendant", "name-marit")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#name-sanne")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(note(page)).to_have_attribute("aria-activedescendant", "name-tom")
    page.keyboard.press("Enter")
    expect(note(page)).to_have_value("Kijk @Tom ")
    expect(page.locator("#names")).to_be_hidden()
    page.keyboard.type("en @MÁ")
    expect(names(page)).to_have_count(1)
    page.keyboard.press("Tab")
    expect(note(page)).to_have_value("Kijk @Tom en @Marit ")
    expect(note(page)).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".note .mention").last).to_have_text("@Marit")
    last = served.desk.backend.states[SPOOR].cases[served.tunnel].messages[-1]
    assert last.mentioned == ("tom", "marit")


def test_escape_closes_the_list_and_leaves_the_text(enter: Enter, served: Served) -> None:
    page = enter("youssef", path=f"/cases/{served.tunnel}")
    begin(page, "@t")
    expect(names(page)).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("#names")).to_be_hidden()
    expect(note(page)).to_be_focused()
    page.keyboard.type("o")
    expect(page.locator("#names")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(note(page)).to_have_value("@to\n")
    page.keyboard.type("@s")
    expect(names(page)).to_have_count(1)


def test_a_name_is_chosen_with_a_pointer_and_kept_as_a_draft(enter: Enter, served: Served) -> None:
    page = enter("youssef", path=f"/cases/{served.tunnel}")
    begin(page, "@")
    names(page).filter(has_text="Sanne").click()
    expect(note(page)).to_have_value("@Sanne ")
    expect(note(page)).to_be_focused()
    expect(page.locator(".write.note .saved")).to_have_text("Concept bewaard")


def test_a_word_that_names_nobody_is_told_gently(enter: Enter, served: Served) -> None:
    page = enter("youssef", path=f"/cases/{served.tunnel}")
    begin(page, "@jaap")
    expect(page.locator("#unnamed")).to_be_empty()
    page.keyboard.type(" kijk jij?")
    expect(page.locator("#unnamed")).to_contain_text("@jaap")
    expect(page.locator("#unnamed")).to_contain_text("noemt niemand van het team")
    note(page).fill("@tom kijk jij?")
    expect(page.locator("#unnamed")).to_be_empty()
    note(page).fill("@jaap")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".note .text").last).to_have_text("@jaap")


def test_the_page_reads_names_as_route_does(enter: Enter, served: Served) -> None:
    page, people = enter("youssef", path=f"/cases/{served.tunnel}"), team_config().people
    begin(page, "x")
    for text in (*NOBODY, *NAMED, *NO_NAME):
        note(page).fill(text)
        note(page).blur()
        assert bool(named(text, people)) == (text in NAMED or "@Tom" in text), text
        expect(page.locator("#unnamed")).to_contain_text(NOBODY.get(text, ""))
        assert bool(page.locator("#unnamed").inner_text()) == (text in NOBODY), text


@pytest.mark.parametrize("width", [PHONE, 1440])
def test_the_list_is_accessible_and_fits(enter: Enter, served: Served, width: int) -> None:
    page = enter("youssef", width=width, path=f"/cases/{served.tunnel}")
    page.locator("label:has(#tab-note)").click()
    note(page).press_sequentially("@jaap en @")
    expect(page.locator("#names")).to_be_visible()
    expect(names(page).first).to_be_in_viewport()
    assert too_wide(page) == []
    assert in_both_themes(page) == []
