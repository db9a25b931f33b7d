"""The report's pages in a real browser: live typing, filters, figures without scripts, the wallboard, a phone."""

import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect

from services.contracts.teams import Person, ServiceLevel, TeamConfig
from services.report.app import build_app
from services.report.writer import Writer
from services.runtime.web.identity import Identity
from tests.support.engines import Engines
from tests.support.stack import free_ports, until
from tests.unit.test_report_samples import TEAM, case_event, from_event, from_mention, indices, mention, refresh

pytestmark = [pytest.mark.engines, pytest.mark.browser]

CONFIG = TeamConfig(
    team=TEAM,
    name="Spoorlijn",
    people=(Person(id="anouk", name="Anouk de Vries"),),
    service_levels=(ServiceLevel(id="standard", first_response_minutes=60),),
)


class Lead:
    """The one who is logged in."""

    def find(self, cookie: str, now: datetime) -> Identity | None:
        known = cookie == "good" and now
        return Identity("anouk", "Anouk de Vries", {TEAM: "lead"}, csrf="c" * 32, language="nl") if known else None


@pytest.fixture(scope="module")
def address(engines: Engines) -> Iterator[str]:
    """A running report with some mentions and cases of today."""
    now = datetime.now(UTC)
    with indices(engines.elasticsearch_url, f"browser-{uuid4().hex[:8]}-", signing_key="k" * 40) as made:
        settings, elastic, store = made
        texts = ["De trein staat stil", "Vertraging bij Zoetermeer", "Mooi weer & <b>zon</b>"]
        documents = [
            from_mention(
                mention(
                    n,
                    texts[n % 3],
                    sentiment=("negative", "neutral", "positive")[n % 3],
                    topics=["delay"] if n % 3 < 2 else [],
                    created_at=(now - timedelta(minutes=7 * n)).isoformat(),
                ),
                n,
                now,
            )
            for n in range(60)
        ]
        answered: dict[str, Any] = {"first_response_seconds": 900, "first_response_in_target": True}
        documents += [
            from_event(case_event(n, opened_at=now.isoformat(), created_at=now.isoformat(), **answered), now)
            for n in range(12)
        ]
        Writer(elastic, store).write(documents, store.read().generations.written)
        refresh(elastic, store)
        app = build_app(settings, Lead(), {TEAM: CONFIG}.get, elastic=elastic)
        [port] = free_ports(1)
        server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning"))
        thread = threading.Thread(target=server.run, name="report")
        thread.start()
        until(lambda: server.started, "the report answers")
        yield f"http://127.0.0.1:{port}"
        server.should_exit = True
        thread.join(10)


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A page of the lead; any message on the console (a broken rule of the CSP, a script's error) fails the test."""
    context = browser.new_context(base_url=address, locale="nl-NL")
    context.add_cookies([{"name": "webcare_session", "value": "good", "url": address}])
    found, problems = context.new_page(), []
    found.on("console", lambda message: problems.append(message.text) if message.type in ("error", "warning") else None)
    found.on("pageerror", lambda error: problems.append(str(error)))
    yield found
    context.close()
    assert problems == []


def test_results_follow_what_is_typed_and_ticked(page: Page) -> None:
    page.goto("/search")
    expect(page.locator(".hits .mention")).to_have_count(20)
    page.locator("#q").press_sequentially("vertragingen")
    expect(page.locator(".hits mark").first).to_have_text("Vertraging")
    expect(page).to_have_url(re.compile("q=vertragingen"))
    page.locator("#q").fill("")
    page.get_by_label("positief").check()
    expect(page.locator(".hits .tag.positive")).to_have_count(20)
    assert page.locator(".hits b", has_text="zon").count() == 0, "what people wrote is text"
    page.locator("#more a").click()
    expect(page.locator(".hits .mention")).to_have_count(20)


def test_more_results_join_those_that_are_there(page: Page) -> None:
    page.goto("/search")
    page.locator("#more a").click()
    expect(page.locator(".hits .mention")).to_have_count(40)
    page.locator("#more a").click()
    expect(page.locator(".hits .mention")).to_have_count(60)


def test_nothing_found_helps_on(page: Page) -> None:
    page.goto("/search?q=xyzzy&sentiment=negative")
    page.get_by_role("link", name="Wis de filters en zoek in alles").click()
    expect(page.locator(".empty")).to_contain_text("Niets gevonden")


def test_figures_need_no_scripts_and_open_their_rows(browser: Browser, address: str) -> None:
    context = browser.new_context(base_url=address, locale="nl-NL", java_script_enabled=False)
    context.add_cookies([{"name": "webcare_session", "value": "good", "url": address}])
    page = context.new_page()
    page.goto("/reports")
    cards = page.locator(".kpis .card")
    expect(cards.nth(0).locator(".big")).to_have_text("60")
    expect(cards.nth(5).locator(".big")).to_have_text("100 %")
    assert page.locator(".chart .on-light img").first.evaluate("one => one.decode().then(() => one.naturalWidth)") > 300
    cards.nth(0).locator("a").click()
    expect(page.locator(".count")).to_contain_text("60 berichten")
    page.go_back()
    page.locator(".kpis .card").nth(2).locator("a").click()
    expect(page.locator("tbody tr")).to_have_count(12)
    context.close()


def test_a_lead_makes_a_wallboard_that_needs_no_login(page: Page, browser: Browser) -> None:
    page.goto("/reports")
    page.get_by_role("button", name="Maak een link voor het wandbord").click()
    link = page.locator("#wall-url").input_value()
    board = browser.new_page()
    board.goto(link)
    expect(board.locator("h1")).to_have_text("Spoorlijn")
    expect(board.locator(".number").nth(0)).to_have_text("12")
    assert "Noor" not in board.content()
    assert "trein" not in board.content().lower()
    assert board.goto(link[:-3] + "abc").status == 404  # type: ignore[union-attr]  # a navigation has an answer
    board.close()


@pytest.mark.parametrize("path", ["/search?q=trein", "/reports", "/reports/cases"])
def test_a_phone_shows_everything_without_scrolling_sideways(page: Page, path: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    box = page.locator("#content").bounding_box()
    assert box
    assert box["width"] > 380
