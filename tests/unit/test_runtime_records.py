"""Records on their way in and out: headers, decoding, dead letters and their circuit, what a transform that fails leaves."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY

from services.contracts.asyncapi import EXAMPLES
from services.contracts.codec import DecodeError, decode
from services.contracts.ids import rejected_id
from services.contracts.mentions import Mention
from services.contracts.topics import DESK_CASES, MENTIONS_CLASSIFIED, MENTIONS_RAW, MENTIONS_REJECTED, SIGNALS
from services.runtime import deadletters
from services.runtime.deadletters import Circuit, CircuitOpenError, dead_letter
from services.runtime.follow import Followed, Follower
from services.runtime.headers import from_kafka, new_trace, passed_on, to_kafka, trace_id
from services.runtime.kafka import MAX_RECORD_BYTES
from services.runtime.messages import Outgoing, Received
from services.runtime.producer import record
from services.runtime.reading import read
from services.runtime.settings import Settings
from services.runtime.worker import transformed

NOW = datetime(2026, 10, 5, 8, 0, tzinfo=UTC)
MENTION = (EXAMPLES / "mention.v1.json").read_bytes()
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@dataclass
class KafkaRecord:
    """What the client library hands over."""

    value: bytes | None
    key: bytes | None = b"thread"
    offset: int = 41
    headers: Iterable[tuple[str, bytes | None]] = ()
    topic: str = MENTIONS_RAW.name
    partition: int = 3
    timestamp: int = int(NOW.timestamp() * 1000)


@dataclass
class Seen:
    at: list[int] = field(default_factory=list)


# -- headers -----------------------------------------------------------------------------------------------------------


def test_a_record_carries_cloudevents_attributes_and_what_the_sender_adds() -> None:
    message = decode(MENTIONS_CLASSIFIED, (EXAMPLES / "mention.classified.v1.json").read_bytes())
    headers = from_kafka(to_kafka(message, "spoorlijn", "classify", {"traceparent": TRACE}))
    assert headers == {
        "ce_specversion": "1.0",
        "ce_id": f"{message.id}:2",
        "ce_type": "webcare.mention.classified.v1",
        "ce_source": "/webcare/classify",
        "content-type": "application/json",
        "traceparent": TRACE,
    }


def test_a_tombstone_has_attributes_too() -> None:
    headers = from_kafka(to_kafka(None, "spoorlijn:c1", "route", {}))
    assert (headers["ce_type"], headers["ce_id"]) == ("webcare.tombstone.v1", "spoorlijn:c1")
    assert record(Outgoing(DESK_CASES, "spoorlijn:c1", None, 2), "route")["value"] is None


def test_only_the_trace_is_passed_on_from_cause_to_effect() -> None:
    assert passed_on({"traceparent": TRACE, "ce_id": "x", "cookie": "y"}) == {"traceparent": TRACE}
    assert passed_on({}) == {}


def test_a_trace_has_an_id_and_a_broken_one_has_none() -> None:
    assert trace_id({"traceparent": TRACE}) == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert trace_id({"traceparent": "broken"}) == ""
    assert trace_id({}) == ""
    assert len(trace_id({"traceparent": new_trace()})) == 32
    assert new_trace() != new_trace()


def test_headers_that_are_not_utf8_are_shown_not_refused() -> None:
    assert from_kafka([("a", b"\xff"), ("b", None)]) == {"a": "�", "b": ""}


# -- reading -----------------------------------------------------------------------------------------------------------


def test_good_records_are_decoded_and_bad_ones_become_dead_letters_with_their_origin() -> None:
    good, bad = read("classify", [KafkaRecord(MENTION), KafkaRecord(b"{", offset=42)], NOW)
    assert [(one.key, one.partition, one.offset, one.at) for one in good] == [("thread", 3, 41, NOW)]
    letter: Any = bad[0].message
    assert (letter.topic, letter.partition, letter.offset, letter.reader, letter.code) == (
        MENTIONS_RAW.name,
        3,
        42,
        "classify",
        "not_json",
    )


def test_tombstones_and_what_is_not_wanted_are_passed_over_without_decoding() -> None:
    unwanted = KafkaRecord(b"not even JSON", headers=[("needs_person", b"0")])
    good, bad = read("r", [KafkaRecord(None), unwanted], NOW, lambda _, headers: headers.get("needs_person") != "0")
    assert (good, bad) == ([], [])


def test_a_key_that_is_not_utf8_is_a_dead_letter() -> None:
    _, bad = read("r", [KafkaRecord(MENTION, key=b"\xff")], NOW)
    assert [one.message.code for one in bad if one.message] == ["not_utf8"]  # type: ignore[attr-defined]  # a RejectedRecord


# -- dead letters ------------------------------------------------------------------------------------------------------


def letter(payload: bytes, key: bytes | None = b"k", headers: dict[str, str] | None = None) -> Outgoing:
    error = DecodeError("invalid", "text: missing")
    return dead_letter("classify", MENTIONS_RAW, 3, 7, key, payload, headers or {}, error, NOW)


def written(message: Outgoing) -> bytes:
    value = record(message, "classify")["value"]
    assert isinstance(value, bytes)
    return value


def test_a_dead_letter_keeps_the_bytes_as_they_were() -> None:
    kept = decode(MENTIONS_REJECTED, written(letter(b"\xff\x00 anything", b"\xfe")))
    assert (kept.payload, kept.key, kept.detail) == (b"\xff\x00 anything", b"\xfe", "text: missing")
    assert kept.id == rejected_id(MENTIONS_RAW.name, 3, 7)


def test_the_same_record_refused_twice_is_one_dead_letter() -> None:
    assert written(letter(b"x")) == written(letter(b"x"))


def test_a_dead_letter_can_always_be_sent_and_says_when_it_was_cut() -> None:
    huge = letter(b"\xff" * MAX_RECORD_BYTES, b"k" * 500_000, {f"h{n}": "\x01" * 50_000 for n in range(40)})
    assert len(written(huge)) < MAX_RECORD_BYTES
    kept = decode(MENTIONS_REJECTED, written(huge))
    assert f"kept {deadletters.MAX_PAYLOAD} of {MAX_RECORD_BYTES} bytes" in kept.detail


def test_the_circuit_opens_above_its_limit_within_the_window() -> None:
    circuit = Circuit(limit=3, window=timedelta(minutes=5))
    for second in range(3):
        circuit.count(NOW + timedelta(seconds=second))
    with pytest.raises(CircuitOpenError, match="more than 3"):
        circuit.count(NOW + timedelta(minutes=5))


def test_the_circuit_forgets_what_is_older_than_the_window() -> None:
    circuit = Circuit(limit=3, window=timedelta(minutes=5))
    for minute in range(0, 60, 2):
        circuit.count(NOW + timedelta(minutes=minute))


# -- a transform that fails --------------------------------------------------------------------------------------------


def received(text: str, offset: int) -> Received[Mention]:
    message = decode(MENTIONS_RAW, json.dumps(json.loads(MENTION) | {"text": text}).encode())
    return Received(MENTIONS_RAW, 0, offset, NOW, "thread", message, {"traceparent": TRACE})


def test_a_record_that_cannot_be_transformed_is_refused_alone() -> None:
    calls: list[int] = []

    def fussy(batch: Sequence[Received[Any]], now: datetime) -> list[Outgoing]:
        calls.append(len(batch))
        if any(one.message.text == "poison" for one in batch):
            raise ValueError("a defect")
        return [Outgoing(MENTIONS_RAW, one.key, one.message) for one in batch]

    output, failed = transformed("classify", [received("a", 1), received("poison", 2), received("b", 3)], NOW, fussy)
    assert [getattr(one.message, "text", "") for one in output] == ["a", "b"]
    assert [(one.message.code, one.message.offset, one.message.detail) for one in failed if one.message] == [  # type: ignore[attr-defined]  # a RejectedRecord
        ("failed", 2, "ValueError in classify")
    ]
    assert calls == [3, 1, 1, 1]


def test_a_transform_that_fails_while_it_is_read_counts_as_failed() -> None:
    def lazy(batch: Sequence[Received[Any]], now: datetime) -> Iterable[Outgoing]:
        for one in batch:
            yield Outgoing(MENTIONS_RAW, one.key, one.message)
            raise ValueError("halfway")

    output, failed = transformed("classify", [received("a", 1)], NOW, lazy)
    assert (len(output), len(failed)) == (0, 1)


def test_a_follower_passes_over_a_signal_of_a_later_writer_and_goes_on() -> None:
    seen: list[Followed] = []
    follower = Follower(Settings(), {SIGNALS: "end"}, seen.append, "follower of a test")
    known = (EXAMPLES / "cover.gap.v1.json").read_bytes()
    later = json.dumps(json.loads(known) | {"type": "weather.warning"}).encode()
    for offset, value in enumerate((later, known)):
        follower._hand_over(KafkaRecord(value, offset=offset, topic=SIGNALS.name))
    assert [one.offset for one in seen] == [1]
    refused = {"reader": "follower of a test", "code": "unknown_type"}
    assert REGISTRY.get_sample_value("webcare_records_rejected_total", refused) == 1
    assert follower.error is None
