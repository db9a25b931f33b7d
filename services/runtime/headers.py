"""Kafka headers: CloudEvents attributes (binary mode of its Kafka binding) and the W3C `traceparent`."""

import secrets
from collections.abc import Iterable, Mapping

from services.contracts.base import Model

TRACEPARENT = "traceparent"
_PASSED_ON = (TRACEPARENT,)


def new_trace() -> str:
    """A `traceparent` for something that begins here (version 00, sampled)."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


def trace_id(headers: Mapping[str, str]) -> str:
    """The trace's id, or nothing when there is none."""
    parts = headers.get(TRACEPARENT, "").split("-")
    return parts[1] if len(parts) == 4 else ""


def passed_on(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers of a cause that belong on its effects as well."""
    return {name: headers[name] for name in _PASSED_ON if name in headers}


def to_kafka(message: Model | None, key: str, writer: str, extra: Mapping[str, str]) -> list[tuple[str, bytes]]:
    """The headers of one record: CloudEvents attributes from the message, then what the sender adds."""
    kind, version = getattr(message, "type", "tombstone"), getattr(message, "version", 1)
    identity = getattr(message, "id", key)
    revision = getattr(message, "revision", None)
    attributes = [
        ("ce_specversion", b"1.0"),
        ("ce_id", (f"{identity}:{revision}" if revision else str(identity)).encode()),
        ("ce_type", f"webcare.{kind}.v{version}".encode()),
        ("ce_source", f"/webcare/{writer}".encode()),
        ("content-type", b"application/json"),
    ]
    return attributes + [(name, value.encode()) for name, value in extra.items()]


def from_kafka(headers: Iterable[tuple[str, bytes | None]]) -> dict[str, str]:
    """Headers as text; what is not UTF-8 is shown with replacement characters rather than refused."""
    return {name: (value or b"").decode("utf-8", "replace") for name, value in headers}
