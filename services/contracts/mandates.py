"""When a reply needs somebody else's approval, and who may give it: pure questions to what a team agreed.

Route decides by them (`services/route/domain/mandate.py`); the desk says beforehand what route will decide
(`services/desk/domain/approvals.py`). A reply needs approval when its author may not send alone on a case so urgent, or when
a rule of the team fits: all that the rule names holds. How far agency staff may go where their mandate does not say, the
team says (`TeamConfig.agency`). Who may approve is somebody with that mandate, or a lead who is not in the roster; never who
wrote a version of the reply.
"""

from collections.abc import Iterable, Iterator

from services.contracts.approvals import ApprovalReason, ApprovalRule, RuleCondition
from services.contracts.cases import Case
from services.contracts.mentions import URGENCY_RANK
from services.contracts.teams import Person, TeamConfig

OUTSIDE_LEAD = "lead:"
"""How a lead who is not in the roster is named in front."""


def reasons(config: TeamConfig, author: str, case: Case) -> tuple[ApprovalReason, ...]:
    """Why a reply of `author` needs approval here: their mandate, then each rule that fits; empty when it needs none."""
    person = _person(config, author)
    own = tuple(_own_mandate(config, person, case)) if person else ()
    fitting = ((rule, _held(rule, author, person, case)) for rule in config.approval_rules)
    return ((ApprovalReason(conditions=own),) if own else ()) + tuple(
        ApprovalReason(rule=rule.name or rule.id, conditions=held) for rule, held in fitting if held is not None
    )


def about_case(rule: ApprovalRule, case: Case) -> bool:
    """Whether all that the rule names of a case holds, whoever would write the reply."""
    return _held(rule.model_copy(update={"people": None, "employment": None}), "", None, case) is not None


def may_approve(config: TeamConfig, actor: str) -> bool:
    """Whether the actor may approve replies of others."""
    person = _person(config, actor)
    return person.mandate.approve if person else actor.startswith(OUTSIDE_LEAD)


def approvers(config: TeamConfig, writers: Iterable[str]) -> frozenset[str]:
    """The people of the roster who may approve a reply that `writers` wrote."""
    unable = frozenset(writers)
    return frozenset(one.id for one in config.people if one.mandate.approve and one.id not in unable)


def _person(config: TeamConfig, ident: str) -> Person | None:
    return next((one for one in config.people if one.id == ident), None)


def _own_mandate(config: TeamConfig, person: Person, case: Case) -> Iterator[RuleCondition]:
    """How the author's mandate ends before this case; nothing when they send alone on it."""
    limit, urgency = config.sends_alone_up_to(person), case.urgency.label
    if limit is not None and URGENCY_RANK[urgency] <= URGENCY_RANK[limit]:
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
        held = URGENCY_RANK[label] >= URGENCY_RANK[rule.urgency]
        yield RuleCondition(kind="urgency", value=label, limit=rule.urgency) if held else None
    if rule.topics is not None:
        about = next((topic for topic in case.topics if topic in rule.topics), None)
        yield RuleCondition(kind="topic", value=about) if about else None
    if rule.reach is not None:
        followers = case.author.followers or 0
        reached = RuleCondition(kind="reach", value=str(followers), limit=str(rule.reach))
        yield reached if followers >= rule.reach else None
