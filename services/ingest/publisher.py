"""Hands messages to Kafka for many at once: whoever comes while a send is under way goes with the next (group commit).

One thread sends; those who ask get a future that is done once Kafka has acknowledged.
"""

import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Protocol, Self

from services.runtime.messages import Outgoing
from services.runtime.producer import Sender, SendError

MOST_AT_ONCE = 5_000
"""Messages of one send; one request's are never split."""
MOST_WAITING = 50_000
"""Messages that may wait; beyond it the answer is no, at once."""

_Job = tuple[Sequence[Outgoing], "Future[None]"]


class Publishes(Protocol):
    """What the rest of ingest needs of a publisher, so that tests can hand in a fake."""

    def submit(self, messages: Sequence[Outgoing]) -> "Future[None]":
        """A future that is done when all `messages` are acknowledged, and fails with `SendError` otherwise."""


class Publisher:
    """Sends in a thread of its own. Safe to use from several threads."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._waiting = 0
        self._lock = threading.Lock()
        self._closed = False
        self._failing: str | None = None
        self._thread = threading.Thread(target=self._run, name="publisher", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close(1.0)

    def close(self, seconds: float) -> None:
        """Send what waits and stop, within `seconds`; what is left then is told that it failed."""
        with self._lock:
            self._closed = True
        self._jobs.put(None)
        self._thread.join(seconds)

    def check(self) -> str | None:
        """A readiness check: how the last send went."""
        return self._failing

    def submit(self, messages: Sequence[Outgoing]) -> "Future[None]":
        """A future that is done when all `messages` are acknowledged, and fails with `SendError` otherwise."""
        future: Future[None] = Future()
        with self._lock:
            if self._closed or self._waiting + len(messages) > MOST_WAITING:
                why = "closing down" if self._closed else "too much is waiting already"
                future.set_exception(SendError(f"not taken: {why}"))
                return future
            self._waiting += len(messages)
        self._jobs.put((messages, future))
        return future

    def _run(self) -> None:
        while (first := self._jobs.get()) is not None:
            jobs, more = self._gather(first)
            self._send(jobs)
            if not more:
                return

    def _gather(self, first: _Job) -> tuple[list[_Job], bool]:
        """`first` and all that wait with it; and whether to go on afterwards."""
        jobs, count = [first], len(first[0])
        while count < MOST_AT_ONCE:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                break
            if job is None:
                return jobs, False
            jobs.append(job)
            count += len(job[0])
        return jobs, True

    def _send(self, jobs: list[_Job]) -> None:
        messages = [message for job, _ in jobs for message in job]
        error: BaseException | None = None
        try:
            self._sender.send(messages)
        except Exception as failed:  # noqa: BLE001 - not swallowed: every waiting caller gets it
            error = failed
        self._failing = None if error is None else f"the last send failed ({type(error).__name__})"
        with self._lock:
            self._waiting -= len(messages)
        for _, future in jobs:
            if not future.set_running_or_notify_cancel():
                continue
            if error is None:
                future.set_result(None)
            else:
                future.set_exception(error)
