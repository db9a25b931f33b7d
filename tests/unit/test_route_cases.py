"""What each command and each mention does to a case."""

from datetime import timedelta
from typing import Any

import pytest

from services.contracts.cases import MESSAGE_CHARACTERS, RECENT_MESSAGES
from services.contracts.commands import (
    AddNote,
    ClaimCase,
    CloseCase,
    ConfigureTeam,
    ReleaseCase,
    ReportDelivery,
    SubmitReply,
)
from services.contracts.events import CommandRejected, CommandRepeated, Event
from services.contracts.ids import event_id
from services.contracts.teams import Shift
from services.route.domain.agreement import agreement
from services.route.domain.mention_rules import verdict
from services.route.domain.outbox import outbox_items
from tests.support.route import Desk, at, config, mention, refusal, types, uuid


def test_a_mention_opens_a_case_for_the_least_loaded_person() -> None:
    desk = Desk(config())
    events = desk.say("een")
    assert types(events) == ["CaseOpened", "CaseAssigned"]
    assert [event.sequence for event in events] == [1, 2]
    assert {event.of for event in events} == {2}
    assert [event.id for event in events] == [event_id(events[0].cause, 1), event_id(events[0].cause, 2)]
    assert desk.case("een").owner == "jeroen"  # nobody had a case yet: by id
    desk.say("twee")
    assert desk.case("twee").owner == "noor"


def test_a_mention_that_needs_nobody_does_nothing() -> None:
    desk = Desk(config())
    assert desk.say("mooi weer", needs_person=False) == []


@pytest.mark.parametrize(
    ("fields", "needed"),
    [
        ({"needs_person": False}, False),
        ({"needs_person": True}, True),
        ({"needs_person": False, "urgency": "high"}, True),
        ({"needs_person": False, "urgency": "critical"}, True),
        ({"needs_person": False, "followers": 9_999}, False),
        ({"needs_person": False, "followers": 10_000}, True),
    ],
)
def test_needs_a_person(fields: dict[str, Any], needed: bool) -> None:
    agreed = agreement(config(), 1, at(9))
    assert verdict(mention("x", at(10), **fields), agreed).needs is needed
    assert verdict(mention("x", at(10), **fields), None).needs is needed, "and where nothing is agreed yet"


def test_the_same_mention_again_does_nothing_open_closed_or_archived() -> None:
    desk = Desk(config())
    again = mention("een", desk.now)
    desk.give(again)
    assert desk.give(again) == []
    desk.do(CloseCase, "noor", case=desk.case("een").id)
    assert desk.give(again) == []
    events = desk.tick(desk.now + timedelta(days=7))
    assert types(events) == ["CaseArchived"]
    assert desk.state.cases == {}
    assert desk.give(again) == []


def test_the_conversation_goes_on_in_its_open_case() -> None:
    desk = Desk(config())
    desk.say("een")
    desk.do(SubmitReply, "noor", case=desk.case("een").id, text="We kijken ernaar.")
    events = desk.say("twee", conversation="een")
    assert types(events) == ["MentionJoined"]
    case = desk.case("een")
    assert case.id == desk.case("twee").id
    assert (case.owner, case.awaiting_us, case.answer_to) == ("noor", True, "twee")


def test_thanks_joins_the_case_without_asking_for_an_answer() -> None:
    desk = Desk(config())
    desk.say("een")
    desk.do(SubmitReply, "noor", case=desk.case("een").id, text="Opgelost.")
    assert types(desk.say("dank", conversation="een", needs_person=False)) == ["MentionJoined"]
    assert desk.case("een").awaiting_us is False


def test_a_more_urgent_mention_makes_its_case_more_urgent() -> None:
    desk = Desk(config())
    desk.say("een")
    before = desk.case("een").deadline
    desk.say("lek", conversation="een", urgency="critical")
    case = desk.case("een")
    assert before is not None
    assert case.deadline is not None
    assert (case.urgency.label, case.weight, case.deadline.level) == ("critical", 3, "urgent")
    assert case.deadline.due_at < before.due_at


