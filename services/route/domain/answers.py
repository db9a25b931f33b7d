"""What a command is answered when it changes nothing: accepted, rejected, or repeated."""

from datetime import datetime
from typing import Literal

from services.contracts.commands import Command
from services.contracts.events import CommandAccepted, CommandRejected, CommandRepeated
from services.contracts.memory import AnsweredCommand
from services.route.domain.drafts import Draft

Code = Literal[
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


class Refusal(Exception):  # noqa: N818  # an outcome of the rules, not an error of the program
    """A command cannot be done."""

    def __init__(self, code: Code, reason: str) -> None:
        super().__init__(reason)
        self.code: Code = code
        self.reason = reason


def accepted(command: Command) -> Draft:
    """What was asked is so already."""
    return Draft(CommandAccepted, {"command": command.type, "case_id": _case(command)})


def rejected(command: Command, refusal: Refusal) -> Draft:
    """It cannot be done."""
    return Draft(CommandRejected, _rejection(command, refusal))


def expired(command: Command, refusal: Refusal, now: datetime) -> Draft:
    """Too old; under an id of its own, since an answer from its time may already have the usual one."""
    return Draft(CommandRejected, _rejection(command, refusal), identity=_again(command, now))


def repeated(command: Command, known: AnsweredCommand, now: datetime) -> Draft:
    """It was answered before; under an id of its own, since the first answer has the usual one."""
    fields = {"command": command.type, "events": known.events, "rejected": known.rejected, "case_id": known.case}
    return Draft(CommandRepeated, fields, identity=_again(command, now))


def _rejection(command: Command, refusal: Refusal) -> dict[str, object]:
    return {
        "command": command.type,
        "code": refusal.code,
        "reason": refusal.reason[:500],
        "case_id": _case(command),
    }


def _again(command: Command, now: datetime) -> str:
    return f"{command.id} again {now.isoformat()}"


def _case(command: Command) -> str | None:
    return getattr(command, "case", None)
