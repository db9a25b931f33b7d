"""What a command was answered: the events that it caused, complete once all `of` them are there."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from services.contracts.cases import Case
from services.contracts.events import CaseEvent, CommandRejected, CommandRepeated, Event


@dataclass(frozen=True, slots=True)
class Answer:
    """The events that answer a command, in their order, and the case as it is afterwards."""

    events: tuple[Event, ...]
    case: Case | None = None

    @property
    def rejection(self) -> tuple[str, str] | None:
        """The code and the reason when the command was refused, now or the first time it was sent."""
        for event in self.events:
            if isinstance(event, CommandRejected):
                return event.code, event.reason
            if isinstance(event, CommandRepeated) and event.rejected:
                return event.rejected, "It was refused before."
        return None

    @property
    def case_id(self) -> str | None:
        """The case that the answer is about, when it is about one."""
        if self.case:
            return self.case.id
        return next((found for event in self.events if (found := getattr(event, "case_id", None))), None)


@dataclass(slots=True)
class Collector:
    """Collects the events of one command; the order of arrival and repeats do not matter."""

    events: dict[int, Event] = field(default_factory=dict)

    def add(self, event: Event) -> Answer | None:
        """Take an event; the answer when it was the last one missing."""
        self.events[event.sequence] = event
        if len(self.events) < event.of:
            return None
        return answer_of([self.events[number] for number in sorted(self.events)])


def answer_of(events: Sequence[Event]) -> Answer:
    """The answer that complete events are; its case is the latest of those they carry."""
    carried = [event.case for event in events if isinstance(event, CaseEvent)]
    return Answer(tuple(events), max(carried, key=lambda case: case.revision, default=None))
