"""The handbooks of all teams, from `desk.teams` (all there is) and `desk.events` (at once). Part of `readmodel.py`.

Records and events come on topics of their own, so either may be first: what is newer stays. Thread-safe.
"""

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from services.contracts.base import Model
from services.contracts.events import (
    GuidelineAgreed,
    GuidelinePublished,
    GuidelineRetired,
    GuidelineSuggested,
    SuggestionDecided,
)
from services.contracts.handbook import (
    Agreement,
    AgreementRecord,
    GuidelineRecord,
    GuidelineVersion,
    Suggestion,
    SuggestionRecord,
)
from services.desk.domain.handbook import TeamHandbook

_NOTHING = TeamHandbook()


class _Kept:
    """One team's, to be changed in place."""

    def __init__(self) -> None:
        self.versions: dict[str, dict[int, GuidelineVersion]] = defaultdict(dict)
        self.agreements: dict[tuple[str, str], Agreement] = {}
        self.suggestions: dict[str, Suggestion] = {}

    def snapshot(self) -> TeamHandbook:
        versions = {name: tuple(those[number] for number in sorted(those)) for name, those in self.versions.items()}
        suggestions = tuple(sorted(self.suggestions.values(), key=lambda one: (one.at, one.id)))
        return TeamHandbook(versions, dict(self.agreements), suggestions)


class Handbooks:
    """`apply` feeds it; `of` is what a team has."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}
        self._snapshots: dict[str, TeamHandbook] = {}
        self._lock = threading.Lock()

    def of(self, team: str) -> TeamHandbook:
        """A team's handbook as it is now; empty for one without."""
        with self._lock:
            if team not in self._snapshots:
                kept = self._kept.get(team)
                self._snapshots[team] = kept.snapshot() if kept else _NOTHING
            return self._snapshots[team]

    def apply(self, key: str, message: Model | None) -> None:
        """Fold one record or event; what is not about a handbook is passed over."""
        match message:
            case None:
                self._remove(key)
            case GuidelineRecord() | GuidelinePublished() | GuidelineRetired():
                with self._changing(message.team) as kept:
                    kept.versions[message.guideline.id][message.guideline.version] = message.guideline
            case AgreementRecord() | GuidelineAgreed():
                self._agree(message.team, message.agreement)
            case SuggestionRecord() | GuidelineSuggested() | SuggestionDecided():
                self._suggest(message.team, message.suggestion)

    def _agree(self, team: str, one: Agreement) -> None:
        with self._changing(team) as kept:
            old = kept.agreements.get((one.person, one.guideline))
            if old is None or old.at <= one.at:
                kept.agreements[one.person, one.guideline] = one

    def _suggest(self, team: str, one: Suggestion) -> None:
        with self._changing(team) as kept:
            old = kept.suggestions.get(one.id)
            if old is None or old.moment() <= one.moment():
                kept.suggestions[one.id] = one

    def _remove(self, key: str) -> None:
        team, _, rest = key.partition(":")
        kind, _, name = rest.partition(":")
        if kind == "suggestion":
            with self._changing(team) as kept:
                kept.suggestions.pop(name, None)

    @contextmanager
    def _changing(self, team: str) -> Iterator[_Kept]:
        """One team's, while it changes; the snapshot of before is dropped."""
        with self._lock:
            self._snapshots.pop(team, None)
            yield self._kept.setdefault(team, _Kept())
