"""The connection to the accounts' database, with the key that signs and seals what is in it. Its log is `audit.py`."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from services.desk.accounts import tables
from services.desk.accounts.people import By
from services.runtime.clock import Clock, system_clock


class Database:
    """Connects on `open()`. Everything on it is short and may be called from any thread."""

    def __init__(self, url: str, signing_key: str, clock: Clock = system_clock, log_days: int = 400) -> None:
        self.engine = sa.create_engine(url)
        self.clock = clock
        self._signing_key = signing_key
        self._kept = timedelta(days=log_days)
        if self.engine.dialect.name == "sqlite":
            sa.event.listen(self.engine, "connect", _careful_sqlite)

    def open(self) -> None:
        """Make the tables that are not there."""
        tables.make(self.engine)

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    def sealed(self, purpose: str, *texts: str) -> str:
        """A keyed hash in hex: the same for the same texts and purpose, and for nobody else to work out."""
        key = hashlib.sha256(f"webcare {purpose}\x1f{self._signing_key}".encode()).digest()
        return hmac.new(key, "\x1f".join(texts).encode(), hashlib.sha256).hexdigest()

    def note(self, db: sa.Connection, by: By, action: str, about: str, *, team: str = "", detail: str = "") -> None:
        """Write a line of the log, in the transaction of what it tells; lines that are older than kept go."""
        now = self.clock()
        db.execute(
            sa.insert(tables.audit).values(
                at=now.timestamp(),
                actor=by.actor,
                action=action,
                about=about,
                team=team,
                detail=detail[:300],
                place=by.place,
            )
        )
        db.execute(sa.delete(tables.audit).where(tables.audit.c.at < (now - self._kept).timestamp()))

    def number(self) -> int:
        """The number of the log's last line: when it is the same as before, nothing has happened to any account."""
        with self.engine.connect() as db:
            return int(db.execute(sa.select(sa.func.max(tables.audit.c.id))).scalar() or 0)


def hashed(word: str) -> str:
    """How a random word is kept."""
    return hashlib.sha256(word.encode()).hexdigest()


def moment(seconds: float | None) -> datetime | None:
    """A moment as it is kept."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _careful_sqlite(connection: object, _record: object) -> None:
    """Readers do not wait for a writer, and a writer waits its turn rather than fail."""
    cursor = connection.cursor()  # type: ignore[attr-defined]  # a DB-API connection, which has no common type
    for pragma in ("journal_mode=WAL", "busy_timeout=5000", "foreign_keys=ON", "synchronous=NORMAL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
