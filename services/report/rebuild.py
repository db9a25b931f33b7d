"""Makes the indices again from the topics, while people search and the sink goes on: `webcare rebuild`.

1. The record of generations says that n + 1 is being built; from its next batch on the sink writes to both.
2. Where the topics end is noted, and everything before that is read from the beginning and written to n + 1 with the
   sink's own code. Versions make the order of the two writers irrelevant.
3. What erasures came on `desk.events` meanwhile is applied to n + 1; later ones are the sink's, which writes there too.
4. The aliases are switched in one step; n is written until then, and deleted after.

Why nothing is missing: a batch that the sink wrote to n alone was polled before step 1, so it lies before the marks of
step 2. (The marks are the last stable offsets: what is committed later is polled later, and so written to both.) A rebuild
that dies leaves the old generation in use; the next one starts with a fresh number and clears up.

Why nothing that was erased comes back: erasures before the marks are on `desk.teams` when the marks are known, and are
applied to all that is read; those between the marks and the end of the reading are step 3.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeVar
from uuid import uuid4

from kafka import KafkaConsumer, TopicPartition

from services.contracts.erasure import Erasures
from services.contracts.topics import DESK_EVENTS, DESK_TEAMS, MENTIONS_CLASSIFIED, Topic
from services.report.domain.indices import WHOLE
from services.report.elastic import BACKGROUND_SECONDS, Elastic, ElasticClient, ElasticUnavailableError
from services.report.erasing import Eraser, erasing_events
from services.report.generations import GenerationStore, SupersededError
from services.report.settings import ReportSettings
from services.report.sink import GROUP, prepared
from services.report.writer import IndexGoneError, Writer
from services.runtime.clock import Clock, system_clock
from services.runtime.kafka import open_consumer
from services.runtime.messages import Outgoing, Received
from services.runtime.reading import read

log = logging.getLogger(__name__)

TOPICS: tuple[Topic, ...] = (MENTIONS_CLASSIFIED, DESK_EVENTS)
WAITS = (1, 2, 5, 10, 20, 30)
"""Seconds before each further attempt of a step."""
T = TypeVar("T")
Progress = Callable[[int, int], None]
"""Called with the records passed and the records there are."""


class RebuildStoppedError(RuntimeError):
    """The rebuild was asked to stop; what was in use before is in use still."""


@dataclass(frozen=True)
class Rebuilt:
    """What a rebuild did. `refused` counts records that no document can be made of (the sink has dead-lettered them)."""

    generation: int
    records: int
    refused: int


def rebuild(
    settings: ReportSettings,
    progress: Progress = lambda _done, _total: None,
    stop: threading.Event | None = None,
    clock: Clock = system_clock,
) -> Rebuilt:
    """Rebuild all families of indices from the topics.

    Raises:
        ElasticUnavailableError, KafkaError: an engine is away; what was in use before is in use still.
        SupersededError: another rebuild took over.
        RebuildStoppedError: `stop` was set.
    """
    with ElasticClient(settings, BACKGROUND_SECONDS) as elastic, closing(open_consumer(settings)) as consumer:
        store = GenerationStore(elastic, settings)
        store.prepare()
        return Rebuild(elastic, store, consumer, clock, stop or threading.Event()).run(progress)


class Rebuild:
    """One pass over the topics into a new generation."""

    def __init__(
        self, elastic: Elastic, store: GenerationStore, consumer: KafkaConsumer, clock: Clock, stop: threading.Event
    ) -> None:
        self._store = store
        self._id = str(uuid4())
        self._writer = Writer(elastic, store)
        self._eraser, self._erasures = Eraser(elastic, store), Erasures()
        self._consumer = consumer
        self._clock = clock
        self._stop = stop

    def run(self, progress: Progress) -> Rebuilt:
        """See `rebuild`."""
        store, patiently = self._store, self._patiently
        before = patiently(store.read)
        building = patiently(lambda: store.save(before, before.generations.begin(), self._id))
        generation = building.generations.building
        assert generation is not None
        patiently(lambda: store.drop_others(building.generations.written))
        for family in WHOLE:
            patiently(partial(store.create, store.names.index(family, "", generation)))
        records, refused = self._pass(generation, progress)
        switched = patiently(lambda: store.save(building, building.generations.switch(), self._id))
        patiently(lambda: store.activate(generation))
        finished = patiently(lambda: store.save(switched, switched.generations.finish(), self._id))
        patiently(lambda: store.drop_others(finished.generations.written))
        return Rebuilt(generation, records, refused)

    def _patiently(self, step: Callable[[], T]) -> T:
        """Do a step, which is harmless to repeat; a short absence of Elasticsearch does not end hours of work."""
        for wait in WAITS:
            try:
                return step()
            except ElasticUnavailableError as error:
                log.warning("the rebuild tries again in %d s: %s", wait, error)
                if self._stop.wait(wait):
                    raise RebuildStoppedError("stopped while Elasticsearch was away") from error
        return step()

    def _pass(self, generation: int, progress: Progress) -> tuple[int, int]:
        """Read from the beginning to where the topics end now. Returns the records read and those refused."""
        begins, marks = self._bounds(TOPICS)
        for batch in self._since(*self._bounds((DESK_TEAMS,))):
            for one in self._read(batch)[0]:
                self._erasures.fold(one.message)
        self._seek(begins)
        total, read_so_far, refused = sum(marks[tp] - begins[tp] for tp in marks), 0, 0
        progress(0, total)
        while any(self._consumer.position(tp) < mark for tp, mark in marks.items()):
            if self._stop.is_set():
                raise RebuildStoppedError("stopped before it was complete")
            batch = self._consumer.poll(500)
            records = [one for part in batch.values() for one in part]
            if records:
                read_so_far += len(records)
                refused += self._write(records, generation)
            progress(min(total, sum(self._consumer.position(tp) - begins[tp] for tp in marks)), total)
        self._erase_later(generation, {tp: mark for tp, mark in marks.items() if tp.topic == DESK_EVENTS.name})
        return read_so_far, refused

    def _erase_later(self, generation: int, since: Mapping[TopicPartition, int]) -> None:
        """What was erased after the marks, from all that was read before."""
        for batch in self._since(since, self._consumer.end_offsets(list(since))):
            events = erasing_events(one.message for one in self._read(batch)[0])
            self._patiently(partial(self._eraser.erase, events, (generation,)))

    def _since(self, begins: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int]) -> Iterator[list[Any]]:
        """All records from some offsets to others, in batches."""
        self._seek(begins)
        while any(self._consumer.position(tp) < end for tp, end in ends.items()):
            if self._stop.is_set():
                raise RebuildStoppedError("stopped before it was complete")
            yield [one for part in self._consumer.poll(500).values() for one in part]

    def _seek(self, offsets: Mapping[TopicPartition, int]) -> None:
        self._consumer.assign(list(offsets))
        for tp, offset in offsets.items():
            self._consumer.seek(tp, offset)

    def _bounds(self, topics: Sequence[Topic]) -> tuple[dict[TopicPartition, int], dict[TopicPartition, int]]:
        partitions = [
            TopicPartition(topic.name, number)
            for topic in topics
            for number in sorted(self._consumer.partitions_for_topic(topic.name) or ())
        ]
        return self._consumer.beginning_offsets(partitions), self._consumer.end_offsets(partitions)

    def _read(self, records: list[Any]) -> tuple[list[Received[Any]], list[Outgoing]]:
        now: datetime = self._clock()
        return read(f"{GROUP}-rebuild", records, now)

    def _write(self, records: list[Any], generation: int) -> int:
        good, unreadable = self._read(records)
        documents, letters = prepared(good, self._erasures)
        try:
            refused, _ = self._patiently(lambda: self._writer.write([one for _, one in documents], (generation,)))
        except IndexGoneError as gone:
            raise SupersededError(f"an index of generation {generation} was deleted: {gone}") from gone
        return len(unreadable) + len(letters) + len(refused)
