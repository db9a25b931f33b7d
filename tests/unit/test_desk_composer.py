"""The composer over HTTP: drafts that lose nothing, the check, canned replies, and the same without a script."""

import html
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from services.contracts.canned import CannedReply
from services.contracts.commands import CloseCase, SubmitReply
from services.contracts.events import CaseEvent
from services.contracts.mentions import Author
from services.contracts.topics import DESK_TEAMS, team_key
from services.desk.app import WRITES_A_MINUTE
from services.desk.composer import tone_context
from services.desk.domain.canned import fill, ranked, unknown_variables
from services.desk.domain.tone import check
from services.desk.drafts import MOST_APART, Drafts, Place
from services.desk.rates import Rate
from services.runtime.web.identity import Identity
from tests.browser.desk_backend import SPOOR, TestDesk, a_mention, team_config
from tests.support.desk import enter
from tests.unit.conftest import OpenDesk

NOW = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)
SCRIPT = {"X-Composer": "1"}


@pytest.fixture
def desk(open_desk: OpenDesk) -> TestDesk:
    made = open_desk()
    made.backend.configure(team_config())
    return made


@pytest.fixture
def case(desk: TestDesk) -> str:
    return a_case(desk)


def a_case(desk: TestDesk, text: str = "Waar blijft mijn trein?", **more: Any) -> str:
    fields: dict[str, Any] = {"author": Author(id="noor", name="Noor de Wit"), "topics": ("delay",)} | more
    mention = a_mention(text, desk.backend.clock() - timedelta(minutes=5), **fields)
    return next(one.case.id for one in desk.backend.give(mention) if isinstance(one, CaseEvent))


def save(client: TestClient, case: str, text: str, slot: int = 0, revision: int = 0, **more: Any) -> dict[str, Any]:
    fields = {"what": "reply", "text": text, "slot": slot, "revision": revision} | more
    answer = client.post(f"/cases/{case}/draft", data=fields, headers=SCRIPT)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def box(client: TestClient, case: str) -> str:
    page = client.get(f"/cases/{case}").text
    found = re.search(r'<textarea id="text-reply".*?>\n?(.*?)</textarea>', page, re.DOTALL)
    assert found is not None
    return html.unescape(found[1])


def canned(desk: TestDesk, ident: str, text: str, **more: Any) -> CannedReply:
    content = {"title": ident.capitalize(), "language": "nl", "topics": (), "text": text} | more
    record = CannedReply(team=SPOOR, id=ident, revision=1, at=NOW, by="lena", content=content)
    desk.model.apply(DESK_TEAMS, team_key(SPOOR, "canned", ident), record, 0, 1)
    desk.backend.states[SPOOR].canned[ident] = record
    return record


# -- drafts ------------------------------------------------------------------------------------------------------------


def test_a_draft_is_there_after_another_login_and_gone_once_it_is_sent(desk: TestDesk, case: str) -> None:
    first = enter(desk)
    assert save(first, case, "Hoi Noor, <b>ik</b> kijk")["revision"] == 1
    assert save(first, case, "Hoi Noor, <b>ik</b> kijk het na.", 0, 1)["revision"] == 2
    second = enter(desk)
    assert box(second, case) == "Hoi Noor, <b>ik</b> kijk het na."
    assert "concept</span>" in second.get("/inbox?view=team").text
    sent = {"text": "Hoi Noor, ik kijk het na en bel je.", "slot": 0, "revision": 2}
    second.post(f"/cases/{case}/reply", data=sent)
    assert box(first, case) == ""
    assert "concept</span>" not in second.get("/inbox?view=team").text


def test_a_draft_is_of_one_person(desk: TestDesk, case: str) -> None:
    save(enter(desk), case, "Van Youssef")
    assert box(enter(desk, "marit"), case) == ""


def test_two_tabs_lose_nothing_and_both_texts_are_shown(desk: TestDesk, case: str) -> None:
    one, two = enter(desk), enter(desk)
    save(one, case, "Begin")
    assert save(one, case, "Begin van tab een", 0, 1)["state"] == "saved"
    told = save(two, case, "Begin van tab twee", 0, 1)
    assert (told["state"], told["slot"], told["revision"]) == ("apart", 1, 1)
    assert "Begin van tab een" in told["apart"]
    told = save(two, case, "Begin van tab twee, verder", 1, 1)
    assert (told["state"], told["revision"]) == ("saved", 2)
    page = two.get(f"/cases/{case}").text
    assert "Begin van tab een" in page
    assert box(two, case) == "Begin van tab twee, verder"
    assert save(one, case, "Begin van tab een", 0, 1)["state"] == "saved", "the same text is no second one"


