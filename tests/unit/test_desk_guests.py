"""Private links: a question to a colleague without an account, the box of ideas; what they show, and what they refuse."""

import re
from datetime import datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from services.contracts.cases import Case
from services.contracts.questions import IDEA_KEPT_DAYS
from services.desk.links import Links
from services.runtime.clock import system_clock
from tests.browser.desk_backend import KEY, SPOOR, TestDesk, team_config
from tests.support.desk import enter
from tests.unit.conftest import OpenDesk

ASKED = {"name": "Piet van Materieel", "text": "Staat er nog iemand op perron 3?", "quote": "Ik sta op perron 3."}


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return system_clock() + self.ahead


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(open_desk: OpenDesk, clock: Clock) -> TestDesk:
    made = open_desk(clock=clock)
    now = system_clock()
    made.backend.configure(team_config(now=now), now)
    return made


@pytest.fixture
def guest(desk: TestDesk) -> TestClient:
    """A browser without a session."""
    return TestClient(desk.app, follow_redirects=False)


def asked(desk: TestDesk, **more: object) -> tuple[str, str]:
    """A question of Youssef's; gives the case and the path of the link, as his page shows it."""
    case = desk.backend.mention("Geheim van de klant: mijn adres is Dorpsstraat 1.", system_clock())
    author = enter(desk, "youssef")
    answer = author.post(f"/cases/{case}/questions", data=ASKED | more, headers={"HX-Request": "true"})
    assert "Vraag gesteld" in answer.text
    link = re.search(r'value="http://testserver(/q/[^"]+)"', author.get(f"/cases/{case}").text)
    assert link is not None
    return case, link[1]


def case_of(desk: TestDesk, case: str) -> Case:
    found = desk.model.case(case)
    assert found is not None
    return found


def test_the_link_shows_the_question_and_the_quote_and_nothing_else(desk: TestDesk, guest: TestClient) -> None:
    case, link = asked(desk)
    page = guest.get(link)
    assert page.status_code == 200
    assert ASKED["text"] in page.text
    assert ASKED["quote"] in page.text
    assert "Youssef" in page.text
    for hidden in ("Geheim", "Dorpsstraat", "Klant", case, "/inbox", "csrf"):
        assert hidden not in page.text.replace(link, ""), hidden
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-robots-tag"] == "noindex"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert "set-cookie" not in page.headers


def test_the_answer_is_a_note_of_who_answered_by_link_and_the_link_is_used_up(
    desk: TestDesk, guest: TestClient
) -> None:
    case, link = asked(desk)
    done = guest.post(link, data={"name": "Piet: chef", "text": "Ja, tot negen uur."})
    assert done.status_code == 200
    assert "Dank je wel" in done.text
    found = case_of(desk, case)
    assert (found.messages[-1].kind, found.messages[-1].author, found.messages[-1].text) == (
        "note", "guest:Piet chef", "Ja, tot negen uur.",
    )  # fmt: skip
    assert (found.questions[0].state, found.questions[0].text, found.questions[0].quote) == ("answered", "", "")
    assert "Piet chef (via link)" in enter(desk, "youssef").get(f"/cases/{case}").text
    for late in (guest.get(link), guest.post(link, data={"text": "Nog iets."})):
        assert late.status_code == 410
        assert ASKED["text"] not in late.text
    assert len(case_of(desk, case).messages) == len(found.messages)


def test_the_answer_lets_the_page_of_the_case_live(desk: TestDesk, guest: TestClient) -> None:
    case, link = asked(desk)
    before = desk.model.hub.heads()
    guest.post(link, data={"text": "Ja."})
    entries = [
        one for one in desk.model.hub._since(before) or [] if getattr(one.message, "type", "") == "QuestionAnswered"
    ]
    assert [getattr(one.message, "case", None) and one.message.case.id for one in entries] == [case]  # type: ignore[attr-defined]  # it is a case event


def test_a_link_ends_by_time_and_by_its_asker(desk: TestDesk, guest: TestClient, clock: Clock) -> None:
    _, link = asked(desk, hours="1")
    clock.ahead = timedelta(minutes=61)
    assert guest.get(link).status_code == 410
    assert guest.post(link, data={"text": "Te laat."}).status_code == 410
    clock.ahead = timedelta()
    case, other = asked(desk, name="Anna")
    question = case_of(desk, case).questions[-1].id
    ended = enter(desk, "youssef").post(f"/cases/{case}/questions/{question}/end", headers={"HX-Request": "true"})
    assert "werkt niet meer" in ended.text
    assert guest.get(other).status_code == 410


