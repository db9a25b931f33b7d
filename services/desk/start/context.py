"""What the guide's routes have at hand: the team, how far it is, who asks; sending a command. For admins of the team."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from services.contracts.teams import Person, TeamConfig
from services.desk.commands import read_command
from services.desk.context import desk_of
from services.desk.domain.start import STEPS, Facts, Step, after, first_config
from services.desk.wording import wording
from services.runtime.web.auth import require
from services.runtime.web.identity import Identity
from services.runtime.web.layout import TEAM_COOKIE, team_of, web_of
from services.runtime.web.problems import Problem

DONE = "start.told."


@dataclass(frozen=True, slots=True)
class StartView:
    """One admin's view of one team's beginning."""

    team: str
    facts: Facts
    identity: Identity
    now: datetime

    @property
    def config(self) -> TeamConfig:
        """What is agreed; until anything is, what it begins with."""
        return self.facts.config or first_config(self.team, self.identity.language or "nl")

    @property
    def me(self) -> Person | None:
        """Who asks, when they are in the roster."""
        return next((one for one in self.config.people if one.id == self.identity.name), None)


def start_view(request: Request, identity: Identity) -> StartView:
    """The team that the address names or that was chosen last.

    Raises:
        Problem: 403, they are not its admin; 404, they are in no team.
    """
    name = request.query_params.get("team") or team_of(request, identity)
    if not name:
        raise Problem(404, "unknown_team", "You are in no team yet.")
    require(identity, name, "admin", "commands")
    return StartView(name, facts_of(request, name), identity, web_of(request).clock())


def facts_of(request: Request, team: str) -> Facts:
    """What there is of a team now."""
    model = desk_of(request).model
    guidelines = len(model.handbooks.of(team).current())
    return Facts(model.config(team), model.goals(team), guidelines, model.sources(team))


def show(request: Request, view: StartView, step: Step, told: str = "", **values: Any) -> Response:
    """The page of a step."""
    web = web_of(request)
    known: dict[str, Any] = {
        "team": view.team,
        "facts": web.nav(view.identity, view.team, view.now),
        "v": view,
        "w": wording(web.pages.translator(request), view.identity.name, view.facts.config),
        "steps": STEPS,
        "done": view.facts.done(),
        "step": step,
        "following": after(step),
        "told": told if told.startswith(("start.", "rejected.", "told.", "handbook.")) else "",
        "bad": not told.startswith((DONE, "handbook.told.")),
    }
    response = web.pages.render(request, f"start_{step}.html", **(known | values))
    if request.cookies.get(TEAM_COOKIE) != view.team:
        response.set_cookie(TEAM_COOKIE, view.team, samesite="lax", secure=web.secure_cookies)
    return response


async def ask(request: Request, view: StartView, key: str, command: Mapping[str, Any]) -> str:
    """Send a command; empty when it was done, else the key of the sentence that says why not.

    Raises:
        Problem: 403, they may not; 503, Kafka is away.
    """
    desk = desk_of(request)
    body = {"team": view.team, **command}
    try:
        asked = read_command(body, view.identity, key or str(uuid4()), view.now, desk.model.roster(view.team))
    except Problem as problem:
        if problem.status != 422:
            raise
        return "start.wrong.form"
    answer = await desk.commands.ask(asked)
    if answer is None:
        return "told.pending"
    return f"rejected.{answer.rejection[0]}" if answer.rejection else ""


async def configure(request: Request, view: StartView, key: str, config: TeamConfig) -> str:
    """Agree on `config`; as `ask`."""
    return await ask(request, view, key, {"type": "ConfigureTeam", "config": config.model_dump(mode="json")})


def to(view: StartView, step: Step | None, told: str = "", **more: str) -> Response:
    """To a step, or past the last one to the inbox."""
    query = urlencode({"team": view.team, **({"told": told} if told else {}), **more})
    return RedirectResponse(f"/start/{step}?{query}" if step else f"/inbox?{query}", 303)


def saved(view: StartView, step: Step, wrong: str) -> Response:
    """On to the next step when it is saved, else to this one again, which says why not."""
    return to(view, step, wrong) if wrong else to(view, after(step), f"{DONE}saved")
