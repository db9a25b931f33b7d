"""What must hold of time in route, by a way of its own: what is said of promises, what those who are off still hold, and how
far a case falls.

Used by `route_machine.py`.
"""

from collections.abc import Iterable
from datetime import datetime

from services.contracts.cases import Case, DeadlineKind
from services.contracts.events import (
    CaseEvent,
    CaseReclassified,
    DeadlineBreached,
    DeadlineChanged,
    DeadlineWarned,
    Event,
)
from services.contracts.mentions import URGENCY_RANK
from services.contracts.teams import TeamConfig
from services.rota.rota import Rota

Said = tuple[str, str, DeadlineKind, datetime]
"""A type of event, and the case, kind and start of the promise that it is about."""


class SaidOfPromises:
    """Each promise is warned of once at most, and broken once at most, unless other agreements or a correction move it; and
    once at most for each moment at which it is due, whatever moves it there and back."""

    def __init__(self) -> None:
        self._said: set[Said] = set()
        self._dues: set[tuple[Said, datetime]] = set()

    def see(self, event: Event) -> None:
        """An event that was not seen before."""
        if isinstance(event, DeadlineWarned | DeadlineBreached):
            said = (event.type, event.case.id, event.deadline.kind, event.deadline.started_at)
            assert said not in self._said, "each promise is warned of once and broken once"
            self._said.add(said)
            assert (said, event.deadline.due_at) not in self._dues, "each moment is told of once"
            self._dues.add((said, event.deadline.due_at))
        elif isinstance(event, DeadlineChanged | CaseReclassified):
            self._said = {one for one in self._said if one[1] != event.case.id or one in _stands(event)}
            kept = {(one.kind, one.started_at) for one in event.case.promises}
            self._dues = {one for one in self._dues if one[0][1] != event.case.id or one[0][2:] in kept}


def _stands(event: CaseEvent) -> set[Said]:
    """What the case still knows to have been said of its promises; of those that stand still it shows when they go on."""
    case = event.case
    told = (("DeadlineWarned", "warned_at"), ("DeadlineBreached", "breached_at"))
    return {
        (type_, case.id, one.kind, one.started_at)
        for one in case.promises
        for type_, moment in told
        if getattr(one, moment) is not None and one.paused_at is None
    }


def check_who_is_off(agreed: TeamConfig, rota: Rota, cases: Iterable[Case], now: datetime) -> None:
    """After a tick nobody who is off holds work that they have not touched, or that was warned of and that they got while
    they were on; but for what a colleague gave them and what sleeps."""
    on = rota.on_shift(now) & {person.id for person in agreed.people}
    for case in cases:
        if case.status == "closed" or case.owner in (None, *on) or case.snoozed_until is not None:
            continue
        assert case.touched or case.handed_over, "untouched work is released when its owner goes off"
        assert case.assigned_at is not None
        running = [one for one in case.promises if one.met_at is None and one.paused_at is None]
        late = any(one.warned_at or one.breached_at for one in running)
        assert not late or case.owner not in rota.on_shift(case.assigned_at), "work that is warned of is released too"


def check_fallen(before: Case, after: Case, author: str, over: bool) -> None:
    """An open case becomes less urgent by a message only when that says that it is over, and never below what another
    author wrote after the last reply that left."""
    if URGENCY_RANK[after.urgency.label] >= URGENCY_RANK[before.urgency.label]:
        return
    assert over, "mere words lower nothing"
    left = [place for place, one in enumerate(after.messages) if one.state in ("approved", "delivered")]
    since = after.messages[left[-1] + 1 if left else 0 :]
    others = [one for one in since if one.kind == "mention" and one.author_id != author]
    assert all(
        one.urgency is not None and URGENCY_RANK[one.urgency] <= URGENCY_RANK[after.urgency.label] for one in others
    ), "what another wrote is still open"
