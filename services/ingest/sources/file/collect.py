"""From the records of a file to what is sent: `mentions.raw` for what is good, `mentions.rejected` for the rest. Pure."""

import base64
import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple

from services.contracts.ids import rejected_id
from services.contracts.rejected import RejectedRecord
from services.contracts.topics import MENTIONS_RAW, MENTIONS_REJECTED
from services.ingest.domain.given import NotAMentionError
from services.ingest.domain.normalise import Defaults, normalise
from services.ingest.domain.trace import of_mention
from services.ingest.sources.file.records import (
    Place,
    Record,
    Unreadable,
    csv_records,
    ndjson_records,
    read_header,
)
from services.ingest.sources.file.settings import ImportOptions
from services.runtime.headers import TRACEPARENT
from services.runtime.messages import Outgoing

FINGERPRINT = 65_536
"""Bytes at the beginning by which a file is recognised, with its path and size."""


class Item(NamedTuple):
    """What one record gives: the message, the place after it, and why it was refused when it was."""

    message: Outgoing
    after: Place
    line: int
    problem: Unreadable | None


def fingerprint(options: ImportOptions) -> str:
    """By what an import is recognised when it is run again. Raises `OSError`."""
    path = options.path.resolve()
    with path.open("rb") as file:
        beginning = hashlib.sha256(file.read(FINGERPRINT)).hexdigest()
    kind = "csv" if options.is_csv() else "ndjson"
    parts = (str(path), str(path.stat().st_size), beginning, kind, options.source, options.team or "")
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


def records(file: BinaryIO, options: ImportOptions, start: Place) -> Iterator[Record]:
    """The records of a file from `start` on. Raises `HeaderError` for a CSV file without a header."""
    return csv_records(file, start, read_header(file)) if options.is_csv() else ndjson_records(file, start)


def to_item(record: Record, defaults: Defaults, known: frozenset[str] | None, key: str, path: Path) -> Item:
    """What `record` gives; `known` are the teams, `None` when anybody's word is taken for it."""
    problem = record.problem
    if problem is None:
        try:
            mention = normalise(record.fields, defaults)
            if known is None or mention.team in known:
                headers = {TRACEPARENT: of_mention(mention.id)}
                return Item(
                    Outgoing(MENTIONS_RAW, mention.conversation, mention, headers=headers),
                    record.after,
                    record.line,
                    None,
                )
            problem = Unreadable("unknown_team", "team: is not a team here; configure it first, or check its name")
        except NotAMentionError as error:
            problem = Unreadable(error.code, str(error))
    source = defaults.source or "import"
    rejected = rejection(record, problem, source, key, path, defaults.now)
    return Item(Outgoing(MENTIONS_REJECTED, source, rejected), record.after, record.line, problem)


def rejection(record: Record, problem: Unreadable, source: str, key: str, path: Path, now: datetime) -> RejectedRecord:
    """The dead letter of one line; its origin is the file, and the line's number as offset."""
    return RejectedRecord(
        id=rejected_id(f"file:{key}", 0, record.line),
        source=source,
        reader="import",
        code=problem.code,
        detail=f"line {record.line}: {problem.detail}"[:500],
        topic=f"file:{path.name}"[:500],
        partition=0,
        offset=record.line,
        at=now,
        payload=base64.b64encode(record.raw),
    )
