"""A real Kafka: one process that is broker and controller, with its log and data in the data folder."""

import base64
import os
import socket
import struct
import uuid
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from deploy.local import java
from deploy.local.engine import Engine
from deploy.local.ports import HOST

_LOGGING = """\
status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d] %p %m (%c)%n
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
"""
_METADATA_REQUEST, _METADATA_VERSION, _NO_CLIENT_ID, _NO_TOPICS = 3, 1, -1, 0
_PROBE_SECONDS = 2.0


def kafka(jars: list[Path], data: Path, port: int, controller_port: int) -> Engine:
    """The broker on `port`; its storage is formatted the first time."""
    home = data / "kafka"
    home.mkdir(parents=True, exist_ok=True)
    config, logging = home / "server.properties", home / "log4j2.properties"
    config.write_text(render(broker_settings(home / "data", port, controller_port)), "utf-8")
    logging.write_text(_LOGGING, "utf-8")
    libraries = java.class_path(jars)
    if not (home / "data" / "meta.properties").exists():
        _format(libraries, config)
    flags = (*java.QUIET, *java.UNSAFE, "-Xms256m", "-Xmx512m", f"-Dlog4j2.configurationFile={logging}")
    return Engine(
        name="kafka",
        argv=(java.java(), *flags, "-cp", libraries, "kafka.Kafka", str(config)),
        env={},
        log=data / "logs" / "kafka.log",
        ready=partial(missing, port),
        ports=(port,),
    )


def lock_file(data: Path) -> Path:
    """The file that a broker locks while it uses the data."""
    return data / "kafka" / "data" / ".lock"


def broker_settings(data: Path, port: int, controller_port: int) -> Mapping[str, object]:
    """The settings of a small single broker; what is not named keeps Kafka's default."""
    return {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.voters": f"1@{HOST}:{controller_port}",
        "listeners": f"PLAINTEXT://{HOST}:{port},CONTROLLER://{HOST}:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://{HOST}:{port}",
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "PLAINTEXT",
        "log.dirs": data,
        # Topics come from the registry alone; an imported old mention keeps its full retention.
        "auto.create.topics.enable": "false",
        "log.message.timestamp.type": "LogAppendTime",
        "message.max.bytes": 2 * 1024 * 1024,
        # Offsets are kept as long as mentions.raw, so that an installation that rests a fortnight goes on where it was.
        "offsets.retention.minutes": 30 * 24 * 60,
        # One broker, few groups and few workers: fewer internal partitions make it start and recover sooner.
        "offsets.topic.replication.factor": 1,
        "offsets.topic.num.partitions": 8,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        "transaction.state.log.num.partitions": 4,
        "share.coordinator.state.topic.replication.factor": 1,
        "share.coordinator.state.topic.min.isr": 1,
        "group.initial.rebalance.delay.ms": 0,
        "transaction.abort.timed.out.transaction.cleanup.interval.ms": 1000,
        "log.cleaner.dedupe.buffer.size": 32 * 1024 * 1024,
        "num.recovery.threads.per.data.dir": os.cpu_count() or 1,
    }


def render(settings: Mapping[str, object]) -> str:
    """Settings as a Java properties file."""
    return "".join(f"{name}={value}\n" for name, value in settings.items())


def missing(port: int) -> str | None:
    """None once the broker answers a metadata request with itself in it; before that, what is missing."""
    try:
        brokers = _brokers(port)
    except ConnectionRefusedError:
        return f"nothing listens on port {port}"
    except (OSError, EOFError) as problem:
        return f"no answer on port {port}: {problem}"
    return None if brokers else "the broker has not registered with its controller"


def _brokers(port: int) -> int:
    """How many brokers a metadata request finds (Kafka protocol, Metadata version 1, no topics asked)."""
    request = struct.pack(">hhihi", _METADATA_REQUEST, _METADATA_VERSION, 1, _NO_CLIENT_ID, _NO_TOPICS)
    with socket.create_connection((HOST, port), _PROBE_SECONDS) as connection:
        connection.sendall(struct.pack(">i", len(request)) + request)
        with connection.makefile("rb") as answer:
            head = answer.read(12)
    if len(head) < 12:
        raise EOFError("the connection was closed")
    _size, _correlation, brokers = struct.unpack(">iii", head)
    return int(brokers)


def _format(libraries: str, config: Path) -> None:
    """Give the storage its cluster id; a formatting that was broken off is done again."""
    cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    tool = ["-cp", libraries, "kafka.tools.StorageTool", "format", "--ignore-formatted"]
    java.run([*tool, f"--cluster-id={cluster}", "--config", str(config)])
