"""The case's page in Chromium: who else types, a hand-over that survives what others do, two who answer at once, merging."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from services.contracts.commands import AddNote, AskColleague, ClaimCase, HandOver
from tests.browser.conftest import Served
from tests.browser.desk_backend import SPOOR
from tests.support.axe import in_both_themes
from tests.support.fit import PHONE, too_wide

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]


def another(served: Served, text: str) -> str:
    """Another case of the author of the tunnel's."""
    case = served.desk.backend.model.case(served.tunnel)
    assert case is not None
    return served.desk.backend.mention(text, datetime.now(UTC), source=case.source, author=case.author)


def test_others_see_who_looks_and_types_and_it_goes_by_itself(enter: Enter, served: Served) -> None:
    path = f"/cases/{served.tunnel}"
    marit, youssef = enter("marit", path=path), enter("youssef", path=path)
    expect(marit.locator("#presence")).to_have_text("Youssef kijkt ook")
    youssef.locator("#text-reply").fill("Wij")
    expect(marit.locator("#presence")).to_have_text("Youssef typt…")
    expect(youssef.locator("#presence")).to_have_text("Marit kijkt ook")
    youssef.goto("about:blank")
    expect(marit.locator("#presence")).to_have_text("")


def test_a_note_for_a_colleague_survives_what_others_do_meanwhile(enter: Enter, served: Served) -> None:
    served.desk.backend.do(ClaimCase, SPOOR, "youssef", case=served.tunnel)
    page = enter("youssef", path=f"/cases/{served.tunnel}")
    page.locator("summary", has_text="Overdragen").click()
    note = page.locator(".tool[open] textarea")
    note.fill("Zij kent deze klant")
    served.desk.backend.do(AddNote, SPOOR, "marit", case=served.tunnel, text="@Youssef gelukt?")
    expect(page.locator(".note .mention.me").last).to_have_text("@Youssef")
    expect(note).to_have_value("Zij kent deze klant")
    page.locator(".tool[open] select").select_option("marit")
    page.locator(".tool[open] .primary").click()
    expect(page.locator("#toast")).to_contain_text("Overgedragen.")
    expect(page.locator(".tool[open]")).to_have_count(0)
    expect(page.locator(".note .text").last).to_have_text("Zij kent deze klant")


def test_a_note_for_a_colleague_survives_that_the_case_gets_another_owner(enter: Enter, served: Served) -> None:
    page = enter("lena", path=f"/cases/{served.tunnel}")
    page.locator("summary", has_text="Overdragen").click()
    page.locator(".tool[open] select").select_option("tom")
    note = page.locator(".tool[open] textarea")
    note.fill("Hij kent klant")
    note.evaluate("box => box.setSelectionRange(8, 8)")
    served.desk.backend.do(ClaimCase, SPOOR, "marit", case=served.tunnel)
    expect(page.locator(".tool[open] .since")).to_be_visible()
    page.keyboard.type(" deze")
    expect(note).to_have_value("Hij kent deze klant")
    expect(page.locator(".tool[open] select")).to_have_value("tom")
    page.reload()
    expect(note).to_have_value("Hij kent deze klant")
    page.locator(".tool[open] .primary").click()
    expect(page.locator(".note .text").last).to_have_text("Hij kent deze klant")
    expect(page.locator(".tool[open]")).to_have_count(0)
    page.locator("summary", has_text="Overdragen").click()
    expect(note).to_have_value("")


def test_who_may_no_longer_hand_over_has_the_note_to_copy_until_they_may_again(enter: Enter, served: Served) -> None:
    page = enter("youssef", path=f"/cases/{served.tunnel}")
    page.locator("summary", has_text="Overdragen").click()
    page.locator(".tool[open] textarea").fill("Zij kent deze klant")
    served.desk.backend.do(ClaimCase, SPOOR, "marit", case=served.tunnel)
    left = page.locator("#left-over section")
    expect(left.locator("textarea")).to_have_value("Zij kent deze klant")
    page.keyboard.type("e")
    expect(left.locator("textarea")).to_have_value("Zij kent deze klante")
    expect(page.locator("#act-close")).to_be_visible()
    served.desk.backend.do(HandOver, SPOOR, "marit", case=served.tunnel, to="youssef", note="")
    expect(left).to_have_count(0)
    expect(page.locator("textarea[name=note]")).to_have_value("Zij kent deze klante")


