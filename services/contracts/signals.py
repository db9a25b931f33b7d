"""What is told outside the desk (on `signals`): more of something than the plain threshold allows, an approval that waits.

A kept search that sounds is there too (`searches.py`). No signal says what somebody wrote.
"""

from typing import Literal

from pydantic import Field

from services.contracts.base import Id, Instant, Model, ShortText, Slug
from services.contracts.mentions import SentimentLabel


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
