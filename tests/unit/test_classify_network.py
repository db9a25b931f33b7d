"""The small network of the second reader: it learns what no plane divides, is the mean of several, and is kept whole."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from services.classify.domain.fusion import FusedHead, Fusion, Hidden, by_embedding, fused
from services.classify.domain.urgency import LEVELS
from services.classify.learning import network
from services.classify.second import FILE, load_fusion, save_fusion, unsilenced

LABELS = ("same", "other", "neither")
WIDTH = 6


def corners(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Points around corners; what counts is whether both first numbers have the same sign (exclusive or), where the third is
    not above zero."""
    dice = np.random.default_rng(seed)
    signs = dice.choice([-1.0, 1.0], (4000, 3))
    vectors = dice.normal(0, 0.03, (4000, WIDTH)).astype(np.float32)
    vectors[:, :3] += 0.1 * signs
    return vectors, np.where(signs[:, 2] > 0, 2, signs[:, 0] != signs[:, 1]).astype(np.int64)


@pytest.fixture(scope="module")
def learnt() -> FusedHead:
    return network.network("test", LABELS, *corners(1))


def test_it_learns_what_no_plane_divides(monkeypatch: pytest.MonkeyPatch) -> None:
    """With little regularisation: that which is set is for thousands of directions that mean little by themselves."""
    monkeypatch.setattr(network, "REGULARISATION", 0.01)
    vectors, wanted = corners(2)
    learnt = network.network("test", LABELS, *corners(1))
    assert (by_embedding(learnt, vectors).argmax(axis=1) == wanted).mean() > 0.97
    assert LogisticRegression().fit(*corners(1)).score(vectors, wanted) < 0.85


def test_the_same_is_learnt_from_the_same(learnt: FusedHead) -> None:
    again = network.network("test", LABELS, *corners(1))
    assert again.coefficients.tobytes() == learnt.coefficients.tobytes()
    assert again.hidden is not None
    assert learnt.hidden is not None
    assert again.hidden.coefficients.tobytes() == learnt.hidden.coefficients.tobytes()


def test_networks_side_by_side_answer_with_the_mean_of_their_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    def logits(head: FusedHead) -> np.ndarray:
        assert head.hidden is not None
        seen = np.maximum(vectors @ head.hidden.coefficients + head.hidden.bias, 0)
        return np.asarray(seen @ head.coefficients + head.bias)

    def of_seeds(*seeds: int) -> np.ndarray:
        monkeypatch.setattr(network, "NETWORKS", len(seeds))
        monkeypatch.setattr(network, "_fit", lambda given, wanted, at: fit(given, wanted, seeds[at]))
        return logits(network.network("test", LEVELS, vectors, places))

    fit, places = network._fit, np.arange(4000) % 4
    vectors, _ = corners(3)
    apart = [of_seeds(seed) for seed in (1, 2)]
    assert not np.allclose(apart[0], apart[1], atol=1e-3)
    assert np.allclose(of_seeds(1, 2), np.mean(apart, axis=0), atol=1e-4)


def test_what_it_is_taught_by_adds_up_to_its_labels(learnt: FusedHead) -> None:
    """The same points, taught by three outputs of which two are one label."""
    adds = np.array([[1, 0], [1, 0], [0, 1]], np.float32)
    finer = network.network("test", ("near", "far"), *corners(1), adds)
    vectors = corners(2)[0]
    apart, together = by_embedding(learnt, vectors), by_embedding(finer, vectors)
    assert np.allclose(together[:, 0], apart[:, 0] + apart[:, 1], atol=1e-5)
    assert np.allclose(together.sum(axis=1), 1, atol=1e-5)


def test_it_is_kept_with_its_layer_its_floor_and_what_adds_up(tmp_path: Path) -> None:
    adds = np.eye(5, 4, dtype=np.float32)
    adds[4, 3] = 1
    head = replace(network.network("urgency", LEVELS, corners(1)[0], np.arange(4000) % 5, adds), floor=0.25)
    zeros = np.zeros((WIDTH, 4), np.float32)
    plain = FusedHead("sentiment", LEVELS, zeros, zeros[0], np.zeros((8, 4), np.float32), zeros[0], zeros[0])
    mean = {code: np.zeros(WIDTH, np.float32) for code in ("en", "nl")}
    save_fusion(Fusion("deep-test", {"sentiment": plain, "urgency": head}, mean), tmp_path)
    found = load_fusion(tmp_path)
    assert found.heads["sentiment"].hidden is None
    assert found.heads["sentiment"].adds is None
    assert found.heads["urgency"].floor == 0.25
    vectors = corners(2)[0]
    assert np.allclose(by_embedding(found.heads["urgency"], vectors), by_embedding(head, vectors), atol=0.01)
    before = (tmp_path / FILE).read_bytes()
    save_fusion(found, tmp_path)
    assert (tmp_path / FILE).read_bytes() == before


def test_from_its_floor_on_critical_is_high_at_least() -> None:
    layer = Hidden(np.zeros((WIDTH, 3), np.float32), np.zeros(3, np.float32))
    bias = np.log(np.array([0.6, 0.09, 0.01, 0.3], np.float32))
    none, only_second = np.zeros(4, np.float32), np.vstack([np.zeros((4, 4)), np.eye(4)]).astype(np.float32)
    head = FusedHead("urgency", LEVELS, np.zeros((3, 4), np.float32), bias, only_second, none, none, hidden=layer)
    first, centred = np.full((1, 4), 0.25, np.float32), np.zeros((1, WIDTH), np.float32)
    assert fused(head, first, centred)[1] == ["low"]
    assert fused(replace(head, floor=0.31), first, centred)[1] == ["low"]
    assert fused(replace(head, floor=0.29), first, centred)[1] == ["high"]


def test_what_the_first_took_for_critical_is_not_silenced() -> None:
    assert [unsilenced("critical", one) for one in LEVELS] == ["high", "high", "high", "critical"]
    assert [unsilenced("high", one) for one in LEVELS] == list(LEVELS)
