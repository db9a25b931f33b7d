"""What is on the topics and in the indices after it all, for one source of mentions."""

from collections import Counter
from dataclasses import dataclass

import httpx
from kafka import KafkaConsumer, TopicPartition

from services.contracts.cases import Case
from services.contracts.mentions import ClassifiedMention, Mention
from services.contracts.topics import DESK_CASES, MENTIONS_CLASSIFIED, MENTIONS_RAW, Topic
from tests.support.stack import Stack
from tests.support.topics import everything

URGENT = ("high", "critical")


@dataclass(frozen=True)
class Found:
    """How often each id is on the mentions' topics, who of them needs a person, and the cases as they are now.

    `classified` counts what was read for the first time, `corrected` each later revision of an id.
    """

    raw: Counter[str]
    classified: Counter[str]
    corrected: Counter[tuple[str, int]]
    needing: frozenset[str]
    cases: tuple[Case, ...]


def found(stack: Stack, source: str) -> Found:
    """Everything of one source."""
    raw: Counter[str] = Counter()
    for mention in everything(stack.facts["kafka"], MENTIONS_RAW):
        assert isinstance(mention, Mention)
        raw.update([mention.id] if mention.source == source else [])
    classified: Counter[str] = Counter()
    corrected: Counter[tuple[str, int]] = Counter()
    needing = set()
    for one in everything(stack.facts["kafka"], MENTIONS_CLASSIFIED):
        assert isinstance(one, ClassifiedMention)
        if one.source == source:
            if one.revision == 1:
                classified.update([one.id])
            else:
                corrected.update([(one.id, one.revision)])
            if one.classification.needs_person or one.classification.urgency.label in URGENT:
                needing.add(one.id)
    return Found(raw, classified, corrected, frozenset(needing), tuple(cases_now(stack, source)))


def cases_now(stack: Stack, source: str) -> list[Case]:
    """The latest state of each case of a source."""
    latest: dict[str, Case] = {}
    for case in everything(stack.facts["kafka"], DESK_CASES):
        assert isinstance(case, Case)
        if case.source == source and (case.id not in latest or latest[case.id].revision <= case.revision):
            latest[case.id] = case
    return list(latest.values())


def indexed(stack: Stack, source: str) -> int:
    """How many mentions of a source Elasticsearch has, as searches see it."""
    query = {"query": {"term": {"source": source}}}
    answer = httpx.post(f"{stack.facts['elasticsearch']}/mentions/_count", json=query, timeout=30)
    return int(answer.json()["count"]) if answer.status_code == 200 else 0


def left_over(stack: Stack, group: str, topic: Topic) -> int:
    """How many committed records of a topic a group has not worked on yet."""
    consumer = KafkaConsumer(
        bootstrap_servers=stack.facts["kafka"],
        group_id=group,
        isolation_level="read_committed",
        enable_auto_commit=False,
        max_poll_records=5_000,
    )
    try:
        parts = [TopicPartition(topic.name, number) for number in consumer.partitions_for_topic(topic.name) or ()]
        consumer.assign(parts)
        for tp in parts:
            consumer.seek(tp, consumer.committed(tp) or 0)
        ends, count = consumer.end_offsets(parts), 0
        while any(consumer.position(tp) < ends[tp] for tp in parts):
            count += sum(len(records) for records in consumer.poll(500).values())
        return count
    finally:
        consumer.close()
