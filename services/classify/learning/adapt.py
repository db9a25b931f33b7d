"""Learns from a team's corrections: a sparse difference to the trained weights, kept close to them by a penalty. Pure.

What is fitted is added to the scores of the trained models, so that without corrections nothing changes. Messages of the
corpus's training part are taught beside the corrections, as a counterweight: what is right there is to stay right.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits

from services.classify.domain.delta import BLOCKS, MODEL_OF, HeadDelta
from services.classify.domain.features import Sight
from services.classify.domain.linear import Weights
from services.classify.domain.look import Looker, Text
from services.classify.domain.reader import Reader
from services.classify.learning.vectors import PIECE_WEIGHT, Keyed, keyed, tfidf_rows

Array = npt.NDArray[Any]
STRENGTHS = (2.0, 0.5, 0.2)
"""The inverse of the penalty on what is added, the freest first."""
WEIGHT = 4.0
"""What a correction counts beside a message of the corpus."""
COUNTERWEIGHTS = 800
LEAST = 8
"""Fewer corrections of a head teach nothing that could be told from chance."""
FOLDS = 5


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person said a text is: `field` is `sentiment` or `urgency`, `value` its label."""

    text: str
    language: str
    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Rows:
    """Texts as a head sees them: a sparse row each, how alike they are, and the scores that the reader gives them now."""

    matrix: Any
    alike: Array
    keys: Mapping[str, npt.NDArray[np.uint32]]
    units: Mapping[str, Array]
    """What a fitted number is multiplied with to be a weight of the block."""
    offsets: Array
    labels: tuple[str, ...]
    pull: float
    """How much a point of score moves the reader's own logarithms."""


def latest(corrections: Sequence[Correction]) -> list[Correction]:
    """One correction for each text and field: the last."""
    return list({(one.text, one.language, one.field): one for one in corrections}.values())


def rows_of(
    reader: Reader, looker: Looker, language: str, head: str, corrected: Sequence[str], others: Sequence[str]
) -> Rows:
    """How a head sees texts: by the words and pieces that the corrected ones have, all others stay as they are."""
    texts = [*corrected, *others]
    weights: Weights = getattr(reader.weights(language), MODEL_OF[head])
    decides = next(one for one in weights.heads if one.name == head)
    given = [Text(one, language_hint=language) for one in texts]
    seen = _seen(weights, looker, given, calm=MODEL_OF[head] == "matter")
    parts, keys, units = [], {}, {}
    for name in BLOCKS:
        block, worth = getattr(weights, name), PIECE_WEIGHT if name == "pieces" else 1.0
        idf = np.sqrt(block.squares.astype(np.float64))
        index = {int(one): at for at, one in enumerate(block.keys)}
        part = tfidf_rows(index, idf, [getattr(one, name) for one in seen]) * worth
        met = np.unique(part[: len(corrected)].indices)
        parts.append(part[:, met])
        keys[name], units[name] = block.keys[met], idf[met] * worth
    matrix = sparse.hstack(parts).tocsr()
    chances = [one.get(head, (1 / len(decides.labels),) * len(decides.labels)) for one in reader.chances(given)]
    # Urgency is the mean of two heads, of which one learns.
    pull = (0.5 if head == "urgency" else 1.0) / decides.temperature
    alike = np.asarray((matrix @ matrix.T).todense())
    return Rows(matrix, alike, keys, units, np.log(np.array(chances) + 1e-9), decides.labels, pull)


def _seen(weights: Weights, looker: Looker, texts: Sequence[Text], calm: bool) -> list[Keyed]:
    sight, found = Sight(), []
    for look in map(looker.look, texts):
        words = look.prepared.calm if calm else look.prepared.raw
        found.append(keyed(sight.see(look.prepared, words, weights.known, cased=not calm), ()))
    return found


def fitted(
    rows: Rows, head: str, teach: Sequence[int], wanted: Sequence[str], counts: Sequence[float], strength: float
) -> HeadDelta:
    """The difference that makes `wanted` likely, and is small. It is a mix of the rows, so that few numbers are fitted.

    Args:
        rows: of all texts.
        head: whose labels are wanted.
        teach: the places of the texts that teach.
        wanted: the label of each of these.
        counts: what each of these counts.
        strength: the inverse of the penalty.
    """
    at = np.array(teach)
    targets, weight = np.array([rows.labels.index(one) for one in wanted]), np.asarray(counts, np.float64)
    alike, offsets, shape = rows.alike[np.ix_(at, at)], rows.offsets[at], (len(at), len(rows.labels))

    def loss(mixed: Array) -> tuple[float, Array]:
        mix = mixed.reshape(shape)
        moved = alike @ mix
        logits = offsets + rows.pull * moved
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        chances = powers / powers.sum(axis=1, keepdims=True)
        missed = -(weight * np.log(chances[np.arange(len(at)), targets] + 1e-12)).sum()
        chances[np.arange(len(at)), targets] -= 1
        slope = alike @ (rows.pull * weight[:, None] * chances + mix / strength)
        return float(missed + (mix * moved).sum() / (2 * strength)), slope.ravel()

    # One thread: for products this small, threads that wait for each other take ten times as long.
    with threadpool_limits(1):
        found = minimize(loss, np.zeros(shape).ravel(), jac=True, method="L-BFGS-B", options={"maxiter": 100})
    whole = np.asarray(rows.matrix[at].T @ found.x.reshape(shape))
    border = len(rows.keys["words"])
    parts = {"words": whole[:border], "pieces": whole[border:]}
    added = {name: np.asarray(parts[name] * rows.units[name][:, None], np.float32) for name in BLOCKS}
    return HeadDelta(head, rows.keys, added)


def counterweights(texts: Sequence[tuple[str, str]], most: int = COUNTERWEIGHTS) -> list[tuple[str, str]]:
    """So many of the texts with their labels, chosen by the hash of the text."""
    return sorted(texts, key=lambda one: hashlib.sha256(one[0].encode()).hexdigest())[:most]


def folds(lessons: Sequence[Correction]) -> list[list[int]]:
    """The corrections in folds, by the hash of the text, so that a text is in one fold whatever else there is."""
    ranked = sorted(range(len(lessons)), key=lambda at: hashlib.sha256(lessons[at].text.encode()).hexdigest())
    return [ranked[number::FOLDS] for number in range(FOLDS)]


def usable(corrections: Sequence[Correction]) -> dict[tuple[str, str], list[Correction]]:
    """The corrections that can be learnt from, by language and head; too few of one kind teach nothing."""
    found: dict[tuple[str, str], list[Correction]] = {}
    for one in latest(corrections):
        if one.field in MODEL_OF:
            found.setdefault((one.language, one.field), []).append(one)
    counts = Counter({key: len(some) for key, some in found.items()})
    return {key: found[key] for key in sorted(found) if counts[key] >= LEAST}
