"""A file, record by record, in constant memory, from any byte that a record starts at: NDJSON and CSV.

What cannot be read is a record too, with the reason, so that nothing stops the reading and nothing is passed over.
"""

import csv
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, NamedTuple

import orjson

from services.contracts.rejected import RejectionCode

LONGEST = 1_000_000
"""Bytes of one record."""
KEPT = 100_000
"""Bytes that are kept of a record that is too long."""
MOST_LINES = 1_000
"""Lines of one quoted CSV record; a quote that is never closed must not swallow the file."""
_BOM = b"\xef\xbb\xbf"


class Place(NamedTuple):
    """Where a record starts: `offset` in bytes, `line` counted from 0."""

    offset: int
    line: int


class Unreadable(NamedTuple):
    """Why a record is not usable."""

    code: RejectionCode
    detail: str


class Record(NamedTuple):
    """One record: `line` counted from 1, the place after it, and its fields or why there are none."""

    line: int
    after: Place
    fields: Any
    problem: Unreadable | None
    raw: bytes


class HeaderError(ValueError):
    """The first line of a CSV file does not name its columns."""


def ndjson_records(file: BinaryIO, start: Place) -> Iterator[Record]:
    """The records of an NDJSON file from `start` on. Empty lines are passed over."""
    for line, after, raw, whole in _lines(file, start):
        if not whole:
            yield Record(line, after, None, _too_long(), raw)
            continue
        text = raw.removeprefix(_BOM) if line == 1 else raw
        if not text.strip():
            continue
        try:
            yield Record(line, after, orjson.loads(text), None, raw)
        except orjson.JSONDecodeError as error:
            yield Record(line, after, None, _why_not_json(text, error), raw)


def _why_not_json(text: bytes, error: orjson.JSONDecodeError) -> Unreadable:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError as bad:
        return Unreadable("not_utf8", f"byte {bad.start} of the line is not UTF-8")
    return Unreadable("not_json", f"not JSON at column {error.colno}: {error.msg.split(':')[0]}"[:300])


def _too_long() -> Unreadable:
    return Unreadable("too_large", f"longer than {LONGEST:,} bytes (the first {KEPT:,} are kept)")


def _lines(file: BinaryIO, start: Place) -> Iterator[tuple[int, Place, bytes, bool]]:
    """Number, place after, bytes, and whether that is the whole line."""
    file.seek(start.offset)
    offset, number = start
    while raw := file.readline(LONGEST + 1):
        offset, number = offset + len(raw), number + 1
        if len(raw) <= LONGEST or raw.endswith(b"\n"):
            yield number, Place(offset, number), raw, True
            continue
        while (rest := file.readline(LONGEST)) and not rest.endswith(b"\n"):
            offset += len(rest)
        offset += len(rest)
        yield number, Place(offset, number), raw[:KEPT], False


class Columns(NamedTuple):
    """The columns of a CSV file, and what separates them. `author.id` goes into the object `author`."""

    names: tuple[str, ...]
    separator: str
    after: Place


def read_header(file: BinaryIO) -> Columns:
    """The columns, from the first line; the separator is the commonest of comma, semicolon and tab in it.

    Raises:
        HeaderError: it is not text, or has no column `text`.
    """
    file.seek(0)
    raw = file.readline(LONGEST)
    try:
        line = raw.removeprefix(_BOM).decode("utf-8")
        separator = max(",;\t", key=line.count)
        names = next(csv.reader([line], delimiter=separator, strict=True), [])
    except (UnicodeDecodeError, csv.Error) as error:
        raise HeaderError(f"the first line does not name the columns: {type(error).__name__}") from error
    stripped = tuple(name.strip() or f"column_{index}" for index, name in enumerate(names, 1))
    if "text" not in stripped:
        raise HeaderError("the first line names no column `text`")
    if len(set(stripped)) != len(stripped):
        raise HeaderError("the first line names a column twice")
    return Columns(stripped, separator, Place(len(raw), 1))


def csv_records(file: BinaryIO, start: Place, columns: Columns) -> Iterator[Record]:
    """The records of a CSV file from `start` on; a quoted cell may go over several lines. Empty lines are passed over."""
    place = max(start, columns.after)
    while True:
        found = _csv_chunk(file, place)
        if found is None:
            return
        raw, after, problem = found
        if problem is None and raw.strip():
            fields, problem = _csv_fields(raw, columns)
            yield Record(place.line + 1, after, fields, problem, raw)
        elif problem is not None:
            yield Record(place.line + 1, after, None, problem, raw)
        place = after


def _csv_chunk(file: BinaryIO, place: Place) -> tuple[bytes, Place, Unreadable | None] | None:
    """The lines of one record: on to the next line while a quote is open. One that stays open spoils only its own line."""
    parts: list[bytes] = []
    size = quotes = 0
    first: Place | None = None
    for _, after, raw, whole in _lines(file, place):
        first = first or after
        if not whole and not parts:
            return raw, after, _too_long()
        parts.append(raw)
        size, quotes = size + len(raw), quotes + raw.count(b'"')
        if quotes % 2 == 0 and whole:
            return b"".join(parts), after, None
        if not whole or size > LONGEST or len(parts) >= MOST_LINES:
            break
    if first is None:
        return None
    return parts[0], first, Unreadable("invalid", "a quoted cell is never closed")


def _csv_fields(raw: bytes, columns: Columns) -> tuple[dict[str, Any] | None, Unreadable | None]:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as bad:
        return None, Unreadable("not_utf8", f"byte {bad.start} of the record is not UTF-8")
    try:
        cells = next(csv.reader(text.splitlines(keepends=True), delimiter=columns.separator, strict=True), [])
    except csv.Error as error:
        return None, Unreadable("invalid", f"not CSV: {error}"[:300])
    if len(cells) != len(columns.names):
        return None, Unreadable("invalid", f"has {len(cells)} cells, the header names {len(columns.names)} columns")
    return _nested(columns.names, cells), None


def _nested(names: Sequence[str], cells: Sequence[str]) -> dict[str, Any]:
    """Cells as fields. An empty cell is an absent field; `author.x` goes into `author`; `media` and `extra` are JSON."""
    fields: dict[str, Any] = {}
    author: dict[str, Any] = {}
    for name, cell in zip(names, cells, strict=True):
        if not cell:
            continue
        if name.startswith("author."):
            author[name.removeprefix("author.")] = cell
        else:
            fields[name] = _json(cell) if name in ("media", "extra") else cell
    if author:
        plain = fields.pop("author", None)
        fields["author"] = ({"id": plain} if plain else {}) | author
        fields["author"].setdefault("id", author.get("handle") or author.get("name") or "unknown")
    return fields


def _json(cell: str) -> Any:
    """Parsed, or as it is, for the mention's own check to refuse."""
    try:
        return orjson.loads(cell)
    except orjson.JSONDecodeError:
        return cell
