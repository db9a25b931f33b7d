"""The three clocks of a case, and what follows when a promise is broken."""

from datetime import datetime

from services.contracts.cases import Deadline
from services.contracts.commands import AddNote, CloseCase, CorrectClassification, ReopenCase, SnoozeCase, SubmitReply
from services.contracts.events import CaseEscalated, CommandRejected, DeadlineBreached, DeadlineWarned
from services.contracts.ids import mention_id
from services.contracts.teams import ServiceLevel, TeamConfig
from tests.support.route import TEAM, Desk, at, config, types

LEVEL = ServiceLevel(
    id="usual", first_response_minutes=60, next_response_minutes=30, resolution_minutes=240, escalate_minutes=20
)


def promise(desk: Desk, name: str, kind: str) -> Deadline:
    return next(one for one in desk.case(name).promises if one.kind == kind)


def agreed(**changes: object) -> Desk:
    return Desk(config(service_levels=(LEVEL,), **changes))


def due(desk: Desk, name: str) -> tuple[str, datetime] | None:
    deadline = desk.case(name).deadline
    return (deadline.kind, deadline.due_at) if deadline else None


def test_the_earliest_unmet_promise_counts() -> None:
    desk = agreed()
    desk.say("een")
    case = desk.case("een").id
    assert due(desk, "een") == ("first_response", at(11))
    desk.now = at(10.5)
    desk.do(SubmitReply, "noor", case=case, text="We kijken ernaar.")
    assert due(desk, "een") is None
    assert promise(desk, "een", "first_response").met_at == at(10.5)
    desk.now = at(12)
    desk.say("en?", conversation="een")
    assert due(desk, "een") == ("next_response", at(12.5))
    desk.now = at(12.2)
    desk.say("hallo?", conversation="een")
    assert due(desk, "een") == ("next_response", at(12.5))  # it runs from the first of them
    desk.do(SubmitReply, "noor", case=case, text="Het is opgelost.")
    assert due(desk, "een") is None


def test_the_resolution_clock_stands_still_while_the_customer_has_the_word() -> None:
    desk = agreed()
    desk.say("een")
    case = desk.case("een").id
    desk.now = at(10.5)
    desk.do(SubmitReply, "noor", case=case, text="Welke straat?")
    resolution = promise(desk, "een", "resolution")
    assert (resolution.paused_at, resolution.spent_seconds) == (at(10.5), 1800)
    desk.now = at(13)
    desk.say("de Dorpsstraat", conversation="een")
    assert promise(desk, "een", "resolution").due_at == at(16.5)
    desk.now = at(14)
    desk.do(CloseCase, "noor", case=case)
    resolution = promise(desk, "een", "resolution")
    assert (resolution.met_at, resolution.spent_seconds) == (at(14), 5400)
    assert [one.kind for one in desk.case("een").promises] == [
        "first_response",
        "resolution",
    ]  # the answer owed is void


def test_the_resolution_clock_stands_still_while_it_is_snoozed_and_the_others_run() -> None:
    desk = agreed()
    desk.say("een")
    desk.do(SnoozeCase, "jeroen", case=desk.case("een").id, until=at(10.5))
    assert due(desk, "een") == ("first_response", at(11))
    desk.tick(at(10.5))
    assert promise(desk, "een", "resolution").due_at == at(14.5)


def test_deadlines_run_in_opening_hours() -> None:
    desk = agreed()
    desk.now = at(19.5)
    desk.say("avond")
    assert due(desk, "avond") == ("first_response", at(9.5, day=1))
    assert promise(desk, "avond", "resolution").due_at == at(12.5, day=1)


def test_each_promise_is_warned_of_and_broken_once() -> None:
    desk = agreed()
    desk.say("een")
    seen = [
        (event.type, event.deadline.kind)
        for minute in range(400)
        for event in desk.tick(at(10 + minute / 60))
        if event.type in ("DeadlineWarned", "DeadlineBreached")
    ]
    assert seen == [
        ("DeadlineWarned", "first_response"),
        ("DeadlineBreached", "first_response"),
        ("DeadlineWarned", "resolution"),
        ("DeadlineBreached", "resolution"),
    ]


