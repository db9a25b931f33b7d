"""Whether a text is like an example of a topic: it shares enough of the words that tell the example apart. Pure.

A word tells more, the rarer it is (`rarity` is its inverse document frequency in what the reader was trained on). Words
count by their beginning, so that `bestelling` and `bestellingen` are one. Used by `topics.py`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

Rarity = Callable[[str], float]

TELLING = 4.5
"""From this rarity on a word tells something: it is in fewer than about one text in thirty."""
MOST_TELLING = 12
"""An example is told apart by so many of its rarest words."""
ENOUGH = 0.4
"""The share of the example's weight that a text must have; of 528,000 pairs of unrelated messages 25 have as much."""
LEAST_SHARED = 2
"""One word in common is a coincidence."""
LEAST_TELLING = 3
"""An example with fewer telling words is about nothing in particular."""
_STEM = 6


@dataclass(frozen=True, slots=True)
class Example:
    """A topic and the telling words of one of its examples, by their beginnings, with their weights."""

    topic: str
    weights: dict[str, float]


@dataclass(frozen=True, slots=True)
class Alike:
    """A topic, how much of an example was found, and the place of the rarest word that is shared."""

    topic: str
    share: float
    place: int


def telling(topic: str, words: Iterable[str], rarity: Rarity) -> Example | None:
    """An example from its words; `None` when too few of them tell anything."""
    weights: dict[str, float] = {}
    for word in words:
        if not word[0].isdigit() and (weight := rarity(word)) >= TELLING:
            weights[_stem(word)] = max(weight, weights.get(_stem(word), 0.0))
    if len(weights) < LEAST_TELLING:
        return None
    rarest = sorted(weights.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_TELLING]
    return Example(topic, dict(rarest))


class Examples:
    """Examples by their words, so that only those that share one are looked at."""

    def __init__(self, examples: Iterable[Example]) -> None:
        self._examples = tuple(examples)
        self._with: dict[str, list[int]] = {}
        for number, one in enumerate(self._examples):
            for stem in one.weights:
                self._with.setdefault(stem, []).append(number)

    def like(self, words: Sequence[str]) -> list[Alike]:
        """The topics of which an example is like these words, the most alike first."""
        if not self._with:
            return []
        places: dict[str, int] = {}
        for place, word in enumerate(words):
            places.setdefault(_stem(word), place)
        shared: dict[int, list[str]] = {}
        for stem in places:
            for number in self._with.get(stem, ()):
                shared.setdefault(number, []).append(stem)
        found: dict[str, Alike] = {}
        for number, stems in shared.items():
            one = self._alike(self._examples[number], stems, places)
            if one is not None and (one.topic not in found or one.share > found[one.topic].share):
                found[one.topic] = one
        return sorted(found.values(), key=lambda one: (-one.share, one.topic))

    @staticmethod
    def _alike(example: Example, stems: Sequence[str], places: dict[str, int]) -> Alike | None:
        weights = example.weights
        share = sum(weights[one] for one in stems) / sum(weights.values())
        if len(stems) < LEAST_SHARED or share < ENOUGH:
            return None
        rarest = max(stems, key=lambda one: (weights[one], -places[one]))
        return Alike(example.topic, share, places[rarest])


def _stem(word: str) -> str:
    return word[:_STEM]
