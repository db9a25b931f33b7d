"""What happened to one case (on `desk.events`, through `events.py`): past tense, with the case as it is afterwards."""

from typing import Literal

from pydantic import Field

from services.contracts.base import Id, Instant, ShortText, Slug
from services.contracts.canned import CannedIds
from services.contracts.cases import CaseMessage, CorrectedField, Deadline, EscalationStep, Explanation, Waiting
from services.contracts.envelopes import CaseEvent
from services.contracts.mentions import Url


class CaseOpened(CaseEvent):
    """A mention that needs a person opened a case."""

    type: Literal["CaseOpened"] = "CaseOpened"
    mention: Id


class MentionJoined(CaseEvent):
    """A mention joined the open case of its conversation."""

    type: Literal["MentionJoined"] = "MentionJoined"
    mention: Id


class CaseReopened(CaseEvent):
    """A mention reopened the closed case of its conversation; or a person did, then there is no `mention`."""

    type: Literal["CaseReopened"] = "CaseReopened"
    mention: Id | None = None


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


class CaseHandedOver(CaseEvent):
    """A colleague gave the case to `person`; without one, to the team."""

    type: Literal["CaseHandedOver"] = "CaseHandedOver"
    person: Slug | None = None
    taken_from: Slug | None = None
    note: CaseMessage | None = None


class CaseSnoozed(CaseEvent):
    """Nothing to do with it before `until`."""

    type: Literal["CaseSnoozed"] = "CaseSnoozed"
    until: Instant


class CaseWoken(CaseEvent):
    """It is to be worked on again: its time came, its customer wrote, a promise nears, or somebody asked."""

    type: Literal["CaseWoken"] = "CaseWoken"
    reason: Literal["time", "customer", "deadline", "person"]


class CaseTagged(CaseEvent):
    """A tag was put on."""

    type: Literal["CaseTagged"] = "CaseTagged"
    tag: Slug


class CaseUntagged(CaseEvent):
    """A tag was taken off."""

    type: Literal["CaseUntagged"] = "CaseUntagged"
    tag: Slug


class CaseReclassified(CaseEvent):
    """A correction of one of its mentions changed what the case is taken for, and with it perhaps its promises; or who wrote
    what made it urgent wrote in `mention` that it is solved."""

    type: Literal["CaseReclassified"] = "CaseReclassified"
    mention: Id
    fields: tuple[CorrectedField, ...]


class CaseRequirementsChanged(CaseEvent):
    """The team's agreements changed, and with them what the case asks of whoever takes it, or how much it weighs."""

    type: Literal["CaseRequirementsChanged"] = "CaseRequirementsChanged"
    skills: tuple[Slug, ...]
    weight: int = Field(ge=0)


class CaseEscalated(CaseEvent):
    """A promise was broken: the case went to the next layer (`to` takes it when `moved`), or the leads were told."""

    type: Literal["CaseEscalated"] = "CaseEscalated"
    deadline: Deadline
    step: EscalationStep
    to: tuple[Slug, ...] = ()
    moved: bool = False
    explanation: Explanation


class NoteAdded(CaseEvent):
    """An internal note was written; `mentioned` are the people of the team whom it names with an `@`."""

    type: Literal["NoteAdded"] = "NoteAdded"
    note: CaseMessage
    mentioned: tuple[Slug, ...] = ()


class ReplySubmitted(CaseEvent):
    """A reply was written."""

    type: Literal["ReplySubmitted"] = "ReplySubmitted"
    reply: CaseMessage
    canned: CannedIds = ()
    """The canned replies that it was made from."""


class ReplyApproved(CaseEvent):
    """A reply may leave the building; `by` is who approved it, or `mandate` when its author may send alone.

    It leaves with this event (`leaves` is then the reply, whole), or at `release_at`, with a `ReplyReleased`.
    """

    type: Literal["ReplyApproved"] = "ReplyApproved"
    reply: Id
    by: ShortText
    release_at: Instant | None = None
    leaves: CaseMessage | None = None


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


class CaseMerged(CaseEvent):
    """The case goes on in another one, `into`; `CaseExtended` says so of that one."""

    type: Literal["CaseMerged"] = "CaseMerged"
    into: Id


class CaseExtended(CaseEvent):
    """Another case, `merged`, was merged into this one."""

    type: Literal["CaseExtended"] = "CaseExtended"
    merged: Id


class CaseUnmerged(CaseEvent):
    """The case, which went on in `out_of`, is one of its own again."""

    type: Literal["CaseUnmerged"] = "CaseUnmerged"
    out_of: Id


class CaseReduced(CaseEvent):
    """What was merged into this one, `unmerged`, is a case of its own again."""

    type: Literal["CaseReduced"] = "CaseReduced"
    unmerged: Id


class MentionsSplitOff(CaseEvent):
    """Some mentions of the case became a case of their own, `into`; `CaseSplitOff` opens that one."""

    type: Literal["MentionsSplitOff"] = "MentionsSplitOff"
    into: Id
    mentions: tuple[Id, ...]


class CaseSplitOff(CaseEvent):
    """A case made of mentions of another one, `out_of`."""

    type: Literal["CaseSplitOff"] = "CaseSplitOff"
    out_of: Id


class CaseArchived(CaseEvent):
    """Closed and past the reopen window: the current state is forgotten, the events remain."""

    type: Literal["CaseArchived"] = "CaseArchived"


class CaseErased(CaseEvent):
    """What an author who was erased said in the case is gone; all that was said in it, when it is theirs (`erased_at`).

    A case in which nobody else has written is closed by it.
    """

    type: Literal["CaseErased"] = "CaseErased"


class DeadlineChanged(CaseEvent):
    """The team's agreements changed, and with them the promises of an open case; `deadline` is the earliest of them."""

    type: Literal["DeadlineChanged"] = "DeadlineChanged"
    deadline: Deadline | None


class DeadlineWarned(CaseEvent):
    """A promise is about to be broken."""

    type: Literal["DeadlineWarned"] = "DeadlineWarned"
    deadline: Deadline


class DeadlineBreached(CaseEvent):
    """A promise was broken."""

    type: Literal["DeadlineBreached"] = "DeadlineBreached"
    deadline: Deadline
