"""The report's pages in a real browser: live typing, filters, figures without scripts, the wallboard, a phone."""

import re
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect

from services.contracts.ids import alert_id
from services.contracts.searches import SavedSearch, SearchAlert
from services.contracts.teams import Person, ServiceLevel, TeamConfig
from services.report.app import build_app
from services.report.writer import Writer
from services.runtime.web.identity import Identity
from tests.support.axe import in_both_themes
from tests.support.complaints import complaints_of
from tests.support.elsewhere import asked_elsewhere
from tests.support.engines import Engines
from tests.support.fit import PHONE
from tests.support.looks import faults
from tests.support.stack import free_ports, until
from tests.unit.test_report_samples import (
    TEAM,
    case_event,
    from_event,
    from_mention,
    from_message,
    indices,
    mention,
    refresh,
)

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


class Kept:
    """The searches that are kept, without a desk."""

    def __init__(self) -> None:
        self.searches: dict[str, SavedSearch] = {}

    def kept(self, team: str, person: str) -> list[SavedSearch]:
        """All of them."""
        return [one for one in self.searches.values() if one.team == team and (one.shared or one.owner == person)]

    def sounded(self, team: str, person: str) -> list[SearchAlert]:
        """Each of those with a rule, just now."""
        now = datetime.now(UTC)
        return [
            SearchAlert(
                id=alert_id(one.id, ""), team=team, search=one.id, count=7, rule=one.alert, start=now, end=now, at=now
            )
            for one in self.kept(team, person)
            if one.alert
        ]

    async def ask(self, identity: Identity, body: Mapping[str, Any], key: str) -> str:  # noqa: ARG002  # the port's
        """Done."""
        if body["type"] == "DropSearch":
            self.searches.pop(body["search"])
            return ""
        fields = {name: body[name] for name in ("team", "name", "query", "shared", "alert")}
        number = f"search-{len(self.searches)}"
        self.searches[number] = SavedSearch(id=number, owner=identity.name, at=datetime.now(UTC), **fields)
        return ""


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
        said = {
            "kind": "note",
            "id": mention(901).id,
            "at": now.isoformat(),
            "author": "anouk",
            "text": "Teruggebeld over rails",
        }
        documents.append(from_message(case_event(3, "NoteAdded", 2, messages=[], event={"note": said}), now))
        Writer(elastic, store).write(documents, store.read().generations.written)
        refresh(elastic, store)
        app = build_app(settings, Lead(), {TEAM: CONFIG}.get, elastic=elastic, kept=Kept())
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
    """A page of the lead; any message on the console (a broken rule of the CSP, a script's error) fails the test, and so
    does a request to another host."""
    context = browser.new_context(base_url=address, locale="nl-NL")
    context.add_cookies([{"name": "webcare_session", "value": "good", "url": address}])
    elsewhere, found = asked_elsewhere(context, address), context.new_page()
    problems = complaints_of(found)
    yield found
    context.close()
    assert problems == []
    assert elsewhere == []


def test_results_follow_what_is_typed_and_ticked(page: Page) -> None:
    page.goto("/search?is=mention")
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
    page.goto("/search?is=mention")
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
    expect(page.locator(".count")).to_contain_text("60 resultaten")
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
    assert in_both_themes(board) == []
    assert "Noor" not in board.content()
    assert "trein" not in board.content().lower()
    assert board.goto(link[:-3] + "abc").status == 404  # type: ignore[union-attr]  # a navigation has an answer
    board.close()


def test_everything_is_found_and_leads_to_its_case(page: Page) -> None:
    page.goto("/reports")
    page.keyboard.press("/")
    page.wait_for_url("**/search")
    page.locator("body").press("/")
    expect(page.locator("#q")).to_be_focused()
    page.locator("#q").fill("teruggebeld is:notitie")
    expect(page.locator(".hits .note")).to_have_count(1)
    expect(page.locator(".hits .note mark")).to_have_text("Teruggebeld")
    expect(page.locator(".hits .note b")).to_have_text("Anouk de Vries")
    href = page.locator(".hits .note .tags a").get_attribute("href") or ""
    assert href.startswith("/inbox?team=spoorlijn&case=")
    assert href.endswith(f"#m-{mention(901).id}")
    expect(page.locator(".read-as")).to_contain_text("teruggebeld is:note")


def test_nothing_found_offers_what_would_find_something(page: Page) -> None:
    page.goto("/search?q=vertragign")
    page.get_by_role("link", name="Bedoelde je: vertraging").click()
    expect(page.locator(".hits mark").first).to_have_text("Vertraging")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_search_is_kept_shown_and_dropped(browser: Browser, address: str, scripts: bool) -> None:
    context = browser.new_context(base_url=address, locale="nl-NL", java_script_enabled=scripts)
    context.add_cookies([{"name": "webcare_session", "value": "good", "url": address}])
    page = context.new_page()
    page.goto("/search?q=vertraging&sentiment=neutral")
    if scripts:
        page.locator("#q").fill("zoetermeer")
        expect(page.locator("#keep-query")).to_have_value("zoetermeer sentiment:neutral")
    page.get_by_text("Bewaar deze zoekopdracht").click()
    page.locator("#keep-name").fill("Vertraging")
    page.locator("#keep-alert").select_option("10x60")
    page.get_by_role("button", name="Bewaar", exact=True).click()
    expect(page.locator(".told")).to_have_text("De zoekopdracht is bewaard.")
    expect(page.locator(".kept li")).to_contain_text("7 nieuw")
    page.get_by_role("link", name="Vertraging", exact=True).click()
    expect(page.locator("#q")).to_have_value(("zoetermeer" if scripts else "vertraging") + " sentiment:neutral")
    page.get_by_role("button", name="Verwijder Vertraging").click()
    expect(page.locator(".kept li")).to_have_count(0)
    expect(page.locator("#keep-name")).to_have_value("Vertraging")
    expect(page.locator("#keep-alert")).to_have_value("10x60")
    page.get_by_role("button", name="Bewaar", exact=True).click()
    expect(page.locator(".kept li")).to_contain_text("Vertraging")
    page.get_by_role("button", name="Verwijder Vertraging").click()
    expect(page.locator(".kept li")).to_have_count(0)
    context.close()


SEARCHES = ("", "?q=trein", "?q=xyzzy+after:1d", "?q=teruggebeld+foo:bar", "?q=vertragign")


@pytest.mark.parametrize("path", [*(f"/search{one}" for one in SEARCHES), "/reports", "/reports/cases"])
def test_everybody_can_read_and_use(page: Page, path: str) -> None:
    page.goto(path)
    assert faults(page) == []
    page.set_viewport_size({"width": PHONE, "height": 780})
    box = page.locator("#content").bounding_box()
    assert box
    assert box["width"] == PHONE
