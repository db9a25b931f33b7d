"""The team's box of ideas: what colleagues sent by its link, and what the team says to it."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from services.desk.commands import read_command
from services.desk.context import desk_of, public_address
from services.desk.live import format_vector
from services.runtime.web.auth import Asking, require
from services.runtime.web.identity import Identity
from services.runtime.web.layout import team_of, web_of

router = APIRouter(prefix="/ideas", include_in_schema=False)


@router.get("")
def ideas_page(request: Request, identity: Asking, told: str = "") -> Response:
    """All of them, new ones first, and the link to give to colleagues."""
    team = team_of(request, identity)
    if not team:
        return web_of(request).pages.render(request, "no_team.html")
    require(identity, team)
    model, web = desk_of(request).model, web_of(request)
    config = model.config(team)
    names = {person.id: person.name for person in config.people} if config else {}
    return web.pages.render(
        request,
        "ideas.html",
        team=team,
        facts=web.nav(identity, team, web.clock()),
        ideas=model.ideas.of(team),
        names=names,
        link=_link(request, team, config.idea_link) if config and config.idea_link else "",
        may_act=identity.may(team, "agent", "commands"),
        since=format_vector(model.hub.heads()),
        told=told if told.startswith(("told.", "rejected.")) else "",
    )


@router.post("/{idea}")
async def settle_idea(
    request: Request,
    identity: Asking,
    idea: str,
    state: Annotated[Literal["taken", "declined"], Form()],
    note: Annotated[str, Form(max_length=500)] = "",
    team: Annotated[str, Form(max_length=63)] = "",
) -> Response:
    """What the team does with it."""
    return RedirectResponse(
        f"/ideas?team={team}&told={await _settled(request, identity, team, idea, state, note)}", 303
    )


async def _settled(request: Request, identity: Identity, team: str, idea: str, state: str, note: str) -> str:
    body = {"type": "SettleIdea", "team": team, "idea": idea, "state": state, "note": note.strip()}
    desk = desk_of(request)
    command = read_command(body, identity, None, web_of(request).clock(), desk.model.roster(team))
    answer = await desk.commands.ask(command)
    if answer is None:
        return "told.pending"
    return f"rejected.{answer.rejection[0]}" if answer.rejection else "told.idea"


def _link(request: Request, team: str, number: int) -> str:
    return f"{public_address(request)}/tip/{desk_of(request).links.ideas(team, number)}"
