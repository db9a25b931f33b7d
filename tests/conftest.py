"""Fixtures for all tests; each plugin under `tests/support` brings those of one subject.

`make test` runs two workers (`--dist loadgroup`): all that needs Kafka or Elasticsearch is one group, so that one worker has
the engines and what is measured on them is not disturbed by a second demo; of the rest, a file is a group.
"""

import pytest

pytest_plugins = ["tests.support.engines", "tests.support.stack"]

ENGINES = ("tests/connected/", "tests/faults/", "tests/suites/")
"""The rooms whose tests run on real engines, each with some of its own."""
FIXTURES = frozenset({"engines", "stack", "demo"})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say which tests go to the same worker."""
    for item in items:
        needed: frozenset[str] = frozenset(getattr(item, "fixturenames", ()))
        on_engines = item.nodeid.startswith(ENGINES) or needed & FIXTURES
        item.add_marker(pytest.mark.xdist_group("engines" if on_engines else item.nodeid.partition("::")[0]))
