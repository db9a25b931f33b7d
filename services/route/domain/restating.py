"""`ConfigureTeam`: the agreements are stated anew, by a file, by a program or on a page. Pure.

From now on they are as stated. Who was on before now stays so; and what people have done with each other since (leave,
sickness, swaps, stand-ins, overrides) goes only when who states them has seen it, which `based_on` says.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from services.contracts.commands import ConfigureTeam
from services.contracts.events import TeamConfigured
from services.contracts.teams import FormerPerson, Shift, TeamConfig
from services.rota.recurrence import RotaError
from services.route.domain.agreement import Agreement, agreement
from services.route.domain.answers import Refusal
from services.route.domain.calendar_rules import without_gone
from services.route.domain.drafts import Draft
from services.route.domain.imported_shifts import is_of
from services.route.domain.leave_elsewhere import as_stated
from services.route.domain.restated_shifts import restated_shifts
from services.route.domain.restated_stretches import Restated
from services.route.domain.rights import member
from services.route.domain.rota_changes import rota_draft
from services.route.domain.rule_history import with_changes, with_history

STRETCHES = ("leave", "overrides", "swaps", "stand_ins")


def configure(known: Agreement | None, command: ConfigureTeam, now: datetime) -> list[Draft]:
    """The agreements as the command states them; nothing when they are so already.

    Raises:
        Refusal: they contradict themselves, or were changed since what they are based on.
    """
    given = with_history(command.config, known.config if known else None)
    if known is not None:
        member(known, command.actor)
        if known.config == given:
            return []
    _as_known(known, command.based_on)
    try:
        if known is None:
            given = given.model_copy(update={"leave": as_stated((), given.leave, (), now)})
            agreement(given, 1, now)
            return [Draft(TeamConfigured, {"revision": 1, "config": given})]
        told = with_changes(known.config, given, command.actor, now)
        config = restated(known.config, told, command.based_on is not None, now)
    except RotaError as error:
        raise Refusal("invalid", str(error)) from error
    return rota_draft(known, config, TeamConfigured, now)


def restated(known: TeamConfig, given: TeamConfig, based: bool, now: datetime) -> TeamConfig:
    """`given` from `now` on, with what has been of `known`. Without `based`, what lives and is not in it stays.

    Raises:
        Refusal: a shift that is still to end names somebody who is not in the roster.
        RotaError: a shift's rule cannot be worked out.
    """
    _roster_known(given, now)
    people = {one.id for one in given.people}
    kept = tuple(feed.id for feed in given.calendars)

    def shift_stays(shift: Shift) -> bool:
        return shift.names() <= people and _of_calendar(shift.id, kept)

    def stays(entry: Any) -> bool:
        return people.issuperset(_named(entry)) and (not based or _of_calendar(entry.id, kept))

    ways: Restated[Any] = Restated(stays, based, now)
    changes: dict[str, Any] = {
        name: ways.entries(_own(getattr(known, name)), _own(getattr(given, name))) for name in STRETCHES
    }
    changes["leave"] = as_stated(known.leave, changes["leave"], people, now)
    changes["shifts"] = restated_shifts(known, given, shift_stays, now)
    names = {one.id for one in changes["shifts"]}
    changes["swaps"] = tuple(one for one in changes["swaps"] if one.shift in names)
    changes["former"] = tuple(_former(known, people, now))
    return without_gone(known, given.model_copy(update=changes), now)


def _own(entries: Iterable[Any]) -> list[Any]:
    """Without leave that other teams have granted."""
    return [one for one in entries if getattr(one, "elsewhere", None) is None]


def _as_known(known: Agreement | None, based_on: int | None) -> None:
    revision = known.revision if known else 0
    if based_on not in (None, revision):
        raise Refusal("agreements_changed", f"based on revision {based_on}, and the agreements are at {revision} now")


def _roster_known(given: TeamConfig, now: datetime) -> None:
    """The contract lets a shift that has an end name who has left; one whose end is still to come may not."""
    people = {one.id for one in given.people}
    for shift in given.shifts:
        if shift.ended_at and shift.ended_at > now and (unknown := sorted(shift.names() - people)):
            raise Refusal("invalid", f"shift {shift.id!r}, which is still to end, names unknown people: {unknown}")


def _former(known: TeamConfig, people: set[str], now: datetime) -> Iterator[FormerPerson]:
    """Who has left: before, or with these agreements."""
    yield from (one for one in known.former if one.id not in people)
    yield from (FormerPerson(id=one.id, at=now) for one in known.people if one.id not in people)


def _of_calendar(entry: str, calendars: Iterable[str]) -> bool:
    return any(is_of(calendar, entry) for calendar in calendars)


def _named(entry: Any) -> set[str]:
    """The people whom leave, an override, a swap or a stand-in is about."""
    one = (getattr(entry, name, None) for name in ("person", "for_person", "taker"))
    return {*filter(None, one), *getattr(entry, "people", ())}
