"""Rows of the inbox, rendered once and shown to everybody who sees the same: kept by the case's revision and the minute.

A row depends on the case, the reader's language, the place (its link leads back there), the names of the team's people, and
the minute (moments are told as `10:41` today, with their day tomorrow; clocks run on in the browser). When a minute is over,
nobody asks for its rows any more and all of them go.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from markupsafe import Markup

KEPT = 8_000
"""Rows: some 3 kB each with their keys."""


@dataclass(slots=True)
class RowCache:
    """The rows of this minute, those rendered last. Thread-safe; two that miss at the same time both render."""

    limit: int = KEPT
    hits: int = 0
    misses: int = 0
    _minute: int = -1
    _rows: OrderedDict[Hashable, Markup] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: Hashable, minute: int, render: Callable[[], str]) -> Markup:
        """The row of a key in a minute, rendered when it is not known. `minute` counts on from anywhere."""
        with self._lock:
            self._turn(minute)
            if minute == self._minute and (known := self._rows.get(key)) is not None:
                self._rows.move_to_end(key)
                self.hits += 1
                return known
            self.misses += 1
        row = Markup(render())  # noqa: S704 - a template's output, escaped there
        with self._lock:
            if minute == self._minute:  # else the minute ended while it was rendered
                self._rows[key] = row
                if len(self._rows) > self.limit:
                    self._rows.popitem(last=False)
        return row

    def _turn(self, minute: int) -> None:
        """A new minute, or a clock that was put back; whoever is still at the last minute ends nothing."""
        if minute > self._minute or minute < self._minute - 1:
            self._minute = minute
            self._rows.clear()

    def __len__(self) -> int:
        return len(self._rows)
