"""Delivers what may leave the building: reads `outbox.approved` (group `ingest-delivery`, at least once).

Each item goes to the courier; an offset is committed once everything before it is settled and reported. A destination that
fails for hours holds the commit back, not the others: after a restart what is settled is recognised and only reported again.
"""

import logging
import queue
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError, Future
from typing import Any, Protocol

from services.contracts.outbox import OutboxItem
from services.contracts.topics import OUTBOX_APPROVED, Topic
from services.ingest.domain.offsets import OffsetTracker
from services.runtime.messages import Received
from services.runtime.metrics import DELIVERIES_PENDING

log = logging.getLogger(__name__)

GROUP = "ingest-delivery"
MOST_PENDING = 10_000
"""Items under way; beyond it nothing more is fetched until some are settled."""
POLL_MS = 300

Submit = Callable[[OutboxItem, Mapping[str, str]], "Future[None]"]
"""Starts the delivery of one item; the future is done when it is settled and reported."""


class Reader(Protocol):
    """What is needed of a `GroupReader`."""

    def poll(self, timeout_ms: int = ..., max_records: int = ...) -> list[Received[Any]]:
        """The next items."""

    def commit(self, offsets: Mapping[tuple[Topic, int], int] | None = None) -> None:
        """Move the group's offsets."""

    def pause(self) -> None:
        """Fetch nothing more; polling keeps the membership."""

    def resume(self) -> None:
        """Fetch again."""


class Delivery:
    """What is under way, by partition. Survives the reader: a new one may go on where another broke off."""

    def __init__(self, submit: Submit, most_pending: int = MOST_PENDING) -> None:
        self._submit = submit
        self._most = most_pending
        self._trackers: dict[int, OffsetTracker] = {}
        self._finished: queue.SimpleQueue[tuple[int, int, Future[None]]] = queue.SimpleQueue()

    def pending(self) -> int:
        """Items under way."""
        return sum(len(tracker) for tracker in self._trackers.values())

    def step(self, reader: Reader) -> None:
        """Poll once, start what is new, commit what is settled.

        Raises:
            KafkaError: the reader has to be opened again.
            Exception: a delivery broke down in a way that no retry was made for; a defect.
        """
        if self.pending() >= self._most:
            reader.pause()
        else:
            reader.resume()
        for received in reader.poll(POLL_MS, 200):
            self._start(received)
        self.collect()
        self._commit(reader)
        DELIVERIES_PENDING.set(self.pending())

    def _start(self, received: Received[OutboxItem]) -> None:
        partition, offset = received.partition, received.offset
        if not self._trackers.setdefault(partition, OffsetTracker()).start(offset):
            return
        future = self._submit(received.message, received.headers)
        future.add_done_callback(lambda done: self._finished.put((partition, offset, done)))

    def collect(self) -> None:
        """Take note of what was settled. Raises what a delivery raised."""
        while True:
            try:
                partition, offset, done = self._finished.get_nowait()
            except queue.Empty:
                return
            if done.cancelled():
                raise CancelledError("deliveries were cancelled")
            if error := done.exception():
                raise error
            self._trackers[partition].finish(offset)

    def _commit(self, reader: Reader) -> None:
        places = {partition: tracker.committable() for partition, tracker in self._trackers.items()}
        new = {partition: place for partition, place in places.items() if place is not None}
        if not new:
            return
        reader.commit({(OUTBOX_APPROVED, partition): place for partition, place in new.items()})
        for partition, place in new.items():
            self._trackers[partition].committed(place)
