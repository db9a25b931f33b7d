"""The desk's API and pages, on route's real rules in memory: commands and their answers, rights, what a page shows."""

from typing import Any

import pytest

from services.contracts.commands import CloseCase, CorrectClassification
from services.contracts.mentions import Author, Urgency, UrgencySignal
from services.contracts.team_topics import TeamTopic
from services.desk.domain.reading import found_words, is_unsure
from services.runtime.clock import system_clock
from services.runtime.web.identity import Scope
from tests.browser.desk_backend import SPOOR, TestDesk, team_config
from tests.browser.desk_scene import play
from tests.support.desk import enter, robot
from tests.support.route import uuid

EVIL = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>"


@pytest.fixture
def tunnel(desk: TestDesk) -> str:
    return play(desk.backend)


def command(kind: str, case: str | None = None, **more: Any) -> dict[str, Any]:
    return {"type": kind, "team": SPOOR, **({"case": case} if case else {}), **more}


def test_a_command_is_answered_with_the_state_as_it_is_afterwards(desk: TestDesk, tunnel: str) -> None:
    client = enter(desk, "marit")
    answer = client.post("/api/v1/commands", json=command("ClaimCase", tunnel))
    assert answer.status_code == 200
    assert answer.json()["events"][0]["type"] == "CaseClaimed"
    assert answer.json()["case"]["owner"] == "marit"
    assert client.get(f"/api/v1/cases/{tunnel}").json()["owner"] == "marit"
    assert desk.backend.sent[-1].actor == "marit"


def test_who_asks_and_when_are_not_the_clients_to_say(desk: TestDesk, tunnel: str) -> None:
    body = command("ClaimCase", tunnel, actor="marit", at="2001-01-01T00:00:00Z")
    assert enter(desk).post("/api/v1/commands", json=body).status_code == 200
    assert desk.backend.sent[-1].actor == "youssef"
    assert desk.backend.sent[-1].at.year > 2001


def test_a_refusal_is_a_problem_with_its_code_in_the_readers_words(desk: TestDesk, tunnel: str) -> None:
    desk.backend.do(CloseCase, SPOOR, "youssef", case=tunnel)
    answer = enter(desk).post(
        "/api/v1/commands",
        json=command("AddNote", tunnel, text="x") | {"type": "CloseCase"},
        headers={"Accept-Language": "en"},
    )
    assert answer.status_code == 422
    answer = enter(desk).post(
        "/api/v1/commands", json=command("ReleaseCase", tunnel), headers={"Accept-Language": "en"}
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "case_closed")
    assert answer.json()["detail"] == "This case is closed already."


def test_without_an_answer_in_time_it_is_accepted_and_may_be_sent_again(desk: TestDesk, tunnel: str) -> None:
    client, headers = enter(desk), {"Idempotency-Key": "once"}
    desk.backend.silent = True
    first = client.post("/api/v1/commands", json=command("AddNote", tunnel, text="x"), headers=headers)
    assert first.status_code == 202
    desk.backend.silent = False
    desk.backend.give(desk.backend.sent[-1])
    again = client.post("/api/v1/commands", json=command("AddNote", tunnel, text="x"), headers=headers)
    assert again.status_code == 200
    assert again.json()["id"] == first.json()["id"]
    assert [event["type"] for event in again.json()["events"]] == ["NoteAdded"]
    assert [message["text"] for message in again.json()["case"]["messages"]].count("x") == 1


def test_the_same_key_of_somebody_else_is_another_command(desk: TestDesk, tunnel: str) -> None:
    headers = {"Idempotency-Key": "1"}
    ids = {
        enter(desk, name)
        .post("/api/v1/commands", json=command("AddNote", tunnel, text="x"), headers=headers)
        .json()["id"]
        for name in ("youssef", "marit")
    }
    assert len(ids) == 2


def test_kafka_away_is_503_and_says_try_again(desk: TestDesk, tunnel: str) -> None:
    desk.backend.broken = True
    answer = enter(desk).post("/api/v1/commands", json=command("ClaimCase", tunnel))
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


@pytest.mark.parametrize(
    ("name", "kind", "status"),
    [("vera", "ClaimCase", 403), ("zoe", "ClaimCase", 403), ("youssef", "ConfigureTeam", 403),
     ("lena", "ConfigureTeam", 200), ("lena", "Tick", 403), ("lena", "ReportDelivery", 403), ("lena", "Nonsense", 422)],
)  # fmt: skip
def test_who_may_send_what(desk: TestDesk, tunnel: str, name: str, kind: str, status: int) -> None:
    wanted: dict[str, dict[str, Any]] = {
        "ConfigureTeam": {"config": team_config(name="Anders").model_dump(mode="json")},
        "ReportDelivery": {"case": tunnel, "reply": uuid("r"), "outcome": "delivered"},
        "ClaimCase": {"case": tunnel},
    }
    more = wanted.get(kind, {})
    assert enter(desk, name).post("/api/v1/commands", json=command(kind, **more)).status_code == status


