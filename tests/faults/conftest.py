"""The demo that the tests of faults kill: the session's own, since they run last, when nobody else's work is on it."""

import os
from collections.abc import Iterator

import pytest

from tests.support.stack import Stack, start, stop


@pytest.fixture(scope="session")
def demo(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A running demo to kill; the last test stops it and starts it again. One that somebody else runs is left alone."""
    if not os.environ.get("WEBCARE_TEST_STACK"):
        yield request.getfixturevalue("stack")
        return
    running = start(tmp_path_factory.mktemp("faults"))
    yield running
    stop(running)
