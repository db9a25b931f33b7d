"""Server-sent events: `GET /api/v1/live` for programs, and the pages' own stream of what to fetch again.

A stream ends when its session does, within a second and before anything else is said: `StillIn` is asked each second and
before every event. Asking is cheap: it looks again only when something happened to an account, or after a while.
"""

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from datetime import UTC, datetime

from services.contracts.base import Model
from services.contracts.codec import encode
from services.contracts.events import CaseEvent, IdeaSettled, IdeaSubmitted, RotaEvent
from services.contracts.searches import SearchAlert
from services.desk.casework.presence import PresenceChanged
from services.desk.live import Entry, Hub, Vector, format_vector
from services.desk.watch import ListWatch
from services.runtime.metrics import LIVE_CLIENTS
from services.runtime.web.events import ENDED, sse

HEARTBEAT_SECONDS = 15.0
LOOK_SECONDS = 1.0
COALESCE_SECONDS = 0.25
JITTER = (0.6, 1.4)
"""Each page waits a little shorter or longer, so that not all of them fetch at the same moment."""
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
StillIn = Callable[[], Awaitable[bool]]


async def events_stream(
    hub: Hub, teams: frozenset[str], since: Vector | None, still_in: StillIn
) -> AsyncIterator[bytes]:
    """Every event and signal of `teams` as JSON; begins with `hello` and its place, or with `reset`."""
    client, place = hub.subscribe(teams, since)
    beat = _Beat()
    LIVE_CLIENTS.inc()
    try:
        yield b"retry: 2000\n\n" + sse("hello", json.dumps({"at": datetime.now(UTC).isoformat()}), format_vector(place))
        while True:
            if client.take_reset():
                place = hub.heads()
                yield sse("reset", "{}", format_vector(place))
            entries = await client.take(LOOK_SECONDS)
            if not await still_in():
                return
            for entry in entries:
                place[entry.stream] = max(entry.offset, place.get(entry.stream, -1))
                yield sse(_kind(entry.message), encode(entry.message).decode(), format_vector(place))
            if beat.due(bool(entries)):
                yield b": heartbeat\n\n"
    finally:
        hub.unsubscribe(client)
        LIVE_CLIENTS.dec()


async def page_stream(
    hub: Hub, team: str, since: Vector | None, still_in: StillIn, watch: ListWatch | None = None
) -> AsyncIterator[bytes]:
    """What a page must fetch again: `list`, `rota`, `ideas`, `case-<id>` per case that changed; a few times a second.

    `since` is the place at which the page was made: what happened before its stream opened is not missed. `watch` looks
    whether it is this page's list that changed, and gives the `counts`; without it every change is one of the list.
    """
    client, _ = hub.subscribe(frozenset({team}), since, pages=True)
    beat = _Beat()
    LIVE_CLIENTS.inc()
    try:
        yield b"retry: 2000\n\n"
        while True:
            if client.take_reset():
                yield sse("list", "reset") + sse("rota", "reset") + sse("case", "reset")
            entries = await client.take(LOOK_SECONDS)
            if not await still_in():
                yield ENDED
                return
            if entries:
                await asyncio.sleep(COALESCE_SECONDS * random.uniform(*JITTER))  # noqa: S311 - spreads load, keeps no secret
                yield b"".join(page_events([*entries, *await client.take(0)], watch))
            if beat.due(bool(entries)):
                yield b": heartbeat\n\n"
    finally:
        hub.unsubscribe(client)
        LIVE_CLIENTS.dec()


def page_events(entries: Iterable[Entry], watch: ListWatch | None = None) -> list[bytes]:
    """The page's events for some entries: the list once, the rota once, each case once, the counts that changed."""
    messages = [entry.message for entry in entries]
    cases = dict.fromkeys(one.case.id for one in messages if isinstance(one, CaseEvent))
    rota = any(isinstance(one, RotaEvent) for one in messages)
    ideas = any(isinstance(one, IdeaSubmitted | IdeaSettled) for one in messages)
    looks = dict.fromkeys(one.case_id for one in messages if isinstance(one, PresenceChanged))
    told = cases or rota
    sounded = any(isinstance(one, SearchAlert) for one in messages)
    listed = (told and (watch is None or watch.list_changed())) or (sounded and watch is None)
    changed = (
        (["list"] if listed else [])
        + (["rota"] if rota else [])
        + (["ideas"] if ideas else [])
        + [f"case-{case}" for case in cases]
        + [f"presence-{case}" for case in looks]
    )
    counts = watch.new_counts() if watch and (told or sounded) else ""
    return [sse(what, "changed") for what in changed] + ([sse("counts", counts)] if counts else [])


def _kind(message: Model) -> str:
    return str(getattr(message, "type", "message"))


class _Beat:
    """Says when a stream has been silent for so long that a heartbeat is due."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def due(self, said: bool) -> bool:
        """Whether a heartbeat is due; `said`, that something else was said just now."""
        silent = time.monotonic() - self._last >= HEARTBEAT_SECONDS
        if said or silent:
            self._last = time.monotonic()
        return silent and not said
