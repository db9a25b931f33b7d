"""Trains the fast readers: `python -m services.classify.learning.train [DATA FOLDER]` writes `domain/weights/*.npz`.

The corpus of this project teaches everything; its texts of other kinds (reviews, posts) teach sentiment as well, and so do
public sets whose licence allows it, where they are beside the checkout. The same data and library versions give the same
bytes: one thread, no randomness.
"""

import json
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from services.classify.domain.features import Sight
from services.classify.domain.judgement import INTENTS, SENTIMENTS, halved
from services.classify.domain.linear import Head, LinearModel, Weights
from services.classify.domain.look import Look, Looker, Text, matter_facts, voice_facts
from services.classify.domain.tables import load
from services.classify.domain.urgency import LEVELS
from services.classify.domain.weights import LanguageWeights, save_weights
from services.classify.learning import corpus
from services.classify.learning.leaning import Judged, Outcome, best_lean, macro_f1
from services.classify.learning.vectors import Keyed, Vectoriser, keyed

DATA = Path(os.environ.get("WEBCARE_LEARNING_DATA", corpus.FOLDER.parents[3] / "shared" / "data"))
VERSION = "2026.11"
STRENGTH: Mapping[str, float] = {"sentiment": 4.0, "intent": 4.0, "urgency": 4.0, "signal": 6.0}
"""The inverse of regularisation, chosen by cross-validation on the training part."""
PUBLIC_STRENGTH = 0.5
"""The same for the public sets: many short texts with much noise in their labels want less trust in each word."""
BALANCE: Mapping[str, float] = {"sentiment": 1.0}
"""How far rare labels are weighed up: at 1 each label of a head weighs the same, at the usual `HALF` half-way to that."""
HALF = 0.5
PUBLIC_SHARES = (0.0, 0.1, 0.2, 0.3, 0.5)
"""How much of what the public sets teach of sentiment is added; the tuning part chooses."""
LEAST_RECALL = 0.87
"""Of the critical messages of the tuning part so many are to be found."""
MOST_PASSED_OVER: Mapping[str, float] = {"nl": 0.015, "en": 0.03}
"""Of them at most so many are to be rated low or normal. Both were tightened, from 0.045: the tuning parts have fewer hard
ones than the test parts."""
FLOORS = (1.0, 0.4, 0.3, 0.25, 0.2, 0.15, 0.12, 0.1, 0.08, 0.06)
"""Which are tried."""
EVERYDAY_WEIGHT = 0.15
"""What a text of the public sets counts as an example of what is written on any day: nobody has to act on it."""
EVERYDAY_MOST = 12_000
"""So many of them, evenly chosen."""
CONTRAST_WEIGHT = 2.0
"""What a message counts that was written to tell what is so from what is not."""
Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Lesson:
    """A text with its labels by head (absent: not taught) and how much it counts."""

    text: str
    labels: Mapping[str, str]
    weight: float = 1.0


PUBLIC: Mapping[str, tuple[tuple[str, float], ...]] = {
    "en": (("en_tweets_semeval2013_2016", 1.0), ("en_mixed_hutto_vader_groundtruth", 0.5)),
    "nl": (("nl_subtitles_xed_dev", 0.25),),
}
"""The sets whose licence allows a model to be shipped, and what their texts count."""


def lessons(language: str, split: str) -> list[Lesson]:
    """A part of the corpus."""
    return [lesson(one) for one in corpus.read(language) if one.split == split]


def lesson(one: corpus.Labelled) -> Lesson:
    """A message of the corpus as a lesson."""
    labels = {"sentiment": one.sentiment, "intent": one.intent, "urgency": one.urgency, "signal": one.signals[0]}
    return Lesson(one.text, labels)


def remarks(language: str) -> list[Lesson]:
    """The corpus's texts of other kinds; they teach sentiment alone."""
    return [Lesson(one.text, {"sentiment": one.sentiment}) for one in corpus.elsewhere(language)]


def contrasts(language: str) -> list[Lesson]:
    """What tells grave things that are so from those that are not, or are over; it teaches urgency alone."""
    found = map(lesson, corpus.contrasts(language))
    return [
        replace(one, labels={head: one.labels[head] for head in ("urgency", "signal")}, weight=CONTRAST_WEIGHT)
        for one in found
    ]


def public(language: str, data: Path) -> list[Lesson]:
    """The public sets that are there; they teach sentiment alone."""
    return [one for name, weight in PUBLIC[language] for one in public_set(name, weight, data)]


