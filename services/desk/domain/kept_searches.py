"""The searches that people keep and what sounded of them, as the read model knows them. Pure, not thread-safe by itself."""

from datetime import datetime, timedelta

from services.contracts.base import Model
from services.contracts.searches import SavedSearch, SearchAlert

LASTS = timedelta(hours=12)
"""An alert is shown for so long."""


class KeptSearches:
    """By team and id; a search that is not shared is seen by its owner alone, and so are its alerts."""

    def __init__(self) -> None:
        self._searches: dict[tuple[str, str], SavedSearch] = {}
        self._alerts: dict[tuple[str, str], SearchAlert] = {}

    def fold(self, key: str, message: Model | None) -> None:
        """Take a record of `desk.teams`: a search, or the tombstone of one; others are not its concern."""
        if isinstance(message, SavedSearch):
            self.put(message)
        elif message is None and key.count(":") == 2 and key.split(":")[1] == "search":
            team, _, search = key.split(":")
            self.drop(team, search)

    def put(self, search: SavedSearch) -> None:
        """Take a search as it is now; one that is older than what is known changes nothing."""
        known = self._searches.get((search.team, search.id))
        if known is None or known.at <= search.at:
            self._searches[search.team, search.id] = search

    def drop(self, team: str, search: str) -> None:
        """It is kept no longer."""
        self._searches.pop((team, search), None)
        self._alerts.pop((team, search), None)

    def sound(self, alert: SearchAlert) -> None:
        """It sounded."""
        self._alerts[alert.team, alert.search] = alert

    def kept(self, team: str, person: str) -> tuple[SavedSearch, ...]:
        """Those that a person of a team sees, by name."""
        seen = (one for one in self._searches.values() if one.team == team)
        return tuple(
            sorted((one for one in seen if one.shared or one.owner == person), key=lambda one: one.name.lower())
        )

    def sounded(self, team: str, person: str, now: datetime) -> tuple[SearchAlert, ...]:
        """The latest alert of each of those that is not long ago, newest first."""
        seen = (self._alerts.get((team, one.id)) for one in self.kept(team, person))
        return tuple(
            sorted((one for one in seen if one and now - one.at < LASTS), key=lambda one: one.at, reverse=True)
        )
