"""Classified mentions on a pretend topic: what an archive finds, and what a worker's output becomes once it is committed."""

from collections.abc import Iterable

from services.contracts.mentions import ClassifiedMention
from services.runtime.messages import Outgoing


class Archived:
    """Stands where the archive does. `commit` appends; it is found after the next `advance`, as on the real topic."""

    def __init__(self, *mentions: ClassifiedMention) -> None:
        self.records = list(mentions)
        self._known = 0
        self.advanced: list[set[int]] = []
        self.unreadable: set[int] = set()

    def advance(self, partitions: Iterable[int]) -> None:
        self.advanced.append(set(partitions))
        self._known = len(self.records)

    def place(self, _partition: int, mention: str) -> int | None:
        found = [at for at, one in enumerate(self.records[: self._known]) if one.id == mention]
        return found[-1] if found else None

    def read(self, _partition: int, offset: int) -> ClassifiedMention:
        if offset in self.unreadable:
            raise ValueError("unreadable")
        return self.records[offset]

    def commit(self, output: Iterable[Outgoing]) -> None:
        self.records += [one.message for one in output if isinstance(one.message, ClassifiedMention)]
