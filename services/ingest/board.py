"""How each source fares, for `GET /v1/sources`: kept in memory, and on disk at most every ten seconds."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from services.ingest.store import SourceStatus, Store
from services.runtime.metrics import COLLECT_FAILURES

PERSIST_EVERY = timedelta(seconds=10)
State = Literal["ok", "failing", "waiting"]
Change = Callable[[SourceStatus], SourceStatus]


class Board:
    """The status of every source. Safe to use from several threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._known: dict[str, SourceStatus] = {}
        self._saved: dict[str, datetime] = {}

    def status(self, source: str) -> SourceStatus:
        """How `source` fares."""
        with self._lock:
            return self._get(source)

    def succeeded(self, source: str, now: datetime) -> None:
        """Something came in, or there was nothing new."""
        self._set(source, now, lambda status: replace(status, success=now))

    def failed(self, source: str, what: str, now: datetime) -> None:
        """It went wrong; `what` holds no content."""
        COLLECT_FAILURES.labels(source).inc()
        self._set(source, now, lambda status: replace(status, failure=what[:300], failed=now))

    def _get(self, source: str) -> SourceStatus:
        if source not in self._known:
            self._known[source] = self._store.status(source)
        return self._known[source]

    def _set(self, source: str, now: datetime, change: Change) -> None:
        with self._lock:
            before = self._get(source)
            status = self._known[source] = change(before)
            turned = state_of(before) != state_of(status)
            if turned or source not in self._saved or now - self._saved[source] >= PERSIST_EVERY:
                self._store.save_status(source, status)
                self._saved[source] = now


def state_of(status: SourceStatus) -> State:
    """In one word: `waiting` before anything happened, `failing` when the last thing that happened was a failure."""
    if status.failed and (status.success is None or status.failed > status.success):
        return "failing"
    return "ok" if status.success else "waiting"
