"""What ingest remembers between runs, in `ingest.sqlite` of the data folder: cursors, imports and finished deliveries.

The one adapter to SQLite. Safe to use from several threads and processes (an import runs beside the service).
"""

import json
import sqlite3
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal, Self

FILE = "ingest.sqlite"
KEEP_DELIVERIES = timedelta(days=31)
"""Longer than `outbox.approved` keeps what could be read again."""
_SCHEMA = """
CREATE TABLE IF NOT EXISTS cursors (source TEXT PRIMARY KEY, cursor TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS status (source TEXT PRIMARY KEY, success TEXT, failure TEXT, failed TEXT);
CREATE TABLE IF NOT EXISTS imports (
    key TEXT PRIMARY KEY, started TEXT NOT NULL, offset INTEGER NOT NULL, line INTEGER NOT NULL,
    accepted INTEGER NOT NULL, rejected INTEGER NOT NULL, finished INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS deliveries (
    reply TEXT PRIMARY KEY, outcome TEXT NOT NULL, url TEXT NOT NULL, detail TEXT NOT NULL, at TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """How a source fares. `failure` says what went wrong last, at `failed`; a later `success` means it is over."""

    success: datetime | None = None
    failure: str | None = None
    failed: datetime | None = None


@dataclass(frozen=True, slots=True)
class ImportPosition:
    """How far an import came, as far as Kafka has acknowledged. `offset` in bytes, `line` counts those before it."""

    started: datetime
    offset: int = 0
    line: int = 0
    accepted: int = 0
    rejected: int = 0
    finished: bool = False


@dataclass(frozen=True, slots=True)
class FinalOutcome:
    """What became of a reply, for good."""

    outcome: Literal["delivered", "failed"]
    url: str = ""
    detail: str = ""


class Store:
    """The file. Opening makes it, and the folder, when absent."""

    def __init__(self, data: Path) -> None:
        data.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._db = sqlite3.connect(data / FILE, check_same_thread=False, timeout=10, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(_SCHEMA)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def cursor(self, source: str) -> dict[str, Any] | None:
        """Where a source was left; `None` before the first time."""
        row = self._one("SELECT cursor FROM cursors WHERE source = ?", source)
        return None if row is None else json.loads(row[0])

    def save_cursor(self, source: str, cursor: dict[str, Any]) -> None:
        """Remember where a source was left. Only after Kafka has acknowledged what came before."""
        self._write("INSERT OR REPLACE INTO cursors VALUES (?, ?)", source, json.dumps(cursor))

    def status(self, source: str) -> SourceStatus:
        """How a source fared."""
        row = self._one("SELECT success, failure, failed FROM status WHERE source = ?", source)
        return SourceStatus() if row is None else SourceStatus(_moment(row[0]), row[1], _moment(row[2]))

    def save_status(self, source: str, status: SourceStatus) -> None:
        """Remember how a source fares."""
        values = (_text(status.success), status.failure, _text(status.failed))
        self._write("INSERT OR REPLACE INTO status VALUES (?, ?, ?, ?)", source, *values)

    def import_position(self, key: str) -> ImportPosition | None:
        """How far an import came; `None` when it never began."""
        columns = "started, offset, line, accepted, rejected, finished"
        row = self._one(f"SELECT {columns} FROM imports WHERE key = ?", key)  # noqa: S608 - the columns are ours
        return None if row is None else _position(*row)

    def save_import(self, key: str, at: ImportPosition) -> None:
        """Remember how far an import came."""
        values = (at.started.isoformat(), at.offset, at.line, at.accepted, at.rejected, int(at.finished))
        self._write("INSERT OR REPLACE INTO imports VALUES (?, ?, ?, ?, ?, ?, ?)", key, *values)

    def outcome(self, reply: str) -> FinalOutcome | None:
        """What became of a reply, when that is already known."""
        row = self._one("SELECT outcome, url, detail FROM deliveries WHERE reply = ?", reply)
        return None if row is None else FinalOutcome(*row)

    def save_outcome(self, reply: str, what: FinalOutcome, at: datetime) -> None:
        """Remember what became of a reply, so that it is not delivered twice when it is read again."""
        values = (reply, what.outcome, what.url, what.detail, at.isoformat())
        self._write("INSERT OR REPLACE INTO deliveries VALUES (?, ?, ?, ?, ?)", *values)

    def forget_deliveries(self, now: datetime) -> None:
        """Drop what cannot be read again any more."""
        self._write("DELETE FROM deliveries WHERE at < ?", (now - KEEP_DELIVERIES).isoformat())

    def _one(self, query: str, *values: object) -> Any:
        with self._lock:
            return self._db.execute(query, values).fetchone()

    def _write(self, query: str, *values: object) -> None:
        with self._lock:
            self._db.execute(query, values)


def _position(started: str, offset: int, line: int, accepted: int, rejected: int, finished: int) -> ImportPosition:
    return ImportPosition(datetime.fromisoformat(started), offset, line, accepted, rejected, bool(finished))


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
