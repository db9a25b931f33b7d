"""A question to a colleague outside the team, answered by a private link; and the ideas that colleagues send.

Questions are part of their case, and end with it. Ideas are on `desk.ideas`, kept for `IDEA_KEPT_DAYS`.
"""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from services.contracts.base import Id, Instant, Model, ShortText, Slug

QUESTIONS = 10
"""A case carries so many questions, the latest."""
OPEN_QUESTIONS = 5
"""So many of a case may be open at a time."""
IDEA_KEPT_DAYS = 180
"""An idea is kept for so many days after it was sent."""
MOST_IDEAS = 500
"""A team's box holds so many."""

GuestName = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^:\x00-\x1f]+$")]
"""How somebody without an account calls themselves."""
QuestionText = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
Quote = Annotated[str, StringConstraints(max_length=4_000)]
AnswerText = Annotated[str, StringConstraints(min_length=1, max_length=4_000)]
IdeaState = Literal["new", "taken", "declined"]


class Question(Model):
    """A question about a case to a colleague. Once it is answered or over, its texts are gone from here."""

    id: Id
    asker: ShortText
    name: GuestName
    """Who is asked."""
    text: Annotated[str, StringConstraints(max_length=2_000)]
    quote: Quote = ""
    """What the asker chose to show of the case; nothing else of it is shown."""
    asked_at: Instant
    expires_at: Instant
    state: Literal["asked", "answered", "expired"] = "asked"


class Idea(Model):
    """The record `team:idea` on `desk.ideas`: what a colleague sent to the team."""

    type: Literal["team.idea"] = "team.idea"
    version: Literal[1] = 1
    id: Id
    team: Slug
    at: Instant
    name: GuestName
    text: AnswerText
    state: IdeaState = "new"
    note: ShortText = ""
    """What the team says to it."""
    settled_by: ShortText = ""
    settled_at: Instant | None = None
    revision: int = Field(default=1, ge=1)
