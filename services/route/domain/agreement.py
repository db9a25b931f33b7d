"""What a team has agreed, made ready to ask: the configuration with its rota, opening hours and people by id."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from services.contracts.cases import Deadline, DeadlineKind
from services.contracts.mentions import MentionKind, UrgencyLabel
from services.contracts.needs import Terms, terms_of
from services.contracts.teams import Person, ServiceLevel, TeamConfig
from services.rota.opening_hours import OpeningHours
from services.rota.rota import Rota
from services.route.domain import service_levels


@dataclass(frozen=True, slots=True)
class Agreement:
    """One revision of a team's configuration."""

    config: TeamConfig
    revision: int
    at: datetime
    rota: Rota
    hours: OpeningHours
    people: Mapping[str, Person]
    leads: tuple[str, ...]
    levels: Mapping[str, ServiceLevel]
    terms: Terms

    def present(self, now: datetime) -> list[Person]:
        """The people who are on duty; a shift that ends may name somebody who has left."""
        return [self.people[person] for person in self.rota.on_shift(now) if person in self.people]

    def promise(
        self, promised: DeadlineKind, urgency: UrgencyLabel, kind: MentionKind, started_at: datetime
    ) -> Deadline | None:
        """What is promised for what came in at `started_at`; `None` when its level does not promise this."""
        return service_levels.promise(self.hours, self._level_for(urgency, kind), promised, started_at)

    def promise_again(self, urgency: UrgencyLabel, kind: MentionKind, old: Deadline, now: datetime) -> Deadline | None:
        """The promise `old` under this agreement; `None` when it is no longer made."""
        return service_levels.recalculated(self.hours, self._level_for(urgency, kind), old, now)

    def paused(self, deadline: Deadline, now: datetime) -> Deadline:
        """The promise with its clock stopped."""
        return service_levels.paused(self.hours, self._level_of(deadline), deadline, now)

    def resumed(self, deadline: Deadline, now: datetime) -> Deadline:
        """The promise with its clock going on."""
        return service_levels.resumed(self.hours, self._level_of(deadline), deadline, now)

    def met(self, deadline: Deadline, now: datetime) -> Deadline:
        """The promise, kept."""
        return service_levels.met(self.hours, self._level_of(deadline), deadline, now)

    def escalates_at(self, deadline: Deadline, now: datetime) -> datetime:
        """When the step after the one that is taken now comes."""
        return service_levels.escalates_at(self.hours, self._level_of(deadline), now)

    def approval_times(self, urgency: UrgencyLabel, kind: MentionKind, now: datetime) -> service_levels.Within:
        """By when a reply that waits from `now` on is to be approved, and when to remind and to warn of that."""
        return service_levels.within(self.hours, self._level_for(urgency, kind), self.config.approval_minutes, now)

    def skills_for(self, topics: Iterable[str]) -> tuple[str, ...]:
        """The skills that these topics ask, in order."""
        asked = self.config.skills_for_topics
        return tuple(sorted({asked[topic] for topic in topics if topic in asked})) if asked else ()

    def weight_of(self, urgency: UrgencyLabel) -> int:
        """The points that a case of this urgency takes."""
        points: int = getattr(self.config.weights, urgency)
        return points

    def is_lead(self, actor: str) -> bool:
        """Whether the actor may decide for others: a lead of the roster, or one who is not in it."""
        return actor.startswith("lead:") or actor in self.leads

    def _level_for(self, urgency: UrgencyLabel, kind: MentionKind) -> ServiceLevel:
        return service_levels.level_for(self.config, urgency, kind)

    def _level_of(self, deadline: Deadline) -> ServiceLevel:
        return self.levels.get(deadline.level) or self.config.service_levels[-1]


def agreement(config: TeamConfig, revision: int, at: datetime) -> Agreement:
    """Make `config` ready.

    Raises:
        RotaError: a shift's rule cannot be worked out; the text names the shift.
    """
    return Agreement(
        config=config,
        revision=revision,
        at=at,
        rota=Rota(config),
        hours=OpeningHours(config),
        people={person.id: person for person in config.people},
        leads=tuple(person.id for person in config.people if person.lead),
        levels={level.id: level for level in reversed(config.service_levels)},
        terms=terms_of(config),
    )
