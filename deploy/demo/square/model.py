"""What the square is about: organisations, posts and their threads, and how a post looks to webcare. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from services.contracts.harmless import harmless

Kind = Literal["post", "comment", "review", "direct_message"]

NAME_LIMIT = 60
TEXT_LIMIT = 2000
BULK = 100
"""Mentions in one webhook at most."""


@dataclass(frozen=True, slots=True)
class Organisation:
    """Who a post is addressed to: `monitor` finds it, `team` of webcare answers it."""

    monitor: str
    name: str
    team: str


ORGANISATIONS: Mapping[str, Organisation] = {
    one.monitor: one
    for one in (
        Organisation("spoorlijn", "Spoorlijn", "spoorlijn"),
        Organisation("winkelhof", "Winkelhof", "spoorlijn"),
        Organisation("waterveen", "Gemeente Waterveen", "waterveen"),
    )
}


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a post; `followers` is `None` when nobody counts them."""

    id: str
    name: str
    handle: str
    followers: int | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """One post. `conversation` is the `source_id` of the first post of its thread; `private` holds for whole threads."""

    source_id: str
    kind: Kind
    monitor: str
    conversation: str
    in_reply_to: str | None
    author: Author
    text: str
    created_at: datetime
    rating: int | None = None
    private: bool = False
    from_organisation: bool = False

    @property
    def organisation(self) -> Organisation:
        """Who it is addressed to, or comes from."""
        return ORGANISATIONS[self.monitor]


class PostError(ValueError):
    """What a visitor wrote cannot be posted; `fields` names what is wrong: `missing`, `too_long` or `unknown`."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(", ".join(f"{name}: {code}" for name, code in fields.items()))
        self.fields = fields


def tidy(text: str) -> str:
    """What a visitor typed, harmless and without surrounding blanks, lines ended the one way."""
    return harmless(text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def checked(name: str, text: str) -> tuple[str, str]:
    """Name and text as they may be posted.

    Raises:
        PostError: one is empty or too long.
    """
    name, text = " ".join(tidy(name).split()), tidy(text)
    wrong = {
        field: "missing" if not value else "too_long"
        for field, value, limit in (("name", name, NAME_LIMIT), ("text", text, TEXT_LIMIT))
        if not value or len(value) > limit
    }
    if wrong:
        raise PostError(wrong)
    return name, text


def handle_of(name: str) -> str:
    """A handle made from a name: `Zoë de Wit` is `zoe.de.wit`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return ".".join(re.findall(r"[a-z0-9]+", plain))[:40] or "reiziger"


def first_post(source_id: str, monitor: str, author: Author, text: str, private: bool, now: datetime) -> Post:
    """A visitor's post or private message to an organisation.

    Raises:
        PostError: there is no such organisation.
    """
    if monitor not in ORGANISATIONS:
        raise PostError({"monitor": "unknown"})
    kind: Kind = "direct_message" if private else "post"
    return Post(source_id, kind, monitor, source_id, None, author, text, now, private=private)


def reaction(source_id: str, to: Post, author: Author, text: str, now: datetime) -> Post:
    """A visitor's reply under `to`, in its thread and for the same organisation."""
    kind: Kind = "direct_message" if to.private else "comment"
    return Post(source_id, kind, to.monitor, to.conversation, to.source_id, author, text, now, private=to.private)


def answer(source_id: str, to: Post, sender: str, text: str, at: datetime) -> Post:
    """The organisation's answer to `to`, as webcare delivered it."""
    organisation = to.organisation
    author = Author(f"organisation-{to.monitor}", sender or organisation.name, organisation.monitor)
    return Post(
        source_id=source_id,
        kind="direct_message" if to.private else "comment",
        monitor=to.monitor,
        conversation=to.conversation,
        in_reply_to=to.source_id,
        author=author,
        text=text,
        created_at=at,
        private=to.private,
        from_organisation=True,
    )


def address(post: Post, public_url: str) -> str:
    """Where a person can read the post."""
    return f"{public_url}/posts/{post.conversation}#p-{post.source_id}"


def mention(post: Post, public_url: str) -> dict[str, Any]:
    """The post as a `mention` without id, as `POST /v1/hooks/square` takes it."""
    return {
        "source_id": post.source_id,
        "kind": post.kind,
        "team": post.organisation.team,
        "monitor": post.monitor,
        "conversation": post.conversation,
        "in_reply_to": post.in_reply_to,
        "author": {
            "id": post.author.id,
            "name": post.author.name,
            "handle": post.author.handle,
            "followers": post.author.followers,
        },
        "text": post.text,
        "url": address(post, public_url),
        "rating": post.rating,
        "created_at": post.created_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
    }


def in_bulk(posts: Sequence[Post], size: int = BULK) -> Iterable[Sequence[Post]]:
    """The posts in slices of at most `size`, in order."""
    return (posts[start : start + size] for start in range(0, len(posts), size))
