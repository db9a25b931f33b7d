"""The inbox in a real browser: filters that are kept, many cases at once and back, keys alone, a list that holds still."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from services.contracts.commands import AddNote, CloseCase
from services.contracts.mentions import Author
from services.desk.keys import KEYS
from tests.browser.conftest import Served
from tests.browser.desk_backend import SPOOR
from tests.support.axe import in_both_themes
from tests.support.fit import PHONE, too_wide

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]
URGENT = {"urgency": "critical", "topics": ("stranded",), "signals": (("health", "onwel"),)}


def arrives(served: Served, name: str, **more: Any) -> str:
    return served.desk.backend.mention(
        "Kan hier iemand komen?", datetime.now(UTC), author=Author(id=name, name=name), **more
    )


def test_a_filter_is_made_kept_used_again_counted_live_and_let_go(enter: Enter, served: Served) -> None:
    page = enter("youssef", path="/inbox?view=team")
    page.keyboard.press("f")
    page.get_by_label("vertraging").check()
    page.get_by_role("button", name="Toon").click()
    expect(page.locator("#list .row")).to_have_count(6)
    expect(page.locator(".chip small")).to_have_text("Onderwerp")
    page.locator("#keep summary").click()
    page.fill("#keep-title", "Perrons")
    page.get_by_role("button", name="Bewaar").click()
    kept = page.locator(".kept a")
    expect(kept).to_have_text("Perrons 6")
    page.locator("#nav-team").click()
    expect(page.locator("#list .row")).not_to_have_count(6)
    arrives(served, "Zoë", topics=("delay",))
    expect(kept).to_have_text("Perrons 7")
    kept.click()
    expect(page.locator("#list .row")).to_have_count(7)
    expect(page).to_have_url(re.compile("topic=delay"))
    page.get_by_role("button", name="Bewaar niet meer").click()
    expect(page.locator(".kept")).to_have_count(0)
    expect(page.locator("#keep-title")).to_have_value("Perrons")


def test_many_are_closed_at_once_and_come_back_with_one_key(enter: Enter, served: Served) -> None:
    page = enter("youssef")
    expect(page.locator("#list .row")).to_have_count(5)
    boxes = page.locator("#list .pick")
    closed = [boxes.nth(number).get_attribute("value") for number in range(3)]
    boxes.nth(0).click()
    boxes.nth(2).click(modifiers=["Shift"])
    expect(page.locator("#bulk .picked")).to_have_text("3 gekozen")
    page.locator("#bulk-close").click()
    expect(page.locator("#toast")).to_contain_text("3 zaken gesloten.")
    for case in closed:
        expect(page.locator(f"#item-{case}")).to_have_count(0)
    expect(page.locator("#bulk")).to_be_hidden()
    page.keyboard.press("Control+z")
    expect(page.locator("#toast")).to_contain_text("3 zaken zijn weer zoals ze waren.")
    for case in closed:
        expect(page.locator(f"#item-{case}")).to_be_visible()
    expect(page.locator("#count-mine")).to_have_text(str(page.locator("#list .row").count()))
    assert [command.type for command in served.desk.backend.sent].count("ReopenCase") == 3


def test_what_somebody_else_touched_is_not_undone_and_says_so(enter: Enter, served: Served) -> None:
    page = enter("youssef")
    page.keyboard.press("e")
    expect(page.locator("#toast")).to_contain_text("Gesloten.")
    served.desk.backend.do(AddNote, SPOOR, "marit", case=served.tunnel, text="nog iets")
    page.keyboard.press("z")
    expect(page.locator("#toast")).to_contain_text("intussen veranderd: notitie (Marit)")


def test_a_working_day_with_keys_alone(enter: Enter, served: Served) -> None:
    page = enter("youssef", path="/inbox?view=waiting")
    name = page.locator("#list .item b").nth(1).inner_text()
    page.keyboard.press("j")
    page.keyboard.press("o")
    expect(page.locator("#case-title")).to_have_text(name)
    page.keyboard.press("c")
    expect(page.locator("#toast")).to_contain_text("Van jou.")
    page.keyboard.press("t")
    expect(page.locator("#case input[name=tag]")).to_be_focused()
    page.keyboard.type("zoekt j k e")
    page.keyboard.press("Enter")
    expect(page.locator("#toast")).to_contain_text("Label gezet.")
    page.keyboard.press("s")
    expect(page.locator("#case [data-deed=snooze] .quick button").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#case [data-deed=snooze]")).not_to_have_attribute("open", "")
    page.keyboard.press("s")
    page.keyboard.press("Enter")
    expect(page.locator("#toast")).to_contain_text("Sluimert.")
    page.keyboard.press("g")
    page.keyboard.press("s")
    expect(page.locator("#list-title")).to_have_text("Gesluimerd")
    expect(page.locator("#list .item b")).to_have_text(name)
    expect(page.locator(".tag.own")).to_have_text("zoekt-j-k-e")
    page.keyboard.press("g")
    page.keyboard.press("m")
    expect(page.locator("#list-title")).to_have_text("Mijn werk")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("X")
    page.keyboard.press("h")
    expect(page.locator("#bulk-to")).to_be_focused()
    page.keyboard.type("Marit")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#toast")).to_contain_text("zaken overgegeven.")
    page.keyboard.press("z")
    expect(page.locator("#toast")).to_contain_text("zoals ze waren")
    assert {command.type for command in served.desk.backend.sent} >= {"TagCase", "SnoozeCase", "HandOver", "ClaimCase"}


def test_every_key_of_the_help_does_something_and_none_acts_while_typing(enter: Enter, served: Served) -> None:
    page = enter("youssef")
    assert page.locator("#help [data-presses]").count() == len(KEYS)
    assert {key.act for key in KEYS if not key.go} == set(page.evaluate("Object.keys(window.webcare.acts)"))
    for key in KEYS:
        if key.go:
            expect(page.locator(f"#nav-{key.go}")).to_have_attribute("data-key", key.presses.removeprefix("g "))
    page.locator("#text-note").evaluate("text => { document.querySelector('#tab-note').checked = true; text.focus() }")
    page.keyboard.type("cuetshxa?zjk g m")
    expect(page.locator("#text-note")).to_have_value("cuetshxa?zjk g m")
    expect(page.locator("dialog#help")).to_be_hidden()
    assert not served.desk.backend.sent
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    expect(page.locator("#bulk .picked")).to_have_text("5 gekozen")
    page.keyboard.press("Escape")
    expect(page.locator("#bulk")).to_be_hidden()
    page.keyboard.press("?")
    expect(page.locator("dialog#help")).to_be_visible()


def test_a_row_of_clocks_turns_from_calm_to_warning_to_late_without_moving(enter: Enter) -> None:
    page = enter("youssef")
    page.clock.install()
    page.reload()
    clock = page.locator("#list .item .clock.calm").first
    row = clock.locator("xpath=ancestor::div[contains(@class, 'row')]")
    ident, before = row.get_attribute("data-case"), row.bounding_box()
    same = page.locator(f"[data-case='{ident}']")
    due, warn = (
        datetime.fromisoformat(clock.get_attribute(name) or "").timestamp() for name in ("data-due", "data-warn")
    )
    now = page.evaluate("Date.now() / 1000")
    page.clock.fast_forward(int((warn - now + 2) * 1000))
    expect(same.locator(".clock")).to_have_class("clock warn")
    page.clock.fast_forward(int((due - warn + 2) * 1000))
    expect(same.locator(".clock")).to_have_class("clock late")
    assert same.bounding_box() == before


def test_the_list_does_not_move_under_the_pointer_and_says_what_is_new(enter: Enter, served: Served) -> None:
    page = enter("lena", path="/inbox?view=team")
    second = page.locator("#list .row").nth(1)
    second.hover()
    ident, before = second.get_attribute("data-case"), second.bounding_box()
    fresh = arrives(served, "Haast", **URGENT)
    expect(page.locator("#news")).to_contain_text("1 nieuw")
    served.desk.backend.do(CloseCase, SPOOR, "youssef", case=served.tunnel)
    expect(page.locator(f"[data-case='{served.tunnel}']")).to_have_class("row gone")
    assert page.locator(f"[data-case='{ident}']").bounding_box() == before
    expect(page.locator(f"#item-{fresh}")).to_have_count(0)
    page.keyboard.press(".")
    expect(page.locator(f"#item-{fresh}")).to_be_visible()
    expect(page.locator(f"[data-case='{served.tunnel}']")).to_have_count(0)
    expect(page.locator("#news")).to_be_hidden()
    arrives(served, "Nog haast", **URGENT)
    expect(page.locator("#news")).to_be_visible()
    page.mouse.move(900, 500)
    expect(page.locator("#news")).to_be_hidden()
    expect(page.locator("#list .item b", has_text="Nog haast")).to_be_visible()


def test_the_list_holds_still_while_rows_are_picked_and_they_stay_picked(enter: Enter, served: Served) -> None:
    page = enter("lena", path="/inbox?view=team")
    box = page.locator("#list .pick").nth(1)
    ident = box.get_attribute("value")
    box.check()
    page.mouse.move(900, 500)
    fresh = arrives(served, "Haast", **URGENT)
    expect(page.locator("#news")).to_contain_text("1 nieuw")
    page.locator("#news").click()
    expect(page.locator(f"#item-{fresh}")).to_be_visible()
    expect(page.locator(f".pick[value='{ident}']")).to_be_checked()


def test_focus_stays_on_its_row_when_the_order_changes(enter: Enter, served: Served) -> None:
    page = enter("lena", path="/inbox?view=team")
    page.keyboard.press("j")
    page.keyboard.press("j")
    held = page.evaluate("document.activeElement.id")
    arrives(served, "Haast", **URGENT)
    expect(page.locator("#list .item b", has_text="Haast")).to_be_visible()
    assert page.evaluate("document.activeElement.id") == held


def test_without_scripts_filters_and_many_at_once_work(enter: Enter, served: Served) -> None:
    page = enter("youssef")
    plain = page.context.browser.new_context(  # type: ignore[union-attr]  # a context that we opened has one
        java_script_enabled=False, base_url=served.url, locale="nl-NL", storage_state=page.context.storage_state()
    ).new_page()
    plain.goto("/inbox?view=team")
    plain.locator("#filter summary").click()
    plain.get_by_label("vertraging").check()
    plain.get_by_role("button", name="Toon").click()
    expect(plain.locator("#list .row")).to_have_count(6)
    plain.locator("#list .pick").nth(0).check()
    plain.locator("#list .pick").nth(1).check()
    plain.locator("#bulk-claim").click()
    expect(plain.locator(".toast.told")).to_contain_text("2 zaken zijn van jou.")
    expect(plain.locator("#list .row")).to_have_count(6)
    plain.locator(".toast button").click()
    expect(plain.locator(".toast.told")).to_contain_text("2 zaken zijn weer zoals ze waren.")


@pytest.mark.parametrize("width", [PHONE, 1280])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(enter: Enter, width: int) -> None:
    page = enter("lena", width=width, path="/inbox?view=waiting")
    page.goto("/inbox?view=waiting&topic=delay")
    page.emulate_media(reduced_motion="reduce")
    for step in ("list", "filter", "picked", "help"):
        match step:
            case "filter":
                page.locator("#filter summary").click()
            case "picked":
                page.keyboard.press("Escape")
                page.locator("#list .pick").first.check()
                page.locator("#bulk-snooze summary").click()
            case "help":
                page.locator("#bulk-none").click()
                page.evaluate("document.querySelector('#help').showModal()")
        assert in_both_themes(page) == [], step
        assert too_wide(page) == [], step
