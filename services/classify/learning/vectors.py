"""Texts as sparse vectors for training, by the same keys and lengths as `domain/linear.py` scores with."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from services.classify.domain.features import Seen, fact_keys, word_keys
from services.classify.domain.linear import Block

FACT_WEIGHT = 0.2
"""What a fact is worth beside the words, a block of length one; chosen by cross-validation on the training part."""
PIECE_WEIGHT = 0.7
"""What the pieces of words are worth beside the words."""


@dataclass(frozen=True, slots=True)
class Keyed:
    """The keys of one text, a key for each occurrence."""

    words: list[int]
    pieces: list[int]
    facts: list[int]


def keyed(seen: Seen, facts: Sequence[str]) -> Keyed:
    """All keys of a text."""
    words: list[int] = []
    pieces: list[int] = []
    for word, negated in zip(seen.words, seen.negated, strict=True):
        first, *rest = word_keys(word, negated)
        words.append(first)
        pieces += rest
    return Keyed([*words, *seen.pairs], pieces, fact_keys(facts))


def tfidf_rows(index: Mapping[int, int], idf: npt.NDArray[np.float64], texts: Sequence[Sequence[int]]) -> Any:
    """A row for each text: each occurrence counts its IDF; the row is divided by the length of its occurrences."""
    columns, ends = [], [0]
    for text in texts:
        columns += [index[one] for one in text if one in index]
        ends.append(len(columns))
    values = idf[columns] if columns else np.zeros(0)
    counts = sparse.csr_matrix((values, columns, ends), shape=(len(texts), len(index)))
    lengths = np.sqrt(np.array([np.square(values[a:b]).sum() for a, b in pairwise(ends)]))
    counts.sum_duplicates()
    return (sparse.diags(1 / np.maximum(lengths, 1e-9)) @ counts).tocsr()


@dataclass(slots=True)
class Vocabulary:
    """The keys of one block that occur in enough texts, in order, with their inverse document frequencies."""

    keys: npt.NDArray[np.uint32]
    idf: npt.NDArray[np.float64]
    index: dict[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, texts: Iterable[Sequence[int]], least: int, count: int) -> "Vocabulary":
        """The keys that occur in at least `least` of `count` texts."""
        frequency = Counter(one for text in texts for one in set(text))
        keys = sorted(one for one, times in frequency.items() if times >= least)
        idf = np.array([np.log((1 + count) / (1 + frequency[one])) + 1 for one in keys], np.float64)
        # Scoring uses the rounded value, so training does as well.
        idf = np.sqrt(np.square(idf).astype(np.float16).astype(np.float64))
        return cls(np.array(keys, np.uint32), idf, {one: at for at, one in enumerate(keys)})

    def matrix(self, texts: Sequence[Sequence[int]]) -> Any:
        """The rows of texts."""
        return tfidf_rows(self.index, self.idf, texts)

    def block(self, coefficients: npt.NDArray[np.float64]) -> Block:
        """The block that scoring uses, from coefficients `(keys, columns)`."""
        weights = (coefficients * self.idf[:, None]).astype(np.float16).astype(np.float32)
        return Block(self.keys, weights, np.square(self.idf).astype(np.float16).astype(np.float32))


@dataclass(frozen=True, slots=True)
class Vectoriser:
    """The vocabularies of the three blocks."""

    words: Vocabulary
    pieces: Vocabulary
    facts: Vocabulary

    @classmethod
    def of(cls, texts: Sequence[Keyed], least: int = 2, least_pieces: int = 3) -> "Vectoriser":
        """What occurs often enough in `texts`."""
        count = len(texts)
        return cls(
            Vocabulary.of((one.words for one in texts), least, count),
            Vocabulary.of((one.pieces for one in texts), least_pieces, count),
            Vocabulary.of((one.facts for one in texts), least, count),
        )

    def matrix(self, texts: Sequence[Keyed]) -> Any:
        """The rows of texts."""
        facts = self.facts
        columns, ends = [], [0]
        for text in texts:
            columns += sorted({facts.index[one] for one in text.facts if one in facts.index})
            ends.append(len(columns))
        known = sparse.csr_matrix(
            (np.full(len(columns), FACT_WEIGHT), columns, ends), shape=(len(texts), len(facts.keys))
        )
        rows = [
            self.words.matrix([one.words for one in texts]),
            self.pieces.matrix([one.pieces for one in texts]) * PIECE_WEIGHT,
        ]
        return sparse.hstack([*rows, known]).tocsr()

    def blocks(self, coefficients: npt.NDArray[np.float64]) -> tuple[Block, Block, Block]:
        """The blocks that scoring uses, from coefficients `(columns of the matrix, labels)`."""
        first, second = len(self.words.keys), len(self.words.keys) + len(self.pieces.keys)
        facts = (coefficients[second:] * FACT_WEIGHT).astype(np.float16).astype(np.float32)
        return (
            self.words.block(coefficients[:first]),
            self.pieces.block(coefficients[first:second] * PIECE_WEIGHT),
            Block(self.facts.keys, facts, np.zeros(len(self.facts.keys), np.float32)),
        )
