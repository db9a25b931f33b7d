"""What people and integrations ask of one case (on `desk.commands`, through `commands.py`)."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from services.contracts.base import Id, Instant, LongText, ShortText, Slug
from services.contracts.canned import CannedIds
from services.contracts.envelopes import CommandBase
from services.contracts.handbook import MOST_USED, GuidelineRef
from services.contracts.mentions import Url


class ClaimCase(CommandBase):
    """The actor takes the case, whoever has it. Allowed off shift and over one's own capacity."""

    type: Literal["ClaimCase"] = "ClaimCase"
    case: Id


class ReleaseCase(CommandBase):
    """The actor gives their case back; it is assigned again, to somebody else when anybody is eligible."""

    type: Literal["ReleaseCase"] = "ReleaseCase"
    case: Id


class HandOver(CommandBase):
    """The case goes to a person (`to`), also one who is full or off shift; or, without `to`, to the team with a note."""

    type: Literal["HandOver"] = "HandOver"
    case: Id
    to: Slug | None = None
    note: LongText = ""

    @model_validator(mode="after")
    def _told(self) -> Self:
        if self.to is None and not self.note.strip():
            raise ValueError("a hand-over to the team needs a note that says why")
        return self


class SnoozeCase(CommandBase):
    """Nothing to do before `until`. It wakes earlier when the customer writes or a promise is about to be broken."""

    type: Literal["SnoozeCase"] = "SnoozeCase"
    case: Id
    until: Instant


class WakeCase(CommandBase):
    """A snoozed case is to be worked on again now."""

    type: Literal["WakeCase"] = "WakeCase"
    case: Id


class TagCase(CommandBase):
    """Put a tag on the case, which a classification does not change."""

    type: Literal["TagCase"] = "TagCase"
    case: Id
    tag: Slug


class UntagCase(CommandBase):
    """Take a tag off the case."""

    type: Literal["UntagCase"] = "UntagCase"
    case: Id
    tag: Slug


class AddNote(CommandBase):
    """An internal note; never leaves the building."""

    type: Literal["AddNote"] = "AddNote"
    case: Id
    text: Annotated[LongText, Field(min_length=1)]


class SubmitReply(CommandBase):
    """An answer to the conversation. It is claimed by whoever answers it."""

    type: Literal["SubmitReply"] = "SubmitReply"
    case: Id
    text: Annotated[LongText, Field(min_length=1)]
    canned: CannedIds = ()
    """The canned replies that it was made from, which are counted."""
    guidelines: Annotated[tuple[GuidelineRef, ...], Field(max_length=MOST_USED)] = ()
    """The guidelines of the handbook that stood beside it."""


class CloseCase(CommandBase):
    """Nothing more to do. A closed case reopens when its conversation goes on within the team's reopen window."""

    type: Literal["CloseCase"] = "CloseCase"
    case: Id


class ReopenCase(CommandBase):
    """There is more to do after all. It goes back to whoever had it, when they are eligible."""

    type: Literal["ReopenCase"] = "ReopenCase"
    case: Id


class ReportDelivery(CommandBase):
    """What became of a reply that was approved; sent by ingest."""

    type: Literal["ReportDelivery"] = "ReportDelivery"
    case: Id
    reply: Id
    outcome: Literal["delivered", "failed"]
    url: Url = ""
    detail: ShortText = ""
