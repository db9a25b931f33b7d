"""What the guide's forms do: each saves its step by the commands that everybody uses, and goes on to the next."""

import secrets
from datetime import timedelta
from typing import Annotated, Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request, Response
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from services.contracts.teams import TeamConfig
from services.desk.accounts.people import Account
from services.desk.context import desk_of
from services.desk.domain.handbook import slug_for
from services.desk.domain.start import TEST_SOURCE, Turn, first_config, newcomer, spans_of, with_hours, with_person
from services.desk.handbook.actions import publish_starter
from services.desk.handbook.context import handbook_view
from services.desk.rota.context import decides
from services.desk.start.context import DONE, StartView, ask, configure, saved, start_view, to
from services.desk.start.ingest import NotTakenError, give
from services.desk.start.pages import show_people, show_source
from services.runtime.web.auth import Asking
from services.runtime.web.identity import Identity, Role, issue_token
from services.runtime.web.layout import web_of

router = APIRouter(prefix="/start", include_in_schema=False)

Key = Annotated[str, Form(max_length=64)]
Line = Annotated[str, Form(max_length=200)]
Several = Annotated[list[str] | None, Form(max_length=20)]
TOKEN_LASTS, TEST_LASTS, ON_FOR = timedelta(days=365), timedelta(minutes=5), timedelta(hours=1)
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@router.post("/why")
async def why(request: Request, identity: Asking, goal: Several = None, success: Line = "", key: Key = "") -> Response:
    """The goals. A team that was never configured begins here."""
    view = start_view(request, identity)
    if not goal:
        return to(view, "why", "start.wrong.goals")
    if view.facts.config is None:
        language = web_of(request).pages.translator(request).language
        if wrong := await configure(request, view, f"{key}team" if key else "", first_config(view.team, language)):
            return to(view, "why", wrong)
    goals = {"goals": goal, "success": success.strip()}
    return saved(view, "why", await ask(request, view, key, {"type": "SetGoals", "goals": goals}))


@router.post("/team")
async def team(
    request: Request, identity: Asking, name: Line = "", language: Line = "nl", time_zone: Line = "", key: Key = ""
) -> Response:
    """Name, language, time zone."""
    view = start_view(request, identity)
    if not name.strip():
        return to(view, "team", "start.wrong.name")
    given = {"name": name.strip(), "language": language, "time_zone": time_zone.strip()}
    return saved(view, "team", await _agree(request, view, key, given))


@router.post("/people")
async def people(
    request: Request,
    identity: Asking,
    name: Line = "",
    login: Line = "",
    language: Several = None,
    lead: Line = "",
    key: Key = "",
) -> Response:
    """Somebody more in the roster, with a way to log in; or, with one's own name as `login`, oneself."""
    view = start_view(request, identity)
    taken = {one.id for one in view.config.people}
    ident = login.strip().lower() or slug_for(name, {*taken, *await _names(request)})
    if not name.strip() or ident in taken:
        return to(view, "people", "start.wrong.person" if ident in taken else "start.wrong.name")
    try:
        config = with_person(view.config, newcomer(ident, name.strip(), language or ("nl",), lead=bool(lead)))
    except ValidationError:
        return to(view, "people", "start.wrong.login")
    if wrong := await configure(request, view, key, config):
        return to(view, "people", wrong)
    if ident == identity.name:
        return to(view, "people", f"{DONE}added")
    return await _with_login(request, identity, ident)


@router.post("/people/{person}/login")
async def login(request: Request, identity: Asking, person: str) -> Response:
    """A way to log in, for somebody of the roster who has none."""
    view = start_view(request, identity)
    if person not in {one.id for one in view.config.people}:
        return to(view, "people", "rejected.unknown_person")
    return await _with_login(request, identity, person)


