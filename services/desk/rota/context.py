"""What every route of the rota has at hand: the team, its rota, who asks and whether they decide."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import Request, Response

from services.contracts.teams import TeamConfig
from services.desk.context import desk_of
from services.desk.domain.rota import TeamRota
from services.desk.domain.rota_decide import waiting_leave
from services.desk.domain.rota_mine import waits_for_me
from services.desk.live import format_vector
from services.desk.rota.words import RotaWords
from services.rota.sickness import lapsing
from services.runtime.web.auth import require
from services.runtime.web.formats import Formats
from services.runtime.web.identity import Identity
from services.runtime.web.layout import TEAM_COOKIE, team_of, web_of
from services.runtime.web.problems import Problem


@dataclass(frozen=True, slots=True)
class RotaView:
    """One reader's view of one team's rota."""

    team: TeamRota
    identity: Identity
    now: datetime
    lead: bool
    """Whether they decide on the rota."""
    acts: bool
    """Whether they may ask anything."""

    @property
    def me(self) -> str:
        """Who asks, as the rota names them."""
        return self.identity.name

    @property
    def name(self) -> str:
        """The team's id."""
        return self.team.config.team

    @property
    def member(self) -> bool:
        """Whether they are in the roster."""
        return self.me in self.team.people


def decides(identity: Identity, config: TeamConfig) -> bool:
    """Whether somebody decides on a team's rota: a lead of the roster, or a lead who is not in it. Route says the same."""
    if not identity.may(config.team, "agent", "commands"):
        return False
    person = next((one for one in config.people if one.id == identity.name), None)
    return person.lead if person else identity.may(config.team, "lead", "commands")


def changes_rules(identity: Identity, config: TeamConfig) -> bool:
    """Whether somebody changes a team's ground rules and mandates on their pages: by their role in the team, or as a lead of
    its roster. An account that is marked as agency staff leads nobody there, whatever the roster says."""
    by_roster = identity.session and not identity.agency and decides(identity, config)
    return by_roster or identity.may(config.team, "lead", "commands")


def rota_view(request: Request, identity: Identity) -> RotaView | None:
    """The team that the address names or that was chosen last; `None` when there is none, or it has agreed nothing.

    Raises:
        Problem: 403, the address names a team that they are not in.
    """
    name = request.query_params.get("team") or team_of(request, identity)
    if not name:
        return None
    require(identity, name)
    config = desk_of(request).model.config(name)
    if config is None:
        return None
    acts = identity.may(name, "agent", "commands")
    return RotaView(TeamRota(config), identity, web_of(request).clock(), decides(identity, config), acts)


def for_action(request: Request, identity: Identity) -> RotaView:
    """The view for a form.

    Raises:
        Problem: 404 without a team; 403 for who may not ask anything of it.
    """
    view = rota_view(request, identity)
    if view is None:
        raise Problem(404, "unknown_team", "This team has not been configured.")
    require(identity, view.name, "agent", "commands")
    return view


def for_lead(request: Request, identity: Identity) -> RotaView | None:
    """The view for a page that only leads have.

    Raises:
        Problem: 403.
    """
    view = rota_view(request, identity)
    if view is not None and not view.lead:
        raise Problem(403, "forbidden", "Only a lead of the team sees this.")
    return view


def words(request: Request, view: RotaView) -> RotaWords:
    """The words for this reader."""
    t = web_of(request).pages.translator(request)
    return RotaWords(t, Formats(t.language, view.team.config.time_zone), view.team.config, view.me)


def show(request: Request, view: RotaView, template: str, told: str = "", **values: Any) -> Response:
    """A page of the rota: what all of them know, and `values`."""
    web = web_of(request)
    lapse = lapsing(view.team.config.leave, view.now)
    known: dict[str, Any] = {
        "team": view.name,
        "facts": web.nav(view.identity, view.name, view.now),
        "v": view,
        "w": words(request, view),
        "since": format_vector(desk_of(request).model.hub.heads()),
        "told": told if told.startswith(("rota.", "rejected.")) or told == "told.pending" else "",
        "bad": not told.startswith("rota.told."),
        "deciding": len(waiting_leave(view.team.config, view.now)) if view.lead else 0,
        "lapsing": tuple(one for one in lapse if view.lead or one.person == view.me),
        "lapsing_of_others": sum(one.person != view.me for one in lapse),
        "asked_of_me": waits_for_me(view.team.config, view.me, view.now),
    }
    response = web.pages.render(request, template, **(known | values))
    if request.cookies.get(TEAM_COOKIE) != view.name:
        response.set_cookie(TEAM_COOKIE, view.name, samesite="lax", secure=web.secure_cookies)
    return response


def nothing(request: Request) -> Response:
    """The page of who has no team, or whose team has agreed nothing yet."""
    return web_of(request).pages.render(request, "rota_none.html")
