"""Slows down guessing of passwords: after some failures for one name from one address, a wait that doubles. In memory."""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

FREE = 5
LONGEST = timedelta(minutes=15)
REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class _Failures:
    count: int
    until: datetime
    last: datetime


class Throttle:
    """Counts failures by key. `free` failures cost nothing; then 1, 2, 4 … seconds, at most `LONGEST`, each."""

    def __init__(self, free: int = FREE) -> None:
        self._free = free
        self._failures: OrderedDict[tuple[str, ...], _Failures] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, key: tuple[str, ...], now: datetime) -> timedelta:
        """How long this key must still wait; zero when it may try."""
        with self._lock:
            found = self._failures.get(key)
        return max(timedelta(), found.until - now) if found else timedelta()

    def failed(self, key: tuple[str, ...], now: datetime) -> None:
        """One more failure."""
        with self._lock:
            before = self._failures.pop(key, None)
            fresh = before is None or now - before.last > 2 * LONGEST
            count = 1 if fresh or before is None else before.count + 1
            wait = timedelta(seconds=2 ** min(count - self._free, 20)) if count >= self._free else timedelta()
            self._failures[key] = _Failures(count, now + min(wait, LONGEST), now)
            while len(self._failures) > REMEMBERED:
                self._failures.popitem(last=False)

    def succeeded(self, key: tuple[str, ...]) -> None:
        """Forget the failures."""
        with self._lock:
            self._failures.pop(key, None)
