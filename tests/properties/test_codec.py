"""The codec, with everything that Hypothesis can think of: nothing but `DecodeError` ever escapes, and mentions survive."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.asyncapi import EXAMPLES
from services.contracts.base import Model
from services.contracts.codec import DecodeError, decode, encode
from services.contracts.ids import case_id, event_id, mention_id
from services.contracts.mentions import Author, Media, Mention
from services.contracts.topics import DESK_COMMANDS, MENTIONS_RAW, TOPICS, Topic

topics = st.sampled_from(TOPICS)
characters = st.characters(exclude_categories=["Cs"])
texts = st.text(characters, max_size=200)
lines = st.text(characters, min_size=1, max_size=80)
slugs = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,62}", fullmatch=True)
moments = st.integers(0, 220_000_000_000_000).map(lambda ms: datetime.fromtimestamp(ms / 1000, UTC))
values: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False), texts
)
json_values = st.recursive(values, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=10)
authors = st.builds(Author, id=lines, name=lines, handle=lines, followers=st.none() | st.integers(0, 10**9))
mentions = st.builds(
    Mention,
    id=st.builds(mention_id, slugs, slugs, lines),
    source=slugs,
    source_id=lines,
    team=slugs,
    monitor=st.none() | slugs,
    conversation=lines,
    in_reply_to=st.none() | lines,
    author=authors,
    title=texts,
    text=texts,
    rating=st.none() | st.floats(0, 5),
    media=st.lists(st.builds(Media, kind=st.just("image"), url=lines), max_size=3).map(tuple),
    created_at=moments,
    collected_at=moments,
    edited_at=st.none() | moments,
    extra=st.dictionaries(lines, values, max_size=5),
)
examples = st.sampled_from(sorted(EXAMPLES.glob("*.json"))).map(lambda file: json.loads(file.read_bytes()))


def read_or_refuse(topic: Topic, payload: bytes) -> Model | None:
    try:
        message: Model = decode(topic, payload)
        return message
    except DecodeError as error:
        refused = error
    assert refused.code in ("not_json", "not_utf8", "unknown_type", "unknown_version", "invalid")
    assert 0 < len(refused.detail) <= 400
    return None


@given(topics, st.binary(max_size=300))
def test_arbitrary_bytes_are_read_or_refused(topic: Topic, payload: bytes) -> None:
    read_or_refuse(topic, payload)


@given(topics, json_values)
def test_arbitrary_json_is_read_or_refused(topic: Topic, value: Any) -> None:
    read_or_refuse(topic, json.dumps(value).encode())


@given(topics, examples, st.data())
def test_a_message_with_one_field_replaced_is_read_or_refused(
    topic: Topic, example: dict[str, Any], data: st.DataObject
) -> None:
    field = data.draw(st.sampled_from(sorted(example)))
    read_or_refuse(topic, json.dumps(example | {field: data.draw(json_values)}).encode())


@given(examples, st.data())
def test_a_torn_record_is_refused(example: dict[str, Any], data: st.DataObject) -> None:
    payload = json.dumps(example, ensure_ascii=False).encode()
    cut = payload[: data.draw(st.integers(0, len(payload) - 1))]
    for topic in TOPICS:
        assert read_or_refuse(topic, cut) is None


@given(mentions)
def test_a_mention_survives_writing_and_reading(mention: Mention) -> None:
    assert decode(MENTIONS_RAW, encode(mention)) == mention


@given(mentions)
def test_a_mention_is_not_a_command(mention: Mention) -> None:
    with pytest.raises(DecodeError, match="not one of this topic's"):
        decode(DESK_COMMANDS, encode(mention))


@given(st.lists(st.tuples(slugs, slugs, lines.filter(lambda text: "\x1f" not in text)), unique=True, max_size=20))
def test_different_mentions_have_different_ids_and_the_same_has_the_same(parts: list[tuple[str, str, str]]) -> None:
    ids = [mention_id(*one) for one in parts]
    assert len(set(ids)) == len(parts)
    assert ids == [mention_id(*one) for one in parts]


@given(slugs, st.integers(1, 50))
def test_ids_of_different_things_never_meet(name: str, sequence: int) -> None:
    assert event_id(name, sequence) != case_id(name, str(sequence))
    assert event_id(name, sequence) != event_id(name, sequence + 1)
