"""A question to a colleague, from a case's page: asked, and ended. The answer comes by `guest_pages.py`."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from services.desk.actions import FromPage, FromView, Key, ask_about, shown
from services.desk.context import visible_case
from services.runtime.web.auth import Asking

router = APIRouter(include_in_schema=False)


@router.post("/cases/{case}/questions")
async def ask_colleague(
    request: Request,
    identity: Asking,
    case: str,
    name: Annotated[str, Form(max_length=100)] = "",
    text: Annotated[str, Form(max_length=2_000)] = "",
    quote: Annotated[str, Form(max_length=4_000)] = "",
    hours: Annotated[int, Form(ge=1, le=720)] = 72,
    key: Key = "",
    view: FromView = "mine",
    page: FromPage = 1,
) -> Response:
    """A question with what its asker chose to quote; its link is beside the conversation then."""
    found = visible_case(request, identity, case)
    given = {"name": " ".join(name.replace(":", " ").split()), "text": text.strip()}
    body = {"type": "AskColleague", "team": found.team, "case": found.id, "quote": quote.strip(), "hours": hours}
    if not all(given.values()):
        return shown(request, identity, found, (view, page), "told.empty", late=True)
    return await ask_about(request, identity, found, body | given, "ask", key, (view, page))


@router.post("/cases/{case}/questions/{question}/end")
async def end_question(
    request: Request,
    identity: Asking,
    case: str,
    question: str,
    key: Key = "",
    view: FromView = "mine",
    page: FromPage = 1,
) -> Response:
    """The link leads nowhere from now on."""
    found = visible_case(request, identity, case)
    body = {"type": "ExpireQuestion", "team": found.team, "case": found.id, "question": question}
    return await ask_about(request, identity, found, body, "expire", key, (view, page))
