"""What people ask of the handbook (on `desk.commands`, through `commands.py`).

Anybody of the team suggests and agrees, for themselves; only leads publish, retire and decide. A suggestion bears an id that
follows from its command's: `suggestion-<id>`.
"""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from services.contracts.base import ShortText, Slug
from services.contracts.envelopes import CommandBase
from services.contracts.handbook import GuidelineText, SuggestionText

Reason = Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)]


class PublishGuideline(CommandBase):
    """A new guideline, or a new version of one. `based_on` is the version that it changes; 0 is a new guideline.

    It is refused when another version came in between, so that nobody undoes unread what a colleague wrote.
    """

    type: Literal["PublishGuideline"] = "PublishGuideline"
    guideline: Slug
    based_on: int = Field(default=0, ge=0)
    text: GuidelineText
    reason: ShortText = ""
    """Why; a change of what there is needs one."""
    suggestion: Slug | None = None
    """The suggestion that this follows, which is thereby accepted."""


class RetireGuideline(CommandBase):
    """The guideline does not hold any more. Publishing it again, based on that, brings it back."""

    type: Literal["RetireGuideline"] = "RetireGuideline"
    guideline: Slug
    reason: Reason


class AgreeGuideline(CommandBase):
    """The actor has read this version, the latest, and agrees."""

    type: Literal["AgreeGuideline"] = "AgreeGuideline"
    guideline: Slug
    guideline_version: int = Field(ge=1)


class SuggestGuideline(CommandBase):
    """A colleague would change a guideline, or add one when none is named."""

    type: Literal["SuggestGuideline"] = "SuggestGuideline"
    guideline: Slug | None = None
    text: SuggestionText


class DecideSuggestion(CommandBase):
    """A lead accepts or declines a suggestion; accepting by publishing is `PublishGuideline` with its `suggestion`."""

    type: Literal["DecideSuggestion"] = "DecideSuggestion"
    suggestion: Slug
    accept: bool
    note: ShortText = ""


HandbookCommand = PublishGuideline | RetireGuideline | AgreeGuideline | SuggestGuideline | DecideSuggestion
HANDBOOK_COMMANDS: tuple[type[HandbookCommand], ...] = (
    PublishGuideline,
    RetireGuideline,
    AgreeGuideline,
    SuggestGuideline,
    DecideSuggestion,
)
