"""A case in people's hands: handed over, snoozed and woken, tagged, reopened; own capacity; skills that topics ask."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from services.contracts.commands import (
    AddNote,
    ClaimCase,
    CloseCase,
    HandOver,
    ReopenCase,
    SetOwnCapacity,
    SnoozeCase,
    SubmitReply,
    TagCase,
    UntagCase,
    WakeCase,
)
from services.contracts.events import CaseHandedOver
from services.contracts.mentions import Classification
from services.contracts.teams import Person, ServiceLevel
from tests.support.route import Desk, at, away, config, mention, refusal, types


def test_a_hand_over_to_somebody_off_shift_is_kept_until_they_have_been_on() -> None:
    desk = Desk(config(service_levels=(ServiceLevel(id="ruim", first_response_minutes=6000),)), now=at(18))
    desk.say("een")  # aisha's, who is alone
    (event,) = desk.do(HandOver, "aisha", case=desk.case("een").id, to="noor", note="morgen graag")
    assert isinstance(event, CaseHandedOver)
    assert (event.person, event.taken_from, event.case.messages[-1].kind) == ("noor", "aisha", "note")
    assert desk.tick(at(18.2)) == []
    assert types(desk.say("nog iets", conversation="een")) == ["MentionJoined"]
    assert desk.tick(at(9, day=1)) == []
    assert desk.case("een").owner == "noor"
    assert types(desk.tick(at(17.1, day=1))) == ["CaseReleased", "CaseAssigned"]  # their shift has come and gone


def test_a_hand_over_to_somebody_off_is_given_back_when_they_report_sick() -> None:
    desk = Desk(config(), now=at(18))
    desk.say("een")
    desk.do(HandOver, "aisha", case=desk.case("een").id, to="noor")
    assert desk.case("een").owner == "noor"
    desk.now = at(18.5)
    events = desk.configure(config(leave=(away("noor", at(18.5), at(24), "sick"),)))
    assert types(events) == ["TeamConfigured", "CaseReleased", "CaseAssigned"]


def test_a_hand_over_to_the_team_goes_to_somebody_else_and_needs_a_note() -> None:
    desk = Desk(config())
    desk.say("een")
    case = desk.case("een").id
    assert types(desk.do(HandOver, "jeroen", case=case, note="kom er niet uit")) == ["CaseHandedOver", "CaseAssigned"]
    assert desk.case("een").owner == "noor"
    with pytest.raises(ValidationError, match="needs a note"):
        desk.do(HandOver, "noor", case=case)


def test_who_may_hand_over_and_to_whom() -> None:
    desk = Desk(config(people=(*config().people[:2], config().people[2].model_copy(update={"lead": True}))))
    desk.say("een")  # jeroen's
    case = desk.case("een").id
    assert refusal(desk.do(HandOver, "noor", case=case, to="noor")) == "not_the_owner"
    assert refusal(desk.do(HandOver, "jeroen", case=case, to="vreemde")) == "unknown_person"
    assert types(desk.do(HandOver, "jeroen", case=case, to="jeroen")) == ["CommandAccepted"]
    assert types(desk.do(HandOver, "aisha", case=case, to="noor")) == ["CaseHandedOver"]  # a lead of the roster


def test_a_full_colleague_can_be_handed_a_case_and_it_counts() -> None:
    desk = Desk(config())
    for number in range(9):
        desk.say(f"m{number}")
    desk.do(HandOver, "lead:els", case=desk.case("m8").id, to="noor")
    assert (desk.case("m8").owner, desk.state.load("noor")) == ("noor", 5)


def test_a_snoozed_case_weighs_nothing_and_wakes_on_time_for_its_owner() -> None:
    desk = Desk(config())
    desk.say("een")
    case = desk.case("een").id
    assert types(desk.do(SnoozeCase, "jeroen", case=case, until=at(11))) == ["CaseSnoozed"]
    assert (desk.state.load("jeroen"), desk.state.snoozed.size) == (0, 1)
    assert desk.tick(at(10.9)) == []
    assert types(desk.tick(at(11))) == ["CaseWoken"]
    assert (desk.case("een").owner, desk.state.load("jeroen")) == ("jeroen", 1)


def test_a_snoozed_case_wakes_into_the_queue_when_its_owner_is_off() -> None:
    desk = Desk(config(), now=at(16.5))
    desk.say("een")
    case, owner = desk.case("een").id, str(desk.case("een").owner)
    desk.do(HandOver, owner, case=case, to="noor") if owner != "noor" else None
    desk.do(AddNote, "noor", case=case, text="wacht op techniek")
    desk.do(SnoozeCase, "noor", case=case, until=at(18))
    assert desk.tick(at(17.5)) == []  # the shift is over, but it sleeps
    assert types(desk.tick(at(18))) == ["CaseWoken", "CaseReleased", "CaseAssigned"]
    assert desk.case("een").owner == "aisha"


def test_a_snoozed_case_wakes_when_its_customer_writes_or_a_promise_nears() -> None:
    desk = Desk(config())
    desk.say("een")
    case = desk.case("een").id
    desk.do(SnoozeCase, "jeroen", case=case, until=at(19))
    assert types(desk.say("en?", conversation="een", needs_person=False)) == ["MentionJoined", "CaseWoken"]
    desk.do(SnoozeCase, "jeroen", case=case, until=at(19))
    assert types(desk.tick(at(13.75))) == ["DeadlineWarned", "CaseWoken"]


def test_what_is_snoozed_can_be_woken_claimed_and_closed() -> None:
    desk = Desk(config())
    desk.say("een")
    case = desk.case("een").id
    assert types(desk.do(WakeCase, "jeroen", case=case)) == ["CommandAccepted"]
    assert refusal(desk.do(SnoozeCase, "jeroen", case=case, until=at(9))) == "invalid"
    assert refusal(desk.do(SnoozeCase, "noor", case=case, until=at(11))) == "not_the_owner"
    desk.do(SnoozeCase, "jeroen", case=case, until=at(11))
    assert types(desk.do(SnoozeCase, "jeroen", case=case, until=at(11))) == ["CommandAccepted"]
    assert types(desk.do(WakeCase, "jeroen", case=case)) == ["CaseWoken"]
    desk.do(SnoozeCase, "jeroen", case=case, until=at(11))
    desk.do(ClaimCase, "noor", case=case)
    assert desk.case("een").snoozed_until is None
    desk.do(SnoozeCase, "noor", case=case, until=at(11))
    desk.do(CloseCase, "noor", case=case)
    assert desk.state.snoozed.size == 0
    assert refusal(desk.do(SnoozeCase, "noor", case=case, until=at(11))) == "case_closed"


def test_a_snoozed_case_without_an_owner_is_given_to_nobody_until_it_wakes() -> None:
    desk = Desk(config(), now=at(3))
    desk.say("nacht")
    desk.do(SnoozeCase, "noor", case=desk.case("nacht").id, until=at(10))
    assert desk.tick(at(9)) == []
    assert types(desk.tick(at(10))) == ["CaseWoken", "CaseAssigned"]


def test_tags_come_and_go() -> None:
    desk = Desk(config())
    desk.say("een")
    case = desk.case("een").id
    assert types(desk.do(TagCase, "noor", case=case, tag="pers")) == ["CaseTagged"]
    assert types(desk.do(TagCase, "noor", case=case, tag="pers")) == ["CommandAccepted"]
    assert desk.case("een").tags == ("pers",)
    assert types(desk.do(UntagCase, "noor", case=case, tag="pers")) == ["CaseUntagged"]
    assert types(desk.do(UntagCase, "noor", case=case, tag="pers")) == ["CommandAccepted"]


def test_a_person_reopens_a_case_for_whoever_had_it() -> None:
    desk = Desk(config())
    desk.say("een")
    case = desk.case("een").id
    desk.do(SubmitReply, "noor", case=case, text="Opgelost.")
    desk.do(CloseCase, "noor", case=case)
    events = desk.do(ReopenCase, "jeroen", case=case)
    assert types(events) == ["CaseReopened", "CaseAssigned"]
    assert (desk.case("een").owner, desk.case("een").deadline) == ("noor", None)
    assert types(desk.do(ReopenCase, "jeroen", case=case)) == ["CommandAccepted"]


def test_own_capacity_lets_more_in_until_it_ends() -> None:
    desk = Desk(config())
    for number in range(9):
        desk.say(f"m{number}")
    assert desk.case("m8").owner is None
    events = desk.do(SetOwnCapacity, "noor", capacity=6, until=at(11))
    assert types(events) == ["OwnCapacityChanged", "CaseAssigned"]
    why = desk.case("m8").explanation
    assert why is not None
    assert (why.candidates[0].capacity, why.candidates[0].agreed_capacity) == (6, 4)
    assert types(desk.do(SetOwnCapacity, "noor", capacity=6, until=at(11))) == ["CommandAccepted"]
    desk.say("m9")
    assert types(desk.tick(at(11))) == ["OwnCapacityChanged"]
    desk.say("m10")
    assert desk.case("m10").owner is None
    assert refusal(desk.do(SetOwnCapacity, "vreemde", capacity=1, until=at(12))) == "not_a_member"
    assert refusal(desk.do(SetOwnCapacity, "noor", capacity=1, until=at(11))) == "invalid"


def test_a_topic_asks_a_skill_and_its_lack_is_explained() -> None:
    people = (
        Person(id="noor", name="Noor", languages=("nl",), skills=("facturen",)),
        Person(id="jeroen", name="Jeroen", languages=("nl",)),
        Person(id="aisha", name="Aisha"),
    )
    desk = Desk(config(people=people, skills_for_topics={"billing": "facturen", "leak": "techniek"}))
    usual = mention("x", at(10)).classification

    def about(*topics: str) -> Classification:
        return usual.model_copy(update={"topics": topics})

    for number in range(3):
        desk.say(f"rekening {number}", classification=about("billing", "weather"))
        assert desk.case(f"rekening {number}").owner == "noor"
    why = desk.case("rekening 2").explanation
    assert why is not None
    assert why.needs_skills == ("facturen",)
    assert [one.code for one in why.candidates[1].excluded] == ["skill"]
    desk.say("lek", classification=about("leak"))
    waiting = desk.case("lek").waiting
    assert waiting is not None
    assert (waiting.reason, waiting.cover_begins) == ("no_skill", None)
    assert types(desk.configure(config(people=people, skills_for_topics={"billing": "facturen"}))) == [
        "TeamConfigured",
        "CaseRequirementsChanged",
        "CaseAssigned",
    ]


def test_the_explanation_tells_how_many_cases_sleep() -> None:
    desk = Desk(config())
    desk.say("een")
    desk.do(SnoozeCase, "jeroen", case=desk.case("een").id, until=desk.now + timedelta(hours=2))
    desk.say("twee")
    why = desk.case("twee").explanation
    assert why is not None
    assert {one.person: one.snoozed for one in why.candidates} == {"jeroen": 1, "noor": 0, "aisha": 0}
