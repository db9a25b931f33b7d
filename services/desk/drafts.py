"""What people are writing, kept in the accounts' database until it is sent or thrown away: a closed laptop loses nothing.

A draft is of one person and one case, a reply or a note; texts of the case's other forms are in the same table
(`form_drafts.py`), and go with the same rules. Every save names the revision that it changes. One that is made on
an older revision (another tab, another device) overwrites nothing: it is kept apart, and both texts are shown.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

import sqlalchemy as sa

from services.desk.accounts.store import Accounts
from services.desk.accounts.tables import tables

What = Literal["reply", "note"]
MOST_APART = 5
"""So many texts of one person for one case; further ones stay where they were typed."""

FORM = "form"
"""What a text of another form is, in the table."""
table = sa.Table(
    "drafts",
    tables,
    sa.Column("name", sa.String(63), primary_key=True),
    sa.Column("case", sa.String(36), primary_key=True),
    sa.Column("what", sa.String(5), primary_key=True),
    sa.Column("slot", sa.Integer, primary_key=True),
    sa.Column("team", sa.String(63), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("canned", sa.Text, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("saved", sa.Float, nullable=False, index=True),
    sa.Column("form", sa.String(120), nullable=False, server_default=""),
)
"""`form` says which form it is a text of; of a reply and a note it is empty."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One text. `slot` tells those of one case apart; `canned` are the canned replies that it was made from."""

    what: What
    slot: int
    text: str
    revision: int
    saved: datetime
    canned: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Whose draft, and for what. `slot` and `revision` are what the writer has; revision 0 is a new draft."""

    name: str
    team: str
    case: str
    what: What
    slot: int = 0
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """`saved`; `apart`: kept beside one that is newer; `gone`: sent or thrown away elsewhere; `full`: too many texts.

    With the last two nothing was kept. `draft` is the text as it is kept now.
    """

    state: Literal["saved", "apart", "gone", "full"]
    draft: Draft | None = None


class Drafts:
    """The drafts. Every method is short and may be called from any thread."""

    def __init__(self, accounts: Accounts, kept: timedelta) -> None:
        self._engine = accounts.engine
        self._kept = kept
        self._swept = datetime(1, 1, 1, tzinfo=UTC)

    def of(self, name: str, case: str) -> tuple[Draft, ...]:
        """Somebody's drafts of a reply and of notes for a case, the latest first."""
        written = table.c.what != FORM
        query = sa.select(table).where(table.c.name == name, table.c.case == case, written)
        with self._engine.connect() as db:
            rows = db.execute(query.order_by(table.c.saved.desc(), table.c.slot.desc())).all()
        return tuple(map(_draft, rows))

    def cases(self, name: str, team: str) -> frozenset[str]:
        """The cases of a team for which somebody has a draft, of a reply, a note or another form."""
        query = sa.select(table.c.case).where(table.c.name == name, table.c.team == team)
        with self._engine.connect() as db:
            return frozenset(db.execute(query).scalars())

    def save(self, place: Place, text: str, canned: tuple[str, ...], now: datetime) -> Outcome:
        """Keep a text; an empty one is thrown away."""
        self.sweep(now)
        if not text.strip():
            return Outcome("saved") if place.revision == 0 or self.discard(place) else Outcome("gone")
        if place.revision and (draft := self._again(place, text, canned, now)):
            return Outcome("saved", draft)
        return self._beside(place, text, canned, now)

    def _again(self, place: Place, text: str, canned: tuple[str, ...], now: datetime) -> Draft | None:
        """A change of the revision that the writer has; the same text has the same revision. `None`: there is another."""
        this = sa.update(table).where(*_at(place), table.c.revision == place.revision)
        values = {"text": text, "canned": json.dumps(canned), "saved": now.timestamp()}
        with self._engine.begin() as db:
            for revision, query in (
                (place.revision, this.where(table.c.text == text)),
                (place.revision + 1, this),
            ):
                if db.execute(query.values(revision=revision, **values)).rowcount:
                    return Draft(place.what, place.slot, text, revision, now, canned)
        return None

    def _beside(self, place: Place, text: str, canned: tuple[str, ...], now: datetime) -> Outcome:
        """A first text, or one of an older revision: the same text is one draft, another goes into a slot of its own."""
        for _ in range(MOST_APART):
            known = [one for one in self.of(place.name, place.case) if one.what == place.what]
            if same := next((one for one in known if one.text == text), None):
                return Outcome("saved", same)
            if begun := next((one for one in known if text.startswith(one.text)), None):
                # It goes on where that one ends, as when the answer to a save was lost: nothing of it is overwritten.
                if draft := self._again(replace(place, slot=begun.slot, revision=begun.revision), text, canned, now):
                    return Outcome("saved", draft)
                continue
            if place.revision and not any(one.slot == place.slot for one in known):
                return Outcome("gone")
            if len(known) >= MOST_APART:
                return Outcome("full")
            slot = max((one.slot for one in known), default=-1) + 1
            values = {"slot": slot, "text": text, "canned": json.dumps(canned), "revision": 1, "saved": now.timestamp()}
            fields = {"name": place.name, "team": place.team, "case": place.case, "what": place.what, **values}
            try:
                with self._engine.begin() as db:
                    db.execute(sa.insert(table).values(fields))
            except sa.exc.IntegrityError:
                continue  # somebody else took the slot at this moment: look again
            return Outcome("apart" if known else "saved", Draft(place.what, slot, text, 1, now, canned))
        return Outcome("full")

    def discard(self, place: Place) -> bool:
        """Throw a text away; `False` when there is a newer one, which stays, or none."""
        with self._engine.begin() as db:
            query = sa.delete(table).where(*_at(place), table.c.revision == place.revision)
            return db.execute(query).rowcount > 0

    def sent(self, place: Place, text: str) -> None:
        """A text went out: it is a draft no longer, in whichever slots it is; another text of theirs stays."""
        this = sa.or_(sa.and_(table.c.slot == place.slot, table.c.revision <= place.revision), table.c.text == text)
        with self._engine.begin() as db:
            db.execute(sa.delete(table).where(*_of(place), this))

    def forget(self, cases: Collection[str], until: datetime | None = None) -> int:
        """Erase everybody's drafts for these cases, which are archived, or whose author was erased at `until`.

        Gives how many there were.
        """
        query = sa.delete(table).where(table.c.case.in_(list(cases)))
        with self._engine.begin() as db:
            return db.execute(query.where(table.c.saved <= until.timestamp()) if until else query).rowcount

    def sweep(self, now: datetime) -> None:
        """Once a day, what is older than anything that we keep."""
        if now - self._swept < timedelta(days=1):
            return
        self._swept = now
        with self._engine.begin() as db:
            db.execute(sa.delete(table).where(table.c.saved < (now - self._kept).timestamp()))


def _of(place: Place) -> tuple[sa.ColumnElement[bool], ...]:
    return table.c.name == place.name, table.c.case == place.case, table.c.what == place.what


def _at(place: Place) -> tuple[sa.ColumnElement[bool], ...]:
    return (*_of(place), table.c.slot == place.slot)


def _draft(row: sa.Row[tuple[object, ...]]) -> Draft:
    facts = row._mapping
    saved = datetime.fromtimestamp(facts["saved"], UTC)
    canned = tuple(json.loads(facts["canned"]))
    return Draft(facts["what"], facts["slot"], facts["text"], facts["revision"], saved, canned)
