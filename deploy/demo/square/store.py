"""What the square remembers: posts, and the outbox of webhooks that webcare has not taken yet. One SQLite file.

A post and its webhook are written in one transaction: a post that anybody can see will reach webcare, whatever dies.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from deploy.demo.square.model import Author, Post

PAGE = 25
"""Threads on one page."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS posts (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, source_id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, monitor TEXT NOT NULL,
    conversation TEXT NOT NULL, in_reply_to TEXT, author_id TEXT NOT NULL, name TEXT NOT NULL, handle TEXT NOT NULL,
    followers INTEGER, text TEXT NOT NULL, created_at REAL NOT NULL, rating INTEGER, private INTEGER NOT NULL,
    from_organisation INTEGER NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS posts_conversation ON posts (conversation, seq);
CREATE TABLE IF NOT EXISTS outbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, webhook_id TEXT NOT NULL UNIQUE, body BLOB NOT NULL,
    mentions INTEGER NOT NULL, state TEXT NOT NULL DEFAULT 'waiting', attempts INTEGER NOT NULL DEFAULT 0,
    due REAL NOT NULL DEFAULT 0, error TEXT NOT NULL DEFAULT '') STRICT;
CREATE INDEX IF NOT EXISTS outbox_state ON outbox (state, seq);
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
"""
_COLUMNS = (
    "source_id, kind, monitor, conversation, in_reply_to, author_id, name, handle, followers, text, created_at, rating, "
    "private, from_organisation"
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook on its way to webcare. `due` in seconds since 1970, 0 for at once."""

    webhook_id: str
    body: bytes
    mentions: int
    attempts: int = 0
    due: float = 0.0
    error: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """Which threads to show: of one organisation, with one author in them, or private ones; else all public ones."""

    monitor: str | None = None
    author_id: str | None = None
    private: bool = False


