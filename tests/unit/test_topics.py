"""The registry is the only place that knows a topic's name, and it is consistent with itself."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.contracts.topics import BY_NAME, TOPICS, Topic, case_key, team_key

ROOT = Path(__file__).parents[2]
REGISTRY = ROOT / "services" / "contracts" / "topics.py"
PLAIN_WORDS = {"signals"}
"""Also an English word, which fields and attributes bear; not looked for."""


def bare_topics(source: str) -> Iterator[tuple[int, str]]:
    """String constants that are a topic's name, except in docstrings, which explain, and as the type of a message."""
    tree = ast.parse(source)
    passed_over = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "type":
            passed_over |= {id(part) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and id(node) not in passed_over
            and node.value in BY_NAME.keys() - PLAIN_WORDS
        ):
            yield node.lineno, str(node.value)


def sources() -> list[Path]:
    return [file for folder in ("services", "deploy") for file in (ROOT / folder).rglob("*.py") if file != REGISTRY]


def test_no_topic_is_named_outside_the_registry() -> None:
    found = [
        f"{file.relative_to(ROOT)}:{line}: {name}"
        for file in sources()
        for line, name in bare_topics(file.read_text(encoding="utf-8"))
    ]
    assert not found, "use the registry: " + ", ".join(found)


def test_the_scan_sees_a_bare_topic_and_passes_over_an_explanation() -> None:
    name = TOPICS[0].name
    assert list(bare_topics(f'"""Reads `{name}`."""\nsend("{name}", b"")\n')) == [(2, name)]
    assert list(bare_topics(f'def f():\n    """{name}"""\n')) == []
    assert list(bare_topics(f'class M:\n    type: Literal["{name}"] = "{name}"\n')) == []
    assert len(sources()) > 30


def test_names_and_types_are_unique() -> None:
    assert len(BY_NAME) == len(TOPICS)
    types = [model.model_fields["type"].default for topic in TOPICS for model in topic.values]
    assert len(set(types)) == len(types)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_a_topic_says_what_it_is_and_who_uses_it(topic: Topic) -> None:
    assert topic.description.endswith(".")
    assert topic.written_by
    assert topic.read_by
    assert (
        topic.key == "team" or topic.partitioned_by == "team" or topic.partitions == "mentions" or topic.key == "source"
    )
    for model in topic.values:
        assert {"type", "version"} <= set(model.model_fields)


def test_what_route_reads_and_keeps_has_the_partitions_of_the_team() -> None:
    routes = [topic for topic in TOPICS if "route" in topic.read_by or "route" in topic.written_by]
    assert len(routes) >= 6
    assert {topic.partitions for topic in routes} == {"team"}


def test_personal_content_never_stays_on_a_topic_without_a_retention() -> None:
    for topic in TOPICS:
        if topic.retention_ms(400) == -1:
            assert not any("text" in model.model_fields or "author" in model.model_fields for model in topic.values)
    assert BY_NAME["desk" + ".cases"].retention_ms(400) == 400 * 86_400_000


def test_a_retention_of_its_own_beats_the_setting() -> None:
    assert {
        topic.retention_ms(7) for topic in TOPICS if topic.cleanup == "delete" and topic.retention_days is None
    } == {7 * 86_400_000}
    assert BY_NAME["mentions" + ".raw"].retention_ms(7) == 30 * 86_400_000


def test_keys_are_made_of_their_parts() -> None:
    assert case_key("spoorlijn", "c1") == "spoorlijn:c1"
    assert team_key("spoorlijn", "config", "current") == "spoorlijn:config:current"
