"""Linear models of texts: scores for each label of each head, and what each word added. Pure; `weights.py` loads them.

A model has heads (sentiment, urgency…) that look at the same words. What a word adds by itself, the word and its pieces,
is the same in every text, so that it is worked out once and kept: scoring is a sum over rows of a table. Pairs of words and
facts are looked up by key. Words with pairs, and pieces, are each brought to length one, as TF-IDF does.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.classify.domain.features import Seen, key, word_keys

Floats = npt.NDArray[np.float32]
Keys = npt.NDArray[np.uint32]
_MOST_KEPT = 60_000
"""Words whose rows are kept; beyond it the table starts anew."""
_LEAST_LEAD = 0.02
"""A word that adds less does not tell."""


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
    floor: float = 1.0
    """Where the last label is likelier than this, the one before it is the least that is chosen: it cannot be ruled out."""

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


@dataclass(frozen=True, slots=True)
class Weighed:
    """A batch with its scores, `(texts, labels of all heads)`, before they become probabilities.

    `words` and `pairs` are the rows of each text in the model's tables (which are those of `table`), `scales` what its words
    and its pieces were multiplied with to be of length one.
    """

    scores: Floats
    words: Sequence[Sequence[int]]
    pairs: Sequence[Sequence[int]]
    scales: Floats
    table: "_Table"


class _Table(dict[tuple[str, bool], int]):
    """The row of each word that has been met: `[word …, square, pieces …, square]`, summed over its keys. Row 0 is empty."""

    def __init__(self, width: int, row_of: Callable[[str, bool], Floats]) -> None:
        super().__init__()
        self.rows: Floats = np.zeros((1024, width), np.float32)
        self._row_of = row_of

    def __missing__(self, word: tuple[str, bool]) -> int:
        place = len(self) + 1
        if place >= len(self.rows):
            self.rows = np.vstack([self.rows, np.zeros_like(self.rows)])
        self.rows[place] = self._row_of(*word)
        self[word] = place
        return place


class _Facts(dict[str, int]):
    """The row of each fact; what was not learnt has the last, which is empty. Filled as facts are met."""

    def __init__(self, keys: Keys) -> None:
        super().__init__()
        self._places = {int(one): at for at, one in enumerate(keys)}

    def __missing__(self, fact: str) -> int:
        found = self._places.get(key("f", fact), len(self._places))
        if len(self) < _MOST_KEPT:
            self[fact] = found
        return found


class LinearModel:
    """Scores texts. Keeps rows of words that it has met: a function of the word alone, so that the order does not matter."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self.heads = {head.name: head for head in weights.heads}
        self._labels = weights.words.weights.shape[1]
        self._words = {int(one): at for at, one in enumerate(weights.words.keys)}
        self._pieces = {int(one): at for at, one in enumerate(weights.pieces.keys)}
        self._facts = _Facts(weights.facts.keys)
        empty = np.zeros((1, self._labels + 1), np.float32)
        self._word_rows = np.vstack([np.hstack([weights.words.weights, weights.words.squares[:, None]]), empty])
        self._piece_rows = np.hstack([weights.pieces.weights, weights.pieces.squares[:, None]])
        self._fact_rows = np.vstack([weights.facts.weights, empty[:, 1:]])
        self._against = {pair: row for head in weights.heads for pair, row in _against(head).items()}
        self._table = self._empty()

    def rarity(self, word: str) -> float:
        """The inverse document frequency of a word; of one that is not known, that of the rarest."""
        place = self._words.get(word_keys(word, False)[0])
        squares = self.weights.words.squares
        square = float(squares.max(initial=0)) if place is None else float(squares[place])
        return math.sqrt(square)

    def score(self, seen: Sequence[Seen], facts: Sequence[Sequence[str]]) -> Floats:
        """The scores of a batch, `(texts, labels of all heads)`, before they become probabilities."""
        return self.weigh(seen, facts).scores

    def weigh(self, seen: Sequence[Seen], facts: Sequence[Sequence[str]]) -> Weighed:
        """The scores of a batch, with what `telling` needs."""
        if len(self._table) > _MOST_KEPT:
            self._table = self._empty()
        row_of, pair_of, fact_of = self._table.__getitem__, self._words.get, self._facts.__getitem__
        words = [list(map(row_of, zip(one.words, one.negated, strict=True))) for one in seen]
        none = len(self._words)
        pairs = [[at for at in map(pair_of, one.pairs) if at is not None] for one in seen]
        known = [list(dict.fromkeys(map(fact_of, one))) for one in facts]
        both = _sums(self._table.rows, words, 0)
        width = self._labels + 1
        first, second = both[:, :width] + _sums(self._word_rows, pairs, none), both[:, width:]
        squares = np.stack([first[:, -1], second[:, -1]], axis=1)
        scales = np.asarray(1 / np.sqrt(np.maximum(squares, 1e-9)), np.float32)
        scores = first[:, :-1] * scales[:, :1] + second[:, :-1] * scales[:, 1:]
        scores += _sums(self._fact_rows, known, len(self._fact_rows) - 1)
        return Weighed(np.asarray(scores, np.float32), words, pairs, scales, self._table)

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
        return _Table(2 * (self._labels + 1), self._row)

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
        return softmax(logits)

    def telling(
        self, head: str, label: str, seen: Seen, weighed: Weighed, text: int, most: int = 3
    ) -> list[tuple[int, float]]:
        """The words that spoke most for `label` against the mean of the other labels, as (index in `seen`, weight).

        Args:
            seen: the text as it was given to `weigh`.
            weighed: what that gave.
            text: the place of the text in the batch.
        """
        if not seen.words:
            return []
        against, width = self._against[head, label], self._labels + 1
        columns = self.heads[head].columns
        rows = weighed.table.rows[weighed.words[text]]
        scale = weighed.scales[text]
        lead = rows[:, columns] @ (against * scale[0])
        lead += rows[:, columns.start + width : columns.stop + width] @ (against * scale[1])
        if weighed.pairs[text]:
            halves = self._word_rows[weighed.pairs[text], columns] @ (against * (scale[0] / 2))
            firsts = [at for at, pair in zip(seen.firsts, seen.pairs, strict=True) if pair in self._words]
            np.add.at(lead, firsts, halves)
            np.add.at(lead, [min(at + 1, len(lead) - 1) for at in firsts], halves)
        best = np.argsort(-lead, kind="stable")[:most].tolist()
        return [(place, float(lead[place])) for place in best if lead[place] > _LEAST_LEAD]


