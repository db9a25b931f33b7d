"""Fixtures for all tests; each plugin under `tests/support` brings those of one subject. And the order of the tests.

First what needs a whole demo: it takes longest, and ends with the tests that kill it. Then what needs a Kafka or an
Elasticsearch, what a real browser looks at, and all that needs nothing. `make test` runs these side by side, a file at a
time in each process. All that needs the demo goes to one process, since the demo is shared, and the others let it go first.
"""

import os

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # xdist has no types

pytest_plugins = ["tests.support.chromium", "tests.support.engines", "tests.support.stack"]

DEMOS = ("stack", "demo")
"""Fixtures that are a whole demo, in the order in which they are used."""
ALONE = ("tests/demo/", "tests/faults/")
"""The folders of the tests that use them, or that measure how soon work goes on."""
NICE = 10


class ByFile(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Gives processes a file at a time, in the order of the collection."""

    def _split_scope(self, nodeid: str) -> str:
        return "demo" if nodeid.startswith(ALONE) else nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByFile:
    """How tests are dealt out when there are several processes."""
    return ByFile(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the tests in that order."""
    items.sort(key=_stage)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Beside a demo, a process that has no demo lets that go before, once and for all."""
    if "PYTEST_XDIST_WORKER" in os.environ and not item.nodeid.startswith(ALONE) and os.nice(0) < NICE:
        os.nice(NICE)


def _stage(item: pytest.Item) -> int:
    names = getattr(item, "fixturenames", ())
    if item.nodeid.startswith(ALONE):
        return max((at for at, name in enumerate(DEMOS, 1) if name in names), default=0)
    if item.get_closest_marker("engines"):
        return 4
    return 5 if "browser" in names else 6
