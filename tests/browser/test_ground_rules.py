"""A lead changes the ground rules in a real browser, and colleagues meet them at once."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Served
from tests.browser.desk_backend import SPOOR

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]
AGREEMENTS = "/handbook/agreements"


def look(page: Page) -> None:
    page.get_by_role("button", name="Bekijk wat er verandert").click()


def make_it_hold(page: Page) -> None:
    page.get_by_role("button", name="Laat dit gelden").click()
    expect(page.locator(".banner")).to_contain_text("De afspraak geldt.")


def test_a_rule_that_a_lead_adds_makes_the_reply_of_an_agent_wait(enter: Enter, served: Served) -> None:
    agent = enter("youssef", path=f"/cases/{served.tunnel}")
    expect(agent.locator("#send-reply")).to_contain_text("Verstuur")
    lead = enter("lena", path=AGREEMENTS)
    lead.locator("section", has_text="Wanneer leest eerst iemand anders mee").get_by_role(
        "link", name="Nieuwe goedkeuringsregel"
    ).click()
    lead.get_by_label("Naam").fill("Kritiek")
    lead.get_by_label("Hoe dringend").select_option(label="urgentie kritiek of meer")
    expect(lead.get_by_role("button", name="Laat dit gelden")).to_have_count(0)
    look(lead)
    change = lead.locator("#change")
    expect(change).to_be_in_viewport()
    expect(change).to_contain_text("urgentie kritiek of meer")
    expect(change).to_contain_text("Open zaken waar de regel dan op past: 1 van")
    make_it_hold(lead)
    expect(lead.locator("section", has=lead.locator("#rules-title"))).to_contain_text("Kritiek")
    expect(lead.locator("section", has=lead.locator("#history-title"))).to_contain_text("‘Kritiek’ toegevoegd")
    agent.reload()
    expect(agent.locator("#send-reply")).to_contain_text("Ter goedkeuring")
    expect(agent.locator("main")).to_contain_text("urgentie kritiek (vanaf kritiek)")
    agent.locator("#text-reply").fill("We komen er nu aan, blijf bij de deur staan.")
    agent.locator("#send-reply").click()
    expect(agent.locator("#toast")).to_contain_text("wacht op goedkeuring")
    lead.get_by_role("link", name="Wijzig Kritiek").click()
    lead.get_by_role("button", name="Haal deze regel weg").click()
    expect(lead.locator("#change")).to_contain_text("antwoord wacht nu door deze regel. Het blijft wachten")


def test_a_working_agreement_is_changed_and_put_back(enter: Enter, served: Served) -> None:
    page = enter("lena", path=AGREEMENTS)
    page.get_by_role("link", name="Wijzig de werkafspraken").first.click()
    page.get_by_label("Zoveel seconden terug te halen").fill("45")
    look(page)
    expect(page.locator("#change")).to_contain_text("→ 45 seconden")
    make_it_hold(page)
    expect(page.locator("section", has=page.locator("#rules-title"))).to_contain_text("nog 45 seconden terug")
    page.get_by_role("button", name="Ongedaan maken").click()
    expect(page.locator(".banner")).to_contain_text("Het is weer zoals het was.")
    config = served.desk.model.config(SPOOR)
    assert config is not None
    assert (config.grace_seconds, len(config.rule_changes)) == (0, 2)


def test_a_case_rule_is_added_without_a_mouse_and_what_was_typed_is_not_lost(enter: Enter, served: Served) -> None:
    page = enter("lena", width=360, height=740, path=f"{AGREEMENTS}/cases")
    page.get_by_label("Naam").focus()
    page.keyboard.type("Winacties")
    page.get_by_label("wordt geen zaak").focus()
    page.keyboard.press("Space")
    page.get_by_label("Met een van deze woorden").focus()
    page.keyboard.type("winactie*")
    page.keyboard.press("Enter")
    page.keyboard.type("fo*ut")
    page.goto("/rota")
    page.goto(f"{AGREEMENTS}/cases")
    expect(page.locator(".restored")).to_contain_text("staat er weer")
    words = page.get_by_label("Met een van deze woorden")
    expect(words).to_have_value("winactie*\nfo*ut")
    look(page)
    expect(page.locator("#wrong-words")).to_contain_text("fo*ut")
    expect(words).to_have_attribute("aria-invalid", "true")
    words.fill("winactie*")
    page.get_by_role("button", name="Bekijk wat er verandert").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#change")).to_contain_text("Wat dringend is (hoog of kritiek) wordt nog steeds een zaak")
    page.get_by_role("button", name="Laat dit gelden").focus()
    page.keyboard.press("Enter")
    expect(page.locator("section", has=page.locator("#cases-title"))).to_contain_text("Winacties")
    page.goto(f"{AGREEMENTS}/cases")
    expect(page.get_by_label("Naam")).to_have_value("")
    config = served.desk.model.config(SPOOR)
    assert config is not None
    assert [(one.id, one.then, one.words) for one in config.case_rules] == [("winacties", "no_case", ("winactie*",))]


def test_what_somebody_else_changed_meanwhile_is_told_also_to_who_comes_back(enter: Enter, served: Served) -> None:
    first = enter("lena", path=f"{AGREEMENTS}/style")
    first.locator("input[name=word-000]").fill("last mile")
    first.goto("/rota")
    other = enter("ada", path=f"{AGREEMENTS}/style")
    other.get_by_label("Met u.").check()
    look(other)
    make_it_hold(other)
    first.goto(f"{AGREEMENTS}/style")
    expect(first.locator("input[name=word-000]")).to_have_value("last mile")
    look(first)
    expect(first.locator(".banner.late")).to_contain_text("Iemand anders heeft dit intussen gewijzigd.")
    expect(first.locator("#change")).to_contain_text("Met je en jij.")
    first.get_by_label("Met u.").check()
    look(first)
    expect(first.locator("#change")).to_contain_text("Erbij: last mile.")
    make_it_hold(first)
    config = served.desk.model.config(SPOOR)
    assert config is not None
    assert (config.house_style.address, config.house_style.avoid) == ("u", {"last mile": ""})
