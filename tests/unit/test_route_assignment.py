"""Who gets a case, why nobody does, when a case is taken back, and what time brings."""

from datetime import timedelta

import pytest

from services.contracts.cases import Explanation
from services.contracts.commands import ClaimCase, CloseCase, SubmitReply
from services.contracts.events import CaseReleased, CaseWaiting
from services.contracts.mentions import UrgencyLabel
from services.contracts.teams import Person, ServiceLevel
from tests.support.route import Desk, at, away, config, types


def excluded(explanation: Explanation | None) -> dict[str, list[str]]:
    assert explanation is not None
    return {one.person: [why.code for why in one.excluded] for one in explanation.candidates}


def test_an_assignment_explains_itself() -> None:
    desk = Desk(config(leave=(away("noor", at(0), at(24)),)))
    desk.say("een")
    why = desk.case("een").explanation
    assert why is not None
    assert (why.rule, why.chosen, why.needs_language) == ("least_loaded", "jeroen", "nl")
    assert excluded(why) == {"jeroen": [], "noor": ["on_leave"], "aisha": ["off_shift"]}
    assert why.candidates[0].score == 0


def test_language_channel_and_room_exclude() -> None:
    people = (
        Person(id="noor", name="Noor", languages=("nl",), capacity=4),
        Person(id="jeroen", name="Jeroen", languages=("en",), channels=("email",)),
        Person(id="aisha", name="Aisha", capacity=0),
    )
    desk = Desk(config(people=people), now=at(13))
    desk.say("hello", language="en")
    case = desk.case("hello")
    assert case.owner is None
    assert case.waiting is not None
    assert case.waiting.reason == "everybody_full"
    assert excluded(case.explanation) == {"noor": ["language"], "jeroen": ["channel"], "aisha": ["full"]}


def test_an_unknown_language_is_anybodys() -> None:
    desk = Desk(config())
    desk.say("?!", language="und")
    assert desk.case("?!").owner == "jeroen"


def test_nobody_on_shift_is_an_event_with_the_moment_cover_begins() -> None:
    desk = Desk(config(), now=at(3))
    _, waiting = desk.say("nacht")
    assert isinstance(waiting, CaseWaiting)
    assert (waiting.waiting.reason, waiting.waiting.cover_begins) == ("nobody_on_shift", at(9))
    assert desk.tick(at(8.99)) == []
    assert types(desk.tick(at(9))) == ["CaseAssigned"]


def test_a_language_nobody_on_shift_speaks_waits_for_who_does() -> None:
    desk = Desk(config())
    desk.say("hello", language="en")
    waiting = desk.case("hello").waiting
    assert waiting is not None
    assert (waiting.reason, waiting.cover_begins) == ("no_skill", at(12))
    desk.say("bonjour", language="fr")
    waiting = desk.case("bonjour").waiting
    assert waiting is not None
    assert (waiting.reason, waiting.cover_begins) == ("no_skill", None)


def test_a_full_team_waits_until_somebody_has_room() -> None:
    desk = Desk(config())
    for number in range(9):
        desk.say(f"m{number}")
    last = desk.case("m8")
    assert (desk.state.load("noor"), desk.state.load("jeroen"), last.owner) == (4, 4, None)
    assert last.waiting is not None
    assert (last.waiting.reason, last.waiting.cover_begins) == ("everybody_full", at(12))
    events = desk.do(CloseCase, "noor", case=desk.case("m1").id)
    assert types(events) == ["CaseClosed", "CaseAssigned"]
    assert desk.case("m8").owner == "noor"


def test_the_reason_is_kept_true_as_time_goes_by() -> None:
    desk = Desk(config(people=(Person(id="noor", name="N", capacity=0), *config().people[1:])), now=at(3))
    desk.say("nacht", language="en")
    assert types(desk.tick(at(9))) == ["CaseWaiting"]
    waiting = desk.case("nacht").waiting
    assert waiting is not None
    assert (waiting.reason, waiting.since, waiting.cover_begins) == ("everybody_full", at(3), at(12))
    assert desk.tick(at(9.5)) == []


