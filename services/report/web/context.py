"""What every route of the report has at hand, and the small things they share."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlencode

from fastapi import FastAPI, Request

from services.contracts.goals import TeamGoals
from services.contracts.searches import SavedSearch, SearchAlert
from services.contracts.teams import TeamConfig
from services.report.domain.figures import Overview
from services.report.domain.indices import Family, Names
from services.report.elastic import Elastic
from services.report.settings import ReportSettings
from services.report.web.recent import Recent
from services.runtime.web.identity import Identity

Teams = Callable[[str], TeamConfig | None]
"""What a team has agreed (its name, language, time zone, people); `None` while it is not known."""

Goals = Callable[[str], TeamGoals | None]
"""Why a team is there; `None` when it has not said so."""


def no_goals(_team: str) -> TeamGoals | None:
    """Of an app that knows of no goals."""
    return None


class KeptSearches(Protocol):
    """The searches that people keep: the desk knows them and passes on what is asked of them."""

    def kept(self, team: str, person: str) -> Sequence[SavedSearch]:
        """Those that a person of a team sees, by name."""

    def sounded(self, team: str, person: str) -> Sequence[SearchAlert]:
        """The latest alert of each of those that is not long ago, newest first."""

    async def ask(self, identity: Identity, body: Mapping[str, Any], key: str) -> str:
        """Send a command; `pending`, the code of a refusal, or nothing when it is done. Raises `Problem`."""


@dataclass(frozen=True, slots=True)
class Report:
    """On `app.state.report`."""

    settings: ReportSettings
    elastic: Elastic
    names: Names
    teams: Teams
    kept: KeptSearches | None = None
    goals: Goals = no_goals
    overviews: Recent[Overview] = field(default_factory=Recent)

    @property
    def mentions(self) -> str:
        """The alias of all mentions."""
        return self.names.alias("mentions")

    @property
    def cases(self) -> str:
        """The alias of all cases."""
        return self.names.alias("cases")

    def index(self, families: tuple[Family, ...]) -> str:
        """The aliases of several families, as one search asks them."""
        return ",".join(self.names.alias(one) for one in families)

    def zone(self, team: str) -> str:
        """The time zone of a team."""
        config = self.teams(team)
        return config.time_zone if config else self.settings.report_time_zone

    def team_name(self, team: str) -> str:
        """A team's own name, or its id."""
        config = self.teams(team)
        return config.name if config else team

    def person(self, team: str, person: str | None) -> str:
        """A person's own name, or their id."""
        config = self.teams(team)
        names = {one.id: one.name for one in config.people} if config else {}
        return names.get(person or "", person or "")


def report_of(request: Request) -> Report:
    """What the app of a request was built with."""
    app: FastAPI = request.app
    report: Report = app.state.report
    return report


def address(path: str, pairs: list[tuple[str, str]] | dict[str, str]) -> str:
    """A link with those of `pairs` that have a value."""
    listed = pairs.items() if isinstance(pairs, dict) else pairs
    query = urlencode([(name, value) for name, value in listed if value])
    return f"{path}?{query}" if query else path


def case_address(team: str, case: str, message: str = "") -> str:
    """Where the desk shows a case, at one of its messages when that is given."""
    return address("/inbox", {"team": team, "case": case}) + (f"#m-{message}" if message else "")


def thread_address(conversation: str) -> str:
    """Where a whole conversation can be read."""
    return address("/search", {"conversation": conversation, "sort": "oldest"})
