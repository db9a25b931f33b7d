"""How a process notices, cheaply and soon, that something happened to an account in this or another process."""

import threading
import time
from collections.abc import Callable

FRESH_SECONDS = 0.5


class LastLine:
    """The number of the log's last line, read at most every `FRESH_SECONDS`. May be called from any thread."""

    def __init__(self, read: Callable[[], int]) -> None:
        self._read = read
        self._lock = threading.Lock()
        self._number, self._at = -1, -FRESH_SECONDS

    def fresh(self) -> bool:
        """Whether `number` would not have to read."""
        return time.monotonic() - self._at < FRESH_SECONDS

    def number(self) -> int:
        """The number, as it was not long ago."""
        with self._lock:
            if not self.fresh():
                self._number, self._at = self._read(), time.monotonic()
            return self._number
