"""Erasure of an author in the cases that are not archived: the rules, on route's domain."""

import logging
from datetime import timedelta
from typing import Any

import pytest

from services.contracts.cases import Case
from services.contracts.codec import decode, encode
from services.contracts.commands import (
    AddNote,
    AskColleague,
    CloseCase,
    ConfigureTeam,
    CorrectClassification,
    EraseAuthor,
    MergeCase,
    ReopenCase,
    ReportDelivery,
    SubmitReply,
    UnmergeCase,
)
from services.contracts.erasure import NOBODY
from services.contracts.events import AuthorErased, CommandRejected, Event
from services.contracts.ids import erasure_id, reply_id
from services.contracts.mentions import Author, Urgency, UrgencySignal
from services.contracts.teams import Mandate, Person
from services.contracts.topics import DESK_COMMANDS, DESK_TEAMS
from services.route.domain.outbox import outbox_items
from services.route.partition import STATE, RoutePartition
from services.runtime.messages import Outgoing, Received
from tests.support.route import TEAM, Desk, at, config, contents, mention, types

NAMES = ("klant-17", "Truus Jansen", "@truus", "truus.example")
TRUUS = Author(id="klant-17", name="Truus Jansen", handle="@truus", url="https://truus.example", followers=9)
BUUR = Author(id="buur", name="Buurman Bas")


def erase(desk: Desk, author: str = "klant-17", source: str = "square") -> list[Event]:
    return desk.do(EraseAuthor, "system:webcare", source=source, author=author)


def truus(desk: Desk, name: str, **more: Any) -> Case:
    desk.say(name, **{"author": TRUUS, "title": f"Truus Jansen vraagt iets ({name})"} | more)
    return desk.case(name)


def words(case: Case) -> str:
    return encode(case).decode()


def code(events: list[Event]) -> str:
    (refused,) = events
    assert isinstance(refused, CommandRejected)
    return refused.code


def test_an_open_case_of_the_author_is_closed_without_a_word_of_them() -> None:
    desk = Desk(config())
    signals = (UrgencySignal(name="health", evidence="water is bruin", weight=1),)
    read = mention("x", desk.now).classification
    urgent = read.model_copy(update={"urgency": Urgency(label="high", score=0.7, signals=signals)})
    case = truus(desk, "een", classification=urgent, conversation="truus.example/1", url="https://truus.example/een")
    desk.do(AddNote, "noor", case=case.id, text="@jeroen Truus Jansen belde net")
    desk.do(AskColleague, "noor", case=case.id, name="Piet", text="Wie kent @truus?", quote="Mijn water is bruin")
    correction = {"mention": case.mentions[0], "author": "person", "urgency": "critical", "reason": "Truus is oud"}
    desk.do(CorrectClassification, "noor", **correction)
    before = desk.state.cases[case.id]
    events = erase(desk)
    assert types(events)[:2] == ["AuthorErased", "CaseErased"]
    after = desk.state.cases[case.id]
    assert [one for one in (*NAMES, "bruin", "Truus", "belde", "oud") if one in words(after)] == []
    assert (after.status, after.closed_by, after.closed_at, after.erased_at) == (
        "closed", "system:webcare", desk.now, desk.now,
    )  # fmt: skip
    assert (after.deadline, after.awaiting_us, after.owner) == (None, False, before.owner)
    assert after.history[-1].type == "CaseErased"
    assert [one.state for one in after.questions] == ["expired"]
    assert desk.state.load("noor") == desk.state.load("jeroen") == 0, "nobody has work with it any more"


def test_when_by_whom_and_how_it_was_read_stays() -> None:
    desk = Desk(config())
    case = truus(desk, "een")
    desk.do(SubmitReply, "noor", case=case.id, text="Beste Truus Jansen, we komen langs.")
    before = desk.state.cases[case.id]
    erase(desk)
    after = desk.state.cases[case.id]
    kept = (
        "id",
        "opened_at",
        "created_at",
        "sentiment",
        "topics",
        "intent",
        "mentions",
        "first_response_seconds",
        "tags",
    )
    assert {name: getattr(after, name) for name in kept} == {name: getattr(before, name) for name in kept}
    assert [(one.kind, one.id, one.at, one.state) for one in after.messages] == [
        (one.kind, one.id, one.at, one.state) for one in before.messages
    ]
    assert [one.author for one in after.messages] == ["", "noor"]
    assert all(one.erased and not one.text for one in after.messages)
    assert after.revision == before.revision + 1


def test_a_closed_case_is_erased_and_stays_as_it_was_closed() -> None:
    desk = Desk(config())
    case = truus(desk, "een")
    desk.do(CloseCase, "noor", case=case.id)
    closed_at, desk.now = desk.now, at(11)
    erase(desk)
    after = desk.state.cases[case.id]
    assert (after.closed_by, after.closed_at, after.author) == ("noor", closed_at, NOBODY)


