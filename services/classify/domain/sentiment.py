"""What word lists say of the author's attitude, from -1 to 1: VADER's lexicon for English, one of our own for Dutch, else
emoji alone. The models are told of it; it judges by itself only where there is no model.

A rating that came with a review weighs more than its words. VADER is C.J. Hutto's (ICWSM 2014); its normalisation,
`x / sqrt(x² + 15)`, is used for both languages.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.classify.domain.phrases import Matcher, Phrase, compile_phrases
from services.classify.domain.tables import load
from services.classify.domain.text import Prepared, Words, word_set
from services.contracts.mentions import SentimentLabel

_EMOJI_CHARACTERS = 3_000
_WORDS_READ = 1_500
_NEGATION_REACH = 3
_DUTCH_AFTER = 2
"""Dutch puts "niet" behind what it denies ("helpt mij niet"): it is looked for this many words after as well."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A word, phrase or emoji that weighed, with its place in the whole text."""

    weight: float
    start: int
    end: int
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Attitude:
    """Label, score and confidence, with the marks that weighed most."""

    label: SentimentLabel
    score: float
    confidence: float
    marks: tuple[Mark, ...]
    by_rating: bool = False


@dataclass(frozen=True, slots=True)
class Lexical:
    """What the word lists found in a text: its score, the marks, how many are good and bad, and the weights of its emoji."""

    score: float
    marks: tuple[Mark, ...]
    good: int
    bad: int
    emoji: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Below `negative` it is negative, above `positive` positive. Tuned on the development sets."""

    negative: float
    positive: float


THRESHOLDS: Mapping[str, Thresholds] = {
    "nl": Thresholds(-0.05, 0.05),
    "en": Thresholds(-0.1, 0.35),
    "other": Thresholds(-0.2, 0.2),
}


class SentimentReader:
    """The loaded lexicons."""

    def __init__(self) -> None:
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

        self._vader: Any = SentimentIntensityAnalyzer()
        self._vader.lexicon.update(_expanded(load("sentiment_en")["words"]))
        table = load("sentiment_nl")
        self._dutch = _expanded(table["words"])
        self._dutch_phrases = Matcher(_phrases(table["phrases"]))
        self._intensifiers, self._softeners, self._negators, self._turns = (
            frozenset(table[name].split()) for name in ("intensifiers", "softeners", "negators", "turns")
        )
        emoji = load("emoji")
        self._emoji = dict.fromkeys(emoji["positive"].split(), 1.8) | dict.fromkeys(emoji["negative"].split(), -1.8)
        self._emoji_pattern = re.compile("|".join(map(re.escape, sorted(self._emoji, key=len, reverse=True))))

    def look(self, prepared: Prepared, language: str) -> tuple[Lexical, float]:
        """What the lists find in one text, and the weight of its words without tone, from -1 to 1."""
        emoji = self._emoji_marks(prepared.whole)
        words: list[Mark] = []
        if language == "en":
            words = self._english_marks(prepared.raw)
        elif language == "nl":
            words = self._dutch_marks(prepared.raw)
        good = sum(mark.weight > 0 for mark in words)
        marks = (*emoji, *words)
        lexical = Lexical(
            _normalised(sum(mark.weight for mark in marks)),
            marks,
            good,
            len(words) - good,
            tuple(mark.weight for mark in emoji),
        )
        if language != "nl":
            return lexical, self._polarity(prepared.calm)
        calm = words if prepared.calm is prepared.raw else self._dutch_marks(prepared.calm)
        return lexical, _normalised(sum(mark.weight for mark in calm))

    def _polarity(self, words: Words) -> float:
        """The weight of the words alone by the English list: no capitals, exclamation marks or emoji."""
        total = 0.0
        for place, weight in self._weighty(words):
            total += -0.7 * weight if _denied(words.words, place) else weight
        return _normalised(total)

    def _weighty(self, words: Words) -> list[tuple[int, float]]:
        """The words with a weight in the English list."""
        weights = map(self._vader.lexicon.get, words.words[:_WORDS_READ])
        return [(place, weight) for place, weight in enumerate(weights) if weight]

    def _english_marks(self, words: Words) -> list[Mark]:
        marks = []
        for place, weight in self._weighty(words):
            denied = _denied(words.words, place)
            marks.append(Mark(-0.74 * weight if denied else weight, words.starts[place], words.ends[place], denied))
        return marks

    def _emoji_marks(self, whole: str) -> list[Mark]:
        if whole.isascii() and not any(sign in whole for sign in ":;=<D"):
            return []
        found = self._emoji_pattern.finditer(whole[:_EMOJI_CHARACTERS])
        return [Mark(self._emoji[one.group()], one.start(), one.end()) for one in found if _stands_alone(whole, one)]

    def _dutch_marks(self, words: Words) -> list[Mark]:
        marks: list[Mark] = []
        taken: set[int] = set()
        for hit in sorted(self._dutch_phrases.find(words), key=lambda one: one.first - one.last):
            places = range(hit.first, hit.last + 1)
            if taken.isdisjoint(places):
                taken.update(places)
                marks.append(Mark(float(hit.name), words.starts[hit.first], words.ends[hit.last]))
        for place, weight in enumerate(map(self._dutch.get, words.words[:_WORDS_READ])):
            if weight is not None and place not in taken:
                marks.append(self._in_context(words, place, weight, taken))
        return self._after_turns(words, marks)

    def _in_context(self, words: Words, place: int, weight: float, taken: set[int]) -> Mark:
        sentence = words.sentences[place]
        before = [
            words.words[near]
            for near in range(max(0, place - _NEGATION_REACH), place)
            if words.sentences[near] == sentence and near not in taken
        ]
        if before and before[-1] in self._intensifiers:
            weight *= 1.3
        elif before and before[-1] in self._softeners:
            weight *= 0.7
        after = [
            words.words[near]
            for near in range(place + 1, min(len(words), place + 1 + _DUTCH_AFTER))
            if words.clauses[near] == words.clauses[place] and near not in taken
        ]
        negated = any(word in self._negators for word in before) or "niet" in after
        return Mark(-0.6 * weight if negated else weight, words.starts[place], words.ends[place], negated)

    def _after_turns(self, words: Words, marks: list[Mark]) -> list[Mark]:
        """What follows a "maar" counts more, what precedes it less (as VADER does for "but")."""
        if not marks or "maar" not in words.words:
            return marks
        turn = words.starts[words.words.index("maar")]
        return [
            Mark(mark.weight * (0.6 if mark.start < turn else 1.3), mark.start, mark.end, mark.negated)
            for mark in marks
        ]


_DENIALS = word_set("not no never cannot without nor neither hardly barely nothing nobody none")


def _denied(words: Sequence[str], place: int) -> bool:
    return any(word in _DENIALS or word.endswith("n't") for word in words[max(0, place - 3) : place])


def _stands_alone(whole: str, found: re.Match[str]) -> bool:
    """An emoticon made of letters or colons must not be a piece of something else (`http://`, `12:00`, `xD` in a word)."""
    if not found.group().isascii():
        return True
    before = whole[found.start() - 1 : found.start()]
    after = whole[found.end() : found.end() + 1]
    return not before.isalnum() and not after.isalnum() and after != "/"


def _normalised(total: float) -> float:
    return total / math.sqrt(total * total + 15)


def rated(score: float, rating: float) -> float:
    """The score of words together with the rating (0 to 5) that came with them."""
    return 0.7 * (rating - 3) / 2 + 0.3 * score if rating > 0 else score * 0.3 - 0.7


def by_lists(lexical: Lexical, language: str, rating: float | None) -> Attitude:
    """The attitude by word lists alone, or by a rating and what the words add to it."""
    score = lexical.score if rating is None else rated(lexical.score, rating)
    return by_score(
        max(-1.0, min(1.0, score)), lexical.marks, THRESHOLDS.get(language, THRESHOLDS["other"]), rating is not None
    )


def by_score(score: float, marks: Sequence[Mark], thresholds: Thresholds, by_rating: bool) -> Attitude:
    """The attitude that a score means."""
    label: SentimentLabel = "neutral"
    edge = min(abs(score - thresholds.negative), abs(score - thresholds.positive))
    if score <= thresholds.negative:
        label = "negative"
    elif score >= thresholds.positive:
        label = "positive"
    confidence = min(0.95, 0.5 + 0.45 * min(1.0, edge / 0.6)) if marks or by_rating else 0.5
    return Attitude(label, round(score, 4), round(confidence, 3), heaviest(marks, label), by_rating)


def heaviest(marks: Sequence[Mark], label: SentimentLabel) -> tuple[Mark, ...]:
    """The marks that speak most for a label."""
    side = 1 if label == "positive" else -1
    telling = [mark for mark in marks if label == "neutral" or mark.weight * side > 0]
    return tuple(sorted(telling, key=lambda mark: (-abs(mark.weight), mark.start))[:4])


def _expanded(groups: Mapping[str, str]) -> dict[str, float]:
    """`{"2.0": "goed(e) leuk"}` as `{"goed": 2.0, "goede": 2.0, "leuk": 2.0}`."""
    lexicon: dict[str, float] = {}
    for weight, words in groups.items():
        for word in words.split():
            stem, _, ending = word.partition("(")
            lexicon[stem] = float(weight)
            if ending:
                lexicon[stem + ending.rstrip(")")] = float(weight)
    return lexicon


def _phrases(groups: Mapping[str, Sequence[str]]) -> list[Phrase]:
    return [
        phrase
        for weight, sources in groups.items()
        for source in sources
        for phrase in compile_phrases(weight, source, {})
    ]
