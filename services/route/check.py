"""What a team should know of its rota before the customers do: gaps in the coming days, people who are never on.

Used by `webcare rota check`. Findings are plain data: a code and its figures for programs, a sentence for people.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from services.contracts.base import Model
from services.contracts.teams import TeamConfig
from services.rota.opening_hours import OpeningHours
from services.rota.rota import LOOK_AHEAD, Duty, Rota

AHEAD = timedelta(days=7)

Code = Literal["gap", "language_gap", "never_on_shift", "no_capacity", "leave_over", "never_open", "only_one"]


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


def check(config: TeamConfig, now: datetime) -> list[Finding]:
    """What is to be known of the coming 7 days in opening hours, problems first.

    Raises:
        RotaError: a shift's rule cannot be worked out.
    """
    rota, hours = Rota(config), OpeningHours(config)
    found = [
        *_gaps(config, rota, hours, now),
        *_people(config, rota, now),
        *_leave(config, now),
        *_never_open(hours, now),
    ]
    return sorted(found, key=lambda one: one.level, reverse=True)


def _gaps(config: TeamConfig, rota: Rota, hours: OpeningHours, now: datetime) -> Iterator[Finding]:
    zone = ZoneInfo(config.time_zone)
    speakers = frozenset(person.id for person in config.people if config.language in person.languages)
    for start, end in _stretches(rota, hours, now, lambda duty: not duty.on):
        text = f"nobody is on {_between(start, end, zone)}"
        yield Finding(level="problem", code="gap", text=text, start=start, end=end)
    for start, end in _stretches(rota, hours, now, lambda duty: bool(duty.on) and not duty.on & speakers):
        text = f"nobody who is on {_between(start, end, zone)} speaks {config.language}"
        yield Finding(level="problem", code="language_gap", text=text, start=start, end=end)
    for start, end in _stretches(rota, hours, now, lambda duty: len(duty.on) == 1):
        text = f"one person alone is on {_between(start, end, zone)}"
        yield Finding(level="notice", code="only_one", text=text, start=start, end=end)


def _stretches(
    rota: Rota, hours: OpeningHours, now: datetime, which: Callable[[Duty], bool]
) -> list[tuple[datetime, datetime]]:
    """The stretches of the coming opening hours in which the duty is such; those that touch are one."""
    found: list[tuple[datetime, datetime]] = []
    for opens, closes in hours.intervals(now, now + AHEAD):
        for duty in rota.duties(opens, closes):
            if which(duty):
                start, end = max(duty.start, opens), min(duty.end, closes)
                if found and found[-1][1] == start:
                    start = found.pop()[0]
                found.append((start, end))
    return found


def _people(config: TeamConfig, rota: Rota, now: datetime) -> Iterator[Finding]:
    ahead = {span.person for span in rota.spans(now, now + LOOK_AHEAD)}
    for person in config.people:
        if person.id not in ahead:
            text = f"{person.id} has no shift in the coming 8 weeks"
            yield Finding(level="notice", code="never_on_shift", text=text, person=person.id)
        if person.capacity == 0:
            text = f"{person.id} has no capacity and is never given a case"
            yield Finding(level="notice", code="no_capacity", text=text, person=person.id)


def _leave(config: TeamConfig, now: datetime) -> Iterator[Finding]:
    for leave in config.leave:
        if leave.end <= now:
            text = f"the leave of {leave.person} is over and can be taken out"
            yield Finding(level="notice", code="leave_over", text=text, person=leave.person, start=leave.start)


def _never_open(hours: OpeningHours, now: datetime) -> Iterator[Finding]:
    if next(hours.intervals(now, now + AHEAD), None) is None:
        yield Finding(level="problem", code="never_open", text="the team is closed for the coming 7 days")


def _between(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    first, last = start.astimezone(zone), end.astimezone(zone)
    return f"from {first:%a %d %b %H:%M} to {last:{'%H:%M' if first.date() == last.date() else '%a %d %b %H:%M'}}"
