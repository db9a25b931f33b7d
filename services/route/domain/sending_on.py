"""Leave and sickness of who belongs to several teams: what one team has taken in is sent on to the others. Pure.

A team is one partition with one writer, and knows nothing of another; the desk, which knows a person's teams, names them
in the command (`also`). Route sends on, and not the desk: the commands to the others are written in the transaction in which
the first one counts, so there is no moment at which it counts here and is still to be told there. Nobody has to remember
it, repeat it or press a button, whatever ends in between. The other team's worker finds the command whenever it is back
(within the day that a command is good for), and a repeat has the same id, so that it counts once.
"""

from collections.abc import Iterator, Sequence

from services.contracts.commands import Command, ForAllTeams
from services.contracts.events import CommandRejected, CommandRepeated, Event
from services.contracts.ids import elsewhere_id
from services.contracts.mentions import ClassifiedMention
from services.route.domain.drafts import ROUTER


def sent_on(given: Command | ClassifiedMention, events: Sequence[Event]) -> Iterator[ForAllTeams]:
    """The command for each other team of its person; none when it was refused, or was taken in before.

    There they speak for themselves, and this team's lead by us: they may be no lead there.
    """
    if isinstance(given, ForAllTeams) and not isinstance(events[0], CommandRejected | CommandRepeated):
        about = getattr(given, "person", None) or given.actor
        actor = given.actor if about == given.actor else ROUTER
        for team in given.also:
            update = {"id": elsewhere_id(given.id, team), "team": team, "actor": actor, "also": ()}
            yield given.model_copy(update=update)
