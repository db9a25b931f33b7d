"""How much the desk keeps in memory, for the metric `webcare_desk_held` and for the bench: each kind has a bound of its own.

Cases are the most of it: those that are open, and those that were closed within the team's `reopen_days`.
"""

from collections.abc import Mapping
from functools import partial

from services.desk.context import Desk
from services.runtime.metrics import DESK_HELD


def held(desk: Desk) -> Mapping[str, int]:
    """How many there are of each kind; the kinds are named where the metric is."""
    return {**desk.model.held(), "rows": len(desk.rows)}


def measure(desk: Desk) -> None:
    """Have the metric tell it of this desk, whenever it is asked."""
    for kind in held(desk):
        DESK_HELD.labels(kind).set_function(partial(_of, desk, kind))


def _of(desk: Desk, kind: str) -> float:
    return held(desk)[kind]
