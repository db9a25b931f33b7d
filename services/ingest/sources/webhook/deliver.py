"""One attempt to hand an approved reply to its source: a signed POST to `deliver_url`. The adapter to HTTP.

The same item always has the same `webhook-id` and `Idempotency-Key`, so that a source that got it can say so.
"""

from dataclasses import dataclass
from datetime import datetime

import httpx
import orjson

from services.contracts.outbox import OutboxItem
from services.ingest.store import FinalOutcome
from services.runtime.backoff import retry_after
from services.runtime.webhooks import signed_headers

LONGEST_WAIT = 3_600.0
TRY_AGAIN = frozenset({408, 425, 429})
_MOST = 65_536
_SENT = ("id", "kind", "team", "case", "conversation", "in_reply_to", "text", "sender", "at")


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a source's replies go, and the secret that signs them."""

    url: str
    secret: str


@dataclass(frozen=True, slots=True)
class TryAgain:
    """It may work later; `wait` is what the source asks, in seconds."""

    why: str
    wait: float | None = None


def body_of(item: OutboxItem) -> bytes:
    """What is posted: `id`, `kind`, `team`, `case`, `conversation`, `in_reply_to`, `text`, `sender`, `at`."""
    fields = item.model_dump(mode="json", include=set(_SENT))
    return orjson.dumps({name: fields[name] for name in _SENT})


async def attempt(
    client: httpx.AsyncClient, to: Destination, item: OutboxItem, now: datetime
) -> FinalOutcome | TryAgain:
    """Post `item` once, and say what that means."""
    body = body_of(item)
    headers = signed_headers(to.secret, item.id, int(now.timestamp()), body)
    headers |= {"Content-Type": "application/json", "Idempotency-Key": item.id, "User-Agent": "webcare/1 (delivery)"}
    try:
        async with client.stream("POST", to.url, content=body, headers=headers) as response:
            answer = await _beginning(response)
    except httpx.TransportError as error:
        return TryAgain(f"no answer from the source ({type(error).__name__})")
    except httpx.HTTPError as error:
        return FinalOutcome("failed", detail=f"the source's answer cannot be read ({type(error).__name__})")
    wait = retry_after(response.headers.get("retry-after"), now, LONGEST_WAIT)
    return judge(response.status_code, answer, wait)


def judge(status: int, answer: bytes, wait: float | None) -> FinalOutcome | TryAgain:
    """What an answer means: 2xx is delivered, 5xx and a few 4xx may work later, the rest has failed for good."""
    if 200 <= status < 300:
        return FinalOutcome("delivered", url=_url_in(answer))
    if status >= 500 or status in TRY_AGAIN:
        return TryAgain(f"the source answered {status}", wait)
    return FinalOutcome("failed", detail=f"the source refused it: HTTP {status}")


def _url_in(answer: bytes) -> str:
    """Where the reply can be seen, when the source says so: `{"url": "https://…"}`."""
    try:
        data = orjson.loads(answer)
    except orjson.JSONDecodeError:
        return ""
    url = data.get("url") if isinstance(data, dict) else None
    fine = isinstance(url, str) and len(url) <= 2000 and url.startswith(("http://", "https://"))
    return str(url) if fine else ""


async def _beginning(response: httpx.Response) -> bytes:
    read = b""
    async for part in response.aiter_bytes():
        read += part
        if len(read) > _MOST:
            break
    return read
