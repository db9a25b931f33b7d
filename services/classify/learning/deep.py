"""Trains the second reader: `python -m services.classify.learning.deep` writes `domain/weights/deep.npz`.

Embeds the training and tuning parts of the corpus (some minutes, kept in the cache folder), fits a head on the embeddings,
and on the tuning part, which neither reader was fitted on, how both are weighed. `elsewhere.py` fits how
texts unlike the corpus are judged.
"""

import hashlib
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from services.classify.domain.fusion import FusedHead, Fusion, evidence, fused, unmixed
from services.classify.domain.judgement import SENTIMENTS
from services.classify.domain.look import Text
from services.classify.domain.reader import LANGUAGES, Reader, build_reader
from services.classify.domain.urgency import LEVELS
from services.classify.embedding import Embeds, load_embedding
from services.classify.learning import corpus, elsewhere
from services.classify.learning.leaning import Outcome, best_lean
from services.classify.learning.train import DATA, PUBLIC, VERSION, public_set
from services.classify.second import save_fusion

Floats = npt.NDArray[np.float32]
STRENGTH = 8.0
PUBLIC_TEXTS: Mapping[str, int] = {
    "en_tweets_semeval2013_2016": 4_500,
    "en_mixed_hutto_vader_groundtruth": 1_800,
    "nl_subtitles_xed_dev": 1_200,
}
"""Of each public set at most so many are embedded."""
HELD_OUT = 4
LEAST_RECALL, MOST_PASSED_OVER = 0.93, 0.01
"""Of the critical messages of the tuning part: found at least, rated low or normal at most."""
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "webcare" / "embeddings"


def embedded(texts: Sequence[str], name: str, embed: Embeds) -> Floats:
    """The embeddings of texts, kept by what they say."""
    path = CACHE / f"{name}.npz"
    keys = [hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16] for text in texts]
    known: dict[str, Floats] = {}
    if path.exists():
        with np.load(path, allow_pickle=False) as archive:
            known = dict(zip(archive["keys"].tolist(), archive["vectors"], strict=True))
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
    if missing:
        known |= zip(missing, embed(list(missing.values())), strict=True)
        CACHE.mkdir(parents=True, exist_ok=True)
        np.savez(path, keys=np.array(list(known)), vectors=np.vstack(list(known.values())).astype(np.float16))
    return np.vstack([known[key] for key in keys]).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Part:
    """Texts with their embeddings and labels; the public sets know sentiment alone."""

    texts: list[Text]
    vectors: Floats
    sentiment: list[str]
    urgency: list[str]
    kinds: list[str]
    """The sector of each message of the corpus, the set of each public text."""


def own_part(code: str, split: str, embed: Embeds) -> Part:
    """A part of the corpus."""
    rows = [one for one in corpus.read(code) if one.split == split]
    vectors = embedded([one.text for one in rows], f"{code}-{split}", embed)
    texts = [Text(one.text, language_hint=code) for one in rows]
    sectors = [one.sector for one in rows]
    return Part(texts, vectors, [one.sentiment for one in rows], [one.urgency for one in rows], sectors)


