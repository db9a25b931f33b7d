"""The boxes of ideas of the teams, as the desk knows them: part of the read model, from `desk.ideas` and `desk.events`."""

import threading

from services.contracts.base import Model
from services.contracts.questions import Idea


class IdeaBoxes:
    """Thread-safe. Of an idea the highest revision counts; one that is gone stays gone until it is read again."""

    def __init__(self) -> None:
        self._ideas: dict[str, dict[str, Idea]] = {}
        self._lock = threading.Lock()

    def apply(self, key: str, message: Model | None) -> None:
        """Fold one record of `desk.ideas`; `None` is a tombstone."""
        if isinstance(message, Idea):
            self.put(message)
        elif message is None:
            team, _, idea = key.partition(":")
            with self._lock:
                self._ideas.get(team, {}).pop(idea, None)

    def put(self, idea: Idea) -> None:
        """Take an idea as it is now."""
        with self._lock:
            box = self._ideas.setdefault(idea.team, {})
            known = box.get(idea.id)
            if known is None or known.revision < idea.revision:
                box[idea.id] = idea

    def of(self, team: str) -> tuple[Idea, ...]:
        """A team's ideas: new ones first, then the latest."""
        with self._lock:
            ideas = list(self._ideas.get(team, {}).values())
        return tuple(sorted(ideas, key=lambda one: (one.state != "new", -one.at.timestamp(), one.id)))

    def new(self, team: str) -> int:
        """How many nobody has said anything to."""
        with self._lock:
            return sum(one.state == "new" for one in self._ideas.get(team, {}).values())
