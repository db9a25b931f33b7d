"""Who was brought in beside a case's owner since a promise was broken: whose work it is as well, since when, and why. Pure.

Route writes it (`services/route/domain/escalations.py`, `approval_clock.py`). Leads of the roster are named in the case like
everybody else; leads who are not in it have what all leads were told.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.contracts.cases import Case, DeadlineKind
from services.contracts.held import promises_of, unmet

LEADS = "lead:"
"""Whose shelf it is that leads look at who are not in the roster; no person has a colon in their id."""
Because = DeadlineKind | Literal["approval", "promise"]
"""What went wrong: the promise that was broken, a reply that waits too long for approval; `promise` when it is not known."""


@dataclass(frozen=True, slots=True)
class Beside:
    """Since when, and why, a case is also the work of somebody who does not own it."""

    since: datetime
    because: Because


def brought_in(case: Case) -> Iterator[str]:
    """Whose work it is beside its owner's: people, and `LEADS` when the leads were told."""
    if case.status == "closed":
        return
    yield from (person for person in dict.fromkeys(case.escalated_to) if person != case.owner)
    if _leads_told(case):
        yield LEADS


def beside(case: Case, shelf: str) -> Beside | None:
    """Why the case is also the work of whose shelf that is; `None` when it is not, or when it is theirs alone."""
    if shelf not in brought_in(case):
        return None
    lines = [line.at for line in case.history if line.type == "CaseEscalated" and line.detail == shelf]
    lines = lines or [line.at for line in case.history if _tells_leads(line.type, line.detail)]
    since = lines[-1] if lines else _broken_at(case) or case.updated_at
    return Beside(since, _because(case))


def _leads_told(case: Case) -> bool:
    late_reply = any(one.state == "waiting_approval" and one.breached_at for one in case.pending)
    return late_reply or any("lead" in one.escalated for one in unmet(case))


def _tells_leads(kind: str, detail: str) -> bool:
    return kind == "ApprovalBreached" or (kind == "CaseEscalated" and detail == "lead")


def _because(case: Case) -> Because:
    """The promise that was broken first and is not kept; else the reply that waits."""
    broken = [(one.breached_at, one.kind) for one in promises_of(case) if one.breached_at and one.met_at is None]
    if broken:
        return min(broken)[1]
    return "approval" if any(one.breached_at for one in case.pending) else "promise"


def _broken_at(case: Case) -> datetime | None:
    promises = [one.breached_at for one in promises_of(case) if one.breached_at]
    replies = [one.breached_at for one in case.pending if one.breached_at]
    return max(promises + replies, default=None)
