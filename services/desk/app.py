"""Builds the desk's FastAPI app from its parts. Nothing connects here."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from fastapi import FastAPI

from services.desk import actions, api, canned_pages, composing, login, pages
from services.desk.accounts import Accounts
from services.desk.commands import CommandDesk
from services.desk.context import Desk
from services.desk.domain.rota_plan import Plans
from services.desk.drafts import Drafts
from services.desk.navigation import Navigation
from services.desk.rates import Rate
from services.desk.readmodel import ReadModel
from services.desk.rota import api as rota_api
from services.desk.rota import lead_actions, lead_pages, my_actions, my_pages, plan_pages, shift_pages, team_pages
from services.desk.rota.calendars import Calendars
from services.desk.rota.plan_store import PlanStore
from services.desk.rota.planning import Planning
from services.desk.settings import DeskSettings
from services.desk.throttle import Throttle
from services.runtime.clock import Clock, system_clock
from services.runtime.producer import Sender
from services.runtime.web.install import install_preferences, install_web

PACKAGE = Path(__file__).resolve().parent
WRITES_A_MINUTE = 240
"""Saves and checks of one person: more than typing makes, in several tabs."""


def build_app(
    settings: DeskSettings,
    *,
    model: ReadModel,
    sender: Sender,
    accounts: Accounts,
    signing_key: str,
    clock: Clock = system_clock,
    plans: Plans | None = None,
) -> FastAPI:
    """The desk over a read model that somebody feeds, a sender of commands, and open accounts; `plans` proposes rotas.

    Raises:
        AssetsMissingError: htmx is not installed.
    """
    app = FastAPI(title="webcare desk", version="1", openapi_url="/openapi.json", docs_url=None, redoc_url=None)
    web = install_web(
        app,
        packages=[PACKAGE],
        sessions=accounts,
        signing_key=signing_key,
        clock=clock,
        nav=Navigation(model),
        secure_cookies=settings.https,
        node_modules=settings.desk_node_modules,
    )
    known = web.pages.environment.globals
    known["key"] = lambda: uuid4().hex
    known["minute"], known["second"] = timedelta(minutes=1), timedelta(seconds=1)
    commands = CommandDesk(sender, model, settings.desk_answer_seconds)
    calendars = Calendars(accounts, signing_key)
    planning = Planning(plans, PlanStore(accounts))
    planning.resume()
    drafts = Drafts(accounts, timedelta(days=settings.retention_days))
    writing = Rate(WRITES_A_MINUTE, timedelta(minutes=1))
    app.state.desk = Desk(settings, model, commands, accounts, Throttle(), calendars, planning, drafts, writing)
    install_preferences(app)
    rota = (rota_api, my_pages, my_actions, team_pages, lead_pages, lead_actions, shift_pages, plan_pages)
    for part in (login, api, pages, actions, composing, canned_pages, *rota):
        app.include_router(part.router)
    return app
