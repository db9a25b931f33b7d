"""What the desk's routes have at hand, on `app.state.desk`."""

from dataclasses import dataclass

from fastapi import FastAPI, Request

from services.contracts.cases import Case
from services.desk.accounts import Accounts
from services.desk.accounts.last_line import LastLine
from services.desk.accounts.oidc import Provider
from services.desk.commands import CommandDesk
from services.desk.drafts import Drafts
from services.desk.rates import Rate
from services.desk.readmodel import ReadModel
from services.desk.rota.calendars import Calendars
from services.desk.rota.planning import Planning
from services.desk.settings import DeskSettings
from services.desk.throttle import LoginGuard, Throttle
from services.runtime.web.identity import Identity
from services.runtime.web.problems import Problem


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts of one desk."""

    settings: DeskSettings
    model: ReadModel
    commands: CommandDesk
    accounts: Accounts
    guard: LoginGuard
    codes: Throttle
    last_line: LastLine
    provider: Provider | None
    calendars: Calendars
    planning: Planning
    drafts: Drafts
    writing: Rate
    """How often one person's drafts are saved and checked."""


def desk_of(request: Request) -> Desk:
    """The desk of a request's app."""
    app: FastAPI = request.app
    desk: Desk = app.state.desk
    return desk


def visible_case(request: Request, identity: Identity, case: str) -> Case:
    """A case of a team that they may see; any other does not exist for them.

    Raises:
        Problem: 404.
    """
    found = desk_of(request).model.case(case)
    if found is None or not identity.may(found.team, "viewer", "read"):
        raise Problem(404, "unknown_case", "There is no such case here.")
    return found
