"""What happened to the handbook (on `desk.events`, through `events.py`). Each carries what it made, whole."""

from typing import Literal

from services.contracts.envelopes import EventBase
from services.contracts.handbook import Agreement, GuidelineVersion, Suggestion


class GuidelinePublished(EventBase):
    """A version holds from now on."""

    type: Literal["GuidelinePublished"] = "GuidelinePublished"
    guideline: GuidelineVersion


class GuidelineRetired(EventBase):
    """A guideline holds no longer; `guideline` is its last version, as it was, with the reason."""

    type: Literal["GuidelineRetired"] = "GuidelineRetired"
    guideline: GuidelineVersion


class GuidelineAgreed(EventBase):
    """A person has read a version and agrees."""

    type: Literal["GuidelineAgreed"] = "GuidelineAgreed"
    agreement: Agreement


class GuidelineSuggested(EventBase):
    """A colleague would have it otherwise."""

    type: Literal["GuidelineSuggested"] = "GuidelineSuggested"
    suggestion: Suggestion


class SuggestionDecided(EventBase):
    """A lead accepted or declined it; `suggestion.state` says which."""

    type: Literal["SuggestionDecided"] = "SuggestionDecided"
    suggestion: Suggestion


HandbookEvent = GuidelinePublished | GuidelineRetired | GuidelineAgreed | GuidelineSuggested | SuggestionDecided
HANDBOOK_EVENTS: tuple[type[HandbookEvent], ...] = (
    GuidelinePublished,
    GuidelineRetired,
    GuidelineAgreed,
    GuidelineSuggested,
    SuggestionDecided,
)
