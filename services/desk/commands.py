"""Sends commands for people and integrations and waits for what came of them. Writes `desk.commands`.

The API and the pages use the same path: fill in who asks and when, check that they may, send, wait (bounded).
"""

import asyncio
import time
from collections.abc import Container, Mapping
from contextlib import ExitStack
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

from pydantic import TypeAdapter, ValidationError
from starlette.concurrency import run_in_threadpool

from services.contracts.codec import encode
from services.contracts.commands import (
    AnswerQuestion,
    AnyCommand,
    CannedCommand,
    Command,
    ConfigureTeam,
    DecideLeave,
    DecideSuggestion,
    EraseAuthor,
    ForAllTeams,
    NoteLeave,
    PublishGuideline,
    ReportCalendar,
    ReportDelivery,
    RetireGuideline,
    RotaCommand,
    SetGoals,
    Tick,
)
from services.contracts.events import CommandRepeated, Event
from services.contracts.ids import elsewhere_id, event_id
from services.contracts.topics import DESK_COMMANDS
from services.desk.domain.answers import Answer, answer_of
from services.desk.readmodel import ReadModel
from services.runtime.headers import TRACEPARENT, new_trace
from services.runtime.messages import Outgoing
from services.runtime.metrics import ANSWER_SECONDS
from services.runtime.producer import Sender, SendError, fits
from services.runtime.web.auth import require
from services.runtime.web.identity import Identity, Role
from services.runtime.web.problems import Problem

_KEYS = uuid5(NAMESPACE_URL, "urn:webcare:idempotency")
OF_OWN_STAFF = frozenset({"ApproveReply", "RequestChange", "TakeOverReply"})
"""Commands by which somebody decides on another's reply: never for agency staff, whatever the rota says of them."""
_COMMAND: TypeAdapter[Command] = TypeAdapter(AnyCommand)
MAX_KEY = 200


def command_id(identity: Identity, key: str | None) -> str:
    """The id of a command: made from who asks and their idempotency key, else random."""
    return str(uuid5(_KEYS, f"{identity.name}\x1f{key}") if key else uuid4())


def actor_of(identity: Identity, team: str, roster: Container[str]) -> str:
    """How commands name who asks: people of the rota by their id, leads who are not in it and tokens as what they are."""
    if not identity.session:
        return f"integration:{identity.name}"
    outside = identity.name not in roster and identity.may(team, "lead", "commands")
    return f"lead:{identity.name}" if outside else identity.name


def read_command(
    body: Mapping[str, Any],
    identity: Identity,
    key: str | None,
    now: datetime,
    roster: Container[str] = (),
    *,
    leads: bool = False,
) -> Command:
    """The command that `body` asks for, in the name of who asks; `roster` are the people of its team, and `leads` as for
    `check_allowed`.

    Raises:
        Problem: 422 it is not a command; 403 they may not; both name the field or the role.
    """
    given = str(body["id"]) if body.get("id") else None
    if key is not None and (not key.isprintable() or len(key) > MAX_KEY):
        raise Problem(422, "invalid", f"Idempotency-Key is at most {MAX_KEY} printable characters.")
    filled = dict(body) | {"at": now, "actor": actor_of(identity, str(body.get("team")), roster)}
    filled["id"] = command_id(identity, key) if key or not given else given
    try:
        command = _COMMAND.validate_python(filled)
    except ValidationError as error:
        errors = [
            {"pointer": "/".join(map(str, one["loc"])), "detail": one["msg"]}
            for one in error.errors(include_url=False, include_input=False, include_context=False)[:20]
        ]
        raise Problem(422, "invalid", "This is not a command that we know.", errors=errors) from error
    check_allowed(command, identity, leads=leads)
    return command