async def _with_login(request: Request, identity: Identity, ident: str) -> Response:
    """The page of the people, with the first password where an account was made; who has one elsewhere keeps theirs."""
    view = start_view(request, identity)
    accounts = desk_of(request).accounts
    person = next(one for one in view.config.people if one.id == ident)
    known = {one.name: one for one in await run_in_threadpool(accounts.list)}.get(ident)
    role: Role = "lead" if person.lead else "agent"
    if known and known.disabled:
        return to(view, "people", "start.wrong.disabled")
    if known and view.team in known.teams:
        return to(view, "people", f"{DONE}added")
    if known:
        more = Account(known.name, known.display_name, {**known.teams, view.team: role}, known.language, known.disabled)
        await run_in_threadpool(accounts.save, more, None)
        return to(view, "people", f"{DONE}joined")
    password = "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))
    await run_in_threadpool(accounts.save, Account(ident, person.name, {view.team: role}), password)
    return await show_people(request, view, f"{DONE}added", name=person.name, login=ident, password=password)


async def _names(request: Request) -> set[str]:
    return {one.name for one in await run_in_threadpool(desk_of(request).accounts.list)}


@router.post("/hours")
async def hours(request: Request, identity: Asking) -> Response:
    """Opening hours, and the rota that follows from them."""
    view = start_view(request, identity)
    form = await request.form(max_fields=40)
    given = {name: value for name, value in form.items() if isinstance(value, str)}
    turn: Turn = "week" if given.get("turn") == "week" else "together"
    today = view.now.astimezone(ZoneInfo(view.config.time_zone)).date()
    try:
        config = with_hours(view.config, spans_of(given), turn, today)
    except ValueError:
        return to(view, "hours", "start.wrong.hours")
    return saved(view, "hours", await configure(request, view, given.get("key", "")[:64], config))


@router.post("/handbook")
async def handbook(request: Request, identity: Asking, key: Key = "") -> Response:
    """The starter handbook."""
    view = start_view(request, identity)
    if view.facts.config is None:
        return to(view, "team", "start.wrong.first")
    if not decides(identity, view.facts.config):
        return to(view, "handbook", "rejected.not_allowed")
    told = await publish_starter(request, handbook_view(request, identity), key)
    return saved(view, "handbook", "" if told == "handbook.told.started" else told)


@router.post("/source/token")
async def token(request: Request, identity: Asking) -> Response:
    """A token that may hand in mentions for this team, and nothing else; shown once."""
    view = start_view(request, identity)
    made = _token(request, view, "source", TOKEN_LASTS)
    return show_source(request, view, f"{DONE}token", token=made)


@router.post("/test")
async def trial(request: Request, identity: Asking) -> Response:
    """A mention of our own, in by the door that all of them take."""
    view = start_view(request, identity)
    if view.facts.config is None:
        return to(view, "team", "start.wrong.first")
    t = web_of(request).pages.translator(request)
    ident = uuid4().hex
    mention: dict[str, Any] = {
        "team": view.team,
        "source": TEST_SOURCE,
        "source_id": ident,
        "author": {"id": ident, "name": t("start.test_author")},
        "text": t(f"start.test_text_{view.config.language if view.config.language in ('nl', 'en') else 'en'}"),
        "created_at": view.now.isoformat(),
    }
    try:
        url = desk_of(request).settings.desk_ingest_url
        found = await give(url, _token(request, view, "test", TEST_LASTS), mention)
    except NotTakenError as error:
        return to(view, "test", "start.wrong.ingest", reason=str(error)[:300])
    return to(view, "test", mention=found, at=view.now.isoformat())


@router.post("/test/on")
async def on_now(request: Request, identity: Asking, key: Key = "") -> Response:
    """The admin on duty for an hour, so that somebody is there for the test mention."""
    view = start_view(request, identity)
    stretch = {"start": view.now.isoformat(), "end": (view.now + ON_FOR).isoformat()}
    command = {"type": "AddOverride", "people": [identity.name], **stretch}
    wrong = await ask(request, view, key, command)
    return to(view, "test", wrong or f"{DONE}on")


async def _agree(request: Request, view: StartView, key: str, changes: dict[str, Any]) -> str:
    try:
        config = TeamConfig(**dict(view.config) | changes)
    except ValidationError:
        return "start.wrong.form"
    return await configure(request, view, key, config)


def _token(request: Request, view: StartView, purpose: str, lasts: timedelta) -> str:
    web = web_of(request)
    name = f"{view.team}-{purpose}"
    return issue_token(web.signing_key, name, {view.team: "viewer"}, frozenset({"mentions:write"}), view.now, lasts)
