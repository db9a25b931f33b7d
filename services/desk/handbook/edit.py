"""Writing a guideline, for leads: the form, a preview of it, and publishing. What was typed is never lost by a refusal."""

from typing import Any, get_args

from fastapi import APIRouter, Request, Response

from services.contracts.handbook import GuidelineVersion, Suggestion
from services.contracts.mentions import MentionKind
from services.desk.domain.handbook import slug_for, word_diff
from services.desk.handbook.context import HandbookView, back, for_lead, latest, send, show
from services.desk.handbook.forms import MOST_BODY, Draft, draft_of, typed
from services.desk.wording import wording
from services.runtime.web.auth import Asking
from services.runtime.web.layout import web_of

router = APIRouter(prefix="/handbook", include_in_schema=False)


@router.get("/edit/new")
def new(request: Request, identity: Asking, suggestion: str = "") -> Response:
    """An empty form; with the suggestion that it follows, where there is one."""
    view = for_lead(request, identity)
    found = _suggestion(view, suggestion)
    draft = Draft(language=view.config.language, suggestion=found.id if found else "")
    return _form(request, view, draft)


@router.get("/{guideline}/edit")
def edit(request: Request, identity: Asking, guideline: str, suggestion: str = "") -> Response:
    """The form of a guideline as it is now."""
    view = for_lead(request, identity)
    return _form(request, view, draft_of(latest(view, guideline), _suggestion(view, suggestion)))


@router.post("/save")
async def save(request: Request, identity: Asking) -> Response:
    """Show what it will look like, or publish it."""
    view = for_lead(request, identity)
    form = await request.form(max_fields=300)
    given: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            given.setdefault(name, []).append(value)
    draft = typed(given)
    if given.get("do") != ["publish"]:
        return _form(request, view, draft, preview=True)
    if wrong := _wrong(draft):
        return _form(request, view, draft, told=wrong, preview=True)
    ident = draft.id or slug_for(draft.title, view.book.versions.keys())
    command = {
        "type": "PublishGuideline",
        "guideline": ident,
        "based_on": draft.based_on,
        "text": draft.text(),
        "reason": draft.reason.strip(),
        "suggestion": draft.suggestion or None,
    }
    told = await send(request, view, "published", given.get("key", [""])[0], command)
    if not told.startswith("handbook.told."):
        return _form(request, view, draft, told=told, preview=True)
    return back(view, f"/handbook/{ident}", told)


def _wrong(draft: Draft) -> str:
    """The text that says what is missing; empty when nothing is."""
    if not draft.title.strip() or not draft.body.strip():
        return "handbook.wrong.empty"
    if len(draft.text()["body"]) > MOST_BODY:
        return "handbook.wrong.long"
    return "handbook.wrong.reason" if draft.based_on and not draft.reason.strip() else ""


def _form(request: Request, view: HandbookView, draft: Draft, told: str = "", preview: bool = False) -> Response:
    versions = view.book.versions.get(draft.id, ())
    now: GuidelineVersion | None = versions[-1] if versions else None
    values: dict[str, Any] = {
        "draft": draft,
        "now_is": now,
        "moved": now is not None and now.version != draft.based_on,
        "preview": preview,
        "changes": word_diff(now.body, draft.text()["body"]) if preview and now else (),
        "suggested": _suggestion(view, draft.suggestion),
        "topics": _topics(request, view, draft),
        "channels": get_args(MentionKind),
        "languages": sorted({view.config.language, draft.language, *_spoken(view)} - {""}),
        "most": MOST_BODY,
    }
    return show(request, view, "handbook_edit.html", told, **values)


def _topics(request: Request, view: HandbookView, draft: Draft) -> list[str]:
    """The topics to choose from: those that the team knows, and what the draft has."""
    known = wording(web_of(request).pages.translator(request), view.identity.name, view.config).known_topics()
    return list(dict.fromkeys((*known, *draft.topics)))


def _spoken(view: HandbookView) -> set[str]:
    return {language for person in view.config.people for language in person.languages}


def _suggestion(view: HandbookView, name: str) -> Suggestion | None:
    return next((one for one in view.book.waiting() if one.id == name), None)
