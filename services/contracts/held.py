"""What a case is to whoever has it: its promises, the points that it takes of them, and whether it goes when they are off.

Pure. Route does what is said here (`services/route/domain/places.py`); the desk says it beforehand.
"""

from datetime import datetime

from services.contracts.cases import Case, Deadline


def promises_of(case: Case) -> tuple[Deadline, ...]:
    """Its promises; a case from before there were several has the one of its first response."""
    return case.promises or ((case.deadline,) if case.deadline else ())


def unmet(case: Case) -> list[Deadline]:
    """Its promises that are not kept yet and whose clock runs."""
    return [one for one in promises_of(case) if one.met_at is None and one.paused_at is None]


def takes_points(case: Case) -> bool:
    """Whether it weighs on its owner: what awaits the customer, or is snoozed, weighs nothing."""
    return case.owner is not None and case.awaiting_us and case.status != "closed" and case.snoozed_until is None


def goes_when_off(case: Case) -> bool:
    """Whether it may be taken from its owner once they are off: untouched, or warned of; not snoozed."""
    if case.owner is None or case.status == "closed" or case.snoozed_until is not None:
        return False
    return not case.touched or any(map(warned, unmet(case)))


def warned(deadline: Deadline) -> datetime | None:
    """When a promise was warned of; of one that was broken without a warning, when that was."""
    return deadline.warned_at or deadline.breached_at


def warned_before(case: Case) -> bool:
    """Whether its owner got it after all that was warned of: they knew."""
    since = case.assigned_at
    return since is not None and not any(moment and since < moment for moment in map(warned, unmet(case)))
