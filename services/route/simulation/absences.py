"""Who is away in a simulated month, as the commands that tell it: leave asked and approved, and calls in sick."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from services.contracts.commands import AskLeave, CallInSick, DecideLeave, RotaCommand
from services.contracts.rota import Leave
from services.contracts.teams import TeamConfig
from services.rota.wall_clock import localise
from services.route.simulation.profiles import Profile

LEAD = "lead:simulation"
"""Approves leave, as somebody who leads without being in the roster."""
_ANSWERED_AFTER = timedelta(minutes=10)

Told = Callable[[TeamConfig, str, datetime], RotaCommand | None]
"""The command, made of the agreements at its moment, its id and that moment; `None` when there is nothing to tell."""


def absences(config: TeamConfig, profile: Profile, start: date) -> Iterator[tuple[datetime, Told]]:
    """What is told when."""
    zone = ZoneInfo(config.time_zone)
    for absence in profile.absences:
        person = config.people[absence.person % len(config.people)].id
        told = _at(start, absence.told_day, absence.told_at, zone)
        begins, ends = (_at(start, day, time(), zone) for day in (absence.day, absence.day + absence.days))
        if absence.kind == "sick":
            yield told, partial(_sick, person, ends)
        else:
            yield told, partial(_asked, person, begins, ends)
            yield told + _ANSWERED_AFTER, partial(_approved, person, begins)


def _sick(person: str, until: datetime, config: TeamConfig, id_: str, now: datetime) -> RotaCommand:
    return CallInSick(id=id_, team=config.team, at=now, actor=person, until=until)


def _asked(person: str, start: datetime, end: datetime, config: TeamConfig, id_: str, now: datetime) -> RotaCommand:
    return AskLeave(id=id_, team=config.team, at=now, actor=person, start=start, end=end)


def _approved(person: str, start: datetime, config: TeamConfig, id_: str, now: datetime) -> RotaCommand | None:
    leave = next((one for one in config.leave if _is_asked(one, person, start)), None)
    if leave is None:
        return None
    return DecideLeave(id=id_, team=config.team, at=now, actor=LEAD, leave=leave.id, approve=True)


def _is_asked(leave: Leave, person: str, start: datetime) -> bool:
    return (leave.person, leave.start, leave.state) == (person, start, "asked")


def _at(start: date, day: int, at: time, zone: ZoneInfo) -> datetime:
    return localise(datetime.combine(start + timedelta(days=day), at), zone)
