"""Four eyes and the moment of grace in route: who may send what, who decides, who is asked, what leaves and when."""

from datetime import timedelta
from typing import Any

import pytest

from services.contracts.commands import (
    ApproveReply,
    HandOver,
    ReportDelivery,
    RequestChange,
    ReviseReply,
    SubmitReply,
    TakeOverReply,
)
from services.contracts.events import (
    ApprovalAsked,
)
from services.contracts.mentions import Author
from services.contracts.signals import ApprovalWaits
from services.contracts.teams import AgencyMandate, ApprovalRule, Mandate, TeamConfig
from services.route.domain.approval_clock import waits_signals
from tests.support.approvals import AISHA, CRISIS, JEROEN, NOOR, left, refused, team, waiting
from tests.support.route import Desk, at, config, types

ALONE_UP_TO_HIGH = ("alone_up_to", "critical", "high")

# -- who may send what -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "said", "held"),
    [
        ({"urgency": "high"}, {"urgency": "high"}, [("urgency", "high", "high")]),
        ({"urgency": "high"}, {"urgency": "critical"}, [("urgency", "critical", "high")]),
        ({"urgency": "high"}, {"urgency": "normal"}, None),
        ({"channels": ("email",)}, {"kind": "email"}, [("channel", "email", "")]),
        ({"channels": ("email",)}, {"kind": "post"}, None),
        ({"reach": 10_000}, {"author": Author(id="x", followers=10_000)}, [("reach", "10000", "10000")]),
        ({"reach": 10_000}, {"author": Author(id="x", followers=9_999)}, None),
        ({"reach": 10_000}, {}, None),
        ({"people": ("noor",)}, {}, [("people", "noor", "")]),
        ({"people": ("jeroen",)}, {}, None),
        ({"employment": "in_house"}, {}, [("employment", "in_house", "")]),
        ({"employment": "agency"}, {}, None),
        ({"people": ("noor",), "urgency": "high"}, {}, None),
        (
            {"people": ("noor",), "urgency": "high"},
            {"urgency": "high"},
            [("people", "noor", ""), ("urgency", "high", "high")],
        ),
    ],
)
def test_a_rule_asks_for_approval_where_all_that_it_names_holds(
    rule: dict[str, Any], said: dict[str, Any], held: list[tuple[str, str, str]] | None
) -> None:
    desk = Desk(team(approval_rules=(ApprovalRule(id="regel", **rule),)))
    desk.say("een", **said)
    events = desk.do(SubmitReply, "noor", case=desk.case("een").id, text="Dank.")
    asked = [event for event in events if isinstance(event, ApprovalAsked)]
    if held is None:
        assert asked == []
        assert [item.text for item in left(events)] == ["Dank."]
        return
    ((reason,),) = [event.reasons for event in asked]
    assert reason.rule == "regel"
    assert [(one.kind, one.value, one.limit) for one in reason.conditions] == held
    assert left(events) == []


def test_a_rule_of_a_topic_names_the_topic_that_fits() -> None:
    desk = Desk(team(approval_rules=(ApprovalRule(id="lek", topics=("leak", "flood")),)))
    desk.say("een")
    case = desk.case("een")
    desk.state.put(case.model_copy(update={"topics": ("billing", "flood"), "revision": case.revision + 1}))
    (asked,) = [
        one for one in desk.do(SubmitReply, "noor", case=case.id, text="Dank.") if isinstance(one, ApprovalAsked)
    ]
    assert [(one.kind, one.value) for one in asked.reasons[0].conditions] == [("topic", "flood")]


def test_a_mandate_and_the_rules_that_fit_are_all_said() -> None:
    desk = Desk(team(approval_rules=(CRISIS,)))
    desk.say("een", urgency="critical")
    desk.do(SubmitReply, "jeroen", case=desk.case("een").id, text="Dank.")
    reasons = desk.case("een").pending[0].reasons
    assert [(one.rule, one.conditions[0].kind) for one in reasons] == [("", "mandate"), ("Wat dringend is", "urgency")]


