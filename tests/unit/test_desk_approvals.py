"""The pages of who waits for approval and who approves: the queue, the difference, the buttons, undo."""

import re
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.contracts.commands import SubmitReply, Tick
from services.contracts.events import ReplyReleased
from services.contracts.teams import AgencyMandate, ApprovalRule, Mandate, Person
from services.desk.accounts.people import Account
from services.desk.domain.approvals import beforehand
from services.desk.domain.difference import difference
from services.runtime.clock import system_clock
from tests.browser.desk_backend import PASSWORD, SPOOR, TestDesk, team_config
from tests.support.desk import enter
from tests.unit.conftest import OpenDesk

PEOPLE = (
    Person(id="youssef", name="Youssef", capacity=8, mandate=Mandate(send_alone=False)),
    Person(id="marit", name="Marit", capacity=8, mandate=Mandate(approve=True)),
    Person(id="sanne", name="Sanne", languages=("nl",)),
    Person(id="tom", name="Tom", languages=("nl",), mandate=Mandate(approve=True)),
)
TEXT = "Wij kijken er vandaag naar."


@pytest.fixture
def desk(open_desk: OpenDesk) -> TestDesk:
    made = open_desk()
    configure(made)
    return made


def configure(desk: TestDesk, **changes: Any) -> None:
    now = system_clock()
    desk.backend.configure(team_config(now=now, **({"people": PEOPLE} | changes)), now)


def a_reply(desk: TestDesk, text: str = TEXT, person: str = "youssef") -> tuple[str, str]:
    """A case with a reply that is held; gives the ids of both."""
    case = desk.backend.mention("Waar blijft mijn trein?", system_clock())
    desk.backend.do(SubmitReply, SPOOR, person, case=case, text=text)
    found = desk.model.case(case)
    assert found is not None
    return case, found.pending[-1].reply


def post(client: TestClient, case: str, reply: str, what: str, **fields: Any) -> Any:
    return client.post(f"/cases/{case}/replies/{reply}/{what}", data=fields, headers={"HX-Request": "true"})


def state(desk: TestDesk, case: str) -> str:
    found = desk.model.case(case)
    assert found is not None
    return str(found.messages[-1].state)


# -- the difference ----------------------------------------------------------------------------------------------------


def test_a_difference_is_of_words() -> None:
    pieces = difference("Wij kijken morgen, denk ik.", "Wij kijken vandaag al, denk ik.")
    assert [(one.kind, one.text) for one in pieces] == [
        ("same", "Wij kijken "),
        ("removed", "morgen"),
        ("added", "vandaag al"),
        ("same", ", denk ik."),
    ]


@for_all(st.text(max_size=60), st.text(max_size=60))
def test_a_difference_loses_nothing_of_either_text(before: str, after: str) -> None:
    pieces = difference(before, after)
    assert "".join(one.text for one in pieces if one.kind != "added") == before
    assert "".join(one.text for one in pieces if one.kind != "removed") == after


# -- the queue and the decision ----------------------------------------------------------------------------------------


def test_the_author_is_told_that_it_waits_and_sees_why_and_of_whom(desk: TestDesk) -> None:
    author = enter(desk, "youssef")
    case = desk.backend.mention("Waar blijft mijn trein?", system_clock())
    sent = author.post(f"/cases/{case}/reply", data={"text": TEXT}, headers={"HX-Request": "true"})
    assert "Je antwoord wacht op goedkeuring." in sent.text
    page = author.get(f"/cases/{case}").text
    assert "Een tweede paar ogen leest mee met Youssef" in page
    assert "Gevraagd: Marit." in page
    assert "keurt een ander goed" in page
    assert "/approve" not in page
    assert state(desk, case) == "waiting_approval"


@pytest.mark.parametrize(
    ("rules", "nl", "en"),
    [
        (
            (),
            "leest mee met Youssef, uitzendkracht, verstuurt zelf tot en met urgentie hoog, dit is kritiek",
            "reads along with Youssef, agency staff, sends alone up to urgency high, this is critical",
        ),
        (
            (ApprovalRule(id="inhuur", employment="agency"),),
            "Regel ‘inhuur’: uitzendkracht",
            "Rule ‘inhuur’: agency staff",
        ),
    ],
)
def test_why_a_reply_of_agency_staff_waits_is_said(
    desk: TestDesk, rules: tuple[ApprovalRule, ...], nl: str, en: str
) -> None:
    temp = Person(id="youssef", name="Youssef", capacity=8, employment="agency")
    agency = AgencyMandate(alone_up_to="high")
    configure(desk, people=(temp, *PEOPLE[1:]), agency=agency, approval_rules=rules)
    now = system_clock()
    case = desk.backend.mention("Mijn moeder zit vast in de trein!", now, urgency="critical")
    desk.backend.do(SubmitReply, SPOOR, "youssef", case=case, text=TEXT)
    author = enter(desk, "marit")
    for language, said in (("nl", nl), ("en", en)):
        assert said in author.get(f"/cases/{case}", headers={"Accept-Language": language}).text


