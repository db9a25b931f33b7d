"""Leave and sickness of somebody who belongs to several teams: the same command to each of them.

A team is one partition with one writer, and knows nothing of another. So the desk, which knows all of a person's teams, asks
each: under one `shared` id, so that what was made can be found again in each. Sickness and being well count at once
everywhere; leave is decided on by the leads of each team, for their own cover. A person's teams are those in which their
account has a role and the roster has them.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from services.contracts.commands import CallInSick, ReportWell
from services.contracts.teams import TeamConfig
from services.desk.commands import command_id
from services.desk.context import Desk, desk_of
from services.desk.rota.context import RotaView
from services.desk.rota.sending import send, told_of
from services.runtime.web.problems import Problem

ACTOR = "system:desk"
"""Who speaks for a lead in a team where they are none: only of sickness, and only of somebody of their own team."""
PARTLY = "rota.wrong.partly"


def other_teams(desk: Desk, team: str, person: str) -> dict[str, TeamConfig]:
    """The agreements of the other teams that somebody of this team belongs to, by id."""
    roles = desk.accounts.teams_of(person)
    if team not in roles or person not in desk.model.roster(team):
        return {}
    found = {name: desk.model.config(name) for name in sorted(roles) if name != team and roles[name] != "viewer"}
    return {
        name: config
        for name, config in found.items()
        if config is not None and person in {one.id for one in config.people}
    }


async def send_everywhere(
    request: Request,
    view: RotaView,
    what: str,
    key: str,
    command: Mapping[str, Any],
    *,
    shared: bool = False,
    where: Callable[[TeamConfig, str], bool] = lambda _config, _person: True,
) -> str:
    """Send to this team, then to the others in which it holds (`where`, asked with the person); what came of it.

    With `shared`, what is made bears the same id everywhere. Where this team refuses, the others are not asked.
    """
    key, person = key or str(uuid4()), command.get("person") or view.me
    whole = {**command, **({"shared": command_id(view.identity, key)} if shared else {})}
    told = await send(request, view, what, key, whole)
    if told not in (f"rota.told.{what}", "told.pending"):
        return told
    known = await run_in_threadpool(other_teams, desk_of(request), view.name, person)
    teams = [team for team, config in known.items() if where(config, person)]
    outcomes = await asyncio.gather(*(_elsewhere(request, view, team, what, key, whole, person) for team in teams))
    return told if all(one == f"rota.told.{what}" for one in outcomes) else PARTLY


async def _elsewhere(
    request: Request, view: RotaView, team: str, what: str, key: str, command: dict[str, Any], person: str
) -> str:
    """The same in another team, in the person's own name, or for their lead in ours. That it failed is told, not raised."""
    key = f"{key[:80]} {team}"
    try:
        if person == view.me:
            return await send(request, view, what, key, {**command, "team": team})
        kinds: dict[str, type[CallInSick | ReportWell]] = {"CallInSick": CallInSick, "ReportWell": ReportWell}
        facts = {"id": command_id(view.identity, key), "team": team, "at": view.now, "actor": ACTOR}
        asked = kinds[command["type"]].model_validate(command | facts)
        return told_of(what, await desk_of(request).commands.ask(asked))
    except Problem as problem:
        return f"rejected.{problem.code}"
