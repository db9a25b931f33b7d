"""What people do with the handbook: agree, suggest; leads retire, decide, and begin with the starter handbook."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response

from services.contracts.handbook import GuidelineText
from services.desk.domain.handbook import starter_languages
from services.desk.handbook.context import HandbookView, back, for_lead, handbook_view, latest, send
from services.desk.handbook.starter import starter
from services.runtime.web.auth import Asking

router = APIRouter(prefix="/handbook", include_in_schema=False)

Key = Annotated[str, Form(max_length=64)]
Text = Annotated[str, Form(max_length=5_000)]
Line = Annotated[str, Form(max_length=500)]
_DONE = "handbook.told."


@router.post("/agree")
async def agree(
    request: Request, identity: Asking, guideline: Annotated[list[str], Form(max_length=200)], key: Key = ""
) -> Response:
    """They have read these versions, `<id>:<version>`, and agree; back to the one, or to the contents."""
    view, told = handbook_view(request, identity), f"{_DONE}agreed"
    for number, one in enumerate(guideline):
        name, _, version = one.partition(":")
        command = {"type": "AgreeGuideline", "guideline": name, "guideline_version": version}
        told = await send(request, view, "agreed", f"{key}{number}" if key else "", command)
        if not told.startswith(_DONE):
            break
    path = f"/handbook/{latest(view, guideline[0].partition(':')[0]).id}" if len(guideline) == 1 else "/handbook"
    return back(view, path, told)


@router.post("/suggest")
async def suggest(request: Request, identity: Asking, text: Text = "", guideline: Line = "", key: Key = "") -> Response:
    """What they would have otherwise."""
    view = handbook_view(request, identity)
    path = f"/handbook/{latest(view, guideline).id}" if guideline else "/handbook"
    if not text.strip():
        return back(view, path, "told.empty")
    command = {"type": "SuggestGuideline", "guideline": guideline or None, "text": text.strip()}
    return back(view, path, await send(request, view, "suggested", key, command))


@router.post("/suggestions/{suggestion}/decide")
async def decide(
    request: Request, identity: Asking, suggestion: str, accept: Line = "", note: Line = "", key: Key = ""
) -> Response:
    """A lead accepts or declines a suggestion, without changing a text."""
    view = for_lead(request, identity)
    command = {"type": "DecideSuggestion", "suggestion": suggestion, "accept": accept == "yes", "note": note.strip()}
    return back(view, "/handbook/suggestions", await send(request, view, "decided", key, command))


@router.post("/{guideline}/retire")
async def retire(request: Request, identity: Asking, guideline: str, reason: Line = "", key: Key = "") -> Response:
    """A guideline holds no longer."""
    view = for_lead(request, identity)
    path = f"/handbook/{latest(view, guideline).id}"
    if not reason.strip():
        return back(view, path, "handbook.wrong.reason")
    command = {"type": "RetireGuideline", "guideline": guideline, "reason": reason.strip()}
    return back(view, path, await send(request, view, "retired", key, command))


@router.post("/starter")
async def begin(request: Request, identity: Asking, key: Key = "") -> Response:
    """Publish the starter handbook in the languages of the team; what is there already stays as it is."""
    view = for_lead(request, identity)
    return back(view, "/handbook", await publish_starter(request, view, key))


async def publish_starter(request: Request, view: HandbookView, key: str) -> str:
    """The starter guidelines that the team does not have; the key of the sentence that says what came of it."""
    told = f"{_DONE}started"
    for ident, text in starter_for(view):
        if ident in view.book.versions:
            continue
        command: dict[str, Any] = {
            "type": "PublishGuideline",
            "guideline": ident,
            "text": text.model_dump(mode="json"),
        }
        told = await send(request, view, "started", f"{key}{ident}"[:200] if key else "", command)
        if not told.startswith(_DONE):
            break
    return told


def starter_for(view: HandbookView) -> list[tuple[str, GuidelineText]]:
    """The starter guidelines in the team's languages."""
    return [one for language in starter_languages(view.config) for one in starter(language)]
