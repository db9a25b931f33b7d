"""Messages that are held for long, without what pydantic notes of each: which of its fields were given.

That is a set per message and per part of it, a third of a case that was read from a topic, and nobody asks it of a
message once it is read (`codec.py` looks whether `type` and `version` were there). Used by the desk's read model.
"""

from functools import cache
from typing import TypeVar

from services.contracts.base import Model

M = TypeVar("M", bound=Model)
_set = object.__setattr__


def lean(message: M) -> M:
    """The same message, with all its parts; all of their fields count as given from now on. Equal to what it was."""
    _set(message, "__pydantic_fields_set__", _names(type(message)))
    for value in message.__dict__.values():
        if isinstance(value, Model):
            lean(value)
        elif isinstance(value, tuple):
            for one in value:
                if isinstance(one, Model):
                    lean(one)
    return message


@cache
def _names(kind: type[Model]) -> set[str]:
    """The set is shared, and nobody changes it: a copy of a message gets a copy of it."""
    return set(kind.__pydantic_fields__)
