"""Linear models of texts: scores for each label of each head, and what each word added. Pure; `weights.py` loads them.

A model has heads (sentiment, urgency…) that look at the same words. What a word adds by itself, the word and its pieces,
is the same in every text, so that it is worked out once and kept: scoring is a sum over rows of a table. Pairs of words and
facts are looked up by key. Words with pairs, and pieces, are each brought to length one, as TF-IDF does.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from services.classify.domain.features import Seen, fact_keys, word_keys

Floats = npt.NDArray[np.float32]
Keys = npt.NDArray[np.uint32]
_MOST_KEPT = 60_000
"""Words whose rows are kept; beyond it the table starts anew."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a head decides: its labels, where its columns begin, and how scores become probabilities."""

    name: str
    labels: tuple[str, ...]
    first: int
    bias: Floats
    temperature: float
    lean: Floats
    """Added to the logarithms of the probabilities before the label is chosen: what a mistake costs."""

    @property
    def columns(self) -> slice:
        """Its columns among all heads' columns."""
        return slice(self.first, self.first + len(self.labels))


@dataclass(frozen=True, slots=True)
class Block:
    """Features with their weights (a column for each label of each head) and their weight in the length (IDF, squared)."""

    keys: Keys
    weights: Floats
    squares: Floats


@dataclass(frozen=True, slots=True)
class Weights:
    """A trained model. `words` and `pieces` are brought to length one; `facts` count as they are."""

    heads: tuple[Head, ...]
    words: Block
    pieces: Block
    facts: Block
    known: frozenset[str]


@dataclass(frozen=True, slots=True)
class Scores:
    """The probabilities of one text for one head, and the label that was chosen."""

    label: str
    confidence: float
    probabilities: Mapping[str, float]


@dataclass(slots=True)
class _Table:
    """Rows of words that have been met: sums over their keys."""

    index: dict[tuple[str, bool], int] = field(default_factory=dict)
    rows: Floats = field(default_factory=lambda: np.zeros((0, 0), np.float32))


