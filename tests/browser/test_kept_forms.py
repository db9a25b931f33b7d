"""What is typed in a case's forms outlives its tab, in Chromium: another browser of the same person has it, no one else."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Locator, Page, expect

from services.contracts.commands import ApproveReply, SubmitReply
from services.contracts.teams import Mandate
from tests.browser.conftest import Served
from tests.browser.desk_backend import SPOOR
from tests.support.axe import in_both_themes
from tests.support.stack import until

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]
LATER = "Om vijf uur weten wij meer."


def waiting(served: Served) -> tuple[str, str]:
    """A reply of Youssef's on which Marit may decide."""
    desk = served.desk.backend
    config = served.desk.model.config(SPOOR)
    assert config is not None
    mandates = {"youssef": Mandate(send_alone=False), "marit": Mandate(approve=True)}
    people = tuple(one.model_copy(update={"mandate": mandates.get(one.id, Mandate())}) for one in config.people)
    desk.configure(config.model_copy(update={"people": people}))
    case = desk.mention("Waar blijft mijn trein naar Delft?", datetime.now(UTC))
    desk.do(SubmitReply, SPOOR, "youssef", case=case, text="Wij kijken er vandaag naar.")
    found = served.desk.model.case(case)
    assert found is not None
    return case, found.pending[0].reply


def fill(page: Page, field: Locator, text: str) -> None:
    """Type it, and wait until the server has it."""
    with page.expect_response("**/typed") as answer:
        field.fill(text)
    assert answer.value.json()["state"] == "saved"


def close(page: Page) -> None:
    page.context.close()


def test_an_approvers_texts_are_there_in_another_browser_until_it_is_done(enter: Enter, served: Served) -> None:
    case, _ = waiting(served)
    first = enter("marit", path=f"/cases/{case}")
    first.locator(".held summary", has_text="Neem over").click()
    fill(first, first.locator("form[action$=take-over] textarea"), LATER)
    first.locator(".held summary", has_text="Vraag wijziging").click()
    fill(first, first.locator("textarea[name=comment]"), "Hoe laat dan?")
    close(first)

    second = enter("marit", path=f"/cases/{case}")
    expect(second.locator("form[action$=take-over] textarea")).to_have_value(LATER)
    expect(second.locator("textarea[name=comment]")).to_have_value("Hoe laat dan?")
    second.locator("form[action$=take-over] button").click()
    expect(second.locator("form[action$=take-over]")).to_have_count(0)
    expect(second.locator("#left-over textarea")).to_have_value("Hoe laat dan?")
    close(second)
    third = enter("marit", path=f"/cases/{case}")
    expect(third.locator("#left-over textarea")).to_have_value("Hoe laat dan?")
    expect(third.locator("#left-over section")).to_have_count(1)


def test_a_hand_over_note_and_a_question_are_of_one_person_in_any_browser(enter: Enter, served: Served) -> None:
    path = f"/cases/{served.tunnel}"
    first = enter("youssef", path=path)
    first.locator("summary", has_text="Overdragen").click()
    first.locator(".tool[open] select").select_option("tom")
    fill(first, first.locator(".tool[open] textarea"), "Hij kent deze klant")
    first.locator("summary", has_text="Overdragen").click()
    first.locator(".ask summary").click()
    fill(first, first.locator(".ask textarea[name=text]"), "Rijdt de 8.12 nog?")
    close(first)

    second = enter("youssef", path=path)
    expect(second.locator("form[action$=hand-over] textarea")).to_have_value("Hij kent deze klant")
    expect(second.locator("form[action$=hand-over] select")).to_have_value("tom")
    expect(second.locator(".ask textarea[name=text]")).to_have_value("Rijdt de 8.12 nog?")
    other = enter("lena", path=path)
    expect(other.locator("form[action$=hand-over] textarea")).to_have_value("")
    expect(other.locator(".ask textarea[name=text]")).to_have_value("")
    assert "Hij kent" not in other.content()
    second.locator("form[action$=hand-over] .primary").click()
    expect(second.locator(".note .text").last).to_have_text("Hij kent deze klant")
    close(second)
    third = enter("youssef", path=path)
    expect(third.locator(".ask textarea[name=text]")).to_have_value("Rijdt de 8.12 nog?")
    expect(third.locator("#left-over section")).to_have_count(0)


def test_a_text_of_which_the_step_is_gone_is_shown_to_be_copied_elsewhere_too(enter: Enter, served: Served) -> None:
    case, reply = waiting(served)
    first = enter("marit", path=f"/cases/{case}")
    first.locator(".held summary", has_text="Neem over").click()
    fill(first, first.locator("form[action$=take-over] textarea"), LATER)
    close(first)
    served.desk.backend.do(ApproveReply, SPOOR, "lead:lena", case=case, reply=reply, reply_version=1)

    second = enter("marit", path=f"/cases/{case}")
    left = second.locator("#left-over section")
    expect(left).to_contain_text("‘Neem over’ kan hier niet meer")
    expect(left.locator("textarea")).to_have_value(LATER)
    fill(second, left.locator("textarea"), f"{LATER} Echt.")
    with second.expect_response("**/typed"):
        left.locator("button", has_text="Gooi weg").click()
    expect(left).to_have_count(0)
    third = enter("marit", path=f"/cases/{case}")
    expect(third.locator("#compose")).to_be_visible()
    expect(third.locator("#left-over section")).to_have_count(0)


def test_two_browsers_at_once_lose_neither_text(enter: Enter, served: Served) -> None:
    path = f"/cases/{served.tunnel}"
    one, two = enter("youssef", path=path), enter("youssef", path=path)
    for page in (one, two):
        page.locator("summary", has_text="Overdragen").click()
    fill(one, one.locator(".tool[open] textarea"), "Begin van hier")
    two.locator(".tool[open] textarea").fill("Begin van daar")
    left = two.locator("#left-over section")
    expect(left).to_contain_text("Bij ‘Overdragen’ schreef je op een andere plek iets anders.")
    expect(left.locator("textarea")).to_have_value("Begin van hier")
    expect(two.locator(".tool[open] textarea")).to_have_value("Begin van daar")
    assert in_both_themes(two) == []


def test_what_was_typed_just_before_the_page_is_left_is_kept(enter: Enter, served: Served) -> None:
    path = f"/cases/{served.tunnel}"
    first = enter("youssef", path=path)
    first.locator(".ask summary").click()
    first.locator(".ask textarea[name=text]").fill("Rijdt de 8.12 nog?")
    first.goto("about:blank")
    kept = served.desk.app.state.desk.form_drafts
    until(lambda: kept.of("youssef", served.tunnel), "what was typed is on the server", 10)
    second = enter("youssef", path=path)
    expect(second.locator(".ask textarea[name=text]")).to_have_value("Rijdt de 8.12 nog?")
