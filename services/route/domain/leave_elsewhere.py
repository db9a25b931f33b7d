"""Leave that another team of a person has granted: they are away here as well. Pure.

A team knows nothing of another, so each keeps what it is told: among its leave, with the other team in `elsewhere`. Only
that team changes it, always by telling all of it anew (`NoteLeave`, which `sending_on.py` makes, and the desk for what was
missed), and it tells of nothing but its own. So each has one writer and nothing goes round: in whatever order teams decide
at the same time, somebody is away wherever they are known as soon as one team of theirs has granted it. What has been stays
as it was.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from services.contracts.commands import NoteLeave
from services.contracts.events import LeaveNoted
from services.contracts.rota import Leave
from services.rota.leave_elsewhere import noted
from services.route.domain.agreement import Agreement
from services.route.domain.answers import Refusal
from services.route.domain.drafts import Draft
from services.route.domain.rota_changes import changed_config, rota_draft


def note(agreed: Agreement, command: NoteLeave, now: datetime) -> list[Draft]:
    """Sent by the route of the other team, or by the desk for what was missed; nothing when that is known already."""
    if not command.actor.startswith("system:"):
        raise Refusal("not_allowed", "what another team has granted is told by webcare itself")
    if command.elsewhere == agreed.config.team:
        raise Refusal("invalid", "what this team grants is decided on here")
    if command.person not in agreed.people:
        raise Refusal("unknown_person", f"{command.person} is not in the team's roster")
    leave = noted(agreed.config.leave, command.person, command.elsewhere, command.leave, now)
    config = changed_config(agreed, leave=leave)
    return rota_draft(agreed, config, LeaveNoted, now, person=command.person, elsewhere=command.elsewhere)


def stated_by_others(known: Iterable[Leave], people: Iterable[str], now: datetime) -> Iterator[Leave]:
    """What stays of other teams' leave when a team's agreements are stated anew: they are not this team's to state.

    Of somebody who has left, what has been.
    """
    there = set(people)
    for one in known:
        if one.elsewhere is not None and (one.person in there or one.end <= now):
            yield one
        elif one.elsewhere is not None and one.start < now:
            yield one.model_copy(update={"end": now})


def as_stated(
    known: Sequence[Leave], stated: Iterable[Leave], people: Iterable[str], now: datetime
) -> tuple[Leave, ...]:
    """The leave as it is stated anew, with what is not for whoever states it to say: other teams' leave, and who is told."""
    place = {one.id: number for number, one in enumerate(known)}
    told = {one.id: one.also for one in known}
    own = [one.model_copy(update={"also": told.get(one.id, ())}) for one in stated if one.elsewhere is None]
    whole = (*own, *stated_by_others(known, people, now))
    return tuple(sorted(whole, key=lambda one: place.get(one.id, len(place))))
