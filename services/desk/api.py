"""The desk's API under `/api/v1`: commands, cases, live events. Problems are RFC 9457."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Header, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.concurrency import run_in_threadpool

from services.contracts.base import Model
from services.contracts.cases import Case
from services.contracts.commands import COMMANDS, AnswerQuestion, NoteLeave, ReportCalendar, ReportDelivery, Tick
from services.desk.commands import read_command
from services.desk.context import desk_of, visible_case
from services.desk.domain.filters import AUTHOR, FIELDS, read_filter
from services.desk.domain.inbox import View
from services.desk.live import parse_vector
from services.desk.place import reader_of
from services.desk.rota.everywhere import told_too
from services.desk.streams import HEADERS, events_stream
from services.desk.watching import still_in
from services.runtime.web.auth import Asking, require, teams_with
from services.runtime.web.events import EVENT_STREAM
from services.runtime.web.layout import web_of
from services.runtime.web.problems import Problem

router = APIRouter(prefix="/api/v1", tags=["desk"])

_BY_PROCESSES = (Tick, ReportDelivery, ReportCalendar, NoteLeave, AnswerQuestion)
_COMMAND_NAMES = [one.__name__ for one in COMMANDS if one not in _BY_PROCESSES]
_SCHEMA = {
    "type": "object",
    "required": ["type", "team"],
    "properties": {"type": {"enum": _COMMAND_NAMES}, "team": {"type": "string"}},
    "additionalProperties": True,
}
_EXAMPLE = {"type": "ClaimCase", "team": "spoorlijn", "case": "0b0e7a52-0000-5000-8000-000000000001"}


@router.post(
    "/commands",
    summary="Send one command and wait for its answer",
    responses={202: {"description": "No answer yet; repeat"}, 409: {"description": "Refused, with `code` and reason"}},
    openapi_extra={"requestBody": {"content": {"application/json": {"schema": _SCHEMA, "example": _EXAMPLE}}}},
)
async def send_command(
    request: Request,
    identity: Asking,
    body: Annotated[dict[str, Any], Body()],
    idempotency_key: Annotated[str | None, Header()] = None,
) -> Response:
    """`id`, `at` and `actor` are filled in here. 200 gives the events and the case as it is afterwards."""
    roster = desk_of(request).model.roster(str(body.get("team")))
    command = read_command(body, identity, idempotency_key, web_of(request).clock(), roster)
    desk = desk_of(request)
    answer = await desk.commands.ask(await run_in_threadpool(told_too, desk, command))
    if answer is None:
        return JSONResponse({"id": command.id, "status": "pending"}, 202)
    if answer.rejection:
        code, reason = answer.rejection
        words = web_of(request).pages.translator(request).maybe(f"rejected.{code}", reason)
        raise Problem(409, code, words, id=command.id)
    case = answer.case.model_dump(mode="json") if answer.case else None
    events = [event.model_dump(mode="json") for event in answer.events]
    return JSONResponse({"id": command.id, "events": events, "case": case})


_FILTERS = [
    {"name": name, "in": "query", "schema": {"type": "array", "items": {"type": "string"}}, "explode": True}
    for name in FIELDS
] + [{"name": AUTHOR, "in": "query", "schema": {"type": "string"}}]


@router.get(
    "/cases",
    summary="The cases of a view, the most pressing first, in pages of 50",
    openapi_extra={"parameters": _FILTERS},
)
def list_cases(
    request: Request,
    identity: Asking,
    team: Annotated[str, Query()],
    view: Annotated[View, Query()] = "team",
    page: Annotated[int, Query(ge=1)] = 1,
) -> Response:
    """`view`: mine, beside, team, waiting, approval, snoozed or closed. `counts` are of all.

    `mine` is what one owns and what one was brought in beside since a promise was broken; `beside` is the latter alone.

    What the inbox can be filtered by: each field more than once for "or" and `-` for "none", and `author`, words of their
    name or handle.
    """
    require(identity, team)
    model = desk_of(request).model
    shelf = reader_of(model, identity, team).shelf
    found = model.page(team, view, shelf, page, read_filter(request.query_params.multi_items()))
    counts = dict(model.counts(team, shelf))
    answer = _Page(cases=found.cases, page=found.page, pages=found.pages, total=found.total, counts=counts)
    return Response(answer.model_dump_json(exclude=_NOT_IN_LISTS), media_type="application/json")


@router.get("/cases/{case}", summary="A case with its messages, history and the explanation of its assignment")
def show_case(request: Request, identity: Asking, case: str) -> Response:
    """The current state, as the last event left it."""
    return JSONResponse(visible_case(request, identity, case).model_dump(mode="json"))


@router.get("/live", summary="Server-sent events: what happens, as it happens", response_class=StreamingResponse)
async def live(
    request: Request, identity: Asking, last_event_id: Annotated[str | None, Header()] = None
) -> StreamingResponse:
    """Resumes by `Last-Event-ID`; `reset` says that something was missed and state must be read again."""
    since = None if last_event_id is None else parse_vector(last_event_id)
    if last_event_id is not None and since is None:
        raise Problem(422, "invalid", "Last-Event-ID is not one of ours.")
    teams = frozenset(teams_with(identity))
    stream = events_stream(desk_of(request).model.hub, teams, since, still_in(request))
    return StreamingResponse(stream, media_type=EVENT_STREAM, headers=HEADERS)


class _Page(Model):
    """What a list answers."""

    cases: tuple[Case, ...]
    page: int
    pages: int
    total: int
    counts: dict[View, int]


_NOT_IN_LISTS: Final[Any] = {
    "cases": {"__all__": {"messages", "history", "mentions", "explanation", "pending", "questions"}}
}
