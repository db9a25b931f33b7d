"""Four eyes, undo and private links in a real browser: the jobs, live, on a narrow phone, and what axe-core finds."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from services.contracts.commands import AddNote, ApproveReply, RequestChange, ReviseReply, SubmitReply
from services.contracts.teams import ApprovalRule, Mandate
from tests.browser.conftest import Served
from tests.browser.desk_backend import SPOOR
from tests.support.axe import in_both_themes
from tests.support.fit import PHONE

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]
FIRST, SECOND = "Wij kijken er vandaag naar.", "Wij kijken er om vijf uur naar."


def agree(served: Served, **changes: Any) -> None:
    """Youssef needs a second pair of eyes, Marit is one."""
    config = served.desk.model.config(SPOOR)
    assert config is not None
    mandates = {"youssef": Mandate(send_alone=False), "marit": Mandate(approve=True)}
    people = [one.model_copy(update={"mandate": mandates.get(one.id, Mandate())}) for one in config.people]
    rules = (ApprovalRule(id="reach", name="Groot bereik", reach=1),)
    served.desk.backend.configure(
        config.model_copy(update={"people": tuple(people), "approval_rules": rules} | changes)
    )


def waiting(served: Served, changed: bool = False) -> tuple[str, str]:
    """A reply of Youssef's that waits; `changed`: Marit asked for another text, and it is there."""
    desk = served.desk.backend
    case = desk.mention("Waar blijft mijn trein naar Delft? Ik sta hier al een uur.", datetime.now(UTC))
    desk.do(SubmitReply, SPOOR, "youssef", case=case, text=FIRST)
    found = served.desk.model.case(case)
    assert found is not None
    reply = found.pending[0].reply
    if changed:
        desk.do(RequestChange, SPOOR, "marit", case=case, reply=reply, reply_version=1, comment="Hoe laat?")
        desk.do(ReviseReply, SPOOR, "youssef", case=case, reply=reply, text=SECOND)
    return case, reply


def test_ask_for_a_change_see_the_difference_and_approve(enter: Enter, served: Served) -> None:
    agree(served)
    case, reply = waiting(served)
    approver = enter("marit", path="/inbox?view=approval")
    approver.locator(f"#item-{case}").click()
    expect(approver.locator(".held .difference")).to_have_text(FIRST)
    approver.locator(".held summary", has_text="Vraag wijziging").click()
    comment = approver.locator(".held textarea[name=comment]")
    comment.fill("Hoe laat dan?")
    served.desk.backend.do(AddNote, SPOOR, "tom", case=case, text="ik kijk mee")
    expect(approver.locator("#talk .note .text")).to_have_text("ik kijk mee")
    expect(comment).to_have_value("Hoe laat dan?")
    approver.locator(".held button", has_text="Vraag wijziging").click()
    expect(approver.locator("#toast")).to_contain_text("Wijziging gevraagd.")

    author = enter("youssef", path=f"/cases/{case}")
    expect(author.locator(".held")).to_contain_text("Hoe laat dan?")
    author.locator(".held textarea[name=text]").fill(SECOND)
    author.locator(".held button", has_text="Dien opnieuw in").click()
    expect(author.locator("#toast")).to_contain_text("wacht op goedkeuring")

    expect(approver.locator(".held ins")).to_have_text("om vijf uur")
    expect(approver.locator(".held del")).to_have_text("vandaag")
    approver.locator(f"#approve-{reply}").click()
    expect(approver.locator(".state.approved")).to_be_visible()
    expect(approver.locator(".held")).to_have_count(0)
    expect(author.locator(".state.approved")).to_be_visible()


def test_the_button_says_that_a_reply_will_wait_from_the_moment_that_it_would(enter: Enter, served: Served) -> None:
    agree(served, approval_rules=(ApprovalRule(id="crisis", name="Crisis", urgency="high"),))
    case = served.desk.backend.mention("Waar blijft mijn trein?", datetime.now(UTC), conversation="c")
    page = enter("marit", path=f"/cases/{case}")
    button, text = page.locator("#send-reply"), page.locator("#text-reply")
    expect(button).to_contain_text("Verstuur")
    text.fill("Wij kijken")
    served.desk.backend.mention("Er is brand!", datetime.now(UTC), conversation="c", urgency="critical")
    expect(button).to_contain_text("Ter goedkeuring")
    expect(page.locator("#waits-reply")).to_contain_text("Regel ‘Crisis’: urgentie kritiek")
    page.keyboard.type(" het na")
    expect(text).to_have_value("Wij kijken het na")
    assert in_both_themes(page) == []
    button.click()
    expect(page.locator("#changed-reply")).to_contain_text("Er is iets veranderd sinds je keek")
    button.click()
    expect(page.locator(".held.waiting_approval")).to_be_visible()