@pytest.mark.parametrize(
    ("employment", "mandate", "agency", "urgency", "held"),
    [
        ("in_house", {}, "low", "critical", None),
        ("in_house", {"alone_up_to": "normal"}, "critical", "normal", None),
        ("in_house", {"alone_up_to": "normal"}, "critical", "high", [("alone_up_to", "high", "normal")]),
        ("in_house", {"send_alone": False, "alone_up_to": "critical"}, "critical", "low", []),
        ("agency", {}, "high", "high", None),
        ("agency", {}, "high", "critical", [("employment", "agency", ""), ("alone_up_to", "critical", "high")]),
        ("agency", {}, "low", "normal", [("employment", "agency", ""), ("alone_up_to", "normal", "low")]),
        ("agency", {}, "critical", "critical", None),
        ("agency", {"send_alone": True}, "high", "critical", [("employment", "agency", ""), ALONE_UP_TO_HIGH]),
        ("agency", {"alone_up_to": "critical"}, "low", "critical", None),
        ("agency", {"alone_up_to": "low"}, "critical", "normal", [("alone_up_to", "normal", "low")]),
        ("agency", {"send_alone": False}, "critical", "low", []),
    ],
)
def test_a_mandate_ends_at_an_urgency_and_that_of_agency_staff_where_the_team_says(
    employment: Any, mandate: dict[str, Any], agency: Any, urgency: Any, held: list[tuple[str, str, str]] | None
) -> None:
    person = NOOR.model_copy(update={"employment": employment, "mandate": Mandate(**mandate)})
    desk = Desk(config(people=(person, JEROEN, AISHA), agency=AgencyMandate(alone_up_to=agency)))
    desk.say("een", urgency=urgency)
    desk.do(SubmitReply, "noor", case=desk.case("een").id, text="Dank.")
    reasons = [one for pending in desk.case("een").pending for one in pending.reasons]
    found = [[(one.kind, one.value, one.limit) for one in reason.conditions] for reason in reasons]
    assert found == ([] if held is None else [[("mandate", "noor", ""), *held]])
    assert {reason.rule for reason in reasons} <= {""}


@pytest.mark.parametrize(("says", "may"), [({}, False), ({"approve": True}, True)])
def test_agency_staff_approve_only_if_their_mandate_says_so(says: dict[str, Any], may: bool) -> None:
    person = AISHA.model_copy(update={"employment": "agency", "lead": True, "mandate": Mandate(**says)})
    desk = Desk(config(people=(NOOR, JEROEN, person)))
    desk.now = at(13)
    reply = waiting(desk)
    assert ("aisha" in desk.case("een").pending[0].asked) == may
    events = desk.do(ApproveReply, "aisha", case=desk.case("een").id, reply=reply, reply_version=1)
    assert types(events) == (["ReplyApproved"] if may else ["CommandRejected"])


def test_what_was_agreed_before_agency_staff_were_named_goes_on_as_it_was() -> None:
    person = NOOR.model_copy(update={"employment": "agency"})
    record = config(people=(person, JEROEN, AISHA)).model_dump(mode="json", exclude={"agency"})
    for one in record["people"]:
        del one["mandate"]["alone_up_to"]
    old = TeamConfig.model_validate(record)
    assert [old.sends_alone_up_to(one) for one in old.people] == ["critical", None, "critical"]


def test_without_agreements_on_approval_everything_is_as_before() -> None:
    desk = Desk(config())
    desk.say("een")
    events = desk.do(SubmitReply, "noor", case=desk.case("een").id, text="Dank.")
    assert types(events)[-2:] == ["ReplySubmitted", "ReplyApproved"]
    assert desk.case("een").pending == ()
    assert [(item.text, item.approved_by) for item in left(events)] == [("Dank.", "mandate")]


