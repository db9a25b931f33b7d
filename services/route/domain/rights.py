"""Who may do what with a case. Whether somebody may act for the team at all is checked where they log in."""

from services.contracts.cases import Case
from services.route.domain.agreement import Agreement
from services.route.domain.answers import Refusal

OUTSIDERS = ("system:", "integration:", "lead:", "guest:")
"""Who may act for a team without being in its roster."""


def still_open(case: Case) -> None:
    """Refuse what cannot be done with a closed case."""
    if case.status == "closed":
        raise Refusal("case_closed", "the case is closed; it reopens when its conversation goes on")


def member(agreed: Agreement, actor: str) -> None:
    """Refuse whoever is neither in the roster nor one of the outsiders."""
    if actor not in agreed.people and not actor.startswith(OUTSIDERS):
        raise Refusal("not_a_member", f"{actor} is not in the team")


def in_roster(agreed: Agreement, actor: str) -> None:
    """Refuse whoever is not in the roster."""
    if actor not in agreed.people:
        raise Refusal("not_a_member", f"{actor} is not in the team's roster and cannot own a case")


def may_direct(agreed: Agreement, case: Case, actor: str) -> None:
    """Refuse what only the owner may do with a case, or a lead or a system for them; with one of nobody, anybody may."""
    if case.owner not in (None, actor) and actor in agreed.people and actor not in agreed.leads:
        raise Refusal("not_the_owner", f"the case is {case.owner}'s")


def touched_by(case: Case, actor: str) -> dict[str, bool]:
    """What work of the actor changes: by the owner it makes the case theirs in earnest."""
    touched = case.touched or case.owner == actor
    return {"touched": touched, "handed_over": case.handed_over and not touched}
