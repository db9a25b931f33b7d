"""Trains the second reader: `python -m services.classify.learning.deep` writes `domain/weights/deep.npz`.

Embeds the corpus without its test part (some minutes, kept in the cache folder), fits networks on the embeddings, and on the
tuning part, which neither reader was fitted on, how both readers are weighed. Urgency is taught by its signals,
whose probabilities add up to those of the levels. `elsewhere.py` fits how texts unlike the corpus are judged, from the
public sets and the corpus's texts of other kinds.
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

from services.classify.domain.fusion import FusedHead, Fusion, evidence, fused
from services.classify.domain.judgement import SENTIMENTS
from services.classify.domain.look import Text
from services.classify.domain.reader import LANGUAGES, Reader, build_reader
from services.classify.domain.urgency import LEVELS, signal_kinds
from services.classify.embedding import Embeds, load_embedding
from services.classify.learning import corpus, elsewhere
from services.classify.learning.leaning import Outcome, best_lean
from services.classify.learning.network import network
from services.classify.learning.train import DATA, PUBLIC, VERSION, Lesson, public_set
from services.classify.second import save_fusion

Floats = npt.NDArray[np.float32]
MIXING = 0.05
"""The inverse strength of regularisation of how both readers are weighed."""
PUBLIC_TEXTS: Mapping[str, int] = {
    "en_tweets_semeval2013_2016": 4_500,
    "en_mixed_hutto_vader_groundtruth": 1_800,
    "nl_subtitles_xed_dev": 1_200,
}
"""Of each public set at most so many are embedded."""
LEAST_RECALL, MOST_PASSED_OVER = 0.96, 0.0
"""Of the critical messages of the tuning part: found at least, rated low or normal at most."""
LOW_FLOOR = 0.03
"""What is critical one time in thirty somebody sees within the hour. The tuning part, which has few hard ones, would do
with a higher one."""
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "webcare" / "embeddings"


def embedded(texts: Sequence[str], name: str, embed: Embeds) -> Floats:
    """The embeddings of texts, kept by what they say, and rounded alike whether they were kept or not."""
    path = CACHE / f"{name}.npz"
    keys = [hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16] for text in texts]
    known: dict[str, Floats] = {}
    if path.exists():
        with np.load(path, allow_pickle=False) as archive:
            known = dict(zip(archive["keys"].tolist(), archive["vectors"], strict=True))
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
    if missing:
        known |= zip(missing, embed(list(missing.values())).astype(np.float16), strict=True)
        CACHE.mkdir(parents=True, exist_ok=True)
        np.savez(path, keys=np.array(list(known)), vectors=np.vstack(list(known.values())))
    return np.vstack([known[key] for key in keys]).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Part:
    """Texts with their embeddings and labels; texts of other kinds know sentiment alone."""

    texts: list[Text]
    vectors: Floats
    sentiment: Sequence[str]
    urgency: Sequence[str]
    signals: Sequence[str]
    """Of each message of the corpus the first signal that makes it as urgent as it is."""
    kinds: Sequence[str]
    """The sector of each message of the corpus, the subject of each text of another kind."""


def own_part(code: str, split: str, embed: Embeds) -> Part:
    """A part of the corpus."""
    rows = [one for one in corpus.read(code) if one.split == split]
    vectors = embedded([one.text for one in rows], f"{code}-{split}", embed)
    levels, kinds = [one.urgency for one in rows], signal_kinds()
    signals = [next(name for name in one.signals if kinds[name].level == one.urgency) for one in rows]
    sectors = [one.sector for one in rows]
    return Part(_texts(code, rows), vectors, [one.sentiment for one in rows], levels, signals, sectors)


def public_parts(code: str, embed: Embeds, data: Path = DATA) -> list[Part]:
    """Of every public set of a language that is there some texts, evenly chosen, so that embedding them takes minutes."""
    parts = []
    for name, weight in PUBLIC[code]:
        found, most = public_set(name, weight, data), PUBLIC_TEXTS[name]
        some = found[:: max(1, len(found) // most)][:most]
        if some:
            vectors = embedded([one.text for one in some], name, embed)
            parts.append(Part(_texts(code, some), vectors, [one.labels["sentiment"] for one in some], [], [], []))
    return parts


def written_parts(code: str, embed: Embeds) -> list[Part]:
    """The corpus's texts of other kinds, a part for each genre."""
    parts, remarks = [], corpus.elsewhere(code)
    for genre in sorted({one.genre for one in remarks}):
        some = [one for one in remarks if one.genre == genre]
        vectors = embedded([one.text for one in some], f"{code}-elsewhere-{genre}", embed)
        subjects = [one.subject for one in some]
        parts.append(Part(_texts(code, some), vectors, [one.sentiment for one in some], [], [], subjects))
    return parts


