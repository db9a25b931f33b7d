"""What people, timers and integrations ask of a team (on `desk.commands`, keyed by team). Imperative names.

Route answers every command but a `Tick` with at least one event that carries the command's id as its `cause`.
Commands about one case are in `case_commands.py`, `approval_commands.py` and `question_commands.py`, those about the rota in
`rota_commands.py`, canned replies in `canned.py`, those about the handbook in `handbook_commands.py`, kept searches in
`search_commands.py`, erasure in `erasure.py`.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from services.contracts.approval_commands import ApproveReply as ApproveReply
from services.contracts.approval_commands import RequestChange as RequestChange
from services.contracts.approval_commands import ReviseReply as ReviseReply
from services.contracts.approval_commands import TakeOverReply as TakeOverReply
from services.contracts.approval_commands import WithdrawReply as WithdrawReply
from services.contracts.base import Id, Instant, ShortText, Slug
from services.contracts.canned import RetireCannedReply as RetireCannedReply
from services.contracts.canned import SaveCannedReply as SaveCannedReply
from services.contracts.case_commands import AddNote as AddNote
from services.contracts.case_commands import ClaimCase as ClaimCase
from services.contracts.case_commands import CloseCase as CloseCase
from services.contracts.case_commands import HandOver as HandOver
from services.contracts.case_commands import MergeCase as MergeCase
from services.contracts.case_commands import ReleaseCase as ReleaseCase
from services.contracts.case_commands import ReopenCase as ReopenCase
from services.contracts.case_commands import ReportDelivery as ReportDelivery
from services.contracts.case_commands import SnoozeCase as SnoozeCase
from services.contracts.case_commands import SplitCase as SplitCase
from services.contracts.case_commands import SubmitReply as SubmitReply
from services.contracts.case_commands import TagCase as TagCase
from services.contracts.case_commands import UnmergeCase as UnmergeCase
from services.contracts.case_commands import UntagCase as UntagCase
from services.contracts.case_commands import WakeCase as WakeCase
from services.contracts.cases import CorrectedField
from services.contracts.envelopes import CommandBase
from services.contracts.erasure import EraseAuthor as EraseAuthor
from services.contracts.goals import SetGoals as SetGoals
from services.contracts.handbook_commands import HANDBOOK_COMMANDS
from services.contracts.handbook_commands import AgreeGuideline as AgreeGuideline
from services.contracts.handbook_commands import DecideSuggestion as DecideSuggestion
from services.contracts.handbook_commands import HandbookCommand as HandbookCommand
from services.contracts.handbook_commands import PublishGuideline as PublishGuideline
from services.contracts.handbook_commands import RetireGuideline as RetireGuideline
from services.contracts.handbook_commands import SuggestGuideline as SuggestGuideline
from services.contracts.mentions import SentimentLabel, UrgencyLabel
from services.contracts.question_commands import AnswerQuestion as AnswerQuestion
from services.contracts.question_commands import AskColleague as AskColleague
from services.contracts.question_commands import ExpireQuestion as ExpireQuestion
from services.contracts.question_commands import SettleIdea as SettleIdea
from services.contracts.question_commands import SubmitIdea as SubmitIdea
from services.contracts.rota_commands import AcceptPlan as AcceptPlan
from services.contracts.rota_commands import AddOverride as AddOverride
from services.contracts.rota_commands import AddShift as AddShift
from services.contracts.rota_commands import AnswerStandIn as AnswerStandIn
from services.contracts.rota_commands import AskLeave as AskLeave
from services.contracts.rota_commands import AskStandIn as AskStandIn
from services.contracts.rota_commands import CallInSick as CallInSick
from services.contracts.rota_commands import DecideLeave as DecideLeave
from services.contracts.rota_commands import EditShift as EditShift
from services.contracts.rota_commands import NoteLeave as NoteLeave
from services.contracts.rota_commands import OfferSwap as OfferSwap
from services.contracts.rota_commands import RemoveOverride as RemoveOverride
from services.contracts.rota_commands import RemoveShift as RemoveShift
from services.contracts.rota_commands import ReportCalendar as ReportCalendar
from services.contracts.rota_commands import ReportWell as ReportWell
from services.contracts.rota_commands import TakeSwap as TakeSwap
from services.contracts.rota_commands import WithdrawLeave as WithdrawLeave
from services.contracts.rota_commands import WithdrawSwap as WithdrawSwap
from services.contracts.search_commands import DropSearch as DropSearch
from services.contracts.search_commands import SaveSearch as SaveSearch
from services.contracts.teams import TeamConfig


class ConfigureTeam(CommandBase):
    """All that the team agrees from now on: people, shifts, leave, opening hours, service levels. What has been stays.

    `based_on` is the revision of the agreements that `config` was made from, 0 where there were none: refused as
    `agreements_changed` when they have another one by now; else what is not in it was taken out. Without it, the leave,
    sickness, swaps, stand-ins and overrides that are not in it stay.
    """

    type: Literal["ConfigureTeam"] = "ConfigureTeam"
    config: TeamConfig
    based_on: int | None = Field(default=None, ge=0)


class SetOwnCapacity(CommandBase):
    """The actor takes more or fewer points than agreed, until a moment; no `capacity` is back to what was agreed."""

    type: Literal["SetOwnCapacity"] = "SetOwnCapacity"
    capacity: int | None = Field(default=None, ge=0, le=1000)
    until: Instant | None = None

    @model_validator(mode="after")
    def _until_when(self) -> Self:
        if (self.capacity is None) != (self.until is None):
            raise ValueError("give a capacity with the moment until which it holds, or neither")
        return self


class CorrectClassification(CommandBase):
    """A mention was misread: what it is instead, by a `person` or by the second reader (`reread`, named by `model`).

    What is absent stays as it was. A person's word beats a model's, whichever comes first.
    """

    type: Literal["CorrectClassification"] = "CorrectClassification"
    mention: Id
    author: Literal["person", "reread"]
    model: ShortText = ""
    language: Annotated[str, Field(pattern=r"^([a-z]{2}|und)$")] | None = None
    sentiment: SentimentLabel | None = None
    sentiment_score: float | None = Field(default=None, ge=-1, le=1)
    urgency: UrgencyLabel | None = None
    urgency_score: float | None = Field(default=None, ge=0, le=1)
    topics: Annotated[tuple[Slug, ...], Field(max_length=50)] | None = None
    needs_person: bool | None = None
    reason: ShortText = ""

    def corrects(self) -> tuple[CorrectedField, ...]:
        """The fields that it gives anew."""
        names: tuple[CorrectedField, ...] = ("language", "sentiment", "urgency", "topics", "needs_person")
        return tuple(name for name in names if getattr(self, name) is not None)

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.corrects():
            raise ValueError("a correction corrects something")
        return self


class Tick(CommandBase):
    """Time has passed: wake deadlines, shift changes and releases. Of several waiting ticks only the latest counts."""

    type: Literal["Tick"] = "Tick"


CaseCommand = (
    ClaimCase
    | ReleaseCase
    | HandOver
    | SnoozeCase
    | WakeCase
    | TagCase
    | UntagCase
    | AddNote
    | SubmitReply
    | ReviseReply
    | ApproveReply
    | RequestChange
    | TakeOverReply
    | WithdrawReply
    | AskColleague
    | AnswerQuestion
    | ExpireQuestion
    | CloseCase
    | ReopenCase
    | MergeCase
    | UnmergeCase
    | SplitCase
    | ReportDelivery
)
ForAllTeams = AskLeave | WithdrawLeave | CallInSick | ReportWell
"""About a person in each of their teams: whoever takes one in sends it on to those in `also`."""
RotaCommand = (
    AskLeave
    | DecideLeave
    | WithdrawLeave
    | NoteLeave
    | CallInSick
    | ReportWell
    | OfferSwap
    | TakeSwap
    | WithdrawSwap
    | AskStandIn
    | AnswerStandIn
    | AddOverride
    | RemoveOverride
    | AddShift
    | EditShift
    | RemoveShift
    | AcceptPlan
    | ReportCalendar
)
CannedCommand = SaveCannedReply | RetireCannedReply
IdeaCommand = SubmitIdea | SettleIdea
SearchCommand = SaveSearch | DropSearch
Command = (
    CaseCommand
    | RotaCommand
    | CannedCommand
    | HandbookCommand
    | IdeaCommand
    | SetGoals
    | SearchCommand
    | ConfigureTeam
    | SetOwnCapacity
    | CorrectClassification
    | EraseAuthor
    | Tick
)
COMMANDS: tuple[type[Command], ...] = (
    ConfigureTeam,
    AskLeave,
    DecideLeave,
    WithdrawLeave,
    NoteLeave,
    CallInSick,
    ReportWell,
    OfferSwap,
    TakeSwap,
    WithdrawSwap,
    AskStandIn,
    AnswerStandIn,
    AddOverride,
    RemoveOverride,
    AddShift,
    EditShift,
    RemoveShift,
    AcceptPlan,
    ReportCalendar,
    SaveCannedReply,
    RetireCannedReply,
    *HANDBOOK_COMMANDS,
    SetGoals,
    SetOwnCapacity,
    SaveSearch,
    DropSearch,
    ClaimCase,
    ReleaseCase,
    HandOver,
    SnoozeCase,
    WakeCase,
    TagCase,
    UntagCase,
    AddNote,
    SubmitReply,
    ReviseReply,
    ApproveReply,
    RequestChange,
    TakeOverReply,
    WithdrawReply,
    AskColleague,
    AnswerQuestion,
    ExpireQuestion,
    CloseCase,
    ReopenCase,
    MergeCase,
    UnmergeCase,
    SplitCase,
    SubmitIdea,
    SettleIdea,
    CorrectClassification,
    EraseAuthor,
    ReportDelivery,
    Tick,
)
AnyCommand = Annotated[Command, Field(discriminator="type")]
