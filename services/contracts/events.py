"""What happened (on `desk.events`, keyed by team): the audit trail, written by route alone. Past tense.

`id` is deterministic (`event_id(cause, sequence)`), so that a reader that upserts never counts an event twice.
`cause` is the id of the command or mention that brought it about, or of the tick. `sequence` of `of` tells a waiting
client when the answer is complete. Events of one case are in `case_events.py`, `approval_events.py` and
`question_events.py`, those of the rota in `rota_events.py`, those of canned replies in `canned.py`, those of the handbook in
`handbook_events.py`, erasure in `erasure.py`.
"""

from typing import Annotated, Literal

from pydantic import Field

from services.contracts.approval_events import ApprovalAsked as ApprovalAsked
from services.contracts.approval_events import ApprovalBreached as ApprovalBreached
from services.contracts.approval_events import ApprovalReminded as ApprovalReminded
from services.contracts.approval_events import ApprovalWarned as ApprovalWarned
from services.contracts.approval_events import ChangeRequested as ChangeRequested
from services.contracts.approval_events import ReplyReleased as ReplyReleased
from services.contracts.approval_events import ReplyRevised as ReplyRevised
from services.contracts.approval_events import ReplyWithdrawn as ReplyWithdrawn
from services.contracts.base import Id, Instant, ShortText, Slug
from services.contracts.canned import CannedReplyRetired as CannedReplyRetired
from services.contracts.canned import CannedReplySaved as CannedReplySaved
from services.contracts.case_events import CaseArchived as CaseArchived
from services.contracts.case_events import CaseAssigned as CaseAssigned
from services.contracts.case_events import CaseClaimed as CaseClaimed
from services.contracts.case_events import CaseClosed as CaseClosed
from services.contracts.case_events import CaseErased as CaseErased
from services.contracts.case_events import CaseEscalated as CaseEscalated
from services.contracts.case_events import CaseExtended as CaseExtended
from services.contracts.case_events import CaseHandedOver as CaseHandedOver
from services.contracts.case_events import CaseMerged as CaseMerged
from services.contracts.case_events import CaseOpened as CaseOpened
from services.contracts.case_events import CaseReclassified as CaseReclassified
from services.contracts.case_events import CaseReduced as CaseReduced
from services.contracts.case_events import CaseReleased as CaseReleased
from services.contracts.case_events import CaseReopened as CaseReopened
from services.contracts.case_events import CaseRequirementsChanged as CaseRequirementsChanged
from services.contracts.case_events import CaseSnoozed as CaseSnoozed
from services.contracts.case_events import CaseSplitOff as CaseSplitOff
from services.contracts.case_events import CaseTagged as CaseTagged
from services.contracts.case_events import CaseUnmerged as CaseUnmerged
from services.contracts.case_events import CaseUntagged as CaseUntagged
from services.contracts.case_events import CaseWaiting as CaseWaiting
from services.contracts.case_events import CaseWoken as CaseWoken
from services.contracts.case_events import DeadlineBreached as DeadlineBreached
from services.contracts.case_events import DeadlineChanged as DeadlineChanged
from services.contracts.case_events import DeadlineWarned as DeadlineWarned
from services.contracts.case_events import MentionJoined as MentionJoined
from services.contracts.case_events import MentionsSplitOff as MentionsSplitOff
from services.contracts.case_events import NoteAdded as NoteAdded
from services.contracts.case_events import ReplyApproved as ReplyApproved
from services.contracts.case_events import ReplyDelivered as ReplyDelivered
from services.contracts.case_events import ReplyFailed as ReplyFailed
from services.contracts.case_events import ReplySubmitted as ReplySubmitted
from services.contracts.cases import CorrectedField
from services.contracts.envelopes import CaseEvent as CaseEvent
from services.contracts.envelopes import EventBase as EventBase
from services.contracts.erasure import AuthorErased as AuthorErased
from services.contracts.goals import GoalsSet as GoalsSet
from services.contracts.handbook_events import HANDBOOK_EVENTS
from services.contracts.handbook_events import GuidelineAgreed as GuidelineAgreed
from services.contracts.handbook_events import GuidelinePublished as GuidelinePublished
from services.contracts.handbook_events import GuidelineRetired as GuidelineRetired
from services.contracts.handbook_events import GuidelineSuggested as GuidelineSuggested
from services.contracts.handbook_events import HandbookEvent as HandbookEvent
from services.contracts.handbook_events import SuggestionDecided as SuggestionDecided
from services.contracts.mentions import SentimentLabel, UrgencyLabel
from services.contracts.question_events import IdeaSettled as IdeaSettled
from services.contracts.question_events import IdeaSubmitted as IdeaSubmitted
from services.contracts.question_events import QuestionAnswered as QuestionAnswered
from services.contracts.question_events import QuestionAsked as QuestionAsked
from services.contracts.question_events import QuestionExpired as QuestionExpired
from services.contracts.rota_events import CalendarReported as CalendarReported
from services.contracts.rota_events import CalendarTakenOver as CalendarTakenOver
from services.contracts.rota_events import CoverGapClosed as CoverGapClosed
from services.contracts.rota_events import CoverGapFound as CoverGapFound
from services.contracts.rota_events import LeaveAsked as LeaveAsked
from services.contracts.rota_events import LeaveDecided as LeaveDecided
from services.contracts.rota_events import LeaveNoted as LeaveNoted
from services.contracts.rota_events import LeaveWithdrawn as LeaveWithdrawn
from services.contracts.rota_events import OverrideAdded as OverrideAdded
from services.contracts.rota_events import OverrideRemoved as OverrideRemoved
from services.contracts.rota_events import PlanAccepted as PlanAccepted
from services.contracts.rota_events import RotaEvent as RotaEvent
from services.contracts.rota_events import ShiftAdded as ShiftAdded
from services.contracts.rota_events import ShiftEdited as ShiftEdited
from services.contracts.rota_events import ShiftRemoved as ShiftRemoved
from services.contracts.rota_events import SickReminded as SickReminded
from services.contracts.rota_events import SickReported as SickReported
from services.contracts.rota_events import StandInAnswered as StandInAnswered
from services.contracts.rota_events import StandInAsked as StandInAsked
from services.contracts.rota_events import StandInExpired as StandInExpired
from services.contracts.rota_events import SwapOffered as SwapOffered
from services.contracts.rota_events import SwapPastDue as SwapPastDue
from services.contracts.rota_events import SwapReminded as SwapReminded
from services.contracts.rota_events import SwapTaken as SwapTaken
from services.contracts.rota_events import SwapWithdrawn as SwapWithdrawn
from services.contracts.rota_events import TeamConfigured as TeamConfigured
from services.contracts.rota_events import WellReported as WellReported
from services.contracts.search_events import SearchDropped as SearchDropped
from services.contracts.search_events import SearchSaved as SearchSaved