def public_part(code: str, embed: Embeds, data: Path = DATA) -> Part:
    """Some of the public texts of a language, evenly chosen, so that embedding them takes minutes."""
    chosen, kinds = [], []
    for name, weight in PUBLIC[code]:
        found, most = public_set(name, weight, data), PUBLIC_TEXTS[name]
        some = found[:: max(1, len(found) // most)][:most]
        chosen += some
        kinds += [name] * len(some)
    vectors = (
        embedded([one.text for one in chosen], f"{code}-public", embed) if chosen else np.zeros((0, 384), np.float32)
    )
    texts = [Text(one.text, language_hint=code) for one in chosen]
    return Part(texts, vectors, [one.labels["sentiment"] for one in chosen], [], kinds)


def balanced_mean(parts: Sequence[Part]) -> Floats:
    """The mean of a language's embeddings in which each attitude and each part counts alike: what is left when it is taken
    off is what a text says, not how cross its kind of text is on the whole."""
    means = []
    for part in parts:
        labels = np.array(part.sentiment)
        means += [part.vectors[labels == one].mean(axis=0) for one in SENTIMENTS if (labels == one).any()]
    return np.asarray(np.mean(means, axis=0), np.float32)


def head_of(
    name: str, labels: Sequence[str], taught: tuple[Floats, list[str]], tuned: tuple[Floats, Floats, list[str]]
) -> FusedHead:
    """Fit one head.

    Args:
        taught: centred embeddings of the training part, and their labels.
        tuned: the first reader's probabilities of texts that were not taught, their centred embeddings and labels.
    """
    places = {label: at for at, label in enumerate(labels)}
    alone = LogisticRegression(C=STRENGTH, max_iter=3000, class_weight="balanced")
    alone.fit(taught[0], [places[one] for one in taught[1]])
    head = unmixed(name, labels, alone.coef_.T, alone.intercept_)
    first, centred, wanted = tuned
    mixing = LogisticRegression(C=0.05, max_iter=3000)
    mixing.fit(evidence(head, first, centred), [places[one] for one in wanted])
    return replace(head, mix=mixing.coef_.T.astype(np.float32), mix_bias=mixing.intercept_.astype(np.float32))


def _surest(found: Outcome) -> tuple[float, ...]:
    """Enough of the critical are found and few of them passed over; among those that do as well, the best macro-F1."""
    short = max(0.0, LEAST_RECALL - found.recall) + max(0.0, found.passed_over - MOST_PASSED_OVER)
    return -round(short, 4), found.macro_f1


def train(reader: Reader, embed: Embeds) -> Fusion:
    """Both heads over both languages; three quarters of the public texts teach, a quarter helps to weigh the readers."""
    taught: list[tuple[Floats, Part]] = []
    tuned: list[tuple[Floats, Part]] = []
    means = {}
    kinds: dict[str, list[elsewhere.Kind]] = {"own": [], "tuned": [], "public": []}
    for code in LANGUAGES:
        own, tune, more = own_part(code, "train", embed), own_part(code, "tune", embed), public_part(code, embed)
        held = np.arange(len(more.texts)) % HELD_OUT == 0
        parts = [own, _picked(more, ~held)] if len(more.texts) else [own]
        means[code] = balanced_mean(parts)
        taught += [(part.vectors - means[code], part) for part in parts]
        tuned += [(part.vectors - means[code], part) for part in (tune, _picked(more, held))]
        kinds["own"].append(_kind(code, own, reader, own.kinds))
        kinds["tuned"].append(_kind(code, tune, reader))
        for name in dict.fromkeys(more.kinds):
            kinds["public"].append(_kind(code, _picked(more, np.array(more.kinds) == name), reader))
    heads = {}
    for name, labels in (("sentiment", SENTIMENTS), ("urgency", LEVELS)):
        teaching = [(vectors, part) for vectors, part in taught if getattr(part, name)]
        tuning = [(vectors, part) for vectors, part in tuned if getattr(part, name)]
        chances = reader.chances([text for _, part in tuning for text in part.texts])
        wanted = [label for _, part in tuning for label in getattr(part, name)]
        first = np.array([one[name] for one in chances], np.float32)
        centred = np.vstack([vectors for vectors, _ in tuning])
        lesson = (np.vstack([v for v, _ in teaching]), [label for _, part in teaching for label in getattr(part, name)])
        head = head_of(name, labels, lesson, (first, centred, wanted))
        if name == "urgency":
            head = replace(head, lean=best_lean(fused(head, first, centred)[0], wanted, -0.6, _surest)[0])
        heads[name] = head
    near = [fused(heads["sentiment"], one.first, one.vectors - means[one.language])[0] for one in kinds["tuned"]]
    judged = elsewhere.fitted(kinds["own"], kinds["tuned"], kinds["public"], near) if kinds["public"] else None
    return Fusion(f"deep-{VERSION}", heads, means, judged)


def _kind(code: str, part: Part, reader: Reader, sectors: Sequence[str] = ()) -> elsewhere.Kind:
    """A part as a set of a kind of text; where the first reader finds nothing to judge by, all is alike to it."""
    alike = [1 / len(SENTIMENTS)] * len(SENTIMENTS)
    labels = np.array([SENTIMENTS.index(one) for one in part.sentiment], np.int64)
    first = np.array([one.get("sentiment", alike) for one in reader.chances(part.texts)], np.float32)
    return elsewhere.Kind(code, part.vectors, labels, first, tuple(sectors))


def _picked(part: Part, which: npt.NDArray[np.bool_]) -> Part:
    """Some of a part of the public texts."""
    places = np.flatnonzero(which)
    texts, sentiment = [part.texts[at] for at in places], [part.sentiment[at] for at in places]
    return Part(texts, part.vectors[places], sentiment, [], [part.kinds[at] for at in places])


def main() -> int:
    """Train it."""
    with threadpool_limits(1):
        path = save_fusion(train(build_reader(), load_embedding()))
    sys.stdout.write(f"{path.name}: {path.stat().st_size // 1024} KB\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
