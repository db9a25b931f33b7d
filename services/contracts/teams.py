"""A team as it is agreed: people, shifts, leave, opening hours and service levels (on `desk.teams`).

The rules behind these fields are in `docs/rota-and-routing.md`. Wall-clock times are local to the time zone named
beside them and are localised only after recurrence is worked out: a shift keeps its hour when the clocks change.
"""

from collections.abc import Iterable
from datetime import date, time
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from services.contracts.approvals import ApprovalRule as ApprovalRule
from services.contracts.approvals import Employment as Employment
from services.contracts.base import Instant, Model, ShortText, Slug
from services.contracts.case_rules import MOST_CHARACTERS as MOST_RULE_CHARACTERS
from services.contracts.case_rules import MOST_RULES, Handle
from services.contracts.case_rules import CaseRule as CaseRule
from services.contracts.house_style import HouseStyle as HouseStyle
from services.contracts.mentions import MentionKind, UrgencyLabel
from services.contracts.rota import CalendarFeed as CalendarFeed
from services.contracts.rota import Demand as Demand
from services.contracts.rota import LanguageCode as LanguageCode
from services.contracts.rota import Leave as Leave
from services.contracts.rota import Override as Override
from services.contracts.rota import Rotation as Rotation
from services.contracts.rota import Shift as Shift
from services.contracts.rota import StandInRequest as StandInRequest
from services.contracts.rota import Swap as Swap
from services.contracts.rota import TimeZone as TimeZone
from services.contracts.rule_changes import MOST_KEPT as MOST_RULE_CHANGES
from services.contracts.rule_changes import RuleChange as RuleChange
from services.contracts.team_topics import MOST_CHARACTERS, MOST_TOPICS
from services.contracts.team_topics import TeamTopic as TeamTopic


class Mandate(Model):
    """What a person may do with replies: send their own unseen by another (where no rule of the team asks for approval),
    approve those of others."""

    send_alone: bool = True
    approve: bool = False
    alone_up_to: UrgencyLabel | None = None
    """The most urgent case on which they send alone; absent is any, and for agency staff what the team says (`agency`)."""


class AgencyMandate(Model):
    """What agency staff may do where their own mandate does not say. They approve only if it says so."""

    alone_up_to: UrgencyLabel
    """The most urgent case on which they send alone; `critical` is no limit."""


AGENCY_AT_FIRST = AgencyMandate(alone_up_to="high")
"""What a team agrees that says nothing of agency staff: what is critical, somebody else reads first."""


class Person(Model):
    """Somebody who answers. `capacity` is in points; a case weighs 1 to 3 by urgency (see `weights` of the team)."""

    id: Slug
    name: ShortText
    languages: tuple[LanguageCode, ...] = Field(default=("nl", "en"), min_length=1)
    channels: tuple[MentionKind, ...] | None = None
    """The kinds of mention this person may handle; `None` is all."""
    capacity: int = Field(default=8, ge=0, le=1000)
    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=254)] | None = None
    time_zone: TimeZone | None = None
    """Where they live, for what counts as their evening; the team's when absent."""
    skills: tuple[Slug, ...] = ()
    """What they know about: slugs of topics."""
    mandate: Mandate = Mandate()
    contract_hours: float | None = Field(default=None, ge=0, le=168)
    """Hours a week."""
    employment: Employment = "in_house"
    lead: bool = False
    """A team lead: the last step of every escalation."""


class FormerPerson(Model):
    """Somebody who was in the roster until `at`: what they worked until then stays in the rota as it was."""

    id: Slug
    at: Instant


class OpeningSpan(Model):
    """Open on `day` (0 is Monday) from `start`; an `end` at or before `start` is on the next day."""

    day: int = Field(ge=0, le=6)
    start: time
    end: time


class HolidayCalendar(Model):
    """The public holidays of a country, or of a region of it (ISO 3166), as filled in when the team was configured."""

    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    region: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,10}$")] | None = None
    dates: tuple[date, ...] = ()
    """From the year before to some years ahead; `services/route/public_holidays.py` fills them in."""