def softmax(logits: npt.NDArray[np.floating]) -> Floats:
    """Scores as probabilities, row by row."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)


def chosen(head: Head, chances: Floats) -> list[Scores]:
    """The labels that probabilities lead to, each text's with how likely it is."""
    best = leant(chances, head.lean, head.floor)
    return [
        Scores(head.labels[label], row[label], dict(zip(head.labels, row, strict=True)))
        for label, row in zip(best.tolist(), chances.tolist(), strict=True)
    ]


def leant(chances: npt.NDArray[np.floating], lean: Floats, floor: float = 1.0) -> npt.NDArray[np.intp]:
    """The places of the labels that probabilities `(texts, labels)` lead to, under a lean and a floor (see `Head`)."""
    best = (np.log(chances + 1e-9) + lean).argmax(axis=1)
    least = np.where(chances[:, -1] > floor, chances.shape[1] - 2, 0)
    return np.asarray(np.maximum(best, least), np.intp)


def _sums(rows: Floats, wanted: Sequence[Sequence[int]], empty: int) -> Floats:
    """The sum of the wanted rows of each text. `empty` is a row of zeros: no text has no row then."""
    flat: list[int] = []
    starts = []
    for one in wanted:
        starts.append(len(flat))
        flat.append(empty)
        flat += one
    if not starts:
        return np.zeros((0, rows.shape[1]), np.float32)
    return np.asarray(np.add.reduceat(rows[flat], starts, axis=0), np.float32)


def _against(head: Head) -> dict[tuple[str, str], Floats]:
    """For each label of a head: its column against the mean of the others."""
    count = len(head.labels)
    return {
        (head.name, label): np.array(
            [1.0 if other == label else -1 / max(1, count - 1) for other in head.labels], np.float32
        )
        for label in head.labels
    }
