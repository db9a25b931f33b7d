"""A classified mention with a correction in it: its next revision, or nothing when the correction says nothing new. Pure.

A person's word beats a model's: what a person has corrected of a mention, no model changes. Whether what is grave after
all needs somebody is for the rules of its team. Which corrections a mention has in it is part of the mention, so that an
event that comes again changes nothing, whoever reads it.
"""

from typing import Any

from services.contracts.events import ClassificationCorrected
from services.contracts.mentions import (
    CORRECTIONS_KEPT,
    Classification,
    ClassifiedMention,
    CorrectedField,
    Correction,
    Language,
    Reason,
    Sentiment,
    SentimentLabel,
    Urgency,
    UrgencyLabel,
    UrgencySignal,
)
from services.contracts.needs import GRAVE, Terms, terms_of

SENTIMENT_SCORE: dict[SentimentLabel, float] = {"negative": -0.6, "neutral": 0.0, "positive": 0.6}
URGENCY_SCORE: dict[UrgencyLabel, float] = {"low": 0.12, "normal": 0.4, "high": 0.7, "critical": 0.92}
"""The middle of each label's room, for who names a label without a score; route gives a case the same."""
_USUAL = terms_of(None)
BY_MODEL = 0.55
"""How sure the second reader is of what it corrects, at least; a person is sure."""
_REASON_OF = {"topics": "topic"}
"""The field of a correction and the label of a reason have one name, but for this."""


def corrected(
    mention: ClassifiedMention, event: ClassificationCorrected, terms: Terms = _USUAL
) -> ClassifiedMention | None:
    """The mention as it is read now, with `revision` + 1. `terms`: what its team has agreed of what needs a person."""
    if any(one.event == event.id for one in mention.corrections):
        return None
    fields = _counting(mention, event)
    if not fields:
        return None
    read = mention.classification
    note = Correction(
        event=event.id,
        at=event.at,
        author=event.author,
        model=event.model,
        corrected=fields,
        **{f"{name}_was": said(read, name) for name in fields},
    )
    return mention.model_copy(
        update={
            "revision": mention.revision + 1,
            "classification": _reread(mention, event, fields, terms),
            "corrections": (*mention.corrections, note)[-CORRECTIONS_KEPT:],
        }
    )


def said(read: Classification, field: CorrectedField) -> Any:
    """What a classification says of a field."""
    match field:
        case "language":
            return read.language.code
        case "sentiment":
            return read.sentiment.label
        case "urgency":
            return read.urgency.label
        case "topics":
            return read.topics
        case "needs_person":
            return read.needs_person


def by_person(mention: ClassifiedMention) -> frozenset[CorrectedField]:
    """What a person has said of a mention."""
    return frozenset(name for one in mention.corrections if one.author == "person" for name in one.corrected)


def _counting(mention: ClassifiedMention, event: ClassificationCorrected) -> tuple[CorrectedField, ...]:
    given = tuple(name for name in event.corrected if getattr(event, name) is not None)
    if event.author == "person":
        return given
    settled = by_person(mention)
    return tuple(
        name for name in given if name not in settled and said(mention.classification, name) != _new(event, name)
    )


def _new(event: ClassificationCorrected, field: CorrectedField) -> Any:
    return getattr(event, field)


def _reread(
    mention: ClassifiedMention, event: ClassificationCorrected, fields: tuple[CorrectedField, ...], terms: Terms
) -> Classification:
    read = mention.classification
    changes: dict[str, Any] = {}
    if "language" in fields and event.language is not None:
        changes["language"] = Language(code=event.language, confidence=_sure(event))
    if "sentiment" in fields and event.sentiment is not None:
        changes["sentiment"] = _sentiment(event, event.sentiment)
    if "urgency" in fields and event.urgency is not None:
        changes["urgency"] = _urgency(event, event.urgency)
    if "topics" in fields:
        changes["topics"] = event.topics
    if "needs_person" in fields:
        changes["needs_person"] = event.needs_person
    elif "urgency" in fields and event.urgency in GRAVE and not _sent_away(mention, event):
        changes["needs_person"] = terms.verdict(mention, read.model_copy(update=changes)).needs
    return read.model_copy(update=changes | {"reasons": _reasons(read.model_copy(update=changes), event, fields)})


def _sent_away(mention: ClassifiedMention, event: ClassificationCorrected) -> bool:
    """Whether a person said that nobody need see it, and now only a model thinks that it is grave."""
    return event.author != "person" and "needs_person" in by_person(mention) and not mention.classification.needs_person


def _sure(event: ClassificationCorrected) -> float:
    return 1.0 if event.author == "person" else BY_MODEL


def _sentiment(event: ClassificationCorrected, label: SentimentLabel) -> Sentiment:
    score = SENTIMENT_SCORE[label] if event.sentiment_score is None else event.sentiment_score
    return Sentiment(label=label, score=score, confidence=_sure(event))


def _urgency(event: ClassificationCorrected, label: UrgencyLabel) -> Urgency:
    score = URGENCY_SCORE[label] if event.urgency_score is None else event.urgency_score
    told_by = "person" if event.author == "person" else "model"
    signal = UrgencySignal(name="corrected", evidence=event.reason, weight=1, told_by=told_by)
    return Urgency(label=label, score=score, signals=(signal,) if event.reason else (), confidence=_sure(event))


def _reasons(
    read: Classification, event: ClassificationCorrected, fields: tuple[CorrectedField, ...]
) -> tuple[Reason, ...]:
    """The reasons of what was not corrected, and for the rest who said so and why."""
    replaced = {_REASON_OF.get(name, name) for name in fields}
    kept = [one for one in read.reasons if one.label not in replaced]
    return (*kept, *(_reason(read, event, name) for name in fields))


def _reason(read: Classification, event: ClassificationCorrected, field: CorrectedField) -> Reason:
    value = said(read, field)
    return Reason(
        label=_REASON_OF.get(field, field),
        value=", ".join(value)[:500] if isinstance(value, tuple) else str(value).lower(),
        code=f"corrected-{event.author}",
        evidence=event.reason,
    )
