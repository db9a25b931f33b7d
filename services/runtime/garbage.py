"""How Python's cycle collector is set for processes that hold many messages for long (route's cases, the desk's inbox).

Messages have no cycles, so that going through all of them finds nothing, and holds up everything else meanwhile: half a
second for 20,000 cases, again after each quarter more. Objects that die young are collected as ever; the old ones seldom.
Used by `services/control/run.py` for every process, and by whoever has just read its state back.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

YOUNG = 10_000
"""Net new objects before the youngest are gone through."""
MIDDLE = 100
"""Of those rounds, before the middle ones are gone through too."""
OLD = 1_000
"""Of those, before all are: a thousand million net new objects later."""


def collect_old_seldom() -> None:
    """Set the collector for the life of this process."""
    gc.set_threshold(YOUNG, MIDDLE, OLD)


def keep_for_good() -> None:
    """What is there now stays for long: the collector passes over it from now on."""
    gc.freeze()


@contextmanager
def paused() -> Iterator[None]:
    """Without the collector, while many objects are made that all stay: reading cases back is a quarter faster."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
