"""The parts of a rota: shifts and rotations, leave, overrides, swaps, stand-ins, demand. Part of `teams.TeamConfig`.

A shift is wall-clock time, local to the zone named beside it or the team's, and is localised only after recurrence is
worked out: it keeps its hour when the clocks change. All that people agree about one stretch of time (leave, override,
swap, stand-in) has instants. The rules are in `docs/rota-and-routing.md`; `services/rota/rota.py` applies them.
"""

from datetime import date, datetime, time
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, model_validator

from services.contracts.base import Instant, Model, ShortText, Slug
from services.contracts.mentions import MentionKind


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
Turn = Literal["occurrence", "day", "week", "month"]
SwapState = Literal["open", "taken", "past_due", "withdrawn"]
StandInState = Literal["asked", "accepted", "declined", "expired"]


class Rotation(Model):
    """Groups of people who take turns, in this order. A turn is `every` occurrences, days, weeks or calendar months.

    Days, weeks and months are counted from `counted_from` (the day the shift starts, when absent): weeks begin on the
    weekday of that day. A group without people is a turn in which this shift is nobody's.
    """

    groups: tuple[tuple[Slug, ...], ...] = Field(min_length=1)
    turn: Turn = "week"
    every: int = Field(default=1, ge=1, le=366)
    counted_from: date | None = None
    done: int = Field(default=0, ge=0)
    """Occurrences, days, weeks or months that had been when counting began: an edited rotation goes on where it was."""

    def names(self) -> frozenset[str]:
        """Everybody who has a turn."""
        return frozenset(person for group in self.groups for person in group)


class Shift(Model):
    """When somebody is on: one span, or one repeated by an RFC 5545 recurrence rule; for `people` or in `rotation`.

    The highest `layer` with somebody present is on duty, and all of that layer; the layers below stand by. History is
    immutable: editing a shift that has begun ends it (`ended_at`) and adds one that `replaces` it and counts `since` then.
    """

    id: Slug
    people: tuple[Slug, ...] = ()
    """Who is on, every time; empty when there is a rotation."""
    rotation: Rotation | None = None
    start: WallClock
    minutes: int = Field(gt=0, le=7 * 24 * 60)
    rule: ShortText | None = None
    """An RRULE without its name, for example `FREQ=WEEKLY;BYDAY=MO,TU`; `None` is once."""
    until: date | None = None
    """The last day on which it may start."""
    time_zone: TimeZone | None = None
    layer: int = Field(default=0, ge=0, le=9)
    """9 is looked at first, 0 last."""
    skills: tuple[Slug, ...] = ()
    """Skills that those on this shift must have between them."""
    channels: tuple[MentionKind, ...] = ()
    """Kinds of mention that those on this shift must be able to handle between them."""
    replaces: Slug | None = None
    since: Instant | None = None
    ended_at: Instant | None = None

    @model_validator(mode="after")
    def _has_people(self) -> Self:
        if bool(self.people) == (self.rotation is not None):
            raise ValueError(f"shift {self.id!r} needs people or a rotation, and not both")
        return self

    def names(self) -> frozenset[str]:
        """Everybody who is on this shift at one time or another."""
        return self.rotation.names() if self.rotation else frozenset(self.people)


class _Stretch(Model):
    id: Slug
    start: Instant
    end: Instant

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end <= self.start:
            raise ValueError(f"{type(self).__name__.lower()} {self.id!r} ends before it starts")
        return self


class Leave(_Stretch):
    """A person is away from `start` up to `end`; only leave that is approved counts, and sickness always is."""

    person: Slug
    kind: Literal["leave", "sick"] = "leave"
    state: Literal["asked", "approved", "declined"] = "approved"
    note: ShortText | None = None
    until_well: bool = False
    """Sickness of which nobody has said the end: it lapses at `end`, unless somebody says before that it goes on."""
    reminded_at: Instant | None = None
    """When its person and the leads were last told that it lapses."""
    also: tuple[Slug, ...] = ()
    """The person's other teams, which are told whenever it is other than it was."""
    elsewhere: Slug | None = None
    """The person's other team, which has granted it: they are away here as well, and only that team changes it."""

    @model_validator(mode="after")
    def _sick_is_approved(self) -> Self:
        if self.kind == "sick" and self.state != "approved":
            raise ValueError(f"sickness {self.id!r} needs no approval: its state is approved")
        return self


