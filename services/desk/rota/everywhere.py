"""Leave and sickness of somebody who belongs to several teams: one command, which names their other teams.

A team knows nothing of another, and the desk knows all of a person's teams: those in which their account has a role and the
roster has them. It names them in the command; route sends it on to each in the transaction in which it counts
(`services/route/domain/sending_on.py`), so that no team is missed whatever ends in between. The page says which team has
refused, and which has not answered yet: that needs nobody to do anything. Sickness and being well count at once everywhere;
leave is asked for in each, and what one team grants counts in all: there, too, the desk names the others.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import uuid4

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from services.contracts.commands import Command, DecideLeave, ForAllTeams
from services.contracts.teams import Leave, TeamConfig
from services.desk.commands import command_id
from services.desk.context import Desk, desk_of
from services.desk.domain.answers import Answer
from services.desk.domain.rota_told import hears_of
from services.desk.rota.context import RotaView
from services.desk.rota.sending import WRONG_FORM, read, told_of

SILENT, REFUSED = "silent", "refused"


def other_teams(desk: Desk, team: str, person: str) -> dict[str, TeamConfig]:
    """The agreements of the other teams that somebody of this team belongs to, by id."""
    roles, here = desk.accounts.teams_of(person), desk.model.config(team)
    found = {name: desk.model.config(name) for name in sorted(roles)}
    return {name: told for name, told in found.items() if told is not None and hears_of(person, roles, told, here)}


def told_too(desk: Desk, command: Command) -> Command:
    """The command with whom to tell of it: of leave that is granted, the other teams of whose it is."""
    config = desk.model.config(command.team)
    if not isinstance(command, DecideLeave) or config is None:
        return command
    person = next((one.person for one in config.leave if one.id == command.leave), None)
    return command.model_copy(update={"also": tuple(other_teams(desk, command.team, person))}) if person else command


async def send_everywhere(
    request: Request, view: RotaView, what: str, key: str, command: Mapping[str, Any], *, shared: bool = False
) -> dict[str, str]:
    """Send to this team, which sends on to the person's others: what came of it, as the page's address says it.

    With `shared`, what is made bears the same id everywhere.
    """
    desk, key, person = desk_of(request), key or str(uuid4()), command.get("person") or view.me
    whole = {**command, **({"shared": command_id(view.identity, key)} if shared else {})}
    asked = read(request, view, key, whole)
    if asked is None:
        return {"told": WRONG_FORM}
    assert isinstance(asked, ForAllTeams)
    others = await run_in_threadpool(other_teams, desk, view.name, person)
    answer, elsewhere = await desk.commands.ask_everywhere(asked.model_copy(update={"also": tuple(others)}))
    silent = [team for team, one in elsewhere.items() if one is None]
    refused = [team for team, one in elsewhere.items() if _is_refused(one)]
    return {"told": told_of(what, answer), SILENT: " ".join(silent), REFUSED: " ".join(refused)}


def said_elsewhere(request: Request, view: RotaView, person: str) -> list[tuple[str, str]]:
    """What the address says of the person's other teams: the key of a sentence and the team's name."""
    given = {outcome: request.query_params.get(outcome, "").split() for outcome in (SILENT, REFUSED)}
    if not any(given.values()):
        return []
    known = other_teams(desk_of(request), view.name, person)
    return [(f"rota.is_{said}", known[team].name) for said, teams in given.items() for team in teams if team in known]


def team_names(desk: Desk, leave: Iterable[Leave]) -> dict[str, str]:
    """The names of the other teams that have granted any of this leave, by id; the id of one that is not known here."""
    granting = {one.elsewhere for one in leave if one.elsewhere}
    known = {team: desk.model.config(team) for team in granting}
    return {team: config.name if config else team for team, config in known.items()}


def _is_refused(answer: Answer | None) -> bool:
    """A team that has no such leave has nothing to withdraw."""
    return bool(answer and answer.rejection and answer.rejection[0] != "not_found")
