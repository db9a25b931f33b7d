"""What people ask of the rota (on `desk.commands`, through `commands.py`).

What a command makes bears an id that follows from the command's: `leave-<id>`, `sick-<id>`, `swap-<id>`, `stand-in-<id>`,
`override-<id>`. People ask for themselves; a lead may for somebody else, whom `person` names. Only leads decide and edit.

A team knows nothing of another. Leave and sickness of who belongs to several name the others (`also`), and the team that
takes them in sends them on; `shared` is the same in all, and takes the place of the command's id in the id of what is made,
so that it can be found again in each. What a team grants it tells the others by `NoteLeave`, which webcare itself sends.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from services.contracts.base import Id, Instant, ShortText, Slug
from services.contracts.envelopes import CommandBase
from services.contracts.rota import CalendarStatus
from services.contracts.teams import Leave, Shift

MOST_ENTRIES = 1000
"""Of one calendar; more would make a team's agreements too large."""


class _Stretch(CommandBase):
    start: Instant
    end: Instant

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end <= self.start:
            raise ValueError("the end is not after the start")
        return self


class _ForAllTeams(CommandBase):
    """A command about a person that counts in each of their teams: whoever takes it in sends it on to those in `also`."""

    also: tuple[Slug, ...] = ()
    """The person's other teams; the desk fills them in."""


class AskLeave(_Stretch, _ForAllTeams):
    """To be away from `start` up to `end`; a lead decides."""

    type: Literal["AskLeave"] = "AskLeave"
    person: Slug | None = None
    shared: Id | None = None
    note: ShortText = ""


class DecideLeave(CommandBase):
    """A lead approves or declines leave; their own only when there is no other lead."""

    type: Literal["DecideLeave"] = "DecideLeave"
    leave: Slug
    approve: bool
    note: ShortText = ""
    also: tuple[Slug, ...] = ()
    """The other teams of whose leave it is, which are told of what is granted; the desk fills them in."""


class NoteLeave(CommandBase):
    """All the leave that `elsewhere`, another team of the person, has granted them and that is not over.

    Sent by the route of that team, each time that it is other than it was, and by the desk for what was missed; it takes the
    place of what was said before.
    """

    type: Literal["NoteLeave"] = "NoteLeave"
    person: Slug
    elsewhere: Slug
    leave: Annotated[tuple[Leave, ...], Field(max_length=MOST_ENTRIES)] = ()
    """As it is there, without its notes."""


class WithdrawLeave(_ForAllTeams):
    """The leave is not wanted any more; what has been of it stays."""

    type: Literal["WithdrawLeave"] = "WithdrawLeave"
    leave: Slug


class CallInSick(_ForAllTeams):
    """Sick now: the shift ends, the work is released, stand-ins are proposed. Until `until`, or until they report well."""

    type: Literal["CallInSick"] = "CallInSick"
    person: Slug | None = None
    shared: Id | None = None
    until: Instant | None = None
    note: ShortText = ""


class ReportWell(_ForAllTeams):
    """Back: the sickness ends now."""

    type: Literal["ReportWell"] = "ReportWell"
    person: Slug | None = None


class OfferSwap(_Stretch):
    """To be relieved of one's part of a shift in this stretch."""

    type: Literal["OfferSwap"] = "OfferSwap"
    shift: Slug
    person: Slug | None = None
    note: ShortText = ""


class TakeSwap(CommandBase):
    """To work what somebody wants to be relieved of."""

    type: Literal["TakeSwap"] = "TakeSwap"
    swap: Slug
    person: Slug | None = None


class WithdrawSwap(CommandBase):
    """The swap does not count any more; a taken one is reverted, but for what has been worked."""

    type: Literal["WithdrawSwap"] = "WithdrawSwap"
    swap: Slug


class AskStandIn(_Stretch):
    """`person` is asked to take the place of `for_person`, by a lead or by `for_person`."""

    type: Literal["AskStandIn"] = "AskStandIn"
    for_person: Slug
    person: Slug
    note: ShortText = ""


class AnswerStandIn(CommandBase):
    """Who was asked to stand in accepts or declines."""

    type: Literal["AnswerStandIn"] = "AnswerStandIn"
    stand_in: Slug
    accept: bool


class AddOverride(_Stretch):
    """These people are on, whatever the layers say."""

    type: Literal["AddOverride"] = "AddOverride"
    people: Annotated[tuple[Slug, ...], Field(min_length=1)]
    reason: ShortText = ""


class RemoveOverride(CommandBase):
    """The override does not count any more; what has been of it stays."""

    type: Literal["RemoveOverride"] = "RemoveOverride"
    override: Slug


class AddShift(CommandBase):
    """One more shift, from now on."""

    type: Literal["AddShift"] = "AddShift"
    shift: Shift


class EditShift(CommandBase):
    """The shift as `new` from now on; one that has begun ends and is linked to the new one."""

    type: Literal["EditShift"] = "EditShift"
    shift: Slug
    new: Shift


class RemoveShift(CommandBase):
    """Without this shift from now on; what has been of it stays."""

    type: Literal["RemoveShift"] = "RemoveShift"
    shift: Slug


class AcceptPlan(CommandBase):
    """A proposed rota, whole or in parts: the shifts to add, and those to remove, from now on."""

    type: Literal["AcceptPlan"] = "AcceptPlan"
    plan: ShortText = ""
    """What it is called, for people."""
    add: Annotated[tuple[Shift, ...], Field(max_length=1000)] = ()
    remove: Annotated[tuple[Slug, ...], Field(max_length=1000)] = ()


class ReportCalendar(CommandBase):
    """What became of reading one of the team's calendars; sent by the ticker.

    `shifts` or `leave` are all that it says of the time ahead; absent when that is what the team has already.
    """

    type: Literal["ReportCalendar"] = "ReportCalendar"
    status: CalendarStatus
    shifts: Annotated[tuple[Shift, ...], Field(max_length=MOST_ENTRIES)] | None = None
    leave: Annotated[tuple[Leave, ...], Field(max_length=MOST_ENTRIES)] | None = None
