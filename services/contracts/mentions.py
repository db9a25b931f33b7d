"""What is said: the normalised `mention` (on `mentions.raw`) and `mention.classified` (on `mentions.classified`)."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from services.contracts.base import Id, Instant, LongText, Model, ShortText, Slug

MentionKind = Literal["post", "comment", "review", "article", "email", "form", "direct_message"]
SentimentLabel = Literal["negative", "neutral", "positive"]
UrgencyLabel = Literal["low", "normal", "high", "critical"]
Intent = Literal["question", "complaint", "request", "praise", "spam", "chatter", "other"]
CorrectedField = Literal["language", "sentiment", "urgency", "topics", "needs_person"]
URGENCY_RANK: dict[UrgencyLabel, int] = {"low": 0, "normal": 1, "high": 2, "critical": 3}
CORRECTIONS_KEPT = 50
"""A mention carries this many of its latest corrections; all of them are events."""

SourceId = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Url = Annotated[str, StringConstraints(max_length=2000)]


class Author(Model):
    """Who wrote it, as the source names them. `followers` is their reach, when known."""

    id: ShortText
    name: ShortText = ""
    handle: ShortText = ""
    url: Url = ""
    followers: int | None = Field(default=None, ge=0)


class Media(Model):
    """An attachment by address; webcare keeps no copy."""

    kind: Literal["image", "video", "audio", "file"]
    url: Url
    description: ShortText = ""


class MentionBody(Model):
    """The fields that a raw and a classified mention share."""

    id: Id
    source: Slug
    source_id: SourceId
    kind: MentionKind = "post"
    team: Slug
    monitor: Slug | None = None
    conversation: SourceId
    in_reply_to: SourceId | None = None
    author: Author
    title: ShortText = ""
    text: LongText
    url: Url = ""
    rating: float | None = Field(default=None, ge=0, le=5)
    media: tuple[Media, ...] = Field(default=(), max_length=50)
    created_at: Instant
    collected_at: Instant
    edited_at: Instant | None = None
    extra: dict[str, str | int | float | bool | None] = Field(default_factory=dict, max_length=50)


class Mention(MentionBody):
    """A normalised mention, keyed by conversation on `mentions.raw`.

    `id` is `mention_id(team, source, source_id)`; `conversation` is the thread it belongs to (the root's `source_id`
    when the source has threads, else its own); `monitor` is the saved search or account that found it.
    """

    type: Literal["mention"] = "mention"
    version: Literal[1] = 1


class Language(Model):
    """ISO 639-1 code; `und` when it could not be told."""

    code: Annotated[str, Field(pattern=r"^([a-z]{2}|und)$")]
    confidence: float = Field(ge=0, le=1)


class Sentiment(Model):
    """The author's own attitude; `score` from -1 (negative) to 1 (positive)."""

    label: SentimentLabel
    score: float = Field(ge=-1, le=1)
    confidence: float = Field(ge=0, le=1)


class UrgencySignal(Model):
    """One named trigger of urgency with the words that made it so."""

    name: Slug
    evidence: ShortText
    weight: float = Field(ge=0, le=1)
    told_by: Literal["rules", "model", "person"] = "rules"
    """Who says so: a phrase of the tables, what a model has learned, or a person who corrected it."""


class Urgency(Model):
    """How soon a person must act and what is lost if nobody does; independent of tone. `score` from 0 to 1."""

    label: UrgencyLabel
    score: float = Field(ge=0, le=1)
    signals: tuple[UrgencySignal, ...] = ()
    confidence: float | None = Field(default=None, ge=0, le=1)
    """How likely the label is right; absent where nothing says so."""


class Reason(Model):
    """What in the text made a label so: `[start, end)` in characters of `text`, absent when no span did."""

    label: Literal["language", "sentiment", "urgency", "intent", "topic", "spam", "needs_person"]
    value: ShortText
    code: Slug
    evidence: ShortText = ""
    start: int | None = Field(default=None, ge=0)
    end: int | None = Field(default=None, ge=0)


class Classification(Model):
    """How a mention is understood. `model` names the version of the reader that said so."""

    language: Language
    sentiment: Sentiment
    urgency: Urgency
    intent: Intent
    topics: tuple[Slug, ...] = ()
    spam: float = Field(ge=0, le=1)
    needs_person: bool
    reasons: tuple[Reason, ...] = ()
    model: ShortText


class Correction(Model):
    """What was said instead, by the event `event`: the fields that it changed and what the reader had said of them."""

    event: Id
    at: Instant
    author: Literal["person", "reread"]
    model: ShortText = ""
    corrected: tuple[CorrectedField, ...]
    language_was: ShortText | None = None
    sentiment_was: SentimentLabel | None = None
    urgency_was: UrgencyLabel | None = None
    topics_was: tuple[Slug, ...] | None = None
    needs_person_was: bool | None = None


class ClassifiedMention(MentionBody):
    """A mention with its classification, keyed by team on `mentions.classified`; `revision` grows when corrected.

    `corrections` are those that the classification has in it, oldest first; a repeat of one changes nothing.
    """

    type: Literal["mention.classified"] = "mention.classified"
    version: Literal[1] = 1
    revision: int = Field(default=1, ge=1)
    classification: Classification
    corrections: tuple[Correction, ...] = Field(default=(), max_length=CORRECTIONS_KEPT)
    erased_at: Instant | None = None
    """When its author was erased; then who that was and every word of it are gone."""