def leads() -> Desk:
    people = config().people
    return agreed(people=(people[0].model_copy(update={"lead": True}), *people[1:]))


def test_a_broken_promise_goes_to_the_next_layer_and_then_to_the_lead() -> None:
    desk = leads()
    desk.say("een")
    owner = str(desk.case("een").owner)
    events = [one for one in desk.tick(at(11)) if isinstance(one, CaseEscalated)]
    (step,) = events
    assert (step.step, step.moved) == ("next_layer", True)
    assert step.to == (desk.case("een").owner,)
    assert desk.case("een").owner != owner
    assert step.explanation.rule == "most_room"
    assert [one for one in desk.tick(at(11.3)) if isinstance(one, CaseEscalated)] == []
    (second,) = [one for one in desk.tick(at(11.34)) if isinstance(one, CaseEscalated)]
    assert (second.step, second.moved) == ("lead", False)
    assert set(second.to) | {str(desk.case("een").owner)} >= {"noor"}
    assert [
        one for one in desk.tick(at(13)) if isinstance(one, CaseEscalated) and one.deadline.kind != "resolution"
    ] == []


def test_the_layer_that_stands_by_comes_beside_before_colleagues_do() -> None:
    day, late = (shift.model_copy(update={"layer": 1}) for shift in config().shifts)
    behind = day.model_copy(update={"id": "achterwacht", "people": ("aisha",), "layer": 0})
    desk = agreed(shifts=(day, behind, late))
    desk.say("een")
    owner = desk.case("een").owner
    (step,) = [one for one in desk.tick(at(11)) if isinstance(one, CaseEscalated)]
    assert (step.step, step.to, step.moved) == ("next_layer", ("aisha",), False)
    assert (desk.case("een").owner, desk.case("een").escalated_to) == (owner, ("aisha",))


def test_what_its_owner_works_on_stays_theirs_and_somebody_comes_beside() -> None:
    desk = leads()
    desk.say("een")
    owner = str(desk.case("een").owner)
    desk.do(AddNote, owner, case=desk.case("een").id, text="bezig")
    (step,) = [one for one in desk.tick(at(11)) if isinstance(one, CaseEscalated)]
    assert (step.moved, desk.case("een").owner) == (False, owner)
    assert desk.case("een").escalated_to == step.to


def test_with_nobody_else_the_leads_are_told_at_once() -> None:
    desk = Desk(config(service_levels=(LEVEL,), opening_hours=()), now=at(3))
    desk.say("nacht")
    (step,) = [one for one in desk.tick(at(4)) if isinstance(one, CaseEscalated)]
    assert (step.step, step.to, step.explanation.rule) == ("lead", (), "nobody_eligible")


def test_an_answer_in_between_stops_the_escalation() -> None:
    desk = leads()
    desk.say("een")
    desk.tick(at(11))
    desk.do(SubmitReply, "aisha", case=desk.case("een").id, text="Sorry!")
    assert desk.case("een").escalated_to == ()
    assert desk.tick(at(12)) == []


def test_new_agreements_give_new_promises_and_take_old_ones_away() -> None:
    desk = Desk(config())
    desk.say("een")
    assert types(desk.configure(config(service_levels=(LEVEL,))))[1] == "DeadlineChanged"
    assert due(desk, "een") == ("first_response", at(11))
    assert promise(desk, "een", "resolution").due_at == at(14)
    desk.configure(config(service_levels=(LEVEL.model_copy(update={"resolution_minutes": None}),)))
    assert [one.kind for one in desk.case("een").promises] == ["first_response"]
    assert (
        types(
            desk.configure(config(service_levels=(LEVEL.model_copy(update={"resolution_minutes": None}),), name="W"))
        )[1:]
        == []
    )


def within(minutes: int, resolution: int | None = 240) -> TeamConfig:
    """The agreements with another first response and resolution."""
    changes = {"first_response_minutes": minutes, "resolution_minutes": resolution}
    return config(service_levels=(LEVEL.model_copy(update=changes),))