def test_a_rule_must_name_something_and_somebody_who_exists() -> None:
    with pytest.raises(ValueError, match="an approval rule names"):
        ApprovalRule(id="leeg")
    with pytest.raises(ValueError, match="names unknown people"):
        team(approval_rules=(ApprovalRule(id="regel", people=("tom",)),))


# -- who is asked, and until when --------------------------------------------------------------------------------------


def test_who_is_asked_follows_the_rota() -> None:
    desk = Desk(team(), at(10))
    waiting(desk)
    assert desk.case("een").pending[0].asked == ("noor",)
    events = desk.tick(at(12.5))
    assert [one.asked for one in events if isinstance(one, ApprovalAsked)] == [("aisha", "noor")]
    assert not [one for one in desk.tick(at(12.6)) if isinstance(one, ApprovalAsked)]
    desk.tick(at(21))
    one = desk.case("een").pending[0]
    assert (one.asked, one.next_asked, one.cover_begins) == ((), ("noor",), at(9, day=1))


def test_nobody_who_may_approve_is_planned() -> None:
    desk = Desk(
        config(
            people=(
                JEROEN,
                AISHA.model_copy(update={"mandate": Mandate()}),
                NOOR.model_copy(update={"mandate": Mandate()}),
            )
        )
    )
    waiting(desk)
    one = desk.case("een").pending[0]
    assert (one.asked, one.next_asked, one.cover_begins) == ((), (), None)


def test_approval_has_a_clock_of_its_own_in_opening_hours() -> None:
    desk = Desk(team(approval_minutes=15), at(19.9))
    waiting(desk)
    assert desk.case("een").pending[0].due_at == at(9, day=1) + timedelta(minutes=9)
    assert types(desk.tick(at(20.5))).count("ApprovalWarned") == 0
    assert "ApprovalWarned" in types(desk.tick(at(9, day=1) + timedelta(minutes=6)))
    (told,) = [one for one in desk.tick(at(9.2, day=1)) if one.type == "ApprovalBreached"]
    assert told.to == ("noor",)
    assert "ApprovalBreached" not in types(desk.tick(at(9.3, day=1)))


def test_where_the_service_level_counts_every_minute_so_does_approval() -> None:
    desk = Desk(team(), at(21))
    desk.say("een", urgency="high")
    desk.do(SubmitReply, "jeroen", case=desk.case("een").id, text="Dank.")
    assert desk.case("een").pending[0].due_at == at(21.25)


def test_when_half_of_its_time_is_over_it_is_told_outside_the_desk_once_for_each_text() -> None:
    desk = Desk(team(approval_minutes=20))
    reply = waiting(desk)
    told = {"case": desk.case("een").id, "reply": reply}

    def told_outside(minutes: float) -> list[ApprovalWaits]:
        return list(waits_signals(desk.tick(at(10) + timedelta(minutes=minutes))))

    assert told_outside(9.9) == []
    (signal,) = told_outside(10)
    assert (signal.case, signal.reply, signal.reply_version, signal.author) == (told["case"], reply, 1, "jeroen")
    assert (signal.asked, signal.since, signal.due_at) == (("noor",), at(10), at(10) + timedelta(minutes=20))
    assert "Het spijt ons." not in signal.model_dump_json()
    assert told_outside(11) == []
    desk.do(ReviseReply, "jeroen", text="Wij bellen u.", **told)
    assert told_outside(20) == []
    (again,) = told_outside(21)
    assert (again.reply_version, again.since) == (2, at(10) + timedelta(minutes=11))
    assert again.id != signal.id
    desk.do(ApproveReply, "noor", reply_version=2, **told)
    assert told_outside(60) == []


def test_what_is_late_by_the_first_tick_is_told_outside_the_desk_all_the_same() -> None:
    desk = Desk(team(approval_minutes=20))
    waiting(desk)
    events = desk.tick(at(11))
    assert [one for one in types(events) if one.startswith("Approval")] == ["ApprovalReminded", "ApprovalBreached"]
    assert len(list(waits_signals(events))) == 1


