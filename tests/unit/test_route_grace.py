"""The moment of grace in route: a reply leaves when it is over, or is taken back; and the bounds of what is held."""

from datetime import timedelta
from typing import Any

from services.contracts.approvals import HELD_CHARACTERS, MOST_PENDING
from services.contracts.cases import Case
from services.contracts.commands import ApproveReply, CloseCase, ReportDelivery, SubmitReply, WithdrawReply
from services.contracts.events import Event, ReplyApproved, ReplyReleased, ReplyWithdrawn
from tests.support.approvals import left, refused, team, waiting
from tests.support.route import Desk, at, types

# -- the moment of grace -----------------------------------------------------------------------------------------------


def test_a_reply_leaves_once_its_moment_of_grace_is_over() -> None:
    desk = Desk(team(grace_seconds=10))
    desk.say("een")
    events = desk.do(SubmitReply, "noor", case=desk.case("een").id, text="Dank.")
    (approved,) = [one for one in events if isinstance(one, ReplyApproved)]
    assert (approved.by, approved.release_at, left(events)) == ("mandate", at(10) + timedelta(seconds=10), [])
    assert (desk.case("een").awaiting_us, desk.case("een").first_response_at) == (False, at(10))
    assert desk.tick(at(10) + timedelta(seconds=9)) == []
    events = desk.tick(at(10) + timedelta(seconds=10))
    assert types(events) == ["ReplyReleased"]
    assert [(item.text, item.approved_by, item.at) for item in left(events)] == [("Dank.", "mandate", desk.now)]
    assert desk.tick(at(10.1)) == []
    case = desk.case("een")
    assert (case.pending, case.messages[-1].state, case.first_response_at) == ((), "approved", at(10))


def before_and_after_an_undo(**changes: Any) -> tuple[Case, Case, list[Event]]:
    desk = Desk(team(grace_seconds=30, **changes))
    desk.say("een")
    before = desk.case("een")
    desk.do(SubmitReply, "noor", case=before.id, text="Oeps.")
    desk.now += timedelta(seconds=20)
    reply = desk.case("een").pending[0].reply
    events = desk.do(WithdrawReply, "noor", case=before.id, reply=reply)
    assert types(events)[-1] == "ReplyWithdrawn"
    after = desk.case("een")
    assert left(desk.tick(at(10.5))) == []
    assert types(desk.do(WithdrawReply, "noor", case=before.id, reply=reply)) == ["CommandAccepted"]
    assert refused(desk.do(ReportDelivery, "system:ingest", case=before.id, reply=reply, outcome="failed")) == "invalid"
    return before, after, events


def test_undo_takes_it_back_as_if_it_had_not_been_sent() -> None:
    before, after, events = before_and_after_an_undo()
    (withdrawn,) = [one for one in events if isinstance(one, ReplyWithdrawn)]
    assert (withdrawn.reply.text, withdrawn.reply.state) == ("Oeps.", "withdrawn")
    assert (after.awaiting_us, after.first_response_at, after.first_response_seconds) == (True, None, None)
    assert after.first_response_in_target is None
    assert before.deadline is not None
    assert after.deadline is not None
    waited = timedelta(seconds=20)
    assert (after.deadline.kind, after.deadline.due_at) == ("first_response", before.deadline.due_at + waited)
    assert after.pending == ()


def test_what_was_sent_and_closed_is_open_again_after_an_undo() -> None:
    desk = Desk(team(grace_seconds=30))
    desk.say("een")
    case = desk.case("een").id
    desk.do(SubmitReply, "noor", case=case, text="Oeps.")
    assert types(desk.do(CloseCase, "noor", case=case)) == ["CaseClosed"]
    events = desk.do(WithdrawReply, "noor", case=case, reply=desk.case("een").pending[0].reply)
    assert types(events) == ["CaseReopened", "ReplyWithdrawn"]
    after = desk.case("een")
    assert (after.status, after.owner, after.awaiting_us, after.closed_at) == ("open", "noor", True, None)
    assert after.deadline is not None
    assert after.deadline.kind == "first_response"


