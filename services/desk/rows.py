"""Rows of the inbox, rendered once and shown to everybody who sees the same: kept by the case's revision and the minute.

A row depends on the case, the reader's language, the place (its link leads back there), the names of the team's people, and
the minute (moments are told as `10:41` today, with their day tomorrow; clocks run on in the browser).
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from markupsafe import Markup

KEPT = 8_000
"""Rows: some 1.5 kB each."""


@dataclass(slots=True)
class RowCache:
    """The rows rendered last. Thread-safe; two that miss at the same time both render."""

    limit: int = KEPT
    hits: int = 0
    misses: int = 0
    _rows: OrderedDict[Hashable, Markup] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: Hashable, render: Callable[[], str]) -> Markup:
        """The row of a key, rendered when it is not known."""
        with self._lock:
            if (known := self._rows.get(key)) is not None:
                self._rows.move_to_end(key)
                self.hits += 1
                return known
            self.misses += 1
        row = Markup(render())  # noqa: S704 - a template's output, escaped there
        with self._lock:
            self._rows[key] = row
            if len(self._rows) > self.limit:
                self._rows.popitem(last=False)
        return row

    def __len__(self) -> int:
        return len(self._rows)
