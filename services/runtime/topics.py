"""Creates and checks the topics of the registry on a Kafka cluster."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kafka.errors import KafkaError, TopicAlreadyExistsError

from services.contracts.topics import TOPICS, Topic
from services.runtime.kafka import MAX_RECORD_BYTES, open_admin
from services.runtime.settings import Settings


@dataclass(frozen=True, slots=True)
class TopicState:
    """One topic as it is: `partitions` of 0 means that it does not exist; `problem` says what is not as declared."""

    topic: Topic
    wanted: int
    partitions: int
    problem: str | None


def wanted_partitions(topic: Topic, settings: Settings) -> int:
    """How many partitions a topic should have."""
    return settings.partitions_mentions if topic.partitions == "mentions" else settings.partitions_team


def creation(topic: Topic, settings: Settings) -> dict[str, Any]:
    """How a topic is created: partitions, replication and configuration."""
    configs = {
        "cleanup.policy": topic.cleanup,
        "retention.ms": str(topic.retention_ms(settings.retention_days)),
        "message.timestamp.type": "LogAppendTime",
        "max.message.bytes": str(MAX_RECORD_BYTES),
    }
    if "compact" in topic.cleanup:
        configs |= {"min.cleanable.dirty.ratio": "0.2", "segment.ms": str(86_400_000)}
    return {
        "num_partitions": wanted_partitions(topic, settings),
        "replication_factor": settings.kafka_replication,
        "configs": configs,
    }


def create_topics(settings: Settings) -> list[str]:
    """Create the topics that are missing and give their names.

    Raises:
        KafkaError: no broker answered, or one refused.
    """
    admin = open_admin(settings)
    try:
        present = set(admin.list_topics())
        missing = {topic.name: creation(topic, settings) for topic in TOPICS if topic.name not in present}
        if missing:
            try:
                admin.create_topics(missing, wait_for_metadata=True)
            except TopicAlreadyExistsError:
                admin.wait_for_topics(list(missing))
        return sorted(missing)
    finally:
        admin.close()


def check_topics(settings: Settings) -> list[TopicState]:
    """Every topic of the registry beside what the cluster has. Raises `KafkaError` when no broker answers."""
    admin = open_admin(settings)
    try:
        present = set(admin.list_topics())
        described = admin.describe_topics([topic.name for topic in TOPICS if topic.name in present])
    finally:
        admin.close()
    counts = {one.get("name", one.get("topic")): len(one["partitions"]) for one in described}
    return [_state(topic, counts, settings) for topic in TOPICS]


def _state(topic: Topic, counts: Mapping[str, int], settings: Settings) -> TopicState:
    wanted, found = wanted_partitions(topic, settings), counts.get(topic.name, 0)
    if not found:
        problem = "does not exist"
    elif found != wanted:
        problem = f"has {found} partitions, the settings say {wanted}: changing them is a migration"
    else:
        problem = None
    return TopicState(topic, wanted, found, problem)


def require_equal_partitions(settings: Settings, topics: Sequence[Topic]) -> None:
    """Refuse to work when topics that are read together have different numbers of partitions.

    Raises:
        KafkaError: they do, or no broker answered.
    """
    wrong = [state for state in check_topics(settings) if state.topic in topics and state.problem]
    if wrong:
        raise KafkaError("; ".join(f"{state.topic.name} {state.problem}" for state in wrong))
