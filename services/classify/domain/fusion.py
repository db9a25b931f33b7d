"""The second reader's judgement: what an embedding says of a text, weighed against what the first reader said. Pure.

The embedding of a text, less the mean of its language, gives a probability for each label; these and the first reader's are
weighed by a handful of numbers that were fitted on texts that neither had seen.
"""

from collections.abc import Mapping
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
    """`(384, labels)`"""
    bias: Floats
    mix: Floats
    """`(2 × labels, labels)`: of the logarithms of both readers' probabilities, the first reader's first."""
    mix_bias: Floats
    lean: Floats


@dataclass(frozen=True, slots=True)
class Fusion:
    """The heads, and the mean embedding of each language."""

    version: str
    heads: Mapping[str, FusedHead]
    means: Mapping[str, Floats]


def by_embedding(head: FusedHead, centred: Floats) -> Floats:
    """What the embeddings alone say, `(texts, labels)`."""
    return softmax(centred @ head.coefficients + head.bias)


def fused(head: FusedHead, first: Floats, centred: Floats) -> tuple[Floats, list[str]]:
    """The probabilities of both readers together, and the labels that are chosen.

    Args:
        first: the first reader's probabilities, `(texts, labels)`, in the head's order.
        centred: the embeddings less the mean of their language, `(texts, 384)`.
    """
    both = np.hstack([np.log(first + LEAST), np.log(by_embedding(head, centred) + LEAST)])
    found = softmax(both @ head.mix + head.mix_bias)
    return found, [head.labels[at] for at in leant(found, head.lean)]
