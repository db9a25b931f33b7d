"""What is asked of colleagues and what they send: questions by link, ideas (on `desk.commands`)."""

from typing import Literal

from pydantic import Field

from services.contracts.base import Id, ShortText
from services.contracts.envelopes import CommandBase
from services.contracts.questions import AnswerText, GuestName, QuestionText, Quote


class AskColleague(CommandBase):
    """Ask somebody who needs no account; the command's id is the question's. The link is the desk's to make."""

    type: Literal["AskColleague"] = "AskColleague"
    case: Id
    name: GuestName
    text: QuestionText
    quote: Quote = ""
    hours: int = Field(default=72, ge=1, le=24 * 30)
    """How long it can be answered."""


class AnswerQuestion(CommandBase):
    """The answer to a question, by who has its link (`actor` is `guest:<name>`); sent by the desk's page alone."""

    type: Literal["AnswerQuestion"] = "AnswerQuestion"
    case: Id
    question: Id
    name: GuestName
    text: AnswerText


class ExpireQuestion(CommandBase):
    """The question needs no answer any more: its link leads nowhere from now on."""

    type: Literal["ExpireQuestion"] = "ExpireQuestion"
    case: Id
    question: Id


class SubmitIdea(CommandBase):
    """An idea or a tip for the team, by a colleague (`guest:<name>`) or one of the team; the command's id is the idea's."""

    type: Literal["SubmitIdea"] = "SubmitIdea"
    name: GuestName
    text: AnswerText


class SettleIdea(CommandBase):
    """What the team does with an idea."""

    type: Literal["SettleIdea"] = "SettleIdea"
    idea: Id
    state: Literal["taken", "declined"]
    note: ShortText = ""
