"""A line that drops, in Chromium: what people do meanwhile waits, says so, and has one effect each when the line is back."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from services.contracts.commands import CloseCase
from services.contracts.mentions import Author
from tests.browser.conftest import Served
from tests.browser.desk_backend import PASSWORD, SPOOR
from tests.support.axe import in_both_themes

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]


@pytest.fixture
def free(served: Served) -> str:
    """A case that is nobody's."""
    cases = served.desk.backend.states[SPOOR].cases.values()
    return next(case.id for case in cases if case.status == "open" and case.owner is None)


def sign(page: Page) -> Locator:
    return page.locator("#queue p")


def waiting(page: Page) -> Locator:
    return page.locator("#queue li")


def cut(page: Page) -> None:
    """No line any more, for a page whose live stream is open."""
    with page.expect_response(re.compile("/inbox/live")):
        page.reload()
    page.context.set_offline(True)
    expect(page.locator(".list .offline")).to_be_visible()


def mend(page: Page) -> None:
    page.context.set_offline(False)


def unreachable(route: Route) -> None:
    route.fulfill(status=503, body="")


def effects(served: Served, case: str, *, after: int = 0) -> list[str]:
    """What was done to a case by people, since its `after`th line."""
    found = served.desk.backend.states[SPOOR].cases[case]
    return [line.type for line in found.history[after:] if not line.actor.startswith(("system:", "source:"))]


def write_note(page: Page, text: str) -> None:
    page.keyboard.press("n")
    page.keyboard.type(text)
    page.keyboard.press("Control+Enter")


def test_what_is_asked_without_a_line_is_done_once_and_in_order(enter: Enter, served: Served, free: str) -> None:
    page = enter(path=f"/cases/{free}?view=team", line_drops=True)
    cut(page)
    page.keyboard.press("c")
    expect(sign(page)).to_have_text("1 actie wacht op de verbinding.")
    page.keyboard.press("c")
    write_note(page, "Gebeld")
    expect(sign(page)).to_have_text("2 acties wachten op de verbinding.")
    expect(page.locator("#text-note")).not_to_be_editable()
    page.locator("#act-close").click()
    expect(sign(page)).to_have_text("3 acties wachten op de verbinding.")
    title = page.locator("#case-title").inner_text()
    expect(waiting(page).locator("span")).to_have_text(
        [f"{one} · {title}" for one in ("Pak", "Bewaar notitie", "Sluit")]
    )
    assert effects(served, free) == []
    mend(page)
    expect(sign(page)).to_have_text("")
    expect(page.locator("#talk .ended")).to_be_visible()
    expect(page.locator("#toast")).to_contain_text("Gesloten.")
    assert effects(served, free) == ["CaseClaimed", "NoteAdded", "CaseClosed"]


def test_the_live_line_resumes_and_the_list_is_fetched_again(enter: Enter, served: Served) -> None:
    page = enter("lena", path="/inbox?view=team", line_drops=True)
    cut(page)
    missed = served.desk.backend.mention("Is daar iemand?", datetime.now(UTC), author=Author(id="m", name="Mees"))
    mend(page)
    expect(page.locator(f"#item-{missed}")).to_be_attached()
    expect(page.locator(".list .offline")).to_be_hidden()
    live = served.desk.backend.mention("En nu?", datetime.now(UTC), author=Author(id="n", name="Nina"))
    expect(page.locator(f"#item-{live}")).to_be_attached()


def test_a_stream_that_opens_when_the_network_has_gone_is_followed_by_one_that_is_heard(
    enter: Enter, served: Served
) -> None:
    page = enter("lena", path="/inbox?view=team", line_drops=True)
    page.add_init_script(
        "window.there = false; Object.defineProperty(navigator, 'onLine', { get: () => window.there })"
    )
    with page.expect_response(re.compile("/inbox/live")):
        page.reload()
    with page.expect_response(re.compile("/inbox/live")):
        pass
    page.evaluate("window.there = true")
    expect(page.locator(".list .offline")).to_be_hidden()
    live = served.desk.backend.mention("En nu?", datetime.now(UTC), author=Author(id="n", name="Nina"))
    expect(page.locator(f"#item-{live}")).to_be_attached()


def test_one_that_waits_can_be_dropped(enter: Enter, served: Served, free: str) -> None:
    page = enter(path=f"/cases/{free}?view=team", line_drops=True)
    cut(page)
    page.keyboard.press("c")
    write_note(page, "Toch niet")
    waiting(page).nth(1).get_by_role("button").click()
    expect(sign(page)).to_have_text("1 actie wacht op de verbinding.")
    expect(page.locator("#text-note")).to_be_editable()
    mend(page)
    expect(page.locator("#toast")).to_contain_text("Van jou.")
    assert effects(served, free) == ["CaseClaimed"]


def test_a_server_that_is_away_is_asked_again(enter: Enter, served: Served, free: str) -> None:
    page = enter(path=f"/cases/{free}?view=team")
    page.route("**/claim", unreachable)
    page.keyboard.press("c")
    expect(sign(page)).to_have_text("1 actie wacht op de verbinding.")
    expect(page.locator("#toast p")).to_have_count(0)
    page.locator("#act-close").click()
    expect(sign(page)).to_have_text("2 acties wachten op de verbinding.")
    assert effects(served, free) == []
    page.unroute("**/claim")
    expect(sign(page)).to_have_text("")
    assert effects(served, free) == ["CaseClaimed", "CaseClosed"]


