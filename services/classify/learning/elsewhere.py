"""Fits how the second reader judges the sentiment of texts unlike the corpus (reviews, tweets), for `deep.py`. Pure.

A head that is fitted on some kinds of text also learns what merely tells those kinds apart, and reads it as an attitude in
the next kind. Here the directions in which sets and sectors differ count as noise, many times over (linear discriminants,
their scatter within classes enlarged by the scatter between kinds). How far it is then trusted beside the first reader is
fitted on sets that it was not shown: each is judged by a head of all the others. A gate tells what is like the corpus.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from services.classify.domain.fusion import Elsewhere, FusedHead, blended, evidence, likeness, unmixed
from services.classify.domain.judgement import SENTIMENTS
from services.classify.domain.linear import Floats
from services.classify.learning.leaning import macro_f1

Labels = npt.NDArray[np.int64]
Doubles = npt.NDArray[np.float64]
NUISANCE = 50.0
"""How many times over the scatter between kinds of text counts. It and the shrinkage: chosen on sets left out in turn."""
SHRINKAGE = 0.5
"""Of the mean variance, added to each."""
MIXING, GATING = 0.5, 1.0
"""Inverse strengths of regularisation: of the weights of both readers, and of the gate."""
FEWEST = 20
"""A class of fewer texts tells nothing of its set."""
SHARPER, STRICTER = (1.0, 2.0, 3.0), tuple(-0.5 * step for step in range(9))
"""What the gate is tried with: factors, and what is added."""
MOST_LOST = 0.005
"""Of macro-F1 on the tuning part of either language, by taking texts of the corpus for others."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A set of texts: embeddings `(texts, 384)`, labels as places, the first reader's chances `(texts, labels)`."""

    language: str
    vectors: Floats
    labels: Labels
    first: Floats
    sectors: Sequence[str] = ()

    def classes(self) -> list[int]:
        """The labels of which it has enough texts."""
        return [label for label, count in enumerate(np.bincount(self.labels)) if count >= FEWEST]

    def centre(self, which: npt.NDArray[np.bool_] | None = None) -> Doubles:
        """The mean of some of its texts, in which each class counts alike."""
        some = np.ones(len(self.labels), bool) if which is None else which
        means = [
            self.vectors[some & (self.labels == label)].mean(axis=0, dtype=np.float64)
            for label in self.classes()
            if (some & (self.labels == label)).any()
        ]
        return np.asarray(np.mean(means, axis=0), np.float64)


def means_of(kinds: Sequence[Kind]) -> dict[str, Floats]:
    """The centre of each language, in which each set counts alike."""
    languages = sorted({one.language for one in kinds})
    return {
        code: np.mean([one.centre() for one in kinds if one.language == code], axis=0).astype(np.float32)
        for code in languages
    }


def discriminants(kinds: Sequence[Kind], means: Mapping[str, Floats], names: Sequence[str]) -> FusedHead:
    """A head whose directions tell attitudes apart and kinds of text as little as can be; not mixed with anything yet."""
    total = sum(len(one.labels) for one in kinds)
    width = kinds[0].vectors.shape[1]
    scatter = np.zeros((width, width))
    sums, weights = np.zeros((len(names), width)), np.zeros(len(names))
    for one in kinds:
        weight = len(one.labels) / total
        scatter += weight * _noise(one, means[one.language])
        for label in one.classes():
            mean = one.vectors[one.labels == label].mean(axis=0, dtype=np.float64)
            sums[label] += weight * (mean - means[one.language])
            weights[label] += weight
    centres = sums / weights[:, None]
    shrunk = scatter + SHRINKAGE * np.trace(scatter) / width * np.eye(width)
    coefficients = np.linalg.solve(shrunk, centres.T)
    bias = -0.5 * np.einsum("kd,dk->k", centres, coefficients)
    return unmixed("elsewhere", names, coefficients, bias)


def _noise(one: Kind, mean: Floats) -> Doubles:
    """The scatter of a set within its classes, and many times that of the set and of its sectors about the middle."""
    within = [np.cov(one.vectors[one.labels == label].T.astype(np.float64), bias=True) for label in one.classes()]
    centre = one.centre()
    found = np.mean(within, axis=0) + NUISANCE * np.outer(centre - mean, centre - mean)
    sectors = np.array(one.sectors)
    apart = [one.centre(sectors == name) - centre for name in sorted(set(one.sectors))]
    if apart:
        found = found + NUISANCE * np.mean([np.outer(off, off) for off in apart], axis=0)
    return np.asarray(found, np.float64)


