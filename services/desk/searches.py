"""What the report's search page asks of the desk: the searches that people keep, what sounded lately, and to keep or drop.

The desk follows `desk.teams` and `signals` and sends commands; the report does neither. The composition root hands this
over.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from services.contracts.searches import SavedSearch, SearchAlert
from services.desk.commands import CommandDesk, read_command
from services.desk.readmodel import ReadModel
from services.runtime.clock import Clock
from services.runtime.web.identity import Identity


class Searches:
    """Kept searches over the read model."""

    def __init__(self, model: ReadModel, commands: CommandDesk, clock: Clock) -> None:
        self._model, self._commands, self._clock = model, commands, clock

    def kept(self, team: str, person: str) -> Sequence[SavedSearch]:
        """Those of the team and those of the person's own, by name."""
        return self._model.kept_searches(team, person)

    def sounded(self, team: str, person: str) -> Sequence[SearchAlert]:
        """The latest alert of each of them that is not long ago, newest first."""
        return self._model.sounded(team, person, self._clock())

    async def ask(self, identity: Identity, body: Mapping[str, Any], key: str) -> str:
        """Send `SaveSearch` or `DropSearch`; `pending` when no answer came in time, the code of a refusal, or nothing.

        Raises:
            Problem: it is no such command, they may not, or Kafka does not answer.
        """
        roster = self._model.roster(str(body.get("team")))
        answer = await self._commands.ask(read_command(body, identity, key or None, self._clock(), roster))
        if answer is None:
            return "pending"
        return answer.rejection[0] if answer.rejection else ""
