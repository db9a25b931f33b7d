"""The second reader beside the flow: reads `mentions.classified`, asks for corrections on `desk.commands`.

A group of its own, at least once: the id of a correction follows from the mention and its revision, so that asking again is
asking once. Nothing waits for it, and what it cannot read in time it passes over. It goes by what each team has agreed
(`services/classify/teams.py`) and taught, as the first reader does. Part of the process `reread`.
"""

import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import TypeVar

from kafka.errors import KafkaError

from services.classify.domain.second_look import Rules, Second, correction, in_time, worth
from services.classify.worker import TermsOf, text_of, usual
from services.contracts.mentions import Classification, ClassifiedMention
from services.contracts.topics import DESK_COMMANDS, MENTIONS_CLASSIFIED
from services.runtime.clock import Clock, system_clock
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


class DeepReader:
    """A thread that reads again until it is told to stop. `build` loads the second reader, or gives `None` without one."""

    def __init__(
        self,
        settings: Settings,
        build: Callable[[], Second | None],
        rules: Rules,
        stop: threading.Event,
        clock: Clock = system_clock,
        terms_of: TermsOf = usual,
    ) -> None:
        self._settings, self._build, self._rules = settings, build, rules
        self._stop, self._clock, self._terms_of = stop, clock, terms_of
        self._thread = threading.Thread(target=self._run, name=GROUP, daemon=True)
        self.error: str | None = None

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def join(self) -> None:
        """Wait for its end, after `stop` was set; nothing when it never began."""
        if self._thread.is_alive():
            self._thread.join()

    def check(self) -> str | None:
        """Why it stands still, when it does."""
        return self.error

    def _run(self) -> None:
        try:
            _yield_to_others()
            self._read_on(self._build())
        except Exception as error:
            log.exception("the second reader stops; corrections go on")
            self.error = f"stopped by {type(error).__name__}"

    def _read_on(self, second: Second | None) -> None:
        while second is not None and not self._stop.is_set():
            try:
                with (
                    Producer(self._settings, "reread") as producer,
                    GroupReader(self._settings, GROUP, [MENTIONS_CLASSIFIED], producer, clock=self._clock) as reader,
                ):
                    self._follow(reader, producer, second)
            except (KafkaError, SendError) as error:
                log.warning("the second reader has no connection to Kafka, trying again: %s", error)
                self._stop.wait(RETRY_SECONDS)

    def _follow(self, reader: GroupReader, sender: Sender, second: Second) -> None:
        while not self._stop.is_set():
            wanted = self.wanted(reader.poll(max_records=POLLED))
            for part in _parts(wanted, AT_ONCE):
                if self._stop.is_set():
                    return
                sender.send(read_again(second, part, self._rules, self._clock(), self._terms_of))
            reader.commit()

    def wanted(self, polled: Sequence[Received[ClassifiedMention]]) -> list[Received[ClassifiedMention]]:
        """Of what was polled, what is worth a second look and not too late for one."""
        now, wanted = self._clock(), [one for one in polled if worth(one.message, self._rules)]
        timely = [one for one in wanted if in_time(one.at, now, self._rules)]
        REREAD.labels("passed_over").inc(len(wanted) - len(timely))
        return timely


def read_again(
    second: Second,
    part: Sequence[Received[ClassifiedMention]],
    rules: Rules,
    now: datetime,
    terms_of: TermsOf = usual,
) -> list[Outgoing]:
    """The corrections that the second reader asks for, by the terms of each mention's team."""
    sent: list[Outgoing] = []
    for one, found in zip(part, _reread(second, [one.message for one in part]), strict=True):
        terms = terms_of(one.message.team)
        command = correction(one.message, found, rules, now, terms) if found else None
        REREAD.labels("failed" if found is None else "corrected" if command else "agreed").inc()
        if command:
            sent.append(Outgoing(DESK_COMMANDS, command.team, command, headers=passed_on(one.headers)))
    return sent


def _reread(second: Second, mentions: Sequence[ClassifiedMention]) -> Sequence[Classification | None]:
    """What it says of each; `None` of one that it cannot read."""
    began = time.monotonic()
    try:
        found = second.reread([text_of(one) for one in mentions], [one.classification for one in mentions])
    except Exception:
        log.exception("the second reader failed", extra={"mention": mentions[0].id if len(mentions) == 1 else None})
        return [None] if len(mentions) == 1 else [_reread(second, [one])[0] for one in mentions]
    REREAD_SECONDS.observe((time.monotonic() - began) / max(1, len(mentions)))
    return found


def _parts(values: Sequence[T], size: int) -> Iterator[list[T]]:
    rest = iter(values)
    while part := list(islice(rest, size)):
        yield part


def _yield_to_others() -> None:
    """On Linux a thread can be nicer than its process: corrections and the other processes go first."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
