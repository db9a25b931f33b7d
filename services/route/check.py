"""What a team should know of its rota before the customers do: gaps in the coming 8 weeks, people who are never on.

Used by `webcare rota check`. Findings are plain data: a code and its figures for programs, a sentence for people. How well
everything is covered and how it is shared is in `domain/coverage.py` and `domain/fairness.py`, and comes along.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from services.contracts.base import Model
from services.contracts.needs import GRAVE
from services.contracts.teams import TeamConfig
from services.rota.coverage import Coverage, Gap, NeedCovered, coverage
from services.rota.fairness import Fairness, fairness
from services.rota.opening_hours import OpeningHours
from services.rota.rota import LOOK_AHEAD, Rota
from services.route.domain.places import RANK

SOON = timedelta(days=7)

Code = Literal[
    "gap",
    "too_few",
    "skill_gap",
    "language_gap",
    "channel_gap",
    "never_open",
    "open_swap",
    "overloaded",
    "agency_mandate",
    "nobody_approves",
    "case_rule",
    "never_on_shift",
    "no_capacity",
    "leave_over",
    "only_one",
    "holidays_unknown",
    "topic",
]


class Finding(Model):
    """Something a team lead should look at. `start` and `end` are UTC, where it is about a stretch of time."""

    level: Literal["problem", "notice"]
    code: Code
    text: str
    person: str | None = None
    start: datetime | None = None
    end: datetime | None = None

    def __str__(self) -> str:
        return f"{self.level}: {self.text}"


class RotaReport(Model):
    """All that is known of a rota for the coming 8 weeks; findings with problems first."""

    team: str
    name: str
    findings: tuple[Finding, ...]
    coverage: Coverage
    fairness: Fairness


def check(config: TeamConfig, now: datetime) -> list[Finding]:
    """What is to be known of the coming 8 weeks, problems first.

    Raises:
        RotaError: a shift's rule cannot be worked out.
    """
    return list(report(config, now).findings)


def report(config: TeamConfig, now: datetime) -> RotaReport:
    """Findings, coverage and fairness of the coming 8 weeks.

    Raises:
        RotaError: a shift's rule cannot be worked out.
    """
    rota, hours = Rota(config), OpeningHours(config)
    covered = coverage(config, rota, hours, now)
    shared = fairness(config, rota, now, covered.end)
    found = [
        *_gaps(config, covered),
        *_never_open(hours, now),
        *_swaps(config, now),
        *_overloaded(shared),
        *_only_one(config, rota, hours, now),
        *_people(config, rota, now),
        *_agency(config),
        *_approvers(config),
        *_case_rules(config),
        *_leave(config, now),
        *_holidays(config, now),
    ]
    findings = tuple(sorted(found, key=lambda one: one.level, reverse=True))
    return RotaReport(team=config.team, name=config.name, findings=findings, coverage=covered, fairness=shared)


def _gaps(config: TeamConfig, covered: Coverage) -> Iterator[Finding]:
    """Gaps in what is required; that nobody at all is on is said once."""
    zone = ZoneInfo(config.time_zone)
    nobody = [(gap.start, gap.end) for need, gap in covered.gaps if _is_anybody(need) and gap.on == 0]
    for need, gap in covered.gaps:
        if _is_anybody(need) or not any(start <= gap.start and gap.end <= end for start, end in nobody):
            code, text = _said(need, gap, _between(gap.start, gap.end, zone))
            yield Finding(level="problem", code=code, text=text, start=gap.start, end=gap.end)


def _said(need: NeedCovered, gap: Gap, when: str) -> tuple[Code, str]:
    if _is_anybody(need):
        text = f"only {gap.on} of the {gap.wanted} who are wanted are on {when}"
        return ("too_few", text) if gap.on else ("gap", f"nobody is on {when}")
    who = f"only {gap.on} of {gap.wanted}" if gap.on else "nobody"
    if need.skill:
        return "skill_gap", f"{who} who is on {when} is for {need.name}"
    if need.language:
        return "language_gap", f"{who} who is on {when} speaks {need.name}"
    return "channel_gap", f"{who} who is on {when} may handle {need.name}"


def _is_anybody(need: NeedCovered) -> bool:
    return need.skill is None and need.language is None and need.channel is None


def _only_one(config: TeamConfig, rota: Rota, hours: OpeningHours, now: datetime) -> Iterator[Finding]:
    """The stretches of the coming week's opening hours with one person; those that touch are one."""
    found: list[tuple[datetime, datetime]] = []
    for opens, closes in hours.intervals(now, now + SOON):
        for duty in rota.duties(opens, closes):
            if len(duty.on) == 1:
                start, end = max(duty.start, opens), min(duty.end, closes)
                if found and found[-1][1] == start:
                    start = found.pop()[0]
                found.append((start, end))
    for start, end in found:
        text = f"one person alone is on {_between(start, end, ZoneInfo(config.time_zone))}"
        yield Finding(level="notice", code="only_one", text=text, start=start, end=end)


