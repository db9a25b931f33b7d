"""What happened to a reply between its author and the outside (on `desk.events`, through `events.py`)."""

from typing import Literal

from services.contracts.approvals import ApprovalReason, Comment
from services.contracts.base import Id, Instant, ShortText, Slug
from services.contracts.cases import CaseMessage
from services.contracts.envelopes import CaseEvent


class ApprovalAsked(CaseEvent):
    """A reply needs approval: why, by when, and who is asked; again when the rota asks others."""

    type: Literal["ApprovalAsked"] = "ApprovalAsked"
    reply: Id
    reasons: tuple[ApprovalReason, ...]
    asked: tuple[Slug, ...] = ()
    next_asked: tuple[Slug, ...] = ()
    cover_begins: Instant | None = None
    due_at: Instant


class ApprovalReminded(CaseEvent):
    """Half of the time for approval is over; who may approve is told outside the desk (`approval.waits` on `signals`)."""

    type: Literal["ApprovalReminded"] = "ApprovalReminded"
    reply: Id
    due_at: Instant


class ApprovalWarned(CaseEvent):
    """A reply is about to have waited too long for approval."""

    type: Literal["ApprovalWarned"] = "ApprovalWarned"
    reply: Id
    due_at: Instant


class ApprovalBreached(CaseEvent):
    """A reply has waited too long for approval; the team's leads are told (`to`)."""

    type: Literal["ApprovalBreached"] = "ApprovalBreached"
    reply: Id
    due_at: Instant
    to: tuple[Slug, ...] = ()


class ChangeRequested(CaseEvent):
    """An approver asks its author for another text."""

    type: Literal["ChangeRequested"] = "ChangeRequested"
    reply: Id
    reply_version: int
    comment: Comment


class ReplyRevised(CaseEvent):
    """A reply has another text: `reply` carries it whole, with the versions before. Also when it is taken over."""

    type: Literal["ReplyRevised"] = "ReplyRevised"
    reply: CaseMessage
    reply_version: int
    taken_from: ShortText = ""
    """Whose it was, when somebody who may approve took it over."""


class ReplyReleased(CaseEvent):
    """The moment of grace is over: the reply, whole, leaves the building."""

    type: Literal["ReplyReleased"] = "ReplyReleased"
    reply: CaseMessage


class ReplyWithdrawn(CaseEvent):
    """A reply was taken back before it left: `reply` carries its text whole."""

    type: Literal["ReplyWithdrawn"] = "ReplyWithdrawn"
    reply: CaseMessage
