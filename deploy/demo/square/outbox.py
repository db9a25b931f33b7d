"""Delivers the outbox to webcare's ingest, `POST {ingest}/v1/hooks/square`, signed by Standard Webhooks, in order.

What is not taken is tried again after 1, 2, 4 … at most 30 seconds until it is, so that an ingest that restarts loses
nothing. What is refused for good (4xx other than 408 and 429) is logged and kept for the status page.
"""

import asyncio
import json
import logging
from collections.abc import Sequence
from uuid import uuid4

import httpx

from deploy.demo.square.model import Post, mention
from deploy.demo.square.store import Delivery, Store
from services.runtime.clock import Clock
from services.runtime.webhooks import signed_headers

log = logging.getLogger(__name__)

PATH = "/v1/hooks/square"
LONGEST_WAIT = 30.0
PATIENCE = 10.0
"""Seconds that one attempt may take."""


def backoff(attempts: int) -> float:
    """Seconds to wait after so many failed attempts: 1, 2, 4, 8, 16, 30, 30 …"""
    return min(LONGEST_WAIT, 2.0 ** max(0, min(attempts, 10) - 1))


def is_final(status: int) -> bool:
    """Whether trying again is of no use."""
    return 300 <= status < 500 and status not in (408, 429)


def delivery_of(posts: Sequence[Post], public_url: str) -> Delivery:
    """The webhook that tells webcare of `posts`."""
    body = json.dumps({"mentions": [mention(post, public_url) for post in posts]}, ensure_ascii=False).encode()
    return Delivery(f"msg_{uuid4().hex}", body, len(posts))


class Outbox:
    """Sends what waits. `wake()` says that something new does."""

    def __init__(self, store: Store, client: httpx.AsyncClient, ingest: str, secret: str, clock: Clock) -> None:
        self._store, self._client, self._clock, self._secret = store, client, clock, secret
        self._url = ingest.rstrip("/") + PATH
        self._news = asyncio.Event()

    def wake(self) -> None:
        """Look again now."""
        self._news.set()

    async def run(self) -> None:
        """Deliver until cancelled."""
        while True:
            self._news.clear()
            wait = await self.step()
            if wait > 0:
                await self._rest(wait)

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return

    async def step(self) -> float:
        """Try the oldest webhook that waits, if it is due; seconds until the next step is of use, 0 for at once."""
        delivery = self._store.next_delivery()
        if delivery is None:
            return 3600.0
        wait = delivery.due - self._clock().timestamp()
        if wait > 0:
            return wait
        await self._attempt(delivery)
        return 0.0

    async def _attempt(self, delivery: Delivery) -> None:
        stamp = int(self._clock().timestamp())
        headers = signed_headers(self._secret, delivery.webhook_id, stamp, delivery.body)
        headers["content-type"] = "application/json"
        try:
            response = await self._client.post(self._url, content=delivery.body, headers=headers, timeout=PATIENCE)
        except httpx.HTTPError as error:
            self._again(delivery, type(error).__name__)
            return
        if response.is_success:
            self._store.delivered(delivery.webhook_id)
        elif is_final(response.status_code):
            log.error("webcare refused webhook %s: %s", delivery.webhook_id, response.status_code)
            self._store.refused(delivery.webhook_id, f"{response.status_code} {response.text[:500]}")
        else:
            self._again(delivery, str(response.status_code))

    def _again(self, delivery: Delivery, error: str) -> None:
        wait = backoff(delivery.attempts + 1)
        log.warning("webhook %s: %s; again in %.0f s", delivery.webhook_id, error, wait)
        self._store.failed(delivery.webhook_id, error, self._clock().timestamp() + wait)
