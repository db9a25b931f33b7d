"""The handbook in a real browser: begun, agreed to, improved by a colleague, beside a reply."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from services.contracts.commands import PublishGuideline
from services.contracts.handbook import GuidelineText
from tests.browser.conftest import Served
from tests.browser.desk_backend import SPOOR
from tests.support.fit import PHONE

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]


def begun(served: Served) -> None:
    """A handbook with something old, something suggested and something with a table."""
    texts = (("klacht", "Bedank **eerst**.", 0, ""), ("klacht", "Bedank **altijd eerst**.", 1, "het werd vergeten"))
    for ident, body, based_on, reason in texts:
        text = GuidelineText(title="Klachten", body=f"{body}\n\n| wie | tot |\n|---|--:|\n| collega | € 25 |")
        served.desk.backend.do(
            PublishGuideline, SPOOR, "lead:lena", guideline=ident, text=text, based_on=based_on, reason=reason
        )


def test_from_nothing_to_a_better_guideline_beside_a_reply(enter: Enter, served: Served) -> None:
    lead = enter("lena", path="/handbook")
    lead.get_by_role("button", name="Begin met het starthandboek").click()
    expect(lead.locator(".banner")).to_contain_text("Het starthandboek staat erin.")
    marit = enter("marit", path="/handbook")
    marit.get_by_role("link", name="Alles lezen").click()
    marit.get_by_role("button", name="Gelezen en akkoord met alles").click()
    expect(marit.locator(".banner")).to_have_text("Genoteerd dat je akkoord bent.")
    expect(marit.locator("#count-handbook")).to_have_text("")
    marit.get_by_role("link", name="Klachten in vijf stappen").click()
    marit.get_by_text("Doe een voorstel").click()
    marit.get_by_label("Wat zou je anders").fill("Zet erbij dat we bellen bij de tweede keer.")
    marit.get_by_role("button", name="Voorstel sturen").click()
    lead.goto("/handbook/suggestions")
    lead.get_by_role("link", name="Verwerken in de tekst").click()
    body = lead.get_by_label("Tekst", exact=True)
    body.fill(f"{body.input_value()}\n\nDe tweede keer **bellen** we.")
    lead.get_by_label("Waarom verandert dit?").fill("Voorstel van Marit")
    lead.get_by_role("button", name="Voorbeeld").click()
    expect(lead.locator(".diff ins")).to_contain_text("De tweede keer **bellen** we.")
    lead.get_by_role("button", name="Publiceren").click()
    expect(lead.locator(".banner")).to_have_text("Gepubliceerd.")
    agent = enter("youssef", path=f"/cases/{served.tunnel}")
    expect(agent.locator(".guide-list > details").first.locator("summary")).to_contain_text("Crisisplan")
    agent.locator(".guide-list summary", has_text="Klachten in vijf stappen").click()
    expect(agent.locator(".guide-list strong", has_text="bellen")).to_be_visible()
    agent.locator("#text-reply").fill("We komen er nu aan.")
    agent.locator("#send-reply").click()
    expect(agent.locator(".guides-used").last).to_contain_text("Klachten in vijf stappen (2)")


def test_what_fits_an_urgent_case_is_open_where_there_is_room_until_it_is_shut(enter: Enter, served: Served) -> None:
    begun(served)
    path = f"/cases/{served.tunnel}"
    page = enter("youssef", path=path)
    first = page.locator(".guide-list > details").first
    expect(first.locator(".md")).to_be_visible()
    expect(page.locator("#text-reply")).to_be_in_viewport()
    page.locator(".guides > summary").click()
    expect(first.locator(".md")).to_be_hidden()
    page.locator("#text-reply").fill("We komen eraan.")
    page.locator("#send-reply").click()
    expect(page.locator(".msg.us .bubble").last).to_have_text("We komen eraan.")
    expect(page.locator("#text-reply")).to_have_value("")
    expect(first.locator(".md")).to_be_hidden()
    phone = enter("youssef", width=PHONE, path=path)
    expect(phone.locator(".guides > summary")).to_be_visible()
    expect(phone.locator(".guide-list")).to_be_hidden()


def test_on_a_phone_the_handbook_is_in_the_menu(enter: Enter, served: Served) -> None:
    begun(served)
    page = enter("youssef", width=390, height=844)
    page.locator(".me summary").click()
    page.locator(".menu").get_by_role("link", name="Handboek").click()
    expect(page.locator("h1")).to_have_text("Handboek")
