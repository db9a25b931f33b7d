"""What is counted of each team of a partition, for the metrics. Used by `partition.py` and `measured.py`."""

from dataclasses import dataclass
from datetime import datetime

from services.route.domain.state import TeamState


@dataclass(frozen=True, slots=True)
class TeamFigures:
    """One team now: its cases by state, and how many of the open ones have a broken promise. Snoozed ones are not owned."""

    open: int
    waiting: int
    snoozed: int
    owned: int
    closed: int
    overdue: int
    gaps: int = 0
    """Gaps in the cover of the coming 8 weeks that were announced."""
    next_gap: datetime | None = None
    """When the first of them begins, or has begun."""
    approvals: int = 0
    """Cases with a reply that waits for approval."""
    approvals_late: int = 0
    """Those of them that have waited too long."""
    approvals_since: datetime | None = None
    """Since when the one waits that has waited longest."""


def team_figures(state: TeamState) -> TeamFigures:
    """The figures of a team; their cost does not depend on the number of cases."""
    waiting, snoozed, longest = state.queues.size, state.snoozed.size, state.approvals.first()
    return TeamFigures(
        open=state.open_count,
        waiting=waiting,
        snoozed=snoozed,
        owned=state.open_count - waiting - snoozed,
        closed=len(state.cases) - state.open_count,
        overdue=state.overdue.size,
        gaps=len(state.gaps),
        next_gap=min((gap.start for gap in state.gaps.values()), default=None),
        approvals=state.approvals.size,
        approvals_late=state.approvals_late.size,
        approvals_since=longest[0] if longest else None,
    )