def test_a_reply_that_waited_before_there_were_reminders_is_warned_of_as_agreed() -> None:
    desk = Desk(team(approval_minutes=20))
    waiting(desk)
    case = desk.case("een")
    old = [one.model_dump(exclude={"remind_at", "reminded_at"}) for one in case.pending]
    desk.state.put(type(case).model_validate(case.model_dump() | {"pending": old, "revision": case.revision + 1}))
    assert types(desk.tick(at(10) + timedelta(minutes=10))) == []
    assert "ApprovalWarned" in types(desk.tick(at(10) + timedelta(minutes=16)))


# -- approve -----------------------------------------------------------------------------------------------------------


def test_the_promise_is_kept_when_it_is_approved_and_the_case_awaits_us_until_then() -> None:
    desk = Desk(team())
    reply = waiting(desk)
    case = desk.case("een")
    assert (case.awaiting_us, case.first_response_at, case.deadline is None) == (True, None, False)
    desk.now = at(10.1)
    events = desk.do(ApproveReply, "noor", case=case.id, reply=reply, reply_version=1)
    assert types(events) == ["ReplyApproved"]
    ((item),) = left(events)
    assert (item.text, item.person, item.sender, item.approved_by) == ("Het spijt ons.", "jeroen", "Jeroen", "noor")
    case = desk.case("een")
    assert (case.awaiting_us, case.first_response_at, case.pending) == (False, at(10.1), ())
    assert (case.messages[-1].state, case.messages[-1].approved_by) == ("approved", "noor")
    delivered = desk.do(ReportDelivery, "system:ingest", case=case.id, reply=reply, outcome="delivered")
    assert types(delivered) == ["ReplyDelivered"]


@pytest.mark.parametrize(
    ("actor", "code"),
    [
        ("jeroen", "no_mandate"),
        ("integration:bot", "no_mandate"),
        ("vreemde", "not_a_member"),
        ("guest:Piet", "not_allowed"),
    ],
)
def test_who_may_not_approve_is_told_so(actor: str, code: str) -> None:
    desk = Desk(team())
    reply = waiting(desk)
    assert refused(desk.do(ApproveReply, actor, case=desk.case("een").id, reply=reply, reply_version=1)) == code


def test_a_lead_who_is_not_in_the_roster_may_approve() -> None:
    desk = Desk(team())
    reply = waiting(desk)
    events = desk.do(ApproveReply, "lead:els", case=desk.case("een").id, reply=reply, reply_version=1)
    assert [item.approved_by for item in left(events)] == ["lead:els"]


def test_nobody_decides_on_their_own_nor_on_what_they_wrote_a_version_of() -> None:
    desk = Desk(team(approval_rules=(CRISIS,)))
    desk.say("een", urgency="high")
    case = desk.case("een").id
    desk.do(SubmitReply, "noor", case=case, text="Eerste tekst.")
    reply = desk.case("een").pending[0].reply
    own = {"case": case, "reply": reply}
    assert refused(desk.do(ApproveReply, "noor", reply_version=1, **own)) == "own_reply"
    assert refused(desk.do(RequestChange, "noor", reply_version=1, comment="anders", **own)) == "own_reply"
    assert refused(desk.do(TakeOverReply, "noor", text="x", **own)) == "own_reply"
    desk.do(TakeOverReply, "aisha", text="Tweede tekst.", **own)
    assert desk.case("een").pending[0].writers == ("noor", "aisha")
    assert refused(desk.do(ApproveReply, "noor", reply_version=2, **own)) == "own_reply"
    assert left(desk.do(ApproveReply, "lead:els", reply_version=2, **own))


