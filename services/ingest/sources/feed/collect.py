"""Reads one feed again and again: new entries go to `mentions.raw`, and only then does the cursor move.

Each feed is a task of its own, so that none waits for another. A failure is waited out, longer each time, with jitter.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from services.contracts.mentions import Mention
from services.contracts.topics import MENTIONS_RAW
from services.ingest.board import Board
from services.ingest.domain.given import NotAMentionError
from services.ingest.domain.normalise import Defaults, normalise
from services.ingest.domain.trace import of_mention
from services.ingest.publisher import Publishes
from services.ingest.sources.feed.entries import Entry, FeedError, read_feed
from services.ingest.sources.feed.settings import FeedSource
from services.ingest.store import Store
from services.ingest.teams import Teams
from services.runtime.backoff import delay
from services.runtime.clock import Clock
from services.runtime.fetching import Fetched, FetchError, fetch
from services.runtime.headers import TRACEPARENT
from services.runtime.messages import Outgoing
from services.runtime.metrics import MENTIONS_COLLECTED
from services.runtime.producer import SendError

log = logging.getLogger(__name__)

ASKS = {
    "User-Agent": "webcare/1 (feed reader)",
    "Accept": "application/atom+xml, application/rss+xml, application/xml;q=0.9, */*;q=0.5",
}
FIRST_WAIT, LONGEST_WAIT = 5.0, 3_600.0
TEAM_WAIT = 10.0
"""Seconds until it is looked again whether the feed's team is there."""
REMEMBERED = 2_000
"""Ids of entries that have left the feed and are still known, in case they come back."""


@dataclass(frozen=True)
class Feed:
    """One feed and the parts it is read with. `chance` gives numbers in [0, 1); `pause` waits so many seconds."""

    source: FeedSource
    client: httpx.AsyncClient
    publisher: Publishes
    store: Store
    board: Board
    teams: Teams
    clock: Clock
    chance: Callable[[], float]
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def run(self) -> None:
        """Read until cancelled."""
        failures = 0
        while True:
            failures, wait = await self.step(failures)
            await self.pause(wait)

    async def step(self, failures: int) -> tuple[int, float]:
        """Read once: failures in a row so far in; failures in a row and seconds to wait out."""
        name = self.source.name
        known = self.teams.known()
        if known is None:
            return failures, TEAM_WAIT / 10
        if self.source.team not in known:
            self.board.failed(name, f"team {self.source.team} is not a team here; configure it first", self.clock())
            return failures, TEAM_WAIT
        try:
            count = await self.collect()
        except (FetchError, FeedError, SendError) as error:
            failures += 1
            self.board.failed(name, str(error), self.clock())
            asked = error.wait if isinstance(error, FetchError) else None
            wait = max(delay(failures, FIRST_WAIT, LONGEST_WAIT, self.chance()), asked or 0.0)
            log.warning("feed failed: %s; again in %.0f s", error, wait, extra={"source": name})
            return failures, wait
        self.board.succeeded(name, self.clock())
        if count:
            log.info("%d new entries", count, extra={"source": name, "team": self.source.team})
        return 0, self.source.every_seconds * (1 + self.chance() / 10)

    async def collect(self) -> int:
        """Fetch, send what is new, remember where we are; the number of new mentions.

        Raises:
            FetchError: it could not be had.
            FeedError: it is no feed.
            SendError: Kafka has not acknowledged; the cursor has not moved.
        """
        cursor = self.store.cursor(self.source.name) or {}
        now = self.clock()
        fetched = await fetch(self.client, str(self.source.url), cursor, self.source.max_bytes, now, ASKS)
        if fetched.body is None:
            return 0
        entries = await asyncio.to_thread(read_feed, fetched.body, fetched.content_type, now)
        seen = frozenset(cursor.get("seen", ()))
        mentions = self._mentions([entry for entry in entries if entry.id not in seen])
        messages = [
            Outgoing(MENTIONS_RAW, one.conversation, one, headers={TRACEPARENT: of_mention(one.id)}) for one in mentions
        ]
        if messages:
            await asyncio.wrap_future(self.publisher.submit(messages))
            MENTIONS_COLLECTED.labels(self.source.name, self.source.team).inc(len(messages))
        self.store.save_cursor(self.source.name, _advanced(cursor, fetched, entries))
        return len(messages)

    def _mentions(self, entries: Sequence[Entry]) -> list[Mention]:
        source = self.source
        defaults = Defaults(self.clock(), source.name, source.team, source.monitor)
        mentions: list[Mention] = []
        for entry in entries:
            try:
                mentions.append(normalise(dict(entry.given), defaults))
            except NotAMentionError as error:
                log.warning("passed over an entry: %s", error, extra={"source": source.name, "code": error.code})
        return mentions


def _advanced(cursor: dict[str, Any], fetched: Fetched, entries: Sequence[Entry]) -> dict[str, Any]:
    """The cursor after this reading: what is in the feed now comes last, so that it is forgotten last."""
    seen = dict.fromkeys((*cursor.get("seen", ()), *(entry.id for entry in entries)))
    for entry in entries:
        seen[entry.id] = seen.pop(entry.id)
    return {
        "etag": fetched.etag,
        "modified": fetched.modified,
        "seen": list(seen)[-(REMEMBERED + len(entries)) :],
    }