def told(desk: Desk, since: float, until: float, *between: tuple[float, TeamConfig]) -> list[tuple[str, datetime]]:
    """What is told of first responses, and when, by ticks of a minute; `between` are agreements that are made meanwhile."""
    found: list[tuple[str, datetime]] = []
    for minute in range(round(since * 60), round(until * 60) + 1):
        desk.now = at(minute / 60)
        for hour, other in between:
            if round(hour * 60) == minute:
                desk.configure(other)
        events = [one for one in desk.tick() if isinstance(one, DeadlineWarned | DeadlineBreached)]
        found += [(one.type, one.at) for one in events if one.deadline.kind == "first_response"]
    return found


def test_what_is_warned_of_and_then_due_later_is_warned_of_again_when_the_later_moment_comes() -> None:
    desk = agreed()  # due at 11, warned of at 10:48
    desk.say("een")
    assert told(desk, 10, 12, (10.9, within(120))) == [
        ("DeadlineWarned", at(10.8)),
        ("DeadlineWarned", at(11.75)),
        ("DeadlineBreached", at(12)),
    ]


def test_what_stays_in_its_warning_is_not_warned_of_again_although_it_is_due_later() -> None:
    desk = agreed()
    desk.say("een")
    assert told(desk, 10, 11.2, (10.95, within(65))) == [
        ("DeadlineWarned", at(10.8)),
        ("DeadlineBreached", at(11 + 5 / 60)),
    ]


def test_what_is_moved_later_and_back_is_not_warned_of_twice() -> None:
    desk = agreed()
    desk.say("een")
    assert told(desk, 10, 10.98, (10.85, within(120)), (10.9, within(60))) == [("DeadlineWarned", at(10.8))]
    assert promise(desk, "een", "first_response").warned_at == at(10.8), "it is as it was"
    desk.configure(within(120))
    desk.configure(within(50))
    assert told(desk, 11, 11) == [("DeadlineBreached", at(11))], "and sooner than what was warned of"


def test_what_was_broken_and_is_due_later_may_break_once_more_and_not_when_it_is_moved_back() -> None:
    desk = agreed()
    desk.say("een")
    told(desk, 10, 11.5)
    before = promise(desk, "een", "first_response")
    assert (before.breached_at, before.escalated) == (at(11), ("next_layer", "lead"))
    desk.configure(within(180))
    ahead = promise(desk, "een", "first_response")
    assert (ahead.warned_at, ahead.breached_at, ahead.escalated, ahead.escalate_at) == (None, None, (), None)
    assert told(desk, 11.6, 11.7, (11.65, within(60))) == []
    back = promise(desk, "een", "first_response")
    assert (back.breached_at, back.escalated) == (before.breached_at, before.escalated)
    assert told(desk, 11.8, 13, (11.8, within(180))) == [
        ("DeadlineWarned", at(12.75)),
        ("DeadlineBreached", at(13)),
    ]


def test_another_urgency_that_is_taken_back_warns_of_nothing_twice() -> None:
    desk = Desk(config())  # high: within an hour; else within four
    desk.say("een", urgency="high")
    assert told(desk, 10, 10.9) == [("DeadlineWarned", at(10.8))]
    correct(desk, "een", "person", "noor", urgency="normal")
    assert told(desk, 10.9, 10.95) == []
    correct(desk, "een", "person", "noor", urgency="high")
    assert told(desk, 10.95, 10.98) == []
    correct(desk, "een", "person", "noor", urgency="normal")
    assert told(desk, 11, 14) == [("DeadlineWarned", at(13.75)), ("DeadlineBreached", at(14))]


def test_a_pause_moves_a_promise_later_and_warns_of_it_no_second_time() -> None:
    desk = agreed()
    desk.say("een")
    desk.tick(at(13.8))
    assert promise(desk, "een", "resolution").warned_at == at(13.8)
    desk.do(SubmitReply, "noor", case=desk.case("een").id, text="Wat is uw adres?")
    desk.now = at(15)
    desk.say("twee", conversation="een")
    after = promise(desk, "een", "resolution")
    assert (after.warned_at, after.due_at) == (at(13.8), at(15.2))
    events = desk.tick(at(15.1))
    assert "DeadlineWarned" not in types(events)
    assert [one.deadline.kind for one in desk.tick(at(15.3)) if isinstance(one, DeadlineBreached)] == ["resolution"]


