"""What came beside somebody when a promise was broken: whose work it is as well, where they see it, and until when."""

import re
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from services.contracts.approvals import PendingReply
from services.contracts.cases import Case, Deadline, HistoryLine
from services.contracts.commands import ClaimCase, CloseCase, SubmitReply
from services.desk.domain.beside import LEADS, Beside, beside, brought_in
from services.desk.domain.inbox import Inbox
from services.desk.place import Place, Reader
from services.desk.watch import ListWatch
from services.runtime.clock import system_clock
from tests.browser.beside_scene import play_beside, time_passes
from tests.browser.desk_backend import SPOOR, TestDesk
from tests.support.desk import enter, robot
from tests.support.route import uuid
from tests.unit.test_desk_domain import NOW, a_case
from tests.unit.test_desk_watch import told

HTMX = {"HX-Request": "true"}


def a_promise(kind: str = "first_response", broken: int = -10, **more: Any) -> Deadline:
    """Broken so many minutes ago, or not at all."""
    at = NOW + timedelta(minutes=broken)
    facts: dict[str, Any] = {"kind": kind, "level": "usual", "target_minutes": 60, "due_at": at, "warn_at": at}
    return Deadline(**({"started_at": NOW, "breached_at": at, "escalated": ("next_layer",)} | facts | more))


def line(kind: str, minutes: int, detail: str = "") -> HistoryLine:
    return HistoryLine(at=NOW + timedelta(minutes=minutes), type=kind, actor="system:route", detail=detail)


def late(**more: Any) -> Case:
    """Youssef's case, broken ten minutes ago, for which Marit was brought in two minutes later."""
    fields: dict[str, Any] = {
        "owner": "youssef",
        "escalated_to": ("marit",),
        "promises": (a_promise(),),
        "history": (line("CaseEscalated", -8, "marit"),),
    }
    return a_case("a", **(fields | more))


def test_whoever_was_brought_in_sees_since_when_and_what_is_late() -> None:
    assert beside(late(), "marit") == Beside(NOW - timedelta(minutes=8), "first_response")
    assert beside(late(), "youssef") is None, "it is theirs, not beside them"
    assert beside(late(), "tom") is None
    assert beside(late(owner="marit"), "marit") is None, "it was given to them"


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({"promises": (a_promise("resolution"), a_promise(broken=-30))}, "first_response"),
        ({"promises": (a_promise("resolution"), a_promise(broken=-30, met_at=NOW))}, "resolution"),
        ({"promises": (a_promise("next_response"),)}, "next_response"),
        ({"promises": ()}, "promise"),
    ],
)
def test_the_promise_that_was_broken_first_and_is_not_kept_is_why(more: dict[str, Any], wanted: str) -> None:
    found = beside(late(**more), "marit")
    assert found is not None
    assert found.because == wanted


def test_the_leads_are_told_until_the_promise_is_kept_or_the_case_is_closed() -> None:
    told_leads = a_promise(escalated=("next_layer", "lead"))
    lines = (line("CaseEscalated", -8, "marit"), line("CaseEscalated", -1, "lead"))
    case = late(escalated_to=("marit", "rosa"), promises=(told_leads,), history=lines)
    assert set(brought_in(case)) == {"marit", "rosa", LEADS}
    assert beside(case, LEADS) == beside(case, "rosa") == Beside(NOW - timedelta(minutes=1), "first_response")
    assert beside(case, "marit") == Beside(NOW - timedelta(minutes=8), "first_response"), "since they were brought in"
    kept = late(promises=(told_leads.model_copy(update={"met_at": NOW}),), escalated_to=())
    closed = late(promises=(told_leads,), status="closed", closed_at=NOW)
    assert [list(brought_in(one)) for one in (kept, closed)] == [[], []]


def test_a_reply_that_waits_too_long_for_approval_is_for_leads_too() -> None:
    reply = PendingReply(
        reply=uuid("reply"), text="x", author="youssef", writers=("youssef",), state="waiting_approval",
        submitted_at=NOW - timedelta(hours=1), due_at=NOW, breached_at=NOW,
    )  # fmt: skip
    case = late(escalated_to=("rosa",), promises=(), pending=(reply,), history=(line("ApprovalBreached", -3),))
    assert beside(case, LEADS) == beside(case, "rosa") == Beside(NOW - timedelta(minutes=3), "approval")


def test_without_its_line_of_history_it_is_since_the_promise_was_broken() -> None:
    assert beside(late(history=()), "marit") == Beside(NOW - timedelta(minutes=10), "first_response")


def test_it_is_in_ones_own_work_and_on_a_shelf_of_its_own() -> None:
    inbox = Inbox()
    inbox.put(late())
    inbox.put(a_case("b", 60, owner="marit"))
    inbox.put(a_case("c", -5, owner="tom"))
    assert {one.conversation for one in inbox.view("mine", "marit")} == {"a", "b"}
    assert [one.conversation for one in inbox.view("beside", "marit")] == ["a"]
    assert inbox.counts("marit")["beside"] == 1
    inbox.put(late(revision=2, owner="marit"))
    assert (inbox.counts("marit")["beside"], inbox.counts("marit")["mine"], inbox.counts("youssef")["mine"]) == (
        0,
        2,
        0,
    )
    inbox.remove(late().id)
    assert inbox.counts("marit")["mine"] == 1


@pytest.fixture
def case(desk: TestDesk) -> str:
    return play_beside(desk.backend)


def row(client: TestClient, case: str, view: str = "mine") -> str:
    """The case's row in a list; empty when it is not there."""
    text = client.get(f"/inbox/list?team={SPOOR}&view={view}").text
    found = re.search(rf'<div class="row" data-case="{case}".*?</a></div>', text, re.DOTALL)
    return found[0] if found else ""


