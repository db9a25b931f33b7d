"""The rota's pages in a real browser: the jobs that people come for, on a phone too, and what axe-core finds."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from services.contracts.commands import AnswerStandIn, AskStandIn
from services.contracts.teams import Leave
from tests.browser.conftest import Served
from tests.browser.desk_backend import SPOOR
from tests.browser.rota_scene import at, rota_config, weekday_from
from tests.support.axe import in_both_themes
from tests.support.fit import PHONE, too_wide

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]
MINE = "/rota/mine"


def leave_form(page: Page, first: str, last: str) -> None:
    page.get_by_text("Vraag verlof").click()
    form = page.locator("#leave form")
    form.get_by_label("Eerste dag").fill(first)
    form.get_by_label("Laatste dag").fill(last)
    form.get_by_label("Toelichting").fill("Kamperen")
    form.get_by_role("button", name="Vraag aan").click()


def test_leave_is_asked_the_lead_sees_what_it_does_and_approves_and_the_agent_sees_it(
    enter_rota: Enter, rota_served: Served
) -> None:
    now = rota_served.desk.backend.clock()
    day = at(now, weekday_from(now, 14), 12).date()
    agent, lead = enter_rota("youssef", path=MINE), enter_rota("lena", path="/rota/requests")
    leave_form(agent, day.isoformat(), day.isoformat())
    expect(agent.locator(".banner")).to_contain_text("Gevraagd.")
    expect(agent.locator(".tag.asked")).to_have_text("gevraagd")
    lead.reload()
    asked = lead.locator("article.decide", has_text="Kamperen")
    expect(asked.locator(".effect")).to_contain_text("Dit geeft gaten:")
    expect(asked.locator(".effect")).to_contain_text("1 van 2")
    asked.get_by_role("button", name="Keur goed").click()
    expect(lead.locator(".banner")).to_have_text("Goedgekeurd.")
    expect(lead.locator("article.decide", has_text="Kamperen")).to_have_count(0)
    agent.reload()
    expect(agent.locator(".tag.approved")).to_have_text("goedgekeurd")
    expect(agent.locator(".duty.leave")).to_have_count(1)


def test_leave_that_is_wrong_comes_back_filled_in_and_says_why(enter_rota: Enter, rota_served: Served) -> None:
    now = rota_served.desk.backend.clock()
    page = enter_rota("youssef", path=MINE)
    leave_form(page, at(now, 20, 12).date().isoformat(), at(now, 18, 12).date().isoformat())
    expect(page.locator(".banner")).to_have_text("Het einde ligt niet na het begin.")
    expect(page.locator("#leave").get_by_label("Toelichting")).to_have_value("Kamperen")


def test_sick_now_on_a_phone_then_the_lead_asks_a_stand_in_and_the_cover_is_whole_again(
    enter_rota: Enter, rota_served: Served
) -> None:
    agent = enter_rota("youssef", width=390, height=844, path=MINE)
    agent.get_by_text("Ziek melden").click()
    expect(agent.locator("#sick .then")).to_contain_text("wie kan invallen")
    agent.get_by_role("button", name="Meld me nu ziek").click()
    expect(agent.locator(".sick-now")).to_contain_text("Vergissing? Dan maakt dit het ongedaan.")

    lead = enter_rota("lena", path="/rota/stand-ins")
    expect(lead.get_by_role("region", name="Ziek")).to_contain_text("Youssef")
    missed = lead.locator("article", has=lead.locator("header", has_text="Youssef")).last
    when = missed.locator("h3").inner_text()
    expect(missed.locator(".tag.critical")).to_have_text("geeft een gat")
    asked = missed.locator(".proposals li").first.locator("b").inner_text()
    expect(missed.locator(".proposals li").first).to_contain_text("spreekt Nederlands")
    missed.get_by_role("button", name=f"Vraag {asked}").click()
    expect(lead.locator(".banner")).to_contain_text("Gevraagd.")
    again = lead.locator("article", has=lead.get_by_role("heading", name=when)).filter(has_text="Youssef")
    expect(again.locator(".tag.asked")).to_have_text("gevraagd")

    backend = rota_served.desk.backend
    request = backend.states[SPOOR].agreement.config.stand_ins[-1]  # type: ignore[union-attr]
    backend.do(AnswerStandIn, SPOOR, request.person, stand_in=request.id, accept=True)
    expect(lead.get_by_role("region", name="Geregeld")).to_contain_text(f"{asked} voor Youssef")
    expect(again).to_have_count(0)


def test_who_is_sick_sees_what_it_does_asks_a_stand_in_and_is_relieved_on_a_phone(
    enter_rota: Enter, rota_served: Served
) -> None:
    now = rota_served.desk.backend.clock()
    day = weekday_from(now, 1, (5, 6))
    sick = enter_rota("youssef", width=390, height=844, path=MINE)
    sick.get_by_text("Ziek melden").click()
    then = sick.locator("#sick-then")
    expect(then).to_contain_text("De komende week")
    expect(then.locator(".effect")).to_contain_text("Dekking")
    sick.locator("#until").fill(at(now, day, 12).date().isoformat())
    sick.locator("#until").blur()
    expect(then).to_contain_text("Tot en met")
    expect(then.locator(".effect")).to_contain_text("Dit geeft gaten:")
    assert too_wide(sick) == []
    sick.get_by_role("button", name="Meld me nu ziek").click()
    absence = sick.locator("#absence")
    missed = absence.locator("article").last
    expect(missed.locator(".tag.critical")).to_have_text("geeft een gat")
    when, asked = missed.locator("h3").inner_text(), missed.locator(".proposals b").first.inner_text()
    expect(missed.locator(".proposals li").first).to_contain_text("rust eromheen")
    assert too_wide(sick) == []
    assert in_both_themes(sick) == []
    missed.get_by_role("button", name=f"Vraag {asked}").click()
    expect(sick.locator(".banner")).to_contain_text("Gevraagd.")
    expect(absence.locator(".tag.asked")).to_have_text("gevraagd")

    backend = rota_served.desk.backend
    request = backend.states[SPOOR].agreement.config.stand_ins[-1]  # type: ignore[union-attr]
    if request.person == "marit":  # who has an account here, and so a phone
        other = enter_rota("marit", width=390, height=844, path=MINE)
        expect(other.locator("#count-rota")).to_have_text("1")
        other.get_by_role("button", name="Ja, ik val in").click()
        expect(other.locator(".banner")).to_have_text("Fijn. De dienst staat op jouw naam.")
    else:
        backend.do(AnswerStandIn, SPOOR, request.person, stand_in=request.id, accept=True)
    expect(absence.locator(".lines", has_text=asked).locator(".tag.accepted")).to_have_text("valt in")
    expect(absence.locator("article", has_text=when)).to_have_count(0)


def test_a_lead_sees_what_it_does_before_they_report_somebody_sick(enter_rota: Enter, rota_served: Served) -> None:
    page = enter_rota("lena", width=390, height=844, path="/rota/stand-ins")
    page.get_by_text("Meld iemand ziek").click()
    page.get_by_label("Wie", exact=True).select_option("youssef")
    said = page.locator("#if-sick")
    expect(said.locator(".effect")).to_contain_text("Dekking")
    expect(said).to_contain_text("De komende week")
    assert too_wide(page) == []
    assert in_both_themes(page) == []
    assert not [one for one in rota_served.desk.backend.sent if one.type == "CallInSick"]
    said.get_by_role("button", name="Meld Youssef nu ziek").click()
    expect(page.locator(".banner")).to_contain_text("Ziek gemeld.")
    expect(page.get_by_role("region", name="Ziek")).to_contain_text("Youssef")


def test_who_is_asked_to_stand_in_accepts_on_their_phone(enter_rota: Enter, rota_served: Served) -> None:
    now = rota_served.desk.backend.clock()
    day = weekday_from(now, 2, (5, 6))
    rota_served.desk.backend.do(
        AskStandIn,
        SPOOR,
        "lead:lena",
        for_person="youssef",
        person="marit",
        start=at(now, day, 8),
        end=at(now, day, 17),
    )
    page = enter_rota("marit", width=390, height=844, path=MINE)
    expect(page.locator("#count-rota")).to_have_text("1")
    expect(page.locator(".card.ask h2")).to_have_text("Wil je invallen voor Youssef?")
    page.get_by_role("button", name="Ja, ik val in").click()
    expect(page.locator(".banner")).to_have_text("Fijn. De dienst staat op jouw naam.")
    expect(page.locator(".duty", has_text="voor Youssef")).to_have_count(1)


def test_well_again_is_one_action(enter_rota: Enter) -> None:
    page = enter_rota("youssef", path=MINE)
    page.get_by_text("Ziek melden").click()
    page.get_by_role("button", name="Meld me nu ziek").click()
    page.get_by_role("button", name="Ik ben weer beter").click()
    expect(page.locator(".banner")).to_contain_text("Welkom terug")
    expect(page.locator(".duty.sick")).to_have_count(0)


def test_how_much_one_takes_is_chosen_beside_what_one_has_and_put_back_on_a_phone(
    enter_rota: Enter, rota_served: Served
) -> None:
    page = enter_rota("youssef", width=390, height=844, path=MINE)
    room = page.locator("#capacity")
    expect(room).to_contain_text("0 van 8 punten bezet")
    room.get_by_text("Ik neem meer of minder").click()
    room.get_by_label("Ik neem hoogstens").fill("3")
    tomorrow = at(rota_served.desk.backend.clock(), 1, 12)
    room.get_by_label("Tot").fill(tomorrow.strftime("%Y-%m-%dT12:00"))
    assert too_wide(page) == []
    assert in_both_themes(page) == []
    room.get_by_role("button", name="Neem dit over").click()
    expect(page.locator(".banner")).to_have_text("Bewaard. Nieuw werk wordt hiernaar verdeeld.")
    expect(room).to_contain_text("0 van 3 punten bezet")
    expect(room).to_contain_text("Afgesproken is 8.")
    assert rota_served.desk.backend.states[SPOOR].capacities["youssef"].capacity == 3
    room.get_by_role("button", name="Weer zoals afgesproken").click()
    expect(room).to_contain_text("0 van 8 punten bezet")


def test_a_part_of_a_shift_is_offered_and_given_to_somebody_by_the_lead(enter_rota: Enter, rota_served: Served) -> None:
    now = rota_served.desk.backend.clock()
    day = at(now, weekday_from(now, 2), 12).date().isoformat()
    youssef, marit = enter_rota("youssef", path=MINE), enter_rota("marit", path=MINE)
    offered = youssef.locator("details.offer", has=youssef.locator(f"input[value^='{day}T08']")).first
    offered.locator("summary").click()
    offered.get_by_label("Van", exact=True).fill(f"{day}T14:00")
    offered.get_by_label("Toelichting").fill("Tandarts")
    offered.get_by_role("button", name="Bied aan").click()
    expect(youssef.locator(".banner")).to_contain_text("Ruil aangeboden.")
    expect(youssef.locator(".tag", has_text="ruil aangeboden")).to_have_count(1)
    marit.reload()
    swap = marit.locator("li", has_text="Tandarts")
    expect(swap).to_contain_text("Je hebt dan zelf dienst")
    expect(swap.get_by_role("button", name="Neem over")).to_have_count(0)
    lead = enter_rota("lena", path="/rota/requests")
    seen = lead.locator("article.decide", has_text="Tandarts")
    expect(seen.locator(".effect")).to_contain_text("Kan overnemen:")
    seen.get_by_role("button", name="Geef aan").click()
    expect(lead.locator(".banner")).to_have_text("Overgenomen.")
    expect(lead.locator("article.decide", has_text="Tandarts").locator(".tag.taken")).to_be_visible()
    youssef.reload()
    expect(youssef.locator(".lines .tag.taken")).to_have_text("overgenomen")


def test_a_colleague_who_is_free_takes_a_swap_and_it_can_be_reverted(enter_rota: Enter, rota_served: Served) -> None:
    now = rota_served.desk.backend.clock()
    day = at(now, weekday_from(now, 2, (5, 6)), 12).date().isoformat()
    youssef, marit = enter_rota("youssef", path=MINE), enter_rota("marit", width=390, height=844, path=MINE)
    offered = youssef.locator("details.offer", has=youssef.locator(f"input[value^='{day}T08']")).first
    offered.locator("summary").click()
    offered.get_by_label("Toelichting").fill("Bruiloft")
    offered.get_by_role("button", name="Bied aan").click()
    marit.reload()
    marit.locator("li", has_text="Bruiloft").get_by_role("button", name="Neem over").click()
    expect(marit.locator(".banner")).to_have_text("Overgenomen.")
    expect(marit.locator(".duty", has_text="voor Youssef")).to_have_count(1)
    youssef.reload()
    expect(youssef.locator(".lines .tag.taken")).to_have_text("overgenomen")
    youssef.get_by_role("region", name="Te ruilen").get_by_role("button", name="Trek in").click()
    expect(youssef.locator(".banner")).to_have_text("Ruil ingetrokken.")
    marit.reload()
    expect(marit.locator(".duty", has_text="voor Youssef")).to_have_count(0)


def test_a_lead_puts_somebody_on_and_edits_a_shift(enter_rota: Enter, rota_served: Served) -> None:
    day = at(rota_served.desk.backend.clock(), 4, 12).date().isoformat()
    page = enter_rota("lena", path="/rota/shifts")
    form = page.locator("form[action^='/rota/overrides?']")
    form.get_by_label("Van").fill(f"{day}T10:00")
    form.get_by_label("Tot").fill(f"{day}T12:00")
    form.get_by_label("Omar").check()
    form.get_by_label("Reden").fill("Markt")
    form.get_by_role("button", name="Zet in").click()
    expect(page.locator("li", has_text="Omar · Markt")).to_be_visible()
    page.locator("li.shift", has_text="mornings").get_by_role("link", name="Wijzig").click()
    page.get_by_label("Tot", exact=True).fill("14:00")
    page.get_by_label("Tot", exact=True).blur()
    # Of a shift that runs now, the first is what is left of it.
    expect(page.locator("#preview li", has_text="08:00–14:00").first).to_be_visible()
    assert in_both_themes(page, unfold=True) == []
    page.get_by_role("button", name="Bewaar").click()
    expect(page.locator(".banner")).to_have_text("Bewaard.")
    expect(page.locator("li.shift", has_text="ma–vr 08:00–14:00")).to_be_visible()


def test_a_lead_adds_a_shift_on_a_phone_and_loses_nothing_that_was_typed(enter_rota: Enter) -> None:
    page = enter_rota("lena", width=PHONE, height=780, path="/rota/shifts/new")
    assert too_wide(page, unfold=True) == []
    page.get_by_label("Naam").fill("Zondag")
    page.get_by_label("Omar, Beurt 1").check()
    page.get_by_role("button", name="Bewaar").click()
    expect(page.get_by_text("Kies ten minste één dag.").first).to_be_visible()
    expect(page.get_by_label("Naam")).to_have_value("Zondag")
    expect(page.get_by_label("Omar, Beurt 1")).to_be_checked()
    page.get_by_label("zo", exact=True).check()
    expect(page.locator("#preview li", has_text="09:00–17:00").first).to_be_visible()
    expect(page.locator("#preview")).to_contain_text("Omar")
    assert too_wide(page, unfold=True) == []
    assert in_both_themes(page, unfold=True) == []
    page.get_by_role("button", name="Bewaar").click()
    expect(page.locator(".banner")).to_have_text("Toegevoegd. De dienst telt vanaf nu.")
    expect(page.locator("li.shift", has_text="zondag")).to_be_visible()


def test_a_lead_asks_for_a_plan_and_accepts_a_week_and_then_the_rest(enter_rota: Enter, rota_served: Served) -> None:
    rota_served.planner.go.clear()
    page = enter_rota("lena", width=PHONE, height=780, path="/rota/plan")
    page.get_by_label("Aantal weken").select_option("2")
    page.get_by_role("button", name="Maak een voorstel").click()
    expect(page.locator(".card.busy")).to_contain_text("tot een halve minuut")
    assert too_wide(page, unfold=True) == []
    page.get_by_role("button", name="Maak een voorstel").click()
    expect(page.locator(".banner")).to_contain_text("Er wordt al een voorstel gemaakt.")
    rota_served.planner.go.set()
    expect(page.get_by_role("heading", name="Voorstel voor")).to_be_visible()
    weeks = page.locator("section.week")
    expect(weeks).to_have_count(2)
    expect(weeks.first.locator("li.change").first).to_be_visible()
    expect(page.get_by_role("region", name="Wat niet lukt, en waarom").locator("li").first).to_be_visible()
    assert too_wide(page, unfold=True) == []
    assert in_both_themes(page, unfold=True) == []
    weeks.first.get_by_role("button", name="Neem week").click()
    expect(page.locator(".banner")).to_have_text("Overgenomen. Dit is nu het rooster.")
    expect(weeks.first.locator(".tag.accepted")).to_have_text("overgenomen")
    page.get_by_role("button", name="Neem de week over").click()
    expect(page.get_by_text("Alle weken zijn overgenomen.")).to_be_visible()
    config = rota_served.desk.backend.states[SPOOR].agreement.config  # type: ignore[union-attr]
    assert sum(shift.id.startswith("plan-") for shift in config.shifts) >= 14


def test_the_address_of_the_calendar_is_made_and_works(enter_rota: Enter) -> None:
    page = enter_rota("youssef", path=MINE)
    page.get_by_role("button", name="Maak mijn adres").click()
    address = page.locator("#address").input_value()
    answer = page.request.get(address)
    assert answer.status == 200
    assert answer.body().startswith(b"BEGIN:VCALENDAR")


def test_the_picture_goes_to_the_next_week_by_keyboard(enter_rota: Enter) -> None:
    page = enter_rota("lena", path="/rota")
    title = page.locator(".when h2").inner_text()
    page.locator(".when a[rel=next]").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".when h2")).not_to_have_text(title)
    page.get_by_role("link", name="Vandaag").click()
    expect(page.locator(".when h2")).to_have_text(title)
    assert page.locator("tr.holes rect.hole").count() > 0
    expect(page.locator(".picture tbody tr")).to_have_count(7)


def test_both_languages(enter_rota: Enter) -> None:
    page = enter_rota("youssef", path=MINE)
    page.locator(".me summary").click()
    page.get_by_role("button", name="English").click()
    expect(page.locator("h1")).to_have_text("My rota")
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_sickness_that_lapses_is_said_accessibly_and_fits_a_phone(enter_rota: Enter, rota_served: Served) -> None:
    backend = rota_served.desk.backend
    now = backend.clock()
    ill = Leave(
        id="ill", person="youssef", kind="sick", start=now - timedelta(days=27), end=now + timedelta(hours=9),
        until_well=True,
    )  # fmt: skip
    backend.configure(rota_config(now, leave=(ill,)))
    for name, path in (("youssef", MINE), ("youssef", "/rota"), ("lena", "/rota"), ("lena", "/rota/stand-ins")):
        page = enter_rota(name, width=PHONE, height=800, path=path)
        expect(page.get_by_role("button", name="Nog ziek").first).to_be_visible()
        assert in_both_themes(page) == [], path
        assert too_wide(page) == [], path
