"""What every route of the handbook has at hand: the team's handbook, who asks and whether they decide; sending a command."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from services.contracts.handbook import GuidelineVersion
from services.contracts.teams import Person, TeamConfig
from services.desk.commands import read_command
from services.desk.context import desk_of
from services.desk.domain.handbook import KINDS, TeamHandbook
from services.desk.rota.context import changes_rules, decides
from services.desk.wording import wording
from services.runtime.web.auth import require
from services.runtime.web.identity import Identity
from services.runtime.web.layout import TEAM_COOKIE, team_of, web_of
from services.runtime.web.problems import Problem


@dataclass(frozen=True, slots=True)
class HandbookView:
    """One reader's view of one team's handbook."""

    config: TeamConfig
    book: TeamHandbook
    identity: Identity
    now: datetime
    lead: bool
    """Whether they publish and decide."""
    acts: bool
    """Whether they may suggest."""

    @property
    def me(self) -> Person | None:
        """Who asks, when they are in the roster: they can agree."""
        return next((one for one in self.config.people if one.id == self.identity.name), None)

    @property
    def team(self) -> str:
        """The team's id."""
        return self.config.team

    def to_read(self) -> tuple[GuidelineVersion, ...]:
        """What the reader has yet to agree to."""
        return self.book.to_read(self.me) if self.me and self.acts else ()


def handbook_view(request: Request, identity: Identity) -> HandbookView:
    """The team that the address names or that was chosen last.

    Raises:
        Problem: 403, a team that they are not in; 404, one that has agreed nothing, or none at all.
    """
    name = request.query_params.get("team") or team_of(request, identity)
    if name:
        require(identity, name)
    model = desk_of(request).model
    config = model.config(name) if name else None
    if config is None:
        raise Problem(404, "unknown_team", "This team has not been configured.")
    acts = identity.may(name, "agent", "commands")
    now = web_of(request).clock()
    return HandbookView(config, model.handbooks.of(name), identity, now, decides(identity, config), acts)


def for_lead(request: Request, identity: Identity) -> HandbookView:
    """The view for what only leads do.

    Raises:
        Problem: 403.
    """
    view = handbook_view(request, identity)
    if not view.lead:
        raise Problem(403, "forbidden", "Only a lead of the team may do this.")
    return view


def for_rules(request: Request, identity: Identity) -> tuple[HandbookView, int]:
    """The view for the forms of the ground rules, and the revision of the agreements that it shows.

    Raises:
        Problem: 403; 404 as for `handbook_view`.
    """
    view = handbook_view(request, identity)
    agreed = desk_of(request).model.agreed(view.team)
    assert agreed is not None, "it has agreed something, or there is no view"
    if not changes_rules(identity, agreed.config):
        raise Problem(403, "forbidden", "Only a lead or an admin of the team may do this.")
    return replace(view, config=agreed.config), agreed.revision


def latest(view: HandbookView, guideline: str) -> GuidelineVersion:
    """The last version of a guideline.

    Raises:
        Problem: 404.
    """
    versions = view.book.versions.get(guideline)
    if not versions:
        raise Problem(404, "not_found", "There is no such guideline.")
    return versions[-1]


def show(request: Request, view: HandbookView, template: str, told: str = "", **values: Any) -> Response:
    """A page of the handbook: what all of them know, and `values`."""
    web = web_of(request)
    known: dict[str, Any] = {
        "team": view.team,
        "facts": web.nav(view.identity, view.team, view.now),
        "v": view,
        "w": wording(web.pages.translator(request), view.identity.name, view.config),
        "kinds": KINDS,
        "to_read": view.to_read(),
        "told": told if told.startswith(("handbook.", "rejected.", "told.")) else "",
        "bad": not told.startswith("handbook.told."),
        "q": "",
    }
    response = web.pages.render(request, template, **(known | values))
    if request.cookies.get(TEAM_COOKIE) != view.team:
        response.set_cookie(TEAM_COOKIE, view.team, samesite="lax", secure=web.secure_cookies)
    return response


async def send(request: Request, view: HandbookView, what: str, key: str, command: Mapping[str, Any]) -> str:
    """Send a command; the key of the sentence that says what came of it.

    Raises:
        Problem: 403, they may not; 503, Kafka is away.
    """
    roster = frozenset(one.id for one in view.config.people)
    leads, body = changes_rules(view.identity, view.config), {"team": view.team, **command}
    try:
        asked = read_command(body, view.identity, key or str(uuid4()), view.now, roster, leads=leads)
    except Problem as problem:
        if problem.status != 422:
            raise
        return "handbook.wrong.form"
    answer = await desk_of(request).commands.ask(asked)
    if answer is None:
        return "told.pending"
    if answer.rejection:
        code = answer.rejection[0]
        return "handbook.wrong.changed" if code in ("invalid", "not_found") else f"rejected.{code}"
    return f"handbook.told.{what}"


def back(view: HandbookView, path: str, told: str, more: Mapping[str, str] | None = None) -> Response:
    """To a page of the handbook, which says what came of it, and is given `more` in its address."""
    return RedirectResponse(f"{path}?{urlencode({'team': view.team, 'told': told, **(more or {})})}", 303)
