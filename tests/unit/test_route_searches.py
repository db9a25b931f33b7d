"""Who keeps, changes and drops which search, and that route remembers it."""

import pytest

from services.contracts.commands import DropSearch, SaveSearch
from services.contracts.events import SearchSaved
from services.contracts.searches import MOST_SEARCHES, AlertRule, SavedSearch
from services.contracts.teams import Person
from services.route.domain.state import TeamState
from services.route.records import team_records
from tests.support.route import TEAM, Desk, at, config, refusal, types

PEOPLE = (*config().people, Person(id="lena", name="Lena", lead=True))


@pytest.fixture
def desk() -> Desk:
    return Desk(config(people=PEOPLE))


def kept(desk: Desk, actor: str = "noor", **fields: object) -> SavedSearch:
    (event,) = desk.do(SaveSearch, actor, **({"name": "Lek", "query": "lekkage"} | fields))
    assert isinstance(event, SearchSaved)
    return event.search


def test_a_search_is_kept_changed_and_dropped_by_its_owner(desk: Desk) -> None:
    first = kept(desk, alert=AlertRule(at_least=10, minutes=60))
    assert (first.owner, first.shared, first.at) == ("noor", False, at(10))
    changed = kept(desk, search=first.id, name="Lek in straat", shared=True)
    assert (changed.id, changed.owner, changed.alert) == (first.id, "noor", None)
    assert list(desk.state.searches) == [first.id]
    again = desk.do(SaveSearch, "noor", search=first.id, name="Lek in straat", query="lekkage", shared=True)
    assert types(again) == ["CommandAccepted"], "nothing changed"
    assert types(desk.do(DropSearch, "noor", search=first.id)) == ["SearchDropped"]
    assert desk.state.searches == {}


def test_somebody_elses_own_search_does_not_show_itself(desk: Desk) -> None:
    own = kept(desk)
    for actor in ("jeroen", "lena", "lead:petra"):
        assert refusal(desk.do(DropSearch, actor, search=own.id)) == "not_found"
        assert refusal(desk.do(SaveSearch, actor, search=own.id, name="x", query="y")) == "not_found"


def test_a_search_of_the_team_is_changed_by_its_owner_and_by_leads(desk: Desk) -> None:
    shared = kept(desk, shared=True)
    assert refusal(desk.do(DropSearch, "jeroen", search=shared.id)) == "not_allowed"
    assert kept(desk, "lena", search=shared.id, name="Van het team", shared=True).owner == "noor"
    assert types(desk.do(DropSearch, "lead:petra", search=shared.id)) == ["SearchDropped"]


def test_only_people_keep_searches_and_not_endlessly_many(desk: Desk) -> None:
    assert kept(desk, "lead:petra").owner == "petra"
    assert refusal(desk.do(SaveSearch, "integration:crm", name="x", query="y")) == "not_allowed"
    assert refusal(desk.do(SaveSearch, "vreemde", name="x", query="y")) == "not_a_member"
    for n in range(MOST_SEARCHES - 1):
        kept(desk, name=str(n))
    assert refusal(desk.do(SaveSearch, "noor", name="x", query="y")) == "invalid"


def test_it_is_a_record_of_the_team_until_it_is_dropped(desk: Desk) -> None:
    one = kept(desk)
    teams: dict[str, TeamState] = {TEAM: desk.state}
    assert (TEAM, "search", one.id, one) in team_records(teams, desk.events)
    dropped = desk.do(DropSearch, "noor", search=one.id)
    assert (TEAM, "search", one.id, None) in team_records(teams, dropped)