def test_what_was_sent_and_closed_leaves_all_the_same_and_is_not_archived_before() -> None:
    desk = Desk(team(grace_seconds=30, reopen_days=0))
    desk.say("een")
    case = desk.case("een").id
    desk.do(SubmitReply, "noor", case=case, text="Dank.")
    desk.do(CloseCase, "noor", case=case)
    assert desk.tick(at(10) + timedelta(seconds=29)) == []
    events = desk.tick(at(10) + timedelta(seconds=30))
    assert types(events) == ["ReplyReleased", "CaseArchived"]
    assert [item.text for item in left(events)] == ["Dank."]


def test_what_has_left_is_not_taken_back_and_a_stranger_takes_nothing_back() -> None:
    desk = Desk(team(grace_seconds=10))
    desk.say("een")
    case = desk.case("een").id
    desk.do(SubmitReply, "noor", case=case, text="Dank.")
    reply = desk.case("een").pending[0].reply
    assert refused(desk.do(WithdrawReply, "jeroen", case=case, reply=reply)) == "not_the_owner"
    (released,) = desk.tick(at(10.1))
    assert isinstance(released, ReplyReleased)
    assert refused(desk.do(WithdrawReply, "noor", case=case, reply=reply)) == "already_decided"


def test_an_undo_of_the_second_of_two_leaves_the_first_its_answer() -> None:
    desk = Desk(team(grace_seconds=60))
    desk.say("een")
    case = desk.case("een").id
    desk.do(SubmitReply, "noor", case=case, text="Dank.")
    desk.now += timedelta(seconds=5)
    desk.do(SubmitReply, "noor", case=case, text="En nog iets.")
    first, second = (one.reply for one in desk.case("een").pending)
    desk.do(WithdrawReply, "noor", case=case, reply=second)
    after = desk.case("een")
    assert (after.awaiting_us, after.first_response_at) == (False, at(10))
    assert [item.id for item in left(desk.tick(at(10.1)))] == [first]


def test_an_undo_of_both_leaves_the_customer_without_an_answer() -> None:
    desk = Desk(team(grace_seconds=60))
    desk.say("een")
    case = desk.case("een").id
    desk.do(SubmitReply, "noor", case=case, text="Dank.")
    desk.now += timedelta(seconds=5)
    desk.do(SubmitReply, "noor", case=case, text="En nog iets.")
    for one in desk.case("een").pending:
        desk.do(WithdrawReply, "noor", case=case, reply=one.reply)
    after = desk.case("een")
    assert (after.awaiting_us, after.first_response_at) == (True, None)
    assert after.deadline is not None


# -- bounds ------------------------------------------------------------------------------------------------------------


def test_a_case_with_a_reply_that_waits_is_not_closed() -> None:
    desk = Desk(team())
    reply = waiting(desk)
    case = desk.case("een").id
    assert refused(desk.do(CloseCase, "jeroen", case=case)) == "reply_pending"
    desk.do(WithdrawReply, "jeroen", case=case, reply=reply)
    assert types(desk.do(CloseCase, "jeroen", case=case)) == ["CaseClosed"]


def test_what_is_held_is_bounded() -> None:
    desk = Desk(team())
    waiting(desk)
    case = desk.case("een").id
    assert refused(desk.do(SubmitReply, "jeroen", case=case, text="x" * (HELD_CHARACTERS + 1))) == "invalid"
    for _ in range(MOST_PENDING - 1):
        desk.do(SubmitReply, "jeroen", case=case, text="Nog een.")
    assert refused(desk.do(SubmitReply, "jeroen", case=case, text="Nog een.")) == "reply_pending"


def test_a_held_text_leaves_whole_however_long_the_case_shows_it() -> None:
    desk = Desk(team())
    text = "lang " * 3_000
    reply = waiting(desk, text=text)
    assert desk.case("een").messages[-1].cut
    for number in range(45):  # its message is no longer among the recent ones
        desk.say(f"nog {number}", conversation="een")
    events = desk.do(ApproveReply, "noor", case=desk.case("een").id, reply=reply, reply_version=1)
    assert [item.text for item in left(events)] == [text]
