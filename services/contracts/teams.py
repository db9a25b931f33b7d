"""A team as it is agreed: people, shifts, leave, opening hours and service levels (on `desk.teams`).

The rules behind these fields are in `docs/rota-and-routing.md`. Wall-clock times are local to the time zone named
beside them and are localised only after recurrence is worked out: a shift keeps its hour when the clocks change.
"""

from datetime import date, datetime, time
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, model_validator

from services.contracts.base import Id, Instant, Model, ShortText, Slug
from services.contracts.mentions import MentionKind, UrgencyLabel


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"unknown time zone {name!r}") from error
    return name


def _naive(moment: datetime) -> datetime:
    if moment.tzinfo is not None:
        raise ValueError("give a local wall-clock time without an offset; the time zone stands beside it")
    return moment


TimeZone = Annotated[str, AfterValidator(_known_zone)]
WallClock = Annotated[datetime, AfterValidator(_naive)]
LanguageCode = Annotated[str, Field(pattern=r"^[a-z]{2}$")]


class Person(Model):
    """Somebody who answers. `capacity` is in points; a case weighs 1 to 3 by urgency (see `weights` of the team)."""

    id: Slug
    name: ShortText
    languages: tuple[LanguageCode, ...] = Field(default=("nl", "en"), min_length=1)
    channels: tuple[MentionKind, ...] | None = None
    """The kinds of mention this person may handle; `None` is all."""
    capacity: int = Field(default=8, ge=0, le=1000)


class Shift(Model):
    """When `people` are on: one span, or one repeated by an RFC 5545 recurrence rule in local wall-clock time."""

    id: Slug
    people: tuple[Slug, ...] = Field(min_length=1)
    start: WallClock
    minutes: int = Field(gt=0, le=7 * 24 * 60)
    rule: ShortText | None = None
    """An RRULE without its name, for example `FREQ=WEEKLY;BYDAY=MO,TU`; `None` is once."""
    until: date | None = None
    time_zone: TimeZone | None = None


class Leave(Model):
    """A person is away, in this team's eyes, from `start` up to `end`."""

    id: Slug
    person: Slug
    kind: Literal["leave", "sick"] = "leave"
    start: Instant
    end: Instant

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end <= self.start:
            raise ValueError(f"leave {self.id!r} ends before it starts")
        return self


class OpeningSpan(Model):
    """Open on `day` (0 is Monday) from `start`; an `end` at or before `start` is on the next day."""

    day: int = Field(ge=0, le=6)
    start: time
    end: time


class ServiceLevel(Model):
    """A first-response target. The first that matches counts; the last has no condition."""

    id: Slug
    urgency: tuple[UrgencyLabel, ...] | None = None
    kinds: tuple[MentionKind, ...] | None = None
    first_response_minutes: int = Field(gt=0)
    warn_minutes: int = Field(default=15, ge=0)
    """Warn this long before the deadline, or at 80 % of the time, whichever is later."""
    always_open: bool = False
    """Count every minute, not only opening hours."""


class UrgencyWeights(Model):
    """The points that a case of each urgency takes of its owner's capacity."""

    low: int = Field(default=1, ge=0)
    normal: int = Field(default=1, ge=0)
    high: int = Field(default=2, ge=0)
    critical: int = Field(default=3, ge=0)


class TeamConfig(Model):
    """All that a team has agreed. It is replaced as a whole; history is in the events."""

    team: Slug
    name: ShortText
    language: LanguageCode = "nl"
    time_zone: TimeZone = "Europe/Amsterdam"
    people: tuple[Person, ...]
    shifts: tuple[Shift, ...] = ()
    leave: tuple[Leave, ...] = ()
    opening_hours: tuple[OpeningSpan, ...] = ()
    """No span at all means always open."""
    holidays: tuple[date, ...] = ()
    service_levels: tuple[ServiceLevel, ...] = Field(min_length=1)
    reach_threshold: int = Field(default=10_000, ge=1)
    """An author with at least this many followers needs a person, whatever they say."""
    reopen_days: int = Field(default=7, ge=0, le=365)
    """A closed case reopens when its conversation goes on within this many days."""
    weights: UrgencyWeights = UrgencyWeights()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        people = [person.id for person in self.people]
        for what, names in (
            ("person", people),
            ("shift", [s.id for s in self.shifts]),
            ("leave", [x.id for x in self.leave]),
        ):
            if len(set(names)) != len(names):
                raise ValueError(f"a {what} is named twice: {sorted({n for n in names if names.count(n) > 1})}")
        for shift in self.shifts:
            if unknown := set(shift.people) - set(people):
                raise ValueError(f"shift {shift.id!r} names unknown people: {sorted(unknown)}")
        for leave in self.leave:
            if leave.person not in people:
                raise ValueError(f"leave {leave.id!r} names an unknown person: {leave.person!r}")
        if any(level.urgency is None and level.kinds is None for level in self.service_levels[:-1]):
            raise ValueError("a service level without a condition must be the last: those after it would never count")
        last = self.service_levels[-1]
        if last.urgency is not None or last.kinds is not None:
            raise ValueError("the last service level must have no condition: it is the fallback")
        return self


class TeamConfiguration(Model):
    """The record `team:config:current` on `desk.teams`."""

    type: Literal["team.configuration"] = "team.configuration"
    version: Literal[1] = 1
    team: Slug
    revision: int = Field(ge=1)
    at: Instant
    config: TeamConfig


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
