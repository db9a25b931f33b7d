"""Which cases have a note that names a person: to-dos of that person, until they have opened the case since.

Made from the cases alone (`CaseMessage.mentioned`), so that it is there again after a restart; what somebody has opened is
kept beside it (`casework/marks.py`). Not thread-safe by itself; the read model guards it.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from services.contracts.cases import Case

Person = tuple[str, str]
"""A team and a person of it."""


@dataclass(slots=True)
class Named:
    """The latest note that names each person, for each case."""

    _of: defaultdict[Person, dict[str, datetime]] = field(default_factory=lambda: defaultdict(dict))
    _by_case: dict[str, frozenset[Person]] = field(default_factory=dict)

    def put(self, case: Case) -> None:
        """Take a case as it is now."""
        latest: dict[Person, datetime] = {}
        for message in case.messages:
            for person in message.mentioned:
                if person != message.author:
                    latest[case.team, person] = message.at
        self._forget(case.id, self._by_case.get(case.id, frozenset()) - latest.keys())
        for key, at in latest.items():
            self._of[key][case.id] = at
        if latest:
            self._by_case[case.id] = frozenset(latest)
        else:
            self._by_case.pop(case.id, None)

    def remove(self, case: str) -> None:
        """Forget a case."""
        self._forget(case, self._by_case.pop(case, frozenset()))

    def of(self, team: str, person: str) -> Mapping[str, datetime]:
        """The cases with a note that names the person, and when the latest was written."""
        return dict(self._of.get((team, person), {}))

    def _forget(self, case: str, people: frozenset[Person]) -> None:
        for key in people:
            self._of[key].pop(case, None)
            if not self._of[key]:
                del self._of[key]
