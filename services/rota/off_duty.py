"""What becomes of somebody's cases when they go off: which go to the queue at once. Pure.

Route releases by this (`services/route/domain/releases.py`); the desk says by it what sickness would release.
"""

from collections.abc import Container, Iterable
from datetime import datetime

from services.contracts.cases import Case
from services.contracts.held import goes_when_off, warned_before
from services.rota.rota import Rota


def honoured(rota: Rota, people: Container[str], case: Case, now: datetime) -> bool:
    """Whether a colleague's choice is kept although its owner is off; `people` are those of the team.

    It is for whoever was off when they were given the case, until they have been on; not when they have reported sick or
    gone on leave since.
    """
    return case.handed_over and _off_since(rota, people, case, now)


def stays(rota: Rota, people: Container[str], case: Case, now: datetime) -> bool:
    """Whether time alone does not take the case from an owner who is off: a colleague's choice, or their own, who claimed it
    off shift when its promise had been warned of already."""
    chosen = case.handed_over or (case.touched and warned_before(case))
    return chosen and _off_since(rota, people, case, now)


def released(rota: Rota, people: Container[str], cases: Iterable[Case], now: datetime) -> list[Case]:
    """Those of the cases of somebody who is off that go at once."""
    return [case for case in cases if goes_when_off(case) and not stays(rota, people, case, now)]


def _off_since(rota: Rota, people: Container[str], case: Case, now: datetime) -> bool:
    """Whether the owner was off when they got the case and has not been on since; sick or on leave only as before."""
    person, given_at = case.owner, case.assigned_at
    if person not in people or person is None or given_at is None:
        return False
    if person in rota.duty(now).away and person not in rota.duty(given_at).away:
        return False
    came_on = rota.next_cover(given_at, frozenset({person}))
    return came_on is None or came_on > now
