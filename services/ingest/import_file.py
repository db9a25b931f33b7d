"""`webcare import FILE`: sends the lines of a file to `mentions.raw`, and goes on where it was broken off.

Reading and checking go on while a thread waits for Kafka. How far Kafka has acknowledged is written to the data folder at
first, about once a second, and at the end; after `kill -9` at most a second's lines are sent again, which their ids make
harmless. An import that had finished starts over.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from services.ingest.domain.normalise import Defaults
from services.ingest.sources.file.collect import Item, fingerprint, records, to_item
from services.ingest.sources.file.pipe import Pipe
from services.ingest.sources.file.records import HeaderError, Place, Record, Unreadable
from services.ingest.sources.file.settings import ImportOptions
from services.ingest.store import ImportPosition, Store
from services.runtime.clock import Clock, system_clock
from services.runtime.metrics import RECORDS_REJECTED
from services.runtime.producer import Sender, SendError

BATCH = 2_000
SAVE_EVERY = timedelta(seconds=1)
SHOWN = 20
"""Refused lines that the summary names."""


class ImportFileError(RuntimeError):
    """The import cannot begin or go on; the text says why. What was acknowledged stays, and the next run goes on there."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import is: bytes acknowledged of all, and records over all runs."""

    bytes_done: int
    bytes_total: int
    lines: int
    rejected: int


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A line that went to `mentions.rejected`, and why."""

    line: int
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """What became of a file. `accepted` and `rejected` count all runs; `refused` are the first of this one."""

    path: str
    lines: int
    accepted: int
    rejected: int
    bytes: int
    seconds: float
    resumed_after_line: int
    finished: bool
    refused: tuple[RefusedLine, ...]


def import_file(
    options: ImportOptions,
    sender: Sender,
    store: Store,
    *,
    known_teams: frozenset[str] | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
    stop: threading.Event | None = None,
    clock: Clock = system_clock,
    pause: Callable[[float], object] | None = None,
) -> ImportSummary:
    """Import the file of `options`; returns early, unfinished, when `stop` is set.

    Args:
        sender: takes the messages; returns once Kafka has acknowledged.
        store: remembers how far it came.
        known_teams: the teams there are; `None` does not check.
        progress: called after each batch.
        pause: waits so many seconds, for `rate`; the default waits on `stop`.

    Raises:
        ImportFileError: the file cannot be read, its header or the team is wrong, or Kafka does not acknowledge.
    """
    stop = stop or threading.Event()
    if options.team is not None and known_teams is not None and options.team not in known_teams:
        raise ImportFileError(f"team {options.team!r} is not a team here; configure it first, or check its name")
    try:
        return _Import(options, store, known_teams, clock).run(sender, progress, stop, pause or stop.wait)
    except (OSError, HeaderError) as error:
        raise ImportFileError(f"{options.path}: {getattr(error, 'strerror', None) or error}") from error
    except SendError as error:
        raise ImportFileError(f"{error}. Run it again: it goes on where it was") from error


class _Import:
    """One run over one file."""

    def __init__(self, options: ImportOptions, store: Store, known: frozenset[str] | None, clock: Clock) -> None:
        self._options, self._store, self._known, self._clock = options, store, known, clock
        self._key = fingerprint(options)
        self._total = options.path.stat().st_size
        self._begun = clock()
        self._first = self._starting_point()
        self._acknowledged = self._first
        self._saved_at: datetime | None = None
        self._refused: list[RefusedLine] = []

    def _starting_point(self) -> ImportPosition:
        """Where to begin. The moment of the first import stays, so that lines without a time give the same mentions."""
        found = self._store.import_position(self._key)
        if found is None:
            return ImportPosition(self._begun)
        return ImportPosition(found.started) if found.finished or self._options.again else found

    def run(
        self,
        sender: Sender,
        progress: Callable[[Progress], None],
        stop: threading.Event,
        pause: Callable[[float], object],
    ) -> ImportSummary:
        """Read, send, remember."""
        with Pipe(sender, self._acknowledge) as pipe:
            sent = 0
            for part in self._parts():
                if stop.is_set():
                    break
                pipe.put(part)
                sent += len(part)
                progress(self._progress())
                self._keep_pace(sent, pause)
        self._finish(not stop.is_set())
        progress(self._progress())
        return self._summary()

    def _keep_pace(self, sent: int, pause: Callable[[float], object]) -> None:
        if self._options.rate:
            ahead = sent / self._options.rate - (self._clock() - self._begun).total_seconds()
            if ahead > 0:
                pause(ahead)

    def _parts(self) -> Iterator[list[Item]]:
        """The rest of the file, in parts of at most `BATCH` records, or a fifth of a second's at a low rate."""
        size = max(1, min(BATCH, int(self._options.rate / 5))) if self._options.rate else BATCH
        defaults = Defaults(
            self._begun, self._options.source, self._options.team, lenient=True, created_at=self._first.started
        )
        with self._options.path.open("rb", buffering=1 << 18) as file:
            found = records(file, self._options, Place(self._first.offset, self._first.line))
            while part := [self._item(record, defaults) for record in islice(found, size)]:
                yield part

    def _item(self, record: Record, defaults: Defaults) -> Item:
        item = to_item(record, defaults, self._known, self._key, self._options.path)
        if item.problem is not None:
            self._note(item, item.problem)
        return item

    def _note(self, item: Item, problem: Unreadable) -> None:
        RECORDS_REJECTED.labels("import", problem.code).inc()
        if len(self._refused) < SHOWN:
            self._refused.append(RefusedLine(item.line, problem.code, problem.detail))

    def _acknowledge(self, part: Sequence[Item]) -> None:
        """Kafka has `part`, and everything before it."""
        before, after = self._acknowledged, part[-1].after
        refused = sum(item.problem is not None for item in part)
        self._acknowledged = replace(
            before,
            offset=after.offset,
            line=after.line,
            accepted=before.accepted + len(part) - refused,
            rejected=before.rejected + refused,
        )
        now = self._clock()
        if self._saved_at is None or now - self._saved_at >= SAVE_EVERY:
            self._store.save_import(self._key, self._acknowledged)
            self._saved_at = now

    def _finish(self, whole: bool) -> None:
        if whole:
            self._acknowledged = replace(self._acknowledged, offset=self._total, finished=True)
        self._store.save_import(self._key, self._acknowledged)

    def _progress(self) -> Progress:
        at = self._acknowledged
        return Progress(at.offset, self._total, at.accepted + at.rejected, at.rejected)

    def _summary(self) -> ImportSummary:
        done = self._acknowledged
        return ImportSummary(
            path=str(self._options.path),
            lines=done.accepted + done.rejected,
            accepted=done.accepted,
            rejected=done.rejected,
            bytes=done.offset,
            seconds=round((self._clock() - self._begun).total_seconds(), 3),
            resumed_after_line=self._first.line,
            finished=done.finished,
            refused=tuple(self._refused),
        )
