"""A proposed rota as the desk shows it, and what the desk asks of who makes one. Pure.

The desk knows no planner: the composition root hands it a `Plans`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol

from services.contracts.mentions import MentionKind
from services.contracts.teams import Shift, TeamConfig
from services.rota.coverage import Coverage
from services.rota.fairness import Fairness, Share


class NoPlanError(Exception):
    """There is no plan, or it cannot be accepted; `code` says why: `impossible`, `slow`, `failed`, `changed`; `no_history`
    and `no_search`, when what may be expected cannot be told."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Turn:
    """A shift of one person."""

    shift: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class PlanChange:
    """What is different for one person on one day."""

    kind: Literal["added", "removed", "changed"]
    person: str
    day: date
    before: Turn | None
    after: Turn | None


@dataclass(frozen=True, slots=True)
class PlanWeek:
    """What is accepted at once: seven days from `start`, with the cover of what is wanted, in per cent."""

    start: date
    changes: tuple[PlanChange, ...]
    unchanged: int
    cover_before: float
    cover: float

    def count(self, kind: str) -> int:
        """How many changes of a kind there are."""
        return sum(one.kind == kind for one in self.changes)


@dataclass(frozen=True, slots=True)
class Lack:
    """What cannot be met: `on` of the `wanted`, and for each reason the people whom it keeps away."""

    start: datetime
    end: datetime
    skill: str | None
    language: str | None
    channel: MentionKind | None
    wanted: int
    on: int
    reasons: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Expected:
    """What a plan expects to come in, in mentions that need a person, and the minutes that an answer is taken to cost."""

    history_weeks: float
    mentions_a_week: float
    """On the whole of that history."""
    minutes: float


@dataclass(frozen=True, slots=True)
class Plan:
    """A proposal; `source` is for who made it alone."""

    weeks: tuple[PlanWeek, ...]
    coverage_before: Coverage
    coverage: Coverage
    fairness_before: Fairness
    fairness: Fairness
    lacks: tuple[Lack, ...]
    source: object
    expected: Expected | None = None
    """Absent when the plan is for what the team has agreed."""

    def cover_before(self, need: str) -> float:
        """How a need is covered as the rota is, in per cent."""
        return next((one.percent for one in self.coverage_before.needs if one.name == need), 0.0)

    def before(self, person: str) -> Share | None:
        """What somebody has as the rota is."""
        return next((one for one in self.fairness_before.people if one.person == person), None)


@dataclass(frozen=True, slots=True)
class Parts:
    """`add` and `remove` of the command `AcceptPlan`, and the plan as it is once that has been done."""

    add: tuple[Shift, ...]
    remove: tuple[str, ...]
    rest: Plan


class Plans(Protocol):
    """Who makes plans."""

    def missing(self) -> str | None:
        """What is to be installed first, as pip names it."""

    def propose(self, config: TeamConfig, start: date, weeks: int, minutes: float | None = None) -> Plan:
        """A plan; takes up to half a minute, and is called outside the event loop.

        Args:
            minutes: what an answer costs, to plan for what may be expected; `None` plans for what the team has agreed.

        Raises:
            NoPlanError: there is none.
        """

    def dump(self, plan: Plan) -> str:
        """The plan as a text, to keep."""

    def load(self, text: str) -> Plan:
        """A plan that was kept.

        Raises:
            NoPlanError: another version wrote it, and it cannot be read.
        """

    def accept(self, config: TeamConfig, plan: Plan, weeks: Collection[date], now: datetime) -> Parts:
        """What accepting these weeks means; changes nothing.

        Raises:
            NoPlanError: the rota is not what it was.
        """


def outdated(then: TeamConfig, config: TeamConfig) -> bool:
    """Whether a plan for `then` may not suit any more: people, leave, overrides or what is wanted have changed."""
    return any(
        getattr(then, name) != getattr(config, name)
        for name in ("people", "leave", "overrides", "demand", "opening_hours")
    )
