"""The working agreements of a team (how long a reply waits, how long it can be taken back, what is ours), and what others
would change. Pure. Used by the page on which leads change them (`services/desk/handbook/`).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from services.contracts.base import Model
from services.contracts.cases import Case
from services.contracts.rule_changes import WORKING
from services.contracts.teams import AgencyMandate, TeamConfig, UrgencyWeights
from services.desk.domain.ground_rules import agreed_with


class Working(Model):
    """The fields of `WORKING`, as a team's configuration has them; what they may be is said there."""

    approval_minutes: int
    grace_seconds: int
    agency: AgencyMandate
    reach_threshold: int
    handles: tuple[str, ...]
    reopen_days: int
    weights: UrgencyWeights


def working_of(config: TeamConfig) -> Working:
    """What a team has agreed."""
    return Working.model_validate({name: getattr(config, name) for name in WORKING})


def with_working(config: TeamConfig, working: Working) -> TeamConfig:
    """The agreements with these in them.

    Raises:
        ValidationError: as for `agreed_with`.
    """
    return agreed_with(config, **{name: getattr(working, name) for name in WORKING})


@dataclass(frozen=True, slots=True)
class WorkingEffect:
    """What other working agreements change: which of them, and what that means for who and what is there now."""

    changed: tuple[str, ...]
    waiting: int
    """So many replies wait for approval; they keep the time that they were given."""
    leaving: int
    """So many can still be taken back; they keep their time too."""
    people: tuple[str, ...]
    """Who sends alone up to another urgency than before; ids, in the order of the roster."""


def working_effect(config: TeamConfig, cases: Iterable[Case], new: Working) -> WorkingEffect:
    """What comes of `new` in the place of what the team has agreed; `cases` are those that are open."""
    old, after = working_of(config), with_working(config, new)
    held = [one.state for case in cases for one in case.pending]
    return WorkingEffect(
        changed=tuple(name for name in WORKING if getattr(old, name) != getattr(new, name)),
        waiting=held.count("waiting_approval"),
        leaving=held.count("leaving"),
        people=tuple(one.id for one in config.people if config.sends_alone_up_to(one) != after.sends_alone_up_to(one)),
    )
