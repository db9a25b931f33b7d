"""Daily roll-ups without personal data (on `figures.daily`), which outlive the messages they count."""

from datetime import date
from typing import Literal

from pydantic import Field

from services.contracts.base import Instant, Model, Slug


class DailyFigures(Model):
    """One team's day, in the team's time zone."""

    type: Literal["figures.daily"] = "figures.daily"
    version: Literal[1] = 1
    team: Slug
    day: date
    mentions: int = Field(ge=0)
    by_sentiment: dict[str, int] = Field(default_factory=dict)
    by_urgency: dict[str, int] = Field(default_factory=dict)
    by_topic: dict[str, int] = Field(default_factory=dict)
    by_source: dict[str, int] = Field(default_factory=dict)
    cases_opened: int = Field(default=0, ge=0)
    first_responses: int = Field(default=0, ge=0)
    first_responses_in_target: int = Field(default=0, ge=0)
    at: Instant
