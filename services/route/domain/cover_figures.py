"""How the rota covers and shares the coming 8 weeks, in figures for the metrics. Pure; nothing decides anything by them.

Worked out where gaps are watched (`cover_watch.py`), and kept in the notes of the team.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from services.rota.coverage import Coverage, distinct_gaps
from services.rota.fairness import Balance, fairness, planned_above_contract
from services.rota.rota import LOOK_AHEAD
from services.route.domain.agreement import Agreement

MOST_NEEDS = 50
"""So many needs have a figure of their own, those that lack most; the others are one, `REST`."""
REST = "(rest)"


@dataclass(frozen=True, slots=True)
class CoverFigures:
    """What is ahead of one team."""

    percent: float
    """Of the person-hours that are wanted, how many are covered; 100 when none are."""
    gap_hours: Mapping[str, float]
    """How many hours the gaps in each required need last; a need without any has 0."""
    balance: Balance
    above_contract: int
    """People who are planned far above their contract."""


def cover_figures(agreed: Agreement, found: Coverage) -> CoverFigures:
    """The figures that go with what was found of the cover from `found.start` on."""
    shared = fairness(agreed.config, agreed.rota, found.start, found.start + LOOK_AHEAD)
    above = planned_above_contract(agreed.config, agreed.rota, found.start)
    return CoverFigures(found.percent, _gap_hours(found), shared.balance, len(above))


def _gap_hours(found: Coverage) -> dict[str, float]:
    hours = {need.name: 0.0 for need in found.needs if need.required}
    for need, gap in distinct_gaps(found):
        hours[need.name] += gap.hours
    ordered = sorted(hours.items(), key=lambda one: (-one[1], one[0]))
    named, others = dict(ordered[:MOST_NEEDS]), ordered[MOST_NEEDS:]
    return named | ({REST: sum(lasting for _, lasting in others)} if others else {})
