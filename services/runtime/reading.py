"""From the client library's records to decoded messages and dead letters: what every reader does first."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from services.contracts.codec import DecodeError, decode
from services.contracts.topics import BY_NAME, Topic
from services.runtime.deadletters import dead_letter
from services.runtime.headers import from_kafka
from services.runtime.messages import Outgoing, Received

Wants = Callable[[Topic, Mapping[str, str]], bool]


def everything(_topic: Topic, _headers: Mapping[str, str]) -> bool:
    """Wants every record."""
    return True


def read(
    reader: str, records: Iterable[Any], now: datetime, wants: Wants = everything
) -> tuple[list[Received[Any]], list[Outgoing]]:
    """Decode records; tombstones and what is not wanted are passed over, what cannot be read becomes a dead letter."""
    good: list[Received[Any]] = []
    bad: list[Outgoing] = []
    for one in records:
        topic, headers = BY_NAME[one.topic], from_kafka(one.headers or ())
        if one.value is None or not wants(topic, headers):
            continue
        try:
            good.append(received(topic, one, headers))
        except DecodeError as error:
            bad.append(dead_letter(reader, topic, one.partition, one.offset, one.key, one.value, headers, error, now))
    return good, bad


def received(topic: Topic, one: Any, headers: Mapping[str, str]) -> Received[Any]:
    """One decoded record. Raises `DecodeError`."""
    try:
        key = (one.key or b"").decode("utf-8")
    except UnicodeDecodeError as error:
        raise DecodeError("not_utf8", "the key is not UTF-8") from error
    at = datetime.fromtimestamp(one.timestamp / 1000, UTC)
    return Received(topic, one.partition, one.offset, at, key, decode(topic, one.value), headers)