@pytest.mark.parametrize(("scopes", "status"), [(("commands",), 200), (("read",), 403), (("admin",), 403)])
def test_a_token_needs_the_scope_and_speaks_as_an_integration(
    desk: TestDesk, tunnel: str, scopes: tuple[Scope, ...], status: int
) -> None:
    answer = robot(desk, "agent", *scopes).post("/api/v1/commands", json=command("AddNote", tunnel, text="x"))
    assert answer.status_code == status, answer.text
    assert [one.actor for one in desk.backend.sent] == (["integration:robot"] if status == 200 else [])


def test_a_lead_who_is_not_in_the_rota_speaks_as_a_lead(desk: TestDesk, tunnel: str) -> None:
    client = enter(desk, "lena")
    assert client.post("/api/v1/commands", json=command("AddNote", tunnel, text="let op")).status_code == 200
    assert desk.backend.sent[-1].actor == "lead:lena"
    assert "<b>lena</b>" in client.get(f"/cases/{tunnel}").text


def test_cases_are_in_the_order_of_their_slack_and_paged(desk: TestDesk, tunnel: str) -> None:
    found = enter(desk).get("/api/v1/cases", params={"team": SPOOR, "view": "mine"}).json()
    assert found["cases"][0]["id"] == tunnel
    due = [case["deadline"]["due_at"] for case in found["cases"] if case["deadline"]]
    assert due == sorted(due)
    assert found["counts"]["mine"] == found["total"]


def test_another_teams_cases_do_not_exist(desk: TestDesk, tunnel: str) -> None:
    client = enter(desk, "zoe")
    for path in (f"/api/v1/cases/{tunnel}", f"/cases/{tunnel}", f"/cases/{tunnel}/live"):
        assert client.get(path).status_code == 404
    assert client.post(f"/cases/{tunnel}/claim").status_code == 404
    assert client.get("/api/v1/cases", params={"team": SPOOR}).status_code == 403
    assert client.get(f"/api/v1/team/{SPOOR}/roster").status_code == 403


def test_roster_and_rota(desk: TestDesk, tunnel: str) -> None:
    client = enter(desk)
    people = client.get(f"/api/v1/team/{SPOOR}/roster").json()["people"]
    assert [person["id"] for person in people] == ["youssef", "marit", "sanne", "tom"]
    found = client.get(f"/api/v1/team/{SPOOR}/rota", params={"days": 1}).json()
    assert {duty["person"] for duty in found["duties"]} >= {"youssef", "marit"}
    assert client.get("/api/v1/team/waterveen/roster").status_code == 403


@pytest.mark.parametrize("view", ["mine", "team", "waiting", "closed"])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_view_shows_itself_in_both_languages(desk: TestDesk, tunnel: str, view: str, language: str) -> None:
    client = enter(desk)
    client.cookies.set("lang", language)
    page = client.get("/inbox", params={"view": view}).text
    assert f'<html lang="{language}"' in page
    assert 'aria-current="page"' in page


def test_the_inbox_opens_with_the_most_pressing_case_and_says_why(desk: TestDesk, tunnel: str) -> None:
    page = enter(desk).get("/inbox").text
    assert f'data-case="{tunnel}"' in page
    assert ">wordt onwel</mark>" in page
    assert "In dienst, spreekt Nederlands, " in page
    assert "Marit zit vol, Sanne is ziek gemeld" in page
    assert "Nu dienst: jij" in page


def test_an_empty_inbox_helps(desk: TestDesk) -> None:
    desk.backend.configure(team_config())
    client = enter(desk)
    assert "Niets te doen" in client.get("/inbox").text
    assert client.get("/inbox", params={"view": "nonsense"}).status_code == 422


def test_what_people_wrote_is_text_never_markup(desk: TestDesk) -> None:
    desk.backend.configure(team_config())
    author = Author(id="x", name=EVIL, handle=EVIL, url="javascript:alert(1)")
    case = desk.backend.mention(
        EVIL, system_clock(), author=author, title=EVIL, url="javascript:alert(1)", urgency="critical",
        signals=(("health", EVIL),), topics=("onerror",), conversation=EVIL,
    )  # fmt: skip
    client = enter(desk)
    client.post("/api/v1/commands", json=command("AddNote", case, text=EVIL))
    client.post("/api/v1/commands", json=command("SubmitReply", case, text=EVIL))
    pages = (f"/cases/{case}", f"/cases/{case}/live", "/inbox?view=team", "/inbox/list?view=team")
    for page in (client.get(path).text for path in pages):
        assert "<script>alert" not in page
        assert "<img" not in page
        assert "javascript:" not in page
    assert "&lt;script&gt;" in client.get(f"/cases/{case}").text