class OwnCapacityChanged(EventBase):
    """A person takes `capacity` points until a moment; without them, what was agreed holds again."""

    type: Literal["OwnCapacityChanged"] = "OwnCapacityChanged"
    person: Slug
    capacity: int | None = Field(default=None, ge=0)
    until: Instant | None = None


class ClassificationCorrected(EventBase):
    """A mention is something else than it was read as; what is absent stays. Its case, if it has one, is in `case_id`."""

    type: Literal["ClassificationCorrected"] = "ClassificationCorrected"
    mention: Id
    author: Literal["person", "reread"]
    model: ShortText = ""
    language: ShortText | None = None
    sentiment: SentimentLabel | None = None
    sentiment_score: float | None = None
    urgency: UrgencyLabel | None = None
    urgency_score: float | None = None
    topics: tuple[Slug, ...] | None = None
    needs_person: bool | None = None
    corrected: tuple[CorrectedField, ...]
    """Which of the fields count: a model's word on what a person has corrected is left out."""
    reason: ShortText = ""
    case_id: Id | None = None


class CommandRejected(EventBase):
    """A command could not be done. `code` is for programs, `reason` for people (clients translate the code)."""

    type: Literal["CommandRejected"] = "CommandRejected"
    command: ShortText
    code: Literal[
        "unknown_team",
        "unknown_case",
        "case_closed",
        "changed_since",
        "agreements_changed",
        "merged",
        "other_author",
        "not_a_member",
        "not_the_owner",
        "unknown_reply",
        "unknown_person",
        "not_allowed",
        "not_found",
        "no_mandate",
        "own_reply",
        "already_decided",
        "changed",
        "reply_pending",
        "erased",
        "expired",
        "invalid",
    ]
    reason: ShortText
    case_id: Id | None = None


class CommandAccepted(EventBase):
    """The command asked for what is so already; nothing changed."""

    type: Literal["CommandAccepted"] = "CommandAccepted"
    command: ShortText
    case_id: Id | None = None


class CommandRepeated(EventBase):
    """The command's id was answered before; `events` are the ids of that answer."""

    type: Literal["CommandRepeated"] = "CommandRepeated"
    command: ShortText
    events: tuple[Id, ...]
    rejected: ShortText | None = None
    case_id: Id | None = None