def count(client: TestClient, what: str) -> str:
    found = re.search(rf'id="count-{what}"[^>]*>([^<]*)<', client.get(f"/inbox?team={SPOOR}").text)
    assert found is not None
    return found[1]


def test_what_broke_comes_to_a_colleague_and_stays_the_owners(desk: TestDesk, case: str) -> None:
    youssef, marit = enter(desk), enter(desk, "marit")
    assert (row(marit, case), count(marit, "beside"), count(marit, "mine")) == ("", "", "0")
    time_passes(desk.backend)
    seen = row(marit, case)
    assert "Erbij geroepen (" in seen
    assert "het eerste antwoord is te laat" in seen
    assert "Youssef" in seen, "whose it is"
    assert row(marit, case, "beside")
    assert (count(marit, "beside"), count(marit, "mine")) == ("1", "1")
    assert "Erbij geroepen" not in row(youssef, case), "the same row for its owner, rendered after hers"
    assert (count(youssef, "beside"), count(youssef, "mine")) == ("", "1")
    assert "Erbij geroepen" not in row(enter(desk, "vera"), case, "team")


def test_the_page_says_why_and_lets_one_claim_it(desk: TestDesk, case: str) -> None:
    marit = enter(desk, "marit")
    time_passes(desk.backend)
    page = marit.get("/inbox").text
    assert f'<section class="case" data-case="{case}"' in page, "it is what is opened first"
    assert "Waarom jij erbij bent geroepen" in page
    assert "want het eerste antwoord is te laat." in page
    assert "De zaak blijft van Youssef tot jij die pakt." in page.replace("\u2068", "").replace("\u2069", "")
    assert 'id="beside-claim"' in page
    assert "Waarom jij erbij" not in enter(desk).get(f"/cases/{case}").text
    assert 'id="beside-claim"' not in enter(desk, "vera").get(f"/cases/{case}").text
    marit.post(f"/cases/{case}/claim", headers=HTMX)
    assert "Erbij geroepen" not in row(marit, case)
    assert (count(marit, "beside"), count(marit, "mine")) == ("", "1")


@pytest.mark.parametrize(("kind", "more"), [(CloseCase, {}), (SubmitReply, {"text": "Hier is het."})])
def test_an_answer_or_the_close_ends_it(desk: TestDesk, case: str, kind: Any, more: dict[str, Any]) -> None:
    time_passes(desk.backend)
    desk.backend.do(kind, SPOOR, "youssef", case=case, **more)
    assert count(enter(desk, "marit"), "beside") == ""
    assert row(enter(desk, "marit"), case) == ""


def test_what_came_beside_somebody_is_no_load_and_not_released_when_they_are_sick(desk: TestDesk, case: str) -> None:
    time_passes(desk.backend)
    assert desk.model.owned(SPOOR, "marit") == ()
    assert [one.id for one in desk.model.owned(SPOOR, "youssef")] == [case]


def test_leads_who_are_not_in_the_rota_see_what_the_leads_were_told(desk: TestDesk, case: str) -> None:
    lena = enter(desk, "lena")
    time_passes(desk.backend)
    assert count(lena, "beside") == "", "a colleague was brought in; the leads come later"
    time_passes(desk.backend, 31)
    assert (count(lena, "beside"), count(lena, "mine")) == ("1", "1")
    assert "Erbij geroepen" in row(lena, case)
    page = lena.get(f"/inbox?team={SPOOR}").text
    assert "kunt zelf geen zaak hebben" in page, "who is not in the roster cannot claim"
    assert 'id="beside-claim"' not in page
    assert lena.get(f"/inbox?case={case}").headers["location"].endswith("view=mine")
    assert count(enter(desk, "vera"), "beside") == "", "who only looks is no lead"
    seen = robot(desk, "lead").get("/api/v1/cases", params={"team": SPOOR, "view": "beside"}).json()
    assert ([one["id"] for one in seen["cases"]], seen["counts"]["beside"]) == ([case], 1)
    desk.backend.do(ClaimCase, SPOOR, "marit", case=case)
    assert count(lena, "beside") == "1", "it is still late"


def test_a_live_page_is_told_of_its_list_and_its_count(desk: TestDesk, case: str) -> None:
    parts = desk.app.state.desk
    marit = ListWatch(parts, Reader("marit", "marit"), Place(SPOOR), "", system_clock)
    lead = ListWatch(parts, Reader("lena", LEADS), Place(SPOOR), "", system_clock)
    for watch in (marit, lead):
        watch.list_changed()
        watch.new_counts()
    since = desk.backend.offset
    time_passes(desk.backend)
    seen = told(desk, marit, since)
    assert "event: list\n" in seen
    assert 'id="count-beside" hx-swap-oob="true">1<' in seen
    assert "event: list\n" not in told(desk, lead, since)
    since = desk.backend.offset
    time_passes(desk.backend, 31)
    seen = told(desk, lead, since)
    assert "event: list\n" in seen
    assert 'id="count-mine" hx-swap-oob="true">1<' in seen


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_view_shows_itself_in_both_languages(desk: TestDesk, case: str, language: str) -> None:
    client = enter(desk, "marit")
    client.cookies.set("lang", language)
    words = {"nl": ("Erbij", "Nergens bij geroepen"), "en": ("Called in", "Called in nowhere")}[language]
    page = client.get("/inbox?view=beside").text
    assert f'<h1 id="list-title">{words[0]}</h1>' in page
    assert words[1] in page
    time_passes(desk.backend)
    assert words[1] not in client.get("/inbox?view=beside").text
