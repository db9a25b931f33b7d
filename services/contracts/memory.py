"""What route must remember of a team besides its agreements and cases (on `desk.teams`)."""

from typing import Literal

from pydantic import Field

from services.contracts.base import Id, Instant, Model, ShortText, Slug
from services.contracts.cases import CorrectedField
from services.contracts.rota import CalendarStatus
from services.contracts.rota_events import CoverGap


class AnsweredCommand(Model):
    """The record `team:answered:<command>`: what a command was answered, kept for 24 hours for those who ask again."""

    type: Literal["team.answered"] = "team.answered"
    version: Literal[1] = 1
    team: Slug
    command: Id
    at: Instant
    events: tuple[Id, ...]
    case: Id | None = None
    rejected: ShortText | None = None
    """The code of the rejection, when that was the answer."""


class HandledMentions(Model):
    """The record `team:handled:<case>`: the mentions of a case that is archived, so that a repeat opens no new one."""

    type: Literal["team.handled"] = "team.handled"
    version: Literal[1] = 1
    team: Slug
    case: Id
    at: Instant
    mentions: tuple[Id, ...]


class OwnCapacity(Model):
    """The record `team:capacity:<person>`: the points that a person takes, by their own word, until a moment."""

    type: Literal["team.capacity"] = "team.capacity"
    version: Literal[1] = 1
    team: Slug
    person: Slug
    capacity: int = Field(ge=0)
    until: Instant
    at: Instant


class CorrectedMention(Model):
    """The record `team:corrected:<mention>`: what a person has corrected of it, so that a model lets it be; for 30 days."""

    type: Literal["team.corrected"] = "team.corrected"
    version: Literal[1] = 1
    team: Slug
    mention: Id
    fields: tuple[CorrectedField, ...]
    at: Instant


class KnownGap(Model):
    """The record `team:gap:<id>`: a gap in the cover that was announced and is not over."""

    type: Literal["team.gap"] = "team.gap"
    version: Literal[1] = 1
    team: Slug
    gap: CoverGap
    at: Instant


class KnownCalendar(Model):
    """The record `team:calendar:<id>`: how the reading of one of the team's calendars fares."""

    type: Literal["team.calendar"] = "team.calendar"
    version: Literal[1] = 1
    team: Slug
    status: CalendarStatus
    at: Instant
