"""Who changed what of a team's ground rules: the lines that `restating.py` adds to the agreements. Pure.

Approval rules, case rules, the house style, the working agreements and the mandates of who was in the roster and stays are
compared, whoever states them: a page, a program or a file.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from services.contracts.approvals import ApprovalRule
from services.contracts.case_rules import CaseRule
from services.contracts.house_style import HouseStyle
from services.contracts.rule_changes import MOST_KEPT, WORKING, RuleChange, Subject, What
from services.contracts.teams import Person, TeamConfig

Rules = Sequence[ApprovalRule] | Sequence[CaseRule]
Line = tuple[Subject, What, str]
_NAME_CHARACTERS = 500


def with_history(given: TeamConfig, known: TeamConfig | None) -> TeamConfig:
    """What is stated, with the history as it is known: nobody states that."""
    return given.model_copy(update={"rule_changes": known.rule_changes if known else ()})


def with_changes(known: TeamConfig, given: TeamConfig, actor: str, now: datetime) -> TeamConfig:
    """What is stated, with a line for each ground rule that is another one than is known."""
    lines = [
        RuleChange(at=now, by=actor, subject=subject, what=what, name=name[:_NAME_CHARACTERS])
        for subject, what, name in _differences(known, given)
    ]
    return given.model_copy(update={"rule_changes": (*known.rule_changes, *lines)[-MOST_KEPT:]}) if lines else given


def _differences(known: TeamConfig, given: TeamConfig) -> Iterator[Line]:
    yield from _of_rules("approval", known.approval_rules, given.approval_rules)
    yield from _of_rules("cases", known.case_rules, given.case_rules)
    yield from _of_style(known.house_style, given.house_style)
    yield from (("working", "changed", one) for one in WORKING if getattr(known, one) != getattr(given, one))
    yield from _of_mandates(known.people, given.people)


def _of_rules(subject: Subject, before: Rules, after: Rules) -> Iterator[Line]:
    was, now = {one.id: one for one in before}, {one.id: one for one in after}
    yield from ((subject, "removed", _called(one)) for name, one in was.items() if name not in now)
    yield from ((subject, "added", _called(one)) for name, one in now.items() if name not in was)
    yield from ((subject, "changed", _called(one)) for name, one in now.items() if name in was and was[name] != one)
    if moved := _moved([one for one in was if one in now], [one for one in now if one in was]):
        yield subject, "moved", _called(now[moved])


def _moved(before: Sequence[str], after: Sequence[str]) -> str:
    """Which rule stands elsewhere among the others; empty when their order is as it was. Of more than one, the first."""
    if before == after:
        return ""
    for one in after:
        if [other for other in before if other != one] == [other for other in after if other != one]:
            return one
    return next(one for one, other in zip(after, before, strict=True) if one != other)


def _of_style(before: HouseStyle, after: HouseStyle) -> Iterator[Line]:
    """One line for the form of address, and one for the words of each kind of change."""
    if before.address != after.address:
        yield "style", "changed", ""
    was, now = before.avoid, after.avoid
    words: tuple[tuple[What, list[str]], ...] = (
        ("removed", [one for one in was if one not in now]),
        ("added", [one for one in now if one not in was]),
        ("changed", [one for one in now if one in was and was[one] != now[one]]),
    )
    yield from (("style", what, ", ".join(found)) for what, found in words if found)


def _of_mandates(before: Sequence[Person], after: Sequence[Person]) -> Iterator[Line]:
    """How somebody is employed counts for what they may send."""
    was = {one.id: (one.mandate, one.employment) for one in before}
    changed = (one for one in after if one.id in was and was[one.id] != (one.mandate, one.employment))
    yield from (("mandate", "changed", one.name) for one in changed)


def _called(rule: ApprovalRule | CaseRule) -> str:
    return rule.name or rule.id
