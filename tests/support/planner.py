"""The desk's planner with the baseline in the place of the solver, in the thread that asks; made to wait and to fail."""

import threading
from datetime import date

from services.contracts.teams import TeamConfig
from services.control.planner import Planner, shown
from services.desk.domain.rota_plan import Plan
from services.route.planning.plan import baseline
from services.route.planning.request import ask


class QuickPlanner(Planner):
    """Needs no OR-tools. Waits while `go` is not set; raises `error`, if any; `lacks` is what is not installed."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()
        self.go.set()
        self.error: Exception | None = None
        self.lacks: str | None = None

    def missing(self) -> str | None:
        return self.lacks

    def propose(self, config: TeamConfig, start: date, weeks: int) -> Plan:
        self.go.wait(30)
        if self.error:
            raise self.error
        request = ask(config, start, weeks)
        return shown(request, baseline(request))