def test_in_the_case_of_somebody_else_only_their_words_go() -> None:
    desk = Desk(config())
    desk.say("een", author=BUUR, title="Bij de buren")
    desk.say("twee", conversation="een", author=TRUUS, text="Bij mij ook, Truus", in_reply_to="een")
    case = desk.case("een")
    desk.do(AddNote, "noor", case=case.id, text="De buurman belde")
    events = erase(desk)
    assert types(events) == ["AuthorErased", "CaseErased"]
    after = desk.state.cases[case.id]
    assert [name for name in NAMES if name in words(after)] == []
    assert [one.text for one in after.messages] == ["Mijn water is bruin (een)", "", "De buurman belde"]
    assert (after.status, after.author, after.title, after.erased_at) == ("open", BUUR, "Bij de buren", None)
    assert after.answer_to == "een", "a reply answers who is left"


def test_a_case_in_which_somebody_else_wrote_goes_on_for_them() -> None:
    desk = Desk(config())
    case = truus(desk, "een")
    desk.say("twee", conversation="een", author=BUUR, text="Hier ook")
    erase(desk)
    after = desk.state.cases[case.id]
    assert (after.status, after.author, after.conversation, after.answer_to) == ("open", NOBODY, "een", "twee")
    assert [one.text for one in after.messages] == ["", "Hier ook"]
    sent = outbox_items(desk.do(SubmitReply, "noor", case=case.id, text="Beste buurman"), lambda _t, p: p)
    assert [one.in_reply_to for one in sent] == ["twee"]


def test_a_message_from_before_messages_named_their_author_is_known_by_its_name() -> None:
    desk = Desk(config())
    case = truus(desk, "een")
    old = case.model_copy(update={"messages": tuple(one.model_copy(update={"author_id": ""}) for one in case.messages)})
    desk.state.put(old)
    erase(desk)
    assert desk.state.cases[case.id].messages[0].text == ""


def test_another_source_or_another_author_is_somebody_else() -> None:
    desk = Desk(config())
    case = truus(desk, "een")
    before = desk.state.cases[case.id]
    assert types(erase(desk, source="email")) == ["AuthorErased"]
    assert types(erase(desk, "klant-1")) == ["AuthorErased"]
    assert desk.state.cases[case.id] == before


def test_a_held_reply_never_leaves() -> None:
    alone = Person(id="noor", name="Noor", languages=("nl",), mandate=Mandate(send_alone=False))
    held: tuple[dict[str, Any], ...] = ({"grace_seconds": 60}, {"people": (alone, *config().people[1:])})
    for changes in held:
        desk = Desk(config(**changes))
        case = truus(desk, "een")
        desk.do(SubmitReply, "noor", case=case.id, text="Beste Truus Jansen")
        assert desk.state.cases[case.id].pending
        erase(desk)
        after = desk.state.cases[case.id]
        assert (after.pending, after.messages[-1].state) == ((), "withdrawn")
        assert outbox_items(desk.tick(desk.now + timedelta(hours=2)), lambda _t, p: p) == []


def test_what_becomes_of_a_reply_that_was_on_its_way_is_noted_without_its_address() -> None:
    desk = Desk(config())
    case = truus(desk, "een")
    sent = desk.do(SubmitReply, "noor", case=case.id, text="Beste Truus")
    erase(desk)
    told = {"reply": reply_id(sent[0].cause), "outcome": "delivered", "url": "https://truus.example/2"}
    assert types(desk.do(ReportDelivery, "system:ingest", case=case.id, **told)) == ["ReplyDelivered"]
    after = desk.state.cases[case.id].messages[-1]
    assert (after.state, after.url, after.text) == ("delivered", "", "")


def test_of_merged_cases_the_conversation_of_the_author_goes_and_the_other_goes_on() -> None:
    desk = Desk(config())
    desk.say("buur", author=BUUR)
    case, theirs = desk.case("buur"), truus(desk, "truus")
    desk.do(MergeCase, "lead:els", case=theirs.id, into=case.id, other_author=True)
    desk.do(SubmitReply, "noor", case=case.id, text="Dag Truus", to=theirs.id)
    desk.do(SubmitReply, "noor", case=case.id, text="Dag buurman")
    erase(desk)
    after, merged = desk.state.cases[case.id], desk.state.cases[theirs.id]
    for one in (after, merged):
        assert [name for name in (*NAMES, "Dag Truus") if name in words(one)] == []
    assert [one.text for one in after.messages if one.text] == ["Mijn water is bruin (buur)", "Dag buurman"]
    assert (after.status, after.author, merged.status) == ("open", BUUR, "closed")
    assert code(desk.do(SubmitReply, "noor", case=case.id, text="Dag", to=theirs.id)) == "erased"
    assert code(desk.do(UnmergeCase, "lead:els", case=theirs.id)) == "erased"