def test_the_second_of_two_approvers_gets_a_clear_answer() -> None:
    desk = Desk(team(grace_seconds=10))
    reply = waiting(desk)
    own = {"case": desk.case("een").id, "reply": reply}
    assert types(desk.do(ApproveReply, "noor", reply_version=1, **own)) == ["ReplyApproved"]
    assert types(desk.do(ApproveReply, "noor", reply_version=1, **own)) == ["CommandAccepted"], "what is so already"
    assert refused(desk.do(ApproveReply, "aisha", reply_version=1, **own)) == "already_decided"
    assert refused(desk.do(RequestChange, "aisha", reply_version=1, comment="anders", **own)) == "already_decided"
    desk.tick(desk.now + timedelta(seconds=10))
    assert refused(desk.do(ApproveReply, "aisha", reply_version=1, **own)) == "already_decided"
    assert (
        refused(desk.do(ApproveReply, "aisha", case=own["case"], reply=own["case"], reply_version=1)) == "unknown_reply"
    )


def test_a_text_that_has_changed_since_it_was_read_is_not_approved() -> None:
    desk = Desk(team())
    reply = waiting(desk)
    own = {"case": desk.case("een").id, "reply": reply}
    desk.do(ReviseReply, "jeroen", text="Een andere tekst.", **own)
    assert refused(desk.do(ApproveReply, "noor", reply_version=1, **own)) == "changed"
    assert [item.text for item in left(desk.do(ApproveReply, "noor", reply_version=2, **own))] == ["Een andere tekst."]


# -- change and take over ----------------------------------------------------------------------------------------------


def test_a_change_is_asked_and_the_versions_are_kept() -> None:
    desk = Desk(team())
    reply = waiting(desk)
    own = {"case": desk.case("een").id, "reply": reply}
    assert types(desk.do(RequestChange, "noor", reply_version=1, comment="Zeg wanneer.", **own)) == ["ChangeRequested"]
    one = desk.case("een").pending[0]
    assert (one.state, one.comment, one.comment_by, one.due_at) == ("change_asked", "Zeg wanneer.", "noor", None)
    assert types(desk.do(RequestChange, "noor", reply_version=1, comment="Zeg wanneer.", **own)) == ["CommandAccepted"]
    assert refused(desk.do(ApproveReply, "aisha", reply_version=1, **own)) == "already_decided"
    assert refused(desk.do(ReviseReply, "aisha", text="Van een ander.", **own)) == "not_the_owner"
    desk.now = at(10.5)
    events = desk.do(ReviseReply, "jeroen", text="Het is om elf uur klaar.", **own)
    assert types(events) == ["ReplyRevised", "ApprovalAsked"]
    case = desk.case("een")
    assert (case.pending[0].version, case.pending[0].state, case.pending[0].due_at) == (
        2,
        "waiting_approval",
        at(10.75),
    )
    (before,) = case.messages[-1].versions
    assert (before.version, before.author, before.text, before.comment, before.comment_by) == (
        1, "jeroen", "Het spijt ons.", "Zeg wanneer.", "noor",
    )  # fmt: skip
    assert case.messages[-1].text == "Het is om elf uur klaar."


def test_who_got_the_case_since_may_change_its_reply() -> None:
    desk = Desk(team())
    reply = waiting(desk)
    case = desk.case("een").id
    desk.do(HandOver, "noor", case=case, to="noor", note="")
    events = desk.do(ReviseReply, "noor", case=case, reply=reply, text="Ik maak het af.")
    assert [(item.text, item.person, item.approved_by) for item in left(events)] == [
        ("Ik maak het af.", "noor", "mandate")
    ]


def test_taking_over_makes_case_and_reply_the_approvers_own() -> None:
    desk = Desk(team())
    reply = waiting(desk)
    case = desk.case("een").id
    events = desk.do(TakeOverReply, "noor", case=case, reply=reply, text="Zo is het beter.")
    assert types(events) == ["CaseClaimed", "ReplyRevised", "ReplyApproved"]
    assert desk.case("een").owner == "noor"
    assert [(item.id, item.text, item.person) for item in left(events)] == [(reply, "Zo is het beter.", "noor")]
    assert refused(desk.do(TakeOverReply, "aisha", case=case, reply=reply, text="Of zo.")) == "already_decided"