def public_set(name: str, weight: float, data: Path) -> list[Lesson]:
    """One public set; nothing when it is not there."""
    path = data / f"{name}.ndjson"
    if not path.exists():
        return []
    with path.open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return [Lesson(one["text"], {"sentiment": one["sentiment"]}, weight) for one in rows]


def known_words(looks: Iterable[Look], least: int = 2) -> frozenset[str]:
    """The words that are written without a capital in at least `least` texts, and not mostly as names are: with a first
    capital within a sentence. Days, months and `I`, which are never names, are told by a table."""
    lower: Counter[str] = Counter()
    titled: Counter[str] = Counter()
    for look in looks:
        found = list(_first_letters(look))
        lower.update({word for word, first, _ in found if first.islower()})
        titled.update({word for word, first, within in found if within and first.isupper()})
    never = frozenset(load("sight")["titled"].split())
    return frozenset(
        word for word, count in lower.items() if count >= least and (word in never or titled[word] <= 2 * count)
    )


def _first_letters(look: Look) -> Iterator[tuple[str, str, bool]]:
    """Each word with its first letter, and whether it stands within a sentence and is not in capitals altogether."""
    words, whole, sentence = look.prepared.raw, look.prepared.whole, -1
    for word, start, number in zip(words.words, words.starts, words.sentences, strict=True):
        yield word, whole[start], number == sentence and not whole[start + 1 : start + 2].isupper()
        sentence = number


def _voice_keys(looks: Sequence[Look], sight: Sight, known: frozenset[str]) -> list[Keyed]:
    return [keyed(sight.see(one.prepared, one.prepared.raw, known), voice_facts(one)) for one in looks]


def _matter_keys(looks: Sequence[Look], sight: Sight, known: frozenset[str]) -> list[Keyed]:
    return [keyed(sight.see(one.prepared, one.prepared.calm, known, cased=False), matter_facts(one)) for one in looks]


@dataclass(frozen=True, slots=True)
class Fitted:
    """The columns of one head."""

    name: str
    labels: tuple[str, ...]
    coefficients: Array
    bias: Array


def fit(
    name: str, labels: Sequence[str], matrix: Any, taught: Sequence[Lesson], strength: float | None = None
) -> Fitted:
    """Logistic regression over all labels of a head, classes balanced, each lesson by its weight.

    `strength` is the inverse of regularisation, where it is not that of the head.
    """
    rows = [place for place, one in enumerate(taught) if name in one.labels]
    wanted = [taught[place].labels[name] for place in rows]
    present = [label for label in labels if label in set(wanted)]
    counts = dict.fromkeys(present, 0.0)
    for place in rows:
        counts[taught[place].labels[name]] += taught[place].weight
    whole = sum(counts.values())
    balance = {label: (whole / (len(present) * counts[label])) ** BALANCE.get(name, HALF) for label in present}
    weights = np.array([taught[place].weight * balance[label] for place, label in zip(rows, wanted, strict=True)])
    weights *= len(weights) / weights.sum()
    model = LogisticRegression(C=strength or STRENGTH[name], max_iter=600, tol=1e-4)
    model.fit(matrix[rows], np.array([present.index(label) for label in wanted]), sample_weight=weights)
    return Fitted(name, tuple(present), model.coef_.T, model.intercept_)


def assembled(vectoriser: Vectoriser, fitted: Sequence[Fitted], known: frozenset[str]) -> Weights:
    """The weights that scoring uses, heads not calibrated yet."""
    words, pieces, facts = vectoriser.blocks(np.hstack([one.coefficients for one in fitted]))
    heads, first = [], 0
    for one in fitted:
        bias = one.bias.astype(np.float32)
        heads.append(Head(one.name, one.labels, first, bias, 1.0, np.zeros(len(one.labels), np.float32)))
        first += len(one.labels)
    return Weights(tuple(heads), words, pieces, facts, known)


def calibrated(head: Head, scores: Array, wanted: Sequence[str]) -> Head:
    """The head with the temperature under which its probabilities are most likely on texts it has not seen."""
    places = [at for at, label in enumerate(wanted) if label in head.labels]
    logits = scores[places][:, head.columns] + head.bias
    targets = np.array([head.labels.index(wanted[at]) for at in places])

    def loss(temperature: float) -> float:
        scaled = logits / temperature
        scaled = scaled - scaled.max(axis=1, keepdims=True)
        return float(-(scaled[np.arange(len(targets)), targets] - np.log(np.exp(scaled).sum(axis=1))).mean())

    best = minimize_scalar(loss, bounds=(0.2, 5.0), method="bounded").x
    return replace(head, temperature=float(best))


