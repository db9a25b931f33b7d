"""Fixtures for all tests; each plugin under `tests/support` brings those of one subject. And the order of the tests.

First what needs a Kafka or an Elasticsearch of its own topics and indices, then what a real browser looks at, since those
take longest; then all that needs nothing. `make test` runs these side by side. What needs a whole demo is marked `demo`, has
the machine to itself, and ends with the tests that kill it. Within each, the order is pytest's own.
"""

import pytest

pytest_plugins = ["tests.support.engines", "tests.support.stack"]

DEMOS = ("stack", "demo")
"""Fixtures that are a whole demo, in the order in which they are used."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what needs a demo, and puts the tests in that order."""
    for item in items:
        if _demo(item):
            item.add_marker("demo")
    items.sort(key=_stage)


def _demo(item: pytest.Item) -> int:
    names = getattr(item, "fixturenames", ())
    return max((at for at, name in enumerate(DEMOS, 1) if name in names), default=0)


def _stage(item: pytest.Item) -> int:
    if demo := _demo(item):
        return 2 + demo
    if item.get_closest_marker("engines"):
        return 0
    return 1 if "browser" in getattr(item, "fixturenames", ()) else 2
