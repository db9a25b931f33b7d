"""The second reader's judgement: what an embedding says of a text, weighed against what the first reader said. Pure.

The embedding of a text, less the mean of its language, gives a probability for each label, by a small network or by one
matrix; these and the first reader's are weighed by a handful of numbers that were fitted on texts that neither had seen. Of
sentiment there are two such judgements: one for texts like the corpus, one for other kinds; a gate says how much of each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from services.classify.domain.linear import Floats, leant, softmax

LEAST = 1e-4
"""Added to probabilities before their logarithm is taken."""


@dataclass(frozen=True, slots=True)
class FusedHead:
    """One head: its labels, what the embedding is multiplied with, and how both readers are weighed."""

    name: str
    labels: tuple[str, ...]
    coefficients: Floats
    """`(384, outputs)`, or `(units, outputs)` of a head with a hidden layer"""
    bias: Floats
    mix: Floats
    """`(2 × labels, labels)`: of the logarithms of both readers' probabilities, the first reader's first."""
    mix_bias: Floats
    lean: Floats
    floor: float = 1.0
    """As of the first reader's heads: where the last label is likelier, the one before it is the least that is chosen."""
    hidden: "Hidden | None" = None
    """None where the coefficients look at the embedding itself."""
    adds: Floats | None = None
    """`(outputs, labels)`: which label the probability of each output counts to; None where the outputs are the labels."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """A layer between the embedding and a head: what is below zero after it counts as nothing."""

    coefficients: Floats
    """`(384, units)`"""
    bias: Floats


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """How sentiment is judged in texts that are unlike the corpus, and what tells such texts."""

    head: FusedHead
    means: Mapping[str, Floats]
    gate: Floats
    """`(384,)`: multiplied with an embedding less the mean of its language."""
    gate_bias: np.float32


@dataclass(frozen=True, slots=True)
class Fusion:
    """The heads, and the mean embedding of each language."""

    version: str
    heads: Mapping[str, FusedHead]
    means: Mapping[str, Floats]
    elsewhere: Elsewhere | None = None
    """None in what was learnt before there was such a judgement."""


def by_embedding(head: FusedHead, centred: Floats) -> Floats:
    """What the embeddings alone say, `(texts, labels)`."""
    seen = centred if head.hidden is None else np.maximum(centred @ head.hidden.coefficients + head.hidden.bias, 0)
    found = softmax(seen @ head.coefficients + head.bias)
    return found if head.adds is None else found @ head.adds


def evidence(head: FusedHead, first: Floats, centred: Floats) -> Floats:
    """What both readers say, as logarithms, `(texts, 2 × labels)`, the first reader's first; arguments as for `fused`."""
    return np.hstack([np.log(first + LEAST), np.log(by_embedding(head, centred) + LEAST)])


def unmixed(
    name: str,
    labels: Sequence[str],
    coefficients: Floats,
    bias: Floats,
    hidden: Hidden | None = None,
    adds: Floats | None = None,
) -> FusedHead:
    """A head of the embeddings alone, before it is known how both readers are weighed."""
    count = len(labels)
    none, empty = np.zeros(count, np.float32), np.zeros((2 * count, count), np.float32)
    seen = coefficients.astype(np.float32), bias.astype(np.float32)
    return FusedHead(name, tuple(labels), *seen, empty, none, none, hidden=hidden, adds=adds)


def fused(head: FusedHead, first: Floats, centred: Floats) -> tuple[Floats, list[str]]:
    """The probabilities of both readers together, and the labels that are chosen.

    Args:
        first: the first reader's probabilities, `(texts, labels)`, in the head's order.
        centred: the embeddings less the mean of their language, `(texts, 384)`.
    """
    found = softmax(evidence(head, first, centred) @ head.mix + head.mix_bias)
    return found, [head.labels[at] for at in leant(found, head.lean, head.floor)]


def blended(near: Floats, elsewhere: Elsewhere, first: Floats, vectors: Floats, codes: Sequence[str]) -> Floats:
    """The probabilities of sentiment when a text may be of another kind than the corpus: what is said of texts like it and
    of others, each by how likely the text is one of them.

    Args:
        near: both readers' probabilities of texts like the corpus, `(texts, labels)`.
        first: the first reader's probabilities, likewise.
        vectors: the embeddings, not centred, `(texts, 384)`.
        codes: the languages.
    """
    centred = vectors - np.vstack([elsewhere.means[code] for code in codes])
    alike = likeness(elsewhere, centred)[:, None]
    return alike * near + (1 - alike) * fused(elsewhere.head, first, centred)[0]


def likeness(elsewhere: Elsewhere, centred: Floats) -> Floats:
    """How likely each text is of the corpus's kind, `(texts,)`."""
    weighed = np.clip(centred @ elsewhere.gate + elsewhere.gate_bias, -30, 30)
    return np.asarray(1 / (1 + np.exp(-weighed)), np.float32)
