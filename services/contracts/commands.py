"""What people, timers and integrations ask of a team (on `desk.commands`, keyed by team). Imperative names.

Route answers every command but a `Tick` with at least one event that carries the command's id as its `cause`.
"""

from typing import Annotated, Literal

from pydantic import Field

from services.contracts.base import Id, Instant, LongText, Model, ShortText, Slug
from services.contracts.mentions import Url
from services.contracts.teams import TeamConfig


class CommandBase(Model):
    """`id` makes a repeat harmless; `actor` is a person's id, or `system:<process>`, or `integration:<name>`."""

    version: Literal[1] = 1
    id: Id
    team: Slug
    at: Instant
    actor: ShortText


class ConfigureTeam(CommandBase):
    """Replace all that the team has agreed: people, shifts, leave, opening hours, service levels."""

    type: Literal["ConfigureTeam"] = "ConfigureTeam"
    config: TeamConfig


class ClaimCase(CommandBase):
    """The actor takes the case, whoever has it. Allowed off shift and over one's own capacity."""

    type: Literal["ClaimCase"] = "ClaimCase"
    case: Id


class ReleaseCase(CommandBase):
    """The actor gives their case back; it is assigned again, to somebody else when anybody is eligible."""

    type: Literal["ReleaseCase"] = "ReleaseCase"
    case: Id


class AddNote(CommandBase):
    """An internal note; never leaves the building."""

    type: Literal["AddNote"] = "AddNote"
    case: Id
    text: Annotated[LongText, Field(min_length=1)]


class SubmitReply(CommandBase):
    """An answer to the conversation. It is claimed by whoever answers it."""

    type: Literal["SubmitReply"] = "SubmitReply"
    case: Id
    text: Annotated[LongText, Field(min_length=1)]


class CloseCase(CommandBase):
    """Nothing more to do. A closed case reopens when its conversation goes on within the team's reopen window."""

    type: Literal["CloseCase"] = "CloseCase"
    case: Id


class ReportDelivery(CommandBase):
    """What became of a reply that was approved; sent by ingest."""

    type: Literal["ReportDelivery"] = "ReportDelivery"
    case: Id
    reply: Id
    outcome: Literal["delivered", "failed"]
    url: Url = ""
    detail: ShortText = ""


class Tick(CommandBase):
    """Time has passed: wake deadlines, shift changes and releases. Of several waiting ticks only the latest counts."""

    type: Literal["Tick"] = "Tick"


Command = ConfigureTeam | ClaimCase | ReleaseCase | AddNote | SubmitReply | CloseCase | ReportDelivery | Tick
CaseCommand = ClaimCase | ReleaseCase | AddNote | SubmitReply | CloseCase | ReportDelivery
COMMANDS: tuple[type[Command], ...] = (
    ConfigureTeam,
    ClaimCase,
    ReleaseCase,
    AddNote,
    SubmitReply,
    CloseCase,
    ReportDelivery,
    Tick,
)
AnyCommand = Annotated[Command, Field(discriminator="type")]
