"""Sessions: begun at every login under a new id, listed, and ended. Implements `Sessions` for both web apps.

A session's id is random and kept only as a hash; the cookie carries it with a signature, so that a forged cookie costs no
look-up. It slides: each use moves its end, written at most every five minutes; it never lives longer than `longest`.
"""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from services.desk.accounts.database import Database, hashed, moment
from services.desk.accounts.people import Account, By
from services.desk.accounts.tables import accounts, roles, sessions
from services.runtime.web.identity import RANK, Identity, Role

TOUCH = timedelta(minutes=5)
SHORT = 16
"""So many characters of a session's hash name it on pages and in the log."""


@dataclass(frozen=True, slots=True)
class Session:
    """One login as its owner sees it. `id` names it and is of no use to log in with."""

    id: str
    begun: datetime
    seen: datetime
    device: str
    place: str
    method: str


@dataclass(frozen=True, slots=True)
class From:
    """Where a login comes from: browser and system, network, and how it was proved."""

    device: str = ""
    place: str = ""
    method: str = "password"


class SessionBook:
    """The sessions in one database."""

    def __init__(self, database: Database, lifetime: timedelta, longest: timedelta) -> None:
        self._database, self._engine = database, database.engine
        self._lifetime, self._longest = lifetime, longest

    def begin(self, name: str, now: datetime, origin: From) -> str:
        """Begin a session under an id of its own; the value of its cookie."""
        ident = secrets.token_urlsafe(32)
        expires = now + min(self._lifetime, self._longest)
        facts = {"begun": now.timestamp(), "seen": now.timestamp(), "expires": expires.timestamp()}
        with self._engine.begin() as db:
            db.execute(sa.delete(sessions).where(sessions.c.expires < now.timestamp()))
            db.execute(
                sa.insert(sessions).values(
                    hash=hashed(ident),
                    name=name,
                    device=origin.device[:80],
                    place=origin.place[:50],
                    method=origin.method,
                    **facts,
                )
            )
            self._database.note(db, By(name, origin.place), "login", name, detail=origin.method)
        return f"{ident}.{self._database.sealed('session', 'cookie', ident)}"

    def find(self, cookie: str, now: datetime) -> Identity | None:
        """Who a cookie belongs to."""
        ident = self._verified(cookie)
        if ident is None:
            return None
        joined = sessions.join(accounts, sessions.c.name == accounts.c.name)
        query = sa.select(accounts, sessions.c.expires, sessions.c.begun).select_from(joined)
        with self._engine.connect() as db:
            row = db.execute(query.where(sessions.c.hash == hashed(ident))).first()
            if row is None or row.expires <= now.timestamp():
                return None
            account = account_of(db, row._mapping)
        if not account.works(now):
            return None
        last = min(now + self._lifetime, (moment(row.begun) or now) + self._longest).timestamp()
        if last - row.expires > TOUCH.total_seconds():
            self._touch(ident, now, last)
        return Identity(
            account.name,
            account.display_name,
            account.teams,
            language=account.language,
            csrf=self._database.sealed("session", "csrf", ident),
            agency=account.agency,
        )

    def end(self, cookie: str) -> str | None:
        """Log out; the name of who did."""
        ident = self._verified(cookie)
        if ident is None:
            return None
        with self._engine.begin() as db:
            name: str | None = db.execute(sa.select(sessions.c.name).where(sessions.c.hash == hashed(ident))).scalar()
            if name is not None:
                db.execute(sa.delete(sessions).where(sessions.c.hash == hashed(ident)))
                self._database.note(db, By(name), "logout", name)
        return name

    def id_of(self, cookie: str) -> str:
        """The id of the session that a cookie carries; empty when it is not one of ours."""
        ident = self._verified(cookie)
        return hashed(ident)[:SHORT] if ident else ""

    def of(self, name: str, now: datetime) -> list[Session]:
        """Somebody's sessions, the latest used first."""
        query = sa.select(sessions).where(sessions.c.name == name, sessions.c.expires > now.timestamp())
        with self._engine.connect() as db:
            rows = db.execute(query.order_by(sessions.c.seen.desc())).all()
        return [
            Session(r.hash[:SHORT], moment(r.begun) or now, moment(r.seen) or now, r.device, r.place, r.method)
            for r in rows
        ]

    def revoke(self, name: str, by: By, only: str = "", but: str = "") -> int:
        """End somebody's sessions: all, `only` one, or all `but` one; how many that were."""
        with self._engine.begin() as db:
            return self.end_all(db, name, by, only, but)

    def end_all(self, db: sa.Connection, name: str, by: By, only: str = "", but: str = "") -> int:
        """`revoke`, in a transaction."""
        chosen = sa.delete(sessions).where(sessions.c.name == name)
        if only:
            chosen = chosen.where(sa.func.substr(sessions.c.hash, 1, SHORT) == only)
        if but:
            chosen = chosen.where(sa.func.substr(sessions.c.hash, 1, SHORT) != but)
        count = db.execute(chosen).rowcount
        if count:
            self._database.note(db, by, "sessions_ended", name, detail=str(count))
        return count

    def _touch(self, ident: str, now: datetime, expires: float) -> None:
        values = {"expires": expires, "seen": now.timestamp()}
        with self._engine.begin() as db:
            db.execute(sa.update(sessions).where(sessions.c.hash == hashed(ident)).values(values))

    def _verified(self, cookie: str) -> str | None:
        ident, _, signature = cookie.partition(".")
        good = hmac.compare_digest(signature.encode(), self._database.sealed("session", "cookie", ident).encode())
        return ident if good else None


def account_of(db: sa.Connection, facts: Mapping[Any, Any]) -> Account:
    """The account of a row of `accounts`, with its roles."""
    held = db.execute(sa.select(roles).where(roles.c.name == facts["name"]).order_by(roles.c.team)).all()
    return as_account(facts, {one.team: one.role for one in held})


def as_account(facts: Mapping[Any, Any], teams: Mapping[str, str]) -> Account:
    """An account of its row and its roles; a role that this version does not know gives nothing."""
    known: dict[str, Role] = {team: role for team, held in teams.items() for role in RANK if role == held}
    return Account(
        facts["name"],
        facts["display_name"],
        known,
        facts["language"],
        facts["disabled"],
        agency=facts["agency"],
        ends=moment(facts["ends"]),
    )
