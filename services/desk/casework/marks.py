"""Until when a person has seen the notes that name them, case by case, in the accounts' database. Used by `mentioned.py`.

What names them is in the read model (`domain/named.py`); a to-do is a note that is later than this mark.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime

import sqlalchemy as sa

from services.desk.accounts.store import Accounts
from services.desk.accounts.tables import tables
from services.desk.readmodel import ReadModel

_marks = sa.Table(
    "note_marks",
    tables,
    sa.Column("name", sa.String(63), primary_key=True),
    sa.Column("case", sa.String(36), primary_key=True),
    sa.Column("seen", sa.Float, nullable=False),
)


class Marks:
    """The marks. Every method is short and may be called from any thread."""

    def __init__(self, accounts: Accounts) -> None:
        self._engine = accounts.engine

    def unread(self, name: str, named: Mapping[str, datetime]) -> dict[str, datetime]:
        """What of `named` (cases, and when a note named the person) they have not seen, the latest first."""
        if not named:
            return {}
        query = sa.select(_marks.c.case, _marks.c.seen).where(_marks.c.name == name)
        with self._engine.connect() as db:
            seen = {row.case: datetime.fromtimestamp(row.seen, UTC) for row in db.execute(query)}
        fresh = {case: at for case, at in named.items() if case not in seen or seen[case] < at}
        return dict(sorted(fresh.items(), key=lambda one: one[1], reverse=True))

    def see(self, name: str, case: str, until: datetime) -> None:
        """They have opened the case, with notes until this moment; never back to an earlier one."""
        this = sa.and_(_marks.c.name == name, _marks.c.case == case)
        seen = until.timestamp()
        with self._engine.begin() as db:
            if db.execute(sa.update(_marks).where(this, _marks.c.seen < seen).values(seen=seen)).rowcount:
                return
            if db.execute(sa.select(_marks.c.seen).where(this)).first():
                return
            try:
                with db.begin_nested():
                    db.execute(sa.insert(_marks).values(name=name, case=case, seen=seen))
            except sa.exc.IntegrityError:
                # Another tab of theirs was there at this moment; it saw the case as well.
                db.execute(sa.update(_marks).where(this, _marks.c.seen < seen).values(seen=seen))

    def forget(self, cases: Collection[str], until: datetime | None = None) -> None:
        """Erase everybody's marks for these cases, which are archived, or whose author was erased at `until`."""
        query = sa.delete(_marks).where(_marks.c.case.in_(list(cases)))
        with self._engine.begin() as db:
            db.execute(query.where(_marks.c.seen <= until.timestamp()) if until else query)


def unread(model: ReadModel, marks: Marks, team: str, name: str) -> Mapping[str, datetime]:
    """The cases with a note that names the person which they have not opened since, the latest first."""
    return marks.unread(name, model.named(team, name))