class Override(_Stretch):
    """From `start` up to `end` these people are on, whatever the layers say. One who is absent counts as nobody."""

    people: tuple[Slug, ...] = Field(min_length=1)
    reason: ShortText = ""


class Swap(_Stretch):
    """`person` asks to be relieved of `shift` (or what replaced it) in this stretch; the taker works what overlaps.

    Open until somebody takes it, past due at its start when nobody has; a withdrawn one, taken or not, does not count.
    """

    shift: Slug
    person: Slug
    taker: Slug | None = None
    state: SwapState = "open"
    asked_at: Instant | None = None
    reminded_at: Instant | None = None
    """When the team was last reminded of it."""
    note: ShortText = ""

    @model_validator(mode="after")
    def _taken_by_another(self) -> Self:
        if self.taker == self.person:
            raise ValueError(f"swap {self.id!r} cannot be taken by the person who asks for it")
        if self.state != "withdrawn" and (self.state == "taken") != (self.taker is not None):
            raise ValueError(f"swap {self.id!r} has a taker when it is taken, and only then")
        return self


class StandInRequest(_Stretch):
    """`person` is asked to take the place of `for_person` on every shift and override in this stretch."""

    for_person: Slug
    person: Slug
    state: StandInState = "asked"
    asked_at: Instant | None = None
    note: ShortText = ""

    @model_validator(mode="after")
    def _for_another(self) -> Self:
        if self.person == self.for_person:
            raise ValueError(f"stand-in {self.id!r}: nobody stands in for themselves")
        return self


class CalendarFeed(Model):
    """A calendar that others keep, read again and again: its events are shifts of the people they name, or their leave.

    What it says takes the place of what it said before; its shifts and leave have ids that begin with `ical-<id>-`.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]{0,23}$")]
    url: Annotated[str, Field(pattern=r"^https?://[^\s/@]+(/\S*)?$", max_length=2000)]
    """Often a secret: whoever has it can read the calendar."""
    holds: Literal["shifts", "leave"] = "shifts"
    person: Slug | None = None
    """Whose calendar it is: all of its events are about them; else about whom each event names."""


CalendarProblem = Literal[
    "unreachable", "slow", "refused", "not_public", "too_large", "not_changed", "not_a_calendar", "too_many", "too_much"
]
"""Why a calendar could not be read; `values` of its status has `status` of `refused`, `host` of `not_public`, `most` of
`too_large` and `too_many`."""


class CalendarStatus(Model):
    """How the reading of a calendar fares. `problem` says why the last try at `tried_at` failed; empty when it went well."""

    calendar: Slug
    tried_at: Instant
    read_at: Instant | None = None
    """When it was last read well; `None` is never."""
    problem: ShortText = ""
    """In English, for programs and logs; `code` and `values` say it for people of any language."""
    code: CalendarProblem | None = None
    """Absent when it went well, and in what was written before there were codes."""
    values: dict[Slug, ShortText] = Field(default_factory=dict)
    entries: int = Field(default=0, ge=0)
    """The shifts or leave that it gave then."""
    unknown: Annotated[tuple[ShortText, ...], Field(max_length=20)] = ()
    """Names in it that nobody in the team has."""
    passed_over: Annotated[tuple[ShortText, ...], Field(max_length=20)] = ()
    """Events that could not be worked out, with why."""


class Demand(Model):
    """How many people are wanted on `days` (0 is Monday) from `start`; an `end` at or before `start` is on the next day.

    With a skill, a language or a channel, only people who have it count.
    """

    days: tuple[Annotated[int, Field(ge=0, le=6)], ...] = Field(min_length=1)
    start: time
    end: time
    people: int = Field(default=1, ge=1, le=1000)
    skill: Slug | None = None
    language: LanguageCode | None = None
    channel: MentionKind | None = None
