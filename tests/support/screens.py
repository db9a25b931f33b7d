"""Pictures of the running demo for the documentation: `python -m tests.support.screens DATA_FOLDER docs/screenshots`.

Each is awaited until it shows what it is about, and taken as JPEG where a PNG would be heavy.
"""

import argparse
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support.chromium import launch

HEAVY = 250_000
"""Bytes a picture may have."""
PATIENCE_MS = 30_000


@dataclass(frozen=True)
class Screen:
    """One picture: who looks, at what, how, and what must be there before it is taken."""

    name: str
    who: str
    path: str
    prepare: Callable[[Page], None]
    width: int = 1440
    height: int = 900
    theme: str = "light"


def _inbox(page: Page) -> None:
    expect(page.locator("#list .item").nth(3)).to_be_visible()
    expect(page.locator("#case .case .bubble").first).to_be_visible()


def _case(page: Page) -> None:
    page.locator("#list .item", has_text="reisoverzicht").click()
    expect(page.locator("#case .case .bubble", has_text="reisoverzicht")).to_be_visible()
    page.locator("#text-reply").fill(
        "Dank dat je dit meldt en niets hebt aangeraakt, Amina. Onze privacycollega's kijken er nu naar. "
        "Stuur je ons in een privébericht je klantnummer? Dan zorgen we dat het weer jouw reisoverzicht wordt."
    )


def _search(page: Page) -> None:
    expect(page.locator(".hits mark").first).to_be_visible()
    page.mouse.move(5, 5)
    page.locator(".count").first.click()


def _reports(page: Page) -> None:
    for image in page.locator(".chart .on-light img").all()[:3]:
        image.evaluate("one => one.decode()")


def _wallboard(page: Page) -> None:
    page.get_by_role("button", name="Maak een link voor het wandbord").click()
    page.goto(page.locator("#wall-url").input_value())
    expect(page.locator(".tile").first).to_be_visible()


def _square(page: Page) -> None:
    answered = page.locator(".thread", has=page.locator(".post.ours"))
    while not answered.count():
        page.locator(".older a").click()
        expect(page.locator(".thread").first).to_be_visible()
    answered.first.evaluate("one => scrollTo(0, one.offsetTop - 64)")


def _composer(page: Page) -> None:
    page.locator("#list .item", has_text="reisoverzicht").click()
    expect(page.locator("#case .case .bubble", has_text="reisoverzicht")).to_be_visible()
    page.locator("#text-reply").fill(
        "Zoals eerder aangegeven moet u dit via de daartoe bestemde procedure melden. "
        "Wij garanderen dat het morgen is opgelost!"
    )
    expect(page.locator(".findings li").nth(1)).to_be_visible()
    page.locator(".findings").first.scroll_into_view_if_needed()


def _shown(selector: str) -> Callable[[Page], None]:
    return lambda page: expect(page.locator(selector).first).to_be_visible()


SCREENS = (
    Screen("inbox", "marit", "/inbox?view=team", _inbox),
    Screen("case-dark", "marit", "/inbox?view=team", _case, theme="dark"),
    Screen("phone", "beheer", "/inbox?view=team", lambda _: None, 390, 844),
    Screen("search", "marit", "/search?q=trein", _search),
    Screen("reports", "marit", "/reports?days=14", _reports),
    Screen("wallboard", "marit", "/reports", _wallboard, 1280, 720, "dark"),
    Screen("composer", "marit", "/inbox?view=team", _composer, 1440, 1000),
    Screen("ground-rules", "marit", "/handbook/agreements", _shown("main h2")),
    Screen("rota", "marit", "/rota", _shown("main table, main .week")),
    Screen("cover", "marit", "/rota/cover", _shown("main h2")),
    Screen("people", "beheer", "/people", _shown("main h2")),
    Screen("square", "", "", _square, 1280, 900),
)


def take(browser: Browser, facts: dict[str, Any], screen: Screen, folder: Path) -> Path:
    """Make one picture."""
    context = browser.new_context(
        viewport={"width": screen.width, "height": screen.height},
        locale="nl-NL",
        timezone_id="Europe/Amsterdam",
        base_url=facts["url"],
        color_scheme="dark" if screen.theme == "dark" else "light",
    )
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    page = context.new_page()
    if screen.who:
        [login] = [one for one in facts["logins"] if one["name"] == screen.who]
        page.goto("/login?next=/help")
        page.fill("#name", screen.who)
        page.fill("#password", login["password"])
        page.click("form.login button")
        page.wait_for_url("**/help")
    page.goto(screen.path if screen.who else facts["square_url"])
    screen.prepare(page)
    page.evaluate("document.fonts.ready")
    found = _save(page, folder / screen.name)
    context.close()
    return found


def _save(page: Page, path: Path) -> Path:
    picture, suffix = page.screenshot(), ".png"
    if len(picture) > HEAVY:
        picture, suffix = page.screenshot(type="jpeg", quality=80), ".jpg"
    for old in (".png", ".jpg"):
        path.with_suffix(old).unlink(missing_ok=True)
    path.with_suffix(suffix).write_bytes(picture)
    return path.with_suffix(suffix)


def main(arguments: Sequence[str] | None = None) -> None:
    """Make all pictures, or those that are named."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.screens", description=__doc__)
    parser.add_argument("data", type=Path, help="the data folder of a running demo")
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument("names", nargs="*", help="which; all when none is given")
    given = parser.parse_args(arguments)
    os.environ |= {"LANG": "nl_NL.UTF-8", "LANGUAGE": "nl"}  # the fields for dates follow the browser's own language
    facts = json.loads((given.data / "demo.json").read_text(encoding="utf-8"))
    given.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for screen in SCREENS:
            if not given.names or screen.name in given.names:
                made = take(browser, facts, screen, given.folder)
                print(made, made.stat().st_size)  # noqa: T201 - a command for people
        browser.close()


if __name__ == "__main__":
    main()
