"""Merging of cases and undoing it, lock-free answers, and who a note names: the rules, on route's domain."""

from datetime import timedelta
from typing import Any

import pytest

from services.contracts.cases import Case
from services.contracts.commands import (
    AddNote,
    ClaimCase,
    CloseCase,
    MergeCase,
    ReopenCase,
    ReportDelivery,
    SplitCase,
    SubmitReply,
    UnmergeCase,
)
from services.contracts.events import CommandRejected, DeadlineWarned, Event, NoteAdded
from services.contracts.ids import reply_id
from services.contracts.mentions import Author
from services.contracts.seen import changed_since, since
from services.contracts.teams import Person
from services.route.domain.naming import named
from services.route.domain.outbox import outbox_items
from tests.support.route import Desk, at, config, types

MOVED = {"revision", "updated_at", "history", "waiting", "explanation", "owner", "assigned_at", "previous_owner"}


def two(**second: Any) -> tuple[Desk, str, str]:
    desk = Desk(config())
    desk.say("first")
    desk.say("second", **second)
    return desk, desk.case("first").id, desk.case("second").id


def code(events: list[Event]) -> str:
    (refused,) = events
    assert isinstance(refused, CommandRejected)
    return refused.code


def plain(case: Case) -> dict[str, Any]:
    return case.model_dump(exclude=MOVED)


def test_what_is_merged_goes_on_in_the_other_and_the_earliest_promise_counts() -> None:
    desk, first, second = two(urgency="high")
    urgent = desk.state.cases[second]
    events = desk.do(MergeCase, "lead:els", case=second, into=first)
    assert types(events)[:2] == ["CaseMerged", "CaseExtended"]
    gone, whole = desk.state.cases[second], desk.state.cases[first]
    assert (gone.status, gone.mentions, gone.deadline) == ("closed", (), None)
    assert gone.merged_into is not None
    assert gone.merged_into.case == first
    assert [one.id for one in whole.messages] == list(whole.mentions)
    assert len(whole.mentions) == 2
    assert whole.urgency.label == "high"
    assert whole.weight == urgent.weight
    assert whole.deadline == urgent.deadline


def test_what_is_said_later_in_the_merged_conversation_comes_to_the_other_also_when_it_was_closed() -> None:
    desk, first, second = two()
    desk.do(MergeCase, "lead:els", case=second, into=first)
    assert types(desk.say("later", conversation="second"))[:1] == ["MentionJoined"]
    assert desk.case("later").id == first
    assert desk.state.cases[first].answer_to == "first", "a reply still answers the conversation of the case"
    assert desk.state.cases[first].merged[0].answer_to == "later"
    desk.do(CloseCase, "lead:els", case=first)
    assert types(desk.say("again", conversation="second"))[:1] == ["CaseReopened"]
    assert desk.case("again").id == first


def test_undone_at_once_both_are_what_they_were() -> None:
    desk, first, second = two(urgency="high")
    desk.do(AddNote, "noor", case=second, text="alleen voor ons")
    before = {one: plain(desk.state.cases[one]) for one in (first, second)}
    desk.do(MergeCase, "lead:els", case=second, into=first)
    assert types(desk.do(UnmergeCase, "lead:els", case=second))[:2] == ["CaseReduced", "CaseUnmerged"]
    assert {one: plain(desk.state.cases[one]) for one in (first, second)} == before
    assert {desk.case("first").id, desk.case("second").id} == {first, second}


def test_undone_later_what_was_said_goes_where_it_belongs_and_what_was_sent_stays() -> None:
    desk, first, second = two()
    desk.do(MergeCase, "lead:els", case=second, into=first)
    sent = desk.do(SubmitReply, "noor", case=first, text="We zoeken het uit.", to=second)
    desk.say("later", conversation="second")
    desk.do(UnmergeCase, "noor", case=second)
    apart, stayed = desk.state.cases[second], desk.state.cases[first]
    assert [one.text for one in apart.messages][-1] == "Mijn water is bruin (later)"
    assert apart.awaiting_us
    assert apart.answer_to == "later"
    assert [one.kind for one in stayed.messages] == ["mention", "reply"]
    assert stayed.first_response_at == sent[0].at


def test_what_was_told_of_a_promise_while_they_were_one_is_not_told_again_after_it_is_undone() -> None:
    desk, first, second = two(urgency="high")
    desk.do(MergeCase, "lead:els", case=second, into=first)
    desk.now = at(10.9)
    assert types(desk.tick()).count("DeadlineWarned") == 1
    desk.now = at(11)
    assert types(desk.tick()).count("DeadlineBreached") == 1
    desk.do(UnmergeCase, "lead:els", case=second)
    (promise,) = desk.state.cases[second].promises
    assert (promise.warned_at, promise.breached_at) == (at(10.9), at(11))
    desk.now = at(11.1)
    assert not {"DeadlineWarned", "DeadlineBreached"}.intersection(types(desk.tick()))
    (other,) = desk.state.cases[first].promises
    assert (other.warned_at, other.due_at) == (None, at(14)), "the other's is as it was"
    desk.now = at(13.8)
    assert types(desk.tick()).count("DeadlineWarned") == 1


