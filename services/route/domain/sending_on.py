"""Leave and sickness of who belongs to several teams: what one team has taken in is told to the others. Pure.

A team is one partition with one writer, and knows nothing of another; the desk, which knows a person's teams, names them
in the command (`also`). Route tells them, and not the desk: the commands to the others are written in the transaction in
which the first one counts, so there is no moment at which it counts here and is still to be told there. Nobody has to
remember it, repeat it or press a button, whatever ends in between. The other team's worker finds the command whenever it is
back (within the day that a command is good for), and a repeat has the same id, so that it counts once.

Sickness, and asking for leave and withdrawing it, are sent on as they are: each team has its own. What a team grants is
told as it is then (`NoteLeave`), whatever made it other (a decision, a withdrawal, a file, a calendar), to the teams that
were named when any of it was granted.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from services.contracts.commands import Command, ForAllTeams, NoteLeave
from services.contracts.events import CommandRejected, CommandRepeated, Event, RotaEvent
from services.contracts.ids import elsewhere_id, noted_id
from services.contracts.mentions import ClassifiedMention
from services.contracts.teams import TeamConfig
from services.rota.leave_elsewhere import bare, own_granted
from services.route.domain.drafts import ROUTER


def sent_on(
    given: Command | ClassifiedMention, before: TeamConfig | None, events: Sequence[Event]
) -> Iterator[ForAllTeams | NoteLeave]:
    """The commands to other teams that follow from an input, of which `events` came; `before` is what was agreed until then.

    None when it was refused, or was taken in before.
    """
    yield from _as_it_is(given, events)
    agreed = [event for event in events if isinstance(event, RotaEvent)]
    if before is not None and agreed:
        yield from _granted(given.id, before, agreed[-1].config, agreed[-1].at)


def _as_it_is(given: Command | ClassifiedMention, events: Sequence[Event]) -> Iterator[ForAllTeams]:
    """There they speak for themselves, and this team's lead by us: they may be no lead there."""
    if isinstance(given, ForAllTeams) and not isinstance(events[0], CommandRejected | CommandRepeated):
        about = getattr(given, "person", None) or given.actor
        actor = given.actor if about == given.actor else ROUTER
        for team in given.also:
            update = {"id": elsewhere_id(given.id, team), "team": team, "actor": actor, "also": ()}
            yield given.model_copy(update=update)


def _granted(cause: str, before: TeamConfig, after: TeamConfig, now: datetime) -> Iterator[NoteLeave]:
    """What is granted to each person to whom it is other than it was: all of it, to each team that has been told of any."""
    was, becomes = own_granted(before, now), own_granted(after, now)
    for person in sorted(was.keys() | becomes.keys()):
        old, new = was.get(person, ()), becomes.get(person, ())
        if old == new:
            continue
        for team in sorted({team for one in (*old, *new) for team in one.also}):
            yield NoteLeave(
                id=noted_id(cause, team, person),
                team=team,
                at=now,
                actor=ROUTER,
                person=person,
                elsewhere=after.team,
                leave=tuple(bare(one) for one in new),
            )
