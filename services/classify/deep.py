"""The second reader beside the flow: reads `mentions.classified`, asks for corrections on `desk.commands`.

A group of its own, at least once: the id of a correction follows from the mention and its revision, so that asking again is
asking once. Nothing waits for it, and what it cannot read in time it passes over. Part of the process `reread`.
"""

import logging
import os
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Protocol, TypeVar

from kafka.errors import KafkaError

from services.classify.domain.look import Text
from services.classify.domain.second_look import Rules, correction, in_time, worth
from services.classify.worker import text_of
from services.contracts.commands import CorrectClassification
from services.contracts.mentions import Classification, ClassifiedMention
from services.contracts.topics import DESK_COMMANDS, MENTIONS_CLASSIFIED
from services.runtime.clock import Clock
from services.runtime.deadletters import CircuitOpenError
from services.runtime.headers import passed_on
from services.runtime.messages import Outgoing, Received
from services.runtime.metrics import REREAD, REREAD_SECONDS
from services.runtime.producer import Producer, Sender, SendError
from services.runtime.reader import GroupReader
from services.runtime.settings import Settings

log = logging.getLogger(__name__)

GROUP = "reread-deep"
AT_ONCE = 8
"""Mentions in one call of the second reader: it is slow, and told to stop between two calls."""
POLLED = 200
RETRY_SECONDS = 1.0
_NICE = 10

T = TypeVar("T")


class Second(Protocol):
    """The second reader (`second.py`)."""

    def reread(self, texts: Sequence[Text], first: Sequence[Classification]) -> list[Classification]:
        """How it understands texts that the first reader has read, in order."""


class DeepReader:
    """A thread that reads again until it is told to stop."""

    def __init__(self, settings: Settings, second: Second, rules: Rules, stop: threading.Event, clock: Clock) -> None:
        self._settings, self._second, self._rules = settings, second, rules
        self._stop, self._clock = stop, clock
        self._thread = threading.Thread(target=self._run, name=GROUP, daemon=True)
        self.error: str | None = None

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def join(self) -> None:
        """Wait for its end, after `stop` was set."""
        if self._thread.is_alive():
            self._thread.join()

    def check(self) -> str | None:
        """Why it stands still, when it does."""
        return self.error

    def _run(self) -> None:
        _yield_to_others()
        while not self._stop.is_set():
            try:
                with (
                    Producer(self._settings, "reread") as producer,
                    GroupReader(self._settings, GROUP, [MENTIONS_CLASSIFIED], producer, clock=self._clock) as reader,
                ):
                    self.error = None
                    self._follow(reader, producer)
            except (KafkaError, SendError) as error:
                log.warning("the second reader has no connection to Kafka, trying again: %s", error)
                self._stop.wait(RETRY_SECONDS)
            except CircuitOpenError as error:
                log.exception("the second reader stops")
                self.error = str(error)
                return

    def _follow(self, reader: GroupReader, sender: Sender) -> None:
        while not self._stop.is_set():
            wanted = self.wanted(reader.poll(max_records=POLLED))
            for part in _parts(wanted, AT_ONCE):
                if self._stop.is_set():
                    return
                sender.send(self.read_again(part))
            reader.commit()

    def wanted(self, polled: Sequence[Received[ClassifiedMention]]) -> list[Received[ClassifiedMention]]:
        """Of what was polled, what is worth a second look and not too late for one."""
        now, wanted = self._clock(), [one for one in polled if worth(one.message, self._rules)]
        timely = [one for one in wanted if in_time(one.at, now, self._rules)]
        REREAD.labels("passed_over").inc(len(wanted) - len(timely))
        return timely

    def read_again(self, part: Sequence[Received[ClassifiedMention]]) -> list[Outgoing]:
        """The corrections that the second reader asks for."""
        sent: list[Outgoing] = []
        for one, second in zip(part, self._reread([one.message for one in part]), strict=True):
            command = second and correction(one.message, second, self._rules, self._clock())
            REREAD.labels("failed" if second is None else "corrected" if command else "agreed").inc()
            if command:
                sent.append(_outgoing(one, command))
        return sent

    def _reread(self, mentions: Sequence[ClassifiedMention]) -> Sequence[Classification | None]:
        """What it says of each; `None` of one that it cannot read."""
        began = time.monotonic()
        try:
            found = self._second.reread([text_of(one) for one in mentions], [one.classification for one in mentions])
        except Exception:
            log.exception("the second reader failed", extra={"mentions": [one.id for one in mentions]})
            if len(mentions) == 1:
                return [None]
            return [self._reread([one])[0] for one in mentions]
        REREAD_SECONDS.observe((time.monotonic() - began) / max(1, len(mentions)))
        return found


def _outgoing(one: Received[Any], command: CorrectClassification) -> Outgoing:
    return Outgoing(DESK_COMMANDS, command.team, command, headers=passed_on(one.headers))


def _parts(values: Sequence[T], size: int) -> Iterator[list[T]]:
    rest = iter(values)
    while part := list(islice(rest, size)):
        yield part


def _yield_to_others() -> None:
    """On Linux a thread can be nicer than its process: corrections and the other processes go first."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
