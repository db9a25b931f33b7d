"""Who may keep, change and drop which search. A search is its owner's, or the team's when it is shared. Pure."""

from datetime import datetime

from services.contracts.commands import DropSearch, SaveSearch
from services.contracts.events import SearchDropped, SearchSaved
from services.contracts.searches import MOST_SEARCHES, SavedSearch
from services.route.domain.agreement import Agreement
from services.route.domain.answers import Refusal
from services.route.domain.drafts import Draft
from services.route.domain.state import TeamState

LEAD = "lead:"


def save(state: TeamState, agreed: Agreement, command: SaveSearch, now: datetime) -> list[Draft]:
    """Keep a new search, or change one."""
    person = _person(agreed, command.actor)
    if command.search is None:
        if len(state.searches) >= MOST_SEARCHES:
            raise Refusal("invalid", f"a team keeps at most {MOST_SEARCHES} searches")
        search, owner = f"search-{command.id}", person
    else:
        known = _theirs(state, agreed, command.search, command.actor)
        search, owner = known.id, known.owner
    kept = SavedSearch(
        team=state.team,
        id=search,
        name=command.name,
        query=command.query,
        owner=owner,
        shared=command.shared,
        alert=command.alert,
        at=now,
    )
    before = state.searches.get(search)
    if before and before.model_copy(update={"at": now}) == kept:
        return []
    return [Draft(SearchSaved, {"search": kept})]


def drop(state: TeamState, agreed: Agreement, command: DropSearch, now: datetime) -> list[Draft]:  # noqa: ARG001  # every rule has the time
    """Keep a search no longer."""
    return [Draft(SearchDropped, {"search": _theirs(state, agreed, command.search, command.actor).id})]


def _person(agreed: Agreement, actor: str) -> str:
    person = actor.removeprefix(LEAD)
    if person not in agreed.people and not actor.startswith(LEAD):
        raise Refusal("not_allowed", "only people keep searches")
    return person


def _theirs(state: TeamState, agreed: Agreement, search: str, actor: str) -> SavedSearch:
    """The search, if it is the actor's or they lead the team it is of. Somebody else's own does not show itself."""
    person, known = _person(agreed, actor), state.searches.get(search)
    if known is None or (known.owner != person and not known.shared):
        raise Refusal("not_found", "there is no such search")
    if known.owner != person and not agreed.is_lead(actor):
        raise Refusal("not_allowed", "a search of the team is changed by its owner or a lead")
    return known
