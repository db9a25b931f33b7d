"""A demo of our own for the tests that kill: nobody else's work is on it."""

from collections.abc import Iterator

import pytest

from tests.support.stack import Stack, start, stop


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A running demo, shared by the fault tests; the last of them stops it and starts it again."""
    running = start(tmp_path_factory.mktemp("faults"))
    yield running
    stop(running)
