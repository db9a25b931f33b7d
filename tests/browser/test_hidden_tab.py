"""A tab that nobody looks at, in Chromium: it holds no connection to the server, and is right when it is seen again."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from services.contracts.commands import AddNote, CloseCase
from tests.browser.conftest import Served
from tests.browser.desk_backend import SPOOR
from tests.support.stack import until

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]
A_WHILE = 16_000
HIDDEN = """(hidden) => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
  Object.defineProperty(document, "visibilityState", { configurable: true, get: () => (hidden ? "hidden" : "visible") });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
"""Headless pages are always seen."""


def live(served: Served, number: int) -> None:
    """Wait until so many pages hold a live stream."""
    until(lambda: served.desk.model.hub.clients() == number, f"there are {number} streams", 20)


def from_the_background(context: BrowserContext) -> Page:
    page = context.new_page()
    page.add_init_script(f"({HIDDEN})(true)")
    return page


def test_a_tab_that_nobody_sees_lets_its_stream_go_and_is_right_when_it_is_seen_again(
    enter: Enter, served: Served
) -> None:
    page = enter("lena", path="/help")
    page.clock.install()
    page.goto(f"/cases/{served.tunnel}?view=team")
    live(served, 1)
    page.evaluate(HIDDEN, True)
    page.evaluate(HIDDEN, False)
    page.clock.fast_forward(A_WHILE)
    served.desk.backend.do(AddNote, SPOOR, "marit", case=served.tunnel, text="Nog niet")
    expect(page.locator("#talk .note .text").last).to_have_text("Nog niet")
    live(served, 1)
    page.evaluate(HIDDEN, True)
    page.clock.fast_forward(A_WHILE)
    live(served, 0)

    gone = page.locator(f'#list .row:not([data-case="{served.tunnel}"])').first.get_attribute("data-case")
    served.desk.backend.do(CloseCase, SPOOR, "lead:lena", case=gone)
    served.desk.backend.do(AddNote, SPOOR, "marit", case=served.tunnel, text="Bus is er")
    page.evaluate(HIDDEN, False)
    live(served, 1)
    expect(page.locator("#talk .note .text").last).to_have_text("Bus is er")
    expect(page.locator(f'#list .row[data-case="{gone}"]:not(.gone)')).to_have_count(0)
    expect(page.locator("p.offline")).to_be_hidden()
    served.desk.backend.do(AddNote, SPOOR, "marit", case=served.tunnel, text="En weg")
    expect(page.locator("#talk .note .text").last).to_have_text("En weg")


def test_more_tabs_than_a_browser_has_connections(enter: Enter, served: Served) -> None:
    page = enter("youssef", path="/inbox?view=team")
    live(served, 1)
    for _ in range(6):
        from_the_background(page.context).goto(f"/cases/{served.tunnel}?view=team")
    last = from_the_background(page.context)
    last.goto("/mentioned")
    expect(last.locator("h1").first).to_be_visible()
    live(served, 1)
    served.desk.backend.do(AddNote, SPOOR, "marit", case=served.tunnel, text="@Youssef kijk jij mee?")
    last.evaluate(HIDDEN, False)
    live(served, 2)
    expect(last.locator(".mentioned li a").first).to_contain_text("kijk jij mee?")
