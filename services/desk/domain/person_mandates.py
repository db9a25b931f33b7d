"""What one person of a team may do with replies, and what another mandate of theirs would change. Pure.

Used by the page on which leads change it (`services/desk/handbook/`). How a person is employed is part of it: for agency
staff the team says how far they go where their own mandate does not.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from services.contracts import mandates
from services.contracts.approvals import ApprovalRule, Employment
from services.contracts.base import Model
from services.contracts.cases import Case
from services.contracts.mentions import URGENCY_RANK, UrgencyLabel
from services.contracts.teams import Mandate, Person, TeamConfig
from services.desk.domain.ground_rules import agreed_with


class Standing(Model):
    """Somebody's mandate, and how they are employed."""

    employment: Employment
    mandate: Mandate


def person_of(config: TeamConfig, ident: str) -> Person | None:
    """Who of the roster this is."""
    return next((one for one in config.people if one.id == ident), None)


def standing_of(config: TeamConfig, ident: str) -> Standing | None:
    """How somebody stands; `None` for who is not in the roster."""
    person = person_of(config, ident)
    return Standing(employment=person.employment, mandate=person.mandate) if person else None


def with_standing(config: TeamConfig, ident: str, standing: Standing) -> TeamConfig:
    """The agreements with this of one person."""
    changes = {"employment": standing.employment, "mandate": standing.mandate}
    people = tuple(one.model_copy(update=changes) if one.id == ident else one for one in config.people)
    return agreed_with(config, people=people)


def rules_about(config: TeamConfig, person: Person) -> tuple[ApprovalRule, ...]:
    """The approval rules that name the person, or how they are employed."""
    return tuple(
        one for one in config.approval_rules if person.id in (one.people or ()) or one.employment == person.employment
    )


@dataclass(frozen=True, slots=True)
class StandingEffect:
    """What another mandate changes: how far they send alone then (`None`: nothing), and on how many of the open cases
    (`of`) a reply of theirs waits first, before and from then on, because of it or of a rule."""

    limit: UrgencyLabel | None
    of: int
    before: int
    after: int
    waiting: int
    """So many replies of theirs wait because of the mandate that they have now."""
    nobody: bool
    """Nobody in the roster may approve then."""
    further: bool
    """They are agency staff then, and go further than the team says of those."""


def standing_effect(config: TeamConfig, cases: Iterable[Case], ident: str, new: Standing) -> StandingEffect:
    """What comes of it. What waits goes on waiting: route looks at mandates when a reply is sent."""
    there, after = tuple(cases), with_standing(config, ident, new)
    person = person_of(after, ident)
    limit = after.sends_alone_up_to(person) if person else None
    held = [one for case in there for one in case.pending if one.author == ident and one.state == "waiting_approval"]
    return StandingEffect(
        limit=limit,
        of=len(there),
        before=sum(bool(mandates.reasons(config, ident, case)) for case in there),
        after=sum(bool(mandates.reasons(after, ident, case)) for case in there),
        waiting=sum(any(not why.rule for why in one.reasons) for one in held),
        nobody=not mandates.approvers(after, ()),
        further=new.employment == "agency"
        and limit is not None
        and URGENCY_RANK[limit] > URGENCY_RANK[config.agency.alone_up_to],
    )
