"""The three clocks of a case: first response, next response, resolution. Used by the rules of commands and mentions.

First response runs from the first mention to our first reply; next response from a later message of the customer to our
reply to it; resolution from the first mention to the close, and stands still while the customer has the word or the case
is snoozed. `case.deadline` is the earliest unmet promise whose clock runs. Without agreements nothing is promised.
"""

from collections.abc import Iterable
from datetime import datetime

from services.contracts.cases import Case, Deadline, DeadlineKind
from services.route.domain.agreement import Agreement
from services.route.domain.drafts import changed
from services.route.domain.places import promises_of

RESPONSES = ("first_response", "next_response")
ORDER: tuple[DeadlineKind, ...] = ("first_response", "next_response", "resolution")


def begun(agreed: Agreement | None, case: Case, at: datetime) -> Case:
    """Fresh clocks for a case that is opened, or reopened by its customer, at `at`."""
    if agreed is None:
        return changed(case, promises=(), deadline=None)
    response = _promised(agreed, "next_response", case, at) if case.first_response_at else None
    response = response or _promised(agreed, "first_response", case, at)
    return _with(case, [response, _promised(agreed, "resolution", case, at)])


def reopened(agreed: Agreement, case: Case, now: datetime) -> Case:
    """Fresh clocks for a case that a person reopens: no response is owed anew, unless none was ever given."""
    response = None if case.first_response_at else _promised(agreed, "first_response", case, now)
    return _with(case, [response, _promised(agreed, "resolution", case, now)])


def heard(agreed: Agreement | None, case: Case, at: datetime) -> Case:
    """The customer has written: a next response is owed, unless a response is owed already."""
    known = promises_of(case)
    if agreed is None or any(one.kind in RESPONSES and one.met_at is None for one in known):
        return case
    owed = _promised(agreed, "next_response", case, at) if case.first_response_at else None
    return case if owed is None else _with(case, [*(one for one in known if one.kind != "next_response"), owed])


def answered(agreed: Agreement, case: Case, now: datetime) -> Case:
    """Our reply keeps the response promises, or is late."""
    return _kept(agreed, case, RESPONSES, now)


def unanswered(agreed: Agreement, case: Case, answered_at: datetime, now: datetime) -> Case:
    """The reply that kept the response promises at `answered_at` is taken back: they go on where they stood then.

    A promise that was made since, to the same customer, is not needed beside the one that is owed again.
    """
    known = promises_of(case)
    back = {
        one.kind: _owed_again(agreed, one, now) for one in known if one.kind in RESPONSES and one.met_at == answered_at
    }
    if not back:
        return case
    kept = [one for one in known if one.kind not in RESPONSES or (one.met_at is not None and one.kind not in back)]
    return _with(case, [*back.values(), *kept])


def both(first: Case, second: Case) -> Case:
    """`second`, with the promises that are still owed of `first` in the place of its own of that kind."""
    owed = [one for one in promises_of(first) if one.met_at is None]
    kinds = {one.kind for one in owed}
    return _with(second, [*owed, *(one for one in promises_of(second) if one.kind not in kinds)])


def ended(agreed: Agreement, case: Case, now: datetime) -> Case:
    """The close keeps the resolution promise; a response that was still owed is void."""
    after = _kept(agreed, case, ("resolution",), now)
    return _with(after, [one for one in promises_of(after) if one.met_at is not None])


def adjusted(agreed: Agreement | None, case: Case, now: datetime) -> Case:
    """Stop or start the resolution clock as the case now asks, after its state has changed."""
    if agreed is None:
        return case
    runs = case.awaiting_us and case.snoozed_until is None and case.status == "open"
    for one in promises_of(case):
        if one.kind == "resolution" and one.met_at is None and runs == (one.paused_at is not None):
            other = agreed.resumed(one, now) if runs else agreed.paused(one, now)
            return put(case, other)
    return case


def reconsidered(agreed: Agreement, case: Case, now: datetime) -> Case:
    """The promises of an open case under other agreements, or for what it is now taken for."""
    known = promises_of(case)
    urgency, kind = case.urgency.label, case.kind
    again = [one if one.met_at else agreed.promise_again(urgency, kind, one, now) for one in known]
    kinds = {one.kind for one in known}
    if not case.first_response_at and "first_response" not in kinds:
        again.append(_promised(agreed, "first_response", case, case.opened_at))
    if "resolution" not in kinds:
        again.append(_promised(agreed, "resolution", case, case.opened_at))
    if [one for one in again if one] == list(known):
        return case
    return adjusted(agreed, _with(case, again), now)


def sharpened(agreed: Agreement | None, case: Case, at: datetime) -> Case:
    """The case has become more urgent at `at`: each unbroken promise is the earlier of the old and the new one."""
    if agreed is None:
        return case
    made = [_sooner(one, _promised(agreed, one.kind, case, at)) for one in promises_of(case)]
    if "resolution" not in {one.kind for one in made}:
        return _with(case, [*made, _promised(agreed, "resolution", case, at)])
    return _with(case, made)


def promising(case: Case, promises: Iterable[Deadline]) -> Case:
    """The case with these promises, and the earliest unmet one of them as its deadline."""
    return _with(case, promises)


def as_told(promises: Iterable[Deadline], since: Iterable[Deadline]) -> list[Deadline]:
    """Promises as they were once, with what was told since of the same ones."""
    told = {(one.kind, one.started_at, one.due_at): one for one in since}
    return [_as_told(one, told.get((one.kind, one.started_at, one.due_at))) for one in promises]


def put(case: Case, deadline: Deadline) -> Case:
    """The case with `deadline` in the place of its promise of that kind."""
    return _with(case, [deadline if one.kind == deadline.kind else one for one in promises_of(case)])


def _owed_again(agreed: Agreement, kept: Deadline, now: datetime) -> Deadline:
    again = agreed.resumed(kept.model_copy(update={"met_at": None, "paused_at": kept.met_at}), now)
    late = again.breached_at is not None and "lead" not in again.escalated
    return again.model_copy(update={"escalate_at": now if late else None})


def _as_told(was: Deadline, now: Deadline | None) -> Deadline:
    if now is None or now.met_at is not None:
        return was
    names = ("warned_at", "breached_at", "escalated", "escalate_at", "told_warned", "told_breached")
    return was.model_copy(update={name: getattr(now, name) for name in names})


def _sooner(old: Deadline, new: Deadline | None) -> Deadline:
    settled = old.met_at or old.breached_at or old.paused_at
    return old if settled or new is None or old.due_at <= new.due_at else new


def _kept(agreed: Agreement, case: Case, kinds: Iterable[str], now: datetime) -> Case:
    wanted = frozenset(kinds)
    return _with(
        case,
        [
            agreed.met(one, now) if one.kind in wanted and one.met_at is None else one
            for one in promises_of(case)
        ],
    )  # fmt: skip


def _promised(agreed: Agreement, promised: DeadlineKind, case: Case, at: datetime) -> Deadline | None:
    return agreed.promise(promised, case.urgency.label, case.kind, at)


def _with(case: Case, promises: Iterable[Deadline | None]) -> Case:
    kept = tuple(one for one in promises if one is not None)
    running = [one for one in kept if one.met_at is None and one.paused_at is None]
    return changed(case, promises=kept, deadline=min(running, key=lambda one: one.due_at, default=None))
