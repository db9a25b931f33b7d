"""Builds the desk's FastAPI app from its parts. Nothing connects here."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from fastapi import FastAPI

from services.desk import (
    actions,
    api,
    approval_actions,
    canned_pages,
    composing,
    deeds,
    filter_pages,
    form_keeping,
    guest_pages,
    idea_pages,
    pages,
    question_actions,
)
from services.desk.accounts.last_line import LastLine
from services.desk.accounts.oidc import Provider
from services.desk.accounts.store import Accounts
from services.desk.accounts.web import invitation, log_page, login, mine, people, people_actions, second, single
from services.desk.casework import actions as casework_actions
from services.desk.casework import mentioned, presence_web
from services.desk.casework.marks import Marks
from services.desk.casework.presence import Presence
from services.desk.casework.presence_web import BEATS_A_MINUTE, WINDOW
from services.desk.commands import CommandDesk
from services.desk.context import Desk, NobodyCount
from services.desk.domain.filters import FIELDS, NO_FILTER
from services.desk.domain.rota_plan import Plans
from services.desk.domain.snoozing import UNTIL
from services.desk.drafts import Drafts
from services.desk.form_drafts import FormDrafts
from services.desk.handbook import actions as handbook_actions
from services.desk.handbook import agreements as handbook_agreements
from services.desk.handbook import api as handbook_api
from services.desk.handbook import edit as handbook_edit
from services.desk.handbook import pages as handbook_pages
from services.desk.handbook import rules as handbook_rules
from services.desk.handbook.markdown import render as markdown
from services.desk.keys import GROUPS, KEYS, shown
from services.desk.links import Links
from services.desk.navigation import Navigation
from services.desk.rates import Rate
from services.desk.readmodel import ReadModel
from services.desk.rota import api as rota_api
from services.desk.rota import lead_actions, lead_pages, my_actions, my_pages, plan_pages, shift_pages, team_pages
from services.desk.rota.calendars import Calendars
from services.desk.rota.plan_store import PlanStore
from services.desk.rota.planning import Planning
from services.desk.rows import RowCache
from services.desk.saved import SavedFilters
from services.desk.settings import DeskSettings
from services.desk.start import actions as start_actions
from services.desk.start import api as start_api
from services.desk.start import pages as start_pages
from services.desk.throttle import LoginGuard, Throttle
from services.runtime.clock import Clock, system_clock
from services.runtime.producer import Sender
from services.runtime.web.install import add_routes, install_preferences, install_web

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
    nobody: NobodyCount | None = None,
) -> FastAPI:
    """The desk over a read model that somebody feeds, a sender of commands, and open accounts.

    `plans` proposes rotas, `nobody` counts mentions that are no cases.

    Raises:
        AssetsMissingError: htmx is not installed.
    """
    app = FastAPI(title="webcare desk", version="1", openapi_url="/openapi.json", docs_url=None, redoc_url=None)
    marks = Marks(accounts)
    web = install_web(
        app,
        packages=[PACKAGE, PACKAGE / "accounts"],
        sessions=accounts,
        signing_key=signing_key,
        clock=clock,
        nav=Navigation(model, marks, counts_nobody=nobody is not None),
        secure_cookies=settings.https,
        node_modules=settings.desk_node_modules,
    )
    known = web.pages.environment.globals
    known["markdown"] = markdown
    known["key"] = lambda: uuid4().hex
    known["KEYS"], known["GROUPS"], known["caps"] = KEYS, GROUPS, shown
    known["FIELDS"], known["UNTIL"], known["no_filter"] = FIELDS, UNTIL, NO_FILTER
    known["minute"], known["second"] = timedelta(minutes=1), timedelta(seconds=1)
    commands = CommandDesk(sender, model, settings.desk_answer_seconds)
    calendars = Calendars(accounts, signing_key)
    planning = Planning(plans, PlanStore(accounts))
    planning.resume()
    drafts = Drafts(accounts, timedelta(days=settings.retention_days))
    writing = Rate(WRITES_A_MINUTE, timedelta(minutes=1))
    provider = Provider(settings) if settings.oidc_issuer else None
    presence = Presence(lambda one: model.hub.nudge(one.team, one))
    beats = Rate(BEATS_A_MINUTE, WINDOW)
    app.state.desk = Desk(
        settings=settings,
        model=model,
        commands=commands,
        accounts=accounts,
        guard=LoginGuard(),
        codes=Throttle(),
        last_line=LastLine(accounts.database.number),
        provider=provider,
        calendars=calendars,
        planning=planning,
        drafts=drafts,
        form_drafts=FormDrafts(accounts, drafts),
        writing=writing,
        links=Links(signing_key),
        tips=Throttle(),
        saved=SavedFilters(accounts),
        rows=RowCache(),
        nobody=nobody,
        marks=marks,
        presence=presence,
        beats=beats,
    )
    install_preferences(app)
    rota = (rota_api, my_pages, my_actions, team_pages, lead_pages, lead_actions, shift_pages, plan_pages)
    handbook = (
        handbook_api,
        handbook_agreements,
        handbook_rules,
        handbook_pages,
        handbook_edit,
        handbook_actions,
    )
    start = (start_api, start_pages, start_actions)
    people_pages = (login, second, single, invitation, mine, people, people_actions, log_page)
    inbox_pages = (pages, actions, composing, form_keeping, canned_pages, deeds, filter_pages)
    casework = (casework_actions, presence_web, mentioned)
    eyes = (approval_actions, question_actions, guest_pages, idea_pages)
    parts = (*people_pages, api, *inbox_pages, *casework, *eyes, *rota, *handbook, *start)
    add_routes(app, (part.router for part in parts))
    return app