def test_claim_release_close_from_the_page(desk: TestDesk, tunnel: str) -> None:
    client = enter(desk, "marit")
    htmx = {"HX-Request": "true"}
    claimed = client.post(f"/cases/{tunnel}/claim", headers=htmx)
    assert claimed.status_code == 200
    assert "Van jou." in claimed.text
    assert 'hx-swap-oob="innerHTML:#talk"' in claimed.text
    assert 'id="text-reply"' not in claimed.text, "the composer stays as it is"
    assert "Gesloten." in client.post(f"/cases/{tunnel}/close", headers=htmx).text
    assert "Deze zaak is al gesloten." in client.post(f"/cases/{tunnel}/release", headers=htmx).text


def test_a_page_without_scripts_works_too(desk: TestDesk, tunnel: str) -> None:
    client = enter(desk, "marit")
    answer = client.post(f"/cases/{tunnel}/claim", data={"view": "team"})
    assert answer.status_code == 303
    assert "Van jou." in client.get(answer.headers["location"]).text


def test_a_reply_shows_what_became_of_it(desk: TestDesk, tunnel: str) -> None:
    client, backend = enter(desk), desk.backend
    sent = client.post(
        f"/cases/{tunnel}/reply", data={"text": " Een ploeg komt. ", "key": "k1"}, headers={"HX-Request": "1"}
    )
    assert "Antwoord gaat de deur uit." in sent.text
    assert f"reply:{tunnel}" in sent.headers["HX-Trigger"]
    assert "wordt verstuurd" in sent.text
    again = client.post(
        f"/cases/{tunnel}/reply", data={"text": "Een ploeg komt.", "key": "k1"}, headers={"HX-Request": "1"}
    )
    assert again.text.count("Een ploeg komt.") == 1, "sent twice is sent once"
    backend.deliver(SPOOR, tunnel, backend.sent[-1].id, "failed", system_clock(), detail="account is gone")
    shown = client.get(f"/cases/{tunnel}/live").text
    assert "Niet bezorgd: account is gone" in shown


def test_an_empty_reply_is_not_sent(desk: TestDesk, tunnel: str) -> None:
    answer = enter(desk).post(f"/cases/{tunnel}/reply", data={"text": "  "}, headers={"HX-Request": "1"})
    assert "Schrijf eerst iets." in answer.text
    assert not desk.backend.sent


def test_a_viewer_sees_and_cannot_act(desk: TestDesk, tunnel: str) -> None:
    client = enter(desk, "vera")
    page = client.get(f"/cases/{tunnel}").text
    assert "Je kijkt mee" in page
    assert "act-claim" not in page
    assert client.post(f"/cases/{tunnel}/claim").status_code == 403


def test_a_team_switcher_for_who_has_several(desk: TestDesk, tunnel: str) -> None:
    assert 'id="team-switch"' in enter(desk, "lena").get("/inbox").text
    assert 'id="team-switch"' not in enter(desk, "youssef").get("/inbox").text


def test_a_page_action_needs_the_sessions_token(desk: TestDesk, tunnel: str) -> None:
    client = enter(desk)
    del client.headers["X-CSRF-Token"]
    for path in (f"/cases/{tunnel}/claim", f"/cases/{tunnel}/reply", "/logout", "/api/v1/commands"):
        assert client.post(path).status_code == 403, path
    assert not desk.backend.sent


def test_topics_are_in_the_readers_words_and_unknown_ones_as_they_are(desk: TestDesk, tunnel: str) -> None:
    assert tunnel
    author = Author(id="a", name="A")
    desk.backend.mention("Bus", system_clock(), author=author, topics=("transport", "balloon_rides"))
    page = enter(desk).get("/inbox?view=team").text
    assert '<span class="tag">vervoer</span>' in page
    assert '<span class="tag">balloon rides</span>' in page


def test_a_link_from_elsewhere_opens_the_case_in_a_view_that_lists_it(desk: TestDesk, tunnel: str) -> None:
    client = enter(desk, "marit")
    for name, view in (("marit", "team"), ("youssef", "mine")):
        found = enter(desk, name).get(f"/inbox?team={SPOOR}&case={tunnel}").headers["location"]
        assert found == f"/cases/{tunnel}?team={SPOOR}&view={view}"
        assert f'id="item-{tunnel}"' in client.get(found).text or view == "mine"
    desk.backend.do(CloseCase, SPOOR, "youssef", case=tunnel)
    assert client.get(f"/inbox?team={SPOOR}&case={tunnel}").headers["location"].endswith("view=closed")
    assert client.get(f"/inbox?team={SPOOR}&case={uuid('nothing')}").status_code == 404
    assert enter(desk, "zoe").get(f"/inbox?team={SPOOR}&case={tunnel}").status_code == 404


