"""Why a team is there: the goals that it chose, which its figures are read against (on `desk.teams`)."""

from typing import Annotated, Literal

from pydantic import Field

from services.contracts.base import Instant, Model, ShortText, Slug
from services.contracts.envelopes import CommandBase, EventBase

GoalKind = Literal[
    "audience", "service", "improvement", "events", "opportunities", "community", "competitors", "trends"
]


class TeamGoals(Model):
    """The goals, in the order in which they were given, and in the team's own words how it will see that it gets there."""

    goals: Annotated[tuple[GoalKind, ...], Field(max_length=8)] = ()
    success: ShortText = ""


class SetGoals(CommandBase):
    """A lead says why the team is there; it replaces what was said before."""

    type: Literal["SetGoals"] = "SetGoals"
    goals: TeamGoals


class GoalsSet(EventBase):
    """The team's goals are `goals` from now on."""

    type: Literal["GoalsSet"] = "GoalsSet"
    goals: TeamGoals


class GoalsRecord(Model):
    """The record `team:goals:current`."""

    type: Literal["team.goals"] = "team.goals"
    version: Literal[1] = 1
    team: Slug
    at: Instant
    goals: TeamGoals
