"""Trains the second reader: `python -m services.classify.learning.deep` writes `domain/weights/deep.npz`.

Embeds the training and tuning parts of the corpus (some minutes, kept in the cache folder), fits a head on the embeddings,
and on the tuning part, which neither reader was fitted on, how both are weighed.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from services.classify.domain.fusion import FusedHead, Fusion, by_embedding, fused
from services.classify.domain.judgement import SENTIMENTS
from services.classify.domain.look import Text
from services.classify.domain.reader import LANGUAGES, Reader, build_reader
from services.classify.domain.urgency import LEVELS
from services.classify.embedding import Embeds, load_embedding
from services.classify.learning import corpus
from services.classify.learning.train import VERSION
from services.classify.second import save_fusion

Floats = npt.NDArray[np.float32]
STRENGTH = 6.0
LEAST_RECALL, MOST_PASSED_OVER = 0.93, 0.01
"""Of the critical messages of the tuning part: found at least, rated low or normal at most."""
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "webcare" / "embeddings"


def embedded(rows: Sequence[corpus.Labelled], name: str, embed: Embeds) -> Floats:
    """The embeddings of messages, kept by their ids."""
    path = CACHE / f"{name}.npz"
    known: dict[str, Floats] = {}
    if path.exists():
        with np.load(path, allow_pickle=False) as archive:
            known = dict(zip(archive["ids"].tolist(), archive["vectors"], strict=True))
    missing = [one for one in rows if one.id not in known]
    if missing:
        known |= zip((one.id for one in missing), embed([one.text for one in missing]), strict=True)
        CACHE.mkdir(parents=True, exist_ok=True)
        np.savez(path, ids=np.array(list(known)), vectors=np.vstack(list(known.values())).astype(np.float16))
    return np.vstack([known[one.id] for one in rows]).astype(np.float32)


def head_of(
    name: str, labels: Sequence[str], taught: tuple[Floats, list[str]], tuned: tuple[Floats, Floats, list[str]]
) -> FusedHead:
    """Fit one head.

    Args:
        taught: centred embeddings of the training part, and their labels.
        tuned: the first reader's probabilities of the tuning part, its centred embeddings, its labels.
    """
    places = {label: at for at, label in enumerate(labels)}
    alone = LogisticRegression(C=STRENGTH, max_iter=3000, class_weight="balanced")
    alone.fit(taught[0], [places[one] for one in taught[1]])
    count = len(labels)
    none = np.zeros(count, np.float32)
    head = FusedHead(
        name,
        tuple(labels),
        alone.coef_.T.astype(np.float32),
        alone.intercept_.astype(np.float32),
        np.zeros((2 * count, count), np.float32),
        none,
        none,
    )
    first, centred, wanted = tuned
    both = np.hstack([np.log(first + 1e-4), np.log(by_embedding(head, centred) + 1e-4)])
    mixing = LogisticRegression(C=0.05, max_iter=3000)
    mixing.fit(both, [places[one] for one in wanted])
    return FusedHead(
        name,
        tuple(labels),
        head.coefficients,
        head.bias,
        mixing.coef_.T.astype(np.float32),
        mixing.intercept_.astype(np.float32),
        none,
    )


def leant(head: FusedHead, first: Floats, centred: Floats, wanted: Sequence[str]) -> FusedHead:
    """The urgency head with the lean of the best macro-F1 that finds enough of the critical and passes over few."""
    found, _ = fused(head, first, centred)
    targets = np.array([head.labels.index(one) for one in wanted])
    best, lean = (-9.0, -9.0), head.lean
    for critical in np.arange(-0.5, 2.6, 0.1):
        for high in np.arange(-0.6, 1.6, 0.1):
            tried = np.array([0.0, 0.0, high, critical], np.float32)
            chosen = (np.log(found + 1e-9) + tried).argmax(axis=1)
            recall = float((chosen[targets == 3] == 3).mean())
            passed_over = float((chosen[targets == 3] < 2).mean())
            short = max(0.0, LEAST_RECALL - recall) + max(0.0, passed_over - MOST_PASSED_OVER)
            figures = (-round(short, 4), _macro_f1(targets, chosen))
            if figures > best:
                best, lean = figures, tried
    return FusedHead(head.name, head.labels, head.coefficients, head.bias, head.mix, head.mix_bias, lean)


def _macro_f1(wanted: npt.NDArray[np.int64], chosen: npt.NDArray[np.int64]) -> float:
    scores = [
        2 * ((wanted == one) & (chosen == one)).sum() / max(1, (wanted == one).sum() + (chosen == one).sum())
        for one in range(4)
    ]
    return float(np.mean(scores))


def train(reader: Reader, embed: Embeds) -> Fusion:
    """Both heads over both languages."""
    parts: dict[str, list[tuple[Floats, list[corpus.Labelled]]]] = {"train": [], "tune": []}
    means = {}
    for code in LANGUAGES:
        for part in ("train", "tune"):
            rows = [one for one in corpus.read(code) if one.split == part]
            vectors = embedded(rows, f"{code}-{part}", embed)
            if part == "train":
                means[code] = vectors.mean(axis=0)
            parts[part].append((vectors - means[code], rows))
    taught, tuned = (np.vstack([vectors for vectors, _ in parts[part]]) for part in ("train", "tune"))
    taught_rows, tuned_rows = ([one for _, rows in parts[part] for one in rows] for part in ("train", "tune"))
    chances = reader.chances([Text(one.text, language_hint=one.lang) for one in tuned_rows])
    heads = {}
    for name, labels in (("sentiment", SENTIMENTS), ("urgency", LEVELS)):
        first = np.array([one[name] for one in chances], np.float32)
        wanted = [str(getattr(one, name)) for one in tuned_rows]
        head = head_of(name, labels, (taught, [str(getattr(one, name)) for one in taught_rows]), (first, tuned, wanted))
        heads[name] = leant(head, first, tuned, wanted) if name == "urgency" else head
    return Fusion(f"deep-{VERSION}", heads, means)


def main() -> int:
    """Train it."""
    with threadpool_limits(1):
        path = save_fusion(train(build_reader(), load_embedding()))
    sys.stdout.write(f"{path.name}: {path.stat().st_size // 1024} KB\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
