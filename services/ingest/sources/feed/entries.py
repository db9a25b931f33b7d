"""A feed's bytes to mentions as given: RSS and Atom through feedparser. Pure; `now` is for entries without a date."""

import calendar
import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from time import struct_time
from typing import Any

import feedparser

from services.ingest.sources.feed.text import plain_text


class FeedError(ValueError):
    """What was fetched is not a feed."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: its id within the feed, when it was published, and the mention that it gives."""

    id: str
    given: Mapping[str, Any]


def read_feed(body: bytes, content_type: str, now: datetime) -> list[Entry]:
    """The entries of a feed, oldest first.

    Raises:
        FeedError: it is neither RSS nor Atom.
    """
    found = feedparser.parse(
        io.BytesIO(body), response_headers={"content-type": content_type}, resolve_relative_uris=False
    )
    if not found.get("version"):
        raise FeedError("neither RSS nor Atom")
    title = plain_text(str(found.feed.get("title", "")), 500)
    entries = [_entry(one, title, now) for one in found.entries]
    return sorted(entries, key=lambda entry: str(entry.given["created_at"]))


def _entry(one: Mapping[str, Any], feed_title: str, now: datetime) -> Entry:
    created = min(_moment(one.get("published_parsed")) or _moment(one.get("updated_parsed")) or now, now)
    text = plain_text(_content(one), 100_000)
    title = plain_text(str(one.get("title", "")), 500)
    link = str(one.get("link", ""))
    ident = _ident(str(one.get("id") or link) or f"{title}\x1f{text}")
    author = plain_text(str(one.get("author", "")), 500) or feed_title or "unknown"
    given = {
        "source_id": ident,
        "kind": "article",
        "author": {"id": author, "name": author},
        "title": title,
        "text": text or title,
        "url": link if len(link) <= 2000 and link.startswith(("http://", "https://")) else "",
        "created_at": created,
    }
    return Entry(ident, given)


def _content(one: Mapping[str, Any]) -> str:
    """The fullest text that the entry has."""
    bodies = [str(part.get("value", "")) for part in one.get("content", [])]
    return max([*bodies, str(one.get("summary", ""))], key=len)


def _ident(own: str) -> str:
    """The entry's own id, or its hash where it is too long."""
    return own if len(own) <= 500 else "sha256-" + hashlib.sha256(own.encode("utf-8", "replace")).hexdigest()


def _moment(parsed: struct_time | None) -> datetime | None:
    """feedparser gives UTC; what is no date at all counts as none."""
    if parsed is None:
        return None
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC)
    except (ValueError, OverflowError, OSError):
        return None
