"""What a team's corrections add to the trained weights: a sparse difference for the heads that were corrected. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from services.classify.domain.linear import Block, Floats, Head, Keys, Weights
from services.classify.domain.weights import LanguageWeights

BLOCKS = ("words", "pieces")
"""What corrections change: words, pairs and pieces of words, not facts, which nearly every message has."""
MODEL_OF: Mapping[str, str] = {"sentiment": "voice", "urgency": "matter"}
"""The heads that corrections can teach, and the model that each is part of."""


@dataclass(frozen=True, slots=True)
class HeadDelta:
    """What is added to one head: to the rows of some keys of each block."""

    head: str
    keys: Mapping[str, Keys]
    added: Mapping[str, Floats]
    """`(keys, labels of the head)` for each block."""


@dataclass(frozen=True, slots=True)
class TeamDelta:
    """All that a team's corrections add, by language. `base` is the version that it was learnt on top of."""

    version: str
    base: str
    heads: Mapping[str, Sequence[HeadDelta]]


def applied(weights: LanguageWeights, deltas: Sequence[HeadDelta]) -> LanguageWeights:
    """The weights with what was learnt added; models that nothing was learnt for stay the same objects."""
    found = weights
    for one in deltas:
        model = MODEL_OF[one.head]
        found = replace(found, **{model: _with(getattr(found, model), one)})  # type: ignore[arg-type]  # voice or matter
    return found


def _with(weights: Weights, delta: HeadDelta) -> Weights:
    head = next(one for one in weights.heads if one.name == delta.head)
    blocks = {name: _block(getattr(weights, name), delta.keys[name], delta.added[name], head) for name in BLOCKS}
    return replace(weights, **blocks)  # type: ignore[arg-type]  # the blocks


def _block(block: Block, keys: Keys, added: Floats, head: Head) -> Block:
    """The block with rows added to; keys that it does not have are passed over."""
    if not len(keys) or not len(block.keys):
        return block
    places = np.minimum(np.searchsorted(block.keys, keys), len(block.keys) - 1)
    there = block.keys[places] == keys
    weights = block.weights.copy()
    weights[places[there], head.columns] += added[there]
    return replace(block, weights=weights)
