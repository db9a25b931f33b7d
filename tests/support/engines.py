"""Real Kafka and real Elasticsearch for a test session.

`WEBCARE_TEST_KAFKA` (host:port) and `WEBCARE_TEST_ELASTICSEARCH` (URL), set together, name running ones to use instead,
so that a developer's loop need not start them.
"""

import contextlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.local import cache_folder, data_lock, free_ports, prepare, running

KAFKA, ELASTICSEARCH = "WEBCARE_TEST_KAFKA", "WEBCARE_TEST_ELASTICSEARCH"


@dataclass(frozen=True, slots=True)
class Engines:
    """Where the engines of this session answer."""

    bootstrap: str
    elasticsearch_url: str


@pytest.fixture(scope="session")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    """Running engines, shared by the session: use topics and indices of your own."""
    given = os.environ.get(KAFKA), os.environ.get(ELASTICSEARCH)
    if given[0] and given[1]:
        yield Engines(given[0], given[1])
        return
    assert not any(given), f"set both {KAFKA} and {ELASTICSEARCH}, or neither"
    with started(tmp_path_factory.mktemp("engines")) as engines:
        yield engines


def say(line: str) -> None:
    """Progress on the terminal, for a session that first has to fetch the engines."""
    sys.__stderr__.write(f"engines: {line}\n") if sys.__stderr__ else None


@contextlib.contextmanager
def started(data: Path) -> Iterator[Engines]:
    """Engines on free ports, with their data in a folder of their own."""
    kafka, elasticsearch = free_ports(2)
    with data_lock(data), running(prepare(cache_folder(os.environ), data, kafka, elasticsearch, say)):
        yield Engines(f"127.0.0.1:{kafka}", f"http://127.0.0.1:{elasticsearch}")
