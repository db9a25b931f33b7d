"""Live updates move nothing: what Chromium counts as layout shift while cases, notes and colleagues come in around a case
that is open."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from services.contracts.commands import AddNote, ClaimCase, CloseCase
from services.contracts.mentions import Author
from tests.browser.conftest import Served
from tests.browser.desk_backend import SPOOR
from tests.support.fit import PHONE

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]
BOUND = 0.01
"""Of the sum of all shifts. 0.1 is what the web calls good; one row more above the others, on a wide screen, is 0.016."""
MENTIONS = 20
_WATCH = """() => {
  window.shifts = []
  const told = list => {
    for (const one of list.getEntries()) {
      const nodes = one.sources.map(source => source.node?.outerHTML?.slice(0, 120) ?? source.node?.textContent)
      window.shifts.push([one.value, nodes.join(' | ')])
    }
  }
  new PerformanceObserver(told).observe({ type: 'layout-shift' })
}"""
_TWO_FRAMES = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def shifts(page: Page) -> list[tuple[float, str]]:
    """Each shift since the watch began: its score and what moved."""
    page.evaluate(_TWO_FRAMES)
    found: list[tuple[float, str]] = page.evaluate("window.shifts")
    return found


def busy(served: Served, urgent: bool) -> None:
    """Mentions come in; a colleague writes notes in the open case, takes cases and closes them."""
    backend = served.desk.backend
    for number in range(MENTIONS):
        urgency = "critical" if urgent and number % 5 == 4 else "normal"
        author = Author(id=f"a{number}", name=f"Aanwezig {number}")
        case = backend.mention(f"Vraag {number} over het perron", datetime.now(UTC), author=author, urgency=urgency)
        if number % 4 == 1:
            backend.do(AddNote, SPOOR, "marit", case=served.tunnel, text=f"notitie {number}")
        if number % 4 == 2:
            backend.do(ClaimCase, SPOOR, "marit", case=case)
        if number % 4 == 3:
            backend.do(CloseCase, SPOOR, "lena", case=case)


@pytest.mark.parametrize(
    ("width", "on_the_list"),
    [(1440, False), (1440, True), (1024, False), (PHONE, False)],
    ids=["beside the list", "on the list", "tablet", "phone"],
)
def test_what_comes_in_live_moves_nothing(enter: Enter, served: Served, width: int, on_the_list: bool) -> None:
    """Urgent cases go above the others, so they wait while somebody points at the list; else that is what may move rows."""
    page = enter("lena", width=width, path=f"/cases/{served.tunnel}?view=team")
    page.locator("#list .item" if on_the_list else "#talk").first.hover()
    expect(page.locator("#talk .bubble").first).to_be_visible()
    page.evaluate("document.fonts.ready")
    page.evaluate(_WATCH)
    busy(served, urgent=on_the_list)
    enter("marit", path=f"/cases/{served.tunnel}?view=team")
    expect(page.locator("#presence .tag")).to_have_text("Marit kijkt ook")
    expect(page.locator("#talk .note .text").last).to_have_text("notitie 17")
    expect(page.locator("#count-team")).to_have_text(str(served.desk.model.counts(SPOOR, "lena")["team"]))
    found = shifts(page)
    assert sum(score for score, _ in found) <= BOUND, found


def test_the_watch_sees_what_moves(enter: Enter, served: Served) -> None:
    page = enter("lena", path=f"/cases/{served.tunnel}?view=team")
    page.evaluate(_WATCH)
    page.evaluate("document.querySelector('#list').before(document.querySelector('#list .row').cloneNode(true))")
    assert sum(score for score, _ in shifts(page)) > BOUND
