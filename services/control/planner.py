"""The planner for the desk's page: each plan in a process of its own, so that whoever looks at the desk waits for nothing.

Implements `Plans` of the desk, which knows nothing of route.
"""

import multiprocessing
import os
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib.util import find_spec
from multiprocessing.connection import Connection
from typing import cast
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from services.contracts.teams import TeamConfig
from services.control.arrivals import Arrived, demand_of, moments
from services.desk.domain.rota_plan import Expected, Lack, NoPlanError, Parts, Plan, PlanChange, PlanWeek, Turn
from services.report.elastic import ElasticRefusedError, ElasticUnavailableError
from services.rota.coverage import coverage_of
from services.rota.recurrence import RotaError
from services.rota.rota import Rota
from services.rota.wall_clock import localise
from services.route.planning import compare
from services.route.planning.plan import plan
from services.route.planning.proposal import Proposal, with_plan
from services.route.planning.request import PlanError, PlanRequest, ask

MOST_SECONDS = 120
"""The search itself stops after 24 s; with less of a processor the rest takes longer."""
_NICENESS = 5
_PLAN: TypeAdapter[Plan] = TypeAdapter(Plan)
_LEAST_HISTORY = timedelta(weeks=1)
History = Callable[[str, datetime], list[Arrived]]
"""What came in for a team before a moment (`Arrivals.of`)."""


class Planner:
    """Implements `Plans`. Without a `history` it plans only for what is agreed."""

    def __init__(self, seconds: float = MOST_SECONDS, history: History | None = None) -> None:
        self._seconds, self._history = seconds, history

    def missing(self) -> str | None:
        """The extra, when OR-tools is not there."""
        return None if find_spec("ortools") else "webcare[plan]"

    def propose(self, config: TeamConfig, start: date, weeks: int, minutes: float | None = None) -> Plan:
        """A plan, made in a process of its own, which ends with it.

        Raises:
            NoPlanError: nothing can be planned, it took too long, or what may be expected cannot be told.
        """
        past = self.past(config.team) if minutes else []
        apart = multiprocessing.get_context("spawn")
        mine, theirs = apart.Pipe(duplex=False)
        process = apart.Process(target=_work, args=(theirs, config, start, weeks, past, minutes or 0), daemon=True)
        process.start()
        theirs.close()
        try:
            if not mine.poll(self._seconds):
                raise NoPlanError("slow")
            found: Plan | str = mine.recv()
        except EOFError as error:
            raise NoPlanError("failed") from error
        finally:
            process.kill()
            process.join()
            mine.close()
        if isinstance(found, str):
            raise NoPlanError(found)
        return found

    def past(self, team: str) -> list[Arrived]:
        """What came in for a team until now: a week of it at least.

        Raises:
            NoPlanError: there is less, or it cannot be told.
        """
        try:
            found = self._history(team, datetime.now(UTC)) if self._history else []
        except (ElasticUnavailableError, ElasticRefusedError) as error:
            raise NoPlanError("no_search") from error
        hours = [one.hour for one in found]
        if not hours or max(hours) - min(hours) < _LEAST_HISTORY:
            raise NoPlanError("no_history")
        return found

    def dump(self, plan: Plan) -> str:
        """The plan with its proposal, as JSON."""
        return _PLAN.dump_json(plan).decode()

    def load(self, text: str) -> Plan:
        """The same plan again.

        Raises:
            NoPlanError: another version wrote it, and it cannot be read.
        """
        try:
            plan = _PLAN.validate_json(text)
            return replace(plan, source=Proposal.model_validate(plan.source))
        except ValidationError as error:
            raise NoPlanError("changed") from error

    def accept(self, config: TeamConfig, plan: Plan, weeks: Collection[date], now: datetime) -> Parts:
        """The parts of `AcceptPlan`. What is left of the plan replaces the pieces of the shifts that it cuts.

        Raises:
            NoPlanError: the rota is not what it was.
        """
        proposal = cast("Proposal", plan.source)
        try:
            add, remove = compare.accept(config, proposal, now, weeks)
        except (PlanError, RotaError) as error:
            raise NoPlanError("changed") from error
        new, gone = {shift.id for shift in proposal.shifts}, set(remove)
        pieces = (shift.id for shift in add if shift.id not in new)
        replaces = (*(name for name in proposal.replaces if name not in gone), *pieces)
        return Parts(add, remove, replace(plan, source=proposal.model_copy(update={"replaces": replaces})))


