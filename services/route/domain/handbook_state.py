"""What route knows of a team's handbook: every version, who agreed to what, and suggestions. Part of `state.py`."""

from datetime import datetime
from typing import Any

from sortedcontainers import SortedList

from services.contracts.events import (
    GuidelineAgreed,
    GuidelinePublished,
    GuidelineRetired,
    GuidelineSuggested,
    HandbookEvent,
    SuggestionDecided,
)
from services.contracts.handbook import Agreement, GuidelineRef, GuidelineVersion, Suggestion

_LAST = "~"
"""After every id."""


class Handbook:
    """The handbook of one team. Read it freely; `evolve` and what is read back change it."""

    def __init__(self) -> None:
        self.versions: dict[str, dict[int, GuidelineVersion]] = {}
        self.agreements: dict[tuple[str, str], Agreement] = {}
        """By person and guideline."""
        self.suggestions: dict[str, Suggestion] = {}
        self._decided: Any = SortedList()

    def latest(self, guideline: str) -> GuidelineVersion | None:
        """The last version of a guideline, which may be retired."""
        versions = self.versions.get(guideline)
        return versions[max(versions)] if versions else None

    def has(self, ref: GuidelineRef) -> bool:
        """Whether there is, or was, such a version."""
        return ref.version in self.versions.get(ref.id, {})

    def open_suggestions(self) -> int:
        """How many wait for a decision."""
        return len(self.suggestions) - len(self._decided)

    def apply(self, event: HandbookEvent) -> None:
        """What the event says."""
        match event:
            case GuidelinePublished() | GuidelineRetired():
                self.put_version(event.guideline)
            case GuidelineAgreed():
                self.put_agreement(event.agreement)
            case GuidelineSuggested() | SuggestionDecided():
                self.put_suggestion(event.suggestion)

    def put_version(self, one: GuidelineVersion) -> None:
        """Keep a version."""
        self.versions.setdefault(one.id, {})[one.version] = one

    def put_agreement(self, one: Agreement) -> None:
        """Keep what a person agreed to."""
        self.agreements[one.person, one.guideline] = one

    def put_suggestion(self, one: Suggestion) -> None:
        """Keep a suggestion as it is now."""
        old = self.suggestions.get(one.id)
        if old and old.decided_at:
            self._decided.remove((old.decided_at, old.id))
        self.suggestions[one.id] = one
        if one.decided_at:
            self._decided.add((one.decided_at, one.id))

    def forget(self, until: datetime) -> list[str]:
        """Forget the suggestions that were decided on at `until` or before; gives their ids."""
        forgotten = [suggestion for _, suggestion in self._decided.irange(maximum=(until, _LAST))]
        del self._decided[: len(forgotten)]
        for suggestion in forgotten:
            del self.suggestions[suggestion]
        return forgotten

    def contents(self) -> dict[str, Any]:
        """All of it, to compare."""
        return {"versions": self.versions, "agreements": self.agreements, "suggestions": self.suggestions}
