"""What people ask of a reply that has not left: approve, change, take over, take back (on `desk.commands`)."""

from typing import Annotated, Literal

from pydantic import Field

from services.contracts.approvals import Comment, HeldText
from services.contracts.base import Id
from services.contracts.envelopes import CommandBase


class ReviseReply(CommandBase):
    """Another text for a reply that waits for approval, or that was to be changed; by who wrote it or has the case."""

    type: Literal["ReviseReply"] = "ReviseReply"
    case: Id
    reply: Id
    text: HeldText


class ApproveReply(CommandBase):
    """The reply may leave. `reply_version` is the one that was read: another one is refused as changed."""

    type: Literal["ApproveReply"] = "ApproveReply"
    case: Id
    reply: Id
    reply_version: int = Field(ge=1)


class RequestChange(CommandBase):
    """The reply is to be changed, as the comment says; its author is asked again."""

    type: Literal["RequestChange"] = "RequestChange"
    case: Id
    reply: Id
    reply_version: int = Field(ge=1)
    comment: Annotated[Comment, Field(min_length=1)]


class TakeOverReply(CommandBase):
    """Who may approve takes case and reply, with a text of their own: it is theirs now, under their own mandate."""

    type: Literal["TakeOverReply"] = "TakeOverReply"
    case: Id
    reply: Id
    text: HeldText


class WithdrawReply(CommandBase):
    """Take a reply back that has not left; a moment after it was sent, too, while its grace lasts."""

    type: Literal["WithdrawReply"] = "WithdrawReply"
    case: Id
    reply: Id
