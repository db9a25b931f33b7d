"""What happened to questions to colleagues and to their ideas (on `desk.events`, through `events.py`)."""

from typing import Literal

from services.contracts.base import Id
from services.contracts.cases import CaseMessage
from services.contracts.envelopes import CaseEvent, EventBase
from services.contracts.questions import Idea, Question


class QuestionAsked(CaseEvent):
    """A colleague outside the team is asked something about a case; the conversation shows it as a note."""

    type: Literal["QuestionAsked"] = "QuestionAsked"
    question: Question
    note: CaseMessage


class QuestionAnswered(CaseEvent):
    """The colleague has answered; the conversation shows it as a note."""

    type: Literal["QuestionAnswered"] = "QuestionAnswered"
    question: Id
    note: CaseMessage


class QuestionExpired(CaseEvent):
    """Nobody can answer the question any more: its time is over, or a person ended it."""

    type: Literal["QuestionExpired"] = "QuestionExpired"
    question: Id
    reason: Literal["time", "person"]


class IdeaSubmitted(EventBase):
    """A colleague sent an idea."""

    type: Literal["IdeaSubmitted"] = "IdeaSubmitted"
    idea: Idea


class IdeaSettled(EventBase):
    """The team has said what it does with an idea."""

    type: Literal["IdeaSettled"] = "IdeaSettled"
    idea: Idea
