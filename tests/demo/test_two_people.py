"""The whole demo as two people see it, in Chromium: a customer on the square and colleagues at the desk, live both ways."""

import secrets
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.complaints import complaints_of
from tests.support.stack import Stack

pytestmark = [pytest.mark.engines, pytest.mark.browser]
PATIENCE_MS = 30_000
URGENT = "Er staat rook in de coupé en een mevrouw is flauwgevallen, trein naar Oosterdam, wie helpt?"
Visit = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, stack: Stack) -> Iterator[Visit]:
    """`visit("marit", "/inbox")` is a page of somebody who has logged in, `visit("", URL)` one of a passer-by, each in a
    browser of its own. Whatever a page says on its console (a script's error, a broken rule of the CSP) fails the test."""
    complaints: list[list[str]] = []

    def go(name: str, address: str, width: int = 1440) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, locale="nl-NL", base_url=stack.url, timezone_id="Europe/Amsterdam"
        )
        context.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        page = context.new_page()
        complaints.append(complaints_of(page))
        if name:
            [login] = [one for one in stack.facts["logins"] if one["name"] == name]
            page.goto("/login?next=/help")
            page.fill("#name", name)
            page.fill("#password", login["password"])
            page.click("form.login button")
            page.wait_for_url("**/help")
        page.goto(address)
        return page

    yield go
    for context in browser.contexts:
        context.close()
    assert not any(complaints), complaints


def write(square: Page, text: str) -> None:
    """As a customer, on the square's page."""
    square.locator("#write textarea").fill(text)
    square.locator("#write input[name=name]").fill("Jip Bezoeker")
    square.locator("#write button.primary").click()
    expect(square.locator(".thread", has_text=text)).to_be_visible()


def test_a_post_is_answered_and_the_answer_is_seen_where_it_was_written(visit: Visit, stack: Stack) -> None:
    text, answer = f"{URGENT} {secrets.token_hex(4)}", f"Hulp is onderweg, Jip. {secrets.token_hex(4)}"
    daan, marit = visit("daan", "/inbox?view=team"), visit("marit", "/inbox?view=team")
    elsewhere = visit("jeroen", "/inbox?view=team")
    square = visit("", stack.facts["square_url"])
    write(square, text)

    for page in (daan, marit):
        expect(page.locator("#list .item", has_text=text)).to_be_visible()
    mine, theirs = (page.locator("#list .item", has_text=text) for page in (daan, marit))
    mine.focus()
    daan.keyboard.press("Enter")
    expect(daan.locator(".bubble", has_text=text)).to_be_visible()
    daan.keyboard.press("c")
    expect(daan.locator("#act-release")).to_be_visible()
    expect(theirs.locator(".owner")).to_have_text("Daan")
    theirs.click()
    expect(marit.locator(".bubble", has_text=text)).to_be_visible()

    daan.keyboard.press("r")
    daan.keyboard.type(answer)
    daan.keyboard.press("Control+Enter")
    # What is critical is read by two pairs of eyes before it leaves.
    approve = marit.locator(".held .btn.primary", has_text="Keur goed")
    expect(approve).to_be_visible()
    expect(daan.locator(".held")).to_be_visible()
    expect(daan.locator(".held .btn.primary", has_text="Keur goed")).to_have_count(0)
    expect(marit.locator(".held .difference")).to_have_text(answer)
    approve.click()
    expect(daan.locator(".msg.us .bubble")).to_have_text(answer)
    thread = square.locator(".thread", has_text=text)
    expect(thread.locator(".post.ours .text")).to_have_text(answer)
    expect(daan.locator(".msg.us .state.delivered")).to_be_visible()
    expect(marit.locator(".msg.us .bubble")).to_have_text(answer)
    expect(marit.locator(".msg.us .state.delivered")).to_be_visible()
    expect(elsewhere.locator("#list .item", has_text=text)).to_have_count(0)


def test_what_is_found_opens_on_the_desk(visit: Visit, stack: Stack) -> None:
    token = secrets.token_hex(4)
    write(visit("", stack.facts["square_url"]), f"{URGENT} {token}")
    page = visit("daan", "/inbox?view=team")
    expect(page.locator("#list .item", has_text=token)).to_be_visible()
    page.goto("/search")
    found = page.locator(".hits .mention", has_text=token).get_by_role("link", name="Zaak")
    words = page.locator("#q")
    words.fill(token)
    # What was written is searchable within a second or so; asking again is what a person would do.
    while not found.is_visible():
        with page.expect_response("**/search?**"):
            words.press("Enter")
    found.click()
    expect(page.locator(".bubble", has_text=token)).to_be_visible()
    expect(page.locator("#list .item[aria-current]")).to_have_count(1)


@pytest.mark.parametrize("width", [390, 1440])
def test_no_page_complains_while_it_lives(visit: Visit, stack: Stack, width: int) -> None:
    """Also after a picture was taken of it, which leaves an empty `style` on every field."""
    page = visit("marit", "/inbox?view=team", width)
    page.screenshot()
    page.locator("#list .item").nth(1).click()
    expect(page.locator("#case .case .bubble").first).to_be_visible()
    page.screenshot()
    page.go_back()
    for path, shown in (("/search?q=trein", ".hits .mention"), ("/reports", ".chart .on-light img")):
        page.goto(path)
        expect(page.locator(shown).first).to_be_visible()
        page.screenshot()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Maak een link voor het wandbord").click()
    page.goto(page.locator("#wall-url").input_value())
    expect(page.locator(".tile").first).to_be_visible()
    page.goto(stack.facts["square_url"])
    expect(page.locator("#live.on")).to_be_visible()
