"""Canned replies: a team's own ready texts, by topic and language, with variables that the desk fills in.

A lead saves and retires them by commands; route, the one writer, keeps the latest of each on `desk.teams`. They hold no
customer's words: they stay on a compacted topic.
"""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from services.contracts.base import Instant, Model, ShortText, Slug
from services.contracts.envelopes import CommandBase, EventBase
from services.contracts.rota import LanguageCode

MOST_CANNED = 500
"""A team has at most this many that are not retired."""
USED_AT_ONCE = 10
"""A reply names at most this many canned replies that it was made from."""

CannedIds = Annotated[tuple[Slug, ...], Field(max_length=USED_AT_ONCE)]


class CannedText(Model):
    """What a lead writes. `{naam}`, `{customer}` and the like are variables (`services/desk/domain/canned.py`)."""

    title: Annotated[str, StringConstraints(min_length=1, max_length=120, strip_whitespace=True)]
    language: LanguageCode
    topics: Annotated[tuple[Slug, ...], Field(max_length=50)] = ()
    """The topics that it is for; none is for any."""
    text: Annotated[str, StringConstraints(min_length=1, max_length=5_000, strip_whitespace=True)]


class SaveCannedReply(CommandBase):
    """A lead writes a new canned reply, changes one or, after it was retired, takes it into use again."""

    type: Literal["SaveCannedReply"] = "SaveCannedReply"
    canned: Slug | None = None
    """Which one; a new one without it is named after the command: `canned-<id>`."""
    content: CannedText


class RetireCannedReply(CommandBase):
    """A lead takes it out of use; what it was used for stays counted."""

    type: Literal["RetireCannedReply"] = "RetireCannedReply"
    canned: Slug


class CannedReplySaved(EventBase):
    """It is in use, with this content."""

    type: Literal["CannedReplySaved"] = "CannedReplySaved"
    canned: Slug
    revision: int = Field(ge=1)
    content: CannedText


class CannedReplyRetired(EventBase):
    """It is not in use any more."""

    type: Literal["CannedReplyRetired"] = "CannedReplyRetired"
    canned: Slug
    revision: int = Field(ge=1)


class CannedReply(Model):
    """The record `team:canned:<id>`: one of them as it is now; `revision` goes up with every change and every use."""

    type: Literal["team.canned"] = "team.canned"
    version: Literal[1] = 1
    team: Slug
    id: Slug
    revision: int = Field(ge=1)
    at: Instant
    """When its content was saved, or it was retired."""
    by: ShortText
    content: CannedText
    retired: bool = False
    used: int = Field(default=0, ge=0)
    """How many replies were made from it."""
    used_at: Instant | None = None