def test_a_closed_case_reopens_for_whoever_had_it() -> None:
    desk = Desk(config())
    desk.say("een")
    desk.do(SubmitReply, "noor", case=desk.case("een").id, text="Opgelost.")
    desk.do(CloseCase, "noor", case=desk.case("een").id)
    desk.now = at(11, day=1)
    events = desk.say("weer", conversation="een")
    assert types(events) == ["CaseReopened", "CaseAssigned"]
    case = desk.case("weer")
    assert (case.id, case.owner, case.reopened) == (desk.case("een").id, "noor", 1)
    assert case.explanation is not None
    assert case.explanation.rule == "previous_handler"
    assert case.deadline is not None
    assert case.deadline.started_at == desk.now


def test_after_the_reopen_window_a_new_case_opens() -> None:
    desk = Desk(config(reopen_days=1))
    desk.say("een")
    desk.do(CloseCase, "noor", case=desk.case("een").id)
    desk.now = at(10, day=1)
    assert types(desk.say("weer", conversation="een")) == ["CaseOpened", "CaseAssigned"]
    assert desk.case("een").id != desk.case("weer").id


def test_claim_takes_the_case_from_whoever_has_it_even_off_shift() -> None:
    desk = Desk(config())
    desk.say("een")
    (event,) = desk.do(ClaimCase, "aisha", case=desk.case("een").id)  # on from noon
    assert event.type == "CaseClaimed"
    assert event.taken_from == "jeroen"
    assert desk.tick() == []
    assert desk.case("een").owner == "aisha"
    assert types(desk.do(ClaimCase, "aisha", case=desk.case("een").id)) == ["CommandAccepted"]


def test_a_case_that_is_given_back_goes_to_somebody_else() -> None:
    desk = Desk(config())
    desk.say("een")
    events = desk.do(ReleaseCase, "jeroen", case=desk.case("een").id)
    assert types(events) == ["CaseReleased", "CaseAssigned"]
    assert desk.case("een").owner == "noor"


def test_a_case_that_is_given_back_returns_when_there_is_nobody_else() -> None:
    desk = Desk(
        config(
            people=config().people[:1], shifts=(Shift(id="d", people=("noor",), start="2026-03-02T09:00", minutes=480),)
        )
    )
    desk.say("een")
    desk.do(ReleaseCase, "noor", case=desk.case("een").id)
    assert desk.case("een").owner == "noor"


def test_only_the_owner_or_a_lead_gives_a_case_back() -> None:
    desk = Desk(config())
    desk.say("een")
    case = desk.case("een").id
    assert refusal(desk.do(ReleaseCase, "noor", case=case)) == "not_the_owner"
    assert types(desk.do(ReleaseCase, "lead:els", case=case))[0] == "CaseReleased"


def test_a_reply_claims_keeps_the_promise_and_leaves_whole() -> None:
    desk = Desk(config())
    desk.say("een")
    desk.now += timedelta(minutes=30)
    text = "x" * (MESSAGE_CHARACTERS + 1)
    events = desk.do(SubmitReply, "noor", case=desk.case("een").id, text=text)
    assert types(events) == ["CaseClaimed", "ReplySubmitted", "ReplyApproved"]
    case = desk.case("een")
    assert (case.owner, case.awaiting_us, case.deadline) == ("noor", False, None)
    assert (case.first_response_seconds, case.first_response_in_target) == (1800, True)
    assert (case.messages[-1].cut, len(case.messages[-1].text)) == (True, MESSAGE_CHARACTERS)
    (item,) = outbox_items(events, lambda _team, person: person.title())
    assert (item.text, item.sender, item.in_reply_to, item.approved_by) == (text, "Noor", "een", "mandate")


def test_an_integration_replies_without_owning() -> None:
    desk = Desk(config())
    desk.say("een")
    events = desk.do(SubmitReply, "integration:bot", case=desk.case("een").id, text="Bekend.")
    assert types(events) == ["ReplySubmitted", "ReplyApproved"]
    assert desk.case("een").owner == "jeroen"


def test_what_awaits_the_customer_takes_no_capacity() -> None:
    desk = Desk(config())
    desk.say("een")
    assert desk.state.load("jeroen") == 1
    desk.do(SubmitReply, "jeroen", case=desk.case("een").id, text="Bekend.")
    assert desk.state.load("jeroen") == 0


