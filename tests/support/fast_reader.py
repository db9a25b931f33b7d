"""The fast reader as it ships, built once for all tests of a process: it takes about a second, and answers alike to all."""

from functools import cache

from services.classify.domain.reader import Reader, build_reader


@cache
def fast_reader() -> Reader:
    """The one reader of the tests."""
    return build_reader()
