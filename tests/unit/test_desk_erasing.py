"""What people and programs see of an author who was erased, and who may erase one."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.contracts.commands import AddNote, EraseAuthor, SubmitReply
from services.contracts.events import CaseErased, CaseEvent
from services.contracts.mentions import Author
from services.contracts.topics import DESK_CASES, case_key
from services.desk.casework.marks import Marks
from services.desk.commands import read_command
from services.desk.drafts import Drafts, Place
from services.desk.live import parse_vector
from services.desk.main import forget_of
from services.runtime.clock import system_clock
from services.runtime.follow import Followed
from services.runtime.web.identity import Identity, Role
from services.runtime.web.problems import Problem
from tests.browser.desk_backend import SPOOR, TestDesk, team_config
from tests.support.desk import enter
from tests.unit.conftest import OpenDesk

TRUUS = Author(id="t-17", name="Truus Jansen", handle="@truus", url="https://social.example/@truus", followers=3)
WORDS = ("Truus", "@truus", "t-17", "koffer", "vergoeding")
ASKED = {"type": "EraseAuthor", "team": SPOOR, "source": "mastodon", "author": "t-17"}


@pytest.fixture
def desk(open_desk: OpenDesk) -> TestDesk:
    made = open_desk(desk_answer_seconds=0.3)
    made.backend.configure(team_config())
    return made


def case_of(desk: TestDesk, text: str = "Mijn koffer is weg", **more: Any) -> str:
    return desk.backend.mention(text, system_clock(), author=TRUUS, title="Koffer van Truus Jansen", **more)


def erase(desk: TestDesk) -> None:
    desk.backend.do(EraseAuthor, SPOOR, "system:webcare", source="mastodon", author="t-17")


@pytest.mark.parametrize(("role", "session"), [("agent", True), ("lead", True), ("lead", False)])
def test_nobody_but_an_admin_erases(role: Role, session: bool) -> None:
    with pytest.raises(Problem) as refused:
        read_command(ASKED, Identity("bram", "Bram", {SPOOR: role}, session=session), None, datetime.now(UTC))
    assert refused.value.status == 403


def test_an_admin_erases_and_is_told_of_each_case(desk: TestDesk) -> None:
    case_of(desk)
    answer = enter(desk, "ada").post("/api/v1/commands", json=ASKED)
    assert answer.status_code == 200, answer.text
    assert [one["type"] for one in answer.json()["events"]][:2] == ["AuthorErased", "CaseErased"]
    assert [one["actor"] for one in answer.json()["events"]][:2] == ["lead:ada", "lead:ada"]


def test_no_page_and_no_program_shows_who_it_was_or_what_was_said(desk: TestDesk) -> None:
    case, other = case_of(desk), case_of(desk, "Ik wil een vergoeding")
    desk.backend.do(AddNote, SPOOR, "marit", case=case, text="@youssef Truus belde over de koffer")
    desk.backend.do(SubmitReply, SPOOR, "youssef", case=case, text="Dag Truus, we zoeken je koffer.")
    client = enter(desk)
    pages = [f"/cases/{case}", f"/cases/{other}", f"/inbox?team={SPOOR}&view=closed", "/inbox", "/mentioned"]
    programs = [f"/api/v1/cases/{case}", f"/api/v1/cases?team={SPOOR}&view=closed"]
    before = "".join(client.get(one).text for one in pages + programs)
    assert [word for word in WORDS if word not in before] == []
    erase(desk)
    shown = {one: client.get(one, headers={"Accept-Language": "nl"}).text for one in pages + programs}
    assert [(word, one) for word in WORDS for one, text in shown.items() if word in text] == []
    assert "Gewiste schrijver" in shown[f"/cases/{case}"]
    assert "Deze tekst is met de schrijver gewist." in shown[f"/cases/{case}"]
    assert "Erased author" in client.get(f"/cases/{case}", headers={"Accept-Language": "en"}).text


def test_those_who_were_erased_are_not_one_author(desk: TestDesk) -> None:
    one, _ = case_of(desk), case_of(desk, "Ik wil een vergoeding")
    before = desk.model.case(one)
    assert before is not None
    assert desk.model.earlier(before) == 1
    erase(desk)
    after = desk.model.case(one)
    assert after is not None
    assert desk.model.earlier(after) == 0
    assert desk.model.of_author(after) == ()
    assert "act-reopen" not in enter(desk).get(f"/cases/{one}").text, "there is nobody to answer"


def test_who_resumes_a_live_stream_gets_nothing_of_it(desk: TestDesk) -> None:
    case_of(desk)
    archived = desk.model.case(case_of(desk, "Ik wil een vergoeding"))
    assert archived is not None
    begin = parse_vector("0:1")

    async def missed() -> list[Any]:
        client, _ = desk.model.hub.subscribe(frozenset({SPOOR}), begin)
        return [one.message for one in await client.take(0.01)]

    del desk.backend.states[SPOOR].cases[archived.id]
    assert any(isinstance(one, CaseEvent) for one in asyncio.run(missed()))
    erase(desk)
    kinds = [type(one) for one in asyncio.run(missed()) if isinstance(one, CaseEvent)]
    assert kinds == [CaseErased]


def test_drafts_and_marks_from_before_go_and_later_ones_stay(desk: TestDesk) -> None:
    case, now = case_of(desk), datetime.now(UTC)
    drafts, marks = Drafts(desk.accounts, timedelta(days=400)), Marks(desk.accounts)
    drafts.save(Place("youssef", SPOOR, case, "reply"), "Dag Truus", (), now - timedelta(minutes=1))
    marks.see("youssef", case, now - timedelta(minutes=1))
    erase(desk)
    record = Followed(DESK_CASES, 0, 1, now, case_key(SPOOR, case), desk.model.case(case), {})
    for keeps in (drafts, marks):
        forget_of(record, keeps)
    assert drafts.of("youssef", case) == ()
    assert marks.unread("youssef", {case: now - timedelta(minutes=2)}), "nothing is remembered of what they saw"
    drafts.save(Place("youssef", SPOOR, case, "note"), "Later", (), now + timedelta(minutes=1))
    forget_of(record, drafts)
    assert [one.text for one in drafts.of("youssef", case)] == ["Later"]
