"""A proposed rota as lines for people: what changes, the figures before and after, what cannot be met and why.

Used by `webcare rota plan`.
"""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from services.route.planning.compare import Change, Comparison, Time, Week
from services.route.planning.proposal import Proposal
from services.route.planning.reasons import Reason, Unmet
from services.route.planning.request import PlanRequest

_CHANGES, _UNMET, _NAMES = 40, 20, 4
"""So many changes of a week, so many needs that are not met and so many names are listed; the JSON has them all."""
_WHY = {
    "nobody_has_it": "nobody in the team has it",
    "everybody_on": "everybody who could is on",
    "no_pattern": "no shift that may be given covers it",
    "layer_above": "a layer above is on duty then",
    "leave": "on leave",
    "sick": "sick",
    "works_then": "at work then, on a shift that does not cover it",
    "works_that_day": "at another time that day",
    "rest": "less than the rest between two shifts",
    "contract_full": "contract is full that week",
    "days_in_a_row": "too many days in a row",
}


def lines(request: PlanRequest, proposal: Proposal, comparison: Comparison) -> Iterator[str]:
    """The whole of it."""
    zone = ZoneInfo(request.config.time_zone)
    yield f"{request.config.name}: a rota from {proposal.start:%a %d %b %Y} for {request.weeks} weeks"
    yield f"{proposal.method}: {proposal.status}, {proposal.seconds:.1f} s"
    for week in comparison.weeks:
        yield ""
        yield from _week(week, zone)
    yield ""
    yield from _figures(proposal)
    yield ""
    yield from _unmet(proposal, zone)
    yield ""
    yield "Nothing has changed: a lead accepts it, whole or by week."


def _week(week: Week, zone: ZoneInfo) -> Iterator[str]:
    counts = ", ".join(f"{week.count(kind)} {kind}" for kind in ("added", "removed", "changed"))
    yield f"Week of {week.start:%a %d %b}: {counts}, {week.unchanged} as they are"
    for change in week.changes[:_CHANGES]:
        yield f"  {_change(change, zone)}"
    if len(week.changes) > _CHANGES:
        yield f"  … and {len(week.changes) - _CHANGES} more, with --json"


def _change(change: Change, zone: ZoneInfo) -> str:
    mark = {"added": "+", "removed": "-", "changed": "~"}[change.kind]
    times = " → ".join(_span(one, zone) for one in (change.before, change.after) if one)
    return f"{mark} {change.day:%a %d %b}  {change.person:<16} {times}"


def _span(one: Time, zone: ZoneInfo) -> str:
    return f"{one.name} {one.start.astimezone(zone):%H:%M}-{one.end.astimezone(zone):%H:%M}"


def _figures(proposal: Proposal) -> Iterator[str]:
    yield f"Coverage of what is wanted: {proposal.coverage_before.percent:.1f} % now, {proposal.coverage.percent:.1f} % then"
    before = {need.name: need.percent for need in proposal.coverage_before.needs}
    for need in proposal.coverage.needs:
        now, then = before.get(need.name, 0), need.percent
        yield f"  {need.name[:28]:<28} {now:>6.1f} % {then:>6.1f} % of {need.wanted_hours:.0f} h"
    yield f"{'Hours then':<18} {'hours':>7} {'evenings':>9} {'nights':>7} {'weekends':>9} {'contract':>9}"
    for one in proposal.fairness.people:
        contract = "–" if one.over_contract is None else f"{one.over_contract:+.0f}"
        yield (
            f"  {one.person[:16]:<16} {one.hours:>7.0f} {one.evening_hours:>9.0f} {one.night_hours:>7.0f} "
            f"{one.weekend_hours:>9.0f} {contract:>9}"
        )
    balances = (("now", proposal.fairness_before.balance), ("then", proposal.fairness.balance))
    for when, balance in balances:
        parts = ", ".join(f"{name} {100 * value:.0f} %" for name, value in balance.model_dump().items())
        yield f"  balance {when}: {parts}"


def _unmet(proposal: Proposal, zone: ZoneInfo) -> Iterator[str]:
    if not proposal.unmet:
        yield "All that is wanted is met."
        return
    anybody = {(one.start, one.end) for one in proposal.unmet if one.need == "anybody" and one.on == 0}
    told = [one for one in proposal.unmet if one.need == "anybody" or (one.start, one.end) not in anybody]
    yield f"Cannot be met: {sum(one.hours for one in told):.0f} person-hours"
    for one in told[:_UNMET]:
        yield f"  {_when(one, zone)}: {one.on} of {one.wanted} ({one.need}): {'; '.join(map(_reason, one.reasons))}"
    if len(told) > _UNMET:
        yield f"  … and {len(told) - _UNMET} more, with --json"


def _when(one: Unmet, zone: ZoneInfo) -> str:
    start, end = one.start.astimezone(zone), one.end.astimezone(zone)
    return f"{start:%a %d %b %H:%M} to {_end(start, end)}"


def _end(start: datetime, end: datetime) -> str:
    return f"{end:%H:%M}" if start.date() == end.date() else f"{end:%a %d %b %H:%M}"


def _reason(reason: Reason) -> str:
    names = ", ".join(reason.people[:_NAMES])
    more = f" and {len(reason.people) - _NAMES} more" if len(reason.people) > _NAMES else ""
    return f"{names}{more}: {_WHY[reason.code]}" if names else _WHY[reason.code]
