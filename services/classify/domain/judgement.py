"""From looks to judgements: attitude, intent and urgency by the models of one language, held to what rules are sure of.

Two models look at a text: `voice` at all its words (attitude, intent), `matter` at its words without tone (urgency, and
which signal it would be), so that shouting, swearing, politeness and emoji cannot change urgency.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import get_args

import numpy as np

from services.classify.domain import intent as intents
from services.classify.domain.doubt import SURE, level_of, settled
from services.classify.domain.features import Seen, Sight
from services.classify.domain.linear import Floats, LinearModel, Scores, Weighed, Weights, chosen
from services.classify.domain.look import Look, matter_facts, voice_facts
from services.classify.domain.phrases import Hit
from services.classify.domain.sentiment import Attitude, Mark, by_lists, heaviest, rated
from services.classify.domain.urgency import GRAVE, LEVELS, ROOM, Found, SignalKind, UrgencyJudgement, signal_kinds
from services.classify.domain.weights import LanguageWeights
from services.contracts.mentions import Intent, SentimentLabel, UrgencyLabel

SENTIMENTS: tuple[SentimentLabel, ...] = get_args(SentimentLabel)
INTENTS: tuple[Intent, ...] = get_args(Intent)
_NEGATIVE_RATING, _POSITIVE_RATING = -0.2, 0.2
_ENOUGH_MARKS = 3
LISTS_WEIGHT = {"nl": 0.6}
"""What the word lists still count beside a model that knows their marks: much of what is written in Dutch is not like the
few texts that taught it; the English model has seen enough. Costs nothing on the tuning part."""
_IDLE, _ASKING = ("praise", "chatter", "other"), ("question", "complaint", "request")
_POSSIBLE = 0.1
_POOR = 2.5
"""Whoever gives fewer stars wants something, however kindly it is put."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was made of one text."""

    attitude: Attitude
    intent: Intent
    intent_hit: Hit | None
    spam: float
    urgency: UrgencyJudgement
    confidence: float
    """Of the urgency: how likely its label is right (low where a rule overruled the model)."""
    chances: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    """The probabilities of `sentiment` and `urgency`, in the order of their labels; empty where there is no model."""


@dataclass(frozen=True, slots=True)
class _View:
    """One text of a batch as one model saw and weighed it."""

    model: LinearModel
    seen: Seen
    weighed: Weighed
    at: int

    def telling(self, head: str, label: str, most: int = 3) -> list[tuple[int, float, bool]]:
        """The words that told, as (place among the words that were read, weight, whether it was seen as negated)."""
        found = self.model.telling(head, label, self.seen, self.weighed, self.at, most)
        return [(self.seen.places[at], weight, self.seen.negated[at]) for at, weight in found]


@dataclass(frozen=True, slots=True)
class _Said:
    """What the heads say of one text, and the signal of each level that its words speak for most."""

    sentiment: Scores
    intent: Scores
    urgency: Scores
    signals: Mapping[UrgencyLabel, SignalKind | None]


