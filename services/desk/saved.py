"""Filters that people keep: each their own, and those that a lead shares with the team; in the accounts' database."""

from dataclasses import dataclass
from uuid import uuid4

import sqlalchemy as sa

from services.desk.accounts.store import Accounts
from services.desk.accounts.tables import tables
from services.desk.domain.filters import Filter, saved_filter
from services.desk.domain.inbox import VIEWS, View

MAX_SAVED = 30
"""So many of one's own per team."""
MAX_NAME = 40
_saved = sa.Table(
    "saved_filters",
    tables,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("team", sa.String(63), nullable=False, index=True),
    sa.Column("name", sa.String(63), sa.ForeignKey("accounts.name"), nullable=False),
    sa.Column("title", sa.String(MAX_NAME), nullable=False),
    sa.Column("view", sa.String(10), nullable=False),
    sa.Column("filter", sa.Text, nullable=False),
    sa.Column("shared", sa.Boolean, nullable=False),
    sa.UniqueConstraint("team", "name", "title"),
)


@dataclass(frozen=True, slots=True)
class Saved:
    """A filter with a name, on a view; `shared` ones the whole team has."""

    id: str
    title: str
    view: View
    chosen: Filter
    shared: bool
    owner: str


class SavedFilters:
    """Every method is short and may be called from any thread."""

    def __init__(self, accounts: Accounts) -> None:
        self._engine = accounts.engine

    def of(self, team: str, name: str) -> tuple[Saved, ...]:
        """What somebody has in a team, the shared ones first, by name."""
        query = sa.select(_saved).where(_saved.c.team == team, sa.or_(_saved.c.name == name, _saved.c.shared))
        with self._engine.connect() as db:
            rows = db.execute(query.order_by(_saved.c.shared.desc(), _saved.c.title, _saved.c.id)).all()
        return tuple(_read(row) for row in rows)

    def save(self, team: str, name: str, title: str, view: View, chosen: Filter, *, shared: bool) -> bool:
        """Keep a filter; one's own of the same title is replaced. `False` when that would be too many."""
        values = {"view": view, "filter": chosen.query(), "shared": shared}
        same = (_saved.c.team == team, _saved.c.name == name, _saved.c.title == title)
        with self._engine.begin() as db:
            if db.execute(sa.update(_saved).where(*same).values(values)).rowcount:
                return True
            mine = sa.select(sa.func.count()).where(_saved.c.team == team, _saved.c.name == name)
            if db.execute(mine).scalar_one() >= MAX_SAVED:
                return False
            db.execute(sa.insert(_saved).values(id=str(uuid4()), team=team, name=name, title=title, **values))
        return True

    def drop(self, team: str, name: str, ident: str, *, lead: bool) -> Saved | None:
        """Forget one's own, and as a lead also what another shared; what it was, or `None` when it may not or is gone."""
        allowed = sa.or_(_saved.c.name == name, sa.and_(_saved.c.shared, sa.literal(lead)))
        one = (_saved.c.team == team, _saved.c.id == ident, allowed)
        with self._engine.begin() as db:
            row = db.execute(sa.select(_saved).where(*one)).first()
            if row is not None:
                db.execute(sa.delete(_saved).where(*one))
        return _read(row) if row is not None else None


def _read(row: sa.Row[tuple[object, ...]]) -> Saved:
    facts = row._mapping
    view: View = next((one for one in VIEWS if one == facts["view"]), "team")
    chosen = saved_filter(facts["filter"])
    return Saved(facts["id"], facts["title"], view, chosen, bool(facts["shared"]), facts["name"])