def test_two_first_saves_are_two_texts(desk: TestDesk, case: str) -> None:
    client = enter(desk)
    save(client, case, "Eerste")
    assert save(client, case, "Tweede")["state"] == "apart"
    for number in range(MOST_APART - 2):
        save(client, case, f"Nog {number}")
    assert save(client, case, "Een te veel")["state"] == "full"


def test_what_was_sent_or_thrown_away_elsewhere_does_not_come_back_by_itself(desk: TestDesk, case: str) -> None:
    client = enter(desk)
    save(client, case, "Half")
    client.post(f"/cases/{case}/reply", data={"text": "Half af", "slot": 0, "revision": 1})
    assert save(client, case, "Half, later", 0, 1)["state"] == "gone"
    assert box(client, case) == ""
    assert save(client, case, "Half, later")["state"] == "saved"
    assert save(client, case, "  ", 0, 1)["state"] == "saved"
    assert box(client, case) == ""


def test_a_save_whose_answer_was_lost_makes_no_second_text(desk: TestDesk, case: str) -> None:
    client = enter(desk)
    save(client, case, "Hoi")
    save(client, case, "Hoi Noor", 0, 1)
    told = save(client, case, "Hoi Noor, ik kijk", 0, 1)
    assert (told["state"], told["slot"], told["revision"]) == ("saved", 0, 3)
    assert len(desk.app.state.desk.drafts.of("youssef", case)) == 1


def test_sending_one_text_keeps_the_other(desk: TestDesk, case: str) -> None:
    client = enter(desk)
    save(client, case, "Eerste")
    save(client, case, "Tweede")
    client.post(f"/cases/{case}/reply", data={"text": "Eerste!", "slot": 0, "revision": 1})
    assert box(client, case) == "Tweede"


def test_a_refused_reply_keeps_its_draft(desk: TestDesk, case: str) -> None:
    client = enter(desk)
    save(client, case, "Te laat")
    desk.backend.do(CloseCase, SPOOR, "marit", case=case)
    client.post(f"/cases/{case}/reply", data={"text": "Te laat", "slot": 0, "revision": 1})
    stored = desk.app.state.desk.drafts.of("youssef", case)
    assert [one.text for one in stored] == ["Te laat"]