def test_a_failed_reply_needs_its_owner_again() -> None:
    desk = Desk(config())
    desk.say("een")
    desk.do(SubmitReply, "jeroen", case=desk.case("een").id, text="Bekend.")
    reply = desk.case("een").messages[-1].id

    def report(outcome: str) -> list[Event]:
        return desk.do(ReportDelivery, "system:ingest", case=desk.case("een").id, reply=reply, outcome=outcome)

    assert types(report("failed")) == ["ReplyFailed"]
    assert desk.case("een").awaiting_us is True
    assert types(report("failed")) == ["CommandAccepted"]
    assert types(report("delivered")) == ["ReplyDelivered"]
    assert types(report("failed")) == ["CommandAccepted"]
    assert desk.case("een").messages[-1].state == "delivered"


def test_notes_are_kept_and_count_as_work_of_the_owner() -> None:
    desk = Desk(config())
    desk.say("een")
    case = desk.case("een").id
    desk.do(AddNote, "noor", case=case, text="ken ik")
    assert desk.case("een").touched is False
    desk.do(AddNote, "jeroen", case=case, text="ik ook")
    assert desk.case("een").touched is True
    for number in range(RECENT_MESSAGES + 5):
        desk.do(AddNote, "jeroen", case=case, text=str(number))
    assert len(desk.case("een").messages) == RECENT_MESSAGES


def test_a_closed_case_takes_notes_but_no_claim_and_no_reply() -> None:
    desk = Desk(config())
    desk.say("een")
    case = desk.case("een").id
    assert types(desk.do(CloseCase, "noor", case=case)) == ["CaseClosed"]
    assert types(desk.do(CloseCase, "noor", case=case)) == ["CommandAccepted"]
    assert refusal(desk.do(ClaimCase, "noor", case=case)) == "case_closed"
    assert refusal(desk.do(ReleaseCase, "jeroen", case=case)) == "case_closed"
    assert refusal(desk.do(SubmitReply, "noor", case=case, text="nog iets")) == "case_closed"
    assert types(desk.do(AddNote, "noor", case=case, text="klaar")) == ["NoteAdded"]


def test_who_and_what_is_refused() -> None:
    assert refusal(Desk().do(CloseCase, "noor", case=uuid("x"))) == "unknown_team"
    desk = Desk(config())
    desk.say("een")
    case = desk.case("een").id
    assert refusal(desk.do(CloseCase, "vreemde", case=case)) == "not_a_member"
    assert refusal(desk.do(ClaimCase, "lead:els", case=case)) == "not_a_member"
    assert refusal(desk.do(CloseCase, "noor", case=uuid("x"))) == "unknown_case"
    report = desk.do(ReportDelivery, "system:ingest", case=case, reply=uuid("x"), outcome="delivered")
    assert refusal(report) == "unknown_reply"
    assert refusal(desk.do(CloseCase, "noor", case=case, asked=desk.now - timedelta(hours=25))) == "expired"
    assert refusal(desk.do(CloseCase, "noor", case=case, asked=desk.now + timedelta(minutes=6))) == "invalid"
    assert refusal(desk.do(ConfigureTeam, "noor", config=config(team="spoorlijn"))) == "invalid"


def test_a_bad_rule_is_refused_by_the_name_of_its_shift() -> None:
    bad = Shift(id="nacht", people=("noor",), start="2026-01-05T09:00", minutes=60, rule="FREQ=HOURLY")
    (event,) = Desk().configure(config(shifts=(bad,)))
    assert isinstance(event, CommandRejected)
    assert event.code == "invalid"
    assert "'nacht'" in event.reason


def test_a_repeat_gets_the_first_answer_under_an_id_of_its_own() -> None:
    desk = Desk(config())
    desk.say("een")
    reply = desk.command(SubmitReply, "noor", case=desk.case("een").id, text="Bekend.")
    first = desk.give(reply)
    desk.now += timedelta(hours=23)
    (again,) = desk.give(reply)
    assert isinstance(again, CommandRepeated)
    assert again.events == tuple(event.id for event in first)
    assert again.case_id == desk.case("een").id
    assert again.id not in again.events
    desk.now += timedelta(hours=2)
    (late,) = desk.give(reply)
    assert isinstance(late, CommandRejected)
    assert late.code == "expired"
    assert late.id not in again.events


def test_a_repeat_of_a_refusal_is_told_the_code() -> None:
    desk = Desk(config())
    command = desk.command(CloseCase, "noor", case=uuid("x"))
    desk.give(command)
    (again,) = desk.give(command)
    assert isinstance(again, CommandRepeated)
    assert again.rejected == "unknown_case"
