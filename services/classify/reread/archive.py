"""Finds a classified mention again: an index in memory of where each stands on `mentions.classified`, made from the topic.

The topic itself is the archive: nothing is stored twice, no text is kept in memory, and what is found is what was committed.
`advance` reads up to the high watermark, so that what a predecessor was still committing is seen. Used by `worker.py`.
"""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Protocol

from kafka import TopicPartition

from services.classify.domain.places import Places
from services.contracts.codec import DecodeError, decode
from services.contracts.mentions import ClassifiedMention
from services.contracts.topics import MENTIONS_CLASSIFIED
from services.runtime.kafka import open_consumer
from services.runtime.settings import Settings

MOST = 4_000_000
"""Mentions that are remembered of one partition: 64 MB."""
_PATIENCE_MS = 500
_ID = re.compile(rb"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(:\d+)?")


class Mentions(Protocol):
    """What corrections ask."""

    def advance(self, partitions: Iterable[int]) -> None:
        """Take in what has been written by now."""

    def place(self, partition: int, mention: str, /) -> int | None:
        """Where the latest record of a mention stands."""

    def read(self, partition: int, offset: int, /) -> ClassifiedMention:
        """The mention that stands there."""


class Archive:
    """One consumer reads ahead for the index, one goes back to read a record, one asks for the ends. Not for threads."""

    def __init__(self, settings: Settings, since: datetime, beat: Callable[[], None] = lambda: None) -> None:
        """`since`: what was appended earlier is not found. `beat` is called while a long reading goes on."""
        self._since, self._beat = since, beat
        self._ahead, self._back = open_consumer(settings), open_consumer(settings)
        self._ends = open_consumer(settings, committed_only=False)
        self._places: dict[int, Places] = {}

    def advance(self, partitions: Iterable[int]) -> None:
        """Take in what has been written to `partitions` by now; the first time, all of it since `since`."""
        wanted = [TopicPartition(MENTIONS_CLASSIFIED.name, number) for number in sorted(set(partitions))]
        self._open([tp for tp in wanted if tp.partition not in self._places])
        ends = self._ends.end_offsets(wanted) if wanted else {}
        while any(self._ahead.position(tp) < end for tp, end in ends.items()):
            self._beat()
            for tp, records in self._ahead.poll(_PATIENCE_MS).items():
                places = self._places[tp.partition]
                for one in records:
                    if mention := _mention_of(one):
                        places.put(mention, one.offset)

    def _open(self, fresh: list[TopicPartition]) -> None:
        if not fresh:
            return
        self._ahead.assign([*self._ahead.assignment(), *fresh])
        found = self._ahead.offsets_for_times(dict.fromkeys(fresh, max(0, int(self._since.timestamp() * 1000))))
        for tp in fresh:
            if (first := found.get(tp)) is None:
                self._ahead.seek_to_end(tp)
            else:
                self._ahead.seek(tp, first.offset)
            self._places[tp.partition] = Places(MOST)

    def place(self, partition: int, mention: str) -> int | None:
        """Where the latest record of a mention stands, as far as has been read; `None` when it is not known."""
        return self._places[partition].find(mention) if partition in self._places else None

    def read(self, partition: int, offset: int) -> ClassifiedMention:
        """The mention that stands there.

        Raises:
            DecodeError: it cannot be read.
            LookupError: it is no longer there.
        """
        tp = TopicPartition(MENTIONS_CLASSIFIED.name, partition)
        self._back.assign([tp])
        self._back.seek(tp, offset)
        while not (records := self._back.poll(_PATIENCE_MS, max_records=1).get(tp, [])):
            self._beat()
            if self._ends.beginning_offsets([tp])[tp] > offset:
                break
        if not records or records[0].offset != offset:
            raise LookupError(f"offset {offset} of partition {partition} has gone")
        found: ClassifiedMention = decode(MENTIONS_CLASSIFIED, records[0].value)
        return found

    def known(self) -> int:
        """How many mentions can be found."""
        return sum(map(len, self._places.values()))

    def close(self) -> None:
        """Close the consumers."""
        for consumer in (self._ahead, self._back, self._ends):
            consumer.close()


def _mention_of(record: Any) -> str | None:
    """The id of the mention, from the header where there is one: a whole topic is gone through."""
    for name, value in record.headers or ():
        if name == "ce_id" and value and _ID.fullmatch(value):
            return str(value[:36].decode("ascii"))
    try:
        mention: ClassifiedMention = decode(MENTIONS_CLASSIFIED, record.value or b"")
    except DecodeError:
        return None  # route and the sink keep it as a dead letter
    return mention.id