class ServiceLevel(Model):
    """The targets of three clocks. The first level that matches counts; the last has no condition."""

    id: Slug
    urgency: tuple[UrgencyLabel, ...] | None = None
    kinds: tuple[MentionKind, ...] | None = None
    first_response_minutes: int = Field(gt=0)
    next_response_minutes: int | None = Field(default=None, gt=0)
    """From a later message of the customer to our reply; absent is not promised."""
    resolution_minutes: int | None = Field(default=None, gt=0)
    """From the first message to the close, without the time in which the customer has the word or it is snoozed."""
    escalate_minutes: int = Field(default=30, gt=0)
    """After a broken promise went to the next layer: so long, on the level's own clock, until it goes to the lead."""
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
    """All that a team has agreed, with what has been for as long as it is kept; each earlier revision is in the events."""

    team: Slug
    name: ShortText
    language: LanguageCode = "nl"
    time_zone: TimeZone = "Europe/Amsterdam"
    people: tuple[Person, ...]
    former: tuple[FormerPerson, ...] = ()
    """Who has left, kept by route for as long as what they worked: they count in what has been, and in nothing else."""
    shifts: tuple[Shift, ...] = ()
    leave: tuple[Leave, ...] = ()
    overrides: tuple[Override, ...] = ()
    swaps: tuple[Swap, ...] = ()
    stand_ins: tuple[StandInRequest, ...] = ()
    """Swaps, then stand-ins, are applied in the order in which they stand here: what was taken can be given on."""
    calendars: Annotated[tuple[CalendarFeed, ...], Field(max_length=50)] = ()
    """Calendars that others keep; the process `ticker` reads them."""
    demand: tuple[Demand, ...] = ()
    """How many people are wanted when. Without any: one in opening hours."""
    opening_hours: tuple[OpeningSpan, ...] = ()
    """No span at all means always open."""
    holidays: tuple[date, ...] = ()
    """The team's own."""
    holiday_calendar: HolidayCalendar | None = None
    service_levels: tuple[ServiceLevel, ...] = Field(min_length=1)
    reach_threshold: int = Field(default=10_000, ge=1)
    """An author with at least this many followers needs a person, whatever they say."""
    handles: tuple[Handle, ...] = Field(default=(), max_length=20)
    """The team's own accounts: who names one with an `@` speaks to the team."""
    case_rules: tuple[CaseRule, ...] = Field(default=(), max_length=MOST_RULES)
    """What becomes a case and what does not, in the order in which they are asked: the first that fits decides."""
    reopen_days: int = Field(default=7, ge=0, le=365)
    """A closed case reopens when its conversation goes on within this many days."""
    weights: UrgencyWeights = UrgencyWeights()
    skills_for_topics: dict[Slug, Slug] = Field(default_factory=dict)
    """The skill that a topic asks of whoever takes its cases; topics that are not named ask none."""
    topics: tuple[TeamTopic, ...] = Field(default=(), max_length=MOST_TOPICS)
    """What its mentions can be about. Without any: the topics that everybody starts with."""
    house_style: HouseStyle = HouseStyle()
    agency: AgencyMandate = AgencyMandate(alone_up_to="critical")
    """Absent in what was agreed before there was one: no limit, as then. A new team begins with `AGENCY_AT_FIRST`."""
    approval_rules: tuple[ApprovalRule, ...] = Field(default=(), max_length=50)
    """Which replies need a second pair of eyes, whoever writes them; a rule that fits is enough."""
    approval_minutes: int = Field(default=15, gt=0, le=10_080)
    """How long a reply may wait for approval: in opening hours, or at any hour where its service level counts so."""
    grace_seconds: int = Field(default=0, ge=0, le=300)
    """A reply can be taken back for so long after it was sent or approved; 0 is not at all."""
    idea_link: int = Field(default=1, ge=0)
    """The number of the private address of the team's box for ideas: another number is another address, 0 is none."""
    rule_changes: tuple[RuleChange, ...] = Field(default=(), max_length=MOST_RULE_CHANGES)
    """Who changed which ground rule, working agreement or mandate when, kept by route; the latest last."""

    @property
    def all_holidays(self) -> frozenset[date]:
        """The team's own holidays and those of its calendar."""
        return frozenset(self.holidays).union(self.holiday_calendar.dates if self.holiday_calendar else ())

    @model_validator(mode="after")
    def _named_once(self) -> Self:
        for what, rows in (
            ("person", self.people),
            ("former person", self.former),
            ("shift", self.shifts),
            ("leave", self.leave),
            ("override", self.overrides),
            ("swap", self.swaps),
            ("stand-in", self.stand_ins),
            ("calendar", self.calendars),
            ("topic", self.topics),
            ("approval rule", self.approval_rules),
            ("case rule", self.case_rules),
        ):
            names = [row.id for row in rows]
            if len(set(names)) != len(names):
                raise ValueError(f"a {what} is named twice: {sorted({n for n in names if names.count(n) > 1})}")
        return self

    @model_validator(mode="after")
    def _texts_fit(self) -> Self:
        if (found := sum(topic.characters() for topic in self.topics)) > MOST_CHARACTERS:
            raise ValueError(
                f"the topics are too long: {found} characters of phrases and examples, of {MOST_CHARACTERS}"
            )
        if (found := sum(rule.characters() for rule in self.case_rules)) > MOST_RULE_CHARACTERS:
            raise ValueError(
                f"the case rules are too long: {found} characters of words and authors, of {MOST_RULE_CHARACTERS}"
            )
        return self

    @model_validator(mode="after")
    def _names_known(self) -> Self:
        people, shifts = {person.id for person in self.people}, {shift.id for shift in self.shifts}
        for what, names in self._people_named():
            if unknown := sorted(set(names) - people):
                raise ValueError(f"{what} names unknown people: {unknown}")
        for what, name in self._shifts_named():
            if name not in shifts:
                raise ValueError(f"{what} names an unknown shift: {name!r}")
        return self

    @model_validator(mode="after")
    def _levels_count(self) -> Self:
        if any(level.urgency is None and level.kinds is None for level in self.service_levels[:-1]):
            raise ValueError("a service level without a condition must be the last: those after it would never count")
        last = self.service_levels[-1]
        if last.urgency is not None or last.kinds is not None:
            raise ValueError("the last service level must have no condition: it is the fallback")
        return self

    def sends_alone_up_to(self, person: Person) -> UrgencyLabel | None:
        """The most urgent case on which a person sends alone, where no rule fits; `None` is none at all."""
        if not person.mandate.send_alone:
            return None
        return person.mandate.alone_up_to or (self.agency.alone_up_to if person.employment == "agency" else "critical")

    def _people_named(self) -> Iterable[tuple[str, Iterable[str]]]:
        """What names which people who must be in the roster. What has been may name people who have left: a shift that has
        ended, and a stretch of time of somebody who is `former`."""
        left = {one.id for one in self.former}
        yield from ((f"shift {one.id!r}", one.names()) for one in self.shifts if one.ended_at is None)
        yield from ((f"leave {one.id!r}", {one.person} - left) for one in self.leave)
        yield from ((f"override {one.id!r}", {*one.people} - left) for one in self.overrides)
        yield from ((f"swap {one.id!r}", {one.person, one.taker or one.person} - left) for one in self.swaps)
        yield from ((f"stand-in {one.id!r}", {one.person, one.for_person} - left) for one in self.stand_ins)
        yield from ((f"calendar {one.id!r}", [one.person]) for one in self.calendars if one.person)
        yield from ((f"approval rule {one.id!r}", one.people or ()) for one in self.approval_rules)

    def _shifts_named(self) -> Iterable[tuple[str, str]]:
        yield from ((f"swap {one.id!r}", one.shift) for one in self.swaps)
        yield from ((f"shift {one.id!r}", one.replaces) for one in self.shifts if one.replaces)


class TeamConfiguration(Model):
    """The record `team:config:current` on `desk.teams`."""

    type: Literal["team.configuration"] = "team.configuration"
    version: Literal[1] = 1
    team: Slug
    revision: int = Field(ge=1)
    at: Instant
    config: TeamConfig
