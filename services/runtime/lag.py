"""Consumer lag of one member: the records between its position and the end of each topic, over the partitions it has.

Taken from what the last fetch said, so that it costs no request; a partition that has not been fetched yet counts once it
has. Sum it over the processes of one kind for the lag of the whole group.
"""

import time

from kafka import KafkaConsumer
from kafka.errors import KafkaError

from services.runtime.metrics import CONSUMER_LAG

EVERY_SECONDS = 1.0


class Lag:
    """Sets the metric of one reader, at most once in `EVERY_SECONDS`. Topics it no longer reads are set to 0."""

    def __init__(self, reader: str, consumer: KafkaConsumer) -> None:
        self._reader = reader
        self._consumer = consumer
        self._last = -EVERY_SECONDS
        self._topics: set[str] = set()

    def measure(self) -> None:
        """Set the metric, if it is time to. Call it from the thread that polls."""
        if time.monotonic() - self._last < EVERY_SECONDS:
            return
        self._last = time.monotonic()
        lags = dict.fromkeys(self._topics, 0)
        for tp in self._consumer.assignment():
            lags[tp.topic] = lags.get(tp.topic, 0) + self._behind(tp)
        self._topics |= lags.keys()
        for topic, behind in lags.items():
            CONSUMER_LAG.labels(self._reader, topic).set(behind)

    def _behind(self, tp: object) -> int:
        try:
            end = self._consumer.highwater(tp)
            return 0 if end is None else max(0, end - self._consumer.position(tp, timeout_ms=200))
        except (KafkaError, TypeError):
            return 0  # revoked between the two questions, or its position is not known yet