def test_what_is_promised_longer_while_its_clock_stands_still_is_warned_of_when_that_comes() -> None:
    desk = agreed()
    desk.say("een")
    desk.tick(at(14))
    assert promise(desk, "een", "resolution").breached_at == at(14)
    desk.do(SubmitReply, "noor", case=desk.case("een").id, text="Wat is uw adres?")
    desk.now = at(15)
    desk.configure(within(60, 480))
    desk.say("twee", conversation="een")
    after = promise(desk, "een", "resolution")
    assert (after.due_at, after.warned_at, after.breached_at) == (at(19), None, None)
    kinds = [
        (one.type, one.at)
        for hour in (18.5, 18.8, 18.9, 19, 19.1)
        for one in desk.tick(at(hour))
        if isinstance(one, DeadlineWarned | DeadlineBreached) and one.deadline.kind == "resolution"
    ]
    assert kinds == [("DeadlineWarned", at(18.8)), ("DeadlineBreached", at(19))]


def test_a_person_who_reopens_starts_the_resolution_clock_anew() -> None:
    desk = agreed()
    desk.say("een")
    case = desk.case("een").id
    desk.do(SubmitReply, "noor", case=case, text="Opgelost.")
    desk.do(CloseCase, "noor", case=case)
    desk.now = at(12)
    desk.do(ReopenCase, "noor", case=case)
    assert due(desk, "een") == ("resolution", at(16))


def correct(desk: Desk, name: str, author: str, actor: str, **fields: object) -> list[str]:
    mention = mention_id(TEAM, "square", name)
    return types(desk.do(CorrectClassification, actor, mention=mention, author=author, reason="gelezen", **fields))


def test_a_person_corrects_and_urgency_weight_and_deadline_follow() -> None:
    desk = Desk(config())
    desk.say("een", urgency="critical")
    assert correct(desk, "een", "person", "noor", urgency="low", topics=("weather",)) == [
        "ClassificationCorrected",
        "CaseReclassified",
    ]
    case = desk.case("een")
    assert (case.urgency.label, case.weight, case.topics) == ("low", 1, ("weather",))
    assert case.corrected == ("urgency", "topics")
    assert due(desk, "een") == ("first_response", at(14))
    assert case.history[-1].detail == "urgency, topics"


def test_a_person_beats_a_model_whichever_comes_first() -> None:
    desk = Desk(config())
    desk.say("een")
    assert correct(desk, "een", "reread", "system:reread", urgency="high")[0] == "ClassificationCorrected"
    assert desk.case("een").urgency.label == "high"
    correct(desk, "een", "person", "noor", urgency="normal")
    assert correct(desk, "een", "reread", "system:reread", urgency="high") == ["CommandAccepted"]
    assert desk.case("een").urgency.label == "normal"
    assert correct(desk, "een", "reread", "system:reread", urgency="high", sentiment="neutral") == [
        "ClassificationCorrected",
        "CaseReclassified",
    ]
    assert (desk.case("een").urgency.label, desk.case("een").sentiment) == ("normal", "neutral")


def test_a_model_does_not_calm_a_case_of_several_mentions() -> None:
    desk = Desk(config())
    desk.say("een", urgency="critical")
    desk.say("twee", conversation="een")
    assert correct(desk, "twee", "reread", "system:reread", urgency="low") == ["ClassificationCorrected"]
    assert desk.case("een").urgency.label == "critical"


def test_a_mention_without_a_case_is_corrected_and_remembered() -> None:
    desk = Desk(config())
    assert correct(desk, "los", "person", "noor", sentiment="positive") == ["ClassificationCorrected"]
    assert correct(desk, "los", "reread", "system:reread", sentiment="neutral") == ["CommandAccepted"]
    events = desk.do(
        CorrectClassification, "noor", mention=mention_id(TEAM, "square", "los"), author="reread", sentiment="neutral"
    )
    assert isinstance(events[0], CommandRejected)
    assert events[0].code == "not_allowed"


def test_a_corrected_language_finds_somebody_who_speaks_it() -> None:
    desk = Desk(config(), now=at(13))
    desk.say("een", language="fr")
    assert desk.case("een").owner is None
    assert correct(desk, "een", "person", "noor", language="nl") == [
        "ClassificationCorrected",
        "CaseReclassified",
        "CaseAssigned",
    ]
