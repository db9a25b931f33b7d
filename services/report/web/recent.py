"""Remembers the last answers for a few seconds: a page and its charts ask for the same figures at the same moment."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

V = TypeVar("V")


class Recent(Generic[V]):
    """At most `size` values, each for `lifetime`. Safe to use from several threads."""

    def __init__(self, lifetime: timedelta = timedelta(seconds=10), size: int = 64) -> None:
        self._lifetime = lifetime
        self._size = size
        self._kept: OrderedDict[Hashable, tuple[datetime, V]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, now: datetime, make: Callable[[], V]) -> V:
        """The value kept under `key`, or a new one."""
        with self._lock:
            kept = self._kept.get(key)
        if kept and kept[0] <= now < kept[0] + self._lifetime:
            return kept[1]
        value = make()
        with self._lock:
            self._kept[key] = (now, value)
            self._kept.move_to_end(key)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return value
