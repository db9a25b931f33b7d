"""The three clocks of a case, and what follows when a promise is broken."""

from datetime import datetime

from services.contracts.cases import Deadline
from services.contracts.commands import AddNote, CloseCase, CorrectClassification, ReopenCase, SnoozeCase, SubmitReply
from services.contracts.events import CaseEscalated, CommandRejected
from services.contracts.ids import mention_id
from services.contracts.teams import ServiceLevel
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