def _texts(code: str, rows: Sequence[corpus.Labelled] | Sequence[corpus.Remark] | Sequence[Lesson]) -> list[Text]:
    return [Text(one.text, language_hint=code) for one in rows]


def balanced_mean(part: Part) -> Floats:
    """The mean of a language's embeddings in which each attitude counts alike: what is left when it is taken off is what a
    text says, not how cross its kind of text is on the whole."""
    labels = np.array(part.sentiment)
    means = [part.vectors[labels == one].mean(axis=0) for one in SENTIMENTS if (labels == one).any()]
    return np.asarray(np.mean(means, axis=0), np.float32)


def mixed(head: FusedHead, first: Floats, centred: Floats, wanted: Sequence[str]) -> FusedHead:
    """The head with how both readers are weighed.

    Args:
        first: the first reader's probabilities of texts that were not taught, `(texts, labels)`.
        centred: their centred embeddings.
        wanted: their labels.
    """
    mixing = LogisticRegression(C=MIXING, max_iter=3000)
    mixing.fit(evidence(head, first, centred), [head.labels.index(one) for one in wanted])
    return replace(head, mix=mixing.coef_.T.astype(np.float32), mix_bias=mixing.intercept_.astype(np.float32))


def _surest(found: Outcome) -> tuple[float, ...]:
    """Enough of the critical are found and few of them passed over; then the best macro-F1 with the fewest false alarms."""
    short = max(0.0, LEAST_RECALL - found.recall) + max(0.0, found.passed_over - MOST_PASSED_OVER)
    return -round(short, 4), found.macro_f1 - found.alarms


def train(reader: Reader, embed: Embeds) -> Fusion:
    """Both heads over both languages, and the judgement of texts of other kinds."""
    own = {code: own_part(code, "train", embed) for code in LANGUAGES}
    tune = {code: own_part(code, "tune", embed) for code in LANGUAGES}
    means = {code: balanced_mean(part) for code, part in own.items()}
    taught, tuned = (np.vstack([part.vectors - means[code] for code, part in some.items()]) for some in (own, tune))
    chances = {code: reader.chances(part.texts) for code, part in tune.items()}
    heads = {}
    for fit in (_sentiment_head, _urgency_head):
        head = fit(taught, list(own.values()))
        wanted = [label for part in tune.values() for label in getattr(part, head.name)]
        first = np.array([one[head.name] for code in LANGUAGES for one in chances[code]], np.float32)
        head = mixed(head, first, tuned, wanted)
        if head.name == "urgency":
            lean, floor = best_lean(fused(head, first, tuned)[0], wanted, -0.6, _surest, (LOW_FLOOR,))
            head = replace(head, lean=lean, floor=floor)
        heads[head.name] = head
    kinds = [_kind(code, own[code], reader.chances(own[code].texts)) for code in LANGUAGES]
    tuning = [_kind(code, tune[code], chances[code]) for code in LANGUAGES]
    written, public = (
        [_kind(code, part, reader.chances(part.texts)) for code in LANGUAGES for part in parts(code, embed)]
        for parts in (written_parts, public_parts)
    )
    near = [fused(heads["sentiment"], one.first, one.vectors - means[one.language])[0] for one in tuning]
    return Fusion(f"deep-{VERSION}", heads, means, elsewhere.fitted(kinds, tuning, written, public, near))


def _sentiment_head(vectors: Floats, own: Sequence[Part]) -> FusedHead:
    lesson = np.array([SENTIMENTS.index(label) for part in own for label in part.sentiment])
    return network("sentiment", SENTIMENTS, vectors, lesson)


def _urgency_head(vectors: Floats, own: Sequence[Part]) -> FusedHead:
    """Its outputs are the signals: told what a message is about it learns more than from how urgent it is alone."""
    lesson = [signal for part in own for signal in part.signals]
    signals, kinds = sorted(set(lesson)), signal_kinds()
    adds = np.array([[kinds[signal].level == level for level in LEVELS] for signal in signals], np.float32)
    return network("urgency", LEVELS, vectors, np.array([signals.index(one) for one in lesson]), adds)


def _kind(code: str, part: Part, chances: Sequence[Mapping[str, Sequence[float]]]) -> elsewhere.Kind:
    """A part as a set of a kind of text; where the first reader finds nothing to judge by, all is alike to it."""
    alike = [1 / len(SENTIMENTS)] * len(SENTIMENTS)
    labels = np.array([SENTIMENTS.index(one) for one in part.sentiment], np.int64)
    first = np.array([one.get("sentiment", alike) for one in chances], np.float32)
    return elsewhere.Kind(code, part.vectors, labels, first, tuple(part.kinds))


def main() -> int:
    """Train it."""
    with threadpool_limits(1):
        path = save_fusion(train(build_reader(), load_embedding()))
    sys.stdout.write(f"{path.name}: {path.stat().st_size // 1024} KB\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
