"""The one place where posts come about: stored with their webhook, then told to open pages and to the outbox."""

from collections.abc import Sequence

from deploy.demo.square.live import Live
from deploy.demo.square.model import Post, in_bulk
from deploy.demo.square.outbox import Outbox, delivery_of
from deploy.demo.square.store import Store


class Square:
    """The parts of one running square."""

    def __init__(self, store: Store, live: Live, outbox: Outbox, public_url: str) -> None:
        self.store, self.live, self.outbox, self.public_url = store, live, outbox, public_url

    def publish(self, posts: Sequence[Post], fact: str | None = None) -> None:
        """Put customers' posts on the square, and on their way to webcare in as few webhooks as may be."""
        deliveries = [delivery_of(part, self.public_url) for part in in_bulk(posts)]
        before = self.store.last_seq()
        self.store.add(posts, deliveries, fact)
        self.live.publish(self.store.since(before))
        self.outbox.wake()

    def publish_answer(self, post: Post) -> None:
        """Put the organisation's answer on the square; webcare knows of it already."""
        before = self.store.last_seq()
        self.store.add([post])
        self.live.publish(self.store.since(before))
