"""Second factors: an authenticator app's codes (`services/desk/domain/totp.py`), and recovery codes for when it is lost.

An authenticator's secret is worked out from the signing key, the name and a random salt, and only the salt is kept: who
reads the database cannot make codes. With another signing key every app must be set up anew; recovery codes go as well.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import sqlalchemy as sa

from services.desk.accounts.database import Database
from services.desk.accounts.people import By
from services.desk.accounts.tables import factors, recovery
from services.desk.domain.totp import matching_step

CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_LENGTH = 12
"""12 of 31 letters: 59 bits."""


class Factors:
    """The second factors in one database."""

    def __init__(self, database: Database) -> None:
        self._database, self._engine = database, database.engine

    def has(self, name: str) -> bool:
        """Whether somebody's login asks for a code."""
        with self._engine.connect() as db:
            return bool(db.execute(sa.select(factors.c.confirmed).where(factors.c.name == name)).scalar())

    def secret(self, name: str) -> bytes | None:
        """The secret to put into an app, of who has confirmed none yet; the same until it is; `None` for who has."""
        with self._engine.begin() as db:
            row = db.execute(sa.select(factors).where(factors.c.name == name)).first()
            if row is not None and row.confirmed:
                return None
            salt = row.salt if row is not None else secrets.token_hex(16)
            if row is None:
                db.execute(sa.insert(factors).values(name=name, salt=salt, confirmed=False, last_step=0))
        return self._secret(name, salt)

    def confirm(self, name: str, code: str, now: datetime, by: By) -> list[str] | None:
        """Switch it on with a first code that is right; the recovery codes, shown this once. `None` for a wrong code."""
        with self._engine.begin() as db:
            step = self._step(db, name, code, now, confirmed=False)
            if step is None:
                return None
            db.execute(sa.update(factors).where(factors.c.name == name).values(confirmed=True, last_step=step))
            self._database.note(db, by, "second_on", name)
            return self._new_codes(db, name)

    def check(self, name: str, code: str, now: datetime, by: By) -> Literal["code", "recovery"] | None:
        """Whether a code is right: an app's, each only once and never one before the last, or a recovery code, once."""
        with self._engine.begin() as db:
            step = self._step(db, name, code, now, confirmed=True)
            if step is not None:
                later = sa.update(factors).where(factors.c.name == name, factors.c.last_step < step)
                return "code" if db.execute(later.values(last_step=step)).rowcount else None
            whose = recovery.c.name == name, recovery.c.hash == self._hash(name, code)
            if not db.execute(sa.delete(recovery).where(*whose)).rowcount:
                return None
            self._database.note(db, by, "recovery_used", name)
            return "recovery"

    def renew_codes(self, name: str, by: By) -> list[str]:
        """New recovery codes; those of before are worth nothing."""
        with self._engine.begin() as db:
            self._database.note(db, by, "recovery_renewed", name)
            return self._new_codes(db, name)

    def codes_left(self, name: str) -> int:
        """How many recovery codes are not used yet."""
        with self._engine.connect() as db:
            query = sa.select(sa.func.count()).select_from(recovery).where(recovery.c.name == name)
            return int(db.execute(query).scalar_one())

    def reset(self, name: str, by: By) -> bool:
        """Without a second factor from now on; `False` when there was none."""
        with self._engine.begin() as db:
            db.execute(sa.delete(recovery).where(recovery.c.name == name))
            had = db.execute(sa.delete(factors).where(factors.c.name == name, factors.c.confirmed)).rowcount
            if had:
                self._database.note(db, by, "second_off", name)
        return bool(had)

    def _step(self, db: sa.Connection, name: str, code: str, now: datetime, *, confirmed: bool) -> int | None:
        row = db.execute(sa.select(factors).where(factors.c.name == name)).first()
        if row is None or row.confirmed != confirmed:
            return None
        return matching_step(self._secret(name, row.salt), code, now, row.last_step)

    def _new_codes(self, db: sa.Connection, name: str) -> list[str]:
        codes = ["".join(secrets.choice(_LETTERS) for _ in range(_LENGTH)) for _ in range(CODES)]
        db.execute(sa.delete(recovery).where(recovery.c.name == name))
        rows: Sequence[dict[str, str]] = [{"name": name, "hash": self._hash(name, code)} for code in codes]
        db.execute(sa.insert(recovery), rows)
        return [f"{code[:4]}-{code[4:8]}-{code[8:]}" for code in codes]

    def _secret(self, name: str, salt: str) -> bytes:
        return bytes.fromhex(self._database.sealed("second factor", name, salt))[:20]

    def _hash(self, name: str, code: str) -> str:
        return self._database.sealed("recovery code", name, "".join(one for one in code.lower() if one.isalnum()))