def test_the_case_of_the_author_goes_on_for_who_was_merged_into_it() -> None:
    desk = Desk(config())
    case = truus(desk, "truus")
    desk.say("buur", author=BUUR)
    theirs = desk.case("buur")
    desk.do(MergeCase, "lead:els", case=theirs.id, into=case.id, other_author=True)
    erase(desk)
    after = desk.state.cases[case.id]
    assert (after.status, after.author, after.merged[0].author) == ("open", NOBODY, BUUR)
    assert code(desk.do(SubmitReply, "noor", case=case.id, text="Dag")) == "erased"
    sent = outbox_items(desk.do(SubmitReply, "noor", case=case.id, text="Dag", to=theirs.id), lambda _t, p: p)
    assert [(one.conversation, one.in_reply_to) for one in sent] == [("buur", "buur")]


@pytest.mark.parametrize("kind", [SubmitReply, AskColleague, ReopenCase, MergeCase])
def test_nobody_is_answered_in_an_erased_case(kind: Any) -> None:
    desk = Desk(config())
    case = truus(desk, "een")
    desk.say("twee", author=BUUR)
    erase(desk)
    more: dict[str, Any] = {"text": "Dag", "name": "Piet", "into": desk.case("twee").id}
    given = {name: value for name, value in more.items() if name in kind.model_fields}
    assert code(desk.do(kind, "noor", case=case.id, **given)) == "erased"


def test_said_twice_it_changes_no_case_again() -> None:
    desk = Desk(config())
    case = truus(desk, "een")
    erase(desk)
    before = desk.state.cases[case.id]
    assert types(erase(desk)) == ["AuthorErased"]
    assert desk.state.cases[case.id] == before


def test_what_they_wrote_before_does_not_come_back_and_what_they_write_later_is_ordinary() -> None:
    desk = Desk(config())
    desk.say("gesloten", author=TRUUS, conversation="draad")
    erase(desk)
    late = mention("laat", desk.now - timedelta(minutes=5), author=TRUUS)
    assert desk.give(late) == []
    assert desk.give(mention("gesloten", desk.now, author=TRUUS, conversation="draad")) == []
    desk.now += timedelta(minutes=1)
    assert types(desk.say("nieuw", author=TRUUS, conversation="draad"))[:1] == ["CaseOpened"]
    assert desk.case("nieuw").author == TRUUS


def test_a_conversation_goes_on_in_an_earlier_case_of_somebody_else() -> None:
    desk = Desk(config())
    desk.say("buur", author=BUUR, conversation="draad")
    first = desk.case("buur")
    desk.do(CloseCase, "lead:els", case=first.id)
    desk.now = at(10, day=8)
    theirs = truus(desk, "truus", conversation="draad")
    assert theirs.id != first.id
    erase(desk)
    found = desk.state.latest_case(("square", "draad"))
    assert found is not None
    assert found.id == first.id


def test_the_state_that_is_read_back_is_the_one_that_was_written() -> None:
    desk, partition, again = Desk(), RoutePartition(1), RoutePartition(1)
    given = (
        desk.command(ConfigureTeam, "system:test", config=config()),
        mention("een", desk.now, author=TRUUS),
        mention("twee", desk.now, author=BUUR, conversation="een"),
        mention("drie", desk.now, author=TRUUS),
        desk.command(EraseAuthor, "system:test", source="square", author="klant-17"),
    )
    records: dict[tuple[str, str], Outgoing] = {}
    for one in given:
        for out in partition.handle([Received(DESK_COMMANDS, 1, 0, desk.now, TEAM, one, {})], desk.now):
            records[out.topic.name, out.key] = out
    for out in records.values():
        if out.topic in STATE and out.message is not None:
            again.restore(out.topic, out.key, decode(out.topic, encode(out.message)))
    again.restored()
    assert contents(again._team(TEAM)) == contents(partition._team(TEAM))
    record = records[DESK_TEAMS.name, f"{TEAM}:erased:{erasure_id(TEAM, 'square', 'klant-17')}"].message
    assert record is not None
    assert "klant-17" not in encode(record).decode(), "what has no retention says nothing of who it was"


def test_an_erasure_is_in_the_log_without_who_it_was(caplog: pytest.LogCaptureFixture) -> None:
    desk, partition = Desk(), RoutePartition(1)
    asked = desk.command(EraseAuthor, "lead:els", source="square", author="klant-17")
    given = (desk.command(ConfigureTeam, "system:test", config=config()), mention("een", desk.now, author=TRUUS), asked)
    with caplog.at_level(logging.INFO):
        partition.handle([Received(DESK_COMMANDS, 1, 0, desk.now, TEAM, one, {}) for one in given], desk.now)
    (line,) = [one.getMessage() for one in caplog.records if "erased" in one.getMessage()]
    assert line == f"an author was erased by lead:els, command {asked.id}: 1 cases"


def test_the_erasure_names_the_author_for_those_who_keep_mentions_of_their_own() -> None:
    desk = Desk(config())
    (event,) = erase(desk)
    assert isinstance(event, AuthorErased)
    assert (event.source, event.author, event.at) == ("square", "klant-17", desk.now)
    assert desk.state.erasures.of(TEAM, "square", "klant-17", desk.now) == desk.now
