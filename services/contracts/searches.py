"""Searches that people keep, and when one of them is to sound (on `desk.teams`, and in the events of `search_events.py`).

The query is text in the language of docs/search.md, so that it can be read, changed and shared.
"""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from services.contracts.base import Id, Instant, Model, Slug

MOST_SEARCHES = 200
"""A team keeps at most this many, those of its people included."""
Minutes = Annotated[int, Field(ge=1, le=1440)]
SearchName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
SearchText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class AlertRule(Model):
    """Sounds when at least `at_least` new mentions match within `minutes`, and then once in as long a time.

    One mention in one minute means each new mention, told at most once a minute.
    """

    at_least: int = Field(ge=1, le=100_000)
    minutes: Minutes


class SavedSearch(Model):
    """The record `team:search:<id>`: whose it is, what it asks, and when it is to sound; a tombstone once it is dropped.

    One that is not `shared` is its owner's alone.
    """

    type: Literal["team.search"] = "team.search"
    version: Literal[1] = 1
    team: Slug
    id: Slug
    name: SearchName
    query: SearchText
    owner: Slug
    shared: bool = False
    alert: AlertRule | None = None
    at: Instant


class SearchAlert(Model):
    """A kept search has sounded (on `signals`): `count` new mentions match since `start`. Once in the rule's window.

    It does not say what was searched, which may be its owner's alone: who may see the search knows it by its id. `person` is
    who is told, nobody in particular for a search of the team.
    """

    type: Literal["search.alert"] = "search.alert"
    version: Literal[1] = 1
    id: Id
    team: Slug
    search: Slug
    person: Slug | None = None
    count: int = Field(ge=1)
    rule: AlertRule
    start: Instant
    end: Instant
    at: Instant
