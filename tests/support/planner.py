"""The desk's planner with the baseline in the place of the solver, in the thread that asks; made to wait and to fail."""

import threading
from dataclasses import replace
from datetime import date

from services.contracts.teams import TeamConfig
from services.control.arrivals import Arrived
from services.control.planner import Planner, asked, shown
from services.desk.domain.rota_plan import Plan
from services.route.planning.plan import baseline


class QuickPlanner(Planner):
    """Needs no OR-tools. Waits while `go` is not set; raises `error`, if any; `lacks` is what is not installed; `came` is
    what has come in."""

    def __init__(self) -> None:
        super().__init__(history=lambda _team, _until: self.came)
        self.came: list[Arrived] = []
        self.go = threading.Event()
        self.go.set()
        self.error: Exception | None = None
        self.lacks: str | None = None

    def missing(self) -> str | None:
        return self.lacks

    def propose(self, config: TeamConfig, start: date, weeks: int, minutes: float | None = None) -> Plan:
        self.go.wait(30)
        if self.error:
            raise self.error
        request, expected = asked(config, start, weeks, self.past(config.team) if minutes else [], minutes or 0)
        return replace(shown(request, baseline(request)), expected=expected)
