"""Which way urgency leans: what is added to the logarithms of its probabilities before a label is chosen, since mistakes do
not cost alike. Both readers search it on the tuning part (`train.py`, `deep.py`), each by a judgement of its own. Pure.
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from services.classify.domain.linear import Floats
from services.classify.domain.urgency import LEVELS

Numbers = npt.NDArray[np.int64]
Judged = Callable[[float, float, float], tuple[float, float]]
"""From the recall of critical, the share of critical rated low or normal, and macro-F1: figures of which more is better."""
STEP = 0.1
_CRITICAL = (-0.5, 2.6)
_MOST_HIGH = 1.6


def best_lean(chances: npt.NDArray[np.floating], wanted: Sequence[str], least_high: float, judged: Judged) -> Floats:
    """The lean of each level; that of `high` and of `critical` is searched, the others stay where they are.

    Args:
        chances: the probabilities of the levels of texts that were not taught, `(texts, levels)`.
        wanted: their levels.
        least_high: where the search for `high` begins.
        judged: which figures are better.
    """
    levels: Sequence[str] = LEVELS
    targets = np.array([levels.index(one) for one in wanted])
    logs = np.log(chances + 1e-9)
    best, lean = (-9.0, -9.0), np.zeros(len(LEVELS), np.float32)
    for critical in np.arange(*_CRITICAL, STEP):
        for high in np.arange(least_high, _MOST_HIGH, STEP):
            tried = np.array([0.0, 0.0, high, critical], np.float32)
            found = (logs + tried).argmax(axis=1)
            recall = float((found[targets == 3] == 3).mean())
            passed_over = float((found[targets == 3] < 2).mean())
            figures = judged(recall, passed_over, macro_f1(targets, found, len(LEVELS)))
            if figures > best:
                best, lean = figures, tried
    return lean


def macro_f1(wanted: Numbers, chosen: Numbers, count: int) -> float:
    """The mean F1 over `count` labels given as numbers, 0 to 1: as `measures.macro_f1`, fast enough for a search."""
    scores = []
    for label in range(count):
        right = ((wanted == label) & (chosen == label)).sum()
        scores.append(2 * right / max(1, (wanted == label).sum() + (chosen == label).sum()))
    return float(np.mean(scores))
