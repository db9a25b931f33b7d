"""What is told outside the desk (on `signals`): more of something than the plain threshold allows, an approval that waits,
a gap in the cover.

A kept search that sounds is there too (`searches.py`). No signal says what somebody wrote.
"""

from typing import Literal

from pydantic import Field

from services.contracts.base import Id, Instant, Model, ShortText, Slug
from services.contracts.mentions import MentionKind, SentimentLabel


class Signal(Model):
    """`count` mentions of a topic and sentiment in `[start, end)` where `threshold` was the limit."""

    type: Literal["signal"] = "signal"
    version: Literal[1] = 1
    id: Id
    team: Slug
    kind: Literal["volume"] = "volume"
    topic: Slug
    sentiment: SentimentLabel
    start: Instant
    end: Instant
    count: int = Field(ge=0)
    threshold: int = Field(ge=1)
    at: Instant


class ApprovalWaits(Model):
    """A reply has waited half of its time for approval, once for each of its texts: for whoever may approve it.

    `asked` are those of them who are on shift; when nobody is, `next_asked` come on first, at `cover_begins`.
    """

    type: Literal["approval.waits"] = "approval.waits"
    version: Literal[1] = 1
    id: Id
    team: Slug
    case: Id
    reply: Id
    reply_version: int = Field(ge=1)
    author: ShortText
    """Who wrote it."""
    asked: tuple[Slug, ...] = ()
    next_asked: tuple[Slug, ...] = ()
    cover_begins: Instant | None = None
    since: Instant
    due_at: Instant
    at: Instant


class CoverGapSignal(Model):
    """From `start` up to `end` `short` people fewer are planned than are wanted: found before it happens, later closed.

    `need` is what is wanted, in one word or several; `skill`, `language` and `channel` are the same for programs, and are
    all absent when anybody would do. Both signals of a gap have its id as `gap`; one that changes is closed and found anew.
    """

    type: Literal["cover.gap"] = "cover.gap"
    version: Literal[1] = 1
    id: Id
    team: Slug
    kind: Literal["found", "closed"]
    gap: Id
    need: ShortText
    skill: ShortText | None = None
    language: ShortText | None = None
    channel: MentionKind | None = None
    start: Instant
    end: Instant
    wanted: int = Field(ge=1)
    short: int = Field(ge=1)
    first_seen_at: Instant
    reason: Literal["covered", "past"] | None = None
    """Why it is closed: enough are planned now (or it is another gap), or its time is over. Absent when it is found."""
    at: Instant
