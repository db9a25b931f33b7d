"""Accounts, roles and sessions in a database (SQLite unless a setting says otherwise). Implements `Sessions`.

Passwords are argon2id hashes. A session's id is random and kept only as a hash; the cookie carries it with a signature,
so that a forged cookie costs no look-up. A session slides: each use moves its end, written at most every five minutes.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from services.runtime.web.identity import RANK, Identity, Role

TOUCH = timedelta(minutes=5)
MIN_PASSWORD = 10

tables = sa.MetaData()
"""What this database has; `rota/calendars.py` adds its own."""
_accounts = sa.Table(
    "accounts",
    tables,
    sa.Column("name", sa.String(63), primary_key=True),
    sa.Column("display_name", sa.String(200), nullable=False),
    sa.Column("password", sa.String(300), nullable=False),
    sa.Column("language", sa.String(2)),
    sa.Column("disabled", sa.Boolean, nullable=False, default=False),
)
_roles = sa.Table(
    "roles",
    tables,
    sa.Column("name", sa.String(63), sa.ForeignKey("accounts.name"), primary_key=True),
    sa.Column("team", sa.String(63), primary_key=True),
    sa.Column("role", sa.String(10), nullable=False),
)
_sessions = sa.Table(
    "sessions",
    tables,
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("name", sa.String(63), sa.ForeignKey("accounts.name"), nullable=False, index=True),
    sa.Column("expires", sa.Float, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may log in."""

    name: str
    display_name: str
    teams: Mapping[str, Role]
    language: str | None = None
    disabled: bool = False


