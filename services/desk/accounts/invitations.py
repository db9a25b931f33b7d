"""One-time links to choose a password: for somebody new, or who forgot theirs. Kept as a hash; the last one counts."""

import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa

from services.desk.accounts.database import Database, hashed
from services.desk.accounts.people import By
from services.desk.accounts.tables import invitations


class Invitations:
    """The links in one database."""

    def __init__(self, database: Database) -> None:
        self._database, self._engine = database, database.engine

    def make(self, name: str, now: datetime, lifetime: timedelta, by: By) -> str:
        """A link's secret part, for once and until then; one that was made before leads nowhere now."""
        word = secrets.token_urlsafe(32)
        with self._engine.begin() as db:
            db.execute(sa.delete(invitations).where(invitations.c.name == name))
            expires = (now + lifetime).timestamp()
            db.execute(sa.insert(invitations).values(name=name, hash=hashed(word), expires=expires))
            self._database.note(db, by, "invited", name)
        return word

    def whose(self, word: str, now: datetime) -> str | None:
        """Whose link it is; `None` when it was used, is too old, or is not one."""
        query = sa.select(invitations.c.name).where(invitations.c.hash == hashed(word))
        with self._engine.connect() as db:
            return db.execute(query.where(invitations.c.expires > now.timestamp())).scalar()

    def use(self, word: str, now: datetime) -> str | None:
        """Use a link up: whose it was; `None` when it is no good any more. Of two who try at once one gets it."""
        name = self.whose(word, now)
        with self._engine.begin() as db:
            used = db.execute(sa.delete(invitations).where(invitations.c.hash == hashed(word))).rowcount
        return name if used else None

    def withdraw(self, name: str) -> None:
        """No link of somebody's leads anywhere any more."""
        with self._engine.begin() as db:
            db.execute(sa.delete(invitations).where(invitations.c.name == name))
