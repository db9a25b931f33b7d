"""What route has worked out before of a team: a matter of speed alone, nothing here decides anything. See `state.py`."""

from datetime import datetime
from typing import Any, NamedTuple

from services.contracts.cases import Candidate
from services.contracts.teams import Person
from services.route.domain.cover_figures import CoverFigures
from services.route.domain.places import Requirement

_KEPT_LISTS = 200


class Figures(NamedTuple):
    """What counts of a person when cases are given out. `preference`: the lower, the sooner they are chosen."""

    person: Person
    load: int
    capacity: int
    room: int
    snoozed: int
    last_assigned_at: datetime | None
    preference: tuple[float, datetime, str]


class Notes:
    """What was worked out before, as a matter of speed alone: the lists of `explain.py`, and when cover was looked at.

    `version` is that of the loads and the times of assignment, `queued` that of the queues, `settled` what they were when
    nothing was left to give out; `watched` is the revision and the moment of the last look at the cover, `cover` the
    figures of it.
    """

    def __init__(self) -> None:
        self.version = 0
        self.queued = 0
        self.settled: tuple[Any, ...] = ()
        self.watched: tuple[int, datetime] | None = None
        self.cover: CoverFigures | None = None
        self.lists: dict[Any, tuple[int, tuple[Candidate, ...]]] = {}
        self.candidates: dict[tuple[str, Requirement], tuple[str, Figures, Candidate]] = {}
        self.figures: dict[str, Figures] = {}
        self.able: dict[Requirement, tuple[int, frozenset[str]]] = {}

    def keep_list(self, key: Any, listed: tuple[Candidate, ...]) -> None:
        """Keep a list of candidates for as long as nobody's load changes."""
        if len(self.lists) >= _KEPT_LISTS:
            self.lists.clear()
        self.lists[key] = self.version, listed
