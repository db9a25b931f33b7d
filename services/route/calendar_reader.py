"""Reads the calendars that teams have agreed, again and again, and tells route what became of it (`ReportCalendar`).

Part of the process `ticker`. Only what has changed since (ETag, Last-Modified), from public addresses, up to a size and a
time; a calendar that fails is waited out, longer each time. Copies are kept in memory: after a restart they are fetched
anew, and until that succeeds the agreements stay as they are. What is read is compared with what the team has, so that a
command carries shifts or leave only when they change something, and a lost command is made up for by the next reading.
"""

import asyncio
import logging
import random
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import NAMESPACE_URL, uuid5

import httpx

from services.contracts.codec import encode
from services.contracts.commands import ReportCalendar
from services.contracts.rota import CalendarStatus
from services.contracts.rota_commands import MOST_ENTRIES
from services.contracts.teams import CalendarFeed, TeamConfig
from services.contracts.topics import DESK_COMMANDS
from services.route.domain.calendar_rules import taken_over
from services.route.ical.events import CalendarError
from services.route.ical.feed import Copy, refreshed
from services.route.ical.read import Imported, read, read_leave
from services.route.settings import RouteSettings
from services.runtime.backoff import delay
from services.runtime.clock import Clock
from services.runtime.fetching import FetchError, fetch
from services.runtime.messages import Outgoing
from services.runtime.metrics import CALENDAR_READ_AT, CALENDAR_READS
from services.runtime.producer import Sender, SendError, fits
from services.runtime.public_addresses import PublicOnly

log = logging.getLogger(__name__)

ACTOR = "system:ticker"
ASKS = {"User-Agent": "webcare/1 (calendar reader)", "Accept": "text/calendar, */*;q=0.5"}
MOST_BYTES = 5_000_000
MOST_SECONDS = 30.0
"""For one calendar, from the look-up of its host to its last byte."""
PATIENT = httpx.Timeout(15.0, connect=5.0)
FIRST_WAIT, LONGEST_WAIT = 60.0, 6 * 3600.0
AT_ONCE = 4
_LOOK_SECONDS = 1.0
_SAID = 20
"""So many names and events are reported."""


class ReadError(Exception):
    """What was fetched cannot be used: in words, and as a code with its values."""

    def __init__(self, what: str, code: Literal["too_many", "too_much"], **values: object) -> None:
        super().__init__(what)
        self.code: Literal["too_many", "too_much"] = code
        self.values = {name: str(value) for name, value in values.items()}


@dataclass(slots=True)
class _Known:
    """What is known of one calendar: of which address, when it is due, and its last good copy."""

    feed: CalendarFeed
    due: datetime
    failures: int = 0
    copy: Copy | None = None
    read_at: datetime | None = None
    entries: int = 0


