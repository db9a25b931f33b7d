"""What a team has agreed, made ready to ask: the configuration with its rota, opening hours and people by id."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.contracts.cases import Deadline
from services.contracts.mentions import MentionKind, UrgencyLabel
from services.contracts.teams import Person, ServiceLevel, TeamConfig
from services.route.domain import service_levels
from services.route.domain.opening_hours import OpeningHours
from services.route.domain.rota import Rota


@dataclass(frozen=True, slots=True)
class Agreement:
    """One revision of a team's configuration."""

    config: TeamConfig
    revision: int
    at: datetime
    rota: Rota
    hours: OpeningHours
    people: Mapping[str, Person]

    def promise(self, urgency: UrgencyLabel, kind: MentionKind, started_at: datetime) -> Deadline:
        """The first-response deadline of what came in at `started_at`."""
        return service_levels.first_response(self.hours, self._level_for(urgency, kind), started_at)

    def promise_again(self, urgency: UrgencyLabel, kind: MentionKind, old: Deadline, now: datetime) -> Deadline:
        """The deadline `old` under this agreement."""
        return service_levels.recalculated(self.hours, self._level_for(urgency, kind), old, now)

    def elapsed_seconds(self, deadline: Deadline, end: datetime) -> int:
        """Seconds from the deadline's start to `end` on the clock of its service level."""
        named = (level for level in self.config.service_levels if level.id == deadline.level)
        level = next(named, self.config.service_levels[-1])
        return service_levels.elapsed_seconds(self.hours, level, deadline.started_at, end)

    def _level_for(self, urgency: UrgencyLabel, kind: MentionKind) -> ServiceLevel:
        return service_levels.level_for(self.config, urgency, kind)


def agreement(config: TeamConfig, revision: int, at: datetime) -> Agreement:
    """Make `config` ready.

    Raises:
        RotaError: a shift's rule cannot be worked out; the text names the shift.
    """
    people = {person.id: person for person in config.people}
    return Agreement(config, revision, at, Rota(config), OpeningHours(config), people)