class LinearModel:
    """Scores texts. Keeps rows of words that it has met: a function of the word alone, so that the order does not matter."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self.heads = {head.name: head for head in weights.heads}
        self._labels = weights.words.weights.shape[1]
        self._words = {int(one): at for at, one in enumerate(weights.words.keys)}
        self._pieces = {int(one): at for at, one in enumerate(weights.pieces.keys)}
        self._facts = {int(one): at for at, one in enumerate(weights.facts.keys)}
        self._word_rows = np.hstack([weights.words.weights, weights.words.squares[:, None]])
        self._piece_rows = np.hstack([weights.pieces.weights, weights.pieces.squares[:, None]])
        self._table = self._empty()

    def rarity(self, word: str) -> float:
        """The inverse document frequency of a word; of one that is not known, that of the rarest."""
        place = self._words.get(word_keys(word, False)[0])
        squares = self.weights.words.squares
        square = float(squares.max(initial=0)) if place is None else float(squares[place])
        return math.sqrt(square)

    def score(self, seen: Sequence[Seen], facts: Sequence[Sequence[str]]) -> Floats:
        """The scores of a batch, `(texts, labels of all heads)`, before they become probabilities."""
        total = np.zeros((len(seen), self._labels), np.float32)
        for at, (one, known) in enumerate(zip(seen, facts, strict=True)):
            words, pieces = self._sums(one)
            total[at] = _unit(words) + _unit(pieces)
            rows = [self._facts[one] for one in fact_keys(known) if one in self._facts]
            if rows:
                total[at] += self.weights.facts.weights[rows].sum(axis=0)
        return total

    def _sums(self, seen: Seen) -> tuple[Floats, Floats]:
        """The sums of words (with pairs) and of pieces; the last column is the square of the length."""
        width = self._labels + 1
        if not seen.words:
            return np.zeros(width, np.float32), np.zeros(width, np.float32)
        both = self._rows(seen).sum(axis=0)
        words = both[:width]
        words_at = self._words
        found = [words_at[one] for one in seen.pairs if one in words_at]
        if found:
            words = words + self._word_rows[found].sum(axis=0)
        return words, both[width:]

    def _rows(self, seen: Seen) -> Floats:
        """The rows of the words, each `[word …, square, pieces …, square]`."""
        if len(self._table.index) + len(seen.words) > _MOST_KEPT:
            self._table = self._empty()
        index = self._table.index
        try:
            wanted = [index[one] for one in zip(seen.words, seen.negated, strict=True)]
        except KeyError:
            wanted = [self._enter(word, negated) for word, negated in zip(seen.words, seen.negated, strict=True)]
        return self._table.rows[wanted]

    def _enter(self, word: str, negated: bool) -> int:
        table = self._table
        place = table.index.get((word, negated))
        if place is None:
            place = table.index[word, negated] = len(table.index)
            if place >= len(table.rows):
                table.rows = np.vstack([table.rows, np.zeros_like(table.rows)])
            table.rows[place] = self._row(word, negated)
        return place

    def _row(self, word: str, negated: bool) -> Floats:
        first, *rest = word_keys(word, negated)
        row = np.zeros(2 * (self._labels + 1), np.float32)
        if first in self._words:
            row[: self._labels + 1] = self._word_rows[self._words[first]]
        pieces = [self._pieces[one] for one in rest if one in self._pieces]
        if pieces:
            row[self._labels + 1 :] = self._piece_rows[pieces].sum(axis=0)
        return row

    def _empty(self) -> _Table:
        return _Table(rows=np.zeros((1024, 2 * (self._labels + 1)), np.float32))

    def judge(self, head: str, scores: Floats) -> list[Scores]:
        """What a head says of each text of a batch.

        Args:
            head: its name.
            scores: what `score` gave.
        """
        return chosen(self.heads[head], self.chances(head, scores))

    def chances(self, head: str, scores: Floats) -> Floats:
        """The probabilities of a head's labels, `(texts, labels)`."""
        one = self.heads[head]
        logits = (scores[:, one.columns] + one.bias) / one.temperature
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)

    def telling(self, head: str, label: str, seen: Seen, most: int = 3) -> list[tuple[int, float]]:
        """The words that spoke most for `label` against the mean of the other labels, as (index in `seen`, weight)."""
        if not seen.words:
            return []
        one = self.heads[head]
        width, at = self._labels + 1, one.labels.index(label)
        rows = self._rows(seen)
        words, pieces = self._sums(seen)
        scale = 1 / np.sqrt(max(words[-1], 1e-9)), 1 / np.sqrt(max(pieces[-1], 1e-9))
        added = rows[:, :width][:, one.columns] * scale[0] + rows[:, width:][:, one.columns] * scale[1]
        for found, first in zip(seen.pairs, seen.firsts, strict=True):
            if found in self._words:
                half = self._word_rows[self._words[found]][one.columns] * scale[0] / 2
                added[first] += half
                added[min(first + 1, len(added) - 1)] += half
        lead = added[:, at] - (added.sum(axis=1) - added[:, at]) / max(1, len(one.labels) - 1)
        best = np.argsort(-lead, kind="stable")[:most]
        return [(int(place), float(lead[place])) for place in best if lead[place] > 0.02]


def chosen(head: Head, chances: Floats) -> list[Scores]:
    """The labels that probabilities lead to, each text's with how likely it is."""
    best = (np.log(chances + 1e-9) + head.lean).argmax(axis=1)
    return [
        Scores(head.labels[label], float(row[label]), dict(zip(head.labels, map(float, row), strict=True)))
        for label, row in zip(best, chances, strict=True)
    ]


def _unit(sums: Floats) -> Floats:
    """The labels' sums, brought to length one."""
    length = np.float32(max(float(sums[-1]), 1e-9) ** 0.5)
    return np.asarray(sums[:-1] / length, np.float32)