def test_an_account_of_agency_staff_has_no_buttons_to_decide_with_whatever_the_roster_says(desk: TestDesk) -> None:
    case, reply = a_reply(desk)
    desk.accounts.save(Account("marit", "Marit", {SPOOR: "agent"}, agency=True), PASSWORD)
    approver = enter(desk, "marit")
    page = approver.get(f"/cases/{case}").text
    assert TEXT in page
    assert f"/replies/{reply}/approve" not in page
    assert post(approver, case, reply, "approve", reply_version=1).status_code == 403


# -- said before it is sent --------------------------------------------------------------------------------------------


def button(page: str) -> str:
    (words,) = re.findall(r'<span id="send-words">([^<]*)</span>', page)
    return str(words)


def test_the_composer_says_that_a_reply_will_wait_why_and_who_will_be_asked(desk: TestDesk) -> None:
    case = desk.backend.mention("Waar blijft mijn trein?", system_clock())
    author = enter(desk, "youssef")
    page = author.get(f"/cases/{case}").text
    assert button(page) == "Ter goedkeuring"
    said = re.sub(r"<[^>]+>|\s+", " ", page.partition('id="waits-reply"')[2].partition("</div>")[0])
    for words in ("Een ander leest dit eerst:", "Een tweede paar ogen leest mee met Youssef", "Gevraagd wordt: Marit."):
        assert words in said
    assert button(author.get(f"/cases/{case}", headers={"Accept-Language": "en"}).text) == "Send for approval"
    unseen = enter(desk, "marit").get(f"/cases/{case}").text
    assert button(unseen) == "Verstuur"
    assert "Een ander leest dit eerst" not in unseen


def test_nobody_who_may_approve_is_said_before_the_reply_is_sent(desk: TestDesk) -> None:
    configure(desk, people=(PEOPLE[0], PEOPLE[2]), shifts=())
    case = desk.backend.mention("Waar blijft mijn trein?", system_clock())
    assert "niemand ingeroosterd die dit mag goedkeuren" in enter(desk, "youssef").get(f"/cases/{case}").text


def test_a_case_that_becomes_urgent_changes_what_the_button_says(desk: TestDesk) -> None:
    configure(desk, approval_rules=(ApprovalRule(id="crisis", name="Crisis", urgency="high"),))
    case = desk.backend.mention("Waar blijft mijn trein?", system_clock(), conversation="c")
    reader = enter(desk, "marit")
    assert button(reader.get(f"/cases/{case}").text) == "Verstuur"
    quiet = reader.get(f"/cases/{case}/live").text
    assert '<div hx-swap-oob="innerHTML:#send-words">Verstuur</div>' in quiet
    desk.backend.mention("Er is brand!", system_clock(), conversation="c", urgency="critical")
    live = reader.get(f"/cases/{case}/live").text
    assert '<div hx-swap-oob="innerHTML:#send-words">Ter goedkeuring</div>' in live
    assert "Regel ‘Crisis’: urgentie kritiek" in live.partition("#waits-reply")[2]