def check_allowed(command: Command, identity: Identity, *, leads: bool = False) -> None:
    """Refuse what only processes send, and what the role in the team does not allow.

    Whether a person may decide on the rota, the handbook or canned replies is route's to say: a lead of the roster may,
    whatever their role here. A token acts for everybody there, so it needs the role lead. So does who states the whole of
    the agreements; `leads` is the word of a page, which changes one thing in them, that who asks leads the roster of the
    revision that the command is based on: route refuses it when there is another one.
    """
    if isinstance(command, Tick | ReportDelivery | ReportCalendar | NoteLeave | AnswerQuestion):
        raise Problem(403, "forbidden", f"{command.type} is sent by webcare itself.")
    by_leads = isinstance(
        command, RotaCommand | CannedCommand | SetGoals | PublishGuideline | RetireGuideline | DecideSuggestion
    )
    for_leads = _states_all(command, leads) or (not identity.session and by_leads)
    role: Role = "admin" if isinstance(command, EraseAuthor) else "lead" if for_leads else "agent"
    require(identity, command.team, role, "commands")
    if identity.agency and command.type in OF_OWN_STAFF:
        raise Problem(403, "agency", "Agency staff do not decide on replies.")
    if isinstance(command, ForAllTeams | DecideLeave) and command.also:
        raise Problem(403, "forbidden", "A person's other teams are filled in by the desk.")
    if isinstance(command, ConfigureTeam) and command.config.team != command.team:
        raise Problem(422, "invalid", "config.team is not the command's team.")
    if not fits(encode(command)):
        raise Problem(413, "too_large", "The command is too large.")


def _states_all(command: Command, leads: bool) -> bool:
    return isinstance(command, ConfigureTeam) and not (leads and command.based_on)


class CommandDesk:
    """Sends a command and waits for its answer, at most `patience` seconds."""

    def __init__(self, sender: Sender, model: ReadModel, patience: float) -> None:
        self._sender, self._model, self._patience = sender, model, patience

    async def ask(self, command: Command) -> Answer | None:
        """The answer, already folded into the read model; `None` when it did not come in time.

        Raises:
            Problem: 503 when Kafka did not acknowledge; asking again with the same id is harmless.
        """
        began = time.monotonic()
        headers = {TRACEPARENT: new_trace()}
        with self._model.answers.expect(command.id) as coming:
            try:
                await run_in_threadpool(
                    self._sender.send, [Outgoing(DESK_COMMANDS, command.team, command, headers=headers)]
                )
            except SendError as error:
                raise Problem(503, "unavailable", "Kafka cannot be reached; try again.") from error
            try:
                async with asyncio.timeout(self._patience):
                    answer = self._complete(await coming)
            except TimeoutError:
                answer = None
        outcome = "none" if answer is None else "rejected" if answer.rejection else "done"
        ANSWER_SECONDS.labels(outcome).observe(time.monotonic() - began)
        return answer

    async def ask_everywhere(self, command: ForAllTeams) -> tuple[Answer | None, Mapping[str, Answer | None]]:
        """The answer of the command's team as from `ask`, and of each team that it is sent on to, waited for together.

        Raises:
            Problem: as `ask`.
        """
        ids = {team: elsewhere_id(command.id, team) for team in command.also}
        with ExitStack() as expecting:
            coming = {team: expecting.enter_context(self._model.answers.expect(one)) for team, one in ids.items()}
            answer = await self.ask(command)
            if answer is None or answer.rejection:
                return answer, {}
            found = {team: self._heard(one) for team, one in ids.items()}
            if waiting := [coming[team] for team, known in found.items() if known is None]:
                await asyncio.wait(waiting, timeout=self._patience)
            return answer, {team: known or _done(coming[team]) for team, known in found.items()}

    def _heard(self, command: str) -> Answer | None:
        """What a command was answered before, where we still have it: one that is sent twice is sent on once."""
        first: Any = self._model.hub.find((event_id(command, 1),))
        return answer_of(first) if first else None

    def _complete(self, answer: Answer) -> Answer:
        """A repeat's answer is the first one's events, where we still have them; then the case as it is now."""
        events: tuple[Event, ...] = answer.events
        if events and isinstance(events[0], CommandRepeated):
            first: Any = self._model.hub.find(events[0].events)
            if first and not answer.rejection:
                answer = answer_of(first)
        case_id = answer.case_id
        return Answer(answer.events, self._model.case(case_id) if case_id else None)


def _done(coming: asyncio.Future[Answer]) -> Answer | None:
    return coming.result() if coming.done() else None
