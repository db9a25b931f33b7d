"""The composer in Chromium: a warning with its rule, its suggestion in one click, drafts that survive, canned replies."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from services.contracts.canned import CannedText
from services.contracts.commands import SaveCannedReply
from services.desk.domain.formats import FORMATS, length
from tests.browser.conftest import Served
from tests.browser.desk_backend import SPOOR
from tests.support.axe import in_both_themes
from tests.support.fit import PHONE, too_wide

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]


def box(page: Page) -> Locator:
    return page.locator("#text-reply")


def saved(page: Page) -> None:
    expect(page.locator(".write.reply .saved")).to_have_text("Concept bewaard")


def canned(served: Served, title: str, text: str, *topics: str, language: str = "nl") -> None:
    content = CannedText(title=title, text=text, topics=topics, language=language)
    now = datetime.now(UTC)
    command = SaveCannedReply(id=str(uuid4()), team=SPOOR, at=now, actor="lead:test", content=content)
    served.desk.backend.give(command, now)


def test_from_the_first_word_to_sent(enter: Enter, served: Served) -> None:
    path = f"/cases/{served.tunnel}"
    page = enter("youssef", path=path)
    box(page).fill("Kunt u zeggen in welk rijtuig u zit? Bel 06-12345678.")
    rule = page.locator(".findings li", has_text="Aanspreekvorm")
    expect(rule).to_contain_text("Wij zeggen je.")
    expect(page.locator(".findings li.serious")).to_contain_text("Persoonsgegeven")
    rule.get_by_role("button").click()
    expect(box(page)).to_have_value("Kun je zeggen in welk rijtuig je zit? Bel 06-12345678.")
    expect(rule).to_have_count(0)
    saved(page)
    expect(page.locator(f"#item-{served.tunnel} .tag.draft")).to_have_text("concept")
    page.reload()
    expect(box(page)).to_have_value("Kun je zeggen in welk rijtuig je zit? Bel 06-12345678.")
    expect(page.locator(".findings li.serious")).to_contain_text("06-12345678")
    expect(page.locator(f"#item-{served.tunnel} .tag.draft")).to_have_text("concept")
    other = enter("youssef", path=path)
    expect(box(other)).to_have_value("Kun je zeggen in welk rijtuig je zit? Bel 06-12345678.")
    box(page).fill("Kun je zeggen in welk rijtuig je zit?")
    expect(page.locator(".findings")).to_have_count(0)
    page.locator("#send-reply").click()
    expect(page.locator(".msg.us .bubble")).to_have_text("Kun je zeggen in welk rijtuig je zit?")
    expect(box(page)).to_have_value("")
    expect(page.locator(f"#item-{served.tunnel} .tag.draft")).to_have_count(0)
    page.reload()
    expect(box(page)).to_have_value("")


def test_two_tabs_keep_both_texts(enter: Enter, served: Served) -> None:
    path = f"/cases/{served.tunnel}"
    one, two = enter("youssef", path=path), enter("youssef", path=path)
    box(one).fill("Uit de eerste tab")
    saved(one)
    box(two).fill("Uit de tweede tab")
    saved(two)
    other = two.locator("#apart-reply .other")
    expect(other).to_have_count(1)
    other.locator("summary").click()
    expect(other.locator(".text")).to_have_text("Uit de eerste tab")
    other.get_by_role("button", name="Gebruik deze tekst").click()
    expect(box(two)).to_have_value("Uit de eerste tab")
    expect(two.locator("#apart-reply .other .text")).to_have_text("Uit de tweede tab")
    two.locator("#apart-reply .other summary").click()
    two.get_by_role("button", name="Gooi weg").click()
    expect(two.locator("#apart-reply .other")).to_have_count(0)
    two.locator("#toast button", has_text="Zet terug").click()
    expect(two.locator("#apart-reply .other .text")).to_have_text("Uit de tweede tab")
    saved(two)
    two.reload()
    expect(box(two)).to_have_value("Uit de eerste tab")
    expect(two.locator("#apart-reply .other .text")).to_have_text("Uit de tweede tab")
    two.locator("#apart-reply .other summary").click()
    two.get_by_role("button", name="Gooi weg").click()
    expect(two.locator("#apart-reply .other")).to_have_count(0)
    two.reload()
    expect(box(two)).to_have_value("Uit de eerste tab")
    expect(two.locator("#apart-reply .other")).to_have_count(0)


def test_a_line_that_is_lost_loses_no_text(enter: Enter, served: Served) -> None:
    page = enter("youssef", path=f"/cases/{served.tunnel}")
    page.route("**/draft", lambda route: route.fulfill(status=503, body=""))
    box(page).fill("Getypt zonder verbinding")
    expect(page.locator(".write.reply .trouble")).to_contain_text("Nog niet bewaard")
    page.unroute("**/draft")
    page.reload()
    expect(box(page)).to_have_value("Getypt zonder verbinding")
    saved(page)
    assert [one.text for one in served.desk.app.state.desk.drafts.of("youssef", served.tunnel)] == [
        "Getypt zonder verbinding"
    ]


def test_a_canned_reply_by_keyboard(enter: Enter, served: Served) -> None:
    canned(
        served,
        "Gestrand",
        "Hoi {voornaam}, vervelend dat je vaststaat. Je trein: {treinnummer}. {medewerker}",
        "stranded",
    )
    canned(served, "Compliment", "Dank je wel, {naam}!", "praise")
    canned(served, "Stranded", "Hi {name}!", "stranded", language="en")
    page = enter("youssef", path=f"/cases/{served.tunnel}")
    expect(page.locator("#canned-list b")).to_have_text(["Gestrand", "Compliment", "Stranded"])
    page.keyboard.press("r")
    page.keyboard.press("/")
    expect(page.locator("#canned-find")).to_be_focused()
    page.keyboard.type("vaststaat")
    expect(page.locator("#canned-list li:visible b")).to_have_text(["Gestrand"])
    page.keyboard.press("Enter")
    expect(box(page)).to_have_value("Hoi Fatima, vervelend dat je vaststaat. Je trein: {treinnummer}. Youssef")
    expect(page.locator(".findings li.serious")).to_contain_text("Invullen")
    page.keyboard.type("2231")
    expect(box(page)).to_have_value("Hoi Fatima, vervelend dat je vaststaat. Je trein: 2231. Youssef")
    expect(page.locator(".findings li.serious")).to_have_count(0)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".msg.us .bubble")).to_contain_text("2231")
    used = {one.content.title: one.used for one in served.desk.backend.states[SPOOR].canned.values()}
    assert used == {"Gestrand": 1, "Compliment": 0, "Stranded": 0}


@pytest.mark.parametrize("channel", ["mastodon", "bluesky", "x", "telegram"])
def test_the_count_is_the_servers(enter: Enter, served: Served, channel: str) -> None:
    texts = [
        "hé",
        "he\u0301",
        "👨‍👩‍👧‍👦 👍🏽 🇳🇱",
        "你好 @noor@social.example",
        "zie https://a.example/bc/d?x=1, dus. ❤️",
    ]
    page, known = enter("youssef", path=f"/cases/{served.tunnel}"), FORMATS[channel]
    for text in texts:
        box(page).evaluate(
            "(box, known) => { Object.assign(box.dataset, { limit: 999, unit: known[0], link: known[1] });"
            "if (known[2]) box.dataset.bareHandles = ''; else delete box.dataset.bareHandles }",
            [known.unit, str(known.link or ""), known.bare_handles],
        )
        box(page).fill(text)
        expect(page.locator("#count-reply")).to_have_text(f"{length(text, known)} / 999")


@pytest.mark.parametrize("width", [PHONE, 1440])
def test_with_everything_open_it_fits_and_is_accessible(enter: Enter, served: Served, width: int) -> None:
    canned(served, "Gestrand", "Hoi {naam}, vervelend. " * 20, "stranded")
    page = enter("youssef", width=width, height=800, path=f"/cases/{served.tunnel}")
    box(page).fill("Kunt u zeggen in welk rijtuig u zit? Bel 06-12345678!!! " + "En nog een zin. " * 40)
    expect(page.locator(".findings li")).to_have_count(4)
    page.locator("#canned summary").click()
    expect(page.locator(".post")).to_have_count(2)
    assert too_wide(page) == []
    assert in_both_themes(page, unfold=True) == []


@pytest.mark.parametrize("width", [PHONE, 1440])
def test_the_page_of_canned_replies(enter: Enter, width: int) -> None:
    page = enter("lena", width=width, path=f"/canned?team={SPOOR}")
    page.get_by_label("Titel").fill("Sorry")
    page.get_by_label("Tekst").fill("Hoi {naam}, sorry!")
    page.get_by_role("button", name="Bewaar").click()
    expect(page.locator(".banner")).to_have_text("Bewaard.")
    expect(page.locator(".canned-lines b")).to_have_text("Sorry")
    assert too_wide(page) == []
    assert in_both_themes(page, unfold=True) == []


def test_without_a_script_it_saves_and_checks(enter: Enter, served: Served) -> None:
    page = enter("youssef", path=f"/cases/{served.tunnel}")
    plain = page.context.browser.new_context(  # type: ignore[union-attr]  # a page of a browser has one
        java_script_enabled=False, base_url=served.url, storage_state=page.context.storage_state(), locale="nl-NL"
    ).new_page()
    plain.goto(f"/cases/{served.tunnel}")
    plain.locator("#text-reply").fill("Kunt u zeggen waar u zit?")
    plain.get_by_role("button", name="Bewaar concept en controleer").click()
    expect(plain.locator(".findings li")).to_contain_text("Wij zeggen je.")
    plain.locator(".findings button").click()
    expect(plain.locator("#text-reply")).to_have_value("Kun je zeggen waar je zit?")
    plain.locator("#send-reply").click()
    expect(plain.locator(".msg.us .bubble")).to_have_text("Kun je zeggen waar je zit?")