def test_a_link_that_we_did_not_make_is_none_and_guessing_is_slowed_down(desk: TestDesk, guest: TestClient) -> None:
    _, link = asked(desk)
    head, _, signature = link.rpartition(".")
    later = ".".join([*head.split(".")[:-1], "9999999999"])
    for forged in (f"{head}.{'0' * 64}", f"{later}.{signature}", "/q/x", f"/tip/{link.removeprefix('/q/')}"):
        assert guest.get(forged).status_code == 404, forged
    answers = [guest.get("/q/raad.maar.wat").status_code for _ in range(4)]
    assert answers[0] == 404
    assert answers[-1] == 429
    assert guest.get(link).status_code == 429, "whoever guesses waits"


def test_a_form_of_another_site_is_refused_and_an_empty_answer_is_asked_again(
    desk: TestDesk, guest: TestClient
) -> None:
    _, link = asked(desk)
    assert guest.post(link, data={"text": "Ja."}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    empty = guest.post(link, data={"text": "  "})
    assert empty.status_code == 422
    assert "Schrijf eerst iets." in empty.text


def test_an_answer_that_did_not_get_through_is_kept_on_the_page(desk: TestDesk, guest: TestClient) -> None:
    _, link = asked(desk)
    desk.backend.silent = True
    page = guest.post(link, data={"text": "Ja, tot negen uur."})
    assert page.status_code == 422
    assert "Ja, tot negen uur.</textarea>" in page.text


def test_the_api_does_not_answer_for_a_guest(desk: TestDesk) -> None:
    case, _ = asked(desk)
    question = case_of(desk, case).questions[0].id
    body = {"type": "AnswerQuestion", "team": SPOOR, "case": case, "question": question, "name": "x", "text": "y"}
    assert enter(desk, "youssef").post("/api/v1/commands", json=body).status_code == 403


# -- ideas -------------------------------------------------------------------------------------------------------------


def box(desk: TestDesk) -> str:
    link = re.search(r'value="http://testserver(/tip/[^"]+)"', enter(desk, "youssef").get("/ideas").text)
    assert link is not None
    return link[1]


def test_an_idea_lands_in_the_view_of_the_team_and_the_team_says_something(desk: TestDesk, guest: TestClient) -> None:
    link = box(desk)
    assert "Spoorlijn" in guest.get(link).text
    given = {"name": "Karima", "text": "Zet de uitleg bovenaan.", "key": "k1"}
    assert "Dank je wel" in guest.post(link, data=given).text
    guest.post(link, data=given)
    member = enter(desk, "youssef")
    page = member.get("/ideas").text
    assert page.count("Zet de uitleg bovenaan.") == 1, "the same form sent twice is one idea"
    assert "Karima" in page
    assert re.search(r'id="count-ideas">1<', page)
    idea = desk.model.ideas.of(SPOOR)[0].id
    settled = member.post(f"/ideas/{idea}", data={"team": SPOOR, "state": "taken", "note": "Staat er morgen."})
    page = member.get(settled.headers["location"]).text
    assert "<bdi>Youssef</bdi>: <bdi>Staat er morgen.</bdi>" in page
    assert "Bewaard." in page
    assert re.search(r'id="count-ideas"><', page)


def test_many_ideas_from_one_address_are_slowed_down(desk: TestDesk, guest: TestClient) -> None:
    link = box(desk)
    codes = [guest.post(link, data={"name": "K", "text": f"Idee {n}", "key": str(n)}).status_code for n in range(7)]
    assert codes[:5] == [200] * 5
    assert 429 in codes[5:]


def test_another_number_makes_another_address_and_zero_closes_the_box(desk: TestDesk, guest: TestClient) -> None:
    link = box(desk)
    now = system_clock()
    desk.backend.configure(team_config(now=now, idea_link=2), now)
    assert guest.get(link).status_code == 410
    assert guest.get(box(desk)).status_code == 200
    desk.backend.configure(team_config(now=now, idea_link=0), now)
    assert "dicht" in enter(desk, "youssef").get("/ideas").text


def test_what_is_written_on_the_pages_of_guests_is_text(desk: TestDesk, guest: TestClient) -> None:
    link = box(desk)
    guest.post(link, data={"name": "<b>K</b>", "text": "<script>alert(1)</script>", "key": "x"})
    page = enter(desk, "youssef").get("/ideas").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_ideas_of_another_team_are_not_seen_nor_settled(desk: TestDesk, guest: TestClient) -> None:
    guest.post(box(desk), data={"name": "K", "text": "Een idee.", "key": "x"})
    stranger = enter(desk, "zoe")
    assert "Een idee." not in stranger.get("/ideas").text
    idea = desk.model.ideas.of(SPOOR)[0].id
    assert stranger.post(f"/ideas/{idea}", data={"team": SPOOR, "state": "taken"}).status_code == 403


def test_links_are_for_one_purpose() -> None:
    links, others = Links(KEY), Links("x" * 40)
    token = links.ideas("spoorlijn", 1)
    assert links.read_ideas(token) == ("spoorlijn", 1)
    assert others.read_ideas(token) is None
    assert links.read_question(token) is None
    assert links.read_ideas("") is None
    assert IDEA_KEPT_DAYS > 30
