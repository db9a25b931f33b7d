"""What people type in a case's other forms than the composer's, kept until it is done: a hand-over note, a question to a
colleague, what an approver wants changed, a text to take over with. A closed tab or laptop loses none of it.

In the table of drafts (`drafts.py`), so that it goes with them: by age, with its case, when the case's author is erased. A
text is of one person, case and form, and every save names the revision that it changes. One that is made on another revision
(another tab, another device) overwrites nothing: it is told what there is, and the page keeps that under a name of its own
first (`static/lasting.js`).
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal

import sqlalchemy as sa
from pydantic import Field, StringConstraints

from services.contracts.base import LongText, Model, ShortText
from services.desk.accounts.store import Accounts
from services.desk.drafts import FORM, Drafts, table

MOST_FORMS = 20
"""So many texts of one person for one case; further ones stay in the tab where they were typed."""
FORM_NAME = r"(?:hand-over|questions|replies/[0-9a-f-]{36}/(?:change|revise|take-over))(?:#\d{1,10})?"
"""The forms whose texts are kept, by their address below the case's; `#` and a number: another text of the same form."""
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_Name = Annotated[str, StringConstraints(max_length=60)]


class Typed(Model):
    """What is typed in a form: the value of each field that was changed. `said` is what the form is called on the page,
    `texts` the labels of the fields that people write in."""

    said: ShortText = ""
    values: dict[_Name, LongText] = Field(default_factory=dict)
    texts: dict[_Name, ShortText] = Field(default_factory=dict)

    def has_text(self) -> bool:
        """Whether there is anything that would be a loss."""
        return any(self.values.get(name, "").strip() for name in self.texts)


@dataclass(frozen=True, slots=True)
class FormPlace:
    """Whose text, and of which form. `revision` is the one that the writer has; 0 is a new text."""

    name: str
    team: str
    case: str
    form: str
    revision: int = 0


@dataclass(frozen=True, slots=True)
class FormDraft:
    """What is kept of a form. A number of a revision is never used again for another text."""

    form: str
    typed: Typed
    revision: int
    saved: datetime


@dataclass(frozen=True, slots=True)
class FormOutcome:
    """`saved`, as `draft` if anything is left; `other`: there is another text, `draft`, and nothing was changed; `full`."""

    state: Literal["saved", "other", "full"]
    draft: FormDraft | None = None


class FormDrafts:
    """The texts. Every method is short and may be called from any thread."""

    def __init__(self, accounts: Accounts, drafts: Drafts) -> None:
        self._engine = accounts.engine
        self._drafts = drafts

    def of(self, name: str, case: str) -> tuple[FormDraft, ...]:
        """Somebody's texts for a case, the latest first."""
        query = sa.select(table).where(*_of(name, case)).order_by(table.c.saved.desc(), table.c.slot.desc())
        with self._engine.connect() as db:
            return tuple(map(_draft, db.execute(query)))

    def save(self, place: FormPlace, typed: Typed, now: datetime) -> FormOutcome:
        """Keep what is typed; without a text in it, it is thrown away."""
        self._drafts.sweep(now)
        for _ in range(MOST_FORMS):
            known = self.of(place.name, place.case)
            there = next((one for one in known if one.form == place.form), None)
            if there and there.typed == typed:
                return FormOutcome("saved", there)
            if there and there.revision != place.revision:
                return FormOutcome("other", there)
            if not typed.has_text():
                self.done(place)
                return FormOutcome("saved")
            if there is None and len(known) >= MOST_FORMS:
                return FormOutcome("full")
            if draft := self._change(place, typed, now) if there else self._begin(place, typed, now):
                return FormOutcome("saved", draft)
        return FormOutcome("full")

    def _change(self, place: FormPlace, typed: Typed, now: datetime) -> FormDraft | None:
        """The next revision; `None` when somebody else of theirs made it at this moment."""
        this = (*_of(place.name, place.case), table.c.form == place.form, table.c.revision == place.revision)
        values = {"text": typed.model_dump_json(), "revision": place.revision + 1, "saved": now.timestamp()}
        with self._engine.begin() as db:
            changed = db.execute(sa.update(table).where(*this).values(**values)).rowcount
        return FormDraft(place.form, typed, place.revision + 1, now) if changed else None

    def _begin(self, place: FormPlace, typed: Typed, now: datetime) -> FormDraft | None:
        """A first revision, whose number is the second in which it is made; `None` when another took the slot just now."""
        revision = max(int((now - _EPOCH).total_seconds()), place.revision + 1)
        values = {"text": typed.model_dump_json(), "canned": "[]", "revision": revision, "saved": now.timestamp()}
        fields = {
            "name": place.name,
            "team": place.team,
            "case": place.case,
            "what": FORM,
            "form": place.form,
            **values,
        }
        slots = sa.select(sa.func.coalesce(sa.func.max(table.c.slot), -1) + 1).where(*_of(place.name, place.case))
        try:
            with self._engine.begin() as db:
                db.execute(sa.insert(table).values(slot=db.execute(slots).scalar_one(), **fields))
        except sa.exc.IntegrityError:
            return None
        return FormDraft(place.form, typed, revision, now)

    def done(self, place: FormPlace) -> None:
        """It was done or thrown away: what is kept of it goes, but not what was typed elsewhere since that revision."""
        this = (*_of(place.name, place.case), table.c.form == place.form, table.c.revision <= place.revision)
        with self._engine.begin() as db:
            db.execute(sa.delete(table).where(*this))


def _of(name: str, case: str) -> tuple[sa.ColumnElement[bool], ...]:
    return table.c.name == name, table.c.case == case, table.c.what == FORM


def _draft(row: sa.Row[tuple[object, ...]]) -> FormDraft:
    facts = row._mapping
    typed = Typed.model_validate_json(facts["text"])
    return FormDraft(facts["form"], typed, facts["revision"], datetime.fromtimestamp(facts["saved"], UTC))
