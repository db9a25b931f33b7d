"""What the teams of a person should know of each other's leave and sickness, and do not: the commands that tell them. Pure.

Route tells a person's other teams of leave in the transaction that grants it, for as far as the desk had named them
(`services/route/domain/sending_on.py`). Here is what that misses, from what the teams have agreed by now: leave of a file or
a calendar, leave that was granted before somebody joined another team or before teams told each other, and a command that
came later than it was good for. `services/desk/rota/telling.py` looks and sends.

Sickness each team has of its own, and the last word counts: being well in one ends it in all. What was said last cannot be
told from two teams that differ. So a team is only told that somebody is sick when it has nothing of that time at all: who
has reported well there, or is sick until another day, stays as they are.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from services.contracts.commands import CallInSick, NoteLeave
from services.contracts.ids import made_up_id, sickness_id
from services.contracts.rota import Leave
from services.contracts.rota_commands import MOST_ENTRIES
from services.contracts.teams import TeamConfig, TeamConfiguration
from services.rota.leave_elsewhere import bare, noted, own_granted

ACTOR = "system:desk"
MOST_WAITED = timedelta(hours=6)
"""Between one try and the next of what stays as it is, however often it was told."""

_WHENEVER = datetime(1, 1, 1, tzinfo=UTC)
_OF_A_COMMAND = re.compile(r"sick-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")

Told = NoteLeave | CallInSick
Agreed = Mapping[str, TeamConfiguration]
"""What each team has agreed, by id."""
Roles = Mapping[str, Mapping[str, str]]
"""The role of each person in each of their teams: who has an account that can be used."""


def missing(agreed: Agreed, roles: Roles, now: datetime) -> list[Told]:
    """What each team is to be told of each other: nothing once all have taken it in.

    A command's id follows from what both teams have agreed: two processes that see the same send the same.
    """
    return [*missing_leave(agreed, roles, now), *missing_sickness(agreed, roles, now)]


def missing_leave(agreed: Agreed, roles: Roles, now: datetime) -> list[NoteLeave]:
    """What others have granted, in the order of teams and people."""
    granted = {team: own_granted(one.config, now) for team, one in agreed.items()}
    found: list[NoteLeave] = []
    for team, known in sorted(agreed.items()):
        for person, elsewhere in sorted(_pairs(agreed, roles, team, now)):
            said = sorted(map(bare, granted[elsewhere].get(person, ())), key=lambda one: one.start)[:MOST_ENTRIES]
            if noted(known.config.leave, person, elsewhere, said, now) != known.config.leave:
                found.append(_note(agreed, team, elsewhere, person, tuple(said), now))
    return found


def missing_sickness(agreed: Agreed, roles: Roles, now: datetime) -> list[CallInSick]:
    """Who is sick in another team and was not at all in this one since that began, in the order of teams and people."""
    sick = {team: _sick(one.config, now) for team, one in agreed.items()}
    found: list[CallInSick] = []
    for team, known in sorted(agreed.items()):
        for person in sorted({one.id for one in known.config.people}):
            there = [
                (other, sick[other][person]) for other in _others(agreed, roles, team, person) if person in sick[other]
            ]
            other, leave = max(there, key=lambda one: (one[1].end, one[0]), default=("", None))
            if leave and not _has_been_sick(known.config, person, leave.start, now):
                found.append(_sick_too(agreed, team, other, leave, now))
    return found


def _sick(config: TeamConfig, now: datetime) -> dict[str, Leave]:
    """Who is sick now in a team."""
    return {one.person: one for one in config.leave if one.kind == "sick" and one.start <= now < one.end}


def _has_been_sick(config: TeamConfig, person: str, since: datetime, now: datetime) -> bool:
    mine = (one for one in config.leave if one.kind == "sick" and one.person == person)
    return any(one.start <= now and one.end > since for one in mine)


def _sick_too(agreed: Agreed, team: str, elsewhere: str, leave: Leave, now: datetime) -> CallInSick:
    """Sick from now on, as route sends it on: under the id that it bears there, where that is one of a command."""
    of_command = _OF_A_COMMAND.fullmatch(leave.id)
    return CallInSick(
        id=made_up_id("sick", leave.person, team, agreed[team].revision, elsewhere, agreed[elsewhere].revision),
        team=team,
        at=now,
        actor=ACTOR,
        person=leave.person,
        shared=of_command[1] if of_command else sickness_id(elsewhere, leave.id, leave.start.isoformat()),
        until=None if leave.until_well else leave.end,
    )


def _pairs(agreed: Agreed, roles: Roles, team: str, now: datetime) -> Iterator[tuple[str, str]]:
    """The people of a team with each other team that it is to hear of: theirs, and whose leave of theirs it still has.

    A team that is not known says nothing: what it has told stays.
    """
    people = {one.id for one in agreed[team].config.people}
    theirs = {(person, other) for person in people for other in _others(agreed, roles, team, person)}
    held = {(one.person, one.elsewhere) for one in agreed[team].config.leave if one.elsewhere and one.end > now}
    yield from {*theirs, *((person, other) for person, other in held if person in people and other in agreed)}


def hears_of(person: str, roles: Mapping[str, str], told: TeamConfig | None, of: TeamConfig | None) -> bool:
    """Whether the team `told` is to hear from the team `of` when somebody is away: they are in the roster of both, have a
    role in both, and more than a viewer's where it is heard. `roles` are theirs by team."""
    if told is None or of is None or told.team == of.team:
        return False
    works = roles.get(told.team, "viewer") != "viewer" and of.team in roles
    return works and all(any(one.id == person for one in team.people) for team in (told, of))


def _others(agreed: Agreed, roles: Roles, team: str, person: str) -> Iterator[str]:
    """The other teams of somebody of which `team` is to hear."""
    mine = roles.get(person, {})
    for other in mine.keys() & agreed.keys():
        if hears_of(person, mine, agreed[team].config, agreed[other].config):
            yield other


def _note(agreed: Agreed, team: str, elsewhere: str, person: str, said: tuple[Leave, ...], now: datetime) -> NoteLeave:
    return NoteLeave(
        id=made_up_id("leave", person, team, agreed[team].revision, elsewhere, agreed[elsewhere].revision),
        team=team,
        at=now,
        actor=ACTOR,
        person=person,
        elsewhere=elsewhere,
        leave=said,
    )


@dataclass(frozen=True, slots=True)
class Tried:
    """When something is told next, and how often it was."""

    due: datetime
    times: int = 0


class Patience:
    """What of it is told now: not what is seen for the first time, since a command may be under way already; and what stays
    although it was told, because the team refuses it or its worker is away, less and less often."""

    def __init__(self, first: timedelta) -> None:
        """`first` is how long something must have been missing before it is told, and between the first two tries."""
        self._first = first
        self._tried: dict[Told, Tried] = {}

    def due(self, found: Sequence[Told], now: datetime) -> list[tuple[Told, int]]:
        """Those to be told now, each with how often it was told before."""
        asked = {_what(command): command for command in found}
        self._tried = {what: self._tried.get(what, Tried(now + self._first)) for what in asked}
        ripe = [(command, self._tried[what].times) for what, command in asked.items() if self._tried[what].due <= now]
        for command, times in ripe:
            wait = min(self._first * 2 ** min(times, 20), MOST_WAITED)
            self._tried[_what(command)] = replace(self._tried[_what(command)], due=now + wait, times=times + 1)
        return ripe


def _what(command: Told) -> Told:
    """What is told to whom, whenever and with whatever id."""
    return command.model_copy(update={"id": "", "at": _WHENEVER})
