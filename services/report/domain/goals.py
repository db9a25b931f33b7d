"""Which figures of the page speak about a goal of the team, so that both stand together. Pure.

A goal that no figure speaks about says so: better than a number that is about something else.
"""

from collections.abc import Mapping
from typing import Literal

from services.contracts.goals import GoalKind, TeamGoals

Figure = Literal["volume", "negative", "median", "kept", "by_source", "by_topic", "by_day"]
"""A figure or a table, by its words in the catalog: `report.<figure>`."""
SPEAKS: Mapping[GoalKind, tuple[Figure, ...]] = {
    "service": ("median", "kept"),
    "audience": ("volume", "by_source"),
    "improvement": ("negative", "by_topic"),
    "events": ("volume", "by_day"),
    "opportunities": (),
    "community": (),
    "competitors": (),
    "trends": ("by_topic", "by_day"),
}


def wanted(goals: TeamGoals | None) -> tuple[tuple[GoalKind, tuple[Figure, ...]], ...]:
    """The team's goals, in its own order, each with what speaks about it; empty for a team that said none."""
    return tuple((goal, SPEAKS[goal]) for goal in goals.goals) if goals else ()
