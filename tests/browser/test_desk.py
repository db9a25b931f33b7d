"""The desk as people use it, in Chromium: by keyboard, live, on a phone; nothing that is typed is ever lost."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from services.contracts.commands import AddNote
from services.contracts.mentions import Author
from tests.browser.conftest import Served
from tests.browser.desk_backend import SPOOR
from tests.support.fit import PHONE, too_wide

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]


def test_a_day_by_keyboard(enter: Enter, served: Served) -> None:
    page = enter("youssef")
    expect(page.locator("#list .item")).to_have_count(5)
    expect(page.locator("#list .item[aria-current]")).to_have_attribute("id", f"item-{served.tunnel}")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#case-title")).to_have_text("Bram Jansen")
    expect(page.locator("#list .item[aria-current] b")).to_have_text("Bram Jansen")
    page.keyboard.press("r")
    page.keyboard.type("Beste Bram, we zoeken het uit. Je hoort het vandaag.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".msg.us .bubble")).to_have_text("Beste Bram, we zoeken het uit. Je hoort het vandaag.")
    expect(page.locator(".state.approved")).to_be_visible()
    expect(page.locator("#text-reply")).to_have_value("")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.keyboard.type("financiën gebeld")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#talk .note .text")).to_have_text("financiën gebeld")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("dialog#help")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    expect(page.locator("#toast")).to_contain_text("Gesloten.")
    expect(page.locator("#list .item b", has_text="Bram Jansen")).to_have_count(0)


def test_claim_with_c_from_the_waiting(enter: Enter) -> None:
    page = enter("youssef", path="/inbox?view=waiting")
    first = page.locator("#list .item").first
    name = first.locator("b").inner_text()
    page.keyboard.press("c")
    expect(page.locator("#toast")).to_contain_text("Van jou.")
    expect(page.locator("#act-release")).to_be_visible()
    expect(page.locator("#list .item b", has_text=name)).to_have_count(0)


def test_a_new_case_appears_by_itself_and_scroll_focus_and_text_stay(enter: Enter, served: Served) -> None:
    page = enter("youssef", height=420, path=f"/cases/{served.tunnel}?view=team")
    page.locator("#text-reply").fill("Ik ben nog aan het")
    page.locator("section.list").evaluate("list => { list.scrollTop = 300 }")
    before = page.locator("#list .item").count()
    page.evaluate("document.querySelector('#list').addEventListener('htmx:afterSwap', () => { window.swapped = true })")
    for number in range(3):
        author = Author(id=f"nieuw{number}", name=f"Nieuw {number}")
        served.desk.backend.mention("De deur van wagon 3 sluit niet", datetime.now(UTC), author=author)
    served.desk.backend.do(AddNote, SPOOR, "marit", case=served.tunnel, text="ik kijk mee")
    expect(page.locator("#list .item")).to_have_count(before + 3)
    expect(page.locator("#talk .note .text").last).to_have_text("ik kijk mee")
    expect(page.locator("#text-reply")).to_have_value("Ik ben nog aan het")
    expect(page.locator("#text-reply")).to_be_focused()
    assert page.locator("section.list").evaluate("list => list.scrollTop") == 300
    expect(page.locator("#count-team")).to_have_text(str(before + 3))


def test_focus_in_the_list_survives_a_live_change(enter: Enter, served: Served) -> None:
    page = enter("youssef")
    page.keyboard.press("j")
    held = page.evaluate("document.activeElement.id")
    served.desk.backend.do(AddNote, SPOOR, "marit", case=served.tunnel, text="ik kijk mee")
    expect(page.locator("#talk .note .text").last).to_have_text("ik kijk mee")
    page.wait_for_function("id => document.activeElement.id === id", arg=held)


def test_a_draft_survives_going_elsewhere_and_back(enter: Enter) -> None:
    page = enter("youssef")
    page.locator("#text-reply").fill("Half antwoord")
    page.locator("#list .item").nth(1).click()
    expect(page.locator("#case-title")).to_have_text("Bram Jansen")
    expect(page.locator("#text-reply")).to_have_value("")
    page.locator("#list .item").nth(0).click()
    expect(page.locator("#text-reply")).to_have_value("Half antwoord")
    page.reload()
    expect(page.locator("#text-reply")).to_have_value("Half antwoord")


def test_an_unanswered_reply_waits_with_its_text_and_is_sent_once(enter: Enter, served: Served) -> None:
    served.desk.backend.broken = True
    page = enter("youssef", path=f"/cases/{served.tunnel}")
    page.locator("#text-reply").fill("Hulp komt eraan.")
    with page.expect_response(lambda response: response.url.endswith("/reply")) as refused:
        page.locator("#send-reply").click()
    assert refused.value.status == 503
    expect(page.locator("#queue p")).to_have_text("1 actie wacht op de verbinding.")
    expect(page.locator("#text-reply")).to_have_value("Hulp komt eraan.")
    served.desk.backend.broken = False
    expect(page.locator(".msg.us .bubble")).to_have_count(1)
    expect(page.locator("#queue p")).to_have_text("")


def test_clocks_run_without_a_reload(enter: Enter) -> None:
    page = enter("youssef")
    late = page.locator("#list .item .clock").first
    expect(late).to_have_class("clock late")
    due = page.locator("#list .item .clock").nth(3)
    expect(due).to_have_class("clock calm")
    due.evaluate("clock => { clock.dataset.due = new Date(Date.now() - 61000).toISOString() }")
    expect(due).to_have_class("clock late")
    expect(due).to_have_text("−1 min")


def test_a_phone_shows_the_list_then_the_case_then_the_list(enter: Enter) -> None:
    page = enter("youssef", width=PHONE, height=780)
    expect(page.locator("section.list")).to_be_visible()
    expect(page.locator("#case .case")).to_be_hidden()
    page.locator("#list .item").first.click()
    expect(page.locator("#case .case")).to_be_visible()
    expect(page.locator("section.list")).to_be_hidden()
    page.locator(".btn.why").click()
    expect(page.locator("#about")).to_be_visible()
    page.keyboard.press("Escape")
    assert too_wide(page) == []
    page.locator(".back").click()
    expect(page.locator("section.list")).to_be_visible()


def test_theme_and_language(enter: Enter) -> None:
    page = enter("youssef")
    page.locator(".me summary").click()
    page.get_by_role("button", name="Donker").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name="English").click()
    expect(page.locator("h1#list-title")).to_have_text("My work")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_nothing_is_wider_than_any_screen(enter: Enter) -> None:
    page = enter("lena", path="/inbox?view=team")
    for width in (PHONE, 720, 900, 1180, 1440, 2200):
        page.set_viewport_size({"width": width, "height": 800})
        assert too_wide(page) == [], width


def test_what_a_phone_has_no_room_for_is_in_the_menu(enter: Enter) -> None:
    page = enter("lena", width=PHONE, height=780)
    expect(page.locator("#nav-ideas")).to_be_hidden()
    page.locator(".me summary").click()
    for name in ("Ideeën", "Genoemd", "Afgesloten", "Gesluimerd", "Cijfers en advies"):
        expect(page.locator(".menu").get_by_role("link", name=name)).to_be_visible()
    page.locator(".menu").get_by_role("link", name="Ideeën").click()
    expect(page.locator("h1")).to_have_text("Ideeën van collega's")


def test_on_paper_a_case_is_its_conversation_and_why_without_anything_to_press(enter: Enter, served: Served) -> None:
    page = enter("youssef", width=740, path=f"/cases/{served.tunnel}")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.emulate_media(media="print")
    for shown in ("#case-title", "#talk .bubble", "#talk .note", "#about .history"):
        expect(page.locator(shown).first).to_be_visible()
    for pressed in ("button", ".btn", ".nav", "#list", "#compose"):
        expect(page.locator(pressed).locator("visible=true")).to_have_count(0)
    colours = page.locator("body").evaluate(
        "one => [getComputedStyle(one).backgroundColor, getComputedStyle(one).color]"
    )
    assert colours == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]


def test_what_a_browser_wrote_into_a_style_is_not_carried_over(enter: Enter) -> None:
    """A textarea made taller has a `style` of its own; to copy that onto the next one is against our own CSP."""
    page = enter("youssef")
    page.locator("#text-reply").evaluate("text => { text.style.height = '180px' }")
    page.locator("#list .item").nth(1).click()
    expect(page.locator("#case-title")).to_have_text("Bram Jansen")
    page.locator("#text-reply").fill("Ik zoek het uit")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".msg.us .bubble")).to_have_text("Ik zoek het uit")


def test_going_back_and_forth_through_cases_restores_each(enter: Enter) -> None:
    page = enter("youssef", path="/inbox?view=team")
    titles = []
    for number in (1, 2):
        name = page.locator("#list .item b").nth(number).inner_text()
        page.locator("#list .item").nth(number).click()
        expect(page.locator("#case .case .who b").first).to_have_text(name)
        titles.append(name)
    page.go_back()
    expect(page.locator("#case .case .who b").first).to_have_text(titles[0])
    page.go_back()
    expect(page).to_have_url(re.compile("/inbox"))
    page.go_forward()
    expect(page.locator("#case .case .who b").first).to_have_text(titles[0])


def test_on_a_phone_the_choice_of_team_stands_beside_the_brand(enter: Enter) -> None:
    page = enter("lena", width=PHONE, height=780)
    boxes = [page.locator(one).bounding_box() for one in (".brand a", ".teams select", ".me summary")]
    edges = [(one["x"], one["x"] + one["width"]) for one in boxes if one]
    assert len(edges) == 3
    assert edges[0][1] <= edges[1][0] < edges[1][1] <= edges[2][0]
