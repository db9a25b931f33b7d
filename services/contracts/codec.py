"""Bytes to messages and back, failing closed: what is not understood is an error with a reason, never a guess.

Reading tolerates fields that it does not know (a later writer may add some) and refuses types and versions that it does
not know. An old version is read for ever: every version of every message has its model in the registry.
"""

from functools import cache
from typing import Annotated, Any

import pydantic_core
from pydantic import Field, TypeAdapter, ValidationError

from services.contracts.base import Model
from services.contracts.rejected import RejectionCode
from services.contracts.topics import Topic


class DecodeError(ValueError):
    """A payload could not be read. `code` is for programs, the text for people: field names, no content."""

    def __init__(self, code: RejectionCode, detail: str) -> None:
        super().__init__(detail)
        self.code: RejectionCode = code
        self.detail = detail


def encode(message: Model) -> bytes:
    """A message as UTF-8 JSON."""
    return message.__pydantic_serializer__.to_json(message)


@cache
def _adapter(topic: Topic) -> TypeAdapter[Any]:
    if len(topic.values) == 1:
        return TypeAdapter(topic.values[0])
    union: Any = topic.values[0]
    for model in topic.values[1:]:
        union = union | model
    return TypeAdapter(Annotated[union, Field(discriminator="type")])


def decode(topic: Topic, payload: bytes) -> Any:
    """The message that `payload` is, one of `topic.values`.

    Raises:
        DecodeError: it is not JSON, not UTF-8, of an unknown type or version, or a field is missing or malformed.
    """
    try:
        message = _adapter(topic).validate_json(payload, extra="ignore")
    except (ValidationError, UnicodeDecodeError) as error:
        raise diagnose(topic, payload, error) from error
    if not {"type", "version"} <= message.model_fields_set:
        raise DecodeError("invalid", "type and version must be given")
    return message


def diagnose(topic: Topic, payload: bytes, error: Exception) -> DecodeError:
    """Why `payload` could not be read: the most telling reason first."""
    try:
        payload.decode("utf-8")
    except UnicodeDecodeError as bad:
        return DecodeError("not_utf8", f"byte {bad.start} is not UTF-8")
    try:
        data = pydantic_core.from_json(payload)
    except ValueError as bad:
        return DecodeError("not_json", f"not JSON: {bad}"[:300])
    if not isinstance(data, dict):
        return DecodeError("invalid", "not a JSON object")
    versions = {model.model_fields["type"].default: model.model_fields["version"].default for model in topic.values}
    kind, version = data.get("type"), data.get("version")
    if not isinstance(kind, str) or kind not in versions:
        return DecodeError("unknown_type", f"type {kind!r} is not one of this topic's: {', '.join(versions)}"[:400])
    if version != versions[kind]:
        return DecodeError(
            "unknown_version", f"version {version!r} of {kind} is not known; known is {versions[kind]}"[:300]
        )
    return DecodeError("invalid", explain(error))


def explain(error: Exception) -> str:
    """A validation error in one line of at most 400 characters that names fields and never repeats their content."""
    if not isinstance(error, ValidationError):
        return type(error).__name__
    problems = [
        f"{'.'.join(str(part) for part in problem['loc']) or 'message'}: {problem['msg']}"
        for problem in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    more = f" (and {len(problems) - 3} more)" if len(problems) > 3 else ""
    return ("; ".join(problems[:3]) + more)[:400]
