"""A proposal beside the rota as it is: what is added, removed and changed, week by week; and what accepting it means.

A lead accepts all weeks or some. The rest of the rota stays: shifts that go on before, between and after are cut into pieces
(`carving.py`). The outcome is the two lists of the command `AcceptPlan`; nothing happens before that is sent.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, NamedTuple

from services.contracts.base import Model, Slug
from services.contracts.teams import Shift, TeamConfig
from services.rota.recurrence import parse
from services.rota.rota import Rota
from services.rota.shift_history import has_begun, is_over, over_at
from services.rota.spans import Span, occurrences
from services.route.planning.carving import Days, named, pieces
from services.route.planning.proposal import Planned, Proposal
from services.route.planning.request import PlanError

_WEEK = timedelta(weeks=1)
_AROUND = timedelta(days=2)
_FAR = timedelta(days=400)


class Time(Model):
    """From when to when, on which shift or pattern."""

    name: Slug
    start: datetime
    end: datetime


class Change(Model):
    """What is different for one person on one day."""

    kind: Literal["added", "removed", "changed"]
    person: Slug
    day: date
    before: Time | None = None
    after: Time | None = None


class Week(Model):
    """The part of a plan that is accepted or left at once: seven days from `start`."""

    start: date
    changes: tuple[Change, ...]
    unchanged: int
    """How many shifts of people stay as they are."""

    def count(self, kind: str) -> int:
        """How many changes of a kind there are."""
        return sum(one.kind == kind for one in self.changes)


class Comparison(Model):
    """A proposal against the rota as it is."""

    team: str
    weeks: tuple[Week, ...]


class Accepted(NamedTuple):
    """`add` and `remove` of the command `AcceptPlan`."""

    add: tuple[Shift, ...]
    remove: tuple[str, ...]


def compare(config: TeamConfig, proposal: Proposal) -> Comparison:
    """What the proposal changes for whom."""
    before: dict[tuple[date, str], list[Time]] = {}
    for day, span in _spans(config, proposal):
        before.setdefault((day, span.person), []).append(Time(name=span.shift, start=span.start, end=span.end))
    after: dict[tuple[date, str], list[Time]] = {}
    for one in proposal.planned:
        after.setdefault((one.day, one.person), []).append(_time(one))
    weeks = []
    for start in _week_starts(proposal):
        keys = sorted(key for key in {*before, *after} if start <= key[0] < start + _WEEK)
        both = [(key, *_different(before.get(key, []), after.get(key, []))) for key in keys]
        changes = tuple(change for key, gone, new, _ in both for change in _changes(key, gone, new))
        weeks.append(Week(start=start, changes=changes, unchanged=sum(same for *_, same in both)))
    return Comparison(team=proposal.team, weeks=tuple(weeks))


def accept(config: TeamConfig, proposal: Proposal, now: datetime, weeks: Iterable[date] | None = None) -> Accepted:
    """What `AcceptPlan` is to add and to remove, for these weeks (by their first day) or for all.

    Raises:
        PlanError: a week is not one of the plan, or the rota is not what it was when the plan was made.
    """
    chosen = sorted(set(_week_starts(proposal) if weeks is None else weeks))
    if strange := sorted(set(chosen) - set(_week_starts(proposal))):
        raise PlanError(f"the plan has no week that starts on {strange[0]}")
    known = {shift.id: shift for shift in config.shifts}
    if gone := sorted(name for name in proposal.replaces if name not in known or _taken_out(config, known[name], now)):
        raise PlanError(f"the rota has changed since: there is no shift {gone[0]!r} any more; plan again")
    days = [(start, start + _WEEK) for start in chosen]
    ahead = (known[name] for name in proposal.replaces if not is_over(config, known[name], now))
    replaced = [shift for shift in ahead if _starts_within(config, shift, days)]
    taken = {*known, *(shift.id for shift in proposal.shifts)}
    left = [piece for shift in replaced for piece in _left(config, shift, days, taken, now)]
    new = [shift for shift in proposal.shifts if any(a <= shift.start.date() < b for a, b in days)]
    return Accepted(add=(*left, *new), remove=tuple(shift.id for shift in replaced))


def _taken_out(config: TeamConfig, shift: Shift, now: datetime) -> bool:
    """Whether somebody has ended it before it was over by itself."""
    if shift.ended_at is None or shift.ended_at > now:
        return False
    by_itself = over_at(config, shift.model_copy(update={"ended_at": None}))
    return by_itself is None or by_itself > shift.ended_at


def _left(config: TeamConfig, shift: Shift, days: list[Days], taken: set[str], now: datetime) -> Iterator[Shift]:
    """The pieces of a shift that still have something ahead of them; linked to it when it stays as history."""
    begun = has_begun(config, shift, now)
    for piece in pieces(config, shift, days):
        if next(occurrences(piece, parse(piece), config, now, max(now, _begin(piece, now)) + _FAR), None):
            update = {"id": named(shift, taken), "replaces": shift.id if begun else None}
            yield piece.model_copy(update=update)


def _begin(shift: Shift, now: datetime) -> datetime:
    start = shift.start.replace(tzinfo=now.tzinfo)
    return max(start, shift.since) if shift.since else start


def _starts_within(config: TeamConfig, shift: Shift, days: list[Days]) -> bool:
    """Whether it starts on one of these days, on its own wall clock."""
    for first, end in days:
        begins, ends = (datetime.combine(day, time(), UTC) for day in (first, end))
        near = occurrences(shift, parse(shift), config, begins - _AROUND, ends + _AROUND)
        if any(first <= at.date() < end for _, _, at in near):
            return True
    return False


def _spans(config: TeamConfig, proposal: Proposal) -> Iterator[tuple[date, Span]]:
    """What people have of the shifts that the plan takes the place of, by the day on which it starts."""
    start, end = proposal.coverage.start, proposal.coverage.end
    for span in Rota(config).spans(start - _AROUND, end + _AROUND):
        if span.shift in proposal.replaces and span.occurrence is not None:
            day = span.occurrence.date()
            if proposal.start <= day < proposal.end:
                yield day, span


def _different(before: list[Time], after: list[Time]) -> tuple[list[Time], list[Time], int]:
    """What is only in one of them, and how many are in both."""
    times = {(one.start, one.end) for one in before} & {(one.start, one.end) for one in after}
    gone, new = ([x for x in rows if (x.start, x.end) not in times] for rows in (before, after))
    return gone, new, len(times)


def _changes(key: tuple[date, str], gone: list[Time], new: list[Time]) -> Iterator[Change]:
    day, person = key
    for number in range(max(len(gone), len(new))):
        old = gone[number] if number < len(gone) else None
        now = new[number] if number < len(new) else None
        kind: Literal["added", "removed", "changed"] = "changed" if old and now else "added" if now else "removed"
        yield Change(kind=kind, person=person, day=day, before=old, after=now)


def _time(one: Planned) -> Time:
    return Time(name=one.pattern, start=one.start, end=one.end)


def _week_starts(proposal: Proposal) -> list[date]:
    whole = (proposal.end - proposal.start) // _WEEK
    return [proposal.start + number * _WEEK for number in range(whole)]
