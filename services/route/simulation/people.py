"""Simulated people: they work on what is theirs, one thing at a time, and only within their shift.

They take up the most pressing of their cases that they can finish before their shift ends; what takes longer than a whole
shift they begin when it begins, and that time over is counted. They know nothing but their own cases.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from services.contracts.cases import Case
from services.rota.opening_hours import Interval
from services.rota.rota import Rota
from services.route.domain.places import NO_DEADLINE, RANK
from services.route.domain.state import TeamState
from services.route.simulation.profiles import Profile

FRESH = timedelta(minutes=5)
"""How long after its start a shift is still at its beginning."""
WRAP_UP = timedelta(minutes=2)
"""What it costs to close what was answered before."""
_SPREAD = (0.6, 1.6)
"""Between which factors of the usual minutes one case may lie."""
_DAY = timedelta(days=1)


class Work(NamedTuple):
    """What somebody is doing, until when, and the end of their shift as it was when they began."""

    case: str
    begins: datetime
    ends: datetime
    shift_ends: datetime


@dataclass
class Hours:
    """The stretches on duty of people by one rota; the stretch that was asked for last is kept by person."""

    rota: Rota
    known: dict[str, Interval]

    def stretch(self, person: str, now: datetime) -> Interval:
        """The whole stretch on duty in which `now` is; it is asked of who is on."""
        kept = self.known.get(person)
        if kept is None or not kept[0] <= now < kept[1]:
            around = stretches(self.rota, person, now - _DAY, now + _DAY)
            kept = self.known[person] = next(one for one in around if one[0] <= now < one[1])
        return kept


def stretches(rota: Rota, person: str, start: datetime, end: datetime) -> list[Interval]:
    """When the person is on duty within `[start, end)`, apart from each other."""
    found: list[Interval] = []
    for duty in rota.duties(start, end):
        if person in duty.on:
            begins, ends = max(duty.start, start), min(duty.end, end)
            if found and found[-1][1] == begins:
                begins = found.pop()[0]
            found.append((begins, ends))
    return found


def pick(state: TeamState, profile: Profile, seed: int, person: str, shift: Interval, now: datetime) -> Work | None:
    """What the person does next, if anything."""
    mine = (state.cases[case] for case in state.owned.of(person))
    for case in sorted((case for case in mine if case.snoozed_until is None), key=_pressing):
        ends = now + duration(profile, seed, case)
        if ends <= shift[1] or (ends - now > shift[1] - shift[0] and now - shift[0] <= FRESH):
            return Work(case.id, now, ends, shift[1])
    return None


def duration(profile: Profile, seed: int, case: Case) -> timedelta:
    """How long the work on a case takes: by its urgency, more or less, and the same whoever does it."""
    if not case.awaiting_us:
        return WRAP_UP
    factor = random.Random(f"{seed}:{case.id}:{len(case.messages)}").uniform(*_SPREAD)  # noqa: S311  # nothing secret
    return timedelta(seconds=int(60 * profile.minutes[case.urgency.label] * factor))


def sleeps(profile: Profile, seed: int, case: Case) -> bool:
    """Whether a case is closed a day after its answer only."""
    return random.Random(f"{seed}:{case.id}:sleeps").random() < profile.sleeps  # noqa: S311  # nothing secret


def _pressing(case: Case) -> tuple[bool, datetime, int, datetime, str]:
    due = case.deadline.due_at if case.deadline else NO_DEADLINE
    return not case.awaiting_us, due, -RANK[case.urgency.label], case.opened_at, case.id
