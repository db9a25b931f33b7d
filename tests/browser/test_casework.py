"""The case's page in Chromium: who else types, a hand-over that survives what others do, two who answer at once, merging."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from services.contracts.commands import AddNote, ClaimCase
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