def _evidence(head: FusedHead, kind: Kind, means: Mapping[str, Floats]) -> Floats:
    return evidence(head, kind.first, kind.vectors - means[kind.language])


def mixing(
    own: Sequence[Kind], tuned: Sequence[Kind], public: Sequence[Kind], head: FusedHead, means: Mapping[str, Floats]
) -> tuple[Floats, Floats]:
    """How both readers are weighed: each public set is judged by a head of the other sets and counts as much as a tuning
    part, its classes alike."""
    shown = [_evidence(head, one, means) for one in tuned]
    weights = [np.full(len(one.labels), 1 / len(one.labels)) for one in tuned]
    for left in public:
        rest = [*own, *(one for one in public if one is not left)]
        middles = means_of(rest)
        shown.append(_evidence(discriminants(rest, middles, head.labels), left, middles))
        counts = np.maximum(np.bincount(left.labels, minlength=len(head.labels)), 1)
        weights.append((1 / counts)[left.labels] / np.sum(1 / counts[left.labels]))
    fit = LogisticRegression(C=MIXING, max_iter=3000)
    wanted = np.concatenate([one.labels for one in (*tuned, *public)])
    fit.fit(np.vstack(shown), wanted, sample_weight=1000 * np.concatenate(weights))
    return fit.coef_.T.astype(np.float32), fit.intercept_.astype(np.float32)


def gate(own: Sequence[Kind], public: Sequence[Kind], means: Mapping[str, Floats]) -> tuple[Floats, float]:
    """What tells texts of the corpus's kind from others: weights of an embedding `(384,)` and a bias, for a likelihood."""
    kinds = [*own, *public]
    centred = np.vstack([one.vectors - means[one.language] for one in kinds])
    alike = np.concatenate([np.full(len(one.labels), at < len(own)) for at, one in enumerate(kinds)])
    fit = LogisticRegression(C=GATING, max_iter=3000, class_weight="balanced").fit(centred, alike)
    return fit.coef_[0].astype(np.float32), float(fit.intercept_[0])


def opened(found: Elsewhere, tuned: Sequence[Kind], near: Sequence[Floats], public: Sequence[Kind]) -> Elsewhere:
    """The gate that takes public texts least for texts of the corpus, while the tuning part is read about as well as without
    it. Nothing is asked of how the public texts are read."""
    least = _macro_f1(tuned, near) - MOST_LOST
    ways = [
        replace(found, gate=found.gate * np.float32(factor), gate_bias=np.float32(factor * found.gate_bias + more))
        for factor, more in product(SHARPER, STRICTER)
    ]
    good = [one for one in ways if (_macro_f1(tuned, _read(one, tuned, near)) >= least).all()]
    return min(good or ways[:1], key=lambda one: _taken(one, public))


def _read(way: Elsewhere, kinds: Sequence[Kind], near: Sequence[Floats]) -> list[Floats]:
    pairs = zip(kinds, near, strict=True)
    return [blended(said, way, one.first, one.vectors, [one.language] * len(said)) for one, said in pairs]


def _taken(way: Elsewhere, kinds: Sequence[Kind]) -> float:
    """How likely their texts are taken to be of the corpus, each set alike."""
    return float(np.mean([likeness(way, one.vectors - way.means[one.language]).mean() for one in kinds]))


def _macro_f1(kinds: Sequence[Kind], said: Sequence[Floats]) -> Doubles:
    """Of each set, 0 to 1."""
    pairs = zip(kinds, said, strict=True)
    return np.array([macro_f1(one.labels, found.argmax(axis=1), found.shape[1]) for one, found in pairs])


def fitted(
    own: Sequence[Kind],
    tuned: Sequence[Kind],
    written: Sequence[Kind],
    public: Sequence[Kind],
    near: Sequence[Floats],
) -> Elsewhere:
    """All of it.

    Args:
        own: the training parts of the corpus, with their sectors.
        tuned: its tuning parts, which no reader was fitted on.
        written: the corpus's texts of other kinds; the first reader has learnt them by heart, so that they tell nothing of
            how far it is to be trusted.
        public: sets of other kinds of text.
        near: both readers' probabilities for the tuning parts as texts like the corpus, each `(texts, labels)`.
    """
    others = [*written, *public]
    means = means_of([*own, *others])
    head = discriminants([*own, *others], means, SENTIMENTS)
    mix, mix_bias = mixing([*own, *written], tuned, public, head, means)
    coefficients, bias = gate(own, others, means)
    found = Elsewhere(replace(head, mix=mix, mix_bias=mix_bias), means, coefficients, np.float32(bias))
    return opened(found, tuned, near, others)