def test_a_wrong_label_is_corrected_in_the_name_of_who_does_it_and_told_in_words(desk: TestDesk, tunnel: str) -> None:
    client = enter(desk, "marit")
    page = client.get(f"/cases/{tunnel}").text
    assert 'id="correct-urgency-low"' in page
    assert 'id="correct-urgency-critical"' not in page
    answer = client.post(
        f"/cases/{tunnel}/correct", data={"urgency": "normal", "sentiment": "negative"}, headers={"HX-Request": "1"}
    )
    assert "Verbeterd." in answer.text
    assert "verbeterd: urgentie" in answer.text
    assert "Zo gezet door Marit" in answer.text
    sent = desk.backend.sent[-1]
    assert isinstance(sent, CorrectClassification)
    assert (sent.actor, sent.author, sent.urgency, sent.sentiment) == ("marit", "person", "normal", None)
    case = client.get(f"/api/v1/cases/{tunnel}").json()
    assert (case["urgency"]["label"], case["corrected"]) == ("normal", ["urgency"])
    client.cookies.set("lang", "en")
    assert "corrected: urgency" in client.get(f"/cases/{tunnel}/live").text


def test_a_correction_that_changes_nothing_is_not_sent(desk: TestDesk, tunnel: str) -> None:
    client = enter(desk)
    now = client.get(f"/api/v1/cases/{tunnel}").json()
    said = {"urgency": now["urgency"]["label"], "sentiment": now["sentiment"]}
    answer = client.post(f"/cases/{tunnel}/correct", data=said, headers={"HX-Request": "1"})
    assert "Er is niets veranderd." in answer.text
    assert not desk.backend.sent
    assert client.post(f"/cases/{tunnel}/correct", data=said | {"urgency": "heel hoog"}).status_code == 422


def test_who_may_not_act_may_not_correct(desk: TestDesk, tunnel: str) -> None:
    client, said = enter(desk, "vera"), {"urgency": "low", "sentiment": "positive"}
    assert "correct-urgency" not in client.get(f"/cases/{tunnel}").text
    assert client.post(f"/cases/{tunnel}/correct", data=said).status_code == 403
    assert enter(desk, "zoe").post(f"/cases/{tunnel}/correct", data=said).status_code == 404
    outside = enter(desk)
    del outside.headers["X-CSRF-Token"]
    assert outside.post(f"/cases/{tunnel}/correct", data=said).status_code == 403
    assert not desk.backend.sent


@pytest.mark.parametrize(
    ("language", "words"),
    [("nl", "verbeterd door de tweede lezer: stemming en urgentie"), ("en", "second reader: mood and urgency")],
)
def test_the_second_readers_correction_says_so(desk: TestDesk, tunnel: str, language: str, words: str) -> None:
    mention = enter(desk).get(f"/api/v1/cases/{tunnel}").json()["mentions"][-1]
    desk.backend.do(
        CorrectClassification,
        SPOOR,
        "system:reread",
        mention=mention,
        author="reread",
        sentiment="positive",
        urgency="high",
    )
    client = enter(desk)
    client.cookies.set("lang", language)
    assert words in client.get(f"/cases/{tunnel}").text


def test_a_doubtful_label_is_shown_as_one() -> None:
    sure = Urgency(label="high", score=0.7, confidence=0.9)
    assert [is_unsure(sure.model_copy(update={"confidence": one})) for one in (None, 0.9, 0.59)] == [False, False, True]
    corrected = UrgencySignal(name="corrected", evidence="een grap", weight=1, told_by="person")
    assert found_words(Urgency(label="high", score=0.7, signals=(corrected,))) == []


def test_a_topic_has_the_name_that_its_team_gives_it(desk: TestDesk, tunnel: str) -> None:
    topics = (TeamTopic(id="balloon_rides", names={"nl": "ballonvaarten"}, words=("ballon*",)),)
    desk.backend.configure(team_config(topics=topics))
    desk.backend.mention("Op", system_clock(), author=Author(id="a", name="A"), topics=("balloon_rides",))
    client = enter(desk)
    for language in ("nl", "en"):
        client.cookies.set("lang", language)
        assert '<span class="tag">ballonvaarten</span>' in client.get("/inbox?view=team").text
