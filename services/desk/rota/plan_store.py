"""Plans in the accounts' database: what a lead has asked and what came of it, so that they can come back to it.

One for each team, the last one asked. A plan's text is made and read by whoever makes plans: the desk does not know all of
it.
"""

import json
import logging
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

import sqlalchemy as sa
from pydantic import ValidationError

from services.contracts.teams import TeamConfig
from services.desk.accounts.store import Accounts
from services.desk.accounts.tables import tables

log = logging.getLogger(__name__)
State = Literal["working", "ready", "failed"]

_plans = sa.Table(
    "plans",
    tables,
    sa.Column("team", sa.String(63), primary_key=True),
    sa.Column("id", sa.String(32), nullable=False),
    sa.Column("start", sa.String(10), nullable=False),
    sa.Column("weeks", sa.Integer, nullable=False),
    sa.Column("asked", sa.Float, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("error", sa.String(40), nullable=False, default=""),
    sa.Column("accepted", sa.Text, nullable=False, default="[]"),
    sa.Column("config", sa.Text, nullable=False),
    sa.Column("plan", sa.Text),
    sa.Column("minutes", sa.Float),
)


@dataclass(frozen=True, slots=True)
class StoredPlan:
    """One row. `plan` is the text of a plan that is ready; `accepted` are the first days of weeks; `minutes` are those of
    an answer, when the plan is for what may be expected."""

    id: str
    start: date
    weeks: int
    asked: datetime
    config: TeamConfig
    state: State
    error: str = ""
    accepted: frozenset[date] = frozenset()
    plan: str | None = None
    minutes: float | None = None


class PlanStore:
    """The rows. Every method is short and may be called from any thread."""

    def __init__(self, accounts: Accounts) -> None:
        self._engine = accounts.engine

    def stamp(self, team: str) -> tuple[str, State, int] | None:
        """What changes whenever a team's row does: its plan's id, its state, and how many weeks were accepted."""
        columns = (_plans.c.id, _plans.c.state, _plans.c.accepted)
        with self._engine.connect() as db:
            row = db.execute(sa.select(*columns).where(_plans.c.team == team)).first()
        return (row.id, row.state, len(json.loads(row.accepted))) if row else None

    def load(self, team: str) -> StoredPlan | None:
        """A team's row; `None` when there is none, or another version wrote what this one cannot read."""
        with self._engine.connect() as db:
            row = db.execute(sa.select(_plans).where(_plans.c.team == team)).first()
        if row is None:
            return None
        try:
            config = TeamConfig.model_validate_json(row.config)
        except ValidationError as error:
            log.warning("the plan of %s cannot be read any more: %s", team, error)
            return None
        return StoredPlan(
            id=row.id,
            start=date.fromisoformat(row.start),
            weeks=row.weeks,
            asked=datetime.fromtimestamp(row.asked, UTC),
            config=config,
            state=row.state,
            error=row.error,
            accepted=frozenset(map(date.fromisoformat, json.loads(row.accepted))),
            plan=row.plan,
            minutes=row.minutes,
        )

    def save(self, stored: StoredPlan) -> None:
        """Write a team's row in the place of the one that there was."""
        values = {
            "id": stored.id,
            "start": stored.start.isoformat(),
            "weeks": stored.weeks,
            "asked": stored.asked.timestamp(),
            "config": stored.config.model_dump_json(),
            "state": stored.state,
            "error": stored.error,
            "accepted": json.dumps(sorted(day.isoformat() for day in stored.accepted)),
            "plan": stored.plan,
            "minutes": stored.minutes,
        }
        team = stored.config.team
        with self._engine.begin() as db:
            if db.execute(sa.update(_plans).where(_plans.c.team == team).values(values)).rowcount == 0:
                db.execute(sa.insert(_plans).values(team=team, **values))

    def forget(self, before: datetime) -> None:
        """Let go of plans that were asked before a moment."""
        with self._engine.begin() as db:
            db.execute(sa.delete(_plans).where(_plans.c.asked <= before.timestamp()))

    def unfinished(self) -> list[str]:
        """The teams whose plan was being made when its process ended, or is being made."""
        with self._engine.connect() as db:
            return list(db.execute(sa.select(_plans.c.team).where(_plans.c.state == "working")).scalars())
