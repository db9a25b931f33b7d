"""The case's page: what can be done with a case, who else is there, what others did meanwhile, who is mentioned, merging."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.contracts.commands import AddNote, ClaimCase, CloseCase, CorrectClassification, SubmitReply
from services.contracts.mentions import Author
from services.contracts.teams import OpeningSpan
from services.desk.casework.actions import tag_of
from services.desk.casework.presence import LASTS, Presence, PresenceChanged
from services.desk.domain.snoozing import choices, local_moment
from services.desk.live import Entry, Hub
from services.desk.streams import page_events
from services.runtime.clock import system_clock
from tests.browser.desk_backend import SPOOR, TestDesk, team_config
from tests.browser.desk_scene import play
from tests.support.desk import enter

NL = {"Accept-Language": "nl"}
HX = NL | {"HX-Request": "true"}


@pytest.fixture
def tunnel(desk: TestDesk) -> str:
    return play(desk.backend)


def another(desk: TestDesk, tunnel: str, text: str = "En nog iets", *, same: bool = True) -> str:
    case = desk.backend.model.case(tunnel)
    assert case is not None
    author = case.author if same else Author(id="iemand-anders", name="Iemand Anders")
    return desk.backend.mention(text, system_clock(), source=case.source, author=author)


def shown(desk: TestDesk, case: str, name: str = "youssef") -> str:
    text: str = enter(desk, name).get(f"/cases/{case}", headers=NL).text
    return text


@pytest.mark.parametrize(
    ("what", "fields", "event"),
    [
        ("hand-over", {"to": "marit", "note": "jij kent haar"}, "HandOver"),
        ("hand-over", {"to": "", "note": "iemand anders graag"}, "HandOver"),
        ("snooze", {"choice": "hour"}, "SnoozeCase"),
        ("tag", {"tag": "Nog bellen!"}, "TagCase"),
        ("topic", {"topic": "nieuw-onderwerp"}, "CorrectClassification"),
    ],
)
def test_each_button_sends_its_command(
    desk: TestDesk, tunnel: str, what: str, fields: dict[str, str], event: str
) -> None:
    desk.backend.do(ClaimCase, SPOOR, "youssef", case=tunnel)
    answer = enter(desk).post(f"/cases/{tunnel}/{what}", data=fields, headers=HX)
    assert answer.status_code == 200, answer.text
    assert desk.backend.sent[-1].type == event
    assert "class=late" not in answer.text


def test_without_script_the_case_comes_back_with_what_became_of_it(desk: TestDesk, tunnel: str) -> None:
    desk.backend.do(ClaimCase, SPOOR, "youssef", case=tunnel)
    client = enter(desk)
    answer = client.post(f"/cases/{tunnel}/hand-over", data={"to": "marit"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/cases/{tunnel}?view=mine&told=told.hand_over")
    desk.backend.do(CloseCase, SPOOR, "marit", case=tunnel)
    client.post(f"/cases/{tunnel}/reopen")
    case = desk.backend.model.case(tunnel)
    assert case is not None
    assert case.status == "open"


@pytest.mark.parametrize(
    ("what", "fields"),
    [("hand-over", {}), ("snooze", {"until": "gisteren"}), ("snooze", {}), ("tag", {"tag": "!?"}), ("merge", {})],
)
def test_what_is_missing_is_said_and_nothing_is_sent(
    desk: TestDesk, tunnel: str, what: str, fields: dict[str, str]
) -> None:
    before = len(desk.backend.sent)
    answer = enter(desk).post(f"/cases/{tunnel}/{what}", data=fields, headers=HX)
    assert "class=late" in answer.text
    assert len(desk.backend.sent) == before


def test_what_was_done_is_said_so_that_what_was_typed_for_it_can_go_and_else_it_stays(
    desk: TestDesk, tunnel: str
) -> None:
    client = enter(desk)

    def done(what: str, case: str = tunnel, **fields: str) -> bool:
        return "x-done" in client.post(f"/cases/{case}/{what}", data=fields, headers=HX).headers

    assert [done("hand-over"), done("tag", tag="!?"), done("merge"), done("split")] == [False] * 4
    assert done("hand-over", to="marit", note="jij kent haar")
    assert not done("hand-over", to="tom", note="jij kent haar"), "it is Marit's to hand over"
    assert done("merge", another(desk, tunnel), into=tunnel)
    desk.backend.silent = True
    assert not done("tag", tag="nog-bellen"), "nobody knows yet"


def test_one_click_corrects_one_thing(desk: TestDesk, tunnel: str) -> None:
    answer = enter(desk).post(f"/cases/{tunnel}/correct", data={"urgency": "low"}, headers=HX)
    assert 'id="correct-urgency-critical"' in answer.text
    sent = desk.backend.sent[-1]
    assert isinstance(sent, CorrectClassification)
    assert (sent.urgency, sent.sentiment, sent.topics) == ("low", None, None)
    case = desk.backend.model.case(tunnel)
    assert case is not None
    first = case.topics[0]
    enter(desk).post(f"/cases/{tunnel}/topic", data={"topic": first}, headers=HX)
    after = desk.backend.model.case(tunnel)
    assert after is not None
    assert first not in after.topics


def test_the_authors_other_cases_are_listed_and_linked(desk: TestDesk, tunnel: str) -> None:
    other = another(desk, tunnel)
    page = shown(desk, tunnel)
    assert f'<a href="/cases/{other}?' in page
    assert "Andere zaken van deze schrijver" in page


# -- two at once -----------------------------------------------------------------------------------------------------------


def test_the_second_to_answer_sees_what_the_first_did_keeps_the_text_and_sends_with_one_more_click(
    desk: TestDesk, tunnel: str
) -> None:
    client = enter(desk)
    seen = re.search(r'id="seen-reply"><input type="hidden" name="seen" value="(\d+)"', shown(desk, tunnel))
    assert seen
    desk.backend.do(SubmitReply, SPOOR, "marit", case=tunnel, text="Ik was eerst.")
    answer = client.post(f"/cases/{tunnel}/reply", data={"text": "Mijn antwoord", "seen": seen[1]}, headers=HX)
    assert "Er is iets veranderd sinds je keek" in answer.text
    assert "Marit" in answer.text
    assert "webcare:sent" not in str(answer.headers)
    assert [one.text for one in desk.app.state.desk.drafts.of("youssef", tunnel)] == ["Mijn antwoord"]
    again = re.search(r'id="seen-reply"[^>]*><input type="hidden" name="seen" value="(\d+)"', answer.text)
    assert again
    client.post(f"/cases/{tunnel}/reply", data={"text": "Mijn antwoord", "seen": again[1]}, headers=HX)
    case = desk.backend.model.case(tunnel)
    assert case is not None
    assert [one.text for one in case.messages if one.kind == "reply"][-1] == "Mijn antwoord"
    assert desk.app.state.desk.drafts.of("youssef", tunnel) == ()


def test_without_script_the_page_says_what_changed_and_has_the_text(desk: TestDesk, tunnel: str) -> None:
    case = desk.backend.model.case(tunnel)
    assert case is not None
    desk.backend.do(SubmitReply, SPOOR, "marit", case=tunnel, text="Ik was eerst.")
    client = enter(desk)
    answer = client.post(f"/cases/{tunnel}/reply", data={"text": "Mijn antwoord", "seen": str(case.revision)})
    page = client.get(answer.headers["location"], headers=NL).text
    assert 'class="changed"' in page
    assert "Mijn antwoord" in page


def test_what_was_typed_for_a_case_that_somebody_closed_is_kept_and_shown(desk: TestDesk, tunnel: str) -> None:
    case = desk.backend.model.case(tunnel)
    assert case is not None
    desk.backend.do(CloseCase, SPOOR, "marit", case=tunnel)
    answer = enter(desk).post(
        f"/cases/{tunnel}/reply", data={"text": "Nog dit", "seen": str(case.revision)}, headers=HX
    )
    assert "Nog dit" in answer.text
    assert 'id="act-reopen"' in answer.text
    assert "Nog dit" in enter(desk).post(f"/cases/{tunnel}/reopen", headers=HX).text


# -- merging ---------------------------------------------------------------------------------------------------------------


def test_cases_are_merged_and_taken_apart_on_the_page(desk: TestDesk, tunnel: str) -> None:
    other = another(desk, tunnel)
    client = enter(desk, "lena")
    answer = client.post(f"/cases/{other}/merge", data={"into": tunnel}, headers=HX)
    assert answer.headers["hx-redirect"].startswith(f"/cases/{tunnel}?")
    page = shown(desk, tunnel, "lena")
    assert "En nog iets" in page
    assert 'name="to"' in page
    assert f'href="/cases/{tunnel}?' in shown(desk, other, "lena")
    answer = client.post(f"/cases/{tunnel}/unmerge", data={"merged": other})
    assert answer.headers["location"].startswith(f"/cases/{tunnel}?")
    assert "En nog iets" not in client.get(f"/cases/{tunnel}").text.split('id="talk"')[1].split('id="approval"')[0]


def test_for_another_author_it_takes_a_tick_and_each_reply_a_choice(desk: TestDesk, tunnel: str) -> None:
    other = another(desk, tunnel, same=False)
    client = enter(desk, "lena")
    link = f"https://desk.example/cases/{tunnel}?view=team"
    refused = client.post(f"/cases/{other}/merge", data={"link": link}, headers=HX)
    assert "verschillende schrijvers" in refused.text
    client.post(f"/cases/{other}/merge", data={"link": link, "other_author": "true"}, headers=HX)
    nobody = client.post(f"/cases/{tunnel}/reply", data={"text": "Dag!"}, headers=HX)
    assert "aan wie dit antwoord gaat" in nobody.text
    client.post(f"/cases/{tunnel}/reply", data={"text": "Dag!", "to": other}, headers=HX)
    case = desk.backend.model.case(tunnel)
    assert case is not None
    said = case.messages[-1].addressee
    assert said is not None
    assert said.author == "Iemand Anders"


def test_a_case_that_one_may_not_see_is_not_there_to_merge_into(desk: TestDesk, tunnel: str) -> None:
    assert enter(desk, "zoe").post(f"/cases/{tunnel}/merge", data={"into": tunnel}).status_code == 404


# -- who is mentioned ------------------------------------------------------------------------------------------------------


def test_who_is_named_in_a_note_has_a_to_do_until_they_open_the_case(desk: TestDesk, tunnel: str) -> None:
    desk.backend.do(AddNote, SPOOR, "youssef", case=tunnel, text="@Marit weet jij dit?")
    marit = enter(desk, "marit")
    assert ">1</span>" in marit.get("/mentioned", headers=NL).text.split('id="count-mentioned"')[1][:20]
    assert "weet jij dit?" in marit.get("/mentioned", headers=NL).text
    assert 'class="tag mention me"' in marit.get(f"/cases/{tunnel}", headers=NL).text
    assert "weet jij dit?" not in marit.get("/mentioned", headers=NL).text
    assert "weet jij dit?" not in enter(desk).get("/mentioned", headers=NL).text, "not a to-do of who wrote it"
    desk.backend.do(AddNote, SPOOR, "youssef", case=tunnel, text="@Marit nog eens?")
    assert "nog eens?" in marit.get("/mentioned", headers=NL).text
    assert '<span id="count-mentioned" hx-swap-oob="true">1</span>' in marit.get("/mentioned", headers=HX).text
    assert '<span id="count-mentioned" hx-swap-oob="true"></span>' in marit.get(f"/cases/{tunnel}", headers=HX).text


# -- who else is there -----------------------------------------------------------------------------------------------------


def test_others_see_who_looks_and_types_and_oneself_is_not_among_them(desk: TestDesk, tunnel: str) -> None:
    youssef, marit = enter(desk), enter(desk, "marit")
    assert youssef.post(f"/cases/{tunnel}/presence", data={"doing": "looks"}).status_code == 204
    assert "kijkt ook" not in youssef.get(f"/cases/{tunnel}/presence", headers=NL).text
    assert "Youssef kijkt ook" in marit.get(f"/cases/{tunnel}/presence", headers=NL).text
    youssef.post(f"/cases/{tunnel}/presence", data={"doing": "types"})
    assert "Youssef typt" in marit.get(f"/cases/{tunnel}", headers=NL).text
    youssef.post(f"/cases/{tunnel}/presence", data={"doing": "gone"})
    assert "Youssef" not in marit.get(f"/cases/{tunnel}/presence", headers=NL).text


def test_beats_without_the_sessions_token_or_too_many_are_refused(desk: TestDesk, tunnel: str) -> None:
    client = enter(desk)
    codes = {client.post(f"/cases/{tunnel}/presence", data={"doing": "looks"}).status_code for _ in range(91)}
    assert codes == {204, 429}
    del client.headers["X-CSRF-Token"]
    assert client.post(f"/cases/{tunnel}/presence", data={"doing": "looks"}).status_code == 403


def test_who_says_nothing_any_more_is_gone_by_itself_and_only_changes_are_told() -> None:
    told: list[PresenceChanged] = []
    presence, now = Presence(told.append), datetime(2026, 3, 2, 9, tzinfo=UTC)
    for second in (0, 10, 20):
        presence.beat("t", "case", "noor", "Noor", "looks", now + timedelta(seconds=second))
    assert len(told) == 1
    last = now + timedelta(seconds=20)
    assert [one.shown for one in presence.others("case", "jeroen", last + LASTS - timedelta(seconds=1))] == ["Noor"]
    assert presence.others("case", "noor", last) == ()
    assert presence.others("case", "jeroen", last + LASTS) == ()
    presence.leave("t", "case", "noor")
    assert len(told) == 1, "who was gone already does not go again"


def test_the_pages_are_told_and_programs_and_other_teams_are_not() -> None:
    event = PresenceChanged(team="t", case_id="c")
    assert page_events([Entry("", -1, "t", event)]) == [b"event: presence-c\ndata: changed\n\n"]
    hub = Hub()
    hub.nudge("t", event)
    assert hub.heads() == {}


# -- until when ------------------------------------------------------------------------------------------------------------


def test_the_choices_to_snooze_are_when_the_team_is_there() -> None:
    config = team_config().model_copy(
        update={
            "time_zone": "Europe/Amsterdam",
            "opening_hours": tuple(OpeningSpan(day=day, start="09:00", end="17:00") for day in range(5)),
            "holidays": (),
            "holiday_calendar": None,
        }
    )
    zone = ZoneInfo("Europe/Amsterdam")
    friday = datetime(2026, 3, 6, 16, tzinfo=zone)
    assert choices(config, friday) == {
        "hour": friday + timedelta(hours=1),
        "next": datetime(2026, 3, 9, 9, tzinfo=zone),
    }
    tuesday = datetime(2026, 3, 3, 7, tzinfo=zone)
    assert choices(config, tuesday)["next"] == datetime(2026, 3, 3, 9, tzinfo=zone)
    assert choices(config, tuesday)["week"] == datetime(2026, 3, 9, 9, tzinfo=zone)
    always = config.model_copy(update={"opening_hours": ()})
    assert choices(always, tuesday)["next"] == datetime(2026, 3, 4, 9, tzinfo=zone)
    assert list(choices(None, tuesday)) == ["hour"]
    assert local_moment("2026-03-06T16:00", config) == friday
    assert local_moment("straks", config) is None


def test_what_is_typed_becomes_a_tag() -> None:
    assert [tag_of(one) for one in ("Nog bellen", "Één", "  ", "a" * 90)] == ["nog-bellen", "een", "", "a" * 63]


def test_messages_that_are_ticked_become_a_case(desk: TestDesk, tunnel: str) -> None:
    case = desk.backend.model.case(tunnel)
    assert case is not None
    now, conversation = system_clock(), case.conversation
    desk.backend.mention("En mijn koffer?", now, source=case.source, conversation=conversation, author=case.author)
    client = enter(desk, "lena")
    assert "vink" in client.post(f"/cases/{tunnel}/split", headers=HX).text.lower()
    after = desk.backend.model.case(tunnel)
    assert after is not None
    answer = client.post(f"/cases/{tunnel}/split", data={"mention": after.mentions[-1]}, headers=HX)
    assert "Een eigen zaak geworden" in answer.text
    last = desk.backend.model.case(tunnel)
    assert last is not None
    assert last.mentions == after.mentions[:-1]


def test_what_htmx_keeps_in_place_has_an_id_that_it_can_look_for(desk: TestDesk, tunnel: str) -> None:
    """htmx looks for `#` and the id as it stands, so an id with a colon or a blank would stop the whole swap."""
    client = enter(desk, "youssef")
    client.post(f"/cases/{tunnel}/snooze", data={"choice": "hour"})
    case = desk.model.case(tunnel)
    assert case is not None
    assert case.snoozed_until is not None
    html = client.get(f"/cases/{tunnel}", headers=NL).text
    kept = re.findall(r'<[^>]*\bid="([^"]*)"[^>]*\bhx-preserve', html)
    assert any(one.startswith("tool-snooze-") for one in kept)
    assert [one for one in kept if not re.fullmatch(r"[A-Za-z][\w-]*", one)] == []
