"""What the routes share, put on the app by `build_app`, and what they all do: say who asks, send, and say so."""

import asyncio
import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request

from services.contracts.mentions import Mention
from services.ingest.board import Board
from services.ingest.domain.trace import trace_of, traceparent
from services.ingest.intake import MOST_MENTIONS, Refusal, to_send
from services.ingest.publisher import Publishes
from services.ingest.settings import IngestSettings
from services.ingest.store import Store
from services.ingest.teams import Teams
from services.runtime.clock import Clock
from services.runtime.headers import TRACEPARENT
from services.runtime.health import Health
from services.runtime.metrics import MENTIONS_COLLECTED
from services.runtime.producer import SendError
from services.runtime.web.identity import Identity, TokenError, read_token
from services.runtime.web.problems import Problem

log = logging.getLogger(__name__)

PATIENCE = 25.0
"""Seconds that a request waits for Kafka."""
RETRY_AFTER = {"Retry-After": "5"}
_CHALLENGE = 'Bearer realm="webcare"'


@dataclass(frozen=True)
class Context:
    """The parts that the routes use. `hex_digits(n)` gives `n` random ones."""

    settings: IngestSettings
    signing_key: str
    secrets: Mapping[str, tuple[str, ...]]
    publisher: Publishes
    teams: Teams
    board: Board
    store: Store
    health: Health
    clock: Clock
    hex_digits: Callable[[int], str] = lambda count: secrets.token_hex(count // 2)


def context_of(request: Request) -> Context:
    """The app's context."""
    found: Context = request.app.state.ingest
    return found


Here = Annotated[Context, Depends(context_of)]


def who_asks(request: Request) -> Identity:
    """Who the bearer token speaks for.

    Raises:
        Problem: 401, without a token or with one that is not valid.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Problem(401, "not_logged_in", "Send a bearer token.", {"WWW-Authenticate": _CHALLENGE})
    try:
        return read_token(context_of(request).signing_key, token.strip())
    except TokenError as error:
        challenge = {"WWW-Authenticate": f'{_CHALLENGE}, error="invalid_token"'}
        raise Problem(401, "invalid_token", str(error), challenge) from error


Asking = Annotated[Identity, Depends(who_asks)]


def known_teams(here: Context) -> frozenset[str]:
    """The teams. Raises `Problem`: 503 while they are not known yet."""
    known = here.teams.known()
    if known is None:
        raise Problem(503, "starting", "Still reading which teams there are; try again.", RETRY_AFTER)
    return known


def listed(data: Any) -> list[Any]:
    """One or a list, as a list. Raises `Problem`: 422 when there are too many."""
    raws = data if isinstance(data, list) else [data]
    if len(raws) > MOST_MENTIONS:
        raise Problem(422, "too_many", f"A request has at most {MOST_MENTIONS:,} mentions; send them in parts.")
    return raws


def refuse(refusal: Refusal) -> Problem:
    """The problem that says what is wrong with which mention; nothing was taken."""
    count = refusal.count
    detail = f"Nothing was taken: {count} mention{' is' if count == 1 else 's are'} not as it should be."
    return Problem(422, "invalid", detail, errors=refusal.errors, error_count=count)


async def publish(here: Context, request: Request, mentions: Sequence[Mention]) -> list[str]:
    """Send `mentions` and give their ids once Kafka has acknowledged.

    Raises:
        Problem: 503 when it has not; sending them again is harmless.
    """
    given = request.headers.get(TRACEPARENT)
    trace = traceparent(given, here.hex_digits(16), here.hex_digits(32))
    waiting = asyncio.wrap_future(here.publisher.submit(to_send(mentions, trace)))
    try:
        await asyncio.wait_for(waiting, PATIENCE)
    except (SendError, TimeoutError) as error:
        log.warning("mentions not acknowledged by Kafka: %s", error, extra={"trace": trace_of(trace)})
        detail = "Kafka has not acknowledged; send the same again, a repeat is harmless."
        raise Problem(503, "unavailable", detail, RETRY_AFTER) from error
    for one in mentions:
        MENTIONS_COLLECTED.labels(one.source, one.team).inc()
        level = logging.INFO if len(mentions) == 1 else logging.DEBUG
        about = {"mention": one.id, "team": one.team, "source": one.source, "trace": trace_of(trace)}
        log.log(level, "mention taken in", extra=about)
    if len(mentions) > 1:
        log.info("%d mentions taken in", len(mentions), extra={"trace": trace_of(trace)})
    return [one.id for one in mentions]