def test_what_was_told_of_its_own_promise_stays_with_the_case_that_goes_on() -> None:
    desk, first, second = two()
    desk.do(MergeCase, "lead:els", case=second, into=first)
    desk.now = at(13.8)
    assert types(desk.tick()).count("DeadlineWarned") == 1
    desk.do(UnmergeCase, "lead:els", case=second)
    assert [one.warned_at for one in desk.state.cases[first].promises] == [at(13.8)]
    warned = [event.case.id for event in desk.tick(at(13.9)) if isinstance(event, DeadlineWarned)]
    assert first not in warned


def test_a_reply_answers_the_chosen_conversation_and_nothing_else() -> None:
    desk, first, second = two(author=Author(id="buur", name="Buur"))
    desk.do(MergeCase, "lead:els", case=second, into=first, other_author=True)
    one = outbox_items(desk.do(SubmitReply, "noor", case=first, text="Beste buur", to=second), lambda _t, p: p)[0]
    assert (one.case, one.conversation, one.in_reply_to) == (first, "second", "second")
    other = outbox_items(desk.do(SubmitReply, "noor", case=first, text="Beste klant"), lambda _t, p: p)[0]
    assert (other.conversation, other.in_reply_to) == ("first", "first")
    desk.do(UnmergeCase, "noor", case=second)
    assert code(desk.do(SubmitReply, "noor", case=first, text="Beste buur", to=second)) == "changed_since"


def test_cases_of_different_authors_are_merged_only_by_who_knows_it() -> None:
    desk, first, second = two(author=Author(id="buur", name="Buur"))
    assert code(desk.do(MergeCase, "lead:els", case=second, into=first)) == "other_author"
    assert desk.state.cases[second].status == "open"


def test_what_cannot_be_merged() -> None:
    desk, first, second = two()
    desk.say("third")
    third = desk.case("third").id
    assert code(desk.do(MergeCase, "lead:els", case=first, into=first)) == "invalid"
    desk.do(MergeCase, "lead:els", case=second, into=first)
    assert types(desk.do(MergeCase, "lead:els", case=second, into=first)) == ["CommandAccepted"]
    assert code(desk.do(MergeCase, "lead:els", case=first, into=third)) == "merged"
    assert code(desk.do(MergeCase, "lead:els", case=third, into=second)) == "case_closed"
    assert code(desk.do(ReopenCase, "lead:els", case=second)) == "merged"
    desk.do(CloseCase, "lead:els", case=first)
    assert code(desk.do(MergeCase, "lead:els", case=third, into=first)) == "case_closed"


def test_what_became_of_a_reply_is_said_of_its_message_in_both_cases() -> None:
    desk, first, second = two()
    asked = desk.command(SubmitReply, "noor", case=second, text="Dank!")
    desk.give(asked)
    desk.do(MergeCase, "lead:els", case=second, into=first)
    desk.do(ReportDelivery, "system:ingest", case=second, reply=reply_id(asked.id), outcome="delivered")
    for case in (first, second):
        assert [one.state for one in desk.state.cases[case].messages if one.kind == "reply"] == ["delivered"]


@pytest.mark.parametrize("what", ["reply", "close", "customer", "claim", "merge"])
def test_the_second_of_two_is_told_what_the_first_did_and_may_do_it_all_the_same(what: str) -> None:
    desk, first, second = two()
    desk.do(ClaimCase, "jeroen", case=first)
    seen = desk.state.cases[first].revision
    if what == "reply":
        desk.do(SubmitReply, "noor", case=first, text="Eerst")
    elif what == "close":
        desk.do(CloseCase, "noor", case=first)
    elif what == "customer":
        desk.say("more", conversation="first")
    elif what == "claim":
        desk.do(ClaimCase, "noor", case=first)
    else:
        desk.do(MergeCase, "lead:els", case=second, into=first)
    assert code(desk.do(SubmitReply, "jeroen", case=first, text="Ook", seen=seen)) == "changed_since"
    again = desk.do(SubmitReply, "jeroen", case=first, text="Ook", seen=desk.state.cases[first].revision)
    if what == "close":
        assert code(again) == "case_closed"
    else:
        assert "ReplySubmitted" in types(again)


