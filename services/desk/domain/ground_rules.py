"""A team's agreements with another approval rule, case rule or house style, and what that would change. Pure.

Used by the pages of `services/desk/handbook/` on which leads change the ground rules. Nothing here is checked twice: the
contract refuses what contradicts itself, and route decides in the end.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from services.contracts import mandates
from services.contracts.approvals import ApprovalRule
from services.contracts.base import Model
from services.contracts.case_rules import CaseRule
from services.contracts.cases import Case
from services.contracts.house_style import HouseStyle
from services.contracts.needs import GRAVE
from services.contracts.teams import TeamConfig

FIRST = ""
"""The place of a case rule that is asked before all others; else the id of the rule that it comes after."""
Rule = TypeVar("Rule", ApprovalRule, CaseRule)


def stamp(one: Model | None, place: str = "") -> str:
    """What a form was made from: another stamp is another rule, or the same one at another place. Empty for none."""
    return hashlib.sha256(f"{one.model_dump_json()} {place}".encode()).hexdigest()[:24] if one else ""


def rule_of(rules: Iterable[Rule], ident: str) -> Rule | None:
    """The rule of this id."""
    return next((one for one in rules if one.id == ident), None)


def place_of(rules: tuple[CaseRule, ...], ident: str) -> str:
    """Which rule a case rule comes after; one that is new comes last."""
    names = [one.id for one in rules]
    before = names[: names.index(ident)] if ident in names else names
    return before[-1] if before else FIRST


def with_approval(config: TeamConfig, rule: ApprovalRule) -> TeamConfig:
    """With this rule, in the place of the one of its id or as the last.

    Raises:
        ValidationError: a `ValueError`; the agreements would contradict themselves.
    """
    rules = config.approval_rules
    known = rule_of(rules, rule.id)
    return agreed_with(
        config, approval_rules=tuple(rule if one is known else one for one in rules) if known else (*rules, rule)
    )


def without_approval(config: TeamConfig, ident: str) -> TeamConfig:
    """Without the rule of this id."""
    return agreed_with(config, approval_rules=tuple(one for one in config.approval_rules if one.id != ident))


def with_case_rule(config: TeamConfig, rule: CaseRule, after: str) -> TeamConfig:
    """With this rule instead of the one of its id, asked after the rule `after`; last where there is none such.

    Raises:
        ValidationError: as for `with_approval`.
    """
    others = [one for one in config.case_rules if one.id != rule.id]
    names = [one.id for one in others]
    place = 0 if after == FIRST else names.index(after) + 1 if after in names else len(names)
    return agreed_with(config, case_rules=(*others[:place], rule, *others[place:]))


def without_case_rule(config: TeamConfig, ident: str) -> TeamConfig:
    """Without the rule of this id."""
    return agreed_with(config, case_rules=tuple(one for one in config.case_rules if one.id != ident))


def with_style(config: TeamConfig, style: HouseStyle) -> TeamConfig:
    """With this house style."""
    return agreed_with(config, house_style=style)


def agreed_with(config: TeamConfig, **changes: object) -> TeamConfig:
    """The agreements with these fields otherwise, made anew so that the contract looks at them.

    Raises:
        ValidationError: a `ValueError`; they would contradict themselves.
    """
    whole: dict[str, object] = dict(config) | changes
    return TeamConfig.model_validate(whole)


@dataclass(frozen=True, slots=True)
class ApprovalEffect:
    """What another approval rule does: on how many of the open cases (`of`) a reply falls under it, before and from then on
    (`None`: there is no such rule), and how many replies wait because of it."""

    of: int
    before: int | None
    after: int | None
    waiting: int
    nobody: bool
    """Nobody in the roster may approve."""


def approval_effect(
    config: TeamConfig, cases: Iterable[Case], old: ApprovalRule | None, new: ApprovalRule | None
) -> ApprovalEffect:
    """What comes of `new` in the place of `old`. What waits goes on waiting: route looks at rules when a reply is sent."""
    there = tuple(cases)
    held = [one for case in there for one in case.pending if one.state == "waiting_approval"]
    name = (old.name or old.id) if old else None
    return ApprovalEffect(
        of=len(there),
        before=_number(old, there),
        after=_number(new, there),
        waiting=sum(any(why.rule == name for why in one.reasons) for one in held) if name else 0,
        nobody=not mandates.approvers(config, ()),
    )


def _number(rule: ApprovalRule | None, cases: Iterable[Case]) -> int | None:
    return None if rule is None else sum(mandates.about_case(rule, case) for case in cases)


def spares_urgent(rule: CaseRule) -> bool:
    """Whether a rule that makes no case leaves alone what is urgent."""
    return rule.then == "no_case" and rule.urgency is None


def hides_urgent(rule: CaseRule) -> bool:
    """Whether a rule makes no case of what is urgent."""
    return rule.then == "no_case" and not GRAVE.isdisjoint(rule.urgency or ())


@dataclass(frozen=True, slots=True)
class StyleEffect:
    """What another house style changes: whether the form of address, and the words of each kind of change."""

    address: bool
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]

    @property
    def any(self) -> bool:
        """Whether it changes anything."""
        return self.address or bool(self.added or self.changed or self.removed)


def style_effect(old: HouseStyle, new: HouseStyle) -> StyleEffect:
    """What becomes another one."""
    was, now = old.avoid, new.avoid
    return StyleEffect(
        address=old.address != new.address,
        added=tuple(one for one in now if one not in was),
        changed=tuple(one for one in now if one in was and now[one] != was[one]),
        removed=tuple(one for one in was if one not in now),
    )
