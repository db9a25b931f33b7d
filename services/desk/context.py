"""What the desk's routes have at hand, on `app.state.desk`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from fastapi import FastAPI, Request

from services.contracts.cases import Case
from services.contracts.questions import Question
from services.desk.accounts.last_line import LastLine
from services.desk.accounts.oidc import Provider
from services.desk.accounts.store import Accounts
from services.desk.casework.marks import Marks
from services.desk.casework.presence import Presence
from services.desk.commands import CommandDesk
from services.desk.drafts import Drafts
from services.desk.form_drafts import FormDrafts
from services.desk.links import Links
from services.desk.rates import Rate
from services.desk.readmodel import ReadModel
from services.desk.rota.calendars import Calendars
from services.desk.rota.planning import Planning
from services.desk.rows import RowCache
from services.desk.saved import SavedFilters
from services.desk.settings import DeskSettings
from services.desk.throttle import LoginGuard, Throttle
from services.runtime.web.identity import Identity
from services.runtime.web.problems import Problem

NobodyCount = Callable[[str, datetime], int | None]
"""How many mentions of a team since a moment need nobody; `None` when it cannot be told just now."""


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
    form_drafts: FormDrafts
    writing: Rate
    """How often one person's drafts are saved and checked."""
    marks: Marks
    presence: Presence
    beats: Rate
    """How often one person's pages say that they are looked at."""
    links: Links
    tips: Throttle
    """Slows down who guesses links, or sends many ideas."""
    saved: SavedFilters
    rows: RowCache
    nobody: NobodyCount | None = None
    """Counts what was said to a team since a moment and needs nobody; `None` where nobody keeps that."""


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


def question_link(request: Request, case: Case, question: Question) -> str:
    """The whole address of a question's link."""
    return f"{public_address(request)}/q/{desk_of(request).links.question(case.id, question)}"


def public_address(request: Request) -> str:
    """How people reach us: as the settings say, else as whoever asks has reached us."""
    return desk_of(request).settings.public_url or str(request.base_url).rstrip("/")
