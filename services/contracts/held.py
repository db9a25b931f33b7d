"""What a case is to whoever has it: its promises, the points that it takes of them, and whether it goes when they are off.

Pure. Route does what is said here (`services/route/domain/places.py`); the desk says it beforehand.
"""

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
    """Whether it is taken from its owner once they are off: untouched, or warned of while they held it; not snoozed."""
    if case.owner is None or case.status == "closed" or case.snoozed_until is not None:
        return False
    if not case.touched:
        return True
    since = case.assigned_at
    warned = (one.warned_at or one.breached_at for one in unmet(case))
    return since is not None and any(one and since < one for one in warned)
