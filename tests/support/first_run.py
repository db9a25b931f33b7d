"""The first-run guide as somebody clicks through it, for the tests on a desk in memory and on the whole of webcare."""

from collections.abc import Iterable

from playwright.sync_api import Page, expect

COLLEAGUES = ("Fleur de Wit", "Mo Bakker")


def click_through(page: Page, name: str, colleagues: Iterable[str] = COLLEAGUES) -> list[str]:
    """From the login of an admin of an empty team to the test message on its way; gives the first passwords."""
    expect(page.locator("h1")).to_have_text("Waarvoor doen we dit?")
    page.get_by_label("Service en webcare").check()
    page.get_by_label("De dienst verbeteren").check()
    page.get_by_label("Waaraan zien we").fill("Elke vraag binnen een werkdag beantwoord")
    page.get_by_role("button", name="Opslaan en verder").click()
    page.get_by_label("Naam van het team").fill(name)
    page.get_by_role("button", name="Opslaan en verder").click()
    page.get_by_role("button", name="Ik doe mee").click()
    expect(page.locator(".lines li")).to_have_count(1)
    passwords = []
    for number, colleague in enumerate(colleagues, start=2):
        page.get_by_label("Naam", exact=True).fill(colleague)
        page.get_by_role("button", name="Voeg toe").click()
        expect(page.locator(".lines li")).to_have_count(number)
        passwords.append(page.locator("#first-password").inner_text())
    page.get_by_role("link", name="Verder").click()
    page.get_by_role("button", name="Opslaan en verder").click()
    expect(page.locator("h1")).to_have_text("Een handboek om mee te beginnen")
    page.get_by_role("button", name="Begin met het starthandboek").click()
    expect(page.locator("h1")).to_have_text("De eerste bron")
    page.get_by_role("button", name="Maak een sleutel").click()
    expect(page.get_by_label("Sleutel")).not_to_be_empty()
    page.get_by_role("link", name="Overslaan").click()
    send, on_duty = (
        page.get_by_role("button", name=name) for name in ("Stuur een proefbericht", "Zet mij een uur in dienst")
    )
    expect(send).to_be_visible()
    if on_duty.count():  # outside opening hours
        on_duty.click()
        expect(on_duty).to_have_count(0)
    send.click()
    return passwords
