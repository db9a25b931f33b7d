"""How often one person may ask for something that costs work: so many times in a window that slides. In memory."""

import threading
from collections import OrderedDict, deque
from datetime import datetime, timedelta

REMEMBERED = 10_000
"""So many people are remembered, those who asked last."""


class Rate:
    """At most `most` in `window`. Thread-safe."""

    def __init__(self, most: int, window: timedelta) -> None:
        self._most, self._window = most, window
        self._asked: OrderedDict[str, deque[datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def allows(self, name: str, now: datetime) -> bool:
        """Whether they may once more, which then counts."""
        with self._lock:
            asked = self._asked.setdefault(name, deque())
            self._asked.move_to_end(name)
            while asked and now - asked[0] >= self._window:
                asked.popleft()
            if len(self._asked) > REMEMBERED:
                self._asked.popitem(last=False)
            if len(asked) >= self._most:
                return False
            asked.append(now)
            return True
