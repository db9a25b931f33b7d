"""Which way urgency leans: what is added to the logarithms of its probabilities before a label is chosen, and from which
probability of critical on a message is high at least, since mistakes do not cost alike. Both readers search it on the tuning
part (`train.py`, `deep.py`), each by a judgement of its own. Pure.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from services.classify.domain.linear import Floats, leant
from services.classify.domain.urgency import LEVELS

Numbers = npt.NDArray[np.int64]
STEP = 0.1
NO_FLOOR = (1.0,)
_CRITICAL = (-0.5, 2.6)
_MOST_HIGH = 1.6
_HIGH, _LAST = LEVELS.index("high"), LEVELS.index("critical")
_FUSS = 0.25
"""What calling somebody within the hour for nothing costs, beside waking them at once for nothing."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a way of leaning leads to on the tuning part, as shares."""

    recall: float
    """Of the critical messages: found."""
    passed_over: float
    """Of the critical messages: rated low or normal."""
    macro_f1: float
    alarms: float
    """Of the low and normal messages: rated critical, and a quarter of those rated high."""


Judged = Callable[[Outcome], tuple[float, ...]]
"""How good that is: more is better, the first figure before the second."""


def best_lean(
    chances: npt.NDArray[np.floating],
    wanted: Sequence[str],
    least_high: float,
    judged: Judged,
    floors: Sequence[float] = NO_FLOOR,
) -> tuple[Floats, float]:
    """The lean of each level and the floor; of the levels `high` and `critical` are searched, the others stay as they are.

    Args:
        chances: the probabilities of the levels of texts that were not taught, `(texts, levels)`.
        wanted: their levels.
        least_high: where the search for `high` begins.
        judged: which outcomes are better.
        floors: which floors are tried.
    """
    levels: Sequence[str] = LEVELS
    targets = np.array([levels.index(one) for one in wanted])
    best: tuple[float, ...] = ()
    lean, floor = np.zeros(len(LEVELS), np.float32), NO_FLOOR[0]
    for critical, high in product(np.arange(*_CRITICAL, STEP), np.arange(least_high, _MOST_HIGH, STEP)):
        tried = np.array([0.0, 0.0, high, critical], np.float32)
        for least in floors:
            figures = judged(outcome(targets, leant(chances, tried, least)))
            if figures > best:
                best, lean, floor = figures, tried, least
    return lean, floor


def outcome(wanted: Numbers, chosen: Numbers) -> Outcome:
    """What choosing these levels leads to; both as places in `LEVELS`."""
    critical, calm = chosen[wanted == _LAST], chosen[wanted < _HIGH]
    return Outcome(
        recall=float((critical == _LAST).mean()),
        passed_over=float((critical < _HIGH).mean()),
        macro_f1=macro_f1(wanted, chosen, len(LEVELS)),
        alarms=float((calm == _LAST).mean() + _FUSS * (calm == _HIGH).mean()),
    )


def macro_f1(wanted: Numbers, chosen: Numbers, count: int) -> float:
    """The mean F1 over `count` labels given as numbers, 0 to 1: as `measures.macro_f1`, fast enough for a search."""
    scores = []
    for label in range(count):
        right = ((wanted == label) & (chosen == label)).sum()
        scores.append(2 * right / max(1, (wanted == label).sum() + (chosen == label).sum()))
    return float(np.mean(scores))
