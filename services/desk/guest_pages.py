"""The pages of who has a private link and no account: answer a question, send an idea. No session, nothing else is shown.

The link is the key, so that a form needs no other token; a form of another site is refused, guesses are slowed down.
"""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, TypeVar
from uuid import NAMESPACE_URL, uuid5

from fastapi import APIRouter, Form, Request, Response
from pydantic import ValidationError

from services.contracts.cases import Case
from services.contracts.commands import AnswerQuestion, SubmitIdea
from services.contracts.questions import Question
from services.contracts.teams import TeamConfig
from services.desk.context import desk_of
from services.desk.throttle import Throttle
from services.desk.wording import wording
from services.runtime.web.auth import own_form
from services.runtime.web.formats import DEFAULT_ZONE, Formats
from services.runtime.web.layout import web_of
from services.runtime.web.problems import Problem

T = TypeVar("T")
router = APIRouter(include_in_schema=False)

Name = Annotated[str, Form(max_length=100)]
Text = Annotated[str, Form(max_length=4_000)]
HEADERS: Mapping[str, str] = {"X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}
_ANSWERS = uuid5(NAMESPACE_URL, "urn:webcare:guest")


@router.get("/q/{token}")
def question_page(request: Request, token: str) -> Response:
    """The question, and what its asker chose to quote; 410 once it is answered or over."""
    found = _question(request, token)
    return _show_question(request, *found) if found else _over(request, "question")


@router.post("/q/{token}")
async def answer_question(request: Request, token: str, name: Name = "", text: Text = "") -> Response:
    """The answer. The same words sent twice are one answer."""
    own_form(request)
    found = _question(request, token)
    if found is None:
        return _over(request, "question")
    case, question = found
    given = {"name": _clean(name) or question.name, "text": text.strip()}
    if not given["text"]:
        return _show_question(request, case, question, wrong="question.empty", **given)
    ident = str(uuid5(_ANSWERS, "\x1f".join((question.id, *given.values()))))
    now = web_of(request).clock()
    _not_too_often(request, ("answer", question.id), now)
    who = {"id": ident, "team": case.team, "at": now, "actor": f"guest:{given['name']}"}
    try:
        command = AnswerQuestion(case=case.id, question=question.id, **who, **given)
    except ValidationError:
        return _show_question(request, case, question, wrong="question.empty", **given)
    answer = await desk_of(request).commands.ask(command)
    if answer is None:
        return _show_question(request, case, question, wrong="question.pending", **given)
    return _over(request, "question") if answer.rejection else _thanks(request, "question")


@router.get("/tip/{token}")
def idea_page(request: Request, token: str) -> Response:
    """The team's box of ideas."""
    config = _box(request, token)
    return _show_box(request, config) if config else _over(request, "question")


@router.post("/tip/{token}")
async def send_idea(request: Request, token: str, name: Name = "", text: Text = "", key: Name = "") -> Response:
    """An idea. After some from one address, each waits longer than the one before."""
    own_form(request)
    config = _box(request, token)
    if config is None:
        return _over(request, "question")
    given = {"name": _clean(name), "text": text.strip()}
    if not all(given.values()):
        return _show_box(request, config, wrong="question.empty", **given)
    now = web_of(request).clock()
    ident = str(uuid5(_ANSWERS, "\x1f".join((config.team, key, *given.values()))))
    try:
        command = SubmitIdea(id=ident, team=config.team, at=now, actor=f"guest:{given['name']}", **given)
    except ValidationError:
        return _show_box(request, config, wrong="question.empty", **given)
    _not_too_often(request, ("tip",), now)
    answer = await desk_of(request).commands.ask(command)
    if answer is None or answer.rejection:
        return _show_box(request, config, wrong="question.pending", **given)
    return _thanks(request, "idea", again=request.url.path)


def _question(request: Request, token: str) -> tuple[Case, Question] | None:
    """The question that a link leads to, while it can be answered; `None` for one that is answered or over.

    Raises:
        Problem: 404 for a link that we did not make; 429 after some of those from one address.
    """
    desk, now = desk_of(request), web_of(request).clock()
    link = _read(request, desk.links.read_question(token))
    case = desk.model.case(link.case)
    question = next((one for one in case.questions if one.id == link.question), None) if case else None
    if case is None or question is None or question.state != "asked" or link.expires_at <= now:
        return None
    return case, question


def _box(request: Request, token: str) -> TeamConfig | None:
    """The team whose box a link leads to; `None` when that is closed, or has another address by now."""
    desk = desk_of(request)
    team, number = _read(request, desk.links.read_ideas(token))
    config = desk.model.config(team)
    return config if config and number and config.idea_link == number else None


def _read(request: Request, link: T | None) -> T:
    """What a link says; a guess is counted, and after some of them the next ones wait."""
    throttle, now, key = desk_of(request).tips, web_of(request).clock(), ("link", _address(request))
    _wait(throttle, key, now)
    if link is None:
        throttle.failed(key, now)
        raise Problem(404, "unknown_link", "There is no such page.")
    return link


def _not_too_often(request: Request, what: tuple[str, ...], now: datetime) -> None:
    """After some from one address, each waits longer than the one before."""
    throttle, key = desk_of(request).tips, (*what, _address(request))
    _wait(throttle, key, now)
    throttle.failed(key, now)


def _wait(throttle: Throttle, key: tuple[str, ...], now: datetime) -> None:
    wait = throttle.wait(key, now)
    if wait:
        seconds = math.ceil(wait.total_seconds())
        raise Problem(429, "throttled", f"Wait {seconds} seconds.", {"Retry-After": str(seconds)})


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _clean(name: str) -> str:
    """A name as it may be: without what separates, and on one line."""
    return " ".join(name.replace(":", " ").split())


def _show_question(
    request: Request, case: Case, question: Question, *, wrong: str = "", name: str = "", text: str = ""
) -> Response:
    config = desk_of(request).model.config(case.team)
    words = wording(web_of(request).pages.translator(request), "", config)
    values: dict[str, Any] = {"question": question, "asker": words.person(question.asker), "zone": _zone(config)}
    values |= {"team_name": config.name if config else case.team, "given": {"name": name, "text": text}}
    return _render(request, "guest_question.html", 422 if wrong else 200, wrong=wrong, **values)


def _show_box(request: Request, config: TeamConfig, *, wrong: str = "", name: str = "", text: str = "") -> Response:
    values: dict[str, Any] = {"team_name": config.name, "zone": _zone(config), "given": {"name": name, "text": text}}
    return _render(request, "guest_idea.html", 422 if wrong else 200, wrong=wrong, **values)


def _thanks(request: Request, what: str, again: str = "") -> Response:
    return _render(request, "guest_done.html", what=f"{what}.thanks", again=again, zone=DEFAULT_ZONE)


def _over(request: Request, what: str) -> Response:
    return _render(request, "guest_done.html", 410, what=f"{what}.over", again="", zone=DEFAULT_ZONE)


def _render(request: Request, template: str, status: int = 200, *, zone: str, **values: Any) -> Response:
    pages = web_of(request).pages
    formats = Formats(pages.translator(request).language, zone)
    return pages.render(request, template, status, headers=HEADERS, f=formats, **values)


def _zone(config: TeamConfig | None) -> str:
    return config.time_zone if config else DEFAULT_ZONE