class CalendarReader:
    """The calendars of all teams. `configs` gives the agreements as they are, `chance` numbers in [0, 1)."""

    def __init__(
        self,
        every: timedelta,
        client: httpx.AsyncClient,
        configs: Callable[[], Iterable[TeamConfig]],
        sender: Sender,
        clock: Clock,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._every, self._client, self._configs, self._sender = every, client, configs, sender
        self._clock, self._chance = clock, chance
        self._known: dict[tuple[str, str], _Known] = {}

    async def round(self) -> None:
        """Read what is due, a few at a time; forget what is not agreed any more."""
        now = self._clock()
        configs = {config.team: config for config in self._configs()}
        agreed = {(team, feed.id): feed for team, config in configs.items() for feed in config.calendars}
        for gone in self._known.keys() - agreed.keys():
            del self._known[gone]
            CALENDAR_READ_AT.remove(*gone)
        for key, feed in agreed.items():
            if key not in self._known or self._known[key].feed != feed:
                self._known[key] = _Known(feed, now)
                CALENDAR_READ_AT.labels(*key).set(0)
        few = asyncio.Semaphore(AT_ONCE)

        async def one(team: str, known: _Known) -> None:
            async with few:
                await self._read(configs[team], known)

        await asyncio.gather(*(one(team, known) for (team, _), known in self._known.items() if known.due <= now))

    async def _read(self, config: TeamConfig, known: _Known) -> None:
        """Read one calendar, and report it."""
        now, name = self._clock(), known.feed.id
        try:
            known.copy = await self._fetched(known, now)
            said = await asyncio.to_thread(_said, known.copy.data, config, known.feed, now)
            command = _reported(config, known.feed, said, now)
            await asyncio.to_thread(self._send, command)
        except (FetchError, CalendarError, ReadError, SendError) as error:
            self._failed(known, error, now)
            CALENDAR_READS.labels(config.team, name, "failed").inc()
            log.warning("calendar %s failed: %s", name, error, extra={"team": config.team})
            if not isinstance(error, SendError):
                await self._complain(config, known, error, now)
            return
        known.failures, known.read_at, known.entries = 0, now, command.status.entries
        known.due = now + self._every * (1 + self._chance() / 10)
        changed = command.shifts is not None or command.leave is not None
        CALENDAR_READS.labels(config.team, name, "changed" if changed else "unchanged").inc()
        CALENDAR_READ_AT.labels(config.team, name).set(now.timestamp())

    def _failed(self, known: _Known, error: Exception, now: datetime) -> None:
        known.failures += 1
        asked = (error.wait if isinstance(error, FetchError) else None) or 0.0
        wait = max(delay(known.failures, FIRST_WAIT, LONGEST_WAIT, self._chance()), asked)
        known.due = now + timedelta(seconds=wait)

    async def _complain(
        self, config: TeamConfig, known: _Known, problem: FetchError | CalendarError | ReadError, now: datetime
    ) -> None:
        """Report that it could not be read. That this cannot be sent either is said by the log; it is tried again."""
        status = CalendarStatus(
            calendar=known.feed.id,
            tried_at=now,
            read_at=known.read_at,
            problem=str(problem)[:500],
            code=problem.code,
            values=dict(problem.values),
            entries=known.entries,
        )
        try:
            await asyncio.to_thread(self._send, _command(config.team, status))
        except SendError as error:
            log.warning("a report was not sent: %s", error, extra={"team": config.team})

    async def _fetched(self, known: _Known, now: datetime) -> Copy:
        last = known.copy
        cursor = {"etag": last.etag, "modified": last.modified} if last else {}
        try:
            async with asyncio.timeout(MOST_SECONDS):
                fetched = await fetch(self._client, known.feed.url, cursor, MOST_BYTES, now, ASKS)
        except TimeoutError as error:
            raise FetchError(f"took longer than {MOST_SECONDS:.0f} s", "slow") from error
        return await asyncio.to_thread(refreshed, fetched, last, now)

    def _send(self, command: ReportCalendar) -> None:
        self._sender.send([Outgoing(DESK_COMMANDS, command.team, command)])


def _said(data: bytes, config: TeamConfig, feed: CalendarFeed, now: datetime) -> Imported:
    """What the calendar says.

    Raises:
        ReadError: it says more than a team's agreements can hold.
    """
    if feed.holds == "shifts":
        found = read(data, config, feed.id, now, whose=feed.person)
    else:
        found = read_leave(data, config, feed.id, now, whose=feed.person)
    if max(len(found.shifts), len(found.leave)) > MOST_ENTRIES:
        raise ReadError(f"more than {MOST_ENTRIES:,} events in the time ahead", "too_many", most=MOST_ENTRIES)
    return found


def _reported(config: TeamConfig, feed: CalendarFeed, said: Imported, now: datetime) -> ReportCalendar:
    """The command for what was read. It carries the entries only when the team does not have them as they are.

    Raises:
        ReadError: it is larger than Kafka takes.
    """
    status = CalendarStatus(
        calendar=feed.id,
        tried_at=now,
        read_at=now,
        entries=len(said.shifts) + len(said.leave),
        unknown=tuple(dict.fromkeys(one.name[:500] for one in said.unknown))[:_SAID],
        passed_over=tuple(problem[:500] for problem in said.problems[:_SAID]),
    )
    if taken_over(config, feed, said.shifts, said.leave, now) == config:
        return _command(config.team, status)
    whole = _command(config.team, status, said)
    if not fits(encode(whole)):
        raise ReadError("too large to be taken over", "too_much")
    return whole


def _command(team: str, status: CalendarStatus, said: Imported | None = None) -> ReportCalendar:
    """Its id follows from the calendar and the moment of the try: sent twice, it is the same command."""
    return ReportCalendar(
        id=str(uuid5(NAMESPACE_URL, f"webcare:calendar:{team}:{status.calendar}:{status.tried_at.isoformat()}")),
        team=team,
        at=status.tried_at,
        actor=ACTOR,
        status=status,
        shifts=said.shifts if said else None,
        leave=said.leave if said else None,
    )


class Calendars:
    """The thread that reads calendars, with an event loop of its own. `error` is what ended it, if anything did."""

    def __init__(
        self, settings: RouteSettings, configs: Callable[[], Iterable[TeamConfig]], sender: Sender, clock: Clock
    ) -> None:
        self._settings, self._configs, self._sender, self._clock = settings, configs, sender, clock
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._guarded, name="calendars", daemon=True)
        self.error: Exception | None = None

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """Read no more. A reading that is under way is left behind: it is made up for after the next start."""
        self._stop.set()
        self._thread.join(1.0)

    def check(self) -> str | None:
        """A readiness check: whether the thread is there. That a calendar fails does not make the process unready."""
        return f"stopped: {self.error}" if self.error else None if self._thread.is_alive() else "not reading yet"

    def _guarded(self) -> None:
        try:
            with asyncio.Runner() as runner:
                runner.run(self._work())
        except Exception as error:  # noqa: BLE001  # not swallowed: the ticker raises it
            self.error = error

    async def _work(self) -> None:
        settings = self._settings
        transport = PublicOnly(httpx.AsyncHTTPTransport(), settings.calendar_private_hosts)
        async with httpx.AsyncClient(
            transport=transport, follow_redirects=True, max_redirects=5, timeout=PATIENT
        ) as client:
            every = timedelta(seconds=settings.calendar_seconds)
            reader = CalendarReader(every, client, self._configs, self._sender, self._clock)
            while not await asyncio.to_thread(self._stop.wait, _LOOK_SECONDS):
                await reader.round()
