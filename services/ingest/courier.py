"""Carries one approved reply to its source until that is settled, and reports what became of it on `desk.commands`.

Tried at once, then after 1 s and longer each time up to 60 s, until it is 24 hours since it was approved. Replies of one
conversation leave one after the other; otherwise none waits for another.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx

from services.contracts.commands import ReportDelivery
from services.contracts.ids import delivery_id
from services.contracts.outbox import OutboxItem
from services.contracts.topics import DESK_COMMANDS
from services.ingest.publisher import Publishes
from services.ingest.sources.webhook.deliver import Destination, attempt
from services.ingest.store import FinalOutcome, Store
from services.runtime.backoff import delay
from services.runtime.clock import Clock
from services.runtime.headers import passed_on
from services.runtime.messages import Outgoing
from services.runtime.metrics import DELIVERIES
from services.runtime.producer import SendError

log = logging.getLogger(__name__)

ACTOR = "system:ingest"
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
GIVE_UP_AFTER = timedelta(hours=24)
AT_ONCE = 8
"""Requests to one destination at the same time."""


class Courier:
    """Delivers items concurrently, in one event loop. `chance` gives numbers in [0, 1); `pause` waits so many seconds."""

    def __init__(
        self,
        destinations: Mapping[str, Destination],
        client: httpx.AsyncClient,
        publisher: Publishes,
        store: Store,
        clock: Clock,
        chance: Callable[[], float],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._destinations = destinations
        self._client, self._publisher, self._store = client, publisher, store
        self._clock, self._chance, self._pause = clock, chance, pause
        self._room = {name: asyncio.Semaphore(AT_ONCE) for name in destinations}
        self._turns: dict[tuple[str, str], tuple[asyncio.Lock, int]] = {}

    async def deliver(self, item: OutboxItem, headers: Mapping[str, str]) -> None:
        """Return once `item` is settled and the report of it acknowledged; `headers` are the item's, for its trace."""
        async with self._turn((item.source, item.conversation)):
            outcome = self._store.outcome(item.id)
            if outcome is None:
                outcome = await self._settle(item)
                self._store.save_outcome(item.id, outcome, self._clock())
                DELIVERIES.labels(item.source, outcome.outcome).inc()
        await self._report(item, outcome, headers)

    @asynccontextmanager
    async def _turn(self, conversation: tuple[str, str]) -> AsyncIterator[None]:
        """One at a time in a conversation, in the order they came."""
        lock, users = self._turns.get(conversation, (asyncio.Lock(), 0))
        self._turns[conversation] = (lock, users + 1)
        try:
            async with lock:
                yield
        finally:
            lock, users = self._turns[conversation]
            if users == 1:
                del self._turns[conversation]
            else:
                self._turns[conversation] = (lock, users - 1)

    async def _settle(self, item: OutboxItem) -> FinalOutcome:
        to = self._destinations.get(item.source)
        if to is None:
            return FinalOutcome(
                "failed", detail=f"source {item.source} has no deliver_url: nothing can be sent back to it"
            )
        failures = 0
        while True:
            async with self._room[item.source]:
                result = await attempt(self._client, to, item, self._clock())
            if isinstance(result, FinalOutcome):
                return result
            failures += 1
            wait = max(delay(failures, FIRST_WAIT, LONGEST_WAIT, self._chance()), result.wait or 0.0)
            if self._clock() + timedelta(seconds=wait) > item.at + GIVE_UP_AFTER:
                return FinalOutcome("failed", detail=f"given up after 24 hours: {result.why}")
            about = {"team": item.team, "case": item.case, "source": item.source}
            log.warning("not delivered yet: %s; again in %.0f s", result.why, wait, extra=about)
            await self._pause(wait)

    async def _report(self, item: OutboxItem, outcome: FinalOutcome, headers: Mapping[str, str]) -> None:
        command = ReportDelivery(
            id=delivery_id(item.id, outcome.outcome),
            team=item.team,
            at=self._clock(),
            actor=ACTOR,
            case=item.case,
            reply=item.id,
            outcome=outcome.outcome,
            url=outcome.url,
            detail=outcome.detail[:500],
        )
        message = Outgoing(DESK_COMMANDS, item.team, command, headers=passed_on(headers))
        failures = 0
        while True:
            try:
                await asyncio.wrap_future(self._publisher.submit([message]))
            except SendError as error:
                failures += 1
                log.warning("delivery not reported yet: %s", error, extra={"team": item.team, "case": item.case})
                await self._pause(delay(failures, FIRST_WAIT, LONGEST_WAIT, self._chance()))
            else:
                about = {"team": item.team, "case": item.case, "source": item.source, "code": outcome.outcome}
                log.info("reply %s", outcome.outcome, extra=about)
                return
