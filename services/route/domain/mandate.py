"""Who may send what alone, and who may approve: pure questions to the team's agreements. Used by `replies.py`.

A reply needs approval when its author may not send alone on a case so urgent, or when a rule of the team fits: all that the
rule names holds. How far agency staff may go where their mandate does not say, the team says (`TeamConfig.agency`).
Who may approve is somebody with that mandate, or a lead who is not in the roster; never who wrote a version of the reply.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from services.contracts.approvals import ApprovalReason, ApprovalRule, RuleCondition
from services.contracts.cases import Case
from services.contracts.teams import Person
from services.route.domain.agreement import Agreement
from services.route.domain.places import RANK

OUTSIDE_LEAD = "lead:"
MANDATE = "mandate"
"""Who approves what leaves on its author's own mandate."""


class Asked(NamedTuple):
    """Who is asked to approve: those on shift `now`; without any, who comes on first, and when."""

    now: tuple[str, ...]
    next: tuple[str, ...] = ()
    cover_begins: datetime | None = None


def reasons(agreed: Agreement, author: str, case: Case) -> tuple[ApprovalReason, ...]:
    """Why a reply of `author` needs approval here: their mandate, then each rule that fits; empty when it needs none."""
    person = agreed.people.get(author)
    own = tuple(_own_mandate(agreed, person, case)) if person else ()
    fitting = ((rule, _held(rule, author, person, case)) for rule in agreed.config.approval_rules)
    return ((ApprovalReason(conditions=own),) if own else ()) + tuple(
        ApprovalReason(rule=rule.name or rule.id, conditions=held) for rule, held in fitting if held is not None
    )


def may_approve(agreed: Agreement, actor: str) -> bool:
    """Whether the actor may approve replies of others."""
    person = agreed.people.get(actor)
    return person.mandate.approve if person else actor.startswith(OUTSIDE_LEAD)


def asked(agreed: Agreement, writers: Iterable[str], now: datetime) -> Asked:
    """Who is asked for a reply that `writers` wrote, by the rota."""
    unable = frozenset(writers)
    able = frozenset(one for one in agreed.people if one not in unable and may_approve(agreed, one))
    on = able & agreed.rota.on_shift(now)
    if on or not able:
        return Asked(tuple(sorted(on)))
    begins = agreed.rota.next_cover(now, able)
    if begins is None:
        return Asked(())
    return Asked((), tuple(sorted(able & agreed.rota.on_shift(begins))), begins)


def _own_mandate(agreed: Agreement, person: Person, case: Case) -> Iterator[RuleCondition]:
    """How the author's mandate ends before this case; nothing when they send alone on it."""
    limit, urgency = agreed.config.sends_alone_up_to(person), case.urgency.label
    if limit is not None and RANK[urgency] <= RANK[limit]:
        return
    yield RuleCondition(kind="mandate", value=person.id)
    if limit is not None:
        if person.mandate.alone_up_to is None:
            yield RuleCondition(kind="employment", value=person.employment)
        yield RuleCondition(kind="alone_up_to", value=urgency, limit=limit)


def _held(rule: ApprovalRule, author: str, person: Person | None, case: Case) -> tuple[RuleCondition, ...] | None:
    """What the rule names and holds; `None` when something that it names does not."""
    conditions = list(_conditions(rule, author, person, case))
    return None if None in conditions else tuple(one for one in conditions if one)


def _conditions(rule: ApprovalRule, author: str, person: Person | None, case: Case) -> Iterator[RuleCondition | None]:
    """Each thing that the rule names: the condition as it holds, or `None`."""
    if rule.people is not None:
        yield RuleCondition(kind="people", value=author) if author in rule.people else None
    if rule.employment is not None:
        fits = person is not None and person.employment == rule.employment
        yield RuleCondition(kind="employment", value=rule.employment) if fits else None
    if rule.channels is not None:
        yield RuleCondition(kind="channel", value=case.kind) if case.kind in rule.channels else None
    if rule.urgency is not None:
        label = case.urgency.label
        held = RANK[label] >= RANK[rule.urgency]
        yield RuleCondition(kind="urgency", value=label, limit=rule.urgency) if held else None
    if rule.topics is not None:
        about = next((topic for topic in case.topics if topic in rule.topics), None)
        yield RuleCondition(kind="topic", value=about) if about else None
    if rule.reach is not None:
        followers = case.author.followers or 0
        reached = RuleCondition(kind="reach", value=str(followers), limit=str(rule.reach))
        yield reached if followers >= rule.reach else None
