"""Leave, overrides, swaps and stand-ins of a team whose agreements are stated anew: what has been stays as it was. Pure.

Each is about one stretch of time. Before now the known ones count as they did; from now on it is as stated, and those that
are not stated go or stay as `restating.py` says, which uses this.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar, cast

from services.contracts.rota import Leave, Override, StandInRequest, Swap

Entry = TypeVar("Entry", bound=Leave | Override | Swap | StandInRequest)
FIRST_STATES = ("asked", "open")
"""Nobody has answered yet."""
COUNTING = ("approved", "taken", "accepted")
_SUBJECT = ("person", "kind", "shift", "for_person", "people")


class Restated(Generic[Entry]):
    """The entries of one kind. `stays` says of one that is not stated whether it stays; without `based`, nobody who states
    them knew what became of them since."""

    def __init__(self, stays: Callable[[Entry], bool], based: bool, now: datetime) -> None:
        self._stays = stays
        self._based = based
        self._now = now

    def entries(self, known: Sequence[Entry], given: Sequence[Entry]) -> tuple[Entry, ...]:
        """The known ones in their order, then those that are new: what was agreed first is applied first."""
        stated, new = self._matched(known, given)
        made: list[Entry] = [one for old in known for one in self._again(old, stated.get(old.id))]
        taken = {one.id for one in (*known, *made)}
        for one in new:
            made += self._from_now(one, taken)
        return tuple(made)

    def _matched(self, known: Sequence[Entry], given: Sequence[Entry]) -> tuple[dict[str, Entry], list[Entry]]:
        """What is stated of each known one, by its id, and what is stated of none. Ids alone do not tell: in a file that
        gives none they are the numbers of rows."""
        stated: dict[str, Entry] = {}
        left = list(given)
        for fits in (_the_same, self._same_id, self._running_then):
            free = [old for old in known if old.id not in stated]
            rest = []
            for new in left:
                old = next((one for one in free if one.id not in stated and fits(one, new)), None)
                if old is None:
                    rest.append(new)
                else:
                    stated[old.id] = new
            left = rest
        return stated, left

    def _same_id(self, old: Entry, new: Entry) -> bool:
        alike = old.id == new.id and _subject(old) == _subject(new)
        return alike and (old.end > self._now or _overlapping(old, new))

    def _running_then(self, old: Entry, new: Entry) -> bool:
        return old.end > self._now and _overlapping(old, new)

    def _again(self, old: Entry, new: Entry | None) -> Iterator[Entry]:
        if new is None:
            if self._stays(old):
                yield old
            else:
                yield from self._past(old)
        elif old.end <= self._now:
            yield from self._past(old) if _counts(old) else [old]
            if self._based and new.end > self._now:
                yield from self._from_now(new, {old.id})
        elif not self._based and _state(new) in FIRST_STATES and _state(old) not in FIRST_STATES:
            yield old
        else:
            yield from self._changed(old, new)

    def _changed(self, old: Entry, new: Entry) -> Iterator[Entry]:
        """What is running or coming, as it is stated now."""
        begun = _counts(old) and old.start < self._now
        if begun and _counts(new) and _who(old) == _who(new):
            yield _with(new, id=old.id, start=old.start, end=max(new.end, self._now))
        elif begun:
            yield from self._past(old)
            if _counts(new):
                yield from self._from_now(new, {old.id})
        elif not _counts(new):
            yield _with(new, id=old.id)
        else:
            yield from self._from_now(_with(new, id=old.id), set())

    def _past(self, old: Entry) -> Iterator[Entry]:
        """What has been of it."""
        if _counts(old) and old.start < self._now:
            yield old if old.end <= self._now else _with(old, end=self._now)

    def _from_now(self, new: Entry, taken: set[str]) -> Iterator[Entry]:
        """What is ahead of what is stated."""
        if new.end > self._now:
            start = max(new.start, self._now) if _counts(new) else new.start
            free = new.id if new.id not in taken else f"{new.id[:50]}-{int(self._now.timestamp()):x}"
            taken.add(free)
            yield _with(new, id=free, start=start)


def _with(entry: Entry, **changes: object) -> Entry:
    return cast("Entry", entry.model_copy(update=changes))


def _state(entry: Any) -> str:
    return str(getattr(entry, "state", "approved"))


def _counts(entry: Any) -> bool:
    """Whether it says who is on."""
    return _state(entry) in COUNTING


def _who(entry: Any) -> object:
    """Who is on instead of whom."""
    return getattr(entry, "taker", None)


def _subject(entry: Any) -> tuple[object, ...]:
    return tuple(getattr(entry, name, None) for name in _SUBJECT)


def _the_same(old: Any, new: Any) -> bool:
    return (_subject(old), old.start, old.end) == (_subject(new), new.start, new.end)


def _overlapping(old: Any, new: Any) -> bool:
    return _subject(old) == _subject(new) and old.start < new.end and old.end > new.start