def test_a_colleague_asks_and_the_question_that_is_being_typed_stays(enter: Enter, served: Served) -> None:
    page = enter("youssef", path=f"/cases/{served.tunnel}")
    page.locator(".ask summary").click()
    page.locator(".ask input[name=name]").fill("Piet van Materieel")
    page.locator(".ask textarea[name=text]").fill("Rijdt de 8.12")
    asked: dict[str, Any] = {"name": "Ans", "text": "Wanneer rijdt er weer iets?", "quote": "", "hours": 24}
    served.desk.backend.do(AskColleague, SPOOR, "marit", case=served.tunnel, **asked)
    expect(page.locator(".questions li")).to_have_count(1)
    page.keyboard.type(" nog?")
    expect(page.locator(".ask textarea[name=text]")).to_have_value("Rijdt de 8.12 nog?")
    expect(page.locator(".ask input[name=name]")).to_have_value("Piet van Materieel")
    page.locator(".ask button").click()
    expect(page.locator(".questions li").first).to_contain_text("Rijdt de 8.12 nog?")
    page.locator(".ask summary").click()
    expect(page.locator(".ask textarea[name=text]")).to_have_value("")


def test_what_is_ticked_to_be_split_off_stays_ticked_when_the_customer_writes_again(
    enter: Enter, served: Served
) -> None:
    again = {"conversation": "tunnel", "urgency": "critical"}
    case = served.desk.backend.model.case(served.tunnel)
    assert case is not None
    served.desk.backend.mention("En mijn koffer staat er nog", datetime.now(UTC), author=case.author, **again)
    page = enter("youssef", path=f"/cases/{served.tunnel}")
    page.locator("summary", has_text="Afsplitsen").click()
    page.locator(".tool[open] .tick", has_text="koffer").locator("input").check()
    served.desk.backend.mention("Hallo?", datetime.now(UTC), author=case.author, **again)
    expect(page.locator(".tool[open] .tick")).to_have_count(3)
    ticked = page.locator(".tool[open] .tick:has(:checked)")
    expect(ticked).to_have_count(1)
    expect(ticked).to_contain_text("koffer")


def test_two_answer_at_once_and_the_second_decides_knowing_it(enter: Enter, served: Served) -> None:
    path = f"/cases/{served.tunnel}"
    first, second = enter("marit", path=path), enter("youssef", path=path)
    second.locator("#text-reply").fill("Mijn antwoord")
    first.locator("#text-reply").fill("Haar antwoord")
    first.locator("#send-reply").click()
    expect(second.locator(".msg.us .bubble").last).to_have_text("Haar antwoord")
    second.locator("#send-reply").click()
    expect(second.locator("#changed-reply")).to_contain_text("Er is iets veranderd sinds je keek")
    expect(second.locator("#text-reply")).to_have_value("Mijn antwoord")
    second.locator("#send-reply").click()
    expect(second.locator(".msg.us .bubble").last).to_have_text("Mijn antwoord")
    expect(second.locator("#text-reply")).to_have_value("")


def test_merged_and_taken_apart(enter: Enter, served: Served) -> None:
    other = another(served, "En mijn koffer staat er nog")
    page = enter("lena", path=f"/cases/{other}")
    page.locator("summary", has_text="Samenvoegen").click()
    page.locator(".tool[open] select").select_option(served.tunnel)
    page.locator(".tool[open] .primary").click()
    page.wait_for_url(f"**/cases/{served.tunnel}?*")
    expect(page.locator(".msg .bubble", has_text="En mijn koffer staat er nog")).to_be_visible()
    page.get_by_role("button", name="Weer splitsen").click()
    expect(page.locator(".msg .bubble", has_text="En mijn koffer staat er nog")).to_have_count(0)


@pytest.mark.parametrize("width", [PHONE, 1440])
def test_everything_open_is_accessible_and_fits(enter: Enter, served: Served, width: int, tmp_path: Path) -> None:
    another(served, "En mijn koffer staat er nog")
    served.desk.backend.do(AddNote, SPOOR, "marit", case=served.tunnel, text="@Youssef kijk jij mee?")
    page = enter("youssef", width=width, path="/mentioned")
    expect(page.locator(".mentioned li a")).to_contain_text("kijk jij mee?")
    page.goto(f"{served.url}/cases/{served.tunnel}")
    for tool in ("Overdragen", "Later", "Samenvoegen", "Label"):
        page.locator(".tool summary", has_text=tool).click()
        expect(page.locator(".tool[open]")).to_have_count(1)
        page.screenshot(path=str(tmp_path / f"{tool}-{width}.png"))
        box = page.locator(".tool[open] form").bounding_box()
        assert box is not None
        assert 0 <= box["x"] <= box["x"] + box["width"] <= width
        page.locator(".tool summary", has_text=tool).click()
    assert too_wide(page) == []
    assert in_both_themes(page, unfold=True) == []
