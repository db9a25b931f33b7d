"""Looks every minute whether the teams of a person know of each other's leave and sickness, and tells them.

Writes `desk.commands`. In a thread of the process `web`, which alone knows both what every team has agreed and who has a
role in which (`services/desk/domain/rota_told.py` compares). Nobody waits for it, and it waits for no answer: what the team
has taken in is not missing at the next look. Several processes may do it side by side, since what they see alike has one id,
and what a team knows already changes nothing there.
"""

import logging
import threading
from collections.abc import Callable
from datetime import timedelta

from services.contracts.topics import DESK_COMMANDS
from services.desk.accounts.store import Accounts
from services.desk.domain.rota_told import Patience, Roles, Told, missing
from services.desk.readmodel import ReadModel
from services.runtime.clock import Clock
from services.runtime.headers import TRACEPARENT, new_trace
from services.runtime.messages import Outgoing
from services.runtime.metrics import LEAVE_LOOKED_AT, LEAVE_MISSING, LEAVE_TOLD
from services.runtime.producer import Sender, SendError

log = logging.getLogger(__name__)

LOOK_SECONDS = 60.0
SETTLES = timedelta(seconds=45)
"""Less than from one look to the next, so that what is missing at two of them is told at the second."""
WHAT = {"NoteLeave": "leave", "CallInSick": "sickness"}
OFTEN = 3
"""Told more often than this, it is no longer a matter of time."""


class Telling:
    """The looks, each on its own (`look`) or every minute in a thread (`start`, `stop`)."""

    def __init__(
        self,
        model: ReadModel,
        accounts: Accounts,
        sender: Sender,
        clock: Clock,
        ready: Callable[[], bool] = lambda: True,
        every: float = LOOK_SECONDS,
    ) -> None:
        """`ready` says whether the read model has caught up: before, what a team has agreed may be of long ago."""
        self._model, self._accounts, self._sender, self._clock = model, accounts, sender, clock
        self._ready, self._every = ready, every
        self._patience = Patience(SETTLES)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="leave", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more. What is being sent is left behind: it is made up for after the next start."""
        self._stop.set()
        self._thread.join(1.0)

    def look(self) -> list[Told]:
        """Look once, and tell what is due; gives that.

        Raises:
            SendError: Kafka did not acknowledge; it is told again when its turn comes.
        """
        now = self._clock()
        found = missing(self._model.all_agreed(), self._roles(), now)
        for type_, what in WHAT.items():
            LEAVE_MISSING.labels(what).set(sum(one.type == type_ for one in found))
        LEAVE_LOOKED_AT.set(now.timestamp())
        due = self._patience.due(found, now)
        if due:
            self._sender.send([_record(command) for command, _ in due])
        for command, times in due:
            LEAVE_TOLD.labels(command.team, WHAT[command.type]).inc()
            _say(command, times)
        return [command for command, _ in due]

    def _roles(self) -> Roles:
        now = self._clock()
        return {one.name: one.teams for one in self._accounts.list() if one.works(now)}

    def _run(self) -> None:
        while not self._stop.wait(self._every):
            if not self._ready():
                continue
            try:
                self.look()
            except SendError as error:
                log.warning("the teams of a person could not be told of leave: %s", error)
            except Exception:
                # The desk goes on without this: it is said each time, and the metric of the last look stands still.
                log.exception("could not compare the leave of people in several teams")


def _record(command: Told) -> Outgoing:
    return Outgoing(DESK_COMMANDS, command.team, command, headers={TRACEPARENT: new_trace()})


def _say(command: Told, times: int) -> None:
    """The line of the log; whose leave it is is not in it."""
    what, extra = WHAT[command.type], {"team": command.team, "command": command.id}
    if times <= OFTEN:
        log.info("told %s of %s in another team that it had missed", command.team, what, extra=extra)
    else:
        said = "%s still does not know of %s in another team, told %d times; see its answer to the command %s"
        log.warning(said, command.team, what, times, command.id, extra=extra)