def test_the_least_time_left_goes_first_then_urgency_then_age() -> None:
    desk = Desk(config(), now=at(3))
    order: list[tuple[str, UrgencyLabel]] = [
        ("laag", "low"),
        ("gewoon", "normal"),
        ("later", "normal"),
        ("kritiek", "critical"),
    ]
    for name, urgency in order:
        desk.say(name, urgency=urgency)
    events = desk.tick(at(9))
    assigned = [event.case.source + event.case.conversation for event in events if event.type == "CaseAssigned"]
    assert assigned == ["squarekritiek", "squaregewoon", "squarelater", "squarelaag"]


def test_a_heavy_case_does_not_keep_light_ones_waiting() -> None:
    desk = Desk(
        config(
            people=(
                Person(id="noor", name="N", capacity=2),
                *(p.model_copy(update={"capacity": 0}) for p in config().people[1:]),
            )
        )
    )
    desk.say("zwaar", urgency="critical")
    desk.say("licht")
    assert (desk.case("zwaar").owner, desk.case("licht").owner) == (None, "noor")


def test_untouched_work_is_released_when_the_shift_ends() -> None:
    desk = Desk(config(), now=at(16))
    desk.say("een")
    desk.say("twee")
    desk.say("drie")
    assert {desk.case(name).owner for name in ("een", "twee", "drie")} == {"noor", "jeroen", "aisha"}
    events = desk.tick(at(17))
    assert types(events) == ["CaseReleased", "CaseReleased", "CaseAssigned", "CaseAssigned"]
    assert {desk.case(name).owner for name in ("een", "twee", "drie")} == {"aisha"}


@pytest.mark.parametrize(("kind", "reason"), [("leave", "on_leave"), ("sick", "sick")])
def test_leave_and_sickness_release_at_once(kind: str, reason: str) -> None:
    desk = Desk(config())
    desk.say("een")
    events = desk.configure(config(leave=(away("jeroen", desk.now, at(24), kind),)))
    assert types(events) == ["TeamConfigured", "CaseReleased", "CaseAssigned"]
    assert isinstance(events[1], CaseReleased)
    assert events[1].reason == reason
    assert desk.case("een").owner == "noor"


def test_who_leaves_the_team_leaves_everything() -> None:
    desk = Desk(config())
    desk.say("een")
    desk.do(ClaimCase, "jeroen", case=desk.case("een").id)
    left = config(people=(config().people[0], config().people[2]), shifts=(config().shifts[1],))
    events = desk.configure(left)
    assert types(events) == ["TeamConfigured", "CaseReleased", "CaseWaiting"]
    assert desk.case("een").owner is None


def test_touched_work_stays_until_the_customer_writes_again() -> None:
    desk = Desk(config(), now=at(16))
    desk.say("een")
    owner = str(desk.case("een").owner)
    desk.do(SubmitReply, owner, case=desk.case("een").id, text="Ik zoek het uit.")
    assert desk.tick(at(17.5)) == []
    events = desk.say("en?", conversation="een")
    expected = ["MentionJoined"] if owner == "aisha" else ["MentionJoined", "CaseReleased", "CaseAssigned"]
    assert types(events) == expected
    assert desk.case("een").owner == "aisha"


def test_touched_work_is_released_when_its_deadline_nears() -> None:
    desk = Desk(config(), now=at(16.5))
    desk.say("een", urgency="high")
    desk.do(ClaimCase, "noor", case=desk.case("een").id)
    assert desk.tick(at(17)) == []
    events = desk.tick(at(17.3))
    assert types(events) == ["DeadlineWarned", "CaseReleased", "CaseAssigned"]
    assert desk.case("een").owner == "aisha"


def test_a_claim_off_shift_after_the_warning_is_honoured() -> None:
    desk = Desk(config(), now=at(17.5))
    desk.say("een", urgency="high")
    desk.tick(at(18.4))
    desk.do(ClaimCase, "noor", case=desk.case("een").id)
    assert types(desk.tick(at(18.5))) == ["DeadlineBreached", "CaseEscalated"]
    assert desk.case("een").owner == "noor"


