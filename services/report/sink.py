"""Reads `mentions.classified` and `desk.events`, writes the indices `mentions`, `cases` and `messages`. At
least once, made exact by ids and versions.

The order within a batch is what makes a rebuild beside it correct: poll, THEN read which generations are written, write to
all of them, THEN commit. A record whose batch saw no rebuild was in Kafka before the rebuild looked where the topics end,
so that the rebuild reads it; every later record is written to both generations here.

An erasure of an author counts from the batch that it is in: what is written is erased on the way, then what is there.
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from services.contracts.codec import DecodeError, encode
from services.contracts.erasure import Erasures
from services.report.domain.documents import Document, RefusedError, documents_of
from services.report.domain.indices import Family
from services.report.elastic import ElasticUnavailableError
from services.report.erasing import Eraser, erasing_events
from services.report.generations import GenerationStore
from services.report.writer import IndexGoneError, Refusal, Writer
from services.runtime.clock import Clock
from services.runtime.deadletters import Circuit, dead_letter
from services.runtime.messages import Outgoing, Received
from services.runtime.metrics import SINK_WAITS
from services.runtime.producer import Sender

log = logging.getLogger(__name__)

GROUP = "sink"
LONGEST_WAIT = 10.0
"""Seconds between attempts while Elasticsearch is away; the first is a quarter."""
GENERATION_CHANGES = 5
"""A batch meets at most one change of generations; this many mean that something else deletes indices."""


class Reader(Protocol):
    """What the sink needs of a member of a consumer group (`runtime.reader.GroupReader`)."""

    def poll(self, timeout_ms: int = ..., max_records: int = ...) -> list[Received[Any]]: ...

    def commit(self) -> None: ...

    def pause(self) -> None: ...

    def resume(self) -> None: ...


class Sink:
    """One member of the group `sink`."""

    def __init__(
        self,
        reader: Reader,
        store: GenerationStore,
        writer: Writer,
        eraser: Eraser,
        erasures: Erasures,
        dead_letters: Sender,
        clock: Clock,
        batch: int,
        beat: Callable[[], None] = lambda: None,
        written: Callable[[Sequence[Received[Any]]], None] = lambda _records: None,
    ) -> None:
        self._reader = reader
        self._store = store
        self._writer = writer
        self._eraser, self._erasures = eraser, erasures
        self._dead_letters = dead_letters
        self._clock = clock
        self._batch = batch
        self._beat = beat
        self._written = written
        self._circuit = Circuit()
        self.waiting_for: str | None = None
        """Why nothing is written at this moment; a readiness check."""

    def step(self, stop: threading.Event) -> int:
        """Poll, write and commit one batch; returns how many records it had. When `stop` comes first, nothing is lost.

        Raises:
            CircuitOpenError: too many documents are refused.
            SendError: a dead letter was not acknowledged.
        """
        records = self._reader.poll(300, max_records=self._batch)
        if not records:
            return 0
        if self._persist(records, stop):
            self._reader.commit()
            self._written(records)
        return len(records)

    def _persist(self, records: list[Received[Any]], stop: threading.Event) -> bool:
        """Write until Elasticsearch has it all; `False` when `stop` came first."""
        wait = 0.25
        while not stop.is_set():
            try:
                self._erase_first(records)
                self._send_refused(apply(records, self._store, self._writer, self._erasures))
                self._erase(records)
            except ElasticUnavailableError as error:
                self._wait(error, records, wait, stop)
                wait = min(wait * 2, LONGEST_WAIT)
            else:
                self.waiting_for = None
                self._reader.resume()
                return True
        return False

    def _erase_first(self, records: Sequence[Received[Any]]) -> None:
        """From here on nothing is written that these records erase."""
        for one in records:
            self._erasures.fold(one.message)

    def _erase(self, records: Sequence[Received[Any]]) -> None:
        """What was written before, this batch's too, in every generation that is written by now."""
        if events := erasing_events(one.message for one in records):
            self._eraser.erase(events, self._store.read().generations.written)

    def _wait(
        self, error: ElasticUnavailableError, records: list[Received[Any]], seconds: float, stop: threading.Event
    ) -> None:
        """Wait as a member of the group: paused, and polling so that the partitions stay ours."""
        if self.waiting_for is None:
            log.warning("Elasticsearch does not take a batch, trying again: %s", error)
        self.waiting_for = str(error)
        SINK_WAITS.inc()
        self._beat()
        stop.wait(seconds)
        self._reader.pause()
        # Only partitions that came to us while we waited give anything here; what they give joins the batch.
        records += self._reader.poll(0, max_records=self._batch)

    def _send_refused(self, refused: list[Outgoing]) -> None:
        for _ in refused:
            self._circuit.count(self._clock())
        if refused:
            self._dead_letters.send(refused)


def apply(
    records: Sequence[Received[Any]], store: GenerationStore, writer: Writer, erasures: Erasures
) -> list[Outgoing]:
    """Write records to every generation that is written now; returns the dead letters of those that are refused.

    Raises:
        ElasticUnavailableError: not everything was taken; apply the same again.
    """
    documents, letters = prepared(records, erasures)
    origins = {(one.family, one.id, one.version): origin for origin, one in documents}
    for _ in range(GENERATION_CHANGES):
        generations = store.read().generations
        try:
            refused, made = writer.write([one for _, one in documents], generations.written)
        except IndexGoneError:
            writer.forget()
            continue
        if not made or store.read().generations == generations:
            return letters + [_letter(origins, one) for one in unique(refused)]
    raise ElasticUnavailableError("indices disappear as fast as they are made")


def prepared(
    records: Sequence[Received[Any]], erasures: Erasures
) -> tuple[list[tuple[Received[Any], Document]], list[Outgoing]]:
    """The documents of records, without what is erased, and the dead letters of those that contradict themselves."""
    documents: list[tuple[Received[Any], Document]] = []
    letters: list[Outgoing] = []
    for one in records:
        try:
            documents += [(one, document) for document in documents_of(one, erasures)]
        except RefusedError as refused:
            letters.append(refusal(one, str(refused)))
    return documents, letters


def unique(refused: Sequence[Refusal]) -> list[Refusal]:
    """One refusal a document, also when two generations refuse it."""
    return list({(one.document.family, one.document.id): one for one in refused}.values())


def _letter(origins: Mapping[tuple[Family, str, int], Received[Any]], one: Refusal) -> Outgoing:
    document = one.document
    return refusal(origins[document.family, document.id, document.version], one.reason)


def refusal(one: Received[Any], reason: str) -> Outgoing:
    """The dead letter of a record that could be read and not be written."""
    error = DecodeError("invalid", f"not indexed: {reason}")
    payload, key = encode(one.message), one.key.encode()
    return dead_letter(GROUP, one.topic, one.partition, one.offset, key, payload, one.headers, error, one.at)