def test_what_one_does_oneself_and_what_does_not_matter_is_no_surprise() -> None:
    desk, first, _ = two()
    seen = desk.state.cases[first].revision
    desk.do(ClaimCase, "jeroen", case=first)
    desk.do(AddNote, "noor", case=first, text="x")
    case = desk.state.cases[first]
    assert [one.type for one in since(case, seen)] == ["CaseClaimed", "NoteAdded"]
    assert changed_since(case, seen, "jeroen") == ()
    assert since(case, case.revision) == ()
    assert since(case, case.revision + 5) == ()
    assert "ReplySubmitted" in types(desk.do(SubmitReply, "jeroen", case=first, text="Ja", seen=seen))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@noor kijk jij?", ("noor",)),
        ("Dag @Noor, en @JEROEN.", ("noor", "jeroen")),
        ("@noor en nog eens @noor", ("noor",)),
        ("@René weet het (@anna maria?)", ("rene", "annam")),
        ("mail info@noor.nl", ()),
        ("@noorderlicht en @noor-zuid", ()),
        ("@anna", ("anna",)),
        ("@kim", ()),
        ("niemand @onbekend @", ()),
    ],
)
def test_who_a_note_names(text: str, found: tuple[str, ...]) -> None:
    people = [
        Person(id=one, name=name, languages=("nl",), capacity=1)
        for one, name in (
            ("noor", "Noor Visser"), ("jeroen", "Jeroen"), ("rene", "René Bos"), ("anna", "Anna"),
            ("annam", "Anna Maria"), ("kim1", "Kim A"), ("kim2", "Kim B"),
        )
    ]  # fmt: skip
    assert named(text, people) == found


def test_a_note_says_whom_it_names() -> None:
    desk, first, _ = two()
    (event,) = desk.do(AddNote, "noor", case=first, text="@Aisha, kun jij dit in het Engels?")
    assert isinstance(event, NoteAdded)
    assert event.mentioned == event.note.mentioned == desk.state.cases[first].messages[-1].mentioned == ("aisha",)


def test_a_merged_case_is_archived_no_later_than_the_one_it_goes_on_in() -> None:
    desk, first, second = two()
    desk.do(MergeCase, "lead:els", case=second, into=first)
    desk.tick(at(10, 8))
    assert set(desk.state.cases) == {first}
    desk.say("later", conversation="second")
    assert desk.case("later").id == first
    assert code(desk.do(UnmergeCase, "lead:els", case=second)) == "unknown_case"


def test_messages_become_a_case_of_their_own_and_the_conversation_goes_on_in_the_first() -> None:
    desk, first, _ = two()
    desk.say("more", conversation="first")
    more = desk.state.cases[first].mentions[1]
    before = desk.state.cases[first]
    events = desk.do(SplitCase, "lead:els", case=first, mentions=(more,))
    assert types(events)[:2] == ["MentionsSplitOff", "CaseSplitOff"]
    new, old = desk.case("more"), desk.state.cases[first]
    assert (new.split_from, new.mentions, new.answer_to) == (first, (more,), "more")
    assert (new.owner, new.promises) == (before.owner, before.promises)
    assert (old.mentions, old.answer_to, len(old.messages)) == (before.mentions[:1], "first", 1)
    desk.say("later", conversation="first")
    assert desk.case("later").id == first


def test_what_cannot_be_split_off() -> None:
    desk, first, second = two()
    only = desk.state.cases[first].mentions
    assert code(desk.do(SplitCase, "lead:els", case=first, mentions=only)) == "invalid"
    brought = desk.state.cases[second].mentions
    assert code(desk.do(SplitCase, "lead:els", case=first, mentions=brought)) == "not_found"
    desk.do(MergeCase, "lead:els", case=second, into=first)
    assert code(desk.do(SplitCase, "lead:els", case=first, mentions=brought)) == "merged"


def test_a_reply_that_is_held_keeps_whom_it_answers_also_when_the_cases_are_taken_apart() -> None:
    desk = Desk(config(grace_seconds=60))
    desk.say("first")
    desk.say("second", author=Author(id="buur", name="Buur"))
    first, second = desk.case("first").id, desk.case("second").id
    desk.do(MergeCase, "lead:els", case=second, into=first, other_author=True)
    desk.do(SubmitReply, "noor", case=first, text="Beste buur", to=second)
    assert desk.state.cases[first].pending[0].addressee is not None
    desk.do(UnmergeCase, "noor", case=second)
    (item,) = outbox_items(desk.tick(desk.now + timedelta(minutes=2)), lambda _team, person: person)
    assert (item.conversation, item.in_reply_to) == ("second", "second")


def test_a_case_with_a_reply_that_has_not_left_is_not_merged() -> None:
    desk = Desk(config(grace_seconds=60))
    desk.say("first")
    desk.say("second")
    first, second = desk.case("first").id, desk.case("second").id
    desk.do(SubmitReply, "noor", case=second, text="Dank!")
    assert code(desk.do(MergeCase, "lead:els", case=second, into=first)) == "reply_pending"