def test_what_is_claimed_on_shift_after_the_warning_goes_when_the_shift_ends() -> None:
    desk = Desk(config(), now=at(16.1))
    desk.say("een", urgency="high")  # warned of at 16:54
    assert types(desk.tick(at(17) - timedelta(seconds=10)))[-1] == "DeadlineWarned"
    desk.now += timedelta(seconds=5)
    desk.do(ClaimCase, "noor", case=desk.case("een").id)
    assert desk.tick(at(17) - timedelta(seconds=1)) == []
    assert types(desk.tick(at(17))) == ["CaseReleased", "CaseAssigned"]
    assert desk.case("een").owner == "aisha"


def test_a_claim_off_shift_after_the_warning_is_honoured_until_they_have_been_on() -> None:
    desk = Desk(config(), now=at(17.5))
    desk.say("een", urgency="high")
    desk.tick(at(18.4))
    desk.do(ClaimCase, "noor", case=desk.case("een").id)
    for hour in (at(20), at(9, day=1), at(16.9, day=1)):
        assert "CaseReleased" not in types(desk.tick(hour))
        assert desk.case("een").owner == "noor"
    assert types(desk.tick(at(17, day=1))) == ["CaseReleased", "CaseAssigned"]
    assert desk.case("een").owner == "aisha"


def test_a_claim_off_shift_after_the_warning_ends_when_its_owner_is_sick() -> None:
    desk = Desk(config(), now=at(17.5))
    desk.say("een", urgency="high")
    desk.tick(at(18.4))
    desk.do(ClaimCase, "noor", case=desk.case("een").id)
    desk.now += timedelta(seconds=30)
    events = desk.configure(config(leave=(away("noor", desk.now, at(24), "sick"),)))
    assert types(events) == ["TeamConfigured", "CaseReleased", "CaseAssigned"]


def test_warned_and_breached_once_each() -> None:
    desk = Desk(config())
    desk.say("een")  # due in four opening hours, warned at 80 %, 15 minutes before is later
    seen = [kind for minute in range(0, 400, 5) for kind in types(desk.tick(at(10) + timedelta(minutes=minute)))]
    assert seen == ["DeadlineWarned", "DeadlineBreached", "CaseEscalated", "CaseEscalated"]
    deadline = desk.case("een").deadline
    assert deadline is not None
    assert (deadline.warned_at, deadline.breached_at) == (at(13.75), at(14))
    assert desk.state.overdue.size == 1


def test_a_late_reply_is_out_of_target() -> None:
    desk = Desk(config())
    desk.say("een")
    desk.now = at(14.5)
    desk.do(SubmitReply, "noor", case=desk.case("een").id, text="Sorry!")
    case = desk.case("een")
    assert (case.first_response_in_target, case.first_response_seconds) == (False, 4.5 * 3600)


def test_without_a_rota_cases_wait_and_get_their_promise_later() -> None:
    desk = Desk(now=at(9.5))
    assert types(desk.say("een")) == ["CaseOpened", "CaseWaiting"]
    case = desk.case("een")
    assert case.waiting is not None
    assert (case.waiting.reason, case.deadline) == ("no_team_rota", None)
    desk.now = at(10)
    events = desk.configure(config())
    assert types(events) == ["TeamConfigured", "DeadlineChanged", "CaseAssigned"]
    deadline = desk.case("een").deadline
    assert deadline is not None
    assert (deadline.started_at, deadline.due_at) == (at(9.5), at(13.5))


def test_other_agreements_move_the_promises_of_open_cases() -> None:
    desk = Desk(config())
    desk.say("een")
    events = desk.configure(config(service_levels=(ServiceLevel(id="snel", first_response_minutes=30),)))
    assert types(events) == ["TeamConfigured", "DeadlineChanged"]
    deadline = desk.case("een").deadline
    assert deadline is not None
    assert deadline.due_at == at(10.5)
    assert types(desk.configure(config(service_levels=(ServiceLevel(id="snel", first_response_minutes=30),)))) == [
        "CommandAccepted"
    ]


def test_a_tick_that_changes_nothing_gives_nothing() -> None:
    assert Desk().tick() == []
    desk = Desk(config())
    desk.say("een")
    assert desk.tick() == []
