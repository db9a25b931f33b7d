"""What a first visit costs: under 150 KB over the line, and nobody else is asked for anything."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from services.contracts.mentions import Author
from tests.browser.conftest import Served
from tests.support.first_visit import Visit, prepare

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]
MOST = 150_000
ROWS = 50
TEXTS = (
    "De trein van 8.12 staat al een half uur stil bij Breukelen en niemand zegt iets. Ik mis mijn aansluiting in Utrecht "
    "en daarmee mijn eerste werkdag. Kunnen jullie zeggen hoe laat hij verder gaat, en of ik vergoeding krijg?",
    "Mijn abonnement is twee keer afgeschreven deze maand. Graag een keer terug.",
    "Is de lift op station Lunetten alweer stuk? Ik zit in een rolstoel en kom zo het perron niet af.",
    "Complimenten voor de conducteur van trein 2231!",
)


def crowded(served: Served) -> None:
    """As many cases as a page of the list shows, in words of usual length."""
    now = datetime.now(UTC)
    for number in range(ROWS):
        served.desk.backend.mention(
            TEXTS[number % len(TEXTS)],
            now - timedelta(minutes=number),
            author=Author(id=f"klant{number}", name=f"Annemarie de Boer-{number}", handle=f"@boer{number}"),
            topics=("delay", "refund"),
            urgency=("normal", "high")[number % 2],
        )


def look(visit: Visit, path: str) -> Visit:
    visit.page.goto(path, wait_until="load")
    expect(visit.page.locator("#name, #list .row").first).to_be_visible()
    return visit


def check(visit: Visit, url: str) -> None:
    assert visit.hosts == {urlsplit(url).netloc}
    assert 10_000 < visit.bytes < MOST, visit.by_size()


def test_the_login_is_light_and_asks_nobody_else(browser: Browser, served: Served) -> None:
    check(look(prepare(browser, served.url), "/login"), served.url)


def test_a_full_inbox_is_light_and_asks_nobody_else(browser: Browser, served: Served, enter: Enter) -> None:
    crowded(served)
    state = enter("lena").context.storage_state()
    visit = look(prepare(browser, served.url, state), "/inbox?view=team")
    expect(visit.page.locator("#list .row")).to_have_count(ROWS)
    check(visit, served.url)


def test_an_address_elsewhere_would_be_seen(browser: Browser, served: Served) -> None:
    visit = look(prepare(browser, served.url), served.url.replace("127.0.0.1", "localhost") + "/login")
    with pytest.raises(AssertionError):
        check(visit, served.url)
