"""The log of who did what to accounts, roles, sessions and logins: written in the transaction of what it tells
(`Database.note`), read here. Lines are never changed, and go after `desk_audit_days`. No secret is ever in one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from services.desk.accounts.database import Database
from services.desk.accounts.tables import audit

PAGE = 50
ACTIONS = (
    "login",
    "login_failed",
    "logout",
    "sessions_ended",
    "account_added",
    "account_changed",
    "account_disabled",
    "account_enabled",
    "role_given",
    "role_taken",
    "invited",
    "password_set",
    "second_on",
    "second_off",
    "second_failed",
    "recovery_used",
    "recovery_renewed",
    "linked",
    "unlinked",
    "sign_on_failed",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `actor` is a name, `command line`, `provider` or nobody; `about` is empty for a name that is nobody's."""

    id: int
    at: datetime
    actor: str
    action: str
    about: str
    team: str
    detail: str
    place: str


@dataclass(frozen=True, slots=True)
class Sought:
    """Which lines: of whom, of what, from and until when. `names` and `teams` are those that the reader may see."""

    names: frozenset[str] | None = None
    teams: frozenset[str] | None = None
    person: str = ""
    action: str = ""
    start: datetime | None = None
    end: datetime | None = None


class AuditLog:
    """The log in one database."""

    def __init__(self, database: Database) -> None:
        self._engine = database.engine

    def page(self, sought: Sought, page: int) -> tuple[list[Line], int]:
        """A page of lines, the latest first, and how many there are in all."""
        where = list(_conditions(sought))
        with self._engine.connect() as db:
            total = db.execute(sa.select(sa.func.count()).select_from(audit).where(*where)).scalar_one()
            query = sa.select(audit).where(*where).order_by(audit.c.id.desc())
            rows = db.execute(query.limit(PAGE).offset((page - 1) * PAGE)).all()
        lines = [
            Line(r.id, datetime.fromtimestamp(r.at, UTC), r.actor, r.action, r.about, r.team, r.detail, r.place)
            for r in rows
        ]
        return lines, int(total)


def _conditions(sought: Sought) -> Iterator[sa.ColumnElement[bool]]:
    if sought.names is not None:
        yield audit.c.about.in_([*sought.names, ""])
    if sought.teams is not None:
        yield audit.c.team.in_([*sought.teams, ""])
    if sought.person:
        yield sa.or_(audit.c.about == sought.person, audit.c.actor == sought.person)
    if sought.action:
        yield audit.c.action == sought.action
    if sought.start:
        yield audit.c.at >= sought.start.timestamp()
    if sought.end:
        yield audit.c.at < sought.end.timestamp()
