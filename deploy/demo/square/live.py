"""Tells open pages of new posts, as server-sent events. A page that was away says what it saw last and catches up."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager

from deploy.demo.square.model import Post

HEARTBEAT = 15.0
"""Seconds of silence after which a comment keeps the connection open."""
_QUEUE = 500

News = tuple[int, Post]
"""A post with its number."""


def event(seq: int, post: Post) -> str:
    """One server-sent event. The page fetches the thread itself; this only says which."""
    data = {
        "conversation": post.conversation,
        "id": post.source_id,
        "first": post.in_reply_to is None,
        "organisation": post.organisation.name if post.from_organisation else None,
    }
    return f"id: {seq}\nevent: post\ndata: {json.dumps(data)}\n\n"


class Live:
    """The open pages of this process. All on one event loop."""

    def __init__(self) -> None:
        self._queues: set[asyncio.Queue[News | None]] = set()
        self._closed = False

    def publish(self, news: list[News]) -> None:
        """Tell every page. One that does not keep up is let go; it comes back and catches up."""
        for queue in list(self._queues):
            for one in news:
                if queue.full():
                    self._let_go(queue)
                    break
                queue.put_nowait(one)

    def _let_go(self, queue: asyncio.Queue[News | None]) -> None:
        self._queues.discard(queue)
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(None)

    def close(self) -> None:
        """End every stream, so that the server can stop."""
        self._closed = True
        for queue in list(self._queues):
            self._let_go(queue)

    async def follow(self, missed: Callable[[], list[News]]) -> AsyncIterator[str]:
        """What a page missed, then what comes, until the page or the server goes."""
        with self._queue() as queue:
            last = 0
            yield "retry: 1000\n\n"
            for seq, post in missed():
                last = seq
                yield event(seq, post)
            while not (self._closed and queue.empty()):
                try:
                    async with asyncio.timeout(HEARTBEAT):
                        one = await queue.get()
                except TimeoutError:
                    yield ": still here\n\n"
                    continue
                if one is None:
                    return
                if one[0] > last:
                    yield event(*one)

    @contextmanager
    def _queue(self) -> Iterator[asyncio.Queue[News | None]]:
        queue: asyncio.Queue[News | None] = asyncio.Queue(_QUEUE)
        self._queues.add(queue)
        try:
            yield queue
        finally:
            self._queues.discard(queue)
