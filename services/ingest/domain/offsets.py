"""Which offsets of a partition are finished, when work on them ends in any order. Pure, no I/O.

A commit of `n` says that everything before `n` is done. So what may be committed is the lowest offset that is unfinished,
or, when nothing is, the place up to which was read. Offsets need not follow each other (transaction markers take some).
"""

from sortedcontainers import SortedSet


class OffsetTracker:
    """The unfinished offsets of one partition."""

    def __init__(self) -> None:
        self._pending: SortedSet[int] = SortedSet()
        self._done: set[int] = set()
        self._next: int | None = None
        self._committed: int | None = None

    def __len__(self) -> int:
        return len(self._pending)

    def start(self, offset: int) -> bool:
        """Work on `offset` begins. `False` when it is being worked on already, or finished and not yet committed."""
        if offset in self._pending or offset in self._done:
            return False
        if self._committed is not None and offset < self._committed:
            self._committed = None
        self._pending.add(offset)
        self.read_up_to(offset + 1)
        return True

    def read_up_to(self, following: int) -> None:
        """Everything before `following` was read; what was not started needs no work."""
        self._next = following if self._next is None else max(self._next, following)

    def finish(self, offset: int) -> None:
        """Work on `offset` is done. Finishing twice, or what was never started, changes nothing."""
        if offset in self._pending:
            self._pending.remove(offset)
            self._done.add(offset)

    def committable(self) -> int | None:
        """The offset to commit: where a reader goes on. `None` when it would say nothing new."""
        if self._next is None:
            return None
        place = int(self._pending[0]) if self._pending else self._next
        return None if place == self._committed else place

    def committed(self, place: int) -> None:
        """`place` was committed; what is finished below it is forgotten."""
        self._committed = place
        self._done = {offset for offset in self._done if offset >= place}
