"""How many points people take by their own word, as the read model knows it, and how many of them their cases take. Pure.

Fed from `desk.teams` and `desk.events`; not thread-safe by itself, the read model guards it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from services.contracts.base import Model
from services.contracts.cases import Case
from services.contracts.events import OwnCapacityChanged
from services.contracts.held import takes_points
from services.contracts.memory import OwnCapacity
from services.contracts.teams import Person


class OwnCapacities:
    """By team and person; without one, what was agreed holds."""

    def __init__(self) -> None:
        self._own: dict[tuple[str, str], OwnCapacity] = {}

    def fold(self, key: str, message: Model | None) -> None:
        """Take a record of `desk.teams` or an event; what is not about this is passed over."""
        if isinstance(message, OwnCapacity):
            self._put(message)
        elif isinstance(message, OwnCapacityChanged):
            self._changed(message)
        elif message is None and key.count(":") == 2 and key.split(":")[1] == "capacity":
            team, _, person = key.split(":")
            self._own.pop((team, person), None)

    def of(self, team: str, person: str, now: datetime) -> OwnCapacity | None:
        """What somebody takes by their own word at `now`; `None` when what was agreed holds."""
        found = self._own.get((team, person))
        return found if found is not None and found.until > now else None

    def _changed(self, event: OwnCapacityChanged) -> None:
        if event.capacity is None or event.until is None:
            self._own.pop((event.team, event.person), None)
            return
        known = {"team": event.team, "person": event.person, "at": event.at}
        self._put(OwnCapacity(capacity=event.capacity, until=event.until, **known))

    def _put(self, one: OwnCapacity) -> None:
        known = self._own.get((one.team, one.person))
        if known is None or known.at <= one.at:
            self._own[one.team, one.person] = one


@dataclass(frozen=True, slots=True)
class MyRoom:
    """What somebody takes and has, in points."""

    agreed: int
    own: OwnCapacity | None
    load: int
    """What their cases take that await us."""
    waiting: int
    """How many of their cases take nothing: they await the customer, or sleep."""

    @property
    def capacity(self) -> int:
        """What counts now."""
        return self.own.capacity if self.own else self.agreed


def my_room(person: Person, own: OwnCapacity | None, cases: Iterable[Case]) -> MyRoom:
    """The room of somebody of the roster; `cases` are those that they own."""
    owned = list(cases)
    weighing = [case for case in owned if takes_points(case)]
    return MyRoom(person.capacity, own, sum(case.weight for case in weighing), len(owned) - len(weighing))
