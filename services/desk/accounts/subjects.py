"""Who somebody is at the identity provider, and the logins that have been begun there and not come back yet.

An account is found by issuer and subject, never by an address or a name, which providers give to others later.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from services.desk.accounts.database import Database, hashed
from services.desk.accounts.people import By
from services.desk.accounts.tables import flows, subjects

PATIENCE = timedelta(minutes=15)
"""Somebody has so long to log in at the provider."""


@dataclass(frozen=True, slots=True)
class Flow:
    """A login begun at the provider. `session` is the id of the session that wants to be linked; empty for a login."""

    state: str
    nonce: str
    verifier: str
    next: str
    session: str = ""


class TakenError(ValueError):
    """This subject belongs to another account."""


class Subjects:
    """The links between accounts and subjects in one database."""

    def __init__(self, database: Database) -> None:
        self._database, self._engine = database, database.engine

    def begin(self, flow: Flow, now: datetime) -> str:
        """Remember a login that begins; the value of the cookie of the browser that did."""
        browser = secrets.token_urlsafe(32)
        values = {"state": flow.state, "nonce": flow.nonce, "verifier": flow.verifier, "next": flow.next}
        with self._engine.begin() as db:
            db.execute(sa.delete(flows).where(flows.c.expires < now.timestamp()))
            expires = (now + PATIENCE).timestamp()
            db.execute(sa.insert(flows).values(hash=hashed(browser), session=flow.session, expires=expires, **values))
        return browser

    def take(self, browser: str, state: str, now: datetime) -> Flow | None:
        """The login that this browser began with this state, once; `None` for any other."""
        with self._engine.begin() as db:
            row = db.execute(sa.select(flows).where(flows.c.hash == hashed(browser))).first()
            gone = db.execute(sa.delete(flows).where(flows.c.hash == hashed(browser))).rowcount
        if row is None or not gone or row.expires <= now.timestamp():
            return None
        if not secrets.compare_digest(row.state.encode(), state.encode()):
            return None
        return Flow(row.state, row.nonce, row.verifier, row.next, row.session)

    def find(self, issuer: str, subject: str) -> str | None:
        """The account of a subject."""
        query = sa.select(subjects.c.name).where(subjects.c.issuer == issuer, subjects.c.subject == subject)
        with self._engine.connect() as db:
            return db.execute(query).scalar()

    def linked(self, name: str) -> bool:
        """Whether somebody can log in at the provider."""
        with self._engine.connect() as db:
            return db.execute(sa.select(subjects.c.name).where(subjects.c.name == name)).first() is not None

    def link(self, name: str, issuer: str, subject: str, by: By) -> None:
        """Let a subject log in as an account.

        Raises:
            TakenError: it is another's already.
        """
        owner = self.find(issuer, subject)
        if owner not in (None, name):
            raise TakenError(subject)
        if owner is None:
            with self._engine.begin() as db:
                db.execute(sa.insert(subjects).values(issuer=issuer, subject=subject, name=name))
                self._database.note(db, by, "linked", name, detail=issuer)

    def unlink(self, name: str, by: By) -> bool:
        """No subject logs in as this account any more; `False` when none did."""
        with self._engine.begin() as db:
            count = db.execute(sa.delete(subjects).where(subjects.c.name == name)).rowcount
            if count:
                self._database.note(db, by, "unlinked", name)
        return bool(count)