def _safest(most_passed_over: float, found: Outcome) -> tuple[float, ...]:
    """Enough of the critical are found and few of them passed over; then the best macro-F1 with the fewest false alarms."""
    short = max(0.0, LEAST_RECALL - found.recall) + max(0.0, found.passed_over - most_passed_over)
    return -round(short, 4), found.macro_f1 - found.alarms


def train(language: str, data: Path = DATA, looker: Looker | None = None) -> LanguageWeights:
    """Train both models of a language on the training part and calibrate them on the tuning part."""
    looker, sight = looker or Looker(), Sight()
    taught, tuned = lessons(language, "train"), lessons(language, "tune")
    elsewhere, others, contrasting = remarks(language), public(language, data), contrasts(language)
    looks, tuning, sideways, more, apart = (
        [looker.look(Text(one.text, language_hint=language)) for one in part]
        for part in (taught, tuned, elsewhere, others, contrasting)
    )
    known, ours = known_words([*looks, *sideways, *more]), known_words([*looks, *apart])
    voices = [_voice_keys(part, sight, known) for part in ([*looks, *sideways], more)]
    shares = _voice(voices[0], [*taught, *elsewhere], voices[1], others, known)
    tried = [_tuned(one, tuning, tuned, sight) for one in shares]
    voice = max(tried, key=lambda one: _sentiment_f1(one, tuning, tuned, sight))
    calm, told = [*sideways, *more], [*elsewhere, *others]
    common = everyday(calm)
    examples = _matter_keys([*looks, *apart, *(calm[at] for at in common)], sight, ours)
    lessons_of_matter = [*taught, *contrasting, *(as_everyday(told[at], ours=at < len(elsewhere)) for at in common)]
    matter = _matter(
        examples, lessons_of_matter, ours, tuning, tuned, sight, partial(_safest, MOST_PASSED_OVER[language])
    )
    return LanguageWeights(language, VERSION, voice, matter)


