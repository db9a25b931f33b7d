"""Every message has a golden example, and every example can be read, now and by those who come after."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from services.contracts.asyncapi import EXAMPLES
from services.contracts.base import Model
from services.contracts.codec import DecodeError, decode, encode
from services.contracts.schemas import message_name
from services.contracts.topics import DESK_COMMANDS, MENTIONS_RAW, TOPICS, Topic

CASES = [pytest.param(topic, model, id=message_name(model)) for topic in TOPICS for model in topic.values]
every_message = pytest.mark.parametrize(("topic", "model"), CASES)


def example(model: type[Model]) -> bytes:
    return (EXAMPLES / f"{message_name(model)}.json").read_bytes()


def changed(model: type[Model], **fields: Any) -> bytes:
    return json.dumps(json.loads(example(model)) | fields).encode()


def kept(before: Any, after: Any) -> bool:
    """Whether all of `before` is in `after`, which may have fields that were added since."""
    if isinstance(before, dict):
        return isinstance(after, dict) and all(name in after and kept(was, after[name]) for name, was in before.items())
    if isinstance(before, list):
        return isinstance(after, list) and len(before) == len(after) and all(map(kept, before, after))
    return bool(before == after)


def code_of(topic: Topic, payload: bytes) -> str:
    with pytest.raises(DecodeError) as refused:
        decode(topic, payload)
    return refused.value.code


def test_every_file_is_the_example_of_a_message_that_exists() -> None:
    names = {message_name(model) for topic in TOPICS for model in topic.values}
    assert {Path(file).stem for file in EXAMPLES.glob("*.json")} == names


@every_message
def test_an_example_is_read_as_its_own_message_and_written_the_same(topic: Topic, model: type[Model]) -> None:
    message = decode(topic, example(model))
    assert type(message) is model
    again = decode(topic, encode(message))
    assert again == message
    assert kept(json.loads(example(model)), json.loads(encode(again)))


@every_message
def test_an_additive_field_is_passed_over_by_a_reader(topic: Topic, model: type[Model]) -> None:
    assert decode(topic, changed(model, added_later={"by": "a newer writer"})) == decode(topic, example(model))


@every_message
def test_an_undeclared_field_cannot_be_written(topic: Topic, model: type[Model]) -> None:
    fields = json.loads(example(model))
    assert model(**fields) == decode(topic, example(model))
    with pytest.raises(ValidationError, match="added_later"):
        model(**fields | {"added_later": True})


@every_message
def test_a_message_cannot_be_changed_once_made(topic: Topic, model: type[Model]) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        decode(topic, example(model)).version = 2


@every_message
def test_a_future_version_is_refused(topic: Topic, model: type[Model]) -> None:
    assert code_of(topic, changed(model, version=2)) == "unknown_version"


@every_message
def test_an_unknown_type_is_refused(topic: Topic, model: type[Model]) -> None:
    assert code_of(topic, changed(model, type="Telegram")) == "unknown_type"


@every_message
def test_a_naive_timestamp_is_refused_where_a_message_has_a_moment(topic: Topic, model: type[Model]) -> None:
    moment = "created_at" if "created_at" in model.model_fields else "at"
    payload = changed(model, **{moment: "2026-10-05T06:41:12"})
    assert code_of(topic, payload) == "invalid"


def test_a_moment_with_another_offset_is_kept_as_utc() -> None:
    mention = MENTIONS_RAW.values[0]
    message = decode(MENTIONS_RAW, changed(mention, created_at="2026-10-05T08:41:12+02:00"))
    assert message == decode(MENTIONS_RAW, example(mention))
    assert b'"created_at":"2026-10-05T06:41:12Z"' in encode(message)


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"", "not_json"),
        (b"{", "not_json"),
        (b"mention", "not_json"),
        (b'{"type": "Tick", "version": 1', "not_json"),
        (b"\xff\xfe{}", "not_utf8"),
        (b'{"type": "Tick", "team": "spoorl\xe9jn"}', "not_utf8"),
        (b"[]", "invalid"),
        (b"null", "invalid"),
        (b'"Tick"', "invalid"),
        (b"{}", "unknown_type"),
        (b'{"type": 7, "version": 1}', "unknown_type"),
        (b'{"type": "Tick", "version": "latest"}', "unknown_version"),
        (b'{"type": "Tick", "version": 1}', "invalid"),
        (b'{"type": "Tick", "version": 1, "id": "x", "team": "Spoorlijn!", "at": 0, "actor": ""}', "invalid"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_telling_code(payload: bytes, code: str) -> None:
    assert code_of(DESK_COMMANDS, payload) == code


def test_a_refusal_names_the_field_and_never_repeats_what_somebody_wrote() -> None:
    mention = MENTIONS_RAW.values[0]
    with pytest.raises(DecodeError) as refused:
        decode(MENTIONS_RAW, changed(mention, rating="geheim 0612345678", text=["geheim"]))
    assert "rating" in refused.value.detail
    assert "text" in refused.value.detail
    assert "geheim" not in refused.value.detail
    assert len(refused.value.detail) <= 400