class Store:
    """One open file. Not for several processes at a time."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _rows(self, sql: str, *values: object) -> list[Any]:
        return self._db.execute(sql, values).fetchall()

    # Posts

    def add(self, posts: Iterable[Post], deliveries: Iterable[Delivery] = (), fact: str | None = None) -> None:
        """Add posts, the webhooks that tell of them, and a fact to remember, all or nothing."""
        with self._db:
            self._db.executemany(
                f"INSERT INTO posts ({_COLUMNS}) VALUES ({','.join('?' * 14)})",  # noqa: S608 - constants only
                [_row(post) for post in posts],
            )
            self._db.executemany(
                "INSERT INTO outbox (webhook_id, body, mentions) VALUES (?, ?, ?)",
                [(one.webhook_id, one.body, one.mentions) for one in deliveries],
            )
            if fact is not None:
                self._db.execute("INSERT OR REPLACE INTO facts (name, value) VALUES (?, '1')", (fact,))

    def knows(self, fact: str) -> bool:
        """Whether a fact was remembered."""
        return bool(self._rows("SELECT 1 FROM facts WHERE name = ?", fact))

    def get(self, source_id: str) -> Post | None:
        """The post with this id."""
        found = self._rows("SELECT * FROM posts WHERE source_id = ?", source_id)
        return _post(found[0]) if found else None

    def thread(self, conversation: str) -> list[Post]:
        """All posts of a thread, first to last; empty when there is no such thread."""
        return [
            _post(row) for row in self._rows("SELECT * FROM posts WHERE conversation = ? ORDER BY seq", conversation)
        ]

    def threads(self, view: View, before: int | None = None) -> tuple[list[list[Post]], int | None]:
        """A page of threads, newest first, and the mark to give as `before` for the next page."""
        found = self._rows(
            "SELECT seq, source_id FROM posts AS root WHERE in_reply_to IS NULL AND seq < ? AND (? IS NULL OR monitor = ?)"
            " AND (? IS NOT NULL OR private = ?) AND (? IS NULL OR EXISTS"
            " (SELECT 1 FROM posts AS one WHERE one.conversation = root.source_id AND one.author_id = ?))"
            " ORDER BY seq DESC LIMIT ?",
            *(2**62 if before is None else before, view.monitor, view.monitor),
            *(view.author_id, int(view.private), view.author_id, view.author_id, PAGE + 1),
        )
        more = found[PAGE - 1]["seq"] if len(found) > PAGE else None
        return [self.thread(row["source_id"]) for row in found[:PAGE]], more

    def has(self, view: View, thread: Sequence[Post]) -> bool:
        """Whether a thread belongs in a view."""
        if view.author_id is not None:
            return any(post.author.id == view.author_id for post in thread)
        root = thread[0]
        return root.private == view.private and view.monitor in (None, root.monitor)

    def ids(self) -> set[str]:
        """The ids of all posts."""
        return {row["source_id"] for row in self._rows("SELECT source_id FROM posts")}

    def last_seq(self) -> int:
        """The number of the newest post; 0 when there is none."""
        return int(self._rows("SELECT coalesce(max(seq), 0) AS last FROM posts")[0]["last"])

    def since(self, seq: int, limit: int = 200) -> list[tuple[int, Post]]:
        """The posts after a number, oldest first, at most the newest `limit`."""
        found = self._rows("SELECT * FROM posts WHERE seq > ? ORDER BY seq DESC LIMIT ?", seq, limit)
        return [(row["seq"], _post(row)) for row in reversed(found)]

    # The outbox

    def next_delivery(self) -> Delivery | None:
        """The oldest webhook that waits; those behind it wait too, so that threads arrive in order."""
        found = self._rows("SELECT * FROM outbox WHERE state = 'waiting' ORDER BY seq LIMIT 1")
        return _delivery(found[0]) if found else None

    def delivered(self, webhook_id: str) -> None:
        """Webcare took it; the body is no longer needed."""
        with self._db:
            self._db.execute(
                "UPDATE outbox SET state = 'delivered', body = x'', error = '' WHERE webhook_id = ?", (webhook_id,)
            )

    def failed(self, webhook_id: str, error: str, due: float) -> None:
        """It did not arrive: try again at `due`."""
        with self._db:
            self._db.execute(
                "UPDATE outbox SET attempts = attempts + 1, error = ?, due = ? WHERE webhook_id = ?",
                (error, due, webhook_id),
            )

    def refused(self, webhook_id: str, error: str) -> None:
        """Webcare will not have it: keep it for the status page."""
        with self._db:
            self._db.execute("UPDATE outbox SET state = 'refused', error = ? WHERE webhook_id = ?", (error, webhook_id))

    def retry_refused(self) -> int:
        """Let all refused webhooks wait again; says how many."""
        with self._db:
            return self._db.execute("UPDATE outbox SET state = 'waiting', due = 0 WHERE state = 'refused'").rowcount

    def counts(self) -> dict[str, int]:
        """Mentions in the outbox by state."""
        counted = {
            row["state"]: row["n"] for row in self._rows("SELECT state, sum(mentions) n FROM outbox GROUP BY state")
        }
        return {state: int(counted.get(state, 0)) for state in ("waiting", "delivered", "refused")}

    def refusals(self, limit: int = 50) -> list[Delivery]:
        """The newest refused webhooks."""
        return [
            _delivery(row)
            for row in self._rows("SELECT * FROM outbox WHERE state = 'refused' ORDER BY seq DESC LIMIT ?", limit)
        ]


def _row(post: Post) -> tuple[object, ...]:
    author = post.author
    return (
        *(post.source_id, post.kind, post.monitor, post.conversation, post.in_reply_to),
        *(author.id, author.name, author.handle, author.followers),
        *(post.text, post.created_at.timestamp(), post.rating, int(post.private), int(post.from_organisation)),
    )


def _post(row: sqlite3.Row) -> Post:
    return Post(
        source_id=row["source_id"],
        kind=row["kind"],
        monitor=row["monitor"],
        conversation=row["conversation"],
        in_reply_to=row["in_reply_to"],
        author=Author(row["author_id"], row["name"], row["handle"], row["followers"]),
        text=row["text"],
        created_at=datetime.fromtimestamp(row["created_at"], UTC),
        rating=row["rating"],
        private=bool(row["private"]),
        from_organisation=bool(row["from_organisation"]),
    )


def _delivery(row: sqlite3.Row) -> Delivery:
    return Delivery(row["webhook_id"], row["body"], row["mentions"], row["attempts"], row["due"], row["error"])
