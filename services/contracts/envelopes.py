"""What every command and every event says, whatever it is about. The messages are in `commands.py` and `events.py`."""

from typing import Literal

from pydantic import Field

from services.contracts.base import Id, Instant, Model, ShortText, Slug
from services.contracts.cases import Case


class CommandBase(Model):
    """`id` makes a repeat harmless; `actor` is a person's id, `system:<process>`, `integration:<name>`, `lead:<name>`, or
    `guest:<name>` for who answers by a private link."""

    version: Literal[1] = 1
    id: Id
    team: Slug
    at: Instant
    actor: ShortText


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