def _people(config: TeamConfig, rota: Rota, now: datetime) -> Iterator[Finding]:
    ahead = {span.person for span in rota.spans(now, now + LOOK_AHEAD)}
    for person in config.people:
        if person.id not in ahead:
            text = f"{person.id} has no shift in the coming 8 weeks"
            yield Finding(level="notice", code="never_on_shift", text=text, person=person.id)
        if person.capacity == 0:
            text = f"{person.id} has no capacity and is never given a case"
            yield Finding(level="notice", code="no_capacity", text=text, person=person.id)


def _agency(config: TeamConfig) -> Iterator[Finding]:
    """Agency staff whose own mandate goes further than what the team says of agency staff."""
    for person in config.people:
        if person.employment == "agency":
            own = person.mandate.alone_up_to if person.mandate.send_alone else None
            further = own is not None and RANK[own] > RANK[config.agency.alone_up_to]
            may = [f"send alone up to {own}"] * further + ["approve replies of others"] * person.mandate.approve
            if may:
                text = f"{person.id} is agency staff and may {' and '.join(may)}, by their own mandate"
                yield Finding(level="notice", code="agency_mandate", text=text, person=person.id)


def _approvers(config: TeamConfig) -> Iterator[Finding]:
    """Replies that need approval, and nobody in the roster who may give it."""
    held = config.approval_rules or any(config.sends_alone_up_to(one) != "critical" for one in config.people)
    if held and not any(one.mandate.approve for one in config.people):
        text = (
            "there are replies that need approval, and nobody in the roster may approve: only a lead who is not in it"
        )
        yield Finding(level="notice", code="nobody_approves", text=text)


def _case_rules(config: TeamConfig) -> Iterator[Finding]:
    """Rules of what becomes a case that keep urgent mentions from people, or name topics that no mention gets."""
    topics = {one.id for one in config.topics}
    for rule in config.case_rules:
        if rule.then == "no_case" and (urgent := GRAVE.intersection(rule.urgency or ())):
            text = f"case rule {rule.id!r} keeps mentions of urgency {' and '.join(sorted(urgent))} from people"
            yield Finding(level="notice", code="case_rule", text=text)
        if topics and (unknown := sorted(set(rule.topics or ()) - topics)):
            text = f"case rule {rule.id!r} names topics that the team has not agreed: {', '.join(unknown)}"
            yield Finding(level="problem", code="case_rule", text=text)


def _overloaded(shared: Fairness) -> Iterator[Finding]:
    for share in shared.overloaded:
        text = (
            f"{share.person} has {share.over_average:+g} % against the average load: {share.hours:g} hours in 8 weeks"
        )
        yield Finding(level="notice", code="overloaded", text=text, person=share.person)


def _swaps(config: TeamConfig, now: datetime) -> Iterator[Finding]:
    for swap in config.swaps:
        if swap.state == "open" and now < swap.start <= now + SOON:
            when = _between(swap.start, swap.end, ZoneInfo(config.time_zone))
            text = f"nobody has taken over from {swap.person} {when} yet"
            yield Finding(
                level="notice", code="open_swap", text=text, person=swap.person, start=swap.start, end=swap.end
            )


def _leave(config: TeamConfig, now: datetime) -> Iterator[Finding]:
    for leave in config.leave:
        if leave.end <= now and leave.elsewhere is None:
            text = f"the leave of {leave.person} is over and can be taken out"
            yield Finding(level="notice", code="leave_over", text=text, person=leave.person, start=leave.start)


def _never_open(hours: OpeningHours, now: datetime) -> Iterator[Finding]:
    if next(hours.intervals(now, now + SOON), None) is None:
        yield Finding(level="problem", code="never_open", text="the team is closed for the coming 7 days")


def _holidays(config: TeamConfig, now: datetime) -> Iterator[Finding]:
    calendar = config.holiday_calendar
    if calendar is not None and max(calendar.dates, default=now.date()) <= (now + LOOK_AHEAD).date():
        text = f"the holidays of {calendar.country} are not known for all of the coming 8 weeks: load the team again"
        yield Finding(level="notice", code="holidays_unknown", text=text)


def _between(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    first, last = start.astimezone(zone), end.astimezone(zone)
    return f"from {first:%a %d %b %H:%M} to {last:{'%H:%M' if first.date() == last.date() else '%a %d %b %H:%M'}}"
