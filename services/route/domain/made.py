"""Messages of values that are valid already, without validating them again: this is the hot path of route.

Only for values that were validated when they came in, or that the domain itself makes and bounds. The property tests read
everything back that is made here.
"""

from functools import cache
from typing import Any, TypeVar

from services.contracts.base import Model

M = TypeVar("M", bound=Model)
_set = object.__setattr__


def made(kind: type[M], fields: dict[str, Any]) -> M:
    """A message of this kind; fields that are left out have their defaults."""
    values = {**_defaults(kind), **fields}
    assert len(values) == len(kind.__pydantic_fields__), f"{kind.__name__} has other fields than {sorted(fields)}"
    return _message(kind, values)


def remade(message: M, changes: dict[str, Any]) -> M:
    """The message with changes."""
    return _message(type(message), {**message.__dict__, **changes})


def _message(kind: type[M], values: dict[str, Any]) -> M:
    message = kind.__new__(kind)
    _set(message, "__dict__", values)
    _set(message, "__pydantic_fields_set__", _names(kind))
    _set(message, "__pydantic_extra__", None)
    _set(message, "__pydantic_private__", None)
    return message


@cache
def _names(kind: type[M]) -> set[str]:
    """All fields count as given; the set is shared and nobody changes it."""
    return set(kind.__pydantic_fields__)


@cache
def _defaults(kind: type[M]) -> dict[str, Any]:
    return {name: field.default for name, field in kind.__pydantic_fields__.items() if not field.is_required()}
