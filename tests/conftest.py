"""Fixtures for all tests; each plugin under `tests/support` brings those of one subject."""

pytest_plugins = ["tests.support.engines", "tests.support.stack"]
