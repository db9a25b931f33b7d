"""Slows down guessing of passwords and codes: after some failures, a wait that doubles. In memory.

`LoginGuard` counts three ways: one name from one address (somebody tries another's password), one address (one password
tried on many names), and one name (many addresses). The last has a short longest wait, and does not count for a browser
that has logged in under this name before, so that nobody can lock somebody else out (OWASP: device cookies).
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

FREE = 5
FREE_ADDRESS, FREE_NAME = 50, 20
LONGEST = timedelta(minutes=15)
LONGEST_NAME = timedelta(seconds=30)
REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class _Failures:
    count: int
    until: datetime
    last: datetime


class Throttle:
    """Counts failures by key. `free` failures cost nothing; then 1, 2, 4 … seconds, at most `longest`, each."""

    def __init__(self, free: int = FREE, longest: timedelta = LONGEST) -> None:
        self._free, self._longest = free, longest
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
            self._failures[key] = _Failures(count, now + min(wait, self._longest), now)
            while len(self._failures) > REMEMBERED:
                self._failures.popitem(last=False)

    def succeeded(self, key: tuple[str, ...]) -> None:
        """Forget the failures."""
        with self._lock:
            self._failures.pop(key, None)


class LoginGuard:
    """Says who must wait before they may try a password."""

    def __init__(self) -> None:
        self._pairs, self._addresses = Throttle(), Throttle(FREE_ADDRESS)
        self._names = Throttle(FREE_NAME, LONGEST_NAME)

    def wait(self, name: str, address: str, now: datetime, known: bool = False) -> timedelta:
        """How long to wait for this name from this address; `known`: this browser has logged in so before."""
        waits = [self._pairs.wait((name, address), now), self._addresses.wait((address,), now)]
        return max([*waits, timedelta() if known else self._names.wait((name,), now)])

    def failed(self, name: str, address: str, now: datetime) -> None:
        """One more failure, counted each way."""
        self._pairs.failed((name, address), now)
        self._addresses.failed((address,), now)
        self._names.failed((name,), now)

    def succeeded(self, name: str, address: str) -> None:
        """Forget what failed for this name from here; what failed for others and elsewhere goes on counting."""
        self._pairs.succeeded((name, address))