@pytest.mark.parametrize("deed", ["claim", "note"])
def test_an_answer_that_is_lost_after_the_deed_does_it_once(enter: Enter, served: Served, free: str, deed: str) -> None:
    page = enter(path=f"/cases/{free}?view=team", line_drops=True)

    def act_and_lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route(f"**/{deed}", act_and_lose)
    page.keyboard.press("c") if deed == "claim" else write_note(page, "Gebeld")
    expect(sign(page)).to_have_text("1 actie wacht op de verbinding.")
    page.unroute(f"**/{deed}")
    expect(sign(page)).to_have_text("")
    sent = [command.id for command in served.desk.backend.sent]
    assert len(sent) > 1
    assert len(set(sent)) == 1
    assert len(effects(served, free)) == 1


def test_what_another_did_meanwhile_refuses_it_and_that_is_told(enter: Enter, served: Served, free: str) -> None:
    page = enter(path=f"/cases/{free}?view=team", line_drops=True)
    cut(page)
    page.keyboard.press("c")
    write_note(page, "Gebeld")
    page.locator("#act-close").click()
    expect(waiting(page)).to_have_count(3)
    served.desk.backend.do(CloseCase, SPOOR, "marit", case=free)
    mend(page)
    expect(sign(page)).to_have_text("2 acties gingen niet zoals gevraagd.")
    expect(waiting(page).locator(".late")).to_have_text([re.compile("al gesloten"), re.compile("sinds je keek")])
    assert effects(served, free) == ["CaseClosed", "NoteAdded"]
    waiting(page).first.get_by_role("button").click()
    waiting(page).first.get_by_role("button").click()
    expect(sign(page)).to_have_text("")


def test_what_waits_survives_loading_the_page_again(enter: Enter, served: Served, free: str) -> None:
    page = enter(path=f"/cases/{free}?view=team", line_drops=True)
    cut(page)
    page.keyboard.press("c")
    expect(waiting(page)).to_have_count(1)
    page.route("**/claim", unreachable)
    mend(page)
    page.reload()
    expect(sign(page)).to_have_text("1 actie wacht op de verbinding.")
    assert effects(served, free) == []
    page.unroute("**/claim")
    expect(page.get_by_role("button", name="Geef terug")).to_be_visible()
    expect(sign(page)).to_have_text("")
    assert effects(served, free) == ["CaseClaimed"]


def test_what_waits_is_never_done_by_who_logs_in_next(enter: Enter, served: Served, free: str) -> None:
    page = enter(path=f"/cases/{free}?view=team")
    page.route("**/claim", unreachable)
    page.keyboard.press("c")
    expect(waiting(page)).to_have_count(1)
    page.locator("details.me summary").click()
    page.get_by_role("button", name="Uitloggen").click()
    expect(sign(page)).to_have_text("1 actie is niet verzonden: de sessie was voorbij.")
    page.unroute("**/claim")
    page.fill("#name", "marit")
    page.fill("#password", PASSWORD)
    page.click("form.login button")
    expect(page.locator("#list")).to_be_visible()
    expect(waiting(page)).to_have_count(0)
    assert page.evaluate("sessionStorage.getItem('queue')") is None
    assert served.desk.backend.sent == []


def test_many_at_once_wait_as_one(enter: Enter, served: Served) -> None:
    page = enter(path="/inbox?view=mine", line_drops=True)
    boxes = page.locator("#list .pick")
    chosen = [boxes.nth(number).get_attribute("value") or "" for number in range(2)]
    before = [len(served.desk.backend.states[SPOOR].cases[case].history) for case in chosen]
    cut(page)
    boxes.nth(0).check()
    boxes.nth(1).check()
    page.locator("#bulk-close").click()
    expect(waiting(page).locator("span")).to_have_text("Sluit · 2 gekozen")
    mend(page)
    expect(page.locator("#toast")).to_contain_text("2 zaken gesloten.")
    for case, lines in zip(chosen, before, strict=True):
        assert effects(served, case, after=lines) == ["CaseClosed"]


def test_an_answer_does_not_show_in_another_case(enter: Enter, served: Served, free: str) -> None:
    page = enter(path=f"/cases/{free}?view=team")
    page.route("**/claim", unreachable)
    page.keyboard.press("c")
    expect(waiting(page)).to_have_count(1)
    page.locator(f"#item-{served.tunnel}").click()
    expect(page.locator(f"#case [data-case='{served.tunnel}'].case")).to_be_visible()
    shown = page.locator("#talk").inner_text()
    page.unroute("**/claim")
    expect(page.locator("#toast")).to_contain_text("Van jou.")
    expect(page.locator("#case-head [hx-post]").first).to_have_attribute("hx-post", re.compile(served.tunnel))
    assert page.locator("#talk").inner_text() == shown
    assert effects(served, free) == ["CaseClaimed"]


@pytest.mark.parametrize("width", [360, 1440])
def test_the_bar_fits_and_axe_finds_nothing(enter: Enter, served: Served, free: str, width: int) -> None:
    page = enter(path=f"/cases/{free}?view=team", width=width)
    page.route("**/claim", unreachable)
    page.locator("#act-claim").click()
    page.locator("#act-close").click()
    expect(waiting(page)).to_have_count(2)
    served.desk.backend.do(CloseCase, SPOOR, "marit", case=free)
    page.unroute("**/claim")
    expect(sign(page)).to_have_text("2 acties gingen niet zoals gevraagd.")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.documentElement.scrollHeight") <= 900
    assert in_both_themes(page) == []
