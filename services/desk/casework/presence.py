"""Who has a case before them or writes about it, in this process's memory, for seconds. No topic: it is of no use later.

Pages that are looked at say so every few seconds (`static/presence.js`); who says nothing any more is gone by itself. Pages
that show the case are told through their live stream (`live.py`). Several web processes know each their own: put those who
work in one team on one of them (a balancer that goes by the team or the session), else some looks stay unseen.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from services.contracts.base import Model

Doing = Literal["looks", "types"]
LASTS = timedelta(seconds=25)
"""Somebody who has not been heard of for so long is gone; pages say every 10 seconds that they are looked at."""
MOST = 5_000
"""So many looks are remembered, the latest."""


class PresenceChanged(Model):
    """Told to the pages alone: others look at the case than before, or do something else."""

    team: str
    case_id: str


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody at a case."""

    name: str
    shown: str
    doing: Doing
    until: datetime


class Presence:
    """Who is where. Thread-safe; `tell` is called when something changed, not with every beat."""

    def __init__(self, tell: Callable[[PresenceChanged], None]) -> None:
        self._tell = tell
        self._present: OrderedDict[tuple[str, str], Present] = OrderedDict()
        self._lock = threading.Lock()

    def beat(self, team: str, case: str, name: str, shown: str, doing: Doing, now: datetime) -> None:
        """Somebody is at the case now."""
        key = (case, name)
        with self._lock:
            known = self._present.get(key)
            changed = known is None or known.doing != doing or known.until <= now
            self._present[key] = Present(name, shown, doing, now + LASTS)
            self._present.move_to_end(key)
            while len(self._present) > MOST:
                self._present.popitem(last=False)
        if changed:
            self._tell(PresenceChanged(team=team, case_id=case))

    def leave(self, team: str, case: str, name: str) -> None:
        """Somebody has gone from it."""
        with self._lock:
            gone = self._present.pop((case, name), None)
        if gone:
            self._tell(PresenceChanged(team=team, case_id=case))

    def others(self, case: str, me: str, now: datetime) -> tuple[Present, ...]:
        """Who else is at the case, those who write first; never oneself."""
        with self._lock:
            self._sweep(now)
            found = [one for (of, name), one in self._present.items() if of == case and name != me]
        return tuple(sorted(found, key=lambda one: (one.doing != "types", one.shown)))

    def _sweep(self, now: datetime) -> None:
        """The oldest are first, so that only those who are gone are looked at."""
        while self._present and next(iter(self._present.values())).until <= now:
            self._present.popitem(last=False)