def test_without_a_script_a_form_saves_checks_and_takes_the_other_text(desk: TestDesk, case: str) -> None:
    client = enter(desk)
    answer = client.post(f"/cases/{case}/draft", data={"what": "reply", "text": "Hoi,\r\nu hoort het!!!"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/cases/{case}?view=mine&told=told.draft_saved")
    page = client.get(answer.headers["location"]).text
    assert "Concept bewaard." in page
    assert "Wij zeggen je." in page
    assert box(client, case) == "Hoi,\nu hoort het!!!"
    which = html.unescape(re.findall(r'name="apply" value="([^"]+address[^"]+)"', page)[0])
    client.post(
        f"/cases/{case}/draft", data={"what": "reply", "text": "Hoi,\r\nu hoort het!!!", "revision": 1, "apply": which}
    )
    assert box(client, case) == "Hoi,\nje hoort het!!!"
    save(client, case, "Iets anders")
    other = {"what": "reply", "text": "Iets anders", "slot": 1, "revision": 1, "other": "0:2"}
    assert client.post(f"/cases/{case}/draft/use", data=other).headers["location"].endswith("told.draft_used")
    assert box(client, case) == "Hoi,\nje hoort het!!!"
    gone = {"what": "reply", "other": "1:1"}
    assert client.post(f"/cases/{case}/draft/discard", data=gone).headers["location"].endswith("draft_discarded")
    assert client.post(f"/cases/{case}/draft/discard", data=gone).headers["location"].endswith("draft_gone")


def test_who_may_not_write_may_not_save_or_check(desk: TestDesk, case: str) -> None:
    viewer, stranger = enter(desk, "vera"), enter(desk, "zoe")
    for path, fields in (("draft", {"what": "reply", "text": "x"}), ("check", {"text": "x"})):
        assert viewer.post(f"/cases/{case}/{path}", data=fields).status_code == 403
        assert stranger.post(f"/cases/{case}/{path}", data=fields).status_code == 404
    client = enter(desk)
    client.headers.pop("X-CSRF-Token")
    assert client.post(f"/cases/{case}/draft", data={"what": "reply", "text": "x"}).status_code == 403


def test_nobody_checks_more_often_than_they_type(desk: TestDesk, case: str) -> None:
    client = enter(desk)
    codes = [client.post(f"/cases/{case}/check", data={"text": "x"}).status_code for _ in range(WRITES_A_MINUTE + 1)]
    assert codes[:-1] == [200] * WRITES_A_MINUTE
    assert codes[-1] == 429


def test_a_rate_slides() -> None:
    rate = Rate(2, timedelta(seconds=10))
    assert [rate.allows("a", NOW), rate.allows("a", NOW), rate.allows("a", NOW)] == [True, True, False]
    assert rate.allows("b", NOW)
    assert rate.allows("a", NOW + timedelta(seconds=10))


def test_drafts_are_erased_with_their_case_and_with_age(desk: TestDesk, case: str) -> None:
    drafts = Drafts(desk.accounts, timedelta(days=400))
    place = Place("youssef", SPOOR, case, "reply")
    drafts.save(place, "Oud", (), NOW)
    assert drafts.forget([case]) == 1
    assert drafts.of("youssef", case) == ()
    drafts.save(place, "Oud", (), NOW)
    later = NOW + timedelta(days=401)
    drafts.save(Place("youssef", SPOOR, "another", "note"), "Nieuw", (), later)
    assert drafts.of("youssef", case) == ()
    assert drafts.cases("youssef", SPOOR) == {"another"}


# -- the check ---------------------------------------------------------------------------------------------------------


def test_the_check_says_which_rule_what_and_how_it_will_look(desk: TestDesk) -> None:
    case = a_case(desk, source="bluesky", sentiment=-0.6, intent="complaint")
    client = enter(desk)
    text = (
        "De lift is morgen gerepareerd. Bel @noor op 06-12345678, zie https://a.example/b. "
        + "Nog een zin erbij. " * 20
    )
    page = html.unescape(client.post(f"/cases/{case}/check", data={"text": text}).text)
    for rule in ("Toezegging", "Persoonsgegeven", "Te lang", "Excuus"):
        assert f"<b>{rule}</b>" in page
    assert "<q>06-12345678</q>" in page
    assert page.count('class="post"') == 2
    assert '<span class="link">https://a.example/b</span>' in page
    assert "<script" not in html.unescape(client.post(f"/cases/{case}/check", data={"text": "&lt;"}).text)
    assert "<b>x</b>" not in client.post(f"/cases/{case}/check", data={"text": "<b>x</b>"}).text


def test_edits_count_as_the_browser_does(desk: TestDesk, case: str) -> None:
    page = html.unescape(enter(desk).post(f"/cases/{case}/check", data={"text": "👍👍 Heeft u dat gezien?"}).text)
    assert 'data-edits="[[5, 12, "Heb je"]]"' in page


def test_the_mandate_the_house_and_the_customer_decide(desk: TestDesk) -> None:
    case = a_case(desk, "Kunt u mij helpen? U reageert niet.", sentiment=-0.6, intent="complaint")
    desk.backend.configure(team_config(house_style={"address": "follow", "avoid": {"last mile": "laatste stuk"}}))
    found = desk.model.case(case)
    config = desk.model.config(SPOOR)
    assert found is not None
    assert config is not None
    agent, lead = Identity("youssef", "Youssef", {SPOOR: "agent"}), Identity("lena", "Lena", {SPOOR: "lead"})
    context = tone_context(found, config, agent)
    assert (context.address, context.negative, context.may_promise, context.apologised) == ("u", True, False, False)
    assert {one.rule for one in check("Sorry! We vergoeden de last mile voor je.", context)} == {
        "promise",
        "address",
        "jargon",
    }
    assert tone_context(found, config, lead).may_promise
    desk.backend.do(SubmitReply, SPOOR, "youssef", case=case, text="Wat vervelend, sorry. Ik zoek het voor u uit.")
    answered = desk.model.case(case)
    assert answered is not None
    assert tone_context(answered, config, agent).apologised


# -- canned replies ----------------------------------------------------------------------------------------------------


def test_variables_are_filled_in_and_what_is_missing_stays_in_sight() -> None:
    known = {"customer": "Noor de Wit", "first_name": "Noor", "agent": "", "link": "https://a.example"}
    filled = fill("Hoi { Voornaam }, zie {link}. Groet, {medewerker} {onbekend}", known)
    assert filled.text == "Hoi Noor, zie https://a.example. Groet, {medewerker} {onbekend}"
    assert filled.missing == ("{medewerker}", "{onbekend}")
    assert unknown_variables("{naam} {datum} {datum} {case}") == ("{datum}",)


def test_the_fittest_come_first() -> None:
    def one(
        ident: str, language: str = "nl", topics: tuple[str, ...] = (), used: int = 0, retired: bool = False
    ) -> CannedReply:
        content = {"title": ident, "language": language, "topics": topics, "text": "x"}
        fields = {"used": used, "retired": retired}
        return CannedReply(team=SPOOR, id=ident, revision=1, at=NOW, by="lena", content=content, **fields)

    listed = [
        one("english", "en", ("delay",)),
        one("other", topics=("refund",), used=99),
        one("any"),
        one("often", used=5),
        one("fits", topics=("delay",)),
        one("better", topics=("delay", "app")),
        one("gone", topics=("delay",), retired=True),
    ]
    order = [found.id for found in ranked(listed, ("delay", "app"), "nl")]
    assert order == ["better", "fits", "often", "any", "other", "english"]


def test_a_canned_reply_is_offered_inserted_and_counted(desk: TestDesk, case: str) -> None:
    canned(desk, "sorry", "Hoi {voornaam}, sorry! {datum}\nGroet, {medewerker}")
    client = enter(desk)
    assert "vul in: {datum}" in client.get(f"/cases/{case}").text
    client.post(f"/cases/{case}/draft", data={"what": "reply", "text": "Dag.", "insert": "sorry"})
    assert box(client, case) == "Dag.\n\nHoi Noor, sorry! {datum}\nGroet, Youssef"
    page = client.get(f"/cases/{case}").text
    assert 'name="canned" value="sorry"' in page
    assert "Dit is nog niet ingevuld." in page
    client.post(f"/cases/{case}/reply", data={"text": "Hoi Noor, sorry!", "slot": 0, "revision": 1, "canned": "sorry"})
    sent = desk.backend.sent[-1]
    assert isinstance(sent, SubmitReply)
    assert sent.canned == ("sorry",)
    assert desk.backend.states[SPOOR].canned["sorry"].used == 1


def test_a_lead_writes_changes_and_retires_them_on_the_page(desk: TestDesk) -> None:
    client = enter(desk, "lena")
    fields = {
        "title": "Sorry",
        "language": "nl",
        "topics": ["delay", "refund"],
        "text": "Hoi {naam},\r\nsorry! {datum}",
    }
    answer = client.post(f"/canned?team={SPOOR}", data=fields)
    assert answer.headers["location"].endswith("told=canned.told.saved")
    page = client.get(answer.headers["location"]).text
    assert "Hoi {naam},\nsorry! {datum}" in html.unescape(page)
    assert "{datum} wordt nooit ingevuld" in html.unescape(page)
    (known,) = desk.model.canned(SPOOR)
    client.post(f"/canned/{known.id}?team={SPOOR}", data=fields | {"title": "Excuus", "topics": []})
    (changed,) = desk.model.canned(SPOOR)
    assert (changed.content.title, changed.content.topics, changed.revision) == ("Excuus", (), 2)
    client.post(f"/canned/{known.id}/retire?team={SPOOR}")
    assert desk.model.canned(SPOOR)[0].retired
    assert "1 uit gebruik" in client.get(f"/canned?team={SPOOR}").text
    client.post(f"/canned/{known.id}/restore?team={SPOOR}")
    assert not desk.model.canned(SPOOR)[0].retired
    assert client.post(f"/canned/unknown/restore?team={SPOOR}").headers["location"].endswith("rejected.not_found")
    wrong = client.post(f"/canned/{known.id}?team={SPOOR}", data=fields | {"title": "  "})
    assert "canned.told.invalid" in wrong.headers["location"]


def test_agents_read_canned_replies_and_change_none(desk: TestDesk) -> None:
    canned(desk, "sorry", "Sorry!")
    client = enter(desk)
    page = client.get(f"/canned?team={SPOOR}").text
    assert "Sorry!" in page
    assert '<form method="post" action="/canned' not in page
    fields = {"title": "Nee", "language": "nl", "text": "Nee"}
    assert client.post(f"/canned?team={SPOOR}", data=fields).status_code == 403
    body = {"type": "SaveCannedReply", "team": SPOOR, "content": {"title": "Nee", "language": "nl", "text": "Nee"}}
    assert client.post("/api/v1/commands", json=body).status_code == 409
