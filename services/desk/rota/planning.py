"""Plans being made, one at a time for each team and a few in all, each in a thread of its own. Kept in the database.

So a lead can come back to a proposal, also after a restart: one that was being made then is made again from what was asked.
"""

import logging
import threading
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from uuid import uuid4

from services.contracts.teams import TeamConfig
from services.desk.domain.rota_plan import NoPlanError, Parts, Plan, Plans
from services.desk.rota.plan_store import PlanStore, State, StoredPlan

log = logging.getLogger(__name__)
MOST_AT_ONCE = 2
KEPT = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Job:
    """What a lead has asked, and what came of it."""

    id: str
    start: date
    weeks: int
    asked: datetime
    config: TeamConfig
    state: State = "working"
    error: str = ""
    plan: Plan | None = None
    accepted: frozenset[date] = frozenset()
    minutes: float | None = None
    """What an answer costs, when it is a plan for what may be expected."""
    sent: dict[str, tuple[frozenset[date], Parts]] = field(default_factory=dict)
    """By the key of the form, so that sent twice is the same command."""

    @property
    def stamp(self) -> tuple[str, State, int]:
        """What changes whenever it does, as the store has it."""
        return self.id, self.state, len(self.accepted)

    @property
    def open(self) -> tuple[date, ...]:
        """The weeks that can be accepted."""
        weeks = self.plan.weeks if self.plan else ()
        return tuple(week.start for week in weeks if week.start not in self.accepted)


class Planning:
    """The plans of all teams. Every method is short and may be called from any thread, but for `parts`."""

    def __init__(self, plans: Plans | None, store: PlanStore | None = None) -> None:
        self._plans, self._store = plans, store
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}
        self._making: set[str] = set()
        """The ids of the plans that this process makes now."""

    @property
    def missing(self) -> str | None:
        """What is to be installed before anything can be planned."""
        return self._plans.missing() if self._plans else "webcare[plan]"

    def of(self, team: str) -> Job | None:
        """What was asked for a team last, by whichever process."""
        job = self._jobs.get(team)
        if self._store is None or self._plans is None or (job and job.id in self._making):
            return job
        if job and self._store.stamp(team) == job.stamp:
            return job
        stored = self._store.load(team)
        with self._lock:
            if stored is None:
                self._jobs.pop(team, None)
                return None
            job = self._jobs[team] = _read(stored, self._plans)
        return job

    def resume(self) -> None:
        """Make again what was being made when the process ended: the same request gives the same plan."""
        if self._store is None or self._plans is None:
            return
        for team in self._store.unfinished():
            stored = self._store.load(team)
            if stored and self._plans.missing():
                self._store.save(replace(stored, state="failed", error="failed"))
            elif stored:
                with self._lock:
                    job = self._jobs[team] = _read(stored, self._plans)
                    self._making.add(job.id)
                self._start(self._plans, job)

    def begin(self, config: TeamConfig, start: date, weeks: int, now: datetime, minutes: float | None = None) -> bool:
        """Begin a plan in the place of the team's last one; not while one is made, or too many for other teams."""
        plans = self._plans
        if plans is None:
            return False
        known = self.of(config.team)
        with self._lock:
            self._jobs = {
                team: job for team, job in self._jobs.items() if job.id in self._making or now - job.asked < KEPT
            }
            working = {team for team, job in self._jobs.items() if job.id in self._making}
            busy = known is not None and known.state == "working" and now - known.asked < KEPT
            if busy or config.team in working or len(working) >= MOST_AT_ONCE:
                return False
            job = self._jobs[config.team] = Job(uuid4().hex, start, weeks, now, config, minutes=minutes)
            self._making.add(job.id)
        if self._store:
            self._store.forget(now - KEPT)
        try:
            self._save(plans, job)
        except BaseException:
            with self._lock:
                self._making.discard(job.id)
            raise
        self._start(plans, job)
        return True

    def _start(self, plans: Plans, job: Job) -> None:
        threading.Thread(target=self._work, args=(plans, job), name="plan", daemon=True).start()

    def parts(self, job: Job, config: TeamConfig, weeks: Collection[date], key: str, now: datetime) -> Parts:
        """What accepting these weeks means; what it meant before when the same form is sent again.

        Raises:
            NoPlanError: the rota is not what it was, or a week is not (or no longer) one of the plan.
        """
        chosen = frozenset(weeks)
        if key and key in job.sent and job.sent[key][0] == chosen:
            return job.sent[key][1]
        if self._plans is None or job.plan is None or not chosen or not chosen <= set(job.open):
            raise NoPlanError("changed")
        parts = self._plans.accept(config, job.plan, chosen, now)
        job.sent[key] = chosen, parts
        return parts

    def accepted(self, team: str, job: Job, weeks: Collection[date], parts: Parts) -> None:
        """These weeks are in the rota now."""
        with self._lock:
            last = self._jobs.get(team)
            if last and last.id == job.id and not last.accepted >= set(weeks):
                last = self._jobs[team] = replace(last, plan=parts.rest, accepted=last.accepted | set(weeks))
        if self._plans and last and last.id == job.id:
            self._save(self._plans, last)

    def _work(self, plans: Plans, job: Job) -> None:
        try:
            plan = plans.propose(job.config, job.start, job.weeks, job.minutes)
            done = replace(job, state="ready", plan=plan)
        except NoPlanError as error:
            done = replace(job, state="failed", error=error.code)
        except Exception:
            log.exception("a plan of %s failed", job.config.team)
            done = replace(job, state="failed", error="failed")
        try:
            self._save(plans, done)
        finally:
            with self._lock:
                self._jobs[job.config.team] = done
                self._making.discard(job.id)

    def _save(self, plans: Plans, job: Job) -> None:
        if self._store:
            text = plans.dump(job.plan) if job.plan else None
            fields = (job.id, job.start, job.weeks, job.asked, job.config, job.state, job.error, job.accepted)
            self._store.save(StoredPlan(*fields, plan=text, minutes=job.minutes))


def _read(stored: StoredPlan, plans: Plans) -> Job:
    """A job as it was kept. A plan that an earlier version wrote and this one cannot read is asked again."""
    state, error, plan = stored.state, stored.error, None
    if stored.plan is not None:
        try:
            plan = plans.load(stored.plan)
        except NoPlanError as problem:
            state, error = "failed", problem.code
    fields = (stored.id, stored.start, stored.weeks, stored.asked, stored.config)
    return Job(*fields, state=state, error=error, plan=plan, accepted=stored.accepted, minutes=stored.minutes)
