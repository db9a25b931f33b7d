"""Kept searches on the desk: who sees them, and what sounded."""

from datetime import timedelta
from typing import Any

from services.contracts.events import SearchDropped, SearchSaved
from services.contracts.ids import alert_id, event_id
from services.contracts.searches import AlertRule, SavedSearch, SearchAlert
from services.contracts.topics import DESK_EVENTS, DESK_TEAMS, SIGNALS, team_key
from services.desk.domain.kept_searches import LASTS
from services.desk.live import Entry
from services.desk.readmodel import ReadModel
from services.desk.streams import page_events
from tests.unit.test_report_samples import NOW, TEAM, mention

CAUSE = mention(1).id


def search(name: str = "own", **changes: Any) -> SavedSearch:
    fields: dict[str, Any] = {"team": TEAM, "id": f"search-{name}", "name": name, "query": name, "owner": "anouk"}
    return SavedSearch(**fields | {"at": NOW} | changes)


def alert(one: SavedSearch) -> SearchAlert:
    return SearchAlert(
        id=alert_id(one.id, ""),
        team=TEAM,
        search=one.id,
        count=3,
        rule=AlertRule(at_least=1, minutes=1),
        start=NOW,
        end=NOW,
        at=NOW,
    )


def fold(model: ReadModel, *searches: SavedSearch) -> None:
    for one in searches:
        model.apply(DESK_TEAMS, team_key(TEAM, "search", one.id), one, 0, 1)


def test_a_search_is_seen_by_its_owner_or_by_the_team() -> None:
    model = ReadModel()
    own, shared = search("own"), search("shared", shared=True)
    fold(model, shared, own, search("else", team="bus", shared=True))
    assert model.kept_searches(TEAM, "anouk") == (own, shared)
    assert model.kept_searches(TEAM, "bram") == (shared,)


def test_what_sounded_is_shown_for_a_while_to_those_who_see_the_search_and_goes_to_live_clients() -> None:
    model = ReadModel()
    own, shared = search("own"), search("shared", shared=True)
    fold(model, own, shared)
    for n, one in enumerate((own, shared)):
        model.apply(SIGNALS, TEAM, alert(one), 0, n)
    assert [one.search for one in model.sounded(TEAM, "bram", NOW)] == [shared.id]
    assert len(model.sounded(TEAM, "anouk", NOW)) == 2
    assert model.sounded(TEAM, "anouk", NOW + LASTS) == ()
    assert len(model.hub.find([alert(own).id, alert(shared).id])) == 2


def test_an_event_is_seen_at_once_and_an_older_record_changes_nothing() -> None:
    model = ReadModel()
    before, after = search(), search(at=NOW + timedelta(minutes=1), query="beter")
    envelope: dict[str, Any] = {"team": TEAM, "at": NOW, "actor": "anouk", "cause": CAUSE, "sequence": 1, "of": 1}
    model.apply(DESK_EVENTS, TEAM, SearchSaved(id=event_id(CAUSE, 1), search=after, **envelope), 0, 1)
    fold(model, before)
    assert model.kept_searches(TEAM, "anouk") == (after,)
    model.apply(DESK_EVENTS, TEAM, SearchDropped(id=event_id(CAUSE, 2), search=after.id, **envelope), 0, 2)
    assert model.kept_searches(TEAM, "anouk") == ()


def test_a_tombstone_drops_it() -> None:
    model = ReadModel()
    fold(model, search())
    model.apply(DESK_TEAMS, team_key(TEAM, "search", "search-own"), None, 0, 2)
    model.apply(DESK_TEAMS, team_key(TEAM, "capacity", "anouk"), None, 0, 3)
    assert model.kept_searches(TEAM, "anouk") == ()


def test_a_page_counts_again_when_a_search_sounds() -> None:
    [event] = page_events([Entry("s0", 1, TEAM, alert(search()))])
    assert b"event: list" in event
