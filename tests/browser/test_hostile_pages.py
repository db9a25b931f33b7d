"""Hostile content in a real browser: nothing runs, nothing is fetched, nothing reaches out of its place, and work goes on.

`tests/unit/test_hostile_content.py` looks at every page's HTML; here is what only a browser can tell. That nothing is
fetched from anywhere else is watched by `enter`.
"""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Served
from tests.support.hostile import TEXTS, ZALGO, Filling, play

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]

NARROW = 360
SECONDS = 8
"""In which a case of such texts is open and takes an answer, on a busy machine; plain ones take one."""
RUN = "".join(TEXTS[kind] for kind in ("attribute", "script", "closing", "template", "override", "lines"))
COVER = " ".join((TEXTS["hebrew"], "\u202e\u2067", "👩\u200d" * 60, "W" * 120, "ᄀ" * 60, ZALGO))
"""Written from the right, in pieces that no line can be broken in, under marks."""
TOO_WIDE = """() => [...document.querySelectorAll("html, main, .talk, .page, .list, .about, .case")]
  .filter(one => one.scrollWidth > one.clientWidth && !["hidden", "clip"].includes(getComputedStyle(one).overflowX))
  .map(one => `${one.tagName}.${one.className}: ${one.scrollWidth} > ${one.clientWidth}`)"""


@pytest.mark.parametrize("text", [RUN, COVER], ids=["run", "cover"])
def test_nothing_runs_and_nothing_is_wider_than_the_screen(enter: Enter, served: Served, text: str) -> None:
    ids = play(served.desk, Filling(text, "https://\u0430pple.com/\"onclick='alert(1)"))
    pages = [
        "/inbox?view=team",
        "/handbook?whole=1",
        "/handbook/evil",
        "/canned",
        "/mentioned",
        "/ideas",
        "/rota/mine",
        "/account",
    ]
    case = served.desk.model.case(ids.case)
    assert case is not None
    pages += [
        f"/q/{served.desk.app.state.desk.links.question(ids.case, case.questions[-1])}",
        f"/cases/{ids.held}?view=team",
    ]
    page = enter(width=NARROW, height=740, path="/help")
    went: list[str] = []
    page.on("dialog", lambda dialog: went.append(f"dialog {dialog.message}"))
    for path in pages:
        page.goto(path)
        assert page.evaluate(TOO_WIDE) == [], path
    began = time.monotonic()
    page.goto(f"/cases/{ids.case}?view=team")
    page.locator("#text-reply").fill("Wij kijken ernaar.")
    expect(page.locator("#check-reply .post")).to_have_text("Wij kijken ernaar.")
    assert time.monotonic() - began < SECONDS
    assert page.evaluate(TOO_WIDE) == []
    assert went == []


def test_a_name_from_the_right_and_a_posing_site_are_in_their_places(enter: Enter, served: Served) -> None:
    ids = play(served.desk, Filling(TEXTS["hebrew"], TEXTS["homoglyph"]))
    page = enter(path=f"/cases/{ids.case}?view=team")
    who = page.locator(".msg .who").first
    places = [who.locator(part).bounding_box() for part in ("b", "time", "a.outside")]
    assert [one["x"] for one in places if one] == sorted(one["x"] for one in places if one)
    assert all(places)
    expect(who.locator(".warn")).to_have_text("xn--pple-43d.com")
    link = who.locator("a.outside")
    assert link.get_attribute("rel") == "noopener noreferrer nofollow ugc"
    assert "↗" in link.evaluate("one => getComputedStyle(one, '::after').content")
