"""A mention as given, and the defaults of where it came from, become a `Mention` (what goes on `mentions.raw`). Pure.

`MentionGiven` has the limits of `Mention` (a property test holds the two together), so that what passes the one passes the
other; the second pass over parsed values costs less than pydantic's way around it (`model_construct`).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.contracts.codec import encode
from services.contracts.ids import mention_id
from services.contracts.mentions import Mention
from services.ingest.domain.given import FIELDS, MentionGiven, NotAMentionError, Problem, parse

AHEAD = timedelta(minutes=5)
"""How far a clock elsewhere may be ahead of ours; later is refused (architecture: one index family from one topic)."""
MAX_BYTES = 900_000
"""The largest mention as JSON: below Kafka's 1 MB for a record, with room for key and headers."""


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a way in fills in. `lenient` is how files are read: see `loosen`."""

    now: datetime
    source: str | None = None
    team: str | None = None
    monitor: str | None = None
    lenient: bool = False
    created_at: datetime | None = None
    """When a line of a file says nothing: the start of its first import, so that the same file gives the same mentions."""


def normalise(raw: object, defaults: Defaults) -> Mention:
    """`raw`, parsed JSON of any shape, as a mention.

    Raises:
        NotAMentionError: with what is wrong, field by field. Nothing else is ever raised.
    """
    if not isinstance(raw, dict):
        raise NotAMentionError(Problem("", "must be a JSON object with the fields of a mention"))
    _check_contract(raw)
    fields = _with_extra(raw)
    if defaults.lenient:
        fields = loosen(fields, defaults)
    given = parse(fields)
    team, source, source_id = _identity(given, defaults)
    mention = _build(given, team, source, source_id, defaults)
    _check_times(mention, defaults.now)
    _check_id(given, mention)
    _check_size(mention)
    return mention


def _check_contract(raw: Mapping[str, Any]) -> None:
    if raw.get("type", "mention") != "mention":
        raise NotAMentionError(Problem("type", 'must be "mention", or left out', "unknown_type"))
    version = raw.get("version", 1)
    if version != 1 or isinstance(version, bool):
        raise NotAMentionError(
            Problem("version", "is not known here; known is 1. Update webcare first", "unknown_version")
        )


def _with_extra(raw: dict[str, Any]) -> dict[str, Any]:
    """Fields that a mention does not have go to `extra` when they are plain values; others are left out."""
    if raw.keys() <= FIELDS:
        return raw
    fields = {name: value for name, value in raw.items() if name in FIELDS}
    others = {name: raw[name] for name in raw if name not in FIELDS and _is_plain(raw[name])}
    given = fields.get("extra")
    if given is None or isinstance(given, dict):
        fields["extra"] = others | (given or {})
    return fields


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, str | int | float | bool)


def loosen(fields: dict[str, Any], defaults: Defaults) -> dict[str, Any]:
    """A line of a file, made ready: an absent author is `unknown`, an absent `created_at` that of the import, and without a
    `source_id` the line's own `id` is taken, or else a hash of author, time and text.
    """
    fields = {name: value for name, value in fields.items() if value is not None}
    author = fields.get("author")
    if author is None or author == "":
        fields["author"] = {"id": "unknown"}
    elif isinstance(author, str):
        fields["author"] = {"id": author, "name": author}
    own = fields.pop("id", None) if "source_id" not in fields else None
    if own is not None and not isinstance(own, dict | list):
        fields["source_id"] = str(own)
    if isinstance(fields.get("source_id"), int):
        fields["source_id"] = str(fields["source_id"])
    if "source_id" not in fields:
        fields["source_id"] = content_id(fields)
    if defaults.created_at is not None:
        fields.setdefault("created_at", defaults.created_at)
    return fields


def content_id(fields: Mapping[str, Any]) -> str:
    """An id for what has none: the same author, time and text, as given, are the same mention."""
    author = fields.get("author")
    who = author.get("id") if isinstance(author, dict) else author
    parts = (str(who), str(fields.get("created_at", "")), str(fields.get("text", "")))
    return "sha256-" + hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:40]


def _identity(given: MentionGiven, defaults: Defaults) -> tuple[str, str, str]:
    team, source = given.team or defaults.team, given.source or defaults.source
    if team is None:
        raise NotAMentionError(Problem("team", "is missing; name the team that this mention is for"))
    if source is None:
        raise NotAMentionError(Problem("source", "is missing; name where it was said"))
    if given.source_id is None:
        raise NotAMentionError(
            Problem("source_id", "is missing; give the source's own id, so that a repeat is recognised")
        )
    return team, source, given.source_id


def _build(given: MentionGiven, team: str, source: str, source_id: str, defaults: Defaults) -> Mention:
    values = given.__dict__ | {
        "id": mention_id(team, source, source_id),
        "team": team,
        "source": source,
        "conversation": given.conversation or given.in_reply_to or source_id,
        "collected_at": given.collected_at or defaults.now,
        "monitor": given.monitor or defaults.monitor,
    }
    return Mention.model_validate(values)


def _check_times(mention: Mention, now: datetime) -> None:
    latest = now + AHEAD
    for name, moment in (
        ("created_at", mention.created_at),
        ("collected_at", mention.collected_at),
        ("edited_at", mention.edited_at),
    ):
        if moment is not None and moment > latest:
            raise NotAMentionError(
                Problem(name, "is more than five minutes ahead; check the clock and the offset from UTC")
            )


def _check_id(given: MentionGiven, mention: Mention) -> None:
    if given.id is not None and given.id.lower() != mention.id:
        raise NotAMentionError(Problem("id", "is not the UUIDv5 of this team, source and source_id; leave it out"))


def _check_size(mention: Mention) -> None:
    if len(mention.text) + _length(mention.extra) < 50_000 and not mention.media:
        return
    if len(encode(mention)) > MAX_BYTES:
        raise NotAMentionError(
            Problem("", f"is larger than {MAX_BYTES:,} bytes; shorten text, media or extra", "too_large")
        )


def _length(extra: Mapping[str, object]) -> int:
    """Roughly the characters of `extra`; no single one takes more than six bytes of JSON."""
    return sum(len(name) + (len(value) if isinstance(value, str) else 20) for name, value in extra.items())