class Judge:
    """The models of one language."""

    def __init__(self, weights: LanguageWeights, like: "Judge | None" = None) -> None:
        """`like`: another judge, whose parts are shared where the weights are the same."""
        self._sight: Sight = like._sight if like else Sight()
        self.weights = weights
        self._voice: LinearModel = _model(weights.voice, like._voice if like else None)
        self._matter: LinearModel = _model(weights.matter, like._matter if like else None)
        labels = self._matter.heads["signal"].labels
        kinds = [kind for name, kind in signal_kinds().items() if name in labels]
        self._kinds = {level: [one for one in kinds if one.level == level] for level in LEVELS}

    def judge(self, looks: Sequence[Look]) -> list[Judgement]:
        """Judge a batch, in order."""
        if not looks:
            return []
        facts = [matter_facts(look) for look in looks]
        voices, matters = self.seen(looks, "voice"), self.seen(looks, "matter")
        both = [voice_facts(look, matter=known) for look, known in zip(looks, facts, strict=True)]
        voice, matter = self._voice.weigh(voices, both), self._matter.weigh(matters, facts)
        said = map(
            _Said,
            self._voice.judge("sentiment", voice.scores),
            self._voice.judge("intent", voice.scores),
            chosen(self._matter.heads["urgency"], self.levels(matter.scores)),
            self._likeliest(matter),
        )
        views = (
            (_View(self._voice, voices[at], voice, at), _View(self._matter, matters[at], matter, at))
            for at in range(len(looks))
        )
        return [self._judgement(look, *pair, one) for look, pair, one in zip(looks, views, said, strict=True)]

    def _likeliest(self, matter: Weighed) -> list[Mapping[UrgencyLabel, SignalKind | None]]:
        """For each text the signal of each level that its words speak for most."""
        labels = self._matter.heads["signal"].labels
        chances = self._matter.chances("signal", matter.scores)
        columns: list[list[SignalKind | None]] = []
        for level in LEVELS:
            kinds = self._kinds[level]
            places = [labels.index(kind.name) for kind in kinds]
            best = chances[:, places].argmax(axis=1).tolist() if kinds else [None] * len(chances)
            columns.append([None if at is None else kinds[at] for at in best])
        return [dict(zip(LEVELS, row, strict=True)) for row in zip(*columns, strict=True)]

    def rarity(self, word: str) -> float:
        """How rare a word is among the texts that this language was learned from."""
        return self._voice.rarity(word)

    def levels(self, scores: Floats) -> Floats:
        """The probabilities of the levels of urgency: what two heads say, one of levels and one of signals, half each."""
        signals = self._matter.chances("signal", scores)
        return halved(self._matter.chances("urgency", scores), signals, self._matter.heads["signal"].labels)

    def seen(self, looks: Sequence[Look], model: str) -> list[Seen]:
        """The words as a model sees them: `voice` or `matter`."""
        if model == "voice":
            known = self._voice.weights.known
            return [self._sight.see(look.prepared, look.prepared.raw, known) for look in looks]
        known = self._matter.weights.known
        return [self._sight.see(look.prepared, look.prepared.calm, known, cased=False) for look in looks]

    def _judgement(self, look: Look, voice: _View, matter: _View, said: _Said) -> Judgement:
        judged = self._urgency(look, matter, said)
        spam = round(max(look.spam, said.intent.probabilities["spam"]), 3)
        attitude, sure = self._attitude(look, voice, said.sentiment), said.urgency.probabilities[judged.label]
        wanted, hit = self._intent(look, said.intent, judged.label, spam)
        if wanted in _IDLE:
            wanted, hit = _asked_after_all(look, attitude, said.intent, wanted, hit)
        chances = {
            "sentiment": tuple(said.sentiment.probabilities[one] for one in SENTIMENTS),
            "urgency": tuple(said.urgency.probabilities[one] for one in LEVELS),
        }
        return Judgement(attitude, wanted, hit, spam, judged, sure, chances)

    def _attitude(self, look: Look, view: _View, found: Scores) -> Attitude:
        rating = look.given.rating
        moods = _with_lists(found, look.lexical.score * LISTS_WEIGHT.get(look.language.code, 0.0))
        score = moods["positive"] - moods["negative"]
        label: SentimentLabel = max(SENTIMENTS, key=lambda one: moods[one])
        confidence = moods[label]
        if rating is not None:
            score = max(-1.0, min(1.0, rated(score, rating)))
            label = "negative" if score < _NEGATIVE_RATING else "positive" if score > _POSITIVE_RATING else "neutral"
            confidence = max(0.6, moods[label])
        marks = heaviest([*look.lexical.marks, *self._marks(look, view, label)], label)
        return Attitude(label, round(score, 4), round(confidence, 3), marks, rating is not None)

    def _marks(self, look: Look, view: _View, label: SentimentLabel) -> list[Mark]:
        """The words that told the model, as marks; none for neutral, which is the absence of a reason."""
        side = 1 if label == "positive" else -1
        if label == "neutral" or sum(mark.weight * side > 0 for mark in look.lexical.marks) >= _ENOUGH_MARKS:
            return []
        words = look.prepared.raw
        marked = {mark.start for mark in look.lexical.marks}
        return [
            Mark(side * 10 * weight, words.starts[place], words.ends[place], negated)
            for place, weight, negated in view.telling("sentiment", label)
            if words.starts[place] not in marked
        ]

    def _intent(self, look: Look, found: Scores, urgency: UrgencyLabel, spam: float) -> tuple[Intent, Hit | None]:
        if urgency in GRAVE:
            return _most_likely(found, without=("spam", "chatter", "praise")), None
        if spam >= intents.SPAM_FROM:
            return "spam", look.matters.spam_hits[0] if look.matters.spam_hits else None
        rating = look.given.rating
        without = ("spam", "praise", "chatter", "other") if rating is not None and rating < _POOR else ("spam",)
        return _most_likely(found, without), look.matters.has(found.label)

    def _urgency(self, look: Look, view: _View, said: _Said) -> UrgencyJudgement:
        found = said.urgency
        rules = settled(look.urgency, found.probabilities)
        leaned: UrgencyLabel = next(one for one in LEVELS if one == found.label)
        label = level_of(rules, found.probabilities, leaned, said.signals)
        sure = [one for one in rules.found if one.kind.name in SURE]
        if sure and label != "critical":
            label = "critical" if found.probabilities["critical"] > found.probabilities["high"] else "high"
            signals = [*sure, *(one for one in rules.found if one not in sure)]
            return UrgencyJudgement(label, _score(label, found), tuple(signals[:12]), rules.dismissed)
        signals = [one for one in rules.found if LEVELS.index(one.kind.level) <= LEVELS.index(label)]
        if label != "low" and not any(one.kind.level == label for one in signals):
            signals = [*self._told(view, said.signals[label], label), *signals]
        return UrgencyJudgement(label, _score(label, found), tuple(signals[:12]), rules.dismissed)

    def _told(self, view: _View, kind: SignalKind | None, label: UrgencyLabel) -> list[Found]:
        """The signal of this level that the words speak for most, at the words that told."""
        if kind is None:
            return []
        told = view.telling("signal", kind.name, 1) or view.telling("urgency", label, 1)
        place = told[0][0] if told else None
        return [Found(kind, None if place is None else Hit(kind.name, place, place), by_model=True)]


