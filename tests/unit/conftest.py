"""A desk for unit tests: empty, or with the clock, planner and settings that a test gives it. Most files fill it further."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.desk_backend import TestDesk, open_test_desk

OpenDesk = Callable[..., TestDesk]
"""Opens a desk, as `open_test_desk` does but for the folder."""


@pytest.fixture
def open_desk(tmp_path: Path) -> Iterator[OpenDesk]:
    """Opens the desk of a test, which is closed in the end."""
    opened: list[TestDesk] = []

    def go(**how: Any) -> TestDesk:
        opened.append(open_test_desk(tmp_path, **how))
        return opened[-1]

    yield go
    for desk in opened:
        desk.accounts.close()


@pytest.fixture
def desk(open_desk: OpenDesk) -> TestDesk:
    """A desk in which nothing was said yet, and which waits no longer for an answer than a test can."""
    return open_desk(desk_answer_seconds=0.3)
