"""What happened (on `desk.events`, keyed by team): the audit trail, written by route alone. Past tense.

`id` is deterministic (`event_id(cause, sequence)`), so that a reader that upserts never counts an event twice.
`cause` is the id of the command or mention that brought it about, or of the tick. `sequence` of `of` tells a waiting
client when the answer is complete.
"""

from typing import Annotated, Literal

from pydantic import Field

from services.contracts.base import Id, Instant, Model, ShortText, Slug
from services.contracts.cases import Case, CaseMessage, Deadline, Explanation, Waiting
from services.contracts.mentions import Url
from services.contracts.teams import TeamConfig


class EventBase(Model):
    """What every event says."""

    version: Literal[1] = 1
    id: Id
    team: Slug
    at: Instant
    actor: ShortText
    cause: Id
    sequence: int = Field(ge=1)
    of: int = Field(ge=1)


class CaseEvent(EventBase):
    """An event of one case, which it carries as it is afterwards."""

    case: Case


class TeamConfigured(EventBase):
    """The team's agreements were replaced."""

    type: Literal["TeamConfigured"] = "TeamConfigured"
    revision: int = Field(ge=1)
    config: TeamConfig


class CaseOpened(CaseEvent):
    """A mention that needs a person opened a case."""

    type: Literal["CaseOpened"] = "CaseOpened"
    mention: Id


class MentionJoined(CaseEvent):
    """A mention joined the open case of its conversation."""

    type: Literal["MentionJoined"] = "MentionJoined"
    mention: Id


class CaseReopened(CaseEvent):
    """A mention reopened the closed case of its conversation."""

    type: Literal["CaseReopened"] = "CaseReopened"
    mention: Id


class CaseAssigned(CaseEvent):
    """The router gave the case to a person, and says why."""

    type: Literal["CaseAssigned"] = "CaseAssigned"
    person: Slug
    explanation: Explanation


class CaseWaiting(CaseEvent):
    """Nobody is eligible: the reason, and when cover begins. Never silence."""

    type: Literal["CaseWaiting"] = "CaseWaiting"
    waiting: Waiting
    explanation: Explanation


class CaseClaimed(CaseEvent):
    """A person took the case."""

    type: Literal["CaseClaimed"] = "CaseClaimed"
    person: Slug
    taken_from: Slug | None = None


class CaseReleased(CaseEvent):
    """The case lost its owner and goes back to the queue."""

    type: Literal["CaseReleased"] = "CaseReleased"
    person: Slug
    reason: Literal["by_person", "shift_ended", "on_leave", "sick", "left_team"]


class NoteAdded(CaseEvent):
    """An internal note was written."""

    type: Literal["NoteAdded"] = "NoteAdded"
    note: CaseMessage


class ReplySubmitted(CaseEvent):
    """A reply was written."""

    type: Literal["ReplySubmitted"] = "ReplySubmitted"
    reply: CaseMessage


class ReplyApproved(CaseEvent):
    """A reply may leave the building; `by` is who approved it, or `mandate` when its author may send alone."""

    type: Literal["ReplyApproved"] = "ReplyApproved"
    reply: Id
    by: ShortText


class ReplyDelivered(CaseEvent):
    """The source has taken the reply."""

    type: Literal["ReplyDelivered"] = "ReplyDelivered"
    reply: Id
    url: Url = ""


class ReplyFailed(CaseEvent):
    """The source refused the reply for good; the case needs its owner again."""

    type: Literal["ReplyFailed"] = "ReplyFailed"
    reply: Id
    detail: ShortText


class CaseClosed(CaseEvent):
    """Nothing more to do, for now."""

    type: Literal["CaseClosed"] = "CaseClosed"


class CaseArchived(CaseEvent):
    """Closed and past the reopen window: the current state is forgotten, the events remain."""

    type: Literal["CaseArchived"] = "CaseArchived"


class DeadlineChanged(CaseEvent):
    """The team's agreements changed, and with them the promise of an open case."""

    type: Literal["DeadlineChanged"] = "DeadlineChanged"
    deadline: Deadline


class DeadlineWarned(CaseEvent):
    """A promise is about to be broken."""

    type: Literal["DeadlineWarned"] = "DeadlineWarned"
    deadline: Deadline


class DeadlineBreached(CaseEvent):
    """A promise was broken."""

    type: Literal["DeadlineBreached"] = "DeadlineBreached"
    deadline: Deadline


class CommandRejected(EventBase):
    """A command could not be done. `code` is for programs, `reason` for people (clients translate the code)."""

    type: Literal["CommandRejected"] = "CommandRejected"
    command: ShortText
    code: Literal[
        "unknown_team",
        "unknown_case",
        "case_closed",
        "not_a_member",
        "not_the_owner",
        "unknown_reply",
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
    | NoteAdded
    | ReplySubmitted
    | ReplyApproved
    | ReplyDelivered
    | ReplyFailed
    | CaseClosed
    | CaseArchived
    | DeadlineChanged
    | DeadlineWarned
    | DeadlineBreached
)
Event = AnyCaseEvent | TeamConfigured | CommandRejected | CommandAccepted | CommandRepeated
EVENTS: tuple[type[Event], ...] = (
    TeamConfigured,
    CaseOpened,
    MentionJoined,
    CaseReopened,
    CaseAssigned,
    CaseWaiting,
    CaseClaimed,
    CaseReleased,
    NoteAdded,
    ReplySubmitted,
    ReplyApproved,
    ReplyDelivered,
    ReplyFailed,
    CaseClosed,
    CaseArchived,
    DeadlineChanged,
    DeadlineWarned,
    DeadlineBreached,
    CommandRejected,
    CommandAccepted,
    CommandRepeated,
)
AnyEvent = Annotated[Event, Field(discriminator="type")]
