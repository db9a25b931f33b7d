"""Questions to colleagues outside the team, and the ideas that they send. Used by `decide.py` and, for time, `handle.py`."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from services.contracts.cases import Case, CaseMessage
from services.contracts.commands import AnswerQuestion, AskColleague, ExpireQuestion, SettleIdea, SubmitIdea
from services.contracts.events import IdeaSettled, IdeaSubmitted, QuestionAnswered, QuestionAsked, QuestionExpired
from services.contracts.questions import MOST_IDEAS, OPEN_QUESTIONS, QUESTIONS, Idea, Question
from services.route.domain.agreement import Agreement
from services.route.domain.answers import Refusal
from services.route.domain.drafts import ROUTER, Draft, case_draft, changed, with_message
from services.route.domain.made import made, remade
from services.route.domain.rights import still_open, touched_by
from services.route.domain.state import TeamState

GUEST = "guest:"
AT_A_TIME = 500


def ask(agreed: Agreement, case: Case, command: AskColleague, now: datetime) -> list[Draft]:
    """A question, which a link answers until its time is over; the conversation shows it to the team."""
    _of_the_team(agreed, command.actor)
    still_open(case)
    if sum(one.state == "asked" for one in case.questions) >= OPEN_QUESTIONS:
        raise Refusal("invalid", f"{OPEN_QUESTIONS} questions of this case are open already")
    fields = {"id": command.id, "asker": command.actor, "name": command.name, "text": command.text}
    moments = {"asked_at": now, "expires_at": now + timedelta(hours=command.hours)}
    question = made(Question, fields | moments | {"quote": command.quote})
    note = _note(command.id, command.actor, f"@{command.name}: {command.text}", now)
    after = changed(
        case,
        questions=_kept((*case.questions, question)),
        messages=with_message(case, note),
        **touched_by(case, command.actor),
    )
    return [case_draft(QuestionAsked, after, now, command.actor, command.name, question=question, note=note)]


def answer(_agreed: Agreement, case: Case, command: AnswerQuestion, now: datetime) -> list[Draft]:
    """The answer of who has the link, once, and also when the case has been closed since."""
    if not command.actor.startswith(GUEST):
        raise Refusal("not_allowed", "a question is answered by its link")
    question = _question(case, command.question)
    if question.state == "asked" and question.expires_at <= now:
        raise Refusal("expired", "the time to answer is over")
    if question.state != "asked":
        raise Refusal("already_decided", "the question has been answered, or is over")
    note = _note(command.id, command.actor, command.text, now)
    after = changed(_settled(case, question, "answered"), messages=with_message(case, note))
    return [case_draft(QuestionAnswered, after, now, command.actor, command.name, question=question.id, note=note)]


def expire(agreed: Agreement, case: Case, command: ExpireQuestion, now: datetime) -> list[Draft]:
    """Nobody needs to answer any more."""
    _of_the_team(agreed, command.actor)
    question = _question(case, command.question)
    if question.state != "asked":
        return []
    return [_over(case, question, "person", now, command.actor)]


def questions_end(state: TeamState, now: datetime) -> Iterator[Draft]:
    """Questions whose time is over."""
    for case_id in [case.id for case in islice(state.question_ends_until(now), AT_A_TIME)]:
        for question in state.cases[case_id].questions:
            if question.state == "asked" and question.expires_at <= now:
                yield _over(state.cases[case_id], question, "time", now, ROUTER)


def submit_idea(state: TeamState, command: SubmitIdea, now: datetime) -> list[Draft]:
    """An idea for the team; a full box takes no more."""
    if len(state.ideas) >= MOST_IDEAS:
        raise Refusal("invalid", f"the box holds {MOST_IDEAS} ideas already")
    fields = {"id": command.id, "team": state.team, "at": now, "name": command.name, "text": command.text}
    return [Draft(IdeaSubmitted, {"idea": made(Idea, fields)})]


def settle_idea(state: TeamState, agreed: Agreement, command: SettleIdea, now: datetime) -> list[Draft]:
    """What the team does with it; said again, the later word counts."""
    _of_the_team(agreed, command.actor)
    idea = state.ideas.get(command.idea)
    if idea is None:
        raise Refusal("not_found", "the team has no such idea")
    if (idea.state, idea.note) == (command.state, command.note):
        return []
    update = {"state": command.state, "note": command.note, "settled_by": command.actor, "settled_at": now}
    return [Draft(IdeaSettled, {"idea": remade(idea, update | {"revision": idea.revision + 1})})]


def _over(case: Case, question: Question, reason: str, now: datetime, actor: str) -> Draft:
    after = _settled(case, question, "expired")
    return case_draft(QuestionExpired, after, now, actor, question.name, question=question.id, reason=reason)


def _settled(case: Case, question: Question, state: str) -> Case:
    """Its texts are needed no more: the conversation has them."""
    after = remade(question, {"state": state, "text": "", "quote": ""})
    return changed(case, questions=tuple(after if one is question else one for one in case.questions))


def _kept(questions: tuple[Question, ...]) -> tuple[Question, ...]:
    """The latest of them; open ones are never left out, since fewer may be open than are kept."""
    over = [one for one in questions if one.state != "asked"]
    surplus = {one.id for one in over[: max(0, len(questions) - QUESTIONS)]}
    return tuple(one for one in questions if one.id not in surplus)


def _question(case: Case, question: str) -> Question:
    found = next((one for one in case.questions if one.id == question), None)
    if found is None:
        raise Refusal("not_found", "the case has no such question")
    return found


def _of_the_team(agreed: Agreement, actor: str) -> None:
    if actor.startswith(GUEST) or (actor not in agreed.people and ":" not in actor):
        raise Refusal("not_a_member", f"{actor} is not in the team")


def _note(ident: str, author: str, text: str, now: datetime) -> CaseMessage:
    return made(CaseMessage, {"kind": "note", "id": ident, "at": now, "author": author, "text": text})