def _work(answer: Connection, config: TeamConfig, start: date, weeks: int, past: list[Arrived], minutes: float) -> None:
    """The process: sends a plan, or the code of why there is none."""
    os.nice(_NICENESS)
    try:
        answer.send(make(config, start, weeks, past, minutes))
    except (PlanError, RotaError):
        answer.send("impossible")


def make(config: TeamConfig, start: date, weeks: int, past: Collection[Arrived] = (), minutes: float = 0) -> Plan:
    """A plan as the desk shows it: for what is agreed, or for what may be expected after what came in.

    Raises:
        PlanError: nothing can be planned, or OR-tools is not installed.
        RotaError: a shift's rule cannot be worked out.
    """
    request, found = asked(config, start, weeks, list(past), minutes)
    return replace(shown(request, plan(request)), expected=found)


def asked(
    config: TeamConfig, start: date, weeks: int, past: list[Arrived], minutes: float
) -> tuple[PlanRequest, Expected | None]:
    """What the planner is asked, and what is expected to come in when it is asked for that."""
    request = ask(config, start, weeks)
    if not past:
        return request, None
    span = max(one.hour for one in past) - min(one.hour for one in past)
    weeks_ago = span / timedelta(weeks=1)
    found = Expected(round(weeks_ago, 1), round(sum(one.count for one in past) / weeks_ago, 1), minutes)
    return ask(config, start, weeks, demand=demand_of(request, moments(past, config), minutes)), found


def shown(request: PlanRequest, proposal: Proposal) -> Plan:
    """A proposal in the desk's terms."""
    return Plan(
        weeks=tuple(_weeks(request, proposal)),
        coverage_before=proposal.coverage_before,
        coverage=proposal.coverage,
        fairness_before=proposal.fairness_before,
        fairness=proposal.fairness,
        lacks=tuple(_lacks(proposal)),
        source=proposal,
    )


def _weeks(request: PlanRequest, proposal: Proposal) -> Iterator[PlanWeek]:
    config, after = request.config, with_plan(request, proposal.shifts)
    rotas = [(config, Rota(config)), (after, Rota(after))]
    for week in compare.compare(config, proposal).weeks:
        start, end = _moment(request, week.start), _moment(request, week.start + timedelta(weeks=1))
        wanted = [
            replace(need, stretches=tuple(one for one in need.stretches if start <= one.start < end))
            for need in request.demand
        ]
        before, then = (coverage_of(team, rota, wanted, start, end).percent for team, rota in rotas)
        yield PlanWeek(week.start, tuple(map(_change, week.changes)), week.unchanged, before, then)


def _moment(request: PlanRequest, day: date) -> datetime:
    return localise(datetime.combine(day, datetime.min.time()), ZoneInfo(request.config.time_zone))


def _change(one: compare.Change) -> PlanChange:
    return PlanChange(one.kind, one.person, one.day, _turn(one.before), _turn(one.after))


def _turn(one: compare.Time | None) -> Turn | None:
    return Turn(one.name, one.start, one.end) if one else None


def _lacks(proposal: Proposal) -> Iterator[Lack]:
    """What lacks everybody is said once, not again for each skill and language."""
    empty = {(one.start, one.end) for one in proposal.unmet if one.need == "anybody" and one.on == 0}
    for one in proposal.unmet:
        if one.need == "anybody" or (one.start, one.end) not in empty:
            reasons = tuple((reason.code, reason.people) for reason in one.reasons)
            yield Lack(one.start, one.end, one.skill, one.language, one.channel, one.wanted, one.on, reasons)
