"""Sends parts of a file one after the other in a thread, while the next part is read and checked."""

import queue
import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from services.ingest.sources.file.collect import Item
from services.runtime.producer import Sender

WAITING = 2
"""Parts that wait; beyond it the reader waits as well, so that memory stays the same however slow Kafka is."""


class Pipe:
    """`put` hands over a part; `acknowledged` is called, in the sending thread, once Kafka has it. Leaving waits for all."""

    def __init__(self, sender: Sender, acknowledged: Callable[[Sequence[Item]], None]) -> None:
        self._sender, self._acknowledged = sender, acknowledged
        self._parts: queue.Queue[Sequence[Item] | None] = queue.Queue(WAITING)
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="import", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._parts.put(None)
        self._thread.join()
        if kind is None:
            self._raise()

    def put(self, part: Sequence[Item]) -> None:
        """Hand over a part. Raises what an earlier one failed with."""
        self._raise()
        self._parts.put(part)

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        """After a failure what still comes is not sent: the position must not move past what Kafka has."""
        while (part := self._parts.get()) is not None:
            if self._error is not None:
                continue
            try:
                self._sender.send([item.message for item in part])
                self._acknowledged(part)
            except Exception as error:  # noqa: BLE001 - not swallowed: raised in the thread that reads
                self._error = error
