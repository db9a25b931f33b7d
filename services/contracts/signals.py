"""What the stream as a whole says (on `signals`): more of something than the plain threshold allows."""

from typing import Literal

from pydantic import Field

from services.contracts.base import Id, Instant, Model, Slug
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