@pytest.mark.parametrize("urgency", ["low", "normal", "high", "critical"])
@pytest.mark.parametrize("author", ["youssef", "marit", "sanne", "tom", "lead:lena"])
@pytest.mark.parametrize(
    "rules",
    [
        (),
        (ApprovalRule(id="crisis", urgency="high"), ApprovalRule(id="inhuur", employment="agency")),
        (ApprovalRule(id="wie", people=("marit",), channels=("post",)), ApprovalRule(id="wat", topics=("delay",))),
    ],
    ids=["no rules", "urgency and employment", "people and topics"],
)
def test_what_is_said_beforehand_is_what_route_decides(
    desk: TestDesk, rules: tuple[ApprovalRule, ...], author: str, urgency: str
) -> None:
    temp = PEOPLE[2].model_copy(update={"employment": "agency"})
    approvers = (
        (PEOPLE[1], PEOPLE[3]) if urgency == "low" else (PEOPLE[1].model_copy(update={"mandate": Mandate()}), PEOPLE[3])
    )
    configure(
        desk, people=(PEOPLE[0], temp, *approvers), approval_rules=rules, agency=AgencyMandate(alone_up_to="normal")
    )
    case = desk.backend.mention("Waar blijft mijn trein?", system_clock(), urgency=urgency, topics=("delay",))
    found = desk.model.case(case)
    assert found is not None
    now = system_clock()
    config, cover = desk.model.config(SPOOR), desk.model.cover(SPOOR, now)
    assert config is not None
    assert cover is not None
    said = beforehand(config, cover.people, author, found, now)
    desk.backend.do(SubmitReply, SPOOR, author, now, case=case, text=TEXT)
    after = desk.model.case(case)
    assert after is not None
    decided = [(one.reasons, one.asked, one.next_asked, one.cover_begins) for one in after.pending]
    assert decided == ([(said.reasons, said.asked, said.next_asked, said.cover_begins)] if said.reasons else [])


# -- the queue ---------------------------------------------------------------------------------------------------------


def test_the_queue_is_a_view_and_its_number_stands_in_the_navigation(desk: TestDesk) -> None:
    case, _ = a_reply(desk)
    approver = enter(desk, "marit")
    page = approver.get("/inbox?view=approval").text
    assert f'id="item-{case}"' in page
    assert re.search(r'id="count-approval">1<', page)
    assert page.count('title="Goed te keuren voor') == 2, (
        "in the list and beside the reply it is the clock of the approval"
    )
    listed = approver.get("/api/v1/cases", params={"team": SPOOR, "view": "approval"}).json()
    assert [one["id"] for one in listed["cases"]] == [case]


def test_an_approver_reads_the_text_and_lets_it_go(desk: TestDesk) -> None:
    case, reply = a_reply(desk)
    approver = enter(desk, "marit")
    assert TEXT in approver.get(f"/cases/{case}").text
    answer = post(approver, case, reply, "approve", reply_version=1)
    assert "Goedgekeurd" in answer.text
    assert state(desk, case) == "approved"
    again = post(approver, case, reply, "approve", reply_version=1)
    assert "Goedgekeurd" in again.text, "sent twice is sent once"


def test_a_change_is_asked_shown_to_the_author_and_the_difference_to_the_approver(desk: TestDesk) -> None:
    case, reply = a_reply(desk)
    approver, author = enter(desk, "marit"), enter(desk, "youssef")
    assert "Schrijf eerst iets." in post(approver, case, reply, "change", reply_version=1, comment=" ").text
    assert "Wijziging gevraagd." in post(approver, case, reply, "change", reply_version=1, comment="Hoe laat?").text
    seen = author.get(f"/cases/{case}").text
    assert "Hoe laat?" in seen
    assert 'name="text"' in seen
    assert "wacht op goedkeuring" in post(author, case, reply, "revise", text="Wij kijken er om vijf uur naar.").text
    page = approver.get(f"/cases/{case}").text
    assert "<del>vandaag</del><ins>om vijf uur</ins>" in page
    assert "Marit vroeg: Hoe laat?" in page
    assert "intussen gewijzigd" in post(approver, case, reply, "approve", reply_version=1).text
    assert "Goedgekeurd" in post(approver, case, reply, "approve", reply_version=2).text


def test_an_approver_takes_it_over(desk: TestDesk) -> None:
    case, reply = a_reply(desk)
    assert "Overgenomen" in post(enter(desk, "marit"), case, reply, "take-over", text="Om vijf uur.").text
    found = desk.model.case(case)
    assert found is not None
    assert (found.owner, found.messages[-1].author, found.messages[-1].state) == ("marit", "marit", "approved")


def test_the_second_approver_is_told_that_it_was_decided(desk: TestDesk) -> None:
    case, reply = a_reply(desk)
    first, second = enter(desk, "marit"), enter(desk, "lena")
    assert "/approve" in second.get(f"/cases/{case}").text, "a lead outside the roster may approve"
    assert "Goedgekeurd" in post(first, case, reply, "approve", reply_version=1).text
    assert "Hierover is al beslist" in post(second, case, reply, "approve", reply_version=1).text


