"""Plans being made, one at a time for each team and a few in all, each in a thread of its own. Kept in memory, for a day.

What is lost when the process ends is a proposal; it is asked again.
"""

import logging
import threading
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import uuid4

from services.contracts.teams import TeamConfig
from services.desk.domain.rota_plan import NoPlanError, Parts, Plan, Plans

log = logging.getLogger(__name__)
MOST_AT_ONCE = 2
KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Job:
    """What a lead has asked, and what came of it."""

    id: str
    start: date
    weeks: int
    asked: datetime
    config: TeamConfig
    state: Literal["working", "ready", "failed"] = "working"
    error: str = ""
    plan: Plan | None = None
    accepted: frozenset[date] = frozenset()
    sent: dict[str, tuple[frozenset[date], Parts]] = field(default_factory=dict)
    """By the key of the form, so that sent twice is the same command."""

    @property
    def open(self) -> tuple[date, ...]:
        """The weeks that can be accepted."""
        weeks = self.plan.weeks if self.plan else ()
        return tuple(week.start for week in weeks if week.start not in self.accepted)


class Planning:
    """The plans of all teams. Every method is short and may be called from any thread, but for `parts`."""

    def __init__(self, plans: Plans | None) -> None:
        self._plans = plans
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}

    @property
    def missing(self) -> str | None:
        """What is to be installed before anything can be planned."""
        return self._plans.missing() if self._plans else "webcare[plan]"

    def of(self, team: str) -> Job | None:
        """What was asked for a team last."""
        return self._jobs.get(team)

    def begin(self, config: TeamConfig, start: date, weeks: int, now: datetime) -> bool:
        """Begin a plan in the place of the team's last one; not while one is made, or too many for other teams."""
        plans = self._plans
        if plans is None:
            return False
        with self._lock:
            self._jobs = {
                team: job for team, job in self._jobs.items() if job.state == "working" or now - job.asked < KEPT
            }
            working = {team for team, job in self._jobs.items() if job.state == "working"}
            if config.team in working or len(working) >= MOST_AT_ONCE:
                return False
            job = self._jobs[config.team] = Job(uuid4().hex, start, weeks, now, config)
        threading.Thread(target=self._work, args=(plans, job), name="plan", daemon=True).start()
        return True

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
                self._jobs[team] = replace(last, plan=parts.rest, accepted=last.accepted | set(weeks))

    def _work(self, plans: Plans, job: Job) -> None:
        try:
            done = replace(job, state="ready", plan=plans.propose(job.config, job.start, job.weeks))
        except NoPlanError as error:
            done = replace(job, state="failed", error=error.code)
        except Exception:
            log.exception("a plan of %s failed", job.config.team)
            done = replace(job, state="failed", error="failed")
        with self._lock:
            self._jobs[job.config.team] = done
