"""Recent events for live clients: a ring per stream to resume from, a bounded queue per client. Fed by the read model.

A place in the streams is a vector, `0:123,3:88,s0:5`: the last offset of each partition of `desk.events`, and of
`signals` with an `s`. Offsets have holes (transactions leave marks), so that we only ever say "from here on", never
"nothing between"; when in doubt a client is told to load again (`reset`).
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from services.contracts.base import Model
from services.contracts.cases import Case
from services.contracts.events import CaseEvent

NOTHING = "-"
"""The vector of a process that has seen nothing yet."""
Vector = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Entry:
    """One event and the place where it was read."""

    stream: str
    offset: int
    team: str
    message: Model


@dataclass(slots=True)
class Ring:
    """The recent entries of one stream; `floor` is the last offset that is surely not in it any more."""

    floor: int
    entries: deque[Entry] = field(default_factory=deque)


def format_vector(vector: Vector) -> str:
    """As a client remembers it."""
    return ",".join(f"{stream}:{offset}" for stream, offset in sorted(vector.items())) or NOTHING


def parse_vector(text: str) -> Vector | None:
    """What a client remembered; `None` when we did not write that."""
    if text == NOTHING:
        return {}
    vector: dict[str, int] = {}
    for part in text.split(","):
        stream, _, offset = part.partition(":")
        if not stream.removeprefix("s").isdecimal() or not offset.isdecimal() or len(offset) > 19:
            return None
        vector[stream] = int(offset)
    return vector


class Subscription:
    """One live client's queue. `reset` says that it missed something and must load again."""

    def __init__(self, teams: frozenset[str], limit: int, pages: bool = False) -> None:
        self.teams = teams
        self.pages = pages
        self.reset = False
        self._limit = limit
        self._loop = asyncio.get_running_loop()
        self._woken = asyncio.Event()
        self._entries: deque[Entry] = deque()
        self._lock = threading.Lock()

    def offer(self, entry: Entry) -> None:
        """Queue an entry, from any thread; over the limit the queue is dropped and the client must load again."""
        if entry.team not in self.teams or self._loop.is_closed():
            return
        with self._lock:
            first = not self._entries
            self._entries.append(entry)
            if len(self._entries) > self._limit:
                self._entries.clear()
                self.reset = True
        if first:
            self._loop.call_soon_threadsafe(self._woken.set)

    async def take(self, patience: float) -> list[Entry]:
        """What has come, waiting at most `patience` seconds for the first."""
        try:
            async with asyncio.timeout(patience):
                await self._woken.wait()
        except TimeoutError:
            return []
        self._woken.clear()
        with self._lock:
            entries = list(self._entries)
            self._entries.clear()
        return entries

    def __len__(self) -> int:
        return len(self._entries)

    def take_reset(self) -> bool:
        """Whether the client must load again; asked once per time."""
        with self._lock:
            was, self.reset = self.reset, False
        return was


class Hub:
    """Keeps the rings and hands every entry to every client whose team it is."""

    def __init__(self, ring: int = 2_000, queue: int = 500) -> None:
        self._ring, self._queue = ring, queue
        self._rings: dict[str, Ring] = {}
        self._heads: dict[str, int] = {}
        self._clients: set[Subscription] = set()
        self._lock = threading.Lock()

    def publish(self, entry: Entry) -> None:
        """Take an entry, from the follower's thread."""
        with self._lock:
            ring = self._rings.setdefault(entry.stream, Ring(floor=entry.offset - 1))
            if entry.offset <= self._heads.get(entry.stream, -1):
                return
            self._heads[entry.stream] = entry.offset
            ring.entries.append(entry)
            if len(ring.entries) > self._ring:
                ring.floor = ring.entries.popleft().offset
            clients = list(self._clients)
        for client in clients:
            client.offer(entry)

    def forget(self, gone: Callable[[Case], bool]) -> None:
        """Keep no event of such cases any more: what was said in them is erased, also for who resumes."""
        with self._lock:
            for ring in self._rings.values():
                ring.entries = deque(
                    one for one in ring.entries if not (isinstance(one.message, CaseEvent) and gone(one.message.case))
                )

    def nudge(self, team: str, message: Model) -> None:
        """Tell the pages of a team something that is of this moment only: it is in no stream and cannot be resumed from."""
        with self._lock:
            clients = [one for one in self._clients if one.pages]
        for client in clients:
            client.offer(Entry("", -1, team, message))

    def heads(self) -> dict[str, int]:
        """The last offset of each stream."""
        with self._lock:
            return dict(self._heads)

    def find(self, ids: Iterable[str]) -> list[Model]:
        """The recent events with these ids, in their order."""
        wanted = set(ids)
        with self._lock:
            entries = [entry for ring in self._rings.values() for entry in ring.entries]
        return [entry.message for entry in entries if getattr(entry.message, "id", None) in wanted]

    def subscribe(
        self, teams: frozenset[str], since: Vector | None = None, *, pages: bool = False
    ) -> tuple[Subscription, dict[str, int]]:
        """A client from now on, or from `since`; the second value is the place where its stream begins.

        When `since` is further back than we remember, the subscription says `reset`. `pages` are told of nudges
        too. Call `unsubscribe` at its end.
        """
        client = Subscription(teams, self._queue, pages)
        with self._lock:
            missed = self._since(since) if since is not None else []
            begin = dict(self._heads if since is None or missed is None else since)
            client.reset = missed is None
            self._clients.add(client)
            for entry in missed or []:
                client.offer(entry)
        return client, begin

    def unsubscribe(self, client: Subscription) -> None:
        """The client has gone."""
        with self._lock:
            self._clients.discard(client)

    def clients(self) -> int:
        """How many listen."""
        with self._lock:
            return len(self._clients)

    def held(self) -> dict[str, int]:
        """How many `recent` events are kept, at most `ring` of each stream, and how many are `queued`, `queue` a client."""
        with self._lock:
            recent = sum(len(ring.entries) for ring in self._rings.values())
            return {"recent": recent, "queued": sum(map(len, self._clients))}

    def _since(self, since: Vector) -> list[Entry] | None:
        if any(stream not in self._rings for stream in since):
            return None
        missed: list[Entry] = []
        for stream, ring in self._rings.items():
            if since.get(stream, -1) < ring.floor:
                return None
            missed += [entry for entry in ring.entries if entry.offset > since.get(stream, -1)]
        return missed
