"""The topics of every team: follows `desk.teams` from the beginning, and keeps each team's taxonomy compiled.

Who was erased is known from there as well (`services/contracts/erasure.py`).

A team that has agreed no topics of its own has the default ones. What of a team's topics cannot be used is passed over and
said in the log and in a metric; `webcare rota check` says it before.
"""

import logging

from services.classify.domain.examples import Rarity
from services.classify.domain.team_topics import compiled
from services.classify.domain.topics import Taxonomy
from services.contracts.erasure import Erasures
from services.contracts.teams import TeamConfiguration
from services.contracts.topics import DESK_TEAMS, team_key
from services.runtime.follow import Followed, Follower
from services.runtime.metrics import TOPIC_PROBLEMS
from services.runtime.settings import Settings

log = logging.getLogger(__name__)


class TeamTaxonomies:
    """Fed record by record by the follower's thread; asked by the worker's."""

    def __init__(self, rarity: Rarity) -> None:
        self._rarity = rarity
        self._known: dict[str, tuple[TeamConfiguration, Taxonomy | None]] = {}

    def of(self, team: str) -> Taxonomy | None:
        """The taxonomy of a team's own; `None` is the default one."""
        known = self._known.get(team)
        return known[1] if known else None

    def fold(self, record: Followed) -> None:
        """Take in one record of `desk.teams`."""
        if isinstance(record.message, TeamConfiguration):
            self._agreed(record.message)
        elif record.message is None:
            for team in [team for team in self._known if record.key == team_key(team, "config", "current")]:
                del self._known[team]

    def _agreed(self, agreed: TeamConfiguration) -> None:
        team, topics = agreed.team, agreed.config.topics
        known = self._known.get(team)
        if known and known[0].config.topics == topics:
            return
        taxonomy, problems = compiled(topics, self._rarity)
        for problem in problems:
            log.warning("passed over: %s", problem, extra={"team": team, "revision": agreed.revision})
        TOPIC_PROBLEMS.labels(team).set(len(problems))
        self._known[team] = agreed, taxonomy if topics else None


def follow_teams(settings: Settings, taxonomies: TeamTaxonomies, erasures: Erasures) -> Follower:
    """What keeps both up to date; not started yet."""

    def fold(record: Followed) -> None:
        taxonomies.fold(record)
        erasures.fold(record.message)

    return Follower(settings, {DESK_TEAMS: "beginning"}, fold, name="classify-teams")


def follow_erasures(settings: Settings, erasures: Erasures) -> Follower:
    """What keeps the erasures alone up to date; not started yet."""
    return Follower(settings, {DESK_TEAMS: "beginning"}, lambda one: erasures.fold(one.message), name="reread-teams")
