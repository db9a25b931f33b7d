"""Opens Kafka clients from the settings: the one place that knows the client library's options.

Readers see committed records only; producers are idempotent and hash keys with murmur2 (the library's default), so that
every producer puts a key on the same partition.
"""

from collections.abc import Sequence
from typing import Any

from kafka import ConsumerRebalanceListener, KafkaConsumer, KafkaProducer
from kafka.admin import KafkaAdminClient
from kafka.coordinator.assignors.range import RangePartitionAssignor
from kafka.errors import UnknownTopicOrPartitionError

from services.contracts.topics import Topic
from services.runtime.settings import Settings

SESSION_MS = 6_000
"""A member that is silent for this long loses its partitions."""
TRANSACTION_MS = 5_000
"""An open transaction of a dead worker is aborted after this long, if its successor has not done so before."""
CONNECT_MS = 5_000
"""How long to look for a broker before giving up; whoever needs one tries again."""
RECONNECT_MS = 1_000
"""How long to wait at most between attempts to reach a broker that went away; the library's own 30 s outlast its restart."""
MAX_RECORD_BYTES = 2_000_000


def client_options(settings: Settings) -> dict[str, Any]:
    """What every client needs to reach the brokers."""
    password = settings.kafka_security_password
    options: dict[str, Any] = {
        "bootstrap_servers": settings.kafka_bootstrap.split(","),
        "security_protocol": settings.kafka_security_protocol,
        "bootstrap_timeout_ms": CONNECT_MS,
        "reconnect_backoff_max_ms": RECONNECT_MS,
    }
    if settings.kafka_security_cafile:
        options["ssl_cafile"] = str(settings.kafka_security_cafile)
    if settings.kafka_security_mechanism:
        options["sasl_mechanism"] = settings.kafka_security_mechanism
        options["sasl_plain_username"] = settings.kafka_security_username
        options["sasl_plain_password"] = password.get_secret_value() if password else None
    return options


def open_admin(settings: Settings) -> KafkaAdminClient:
    """A client for topics and groups. Raises `kafka.errors.KafkaError` when no broker answers."""
    return KafkaAdminClient(**client_options(settings))


def open_producer(settings: Settings, transactional_id: str | None = None) -> KafkaProducer:
    """An idempotent producer; with a transactional id, one that sends in transactions."""
    options = client_options(settings) | {
        "compression_type": "lz4",
        "linger_ms": 5,
        "batch_size": 131_072,
        "max_request_size": MAX_RECORD_BYTES,
        "max_block_ms": 15_000,
        "enable_idempotence": True,
    }
    if transactional_id:
        options |= {"transactional_id": transactional_id, "transaction_timeout_ms": TRANSACTION_MS}
    return KafkaProducer(**options)


def open_consumer(settings: Settings, *, committed_only: bool = True) -> KafkaConsumer:
    """A consumer outside any group, which is told what to read."""
    isolation = "read_committed" if committed_only else "read_uncommitted"
    return KafkaConsumer(
        **client_options(settings),
        enable_auto_commit=False,
        isolation_level=isolation,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=100,
        max_poll_records=2_000,
    )


def open_group_consumer(settings: Settings, group: str) -> KafkaConsumer:
    """A member of a group. Its slot makes it a static member: after a restart it has its partitions back at once."""
    return KafkaConsumer(
        **client_options(settings),
        group_id=group,
        group_instance_id=f"{group}-{settings.slot}",
        enable_auto_commit=False,
        isolation_level="read_committed",
        auto_offset_reset="earliest",
        partition_assignment_strategy=(RangePartitionAssignor,),
        session_timeout_ms=SESSION_MS,
        heartbeat_interval_ms=SESSION_MS // 3,
        fetch_max_wait_ms=100,
        max_poll_records=500,
    )


def subscribe(
    consumer: KafkaConsumer, topics: Sequence[Topic], listener: ConsumerRebalanceListener | None = None
) -> None:
    """Subscribe a member of a group, with the topics' partitions known before it joins.

    The library assigns a topic that it does not know yet to nobody, and may not notice afterwards that it does now.

    Raises:
        UnknownTopicOrPartitionError: a topic does not exist.
    """
    names = [topic.name for topic in topics]
    consumer.subscribe(names, listener=listener)
    if missing := [name for name in names if not consumer.partitions_for_topic(name)]:
        raise UnknownTopicOrPartitionError(f"{', '.join(missing)}: create them with `webcare topics create`")