def everyday(looks: Sequence[Look]) -> list[int]:
    """Which texts of other kinds show what is written on any day: some of those in which rules find nothing grave."""
    calm = [at for at, look in enumerate(looks) if look.urgency.label in ("low", "normal")]
    return calm[:: max(1, -(-len(calm) // EVERYDAY_MOST))]


def as_everyday(one: Lesson, ours: bool = False) -> Lesson:
    """A text of another kind as an example of chatter; of ours, those that are addressed to an organisation (`@user`) as a
    complaint, a question or praise of any day. That a few are not is why it counts for little."""
    level, signal = _addressed(one) if ours and "@" in one.text else ("low", "chatter")
    return Lesson(one.text, {"urgency": level, "signal": signal}, EVERYDAY_WEIGHT)


def _addressed(one: Lesson) -> tuple[str, str]:
    """The level and the signal of an ordinary post to an organisation."""
    if one.labels["sentiment"] == "negative":
        return "normal", "complaint"
    if one.labels["sentiment"] == "positive":
        return "low", "praise"
    return ("normal", "question") if "?" in one.text else ("low", "chatter")


def _voice(
    texts: Sequence[Keyed],
    taught: Sequence[Lesson],
    more: Sequence[Keyed],
    others: Sequence[Lesson],
    known: frozenset[str],
) -> list[Weights]:
    """The model of attitude and intent, for each share of what the public sets teach of sentiment."""
    vectoriser = Vectoriser.of([*texts, *more], *((2, 6) if len(others) < 10_000 else (3, 5)))
    matrix = vectoriser.matrix(texts)
    own, intent = fit("sentiment", SENTIMENTS, matrix, taught), fit("intent", INTENTS, matrix, taught)
    if not others:
        return [assembled(vectoriser, [own, intent], known)]
    taught_there = {one.labels["sentiment"] for one in others}
    labels = [one for one in SENTIMENTS if one in taught_there]
    extra = fit("sentiment", labels, vectoriser.matrix(more), others, PUBLIC_STRENGTH)
    return [assembled(vectoriser, [added(own, extra, share), intent], known) for share in PUBLIC_SHARES]


def added(own: Fitted, extra: Fitted, share: float) -> Fitted:
    """A head with a share of another added, label by label; of two labels the second is the one that is scored."""
    coefficients, bias = own.coefficients.copy(), own.bias.copy()
    sides = (
        extra.coefficients if extra.coefficients.shape[1] > 1 else np.hstack([-extra.coefficients, extra.coefficients])
    )
    offset = extra.bias if len(extra.bias) > 1 else np.array([-extra.bias[0], extra.bias[0]])
    for place, label in enumerate(extra.labels):
        coefficients[:, own.labels.index(label)] += share * sides[:, place]
        bias[own.labels.index(label)] += share * offset[place]
    return Fitted(own.name, own.labels, coefficients, bias)


def _matter(
    texts: Sequence[Keyed],
    taught: Sequence[Lesson],
    known: frozenset[str],
    tuning: Sequence[Look],
    tuned: Sequence[Lesson],
    sight: Sight,
    judged: Judged,
) -> Weights:
    """The model of urgency and its signals."""
    many = any(one.weight < 1 for one in taught)
    vectoriser = Vectoriser.of(texts, 3 if many else 2, 7 if many else 3)
    matrix = vectoriser.matrix(texts)
    signals = sorted({one.labels["signal"] for one in taught})
    heads = [fit("urgency", LEVELS, matrix, taught), fit("signal", signals, matrix, taught)]
    weights = _tuned(assembled(vectoriser, heads, known), tuning, tuned, sight)
    scores, wanted = scores_of(weights, tuning, sight), [one.labels["urgency"] for one in tuned]
    weights = sharpened(weights, scores, wanted)
    lean, floor = best_lean(_levels(weights, scores), wanted, -0.5, judged, FLOORS)
    urgency, signal = weights.heads
    return replace(weights, heads=(replace(urgency, lean=lean, floor=floor), signal))


def _levels(weights: Weights, scores: Array) -> Array:
    """The probabilities of the levels, by both heads."""
    model = LinearModel(weights)
    return halved(model.chances("urgency", scores), model.chances("signal", scores), weights.heads[1].labels)


def sharpened(weights: Weights, scores: Array, wanted: Sequence[str]) -> Weights:
    """The heads of urgency and of signals with both temperatures changed alike, so that what they say together is most
    likely: the mean of two heads is less sure than it is right, though each by itself is as sure as it is right."""
    targets = np.array([LEVELS.index(one) for one in wanted])

    def together(factor: float) -> Weights:
        return replace(
            weights, heads=tuple(replace(one, temperature=factor * one.temperature) for one in weights.heads)
        )

    def loss(factor: float) -> float:
        chances = _levels(together(factor), scores)[np.arange(len(targets)), targets]
        return float(-np.log(chances + 1e-9).mean())

    return together(float(minimize_scalar(loss, bounds=(0.5, 2.0), method="bounded").x))


def scores_of(weights: Weights, looks: Sequence[Look], sight: Sight) -> Array:
    """The very scores that readers will see."""
    calm = weights.heads[0].name == "urgency"
    seen = [
        sight.see(one.prepared, one.prepared.calm if calm else one.prepared.raw, weights.known, cased=not calm)
        for one in looks
    ]
    return LinearModel(weights).score(seen, [matter_facts(one) if calm else voice_facts(one) for one in looks])


def _tuned(weights: Weights, looks: Sequence[Look], tuned: Sequence[Lesson], sight: Sight) -> Weights:
    """Every head with its temperature."""
    scores = scores_of(weights, looks, sight)
    heads = [calibrated(head, scores, [one.labels[head.name] for one in tuned]) for head in weights.heads]
    return replace(weights, heads=tuple(heads))


def _sentiment_f1(weights: Weights, looks: Sequence[Look], tuned: Sequence[Lesson], sight: Sight) -> float:
    head = weights.heads[0]
    chosen = (scores_of(weights, looks, sight)[:, head.columns] + head.bias).argmax(axis=1)
    return macro_f1(np.array([head.labels.index(one.labels[head.name]) for one in tuned]), chosen, len(head.labels))


def main(arguments: Sequence[str] | None = None) -> int:
    """Train both languages."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    data = Path(given[0]) if given else DATA
    with threadpool_limits(1):
        for language in ("nl", "en"):
            path = save_weights(train(language, data))
            sys.stdout.write(f"{path.name}: {path.stat().st_size // 1024} KB\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
