"""What happened to a team's agreements and its cover (on `desk.events`, through `events.py`).

Every `RotaEvent` carries the whole agreements as they are afterwards, with their revision: a reader needs nothing else.
"""

from typing import Literal

from pydantic import Field

from services.contracts.base import Id, Instant, Model, ShortText, Slug
from services.contracts.envelopes import EventBase
from services.contracts.mentions import MentionKind
from services.contracts.rota import CalendarStatus
from services.contracts.teams import Leave, Override, Shift, StandInRequest, Swap, TeamConfig


class RotaEvent(EventBase):
    """An event after which the team's agreements are `config`."""

    revision: int = Field(ge=1)
    config: TeamConfig


class TeamConfigured(RotaEvent):
    """The team's agreements were replaced."""

    type: Literal["TeamConfigured"] = "TeamConfigured"


class LeaveAsked(RotaEvent):
    """Somebody asks for leave."""

    type: Literal["LeaveAsked"] = "LeaveAsked"
    leave: Leave


class LeaveDecided(RotaEvent):
    """A lead approved or declined it; `leave.state` says which."""

    type: Literal["LeaveDecided"] = "LeaveDecided"
    leave: Leave
    note: ShortText = ""


class LeaveWithdrawn(RotaEvent):
    """Leave that is not taken any more, as it was."""

    type: Literal["LeaveWithdrawn"] = "LeaveWithdrawn"
    leave: Leave


class AdviceReason(Model):
    """Why somebody is proposed, or is not: a code, and its figure or name."""

    code: ShortText
    detail: ShortText = ""


class LeaveNoted(RotaEvent):
    """What another team of the person, `elsewhere`, has granted them is other than it was: they are away here as well."""

    type: Literal["LeaveNoted"] = "LeaveNoted"
    person: Slug
    elsewhere: Slug


class StandInProposal(Model):
    """Somebody who could stand in; `rest_hours` is the lesser of those since their last shift and to their next."""

    person: Slug
    rest_hours: float
    since_last_hours: float
    to_next_hours: float
    short_rest: bool
    reasons: tuple[AdviceReason, ...] = ()


class StandInExclusion(AdviceReason):
    """Somebody who could not."""

    person: Slug


class StandInAdvice(Model):
    """Who could take the place of `person` from `start` up to `end`, the best first, and who could not."""

    person: Slug
    start: Instant
    end: Instant
    proposals: tuple[StandInProposal, ...] = ()
    excluded: tuple[StandInExclusion, ...] = ()


class SickReported(RotaEvent):
    """Somebody is sick from now on. `stand_ins` is for the first shifts that they miss."""

    type: Literal["SickReported"] = "SickReported"
    leave: Leave
    stand_ins: tuple[StandInAdvice, ...] = ()


class SickReminded(RotaEvent):
    """Sickness of which nobody has said the end lapses within a day, at `leave.end`: for its person and the leads.

    Whoever is still sick says so (`CallInSick`); after that moment they are on again, and get work.
    """

    type: Literal["SickReminded"] = "SickReminded"
    leave: Leave


class WellReported(RotaEvent):
    """Somebody is back; `leave` is the sickness as it was in the end."""

    type: Literal["WellReported"] = "WellReported"
    leave: Leave


class SwapOffered(RotaEvent):
    """Somebody wants to be relieved of a shift."""

    type: Literal["SwapOffered"] = "SwapOffered"
    swap: Swap


class SwapTaken(RotaEvent):
    """Somebody else works it."""

    type: Literal["SwapTaken"] = "SwapTaken"
    swap: Swap


class SwapWithdrawn(RotaEvent):
    """It does not count any more; a taken one is reverted."""

    type: Literal["SwapWithdrawn"] = "SwapWithdrawn"
    swap: Swap


class SwapReminded(RotaEvent):
    """Nobody has taken it yet, and it begins soon: one of the moments has come at which the team is reminded of it."""

    type: Literal["SwapReminded"] = "SwapReminded"
    swap: Swap


class SwapPastDue(RotaEvent):
    """Nobody took it before it began."""

    type: Literal["SwapPastDue"] = "SwapPastDue"
    swap: Swap


class StandInAsked(RotaEvent):
    """Somebody is asked to stand in."""

    type: Literal["StandInAsked"] = "StandInAsked"
    stand_in: StandInRequest


class StandInAnswered(RotaEvent):
    """They accepted, and are on, or declined; `stand_in.state` says which."""

    type: Literal["StandInAnswered"] = "StandInAnswered"
    stand_in: StandInRequest


class StandInExpired(RotaEvent):
    """Nobody answered before it was over."""

    type: Literal["StandInExpired"] = "StandInExpired"
    stand_in: StandInRequest


class OverrideAdded(RotaEvent):
    """Others are on than the layers say."""

    type: Literal["OverrideAdded"] = "OverrideAdded"
    override: Override


class OverrideRemoved(RotaEvent):
    """It does not count any more, as it was."""

    type: Literal["OverrideRemoved"] = "OverrideRemoved"
    override: Override


class ShiftAdded(RotaEvent):
    """There is one more shift; `shift` as it counts."""

    type: Literal["ShiftAdded"] = "ShiftAdded"
    shift: Shift


class ShiftEdited(RotaEvent):
    """`shift` was changed; `instead` is what counts from now on, and `replaces` it when it had begun."""

    type: Literal["ShiftEdited"] = "ShiftEdited"
    shift: Slug
    instead: Shift


class ShiftRemoved(RotaEvent):
    """The shift counts no longer."""

    type: Literal["ShiftRemoved"] = "ShiftRemoved"
    shift: Shift


class PlanAccepted(RotaEvent):
    """A proposed rota, or a part of it, became the rota."""

    type: Literal["PlanAccepted"] = "PlanAccepted"
    plan: ShortText = ""
    added: tuple[Slug, ...] = ()
    removed: tuple[Slug, ...] = ()


class CalendarTakenOver(RotaEvent):
    """What one of the team's calendars says has changed, and counts from now on."""

    type: Literal["CalendarTakenOver"] = "CalendarTakenOver"
    calendar: Slug


class CalendarReported(EventBase):
    """How the reading of one of the team's calendars fares."""

    type: Literal["CalendarReported"] = "CalendarReported"
    status: CalendarStatus


class CoverGap(Model):
    """From `start` up to `end` fewer are planned than the `wanted` of a need; `on` are there who would do."""

    id: Id
    need: ShortText
    skill: ShortText | None = None
    language: ShortText | None = None
    channel: MentionKind | None = None
    start: Instant
    end: Instant
    wanted: int = Field(ge=1)
    on: int = Field(ge=0)
    found_at: Instant | None = None
    """When it was said first; absent in what was written before this was kept."""


class CoverGapFound(EventBase):
    """In the coming 8 weeks too few are planned: said before it happens."""

    type: Literal["CoverGapFound"] = "CoverGapFound"
    gap: CoverGap


class CoverGapClosed(EventBase):
    """A gap that was announced is covered now, or is another gap, or has been."""

    type: Literal["CoverGapClosed"] = "CoverGapClosed"
    gap: CoverGap
    reason: Literal["covered", "past"]