def test_who_asks_again_because_the_answer_was_lost_is_told_what_came_of_it(desk: TestDesk) -> None:
    case, reply = a_reply(desk)
    for _ in range(2):
        assert "Goedgekeurd" in post(enter(desk, "marit"), case, reply, "approve", reply_version=1, key="k1").text
    assert [command.type for command in desk.backend.sent].count("ApproveReply") == 2
    assert len({command.id for command in desk.backend.sent if command.type == "ApproveReply"}) == 1


def test_who_only_looks_sees_the_queue_and_no_buttons(desk: TestDesk) -> None:
    case, reply = a_reply(desk)
    viewer = enter(desk, "vera")
    page = viewer.get(f"/cases/{case}").text
    assert "Wacht op goedkeuring" in page
    assert f"/replies/{reply}/" not in page
    assert post(viewer, case, reply, "approve", reply_version=1).status_code == 403
    assert post(enter(desk, "zoe"), case, reply, "approve", reply_version=1).status_code == 404


def test_a_rule_is_said_in_words_in_both_languages(desk: TestDesk) -> None:
    rule = ApprovalRule(id="crisis", name="Crisis", urgency="high", reach=10, topics=("delay",), channels=("post",))
    configure(desk, approval_rules=(rule,))
    case = desk.backend.mention("Nu!", system_clock(), urgency="critical", topics=["delay"])
    found = desk.model.case(case)
    assert found is not None
    loud = found.model_copy(
        update={"author": found.author.model_copy(update={"followers": 25_000}), "revision": found.revision + 1}
    )
    desk.backend.states[SPOOR].put(loud)
    desk.backend.do(SubmitReply, SPOOR, "youssef", case=case, text=TEXT)
    reader = enter(desk, "marit")
    page = reader.get(f"/cases/{case}").text
    assert "Regel ‘Crisis’: kanaal" in page
    assert "urgentie kritiek (vanaf hoog)" in page
    assert "25.000 volgers (vanaf 10)" in page
    reader.cookies.set("lang", "en")
    english = reader.get(f"/cases/{case}").text
    assert "Rule ‘Crisis’: channel" in english
    assert "25,000 followers (from 10)" in english


# -- undo --------------------------------------------------------------------------------------------------------------


IN_THE_COMPOSER = rf'<textarea id="text-reply"[^>]*>\s*{re.escape(TEXT)}</textarea>'


def test_undo_puts_the_text_back_into_the_composer(desk: TestDesk) -> None:
    configure(desk, grace_seconds=60)
    case, reply = a_reply(desk, person="marit")
    author = enter(desk, "marit")
    assert f"/replies/{reply}/withdraw" in author.get(f"/cases/{case}").text
    answer = post(author, case, reply, "withdraw")
    assert "Teruggehaald" in answer.text
    assert re.search(IN_THE_COMPOSER, answer.text)
    assert [one.text for one in desk.app.state.desk.drafts.of("marit", case)] == [TEXT], "it is a draft again"
    assert state(desk, case) == "withdrawn"


def test_undo_works_without_javascript(desk: TestDesk) -> None:
    configure(desk, grace_seconds=60)
    case, reply = a_reply(desk, person="marit")
    author = enter(desk, "marit")
    answer = author.post(f"/cases/{case}/replies/{reply}/withdraw")
    assert answer.status_code == 303
    page = author.get(answer.headers["location"]).text
    assert re.search(IN_THE_COMPOSER, page)
    assert TEXT in author.get(f"/cases/{case}").text, "the conversation shows what was taken back"


def test_too_late_to_undo_is_said_so(desk: TestDesk) -> None:
    configure(desk, grace_seconds=5)
    case, reply = a_reply(desk, person="marit")
    author = enter(desk, "marit")
    later = system_clock() + timedelta(seconds=6)
    tick = Tick(id="00000000-0000-4000-8000-000000000001", team=SPOOR, at=later, actor="system:ticker")
    assert any(isinstance(event, ReplyReleased) for event in desk.backend.give(tick, later))
    answer = post(author, case, reply, "withdraw")
    assert "het is al weg" in answer.text
    assert not re.search(IN_THE_COMPOSER, answer.text)


def test_who_sends_is_told_that_it_can_be_undone(desk: TestDesk) -> None:
    configure(desk, grace_seconds=10)
    author = enter(desk, "marit")
    case = desk.backend.mention("Waar blijft mijn trein?", system_clock())
    sent = author.post(f"/cases/{case}/reply", data={"text": TEXT}, headers={"HX-Request": "true"})
    assert "ongedaan maken kan nog even" in sent.text
    assert "Maak ongedaan" in sent.text
