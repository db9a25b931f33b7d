"""Private calendar addresses: one for each person and team, renewable, kept in the accounts' database.

The address is a signature over who it is for and how often it was renewed, so that the page can show it again while the
database keeps only its hash. Beside it is what was published last, so that a shift that vanishes is sent as CANCELLED.
"""

import hashlib
import hmac
from dataclasses import dataclass

import sqlalchemy as sa
from pydantic import TypeAdapter

from services.desk.accounts.store import Accounts
from services.desk.accounts.tables import tables
from services.rota.publish import Published

_PUBLISHED: TypeAdapter[tuple[Published, ...]] = TypeAdapter(tuple[Published, ...])
_calendars = sa.Table(
    "calendars",
    tables,
    sa.Column("name", sa.String(63), sa.ForeignKey("accounts.name"), primary_key=True),
    sa.Column("team", sa.String(63), primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False, unique=True),
    sa.Column("published", sa.Text, nullable=False, default="[]"),
)


@dataclass(frozen=True, slots=True)
class Subscribed:
    """Whose calendar an address is, and what it gave last."""

    name: str
    team: str
    published: tuple[Published, ...]


class Calendars:
    """The addresses. Every method is short and may be called from any thread."""

    def __init__(self, accounts: Accounts, signing_key: str) -> None:
        self._accounts = accounts
        self._engine = accounts.engine
        self._key = hashlib.sha256(b"webcare calendar\x1f" + signing_key.encode()).digest()

    def token(self, name: str, team: str) -> str | None:
        """The secret part of somebody's address; `None` when they have none yet."""
        with self._engine.connect() as db:
            row = db.execute(sa.select(_calendars.c.number).where(*_of(name, team))).first()
        return self._token(name, team, row.number) if row else None

    def renew(self, name: str, team: str) -> str:
        """Make a first or a new address; the one of before leads nowhere from now on."""
        with self._engine.begin() as db:
            row = db.execute(sa.select(_calendars.c.number).where(*_of(name, team))).first()
            number = row.number + 1 if row else 1
            token = self._token(name, team, number)
            values = {"number": number, "hash": _hash(token)}
            if row:
                db.execute(sa.update(_calendars).where(*_of(name, team)).values(values))
            else:
                db.execute(sa.insert(_calendars).values(name=name, team=team, published="[]", **values))
        return token

    def find(self, token: str) -> Subscribed | None:
        """Whose calendar this is; `None` for an address that is not one, or of somebody who may not see the team."""
        with self._engine.connect() as db:
            row = db.execute(sa.select(_calendars).where(_calendars.c.hash == _hash(token))).first()
        if row is None or not self._accounts.belongs(row.name, row.team):
            return None
        return Subscribed(row.name, row.team, _PUBLISHED.validate_json(row.published))

    def keep(self, whose: Subscribed, published: tuple[Published, ...]) -> None:
        """Remember what the calendar gave, when that has changed."""
        if published != whose.published:
            text = _PUBLISHED.dump_json(published).decode()
            with self._engine.begin() as db:
                db.execute(sa.update(_calendars).where(*_of(whose.name, whose.team)).values(published=text))

    def _token(self, name: str, team: str, number: int) -> str:
        return hmac.new(self._key, f"{team}\x1f{name}\x1f{number}".encode(), hashlib.sha256).hexdigest()


def _of(name: str, team: str) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    return _calendars.c.name == name, _calendars.c.team == team


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
