"""The page of a team's canned replies: everybody reads them, leads write, change and retire them."""

from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import uuid4

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.desk.commands import read_command
from services.desk.context import desk_of
from services.desk.domain import canned as rules
from services.desk.rota.context import RotaView, for_action, nothing, rota_view, show
from services.desk.rota.sending import Key
from services.desk.wording import wording
from services.runtime.web.auth import Asking
from services.runtime.web.i18n import LANGUAGES
from services.runtime.web.identity import Identity
from services.runtime.web.layout import web_of
from services.runtime.web.problems import Problem

router = APIRouter(prefix="/canned", include_in_schema=False)

LANGUAGE = r"^[a-z]{2}$"


@router.get("")
def canned_page(
    request: Request, identity: Asking, told: Annotated[str, Query()] = "", edit: Annotated[str, Query()] = ""
) -> Response:
    """All of them, by language and title; those that are retired below."""
    view = rota_view(request, identity)
    if view is None:
        return nothing(request)
    known = sorted(
        desk_of(request).model.canned(view.name), key=lambda one: (one.content.language, one.content.title.lower())
    )
    words = wording(web_of(request).pages.translator(request), view.me, view.team.config)
    return show(
        request,
        view,
        "canned.html",
        in_use=[one for one in known if not one.retired],
        retired=[one for one in known if one.retired],
        opened=edit,
        canned_told=told if told.startswith(("canned.told.", "rejected.", "told.pending")) else "",
        topics=sorted({*words.known_topics(), *(topic for one in known for topic in one.content.topics)}),
        words=words,
        languages=LANGUAGES,
        variables=rules.NAMES,
        unknown_variables=rules.unknown_variables,
    )


@router.post("")
@router.post("/{canned}")
async def save(
    request: Request,
    identity: Asking,
    title: Annotated[str, Form(max_length=120)],
    text: Annotated[str, Form(max_length=6_000)],
    language: Annotated[str, Form(pattern=LANGUAGE)],
    topics: Annotated[list[str] | None, Form()] = None,
    canned: str | None = None,
    key: Key = "",
) -> Response:
    """A new one, or one changed."""
    content = {"title": title, "language": language, "topics": topics or [], "text": text.replace("\r\n", "\n")}
    command = {"type": "SaveCannedReply", "canned": canned, "content": content}
    return await _send(request, identity, command, key, "saved", canned or "")


@router.post("/{canned}/retire")
async def retire(request: Request, identity: Asking, canned: str, key: Key = "") -> Response:
    """Out of use."""
    return await _send(request, identity, {"type": "RetireCannedReply", "canned": canned}, key, "retired", "")


@router.post("/{canned}/restore")
async def restore(request: Request, identity: Asking, canned: str, key: Key = "") -> Response:
    """Into use again, as it was."""
    view = _for_lead(request, identity)
    known = next((one for one in desk_of(request).model.canned(view.name) if one.id == canned), None)
    if known is None:
        return _back(view, "rejected.not_found")
    command = {"type": "SaveCannedReply", "canned": canned, "content": known.content.model_dump(mode="json")}
    return await _send(request, identity, command, key, "restored", "")


def _for_lead(request: Request, identity: Identity) -> RotaView:
    view = for_action(request, identity)
    if not view.lead:
        raise Problem(403, "forbidden", "Only a lead of the team may do this.")
    return view


async def _send(
    request: Request, identity: Identity, command: dict[str, Any], key: str, what: str, edited: str
) -> Response:
    view = _for_lead(request, identity)
    body = {"team": view.name} | command
    try:
        asked = read_command(body, identity, key or str(uuid4()), view.now, frozenset(view.team.people))
    except Problem as problem:
        if problem.status != 422:
            raise
        return _back(view, "canned.told.invalid", edited)
    answer = await desk_of(request).commands.ask(asked)
    if answer is None:
        return _back(view, "told.pending")
    return _back(view, f"rejected.{answer.rejection[0]}" if answer.rejection else f"canned.told.{what}")


def _back(view: RotaView, told: str, edit: str = "") -> Response:
    query = {"team": view.name, "told": told} | ({"edit": edit} if edit else {})
    return RedirectResponse(f"/canned?{urlencode(query)}", 303)