AnyCaseEvent = (
    CaseOpened
    | MentionJoined
    | CaseReopened
    | CaseAssigned
    | CaseWaiting
    | CaseClaimed
    | CaseReleased
    | CaseHandedOver
    | CaseSnoozed
    | CaseWoken
    | CaseTagged
    | CaseUntagged
    | CaseReclassified
    | CaseRequirementsChanged
    | CaseEscalated
    | NoteAdded
    | ReplySubmitted
    | ApprovalAsked
    | ApprovalReminded
    | ApprovalWarned
    | ApprovalBreached
    | ChangeRequested
    | ReplyRevised
    | ReplyApproved
    | ReplyReleased
    | ReplyWithdrawn
    | QuestionAsked
    | QuestionAnswered
    | QuestionExpired
    | ReplyDelivered
    | ReplyFailed
    | CaseClosed
    | CaseMerged
    | CaseExtended
    | CaseUnmerged
    | CaseReduced
    | MentionsSplitOff
    | CaseSplitOff
    | CaseErased
    | CaseArchived
    | DeadlineChanged
    | DeadlineWarned
    | DeadlineBreached
)
AnyRotaEvent = (
    TeamConfigured
    | LeaveAsked
    | LeaveDecided
    | LeaveWithdrawn
    | LeaveNoted
    | SickReported
    | SickReminded
    | WellReported
    | SwapOffered
    | SwapTaken
    | SwapWithdrawn
    | SwapReminded
    | SwapPastDue
    | StandInAsked
    | StandInAnswered
    | StandInExpired
    | OverrideAdded
    | OverrideRemoved
    | ShiftAdded
    | ShiftEdited
    | ShiftRemoved
    | PlanAccepted
    | CalendarTakenOver
)
Event = (
    AnyCaseEvent
    | AnyRotaEvent
    | HandbookEvent
    | GoalsSet
    | CoverGapFound
    | CoverGapClosed
    | CalendarReported
    | CannedReplySaved
    | CannedReplyRetired
    | OwnCapacityChanged
    | IdeaSubmitted
    | IdeaSettled
    | SearchSaved
    | SearchDropped
    | ClassificationCorrected
    | AuthorErased
    | CommandRejected
    | CommandAccepted
    | CommandRepeated
)
EVENTS: tuple[type[Event], ...] = (
    TeamConfigured,
    LeaveAsked,
    LeaveDecided,
    LeaveWithdrawn,
    LeaveNoted,
    SickReported,
    SickReminded,
    WellReported,
    SwapOffered,
    SwapTaken,
    SwapWithdrawn,
    SwapReminded,
    SwapPastDue,
    StandInAsked,
    StandInAnswered,
    StandInExpired,
    OverrideAdded,
    OverrideRemoved,
    ShiftAdded,
    ShiftEdited,
    ShiftRemoved,
    PlanAccepted,
    CalendarTakenOver,
    CoverGapFound,
    CoverGapClosed,
    CalendarReported,
    CannedReplySaved,
    CannedReplyRetired,
    OwnCapacityChanged,
    *HANDBOOK_EVENTS,
    GoalsSet,
    SearchSaved,
    SearchDropped,
    CaseOpened,
    MentionJoined,
    CaseReopened,
    CaseAssigned,
    CaseWaiting,
    CaseClaimed,
    CaseReleased,
    CaseHandedOver,
    CaseSnoozed,
    CaseWoken,
    CaseTagged,
    CaseUntagged,
    CaseReclassified,
    CaseRequirementsChanged,
    CaseEscalated,
    NoteAdded,
    ReplySubmitted,
    ApprovalAsked,
    ApprovalReminded,
    ApprovalWarned,
    ApprovalBreached,
    ChangeRequested,
    ReplyRevised,
    ReplyApproved,
    ReplyReleased,
    ReplyWithdrawn,
    QuestionAsked,
    QuestionAnswered,
    QuestionExpired,
    ReplyDelivered,
    ReplyFailed,
    CaseClosed,
    CaseMerged,
    CaseExtended,
    CaseUnmerged,
    CaseReduced,
    MentionsSplitOff,
    CaseSplitOff,
    CaseErased,
    CaseArchived,
    DeadlineChanged,
    DeadlineWarned,
    DeadlineBreached,
    IdeaSubmitted,
    IdeaSettled,
    ClassificationCorrected,
    AuthorErased,
    CommandRejected,
    CommandAccepted,
    CommandRepeated,
)
AnyEvent = Annotated[Event, Field(discriminator="type")]
