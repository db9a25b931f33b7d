"""Questions to colleagues and ideas in route: who may ask and answer, how they end, what is kept and for how long."""

from datetime import timedelta

import pytest

from services.contracts.commands import (
    AddNote,
    AnswerQuestion,
    AskColleague,
    CloseCase,
    ExpireQuestion,
    SettleIdea,
    SubmitIdea,
    SubmitReply,
    Tick,
)
from services.contracts.questions import IDEA_KEPT_DAYS, MOST_IDEAS, OPEN_QUESTIONS, QUESTIONS
from services.contracts.topics import DESK_COMMANDS, DESK_IDEAS
from services.route.partition import RoutePartition
from services.runtime.messages import Received
from tests.support.approvals import refused, team
from tests.support.route import TEAM, Desk, at, types, uuid

PIET = {"name": "Piet", "text": "Ja, tot negen uur."}
GUEST = "guest:Piet"


def asked(desk: Desk, hours: int = 24) -> dict[str, str]:
    """The case and the question of Noor's to Piet."""
    desk.say("een")
    case = desk.case("een").id
    desk.do(AskColleague, "noor", case=case, name="Piet", text="Staat daar iemand?", quote="Perron 3", hours=hours)
    return {"case": case, "question": desk.case("een").questions[-1].id}


def test_a_question_and_its_answer_are_notes_and_its_texts_do_not_stay() -> None:
    desk = Desk(team())
    question = asked(desk)
    case = desk.case("een")
    assert [(one.kind, one.author, one.text) for one in case.messages[1:]] == [
        ("note", "noor", "@Piet: Staat daar iemand?")
    ]
    assert (case.questions[0].quote, case.questions[0].expires_at) == ("Perron 3", at(10, day=1))
    assert types(desk.do(AnswerQuestion, GUEST, **question, **PIET)) == ["QuestionAnswered"]
    case = desk.case("een")
    assert (case.messages[-1].author, case.messages[-1].text) == (GUEST, PIET["text"])
    assert (case.questions[0].state, case.questions[0].text, case.questions[0].quote) == ("answered", "", "")
    assert refused(desk.do(AnswerQuestion, GUEST, **question, **PIET)) == "already_decided"


def test_a_question_ends_by_time_and_is_said_once() -> None:
    desk = Desk(team())
    question = asked(desk, hours=1)
    desk.now = at(11.1)
    assert refused(desk.do(AnswerQuestion, GUEST, **question, **PIET)) == "expired"
    assert types(desk.tick(at(11.2))).count("QuestionExpired") == 1
    assert "QuestionExpired" not in types(desk.tick(at(11.3)))
    assert refused(desk.do(AnswerQuestion, GUEST, **question, **PIET)) == "already_decided"
    assert types(desk.do(ExpireQuestion, "noor", **question)) == ["CommandAccepted"]


def test_an_answer_is_taken_when_the_case_was_closed_since() -> None:
    desk = Desk(team())
    question = asked(desk)
    desk.do(CloseCase, "noor", case=question["case"])
    assert types(desk.do(AnswerQuestion, GUEST, **question, **PIET)) == ["QuestionAnswered"]
    assert refused(desk.do(AskColleague, "noor", case=question["case"], name="Piet", text="En nu?")) == "case_closed"


def test_who_has_a_link_does_nothing_else_and_only_links_answer() -> None:
    desk = Desk(team())
    question = asked(desk)
    case = question["case"]
    assert refused(desk.do(SubmitReply, GUEST, case=case, text="Hoi")) == "not_allowed"
    assert refused(desk.do(AddNote, GUEST, case=case, text="Hoi")) == "not_allowed"
    assert refused(desk.do(ExpireQuestion, GUEST, **question)) == "not_allowed"
    assert refused(desk.do(AnswerQuestion, "noor", **question, **PIET)) == "not_allowed"
    assert refused(desk.do(AnswerQuestion, GUEST, case=case, question=case, **PIET)) == "not_found"


def test_open_questions_are_bounded_and_old_ones_make_room() -> None:
    desk = Desk(team())
    asked(desk)
    case = desk.case("een").id
    for _ in range(OPEN_QUESTIONS - 1):
        desk.do(AskColleague, "noor", case=case, name="Piet", text="En?")
    assert refused(desk.do(AskColleague, "noor", case=case, name="Piet", text="En?")) == "invalid"
    for _ in range(QUESTIONS):
        first = next(one.id for one in desk.case("een").questions if one.state == "asked")
        desk.do(ExpireQuestion, "noor", case=case, question=first)
        assert types(desk.do(AskColleague, "noor", case=case, name="Piet", text="En?")) == ["QuestionAsked"]
    states = [one.state for one in desk.case("een").questions]
    assert len(states) == QUESTIONS
    assert states.count("asked") == OPEN_QUESTIONS


def test_an_idea_is_settled_by_the_team() -> None:
    desk = Desk(team())
    assert types(desk.do(SubmitIdea, GUEST, name="Piet", text="Uitleg bovenaan.")) == ["IdeaSubmitted"]
    (idea,) = desk.state.ideas
    assert refused(desk.do(SettleIdea, GUEST, idea=idea, state="taken")) == "not_allowed"
    assert refused(desk.do(SettleIdea, "noor", idea=uuid("geen"), state="taken")) == "not_found"
    assert types(desk.do(SettleIdea, "noor", idea=idea, state="taken", note="Ja.")) == ["IdeaSettled"]
    assert types(desk.do(SettleIdea, "noor", idea=idea, state="taken", note="Ja.")) == ["CommandAccepted"]
    known = desk.state.ideas[idea]
    assert (known.state, known.note, known.settled_by, known.revision) == ("taken", "Ja.", "noor", 2)


def test_a_full_box_takes_no_more() -> None:
    desk = Desk(team())
    for number in range(MOST_IDEAS):
        desk.do(SubmitIdea, GUEST, name="Piet", text=f"Idee {number}")
    assert refused(desk.do(SubmitIdea, GUEST, name="Piet", text="Nog een")) == "invalid"


@pytest.mark.parametrize(("days", "kept"), [(IDEA_KEPT_DAYS - 1, True), (IDEA_KEPT_DAYS, False)])
def test_an_idea_is_kept_for_its_time_and_leaves_a_tombstone(days: int, kept: bool) -> None:
    desk = Desk(team())
    partition = RoutePartition(0)
    partition._teams[TEAM] = desk.state
    command = desk.command(SubmitIdea, GUEST, name="Piet", text="Uitleg bovenaan.")
    written = partition.handle([Received(DESK_COMMANDS, 0, 0, desk.now, TEAM, command)], desk.now)
    assert [one.key for one in written if one.topic is DESK_IDEAS] == [f"{TEAM}:{command.id}"]
    later = desk.now + timedelta(days=days)
    tick = Tick(id=uuid("later"), team=TEAM, at=later, actor="system:ticker")
    written = partition.handle([Received(DESK_COMMANDS, 0, 1, later, TEAM, tick)], later)
    gone = [(one.key, one.message) for one in written if one.topic is DESK_IDEAS]
    assert gone == ([] if kept else [(f"{TEAM}:{command.id}", None)])
    assert (command.id in desk.state.ideas) == kept
