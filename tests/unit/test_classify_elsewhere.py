"""The second reader on texts unlike the corpus: what merely tells kinds of text apart is no attitude."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from services.classify.domain.fusion import Elsewhere, FusedHead, Fusion, blended, by_embedding, likeness
from services.classify.domain.judgement import SENTIMENTS
from services.classify.domain.look import Text
from services.classify.domain.reader import Reader
from services.classify.domain.urgency import LEVELS
from services.classify.learning import elsewhere
from services.classify.second import FILE, SecondReader, load_fusion, save_fusion
from tests.unit.test_classify_corrections import mention

WIDTH, EACH = 6, 80
ATTITUDE, KIND = 0, 1
"""Along the first direction lies what is meant, along the second what kind of text it is."""


def kind(language: str, where: float, shares: tuple[int, int, int], seed: int, sectors: bool = False) -> elsewhere.Kind:
    """A set that lies at `where` along KIND, its attitudes in these shares of EACH."""
    dice = np.random.default_rng(seed)
    labels = np.repeat(np.arange(3), [share * EACH for share in shares])
    vectors = dice.normal(0, 0.3, (len(labels), WIDTH)).astype(np.float32)
    vectors[:, ATTITUDE] += labels - 1
    vectors[:, KIND] += where
    first = np.full((len(labels), 3), 0.2, np.float32) + 0.4 * np.eye(3, dtype=np.float32)[labels]
    return elsewhere.Kind(language, vectors, labels, first, tuple("ab"[at % 2] for at in range(len(labels)) if sectors))


OWN = [kind("nl", 1, (3, 1, 0), 1, sectors=True), kind("en", 1, (3, 1, 0), 2, sectors=True)]
WRITTEN = [kind("nl", -1, (1, 1, 1), 10, sectors=True)]
PUBLIC = [kind("nl", -1, (1, 1, 3), 3), kind("en", -1, (1, 1, 3), 4), kind("en", -2, (1, 2, 3), 5)]
TUNED = [kind("nl", 1, (1, 1, 1), 6), kind("en", 1, (1, 1, 1), 7)]
NEAR = [one.first for one in TUNED]


@pytest.fixture(scope="module")
def judged() -> Elsewhere:
    return elsewhere.fitted(OWN, TUNED, WRITTEN, PUBLIC, NEAR)


def test_what_tells_kinds_of_text_apart_is_no_attitude(judged: Elsewhere, monkeypatch: pytest.MonkeyPatch) -> None:
    def leaning(head: FusedHead) -> float:
        spread = head.coefficients[:, 2] - head.coefficients[:, 0]
        return float(abs(spread[KIND] / spread[ATTITUDE]))

    def right(head: FusedHead) -> float:
        return float(np.mean(by_embedding(head, new.vectors - judged.means["nl"]).argmax(axis=1) == new.labels))

    new = kind("nl", -3, (1, 1, 1), 8)
    kinds = [*OWN, *WRITTEN, *PUBLIC]
    monkeypatch.setattr(elsewhere, "NUISANCE", 0.0)
    without = elsewhere.discriminants(kinds, elsewhere.means_of(kinds), SENTIMENTS)
    assert 2 * leaning(judged.head) < leaning(without)
    assert right(judged.head) > 0.1 + right(without)


def test_the_gate_knows_texts_like_the_corpus(judged: Elsewhere) -> None:
    alike = likeness(judged, TUNED[0].vectors - judged.means["nl"])
    other = likeness(judged, kind("nl", -3, (1, 1, 1), 9).vectors - judged.means["nl"])
    assert alike.mean() > 0.7
    assert other.mean() < 0.1


@pytest.mark.parametrize(("bias", "like_the_corpus"), [(99, True), (-99, False)])
def test_each_text_is_judged_by_its_kind(judged: Elsewhere, bias: float, like_the_corpus: bool) -> None:
    sure = replace(judged, gate_bias=np.float32(bias))
    near = np.tile(np.array([1.0, 0.0, 0.0], np.float32), (len(TUNED[0].labels), 1))
    found = blended(near, sure, TUNED[0].first, TUNED[0].vectors, ["nl"] * len(near))
    assert np.allclose(found.sum(axis=1), 1, atol=1e-5)
    assert np.allclose(found, near, atol=1e-4) is like_the_corpus
    assert np.mean(found.argmax(axis=1) == TUNED[0].labels) == pytest.approx(1 / 3 if like_the_corpus else 1, abs=0.05)


def test_the_same_is_learnt_from_the_same(judged: Elsewhere) -> None:
    again = elsewhere.fitted(OWN, TUNED, WRITTEN, PUBLIC, NEAR)
    assert again.head.mix.tobytes() == judged.head.mix.tobytes()
    assert again.gate.tobytes() == judged.gate.tobytes()


def test_what_the_first_reader_has_by_heart_does_not_say_how_far_it_is_trusted(judged: Elsewhere) -> None:
    by_heart = [replace(one, first=np.eye(3, dtype=np.float32)[one.labels]) for one in WRITTEN]
    found = elsewhere.fitted(OWN, TUNED, by_heart, PUBLIC, NEAR)
    assert found.head.mix.tobytes() == judged.head.mix.tobytes()


def fusion(judged: Elsewhere | None) -> Fusion:
    empty, none = np.zeros((WIDTH, 3), np.float32), np.zeros(3, np.float32)
    mix = np.zeros((6, 3), np.float32)
    heads = {"sentiment": FusedHead("sentiment", SENTIMENTS, empty, none, mix, none, none)}
    return Fusion("deep-test", heads, {code: np.zeros(WIDTH, np.float32) for code in ("nl", "en")}, judged)


def flat(found: Elsewhere | None) -> list[Any]:
    if found is None:
        return []
    head = found.head
    arrays = (head.coefficients, head.bias, head.mix, head.mix_bias, head.lean, found.gate, *found.means.values())
    return [head.labels, float(found.gate_bias), *(one.tolist() for one in arrays)]


@pytest.mark.parametrize("known", [True, False], ids=["now", "written before"])
def test_it_is_kept_and_what_was_learnt_before_is_still_read(judged: Elsewhere, tmp_path: Path, known: bool) -> None:
    wanted = fusion(replace(judged, means=dict(sorted(judged.means.items()))) if known else None)
    save_fusion(wanted, tmp_path)
    found = load_fusion(tmp_path)
    assert (found.elsewhere is not None) is known
    assert flat(found.elsewhere) == flat(wanted.elsewhere)
    before = (tmp_path / FILE).read_bytes()
    save_fusion(found, tmp_path)
    assert (tmp_path / FILE).read_bytes() == before


class Sees:
    """A first reader for which all is cross and nothing more urgent than the rest."""

    def chances(self, texts: Sequence[Text]) -> list[dict[str, list[float]]]:
        return [{"sentiment": [0.8, 0.1, 0.1], "urgency": [0.25] * 4} for _ in texts]


@pytest.mark.parametrize("known", [True, False], ids=["now", "learnt before"])
def test_the_second_reading_asks_it(judged: Elsewhere, known: bool) -> None:
    cross = np.zeros((1, WIDTH), np.float32)
    cross[0, ATTITUDE], cross[0, KIND] = -3, -2
    empty, none = np.zeros((WIDTH, 4), np.float32), np.zeros(4, np.float32)
    urgency = FusedHead("urgency", LEVELS, empty, none, np.zeros((8, 4), np.float32), none, none)
    mine = fusion(judged if known else None)
    mine = replace(mine, heads={**mine.heads, "urgency": urgency})
    first = mention(sentiment={"label": "positive", "score": 0.1, "confidence": 0.4})
    reader = SecondReader(cast(Reader, Sees()), lambda _: cross, mine)
    (found,) = reader.reread([Text("wat een boek")], [first.classification])
    assert (first.classification.urgency.label, found.urgency.label) == ("critical", "high"), "low, but not silenced"
    assert (found.sentiment.score < -0.3) is known
