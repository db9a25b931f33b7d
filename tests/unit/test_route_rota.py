"""The rota as commands: who may, what follows for the cases, and what time makes of it."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from services.contracts.commands import (
    AcceptPlan,
    AddNote,
    AddOverride,
    AddShift,
    AnswerStandIn,
    AskLeave,
    AskStandIn,
    CallInSick,
    DecideLeave,
    EditShift,
    OfferSwap,
    RemoveOverride,
    RemoveShift,
    ReportWell,
    TakeSwap,
    WithdrawLeave,
    WithdrawSwap,
)
from services.contracts.events import (
    CoverGapClosed,
    CoverGapFound,
    Event,
    LeaveDecided,
    SickReported,
    WellReported,
)
from services.contracts.teams import Leave, Person, Shift
from services.route.domain.agreement import agreement
from services.route.domain.cover_watch import EVERY
from tests.support.route import Desk, agreed_by, at, away, config, refusal, types, uuid

PEOPLE = (
    Person(id="noor", name="Noor", languages=("nl",), capacity=4, lead=True),
    Person(id="jeroen", name="Jeroen", languages=("nl",), capacity=4),
    Person(id="aisha", name="Aisha", languages=("nl", "en"), capacity=4),
    Person(id="tom", name="Tom", languages=("nl",), capacity=4),
)


def desk(now: datetime = at(10), **changes: Any) -> Desk:
    return Desk(config(**{"people": PEOPLE} | changes), now=now)


def leave_of(given: Desk, person: str) -> Leave:
    return next(one for one in agreed_by(given).leave if one.person == person)


def test_leave_counts_once_a_lead_has_approved_it() -> None:
    team = desk(now=at(9, day=-3))
    assert types(team.do(AskLeave, "jeroen", start=at(0), end=at(24), note="dagje weg")) == ["LeaveAsked"]
    leave = leave_of(team, "jeroen").id
    assert refusal(team.do(AskLeave, "jeroen", start=at(12), end=at(30))) == "invalid"
    assert refusal(team.do(DecideLeave, "jeroen", leave=leave, approve=True)) == "not_allowed"
    assert refusal(team.do(DecideLeave, "noor", leave="geen", approve=True)) == "not_found"
    assert types(team.do(DecideLeave, "noor", leave=leave, approve=True)) == ["LeaveDecided"]
    assert types(team.do(DecideLeave, "noor", leave=leave, approve=True)) == ["CommandAccepted"]
    team.tick(at(10))
    team.say("een")
    assert team.case("een").owner == "noor"
    assert refusal(team.do(DecideLeave, "noor", leave=leave, approve=False)) == "invalid"  # it has begun
    assert types(team.do(WithdrawLeave, "jeroen", leave=leave)) == ["LeaveWithdrawn"]
    assert leave_of(team, "jeroen").end == at(10)  # what has been of it stays
    team.say("twee")
    assert team.case("twee").owner == "jeroen"


def test_an_event_carries_the_agreements_with_their_revision() -> None:
    team = desk()
    (event,) = team.do(AskLeave, "jeroen", start=at(0, day=3), end=at(24, day=3))
    assert event.type == "LeaveAsked"
    assert (event.revision, event.config) == (2, agreed_by(team))
    assert event.leave in event.config.leave


def test_nobody_approves_their_own_leave_unless_they_are_the_only_lead() -> None:
    team = desk()
    team.do(AskLeave, "noor", start=at(0, day=3), end=at(24, day=3))
    leave = leave_of(team, "noor").id
    assert types(team.do(DecideLeave, "noor", leave=leave, approve=True)) == ["LeaveDecided"]
    two = desk(people=(*PEOPLE[:3], PEOPLE[3].model_copy(update={"lead": True})))
    two.do(AskLeave, "noor", start=at(0, day=3), end=at(24, day=3))
    leave = leave_of(two, "noor").id
    assert refusal(two.do(DecideLeave, "noor", leave=leave, approve=True)) == "not_allowed"
    assert types(two.do(DecideLeave, "tom", leave=leave, approve=True)) == ["LeaveDecided"]


def test_leave_can_be_asked_for_by_a_lead_and_taken_back_before_it_begins() -> None:
    team = desk()
    assert refusal(team.do(AskLeave, "tom", person="jeroen", start=at(0, 3), end=at(24, 3))) == "not_allowed"
    assert refusal(team.do(AskLeave, "noor", person="wie", start=at(0, 3), end=at(24, 3))) == "unknown_person"
    assert types(team.do(AskLeave, "noor", person="jeroen", start=at(0, 3), end=at(24, 3))) == ["LeaveAsked"]
    leave = leave_of(team, "jeroen").id
    assert refusal(team.do(WithdrawLeave, "tom", leave=leave)) == "not_allowed"
    team.do(WithdrawLeave, "jeroen", leave=leave)
    assert agreed_by(team).leave == ()


def test_sick_now_ends_the_shift_releases_untouched_work_and_proposes_stand_ins() -> None:
    team = desk()
    team.say("een")  # jeroen's
    team.say("twee")  # noor's
    team.say("drie")  # jeroen's
    team.do(AddNote, "jeroen", case=team.case("drie").id, text="bezig")
    first, *after = team.do(CallInSick, "jeroen", note="griep")
    assert isinstance(first, SickReported)
    assert types(after) == ["CaseReleased", "CaseAssigned"]
    assert (team.case("een").owner, team.case("drie").owner) == ("noor", "jeroen")
    today = first.stand_ins[0]
    assert (today.start, today.end) == (at(10), at(17))
    assert [one.person for one in today.proposals] == ["tom"]
    assert {one.person: one.code for one in today.excluded} == {"noor": "on_shift", "aisha": "on_shift"}
    assert len(first.stand_ins) == 2
    assert types(team.do(CallInSick, "jeroen")) == ["CommandAccepted"]
    assert types(team.say("en?", conversation="drie")) == ["MentionJoined", "CaseReleased", "CaseAssigned"]


def test_well_again() -> None:
    team = desk()
    assert types(team.do(ReportWell, "jeroen")) == ["CommandAccepted"]
    assert refusal(team.do(CallInSick, "tom", person="jeroen")) == "not_allowed"
    assert types(team.do(CallInSick, "noor", person="jeroen", until=at(24)))[0] == "SickReported"
    assert types(team.do(CallInSick, "jeroen", until=at(48)))[0] == "SickReported"
    assert leave_of(team, "jeroen").end == at(48)
    team.now = at(11)
    (event,) = team.do(ReportWell, "jeroen")
    assert isinstance(event, WellReported)
    assert (event.leave.start, event.leave.end) == (at(10), at(11))
    team.say("een")
    assert team.case("een").owner == "jeroen"


def test_a_swap_is_taken_and_reverted() -> None:
    team = desk()
    tomorrow = {"start": at(9, day=1), "end": at(13, day=1)}
    assert refusal(team.do(OfferSwap, "tom", shift="day", **tomorrow)) == "invalid"  # not on then
    assert refusal(team.do(OfferSwap, "jeroen", shift="nacht", **tomorrow)) == "not_found"
    assert types(team.do(OfferSwap, "jeroen", shift="day", **tomorrow)) == ["SwapOffered"]
    assert refusal(team.do(OfferSwap, "jeroen", shift="day", **tomorrow)) == "invalid"
    swap = agreed_by(team).swaps[0].id
    assert refusal(team.do(TakeSwap, "noor", swap=swap)) == "invalid"  # on shift then
    assert types(team.do(TakeSwap, "tom", swap=swap)) == ["SwapTaken"]
    assert types(team.do(TakeSwap, "tom", swap=swap)) == ["CommandAccepted"]
    team.tick(at(12, day=1))
    assert team.state.agreement is not None
    assert team.state.agreement.rota.on_shift(at(12.5, day=1)) == {"noor", "tom", "aisha"}
    assert team.state.agreement.rota.on_shift(at(14, day=1)) == {"noor", "jeroen", "aisha"}
    assert refusal(team.do(WithdrawSwap, "tom", swap=swap)) == "not_allowed"
    assert types(team.do(WithdrawSwap, "jeroen", swap=swap)) == ["SwapWithdrawn"]
    assert team.state.agreement.rota.on_shift(at(12.5, day=1)) == {"noor", "jeroen", "aisha"}


def test_time_makes_an_open_swap_past_due_and_a_request_expire() -> None:
    team = desk()
    team.do(OfferSwap, "jeroen", shift="day", start=at(9, day=1), end=at(13, day=1))
    team.do(AskStandIn, "noor", for_person="jeroen", person="tom", start=at(9, day=1), end=at(11, day=1))
    assert "SwapPastDue" in types(team.tick(at(9, day=1)))
    assert [one.state for one in agreed_by(team).swaps] == ["past_due"]
    assert "StandInExpired" in types(team.tick(at(11, day=1)))
    assert [one.state for one in agreed_by(team).stand_ins] == ["expired"]
    assert {"SwapPastDue", "StandInExpired"}.isdisjoint(types(team.tick(at(11.1, day=1))))


def test_who_is_asked_to_stand_in_accepts_and_is_on() -> None:
    team = desk()
    team.do(CallInSick, "jeroen")
    asked = {"for_person": "jeroen", "start": at(10), "end": at(17)}
    assert refusal(team.do(AskStandIn, "tom", person="tom", **asked)) == "not_allowed"
    assert refusal(team.do(AskStandIn, "noor", person="noor", **asked)) == "invalid"  # on shift then
    assert types(team.do(AskStandIn, "noor", person="tom", **asked)) == ["StandInAsked"]
    request = agreed_by(team).stand_ins[0].id
    assert refusal(team.do(AnswerStandIn, "aisha", stand_in=request, accept=True)) == "not_allowed"
    assert types(team.do(AnswerStandIn, "tom", stand_in=request, accept=True))[0] == "StandInAnswered"
    assert team.state.agreement is not None
    assert team.state.agreement.rota.on_shift(at(10.5)) == {"noor", "tom"}
    assert types(team.do(AnswerStandIn, "tom", stand_in=request, accept=True)) == ["CommandAccepted"]
    assert refusal(team.do(AnswerStandIn, "tom", stand_in=request, accept=False)) == "invalid"


def test_a_declined_request_leaves_the_rota_as_it_was() -> None:
    team = desk()
    team.do(AskStandIn, "noor", for_person="jeroen", person="tom", start=at(10), end=at(17))
    team.do(AnswerStandIn, "tom", stand_in=agreed_by(team).stand_ins[0].id, accept=False)
    assert team.state.agreement is not None
    assert team.state.agreement.rota.on_shift(at(10.5)) == {"noor", "jeroen"}


def test_overrides_are_a_leads() -> None:
    team = desk()
    team.say("een")  # jeroen's
    assert refusal(team.do(AddOverride, "jeroen", people=("tom",), start=at(9), end=at(12))) == "not_allowed"
    assert types(team.do(AddOverride, "noor", people=("tom",), start=at(9), end=at(12))) == [
        "OverrideAdded",
        "CaseReleased",
        "CaseAssigned",
    ]
    assert team.case("een").owner == "tom"
    override = agreed_by(team).overrides[0]
    assert override.start == at(10)  # history is immutable
    team.now = at(11)
    assert types(team.do(RemoveOverride, "lead:els", override=override.id))[0] == "OverrideRemoved"
    assert agreed_by(team).overrides[0].end == at(11)
    assert refusal(team.do(RemoveOverride, "noor", override=override.id)) == "invalid"


def test_an_edited_shift_leaves_history_as_it_was() -> None:
    team = desk()
    new = agreed_by(team).shifts[0].model_copy(update={"people": ("tom",)})
    assert refusal(team.do(EditShift, "tom", shift="day", new=new)) == "not_allowed"
    assert refusal(team.do(EditShift, "noor", shift="nacht", new=new)) == "not_found"
    assert types(team.do(EditShift, "noor", shift="day", new=new)) == ["ShiftEdited"]
    assert team.state.agreement is not None
    rota = team.state.agreement.rota
    assert rota.on_shift(at(9.5)) == {"noor", "jeroen"}
    assert rota.on_shift(at(11)) == {"tom"}
    bad = new.model_copy(update={"rule": "FREQ=HOURLY"})
    assert refusal(team.do(EditShift, "noor", shift="late", new=bad)) == "invalid"


def test_a_plan_is_accepted_in_parts_and_a_removed_shift_keeps_its_past() -> None:
    team = desk()
    evening = Shift(id="avond", people=("tom",), start="2026-03-02T17:00", minutes=240, rule="FREQ=DAILY")
    events = team.do(AcceptPlan, "noor", plan="voorstel", add=(evening,), remove=("late",))
    assert types(events) == ["PlanAccepted"]
    assert team.state.agreement is not None
    assert team.state.agreement.rota.on_shift(at(18)) == {"tom"}
    assert refusal(team.do(AcceptPlan, "noor", add=(evening,))) == "invalid"  # it is there already
    assert types(team.do(AcceptPlan, "noor")) == ["CommandAccepted"]
    assert types(team.do(RemoveShift, "noor", shift="day")) == ["ShiftRemoved"]
    assert team.state.agreement.rota.on_shift(at(9.5)) == {"noor", "jeroen"}
    assert team.state.agreement.rota.on_shift(at(11)) == set()


@pytest.mark.parametrize("actor", ["lead:els", "integration:planner", "system:planner"])
def test_those_outside_the_roster_may_what_their_login_allows(actor: str) -> None:
    assert types(desk().do(AddOverride, actor, people=("tom",), start=at(11), end=at(12))) == ["OverrideAdded"]


def test_what_was_over_long_ago_leaves_the_agreements() -> None:
    team = desk(leave=(away("tom", at(0, -500), at(24, -500)), away("noor", at(0, -300), at(24, -300))))
    team.do(AskLeave, "jeroen", start=at(0, 3), end=at(24, 3))
    assert [one.person for one in agreed_by(team).leave] == ["noor", "jeroen"]


def test_a_stand_in_who_accepts_later_is_on_from_then() -> None:
    team = desk(now=at(8))
    team.do(CallInSick, "jeroen")
    team.do(AskStandIn, "noor", for_person="jeroen", person="tom", start=at(9), end=at(17))
    team.now = at(12)
    team.do(AnswerStandIn, "tom", stand_in=agreed_by(team).stand_ins[0].id, accept=True)
    assert team.state.agreement is not None
    rota = team.state.agreement.rota
    assert rota.on_shift(at(11)) == {"noor"}
    assert rota.on_shift(at(13)) == {"noor", "tom", "aisha"}


def test_leave_that_is_approved_when_it_has_begun_counts_from_then() -> None:
    team = desk(now=at(8))
    team.do(AskLeave, "jeroen", start=at(9), end=at(24))
    team.now = at(11)
    (decided, *_) = team.do(DecideLeave, "noor", leave=leave_of(team, "jeroen").id, approve=True)
    assert isinstance(decided, LeaveDecided)
    assert decided.leave.start == at(11)
    assert team.state.agreement is not None
    rota = team.state.agreement.rota
    assert rota.on_shift(at(10)) == {"noor", "jeroen"}
    assert rota.on_shift(at(11.5)) == {"noor"}
    team.now = at(13)
    assert types(team.do(DecideLeave, "noor", leave=decided.leave.id, approve=True)) == ["CommandAccepted"]


def test_shifts_that_were_over_long_ago_leave_the_agreements_but_for_what_swaps_and_calendars_name() -> None:
    team = desk(now=at(8))
    once = {"people": ("tom",), "minutes": 60}
    for name, day in (("eens", "2026-03-02"), ("ruil", "2026-03-03"), ("later", "2027-03-03")):
        team.do(AddShift, "noor", shift=Shift(id=name, start=f"{day}T19:00", **once))
    team.do(OfferSwap, "tom", shift="ruil", start=at(19, 1), end=at(20, 1))
    for number in range(3):  # day, day-2, day-3, day-4
        team.now = at(10, number)
        running = next(one for one in agreed_by(team).shifts if one.id.startswith("day") and one.ended_at is None)
        new = running.model_copy(update={"minutes": running.minutes + 10})
        team.do(EditShift, "noor", shift=running.id, new=new)
    team.now = at(10) + timedelta(days=401)
    team.do(CallInSick, "aisha")
    assert [(one.id, one.replaces) for one in agreed_by(team).shifts] == [
        ("day", None),
        ("day-3", "day"),
        ("day-4", "day-3"),
        ("late", None),
        ("ruil", None),
        ("later", None),
    ]
    team.now += timedelta(days=2)
    team.do(ReportWell, "aisha")
    assert [(one.id, one.replaces) for one in agreed_by(team).shifts] == [
        ("day", None),
        ("day-4", "day"),
        ("late", None),
        ("later", None),
    ]


# -- cover -------------------------------------------------------------------------------------------------------------


def found(events: list[Event]) -> list[tuple[datetime, datetime]]:
    return [(one.gap.start, one.gap.end) for one in events if isinstance(one, CoverGapFound)]


def closed(events: list[Event]) -> list[str]:
    return [one.reason for one in events if isinstance(one, CoverGapClosed)]


def test_a_gap_is_announced_before_it_happens_and_closed_once_it_is_covered() -> None:
    team = desk()
    assert found(team.tick()) == []
    team.do(AskLeave, "aisha", start=at(0, day=2), end=at(24, day=2))
    team.do(DecideLeave, "noor", leave=leave_of(team, "aisha").id, approve=True)
    assert found(team.tick()) == [(at(17, day=2), at(20, day=2))]
    assert team.tick() == []
    team.do(AddOverride, "noor", people=("tom",), start=at(17, day=2), end=at(20, day=2))
    assert closed(team.tick()) == ["covered"]
    assert team.state.gaps == {}


def test_a_gap_that_runs_is_the_same_gap_and_is_past_in_the_end() -> None:
    team = desk()
    team.do(AddOverride, "noor", people=("tom",), start=at(12), end=at(13))
    team.do(CallInSick, "tom", until=at(20))
    team.do(CallInSick, "aisha", until=at(20))
    assert found(team.tick()) == [(at(17), at(20))]
    assert team.tick(at(17.5)) == []
    assert team.tick(at(19)) == []
    assert closed(team.tick(at(20))) == ["past"]


def test_the_look_ahead_is_done_once_an_hour() -> None:
    team = desk()
    team.tick()
    looked = team.state.notes.watched
    team.tick(team.now + EVERY - timedelta(seconds=1))
    assert team.state.notes.watched == looked
    team.tick(team.now + timedelta(seconds=1))
    assert team.state.notes.watched != looked


def test_a_team_without_cover_at_all_says_so_once_a_day_at_most() -> None:
    team = desk(shifts=(), opening_hours=())
    events = team.tick()
    assert len(found(events)) == 1
    assert [team.tick(at(11 + hour)) for hour in range(10)] == [[]] * 10
    assert team.tick(at(10, day=1)) == []


def test_an_open_swap_is_reminded_of_once_for_each_moment_also_after_a_restart() -> None:
    team = desk(now=at(8, day=-10))
    team.do(OfferSwap, "jeroen", shift="day", start=at(9), end=at(17), note="tandarts")
    reminded = []
    for hours in range(0, 11 * 24, 6):
        events = team.tick(at(8, day=-10) + timedelta(hours=hours))
        reminded += [one for one in events if one.type == "SwapReminded"]
        if hours == 72:
            assert team.state.agreement is not None
            kept = agreement(agreed_by(team), team.state.agreement.revision, team.now)
            team.state.agreement = kept  # what `desk.teams` gives back
        assert "SwapReminded" not in types(team.tick())
    before = [round((at(9) - one.at) / timedelta(hours=1)) for one in reminded]
    assert before == [163, 67, 43, 19, 7]  # the first tick after 7 days, 3, 2, 1, and 12 hours before
    assert "SwapPastDue" in types(team.events)
    assert [one.reminded_at for one in agreed_by(team).swaps] == [reminded[-1].at]


def test_a_swap_of_a_shift_that_is_gone_or_taken_is_not_reminded_of() -> None:
    team = desk(now=at(8, day=-10))
    team.do(OfferSwap, "jeroen", shift="day", start=at(9), end=at(17))
    team.do(TakeSwap, "tom", swap=agreed_by(team).swaps[0].id)
    team.do(OfferSwap, "jeroen", shift="day", start=at(9, day=1), end=at(17, day=1))
    team.do(EditShift, "noor", shift="day", new=agreed_by(team).shifts[0].model_copy(update={"people": ("noor",)}))
    assert "SwapReminded" not in types(team.tick(at(8, day=-1)))


def test_a_lead_adds_a_shift_which_counts_from_now_on() -> None:
    team = desk(now=at(10))
    new = Shift(
        id="avond",
        people=("tom",),
        start=datetime(2026, 3, 2, 8),  # noqa: DTZ001  # wall-clock
        minutes=240,
        rule="FREQ=DAILY",
        channels=("post",),
    )
    assert refusal(team.do(AddShift, "jeroen", shift=new)) == "not_allowed"
    assert "ShiftAdded" in types(team.do(AddShift, "noor", shift=new))
    added = agreed_by(team).shifts[-1]
    assert (added.id, added.since) == ("avond", at(10))
    assert refusal(team.do(AddShift, "noor", shift=new)) == "invalid"  # of this name there is one
    assert types(team.do(AddShift, "noor", shift=added)) == ["CommandAccepted"]
    over = new.model_copy(update={"id": "oud", "until": date(2026, 3, 1)})
    assert refusal(team.do(AddShift, "noor", shift=over)) == "invalid"
    far = new.model_copy(update={"id": "ver", "start": datetime(2028, 3, 1, 8)})  # noqa: DTZ001  # wall-clock
    assert "ShiftAdded" in types(team.do(AddShift, "noor", shift=far))


def test_leave_and_sickness_that_are_shared_bear_the_same_id_in_each_team() -> None:
    team = desk(now=at(10))
    team.do(AskLeave, "jeroen", start=at(0, day=3), end=at(0, day=5), shared=uuid("samen"))
    assert leave_of(team, "jeroen").id == f"leave-{uuid('samen')}"
    assert refusal(team.do(AskLeave, "tom", start=at(0, day=3), end=at(0, day=5), shared=uuid("samen"))) == "invalid"
    team.do(CallInSick, "aisha", shared=uuid("ziek"))
    assert leave_of(team, "aisha").id == f"sick-{uuid('ziek')}"
