"""The input of a stateful worker: one topic that goes first, and others that wait while it has records.

The worker is a member of a group for the first topic alone. The same partition numbers of the others are read by a consumer
of its own, from what the group has committed, so that a backlog there never stands before a record of the first. (Pausing
partitions of one consumer would be simpler; kafka-python 3.0.12 can leave a paused partition unread for good.)
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kafka import ConsumerRebalanceListener, KafkaConsumer, TopicPartition

from services.contracts.topics import Topic
from services.runtime.kafka import open_consumer, subscribe
from services.runtime.lag import Lag
from services.runtime.settings import Settings

IDLE_MS = 50
"""How long to wait for the later topics before looking at the first again."""

GLANCE_MS = 5
"""How long to look at the first topic while the others may have something."""
ALONE_MS = 200
"""How long to look at it when there are no others, or no partitions yet."""

Batch = Mapping[TopicPartition, list[Any]]


class Prioritised:
    """Polls `first` before `others`. `consumer` is the group's member; this closes only what it opens itself."""

    def __init__(
        self,
        settings: Settings,
        name: str,
        consumer: KafkaConsumer,
        first: Topic,
        others: Sequence[Topic],
        listener: ConsumerRebalanceListener,
    ) -> None:
        self._first = consumer
        self._others = others
        self._later = open_consumer(settings)
        self._lags = [Lag(name, consumer), Lag(name, self._later)]
        subscribe(consumer, [first], listener)

    def poll_first(self, max_records: int | None) -> Batch:
        """Records of the first topic that are there now. Partitions may be lost and won in here, and nowhere else.

        The library does its group work within the time it is given, so that it must be given some.
        """
        polled: Batch = self._first.poll(GLANCE_MS if self._later.assignment() else ALONE_MS, max_records=max_records)
        return polled

    def poll_later(self, max_records: int) -> Batch:
        """Records of the other topics, or none within a moment."""
        for lag in self._lags:
            lag.measure()
        if not self._later.assignment():
            return {}
        polled: Batch = self._later.poll(IDLE_MS, max_records=max_records)
        return polled

    def rewind(self, numbers: Iterable[int]) -> None:
        """Read on from what is committed, in these partition numbers: after partitions have moved, or a batch failed."""
        wanted = sorted(numbers)
        later = [TopicPartition(topic.name, number) for topic in self._others for number in wanted]
        self._later.assign(later)
        for consumer, partitions in ((self._first, self._first.assignment()), (self._later, later)):
            for tp in partitions:
                committed = self._first.committed(tp)
                if committed is None:
                    consumer.seek_to_beginning(tp)
                else:
                    consumer.seek(tp, committed)

    def close(self) -> None:
        """Close the consumer of the later topics."""
        self._later.close()