def _model(weights: Weights, other: LinearModel | None) -> LinearModel:
    return other if other is not None and other.weights is weights else LinearModel(weights)


def halved(levels: Floats, signals: Floats, names: Sequence[str]) -> Floats:
    """The geometric mean of the probabilities of levels and of those that the signals of each level add up to.

    Args:
        levels: `(texts, levels)`.
        signals: `(texts, signals)`, in the order of `names`.
    """
    added = np.stack([signals[:, places].sum(axis=1) for places in _of_levels(tuple(names))], axis=1)
    mean = np.sqrt(levels * added + 1e-12)
    return np.asarray(mean / mean.sum(axis=1, keepdims=True), np.float32)


@lru_cache(maxsize=8)
def _of_levels(names: tuple[str, ...]) -> list[list[int]]:
    """The places of the signals of each level."""
    kinds = signal_kinds()
    return [[at for at, name in enumerate(names) if kinds[name].level == level] for level in LEVELS]


def by_rules(look: Look) -> Judgement:
    """The judgement where there is no model: word lists and rules alone."""
    attitude = by_lists(look.lexical, look.language.code, look.given.rating)
    intent, hit = intents.intent_of(look.matters, attitude, look.spam, look.given.rating)
    if intent in ("chatter", "praise", "other") and look.urgency.label in ("high", "critical"):
        intent = "complaint"
    return Judgement(attitude, intent, hit, look.spam, look.urgency, 0.5)


def _with_lists(found: Scores, leaning: float) -> dict[SentimentLabel, float]:
    """The probabilities of the attitudes, leaning to what the word lists say (above 0 is positive)."""
    weights = {"negative": -leaning, "neutral": 0.0, "positive": leaning}
    powers = {one: found.probabilities[one] * math.exp(weights[one]) for one in SENTIMENTS}
    total = sum(powers.values())
    return {one: power / total for one, power in powers.items()}


def _asked_after_all(
    look: Look, attitude: Attitude, found: Scores, wanted: Intent, hit: Hit | None
) -> tuple[Intent, Hit | None]:
    """What rules hear asked where the model hears idle talk, unless it rules that out: who is passed over is lost."""
    asked, place = intents.intent_of(look.matters, attitude, look.spam, look.given.rating)
    if asked in _ASKING and found.probabilities[asked] > _POSSIBLE:
        return asked, place
    return wanted, hit


def _most_likely(found: Scores, without: Sequence[str]) -> Intent:
    allowed = [one for one in INTENTS if one not in without]
    return max(allowed, key=lambda one: found.probabilities[one])


def _score(label: UrgencyLabel, found: Scores) -> float:
    """From 0 to 1: within the room of its level, higher where higher levels are likelier."""
    bottom, top = ROOM[label]
    at = LEVELS.index(label)
    above = sum(found.probabilities[one] for one in LEVELS[at + 1 :])
    share = 0.5 * found.probabilities[label] + 0.5 * above if label != "critical" else found.probabilities[label]
    return round(bottom + (top - bottom) * min(1.0, share), 3)
