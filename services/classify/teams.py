"""What every team has agreed that classify needs: follows `desk.teams` from the beginning, and keeps each team's topics
compiled, and what needs a person ready to ask.

Who was erased is known from there as well (`services/contracts/erasure.py`). Used by the processes `classify` and `reread`,
so that both readers go by the same agreements.

A team that has agreed no topics of its own has the default ones. What of a team's topics cannot be used is passed over and
said in the log and in a metric; `webcare rota check` says it before.
"""

import logging
from dataclasses import dataclass

from services.classify.domain.examples import Rarity
from services.classify.domain.team_topics import compiled
from services.classify.domain.topics import Taxonomy
from services.contracts.erasure import Erasures
from services.contracts.needs import Terms, terms_of
from services.contracts.teams import TeamConfig, TeamConfiguration
from services.contracts.topics import DESK_TEAMS, team_key
from services.runtime.follow import Followed, Follower
from services.runtime.metrics import TOPIC_PROBLEMS
from services.runtime.settings import Settings

log = logging.getLogger(__name__)

_USUAL = terms_of(None)


@dataclass(frozen=True, slots=True)
class _Known:
    """A team's agreements, and what was made of them."""

    config: TeamConfig
    taxonomy: Taxonomy | None
    terms: Terms


class TeamAgreements:
    """Fed record by record by the follower's thread; asked by the worker's."""

    def __init__(self, rarity: Rarity | None) -> None:
        """`rarity`: how rare a word is, to compile examples by. Without it no topics are compiled: who only asks for the
        terms takes the topics from what was read, and need not say again what of them cannot be used."""
        self._rarity = rarity
        self._known: dict[str, _Known] = {}

    def taxonomy_of(self, team: str) -> Taxonomy | None:
        """The taxonomy of a team's own; `None` is the default one."""
        known = self._known.get(team)
        return known.taxonomy if known else None

    def terms_of(self, team: str) -> Terms:
        """What the team has agreed of what needs a person; what holds for everybody where it has agreed nothing."""
        known = self._known.get(team)
        return known.terms if known else _USUAL

    def fold(self, record: Followed) -> None:
        """Take in one record of `desk.teams`."""
        if isinstance(record.message, TeamConfiguration):
            self._agreed(record.message)
        elif record.message is None:
            for team in [team for team in self._known if record.key == team_key(team, "config", "current")]:
                del self._known[team]

    def _agreed(self, agreed: TeamConfiguration) -> None:
        team, config = agreed.team, agreed.config
        known = self._known.get(team)
        same = known is not None and known.config.topics == config.topics
        taxonomy = known.taxonomy if known and same else self._compiled(agreed)
        self._known[team] = _Known(config, taxonomy, terms_of(config))

    def _compiled(self, agreed: TeamConfiguration) -> Taxonomy | None:
        team, topics = agreed.team, agreed.config.topics
        if self._rarity is None:
            return None
        taxonomy, problems = compiled(topics, self._rarity)
        for problem in problems:
            log.warning("passed over: %s", problem, extra={"team": team, "revision": agreed.revision})
        TOPIC_PROBLEMS.labels(team).set(len(problems))
        return taxonomy if topics else None


def follow_teams(
    settings: Settings, agreements: TeamAgreements, erasures: Erasures, name: str = "classify-teams"
) -> Follower:
    """What keeps both up to date; not started yet. `name` is that of its thread."""

    def fold(record: Followed) -> None:
        agreements.fold(record)
        erasures.fold(record.message)

    return Follower(settings, {DESK_TEAMS: "beginning"}, fold, name=name)
