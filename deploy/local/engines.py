"""From an empty machine to two engines that can be started: fetch, compile, configure."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.local import versions
from deploy.local.elasticsearch import elasticsearch, installation
from deploy.local.engine import Engine, Report
from deploy.local.jars import jars
from deploy.local.kafka import kafka, lock_file
from deploy.local.locks import held, require_unused
from deploy.local.ports import HOST, free_ports, neighbour, require_free
from deploy.local.quickstart import is_trained, quick, train

KAFKA_PORT = 9092
ELASTICSEARCH_PORT = 9200


def cache_folder(environ: Mapping[str, str]) -> Path:
    """`WEBCARE_CACHE`, else `webcare` in the user's cache folder: one for all checkouts."""
    if chosen := environ.get("WEBCARE_CACHE"):
        return Path(chosen).expanduser().absolute()
    base = environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache").absolute() / "webcare"


def prepare(
    cache: Path, data: Path, kafka_port: int, elasticsearch_port: int, report: Report, *, train_first: bool = False
) -> list[Engine]:
    """Kafka and Elasticsearch on these ports, with their data in `data`, ready to be started.

    The first time this takes about a minute, which it spends talking to `report`; afterwards a fraction of a second.
    With `train_first` it spends half a minute more, once, on making all later starts quick (see `quickstart`).
    Two at the same time on one cache wait for each other. Raises EngineError when the data or a port is in use, or the
    libraries cannot be fetched.
    """
    data = data.absolute()
    require_unused(data, lock_file(data))
    require_free("kafka", kafka_port, f"WEBCARE_KAFKA_BOOTSTRAP={HOST}:<free port>")
    require_free("elasticsearch", elasticsearch_port, f"WEBCARE_ELASTICSEARCH_URL=http://{HOST}:<free port>")
    with held(cache / "prepare.lock", waiting=_says_waiting(report)):
        programs = _programs(cache, report)
        engines = programs.engines(data, kafka_port, elasticsearch_port)
        if train_first and not is_trained(engines, cache):
            with tempfile.TemporaryDirectory(prefix="training-", dir=cache) as folder:
                train(programs.engines(Path(folder), *free_ports(2)), cache, Path(folder), report)
    return quick(engines, cache)


@dataclass(frozen=True, slots=True)
class _Programs:
    """What was fetched and compiled."""

    broker: list[Path]
    server: list[Path]
    installed: Path

    def engines(self, data: Path, kafka_port: int, elasticsearch_port: int) -> list[Engine]:
        controller_port = neighbour(kafka_port, {elasticsearch_port})
        return [
            kafka(self.broker, data, kafka_port, controller_port),
            elasticsearch(self.installed, self.server, data, elasticsearch_port),
        ]


def _programs(cache: Path, report: Report) -> _Programs:
    broker, server, http, [compiler] = jars(
        cache, [versions.KAFKA, versions.ELASTICSEARCH, versions.ELASTICSEARCH_HTTP, versions.ECJ], report
    )
    return _Programs(broker, server, installation(cache, server, http, compiler, report))


def _says_waiting(report: Report) -> Callable[[], None]:
    return lambda: report("waiting for another process that is fetching the engines")
