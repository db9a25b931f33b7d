"""Tells one live page when its list is worth fetching again, and its counts as they change. Used by `streams.py`.

With hundreds of pages open and dozens of mentions a second, nearly every change is to a list that somebody else looks at:
each page is told of those that show on it, and gets its counts with the stream instead of by a request.
"""

from dataclasses import dataclass, field

from services.desk.context import Desk
from services.desk.lists import counts_of, saved_counts, state
from services.desk.place import Place, Reader
from services.desk.saved import Saved
from services.runtime.clock import Clock


@dataclass(slots=True)
class ListWatch:
    """The list and the counts of one page, as it was told of them last; `shown` is the state that its list came with."""

    desk: Desk
    reader: Reader
    place: Place
    shown: str
    clock: Clock
    saved: tuple[Saved, ...] = ()
    _counts: dict[str, int | str] = field(default_factory=dict)

    def list_changed(self) -> bool:
        """Whether the list shows something else than when this was asked last."""
        now = state(self.desk, self.reader, self.place)
        changed, self.shown = now != self.shown, now
        return changed

    def new_counts(self) -> str:
        """The counts that have changed, as what to swap; empty when none has. One line of HTML."""
        team = self.place.team
        now = dict(counts_of(self.desk, team, self.reader, self.clock()))
        now |= {f"saved-{one}": n for one, n in saved_counts(self.desk, self.reader, team, self.saved).items()}
        changed = {name: count for name, count in now.items() if self._counts.get(name) != count}
        self._counts = now
        return "".join(f'<span id="count-{name}" hx-swap-oob="true">{count}</span>' for name, count in changed.items())
