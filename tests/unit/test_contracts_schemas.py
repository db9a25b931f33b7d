"""The JSON Schemas and the AsyncAPI document: fresh, well formed, true of the examples, compatible with the last release."""

import copy
import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from services.contracts.asyncapi import EXAMPLES, asyncapi, rendered, write
from services.contracts.schemas import incompatible, messages, schema
from services.contracts.topics import TOPICS

COMMITTED = Path(__file__).parents[2] / "docs" / "asyncapi"
RELEASED = COMMITTED / "released"
every_message = pytest.mark.parametrize("name", sorted(messages()))


def test_the_committed_documents_are_what_the_registry_says() -> None:
    present = {
        str(file.relative_to(COMMITTED)) for file in [*COMMITTED.glob("*.json"), *COMMITTED.glob("schemas/*.json")]
    }
    fresh = rendered(version("webcare"))
    assert present == set(fresh)
    stale = [name for name, text in fresh.items() if (COMMITTED / name).read_text(encoding="utf-8") != text]
    assert not stale, f"run `make docs` and commit: {stale}"


def test_writing_removes_the_schema_of_a_message_that_is_gone(tmp_path: Path) -> None:
    gone = tmp_path / "schemas" / "mention.v0.json"
    gone.parent.mkdir()
    gone.write_text("{}", encoding="utf-8")
    files = write(tmp_path, "1.2.3")
    assert not gone.exists()
    assert len(files) == len(messages()) + 1
    assert json.loads((tmp_path / "asyncapi.json").read_text(encoding="utf-8"))["info"]["version"] == "1.2.3"


@every_message
def test_a_schema_is_valid_and_true_of_its_example(name: str) -> None:
    made = schema(messages()[name])
    Draft202012Validator.check_schema(made)
    example = json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    Draft202012Validator(made).validate(example)
    Draft202012Validator(made).validate(example | {"added_later": 1})
    for field in ("type", "version"):
        with pytest.raises(ValidationError):
            Draft202012Validator(made).validate({key: value for key, value in example.items() if key != field})


def test_every_topic_is_a_channel_with_its_key_partitioning_cleanup_and_retention() -> None:
    channels = asyncapi("1")["channels"]
    by_address = {channel["address"]: channel for channel in channels.values()}
    assert set(by_address) == {topic.name for topic in TOPICS}
    for topic in TOPICS:
        channel = by_address[topic.name]
        assert channel["x-key"] == topic.key
        assert channel["x-partitioning"] == f"partition by {topic.partitioned_by or topic.key}"
        assert channel["bindings"]["kafka"]["topicConfiguration"]["cleanup.policy"] == topic.cleanup.split(",")
        assert len(channel["messages"]) == len(topic.values)
    assert by_address["desk" + ".cases"]["x-partitioning"] == "partition by team"


def test_every_reader_and_writer_is_an_operation() -> None:
    operations = asyncapi("1")["operations"].values()
    sends = [one for one in operations if one["action"] == "send"]
    receives = [one for one in operations if one["action"] == "receive"]
    assert len(sends) == sum(len(topic.written_by) for topic in TOPICS)
    assert len(receives) == sum(len(topic.read_by) for topic in TOPICS)


def test_every_reference_of_the_document_leads_somewhere() -> None:
    document = asyncapi("1")

    def references(node: Any) -> list[str]:
        if isinstance(node, dict):
            here = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
            return here + [one for value in node.values() for one in references(value)]
        return [one for value in node for one in references(value)] if isinstance(node, list) else []

    found, files = references(document), rendered("1")
    assert len(found) > 2 * len(messages())
    for reference in found:
        if reference.startswith("./"):
            assert reference.removeprefix("./") in files
            continue
        node: Any = document
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]


@pytest.mark.skipif(not RELEASED.is_dir(), reason="nothing has been released yet")
def test_nothing_that_was_released_is_taken_away() -> None:
    broken = {}
    for file in sorted(RELEASED.glob("*.json")):
        if file.stem not in messages():
            broken[file.stem] = ["no longer known: an old version is read for ever"]
        elif found := incompatible(json.loads(file.read_text(encoding="utf-8")), schema(messages()[file.stem])):
            broken[file.stem] = found
    assert not broken


def altered(name: str, *path: str | int, **change: Any) -> dict[str, Any]:
    made = copy.deepcopy(schema(messages()[name]))
    node: Any = made
    for step in path:
        node = node[step]
    node.update(change)
    return made


def test_the_same_schema_and_an_added_field_are_compatible() -> None:
    released = schema(messages()["mention.v1"])
    assert incompatible(released, released) == []
    assert incompatible(released, altered("mention.v1", "properties", added={"type": "string"})) == []


@pytest.mark.parametrize(
    ("fresh", "problem"),
    [
        (altered("mention.v1", "properties", "rating", anyOf=[{"type": "string"}, {"type": "null"}]), ".rating"),
        (altered("mention.v1", "properties", "text", type="integer"), ".text: type changed"),
        (altered("mention.v1", "properties", "kind", enum=["post"]), ".kind: enum changed"),
        (altered("mention.v1", "$defs", "Author", properties={}), ".author.id: removed"),
        (altered("mention.v1", required=["type", "version"]), ".id: no longer always there"),
        (altered("mention.v1", "properties", "extra", additionalProperties={"type": "string"}), ".extra"),
    ],
)
def test_a_field_that_is_changed_or_removed_is_named(fresh: dict[str, Any], problem: str) -> None:
    found = incompatible(schema(messages()["mention.v1"]), fresh)
    assert any(one.startswith(problem) for one in found), found


def test_a_removed_field_is_named_however_deep_it_is() -> None:
    fresh = altered("CaseOpened.v1", "$defs", "Explanation")
    del fresh["$defs"]["Explanation"]["properties"]["rule"]
    assert ".case.explanation.anyOf0.rule: removed" in incompatible(schema(messages()["CaseOpened.v1"]), fresh)