def test_the_author_changes_the_reply_while_the_approver_types_what_they_think_of_it(
    enter: Enter, served: Served
) -> None:
    agree(served)
    case, reply = waiting(served)
    page = enter("marit", path=f"/cases/{case}")
    page.locator(".held summary", has_text="Vraag wijziging").click()
    comment = page.locator(".held textarea[name=comment]")
    comment.fill("Hoe dan?")
    comment.evaluate("box => box.setSelectionRange(3, 3)")
    served.desk.backend.do(ReviseReply, SPOOR, "youssef", case=case, reply=reply, text=SECOND)
    expect(page.locator(".held")).to_contain_text("versie 2")
    expect(page.locator(".held .since")).to_have_text("Hier is intussen iets veranderd. Je tekst staat er nog.")
    page.keyboard.type(" laat")
    expect(comment).to_have_value("Hoe laat dan?")
    page.locator(".held button", has_text="Vraag wijziging").click()
    expect(page.locator("#toast")).to_contain_text("Wijziging gevraagd.")
    page.reload()
    expect(page.locator(".held")).to_contain_text("Hoe laat dan?")
    expect(page.locator("#left-over section")).to_have_count(0)


def test_another_approver_is_first_and_the_text_is_there_to_copy(enter: Enter, served: Served) -> None:
    agree(served)
    case, reply = waiting(served)
    page = enter("marit", path=f"/cases/{case}")
    page.locator(".held summary", has_text="Neem over").click()
    text = page.locator(".held details[open] textarea[name=text]")
    text.fill("Om vijf uur weten wij meer")
    served.desk.backend.do(ApproveReply, SPOOR, "lead:lena", case=case, reply=reply, reply_version=1)
    left = page.locator("#left-over section")
    expect(left).to_contain_text("‘Neem over’ kan hier niet meer: een collega was je voor.")
    page.keyboard.type(".")
    expect(left.locator("textarea")).to_have_value("Om vijf uur weten wij meer.")
    expect(page.locator(".msg.us .state.approved")).to_be_visible()
    page.reload()
    expect(left.locator("textarea")).to_have_value("Om vijf uur weten wij meer.")
    assert in_both_themes(page) == []
    left.locator("button", has_text="Gooi weg").click()
    expect(left).to_have_count(0)
    page.locator("#toast button", has_text="Zet terug").click()
    expect(left.locator("textarea")).to_have_value("Om vijf uur weten wij meer.")


def test_undo_brings_the_text_back_beside_what_was_typed_since(enter: Enter, served: Served) -> None:
    agree(served, grace_seconds=120, approval_rules=())
    case = served.desk.backend.mention("Waar blijft mijn trein?", datetime.now(UTC))
    page = enter("marit", path=f"/cases/{case}")
    page.locator("#text-reply").fill("Oeps, te vroeg")
    page.locator("#send-reply").click()
    expect(page.locator(".held.leaving")).to_be_visible()
    expect(page.locator("[data-leaves]")).to_have_text(re.compile("^11[0-8]$"))
    expect(page.locator("#text-reply")).to_have_value("")
    page.locator("#text-reply").fill("Al iets nieuws")
    page.locator(".held button", has_text="Maak ongedaan").click()
    expect(page.locator("#apart-reply .other .text")).to_have_text("Oeps, te vroeg")
    expect(page.locator("#text-reply")).to_have_value("Al iets nieuws")
    expect(page.locator(".msg.withdrawn")).to_be_visible()
    expect(page.locator(".held")).to_have_count(0)


def test_a_question_goes_out_by_link_and_its_answer_comes_in_live(
    enter: Enter, served: Served, browser: Browser
) -> None:
    case = served.desk.backend.mention("Waar blijft mijn trein?", datetime.now(UTC))
    page = enter("youssef", path=f"/cases/{case}")
    page.locator(".ask summary").click()
    page.locator(".ask input[name=name]").fill("Piet van Materieel")
    page.locator(".ask textarea[name=text]").fill("Rijdt de 8.12 nog?")
    page.locator(".ask button").click()
    expect(page.locator("#toast")).to_contain_text("Vraag gesteld.")
    link = page.locator(".questions input[readonly]").input_value()
    guest = browser.new_context(viewport={"width": PHONE, "height": 740}, locale="en-GB").new_page()
    guest.goto(link)
    expect(guest.locator("h1")).to_contain_text("A question from")
    guest.locator("#text").fill("Ja, om 8.20.")
    guest.locator("button").click()
    expect(guest.locator("h1")).to_have_text("Thank you")
    expect(page.locator("#talk .note").last).to_contain_text("Piet van Materieel (via link)")
    expect(page.locator("#talk .note .text").last).to_have_text("Ja, om 8.20.")
