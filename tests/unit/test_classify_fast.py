"""The fast ways say what the plain ways say: scoring in batches, telling words and reading together, on 200 messages."""

import math

import numpy as np
import pytest

from services.classify.domain.features import Seen, Sight, key, word_keys
from services.classify.domain.linear import LinearModel, Weights
from services.classify.domain.look import Looker, Text, voice_facts
from services.classify.domain.reader import LANGUAGES, build_reader
from services.classify.learning import corpus
from services.classify.learning.speed import speed
from tests.support.fast_reader import fast_reader

READER = fast_reader()
TEXTS = {code: [one.text for one in corpus.read(code) if one.split == "tune"][:100] for code in LANGUAGES}
Floats = np.ndarray


class Plain:
    """A model scored as its definition says, key by key."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        blocks = {"words": weights.words, "pieces": weights.pieces, "facts": weights.facts}
        self.rows = {name: {int(k): at for at, k in enumerate(one.keys)} for name, one in blocks.items()}
        self.blocks = blocks

    def keys(self, seen: Seen) -> dict[str, list[int]]:
        words, pieces = [], []
        for word, negated in zip(seen.words, seen.negated, strict=True):
            first, *rest = word_keys(word, negated)
            words.append(first)
            pieces += rest
        return {"words": [*words, *seen.pairs], "pieces": pieces}

    def length(self, name: str, keys: list[int]) -> float:
        rows = [self.rows[name][one] for one in keys if one in self.rows[name]]
        total: float = self.blocks[name].squares[rows].sum(dtype=np.float64)
        return math.sqrt(max(float(total), 1e-9))

    def score(self, seen: Seen, facts: list[str]) -> Floats:
        total = np.zeros(self.blocks["words"].weights.shape[1])
        for name, keys in self.keys(seen).items():
            rows = [self.rows[name][one] for one in keys if one in self.rows[name]]
            total += self.blocks[name].weights[rows].sum(axis=0, dtype=np.float64) / self.length(name, keys)
        for one in {key("f", fact) for fact in facts}:
            if one in self.rows["facts"]:
                total += self.blocks["facts"].weights[self.rows["facts"][one]]
        return total

    def leads(self, head: str, label: str, seen: Seen) -> Floats:
        """What each word adds to a label against the mean of the others; of a pair each word half."""
        one = next(found for found in self.weights.heads if found.name == head)
        at, keys = one.labels.index(label), self.keys(seen)

        def lead(name: str, found: int) -> float:
            if found not in self.rows[name]:
                return 0.0
            row = self.blocks[name].weights[self.rows[name][found]][one.columns].astype(np.float64)
            mine, others = float(row[at]), float(row.sum() - row[at])
            return (mine - others / (len(row) - 1)) / self.length(name, keys[name])

        leads = np.zeros(len(seen.words))
        for place, (word, negated) in enumerate(zip(seen.words, seen.negated, strict=True)):
            first, *rest = word_keys(word, negated)
            leads[place] = lead("words", first) + sum(lead("pieces", piece) for piece in rest)
        for pair, first in zip(seen.pairs, seen.firsts, strict=True):
            leads[first] += lead("words", pair) / 2
            leads[min(first + 1, len(leads) - 1)] += lead("words", pair) / 2
        return leads


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_batch_is_scored_as_the_definition_says(language: str) -> None:
    weights = READER.weights(language).voice
    looker, sight = Looker(), Sight()
    looks = [looker.look(Text(one, language_hint=language)) for one in TEXTS[language]]
    seen = [sight.see(one.prepared, one.prepared.raw, weights.known) for one in looks]
    facts = [voice_facts(one) for one in looks]
    model, plain = LinearModel(weights), Plain(weights)
    weighed = model.weigh(seen, facts)
    for at, one in enumerate(seen):
        np.testing.assert_allclose(weighed.scores[at], plain.score(one, facts[at]), atol=1e-4)
        leads = plain.leads("sentiment", "negative", one)
        for place, lead in model.telling("sentiment", "negative", one, weighed, at):
            assert lead == pytest.approx(leads[place], abs=1e-4)
            assert lead >= np.sort(leads)[-3:][0] - 1e-4


def test_reading_together_changes_no_answer() -> None:
    texts = [Text(one) for pair in zip(*TEXTS.values(), strict=True) for one in pair]
    assert len(texts) == 200
    together = build_reader().classify_batch(texts)
    assert together == [READER.classify_batch([one])[0] for one in texts]
    assert together[::-1] == READER.classify_batch(texts[::-1])


def test_a_thousand_texts_take_less_than_two_seconds() -> None:
    """Far below what it does (see the benchmark): so that a tenfold slowdown is seen on any machine."""
    texts = [Text(one) for some in TEXTS.values() for one in some] * 5
    assert speed(READER, texts, rounds=1)["median"] > 500
