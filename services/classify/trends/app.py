"""The faust app: reads `mentions.classified`, keeps the counts in a table with a changelog, writes `signals`.

At least once: what is read again counts once, because the counts know the mentions that they have counted.
"""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import faust

from services.classify.settings import ClassifySettings
from services.classify.trends.domain import Rules, count, nothing, subjects
from services.contracts.codec import DecodeError, decode, encode
from services.contracts.mentions import ClassifiedMention
from services.contracts.topics import MENTIONS_CLASSIFIED, SIGNALS, Topic
from services.runtime.headers import to_kafka
from services.runtime.health import Health
from services.runtime.metrics import RECORDS_READ, RECORDS_REJECTED, SIGNALS_SENT

log = logging.getLogger(__name__)

NAME = "trends"
SESSION_SECONDS = 6.0
"""A dead member blocks its partitions for this long; faust's own default is a minute."""


def rules_of(settings: ClassifySettings) -> Rules:
    """The rules that the settings state."""
    return Rules(
        threshold=settings.trends_threshold,
        window=timedelta(minutes=settings.trends_window_minutes),
        hop=timedelta(minutes=settings.trends_hop_minutes),
    )


def build_app(settings: ClassifySettings, health: Health) -> Any:
    """The app; nothing connects before it is started."""
    app = faust.App(
        f"webcare-{NAME}",
        broker=[f"kafka://{server}" for server in settings.kafka_bootstrap.split(",")],
        broker_credentials=credentials(settings),
        store="memory://",
        topic_partitions=settings.partitions_team,
        topic_replication_factor=settings.kafka_replication,
        broker_session_timeout=SESSION_SECONDS,
        broker_heartbeat_interval=SESSION_SECONDS / 3,
        consumer_auto_offset_reset="earliest",
        stream_wait_empty=False,
        web_enabled=False,
        datadir=str(settings.data / NAME),
    )
    mentions, signals = _raw(app, MENTIONS_CLASSIFIED, settings), _raw(app, SIGNALS, settings)
    counts = app.Table("counts", default=nothing, partitions=settings.partitions_team)
    rules = rules_of(settings)

    @app.agent(mentions)
    async def watch(stream: Any) -> None:
        async for event in stream.events():
            health.beat()
            for signal in counted(counts, event.message.value, event.message.timestamp, rules):
                headers = dict(to_kafka(signal, signal.team, NAME, {}))
                sent = await signals.send(key=signal.team.encode(), value=encode(signal), headers=headers)
                await sent
                SIGNALS_SENT.labels(signal.team, signal.kind).inc()

    return app


def _raw(app: Any, topic: Topic, settings: ClassifySettings) -> Any:
    """A topic as bytes; the codec of the contracts reads and writes them."""
    return app.topic(
        topic.name,
        partitions=settings.partitions_team,
        key_type=bytes,
        key_serializer="raw",
        value_type=bytes,
        value_serializer="raw",
    )


def counted(counts: Any, payload: bytes, appended: float, rules: Rules) -> list[Any]:
    """Count one record, appended at `appended` (seconds since 1970), in the table; gives the signals that it sets off."""
    RECORDS_READ.labels(NAME, MENTIONS_CLASSIFIED.name).inc()
    try:
        mention: ClassifiedMention = decode(MENTIONS_CLASSIFIED, payload)
    except DecodeError as error:
        RECORDS_REJECTED.labels(NAME, error.code).inc()  # the sink and route keep it as a dead letter
        log.warning("passed over a record that cannot be read: %s", error, extra={"code": error.code})
        return []
    found = []
    at = min(mention.collected_at, datetime.fromtimestamp(appended, UTC))  # a collector's clock may be ahead
    for subject in subjects(mention):
        counts[subject.key], signal = count(counts[subject.key], subject, mention.id, at, rules)
        found += [signal] if signal else []
    return found


def credentials(settings: ClassifySettings) -> Any:
    """How faust's own client logs in to the brokers; `None` for a plain connection."""
    if settings.kafka_security_protocol == "PLAINTEXT":
        return None
    cafile = str(settings.kafka_security_cafile) if settings.kafka_security_cafile else None
    if settings.kafka_security_protocol == "SSL":
        return faust.SSLCredentials(cafile=cafile)
    password = settings.kafka_security_password
    return faust.SASLCredentials(
        username=settings.kafka_security_username,
        password=password.get_secret_value() if password else None,
        mechanism=settings.kafka_security_mechanism or "PLAIN",
        ssl_context=faust.SSLCredentials(cafile=cafile).context
        if settings.kafka_security_protocol == "SASL_SSL"
        else None,
    )