class Accounts:
    """The accounts in one database. Connects on `open()`; every method is short and may be called from any thread."""

    def __init__(
        self,
        url: str,
        signing_key: str,
        lifetime: timedelta = timedelta(hours=12),
        hasher: PasswordHasher | None = None,
    ) -> None:
        self.engine = sa.create_engine(url)
        self._key = hashlib.sha256(b"webcare session\x1f" + signing_key.encode()).digest()
        self._lifetime = lifetime
        self._hasher = hasher or PasswordHasher()
        self._nobody = self._hasher.hash(secrets.token_hex())
        if self.engine.dialect.name == "sqlite":
            sa.event.listen(self.engine, "connect", _careful_sqlite)

    def open(self) -> None:
        """Make the tables that are not there."""
        tables.create_all(self.engine)

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    def save(self, account: Account, password: str | None) -> None:
        """Add an account, or replace its roles and, when a password is given, that; sessions of before end.

        Raises:
            ValueError: the password is too short, missing for a new account, or a role is not one.
        """
        if password is not None and len(password) < MIN_PASSWORD:
            raise ValueError(f"a password has at least {MIN_PASSWORD} characters")
        if wrong := [role for role in account.teams.values() if role not in RANK]:
            raise ValueError(f"unknown role {wrong[0]!r}; known are {', '.join(RANK)}")
        values = {"display_name": account.display_name, "language": account.language, "disabled": account.disabled}
        if password is not None:
            values["password"] = self._hasher.hash(password)
        with self.engine.begin() as db:
            known = db.execute(sa.select(_accounts.c.name).where(_accounts.c.name == account.name)).first()
            if known:
                db.execute(sa.update(_accounts).where(_accounts.c.name == account.name).values(values))
            elif password is None:
                raise ValueError(f"a new account needs a password: {account.name}")
            else:
                db.execute(sa.insert(_accounts).values(name=account.name, **values))
            db.execute(sa.delete(_roles).where(_roles.c.name == account.name))
            for team, role in account.teams.items():
                db.execute(sa.insert(_roles).values(name=account.name, team=team, role=role))
            db.execute(sa.delete(_sessions).where(_sessions.c.name == account.name))

    def disable(self, name: str) -> bool:
        """Nobody logs in with this name any more, and who is logged in is out; `False` when there is none."""
        with self.engine.begin() as db:
            db.execute(sa.delete(_sessions).where(_sessions.c.name == name))
            changed = db.execute(sa.update(_accounts).where(_accounts.c.name == name).values(disabled=True))
            return changed.rowcount > 0

    def list(self) -> list[Account]:
        """Everybody, by name."""
        with self.engine.connect() as db:
            rows = db.execute(sa.select(_accounts).order_by(_accounts.c.name)).all()
            return [_account(db, row) for row in rows]

    def belongs(self, name: str, team: str) -> bool:
        """Whether an account that is not disabled has a role in a team."""
        joined = _roles.join(_accounts, _roles.c.name == _accounts.c.name)
        query = sa.select(_accounts.c.disabled).select_from(joined).where(_roles.c.name == name, _roles.c.team == team)
        with self.engine.connect() as db:
            row = db.execute(query).first()
        return row is not None and not row.disabled

    def teams_of(self, name: str) -> dict[str, Role]:
        """The teams of an account that is not disabled, each with the role there."""
        with self.engine.connect() as db:
            row = db.execute(sa.select(_accounts).where(_accounts.c.name == name)).first()
            account = _account(db, row) if row else None
        return dict(account.teams) if account and not account.disabled else {}

    def check(self, name: str, password: str) -> Account | None:
        """Who logs in with this password; `None` when nobody may. Takes as long for a name that does not exist."""
        with self.engine.connect() as db:
            row = db.execute(sa.select(_accounts).where(_accounts.c.name == name)).first()
            account = _account(db, row) if row else None
        try:
            self._hasher.verify(row.password if row else self._nobody, password)
        except VerificationError:
            return None
        return account if account and not account.disabled else None

    def begin(self, name: str, now: datetime) -> str:
        """Begin a session; the value of its cookie."""
        ident = secrets.token_urlsafe(32)
        expires = (now + self._lifetime).timestamp()
        with self.engine.begin() as db:
            db.execute(sa.delete(_sessions).where(_sessions.c.expires < now.timestamp()))
            db.execute(sa.insert(_sessions).values(hash=_hash(ident), name=name, expires=expires))
        return f"{ident}.{self._sign('cookie', ident)}"

    def find(self, cookie: str, now: datetime) -> Identity | None:
        """Who a cookie belongs to."""
        ident = self._verified(cookie)
        if ident is None:
            return None
        joined = _sessions.join(_accounts, _sessions.c.name == _accounts.c.name)
        query = sa.select(_accounts, _sessions.c.expires).select_from(joined).where(_sessions.c.hash == _hash(ident))
        with self.engine.connect() as db:
            row = db.execute(query).first()
            if row is None or row.disabled or row.expires <= now.timestamp():
                return None
            account = _account(db, row)
        if datetime.fromtimestamp(row.expires, UTC) - now < self._lifetime - TOUCH:
            self._touch(ident, now)
        csrf = self._sign("csrf", ident)
        return Identity(account.name, account.display_name, account.teams, language=account.language, csrf=csrf)

    def end(self, cookie: str) -> None:
        """Log out."""
        ident = self._verified(cookie)
        if ident is not None:
            with self.engine.begin() as db:
                db.execute(sa.delete(_sessions).where(_sessions.c.hash == _hash(ident)))

    def _touch(self, ident: str, now: datetime) -> None:
        expires = (now + self._lifetime).timestamp()
        with self.engine.begin() as db:
            db.execute(sa.update(_sessions).where(_sessions.c.hash == _hash(ident)).values(expires=expires))

    def _sign(self, purpose: str, ident: str) -> str:
        return hmac.new(self._key, f"{purpose}\x1f{ident}".encode(), hashlib.sha256).hexdigest()

    def _verified(self, cookie: str) -> str | None:
        ident, _, signature = cookie.partition(".")
        good = hmac.compare_digest(signature.encode(), self._sign("cookie", ident).encode())
        return ident if good else None


def _hash(ident: str) -> str:
    return hashlib.sha256(ident.encode()).hexdigest()


def _account(db: sa.Connection, row: sa.Row[tuple[object, ...]]) -> Account:
    name: str = row._mapping["name"]
    roles = db.execute(sa.select(_roles).where(_roles.c.name == name)).all()
    teams: dict[str, Role] = {one.team: one.role for one in roles if one.role in RANK}
    facts = row._mapping
    return Account(name, facts["display_name"], teams, facts["language"], facts["disabled"])


def _careful_sqlite(connection: object, _record: object) -> None:
    """Readers do not wait for a writer, and a writer waits its turn rather than fail."""
    cursor = connection.cursor()  # type: ignore[attr-defined]  # a DB-API connection, which has no common type
    for pragma in ("journal_mode=WAL", "busy_timeout=5000", "foreign_keys=ON", "synchronous=NORMAL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
