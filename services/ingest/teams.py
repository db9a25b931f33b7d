"""Which teams there are: reads `desk.teams` from the beginning. A mention for a team that nobody configured is refused."""

from typing import Protocol

from services.contracts.teams import TeamConfiguration
from services.contracts.topics import DESK_TEAMS, team_key
from services.runtime.follow import Followed, Follower
from services.runtime.settings import Settings


class Teams(Protocol):
    """What the ways in ask."""

    def known(self) -> frozenset[str] | None:
        """The teams, or `None` while that is not known yet."""


class TeamDirectory:
    """The teams as `desk.teams` has them."""

    def __init__(self, settings: Settings) -> None:
        self._teams: frozenset[str] = frozenset()
        self._follower = Follower(settings, {DESK_TEAMS: "beginning"}, self.fold, name="ingest-teams")

    def start(self) -> None:
        """Begin to follow."""
        self._follower.start()

    def stop(self) -> None:
        """Stop following."""
        self._follower.stop()

    def wait(self, seconds: float) -> bool:
        """Wait until all teams are known, at most so long; whether they are."""
        return self._follower.caught_up.wait(seconds)

    def check(self) -> str | None:
        """A readiness check."""
        return self._follower.check()

    def known(self) -> frozenset[str] | None:
        """The teams, or `None` while that is not known yet."""
        return self._teams if self._follower.caught_up.is_set() else None

    def fold(self, record: Followed) -> None:
        """Take in one record."""
        if isinstance(record.message, TeamConfiguration):
            self._teams |= {record.message.team}
        elif record.message is None:
            self._teams -= {team for team in self._teams if record.key == team_key(team, "config", "current")}
