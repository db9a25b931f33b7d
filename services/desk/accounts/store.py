"""Accounts and roles in a database (SQLite unless a setting says otherwise), and their passwords as argon2id hashes.

`sessions`, `factors`, `invitations`, `subjects` and `log` are the other things that the same database keeps.
"""

import secrets
import threading
from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from services.desk.accounts.audit import AuditLog
from services.desk.accounts.database import Database
from services.desk.accounts.factors import Factors
from services.desk.accounts.invitations import Invitations
from services.desk.accounts.people import COMMAND_LINE, Account, By, changes, check_account, check_password
from services.desk.accounts.sessions import From, SessionBook, account_of, as_account
from services.desk.accounts.subjects import Subjects
from services.desk.accounts.tables import accounts, roles
from services.runtime.clock import Clock, system_clock
from services.runtime.web.identity import Identity, Role

AT_ONCE = 4
"""So many passwords are checked at a time: each takes 64 MiB while it is."""
ANYBODY = From()


class Accounts:
    """The accounts in one database. Connects on `open()`; every method is short and may be called from any thread."""

    def __init__(
        self,
        url: str,
        signing_key: str,
        lifetime: timedelta = timedelta(hours=12),
        hasher: PasswordHasher | None = None,
        longest: timedelta = timedelta(days=7),
        clock: Clock = system_clock,
        log_days: int = 400,
    ) -> None:
        self.database = Database(url, signing_key, clock, log_days)
        self.engine = self.database.engine
        self.sessions = SessionBook(self.database, lifetime, longest)
        self.factors = Factors(self.database)
        self.invitations = Invitations(self.database)
        self.subjects = Subjects(self.database)
        self.log = AuditLog(self.database)
        self.open, self.close = self.database.open, self.database.close
        self._hasher = hasher or PasswordHasher()
        self._nobody = self._hasher.hash(secrets.token_hex())
        self._checking = threading.BoundedSemaphore(AT_ONCE)

    def save(self, account: Account, password: str | None, by: By = COMMAND_LINE, *, invited: bool = False) -> None:
        """Add an account, or replace what it is and, when a password is given, that; sessions of before end.

        Args:
            account: as it is to be.
            password: `None` leaves it as it was; a new account without one must be `invited`, or logs in elsewhere.
            by: who does it.
            invited: that a new account has no password yet.

        Raises:
            ValueError: the password is too simple, missing for a new account, or a role may not be.
        """
        check_account(account)
        if password is not None:
            check_password(account.name, password)
        values = {
            "display_name": account.display_name,
            "language": account.language,
            "disabled": account.disabled,
            "agency": account.agency,
            "ends": account.ends.timestamp() if account.ends else None,
        }
        if password is not None:
            values["password"] = self._hasher.hash(password)
        with self.engine.begin() as db:
            before = _find(db, account.name)
            if before:
                db.execute(sa.update(accounts).where(accounts.c.name == account.name).values(values))
            elif password is None and not invited:
                raise ValueError(f"a new account needs a password: {account.name}")
            else:
                db.execute(sa.insert(accounts).values({"name": account.name, "password": ""} | values))
            db.execute(sa.delete(roles).where(roles.c.name == account.name))
            for team, role in account.teams.items():
                db.execute(sa.insert(roles).values(name=account.name, team=team, role=role))
            for change in changes(before, account):
                self.database.note(db, by, change.action, account.name, team=change.team, detail=change.detail)
            if password is not None:
                self.database.note(db, by, "password_set", account.name)
            self.sessions.end_all(db, account.name, by)

    def set_password(self, name: str, password: str, by: By, keep: str = "") -> None:
        """A new password; every session ends at once, but the one to `keep`.

        Raises:
            ValueError: it is too simple.
        """
        check_password(name, password)
        secret = self._hasher.hash(password)
        with self.engine.begin() as db:
            db.execute(sa.update(accounts).where(accounts.c.name == name).values(password=secret))
            self.database.note(db, by, "password_set", name)
            self.sessions.end_all(db, name, by, but=keep)

    def disable(self, name: str, by: By = COMMAND_LINE) -> bool:
        """Nobody logs in with this name any more, and who is logged in is out; `False` when there is none."""
        return self._switch(name, by, disabled=True)

    def enable(self, name: str, by: By = COMMAND_LINE) -> bool:
        """The account can be used again; `False` when there is none."""
        return self._switch(name, by, disabled=False)

    def list(self) -> list[Account]:
        """Everybody, by name."""
        with self.engine.connect() as db:
            rows = db.execute(sa.select(accounts).order_by(accounts.c.name)).all()
            held: dict[str, dict[str, str]] = {}
            for one in db.execute(sa.select(roles).order_by(roles.c.team)):
                held.setdefault(one.name, {})[one.team] = one.role
        return [as_account(row._mapping, held.get(row.name, {})) for row in rows]

    def get(self, name: str) -> Account | None:
        """One account."""
        with self.engine.connect() as db:
            return _find(db, name)

    def has_password(self, name: str) -> bool:
        """Whether somebody can log in by password."""
        with self.engine.connect() as db:
            return bool(db.execute(sa.select(accounts.c.password).where(accounts.c.name == name)).scalar())

    def belongs(self, name: str, team: str) -> bool:
        """Whether an account that can be used has a role in a team."""
        found = self.get(name)
        return found is not None and team in found.teams and found.works(self.database.clock())

    def teams_of(self, name: str) -> dict[str, Role]:
        """The teams of an account that can be used, each with the role there."""
        found = self.get(name)
        return dict(found.teams) if found and found.works(self.database.clock()) else {}

    def check(self, name: str, password: str) -> Account | None:
        """Who logs in with this password; `None` when nobody may. Takes as long for a name that does not exist."""
        with self.engine.connect() as db:
            row = db.execute(sa.select(accounts).where(accounts.c.name == name)).first()
            account = account_of(db, row._mapping) if row else None
        try:
            with self._checking:
                self._hasher.verify(row.password if row and row.password else self._nobody, password)
        except VerificationError:
            return None
        return account if account and account.works(self.database.clock()) else None

    def failed(self, name: str, action: str, by: By) -> None:
        """Log an attempt that failed. A name that is nobody's is not kept: people type passwords into the wrong field."""
        with self.engine.begin() as db:
            self.database.note(db, by, action, name if _find(db, name) else "")

    def begin(self, name: str, now: datetime, origin: From = ANYBODY) -> str:
        """Begin a session; the value of its cookie."""
        return self.sessions.begin(name, now, origin)

    def find(self, cookie: str, now: datetime) -> Identity | None:
        """Who a cookie belongs to. Implements `Sessions`."""
        return self.sessions.find(cookie, now)

    def _switch(self, name: str, by: By, *, disabled: bool) -> bool:
        with self.engine.begin() as db:
            before = _find(db, name)
            if before is None:
                return False
            db.execute(sa.update(accounts).where(accounts.c.name == name).values(disabled=disabled))
            for change in changes(before, replace(before, disabled=disabled)):
                self.database.note(db, by, change.action, name)
            self.sessions.end_all(db, name, by)
            return True


def _find(db: sa.Connection, name: str) -> Account | None:
    row = db.execute(sa.select(accounts).where(accounts.c.name == name)).first()
    return account_of(db, row._mapping) if row else None
