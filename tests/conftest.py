"""Fixtures for all tests; each plugin under `tests/support` brings those of one subject. And the order of the tests.

What needs nothing comes first; then what needs the engines, then what needs a whole demo, and at the end the tests that
kill it. Within each, the order is pytest's own. `make test` runs the first side by side, one process for each core, and then
the others one after the other: engines and demos are shared, and have the machine to themselves.
"""

import pytest

pytest_plugins = ["tests.support.engines", "tests.support.stack"]

DEMOS = ("stack", "demo")
"""Fixtures that are a whole demo, in the order in which they are used."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the tests in that order."""
    items.sort(key=_stage)


def _stage(item: pytest.Item) -> int:
    names = getattr(item, "fixturenames", ())
    demo = max((at for at, name in enumerate(DEMOS, 2) if name in names), default=0)
    return demo or int(item.get_closest_marker("engines") is not None)
