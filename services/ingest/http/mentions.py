"""`POST /v1/mentions` and `POST /v1/hooks/{source}`: write `mentions.raw`, and answer once Kafka has acknowledged."""

from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel

from services.contracts.mentions import Mention
from services.ingest.domain.given import MentionGiven
from services.ingest.domain.normalise import Defaults
from services.ingest.http.body import read_body, read_json
from services.ingest.http.context import Asking, Here, known_teams, listed, publish, refuse
from services.ingest.intake import Admit, Refusal, take_in, team_admit
from services.ingest.settings import webhooks
from services.ingest.sources.webhook import collect
from services.runtime.web.identity import Identity
from services.runtime.web.problems import PROBLEM_JSON, Problem
from services.runtime.webhooks import SignatureError

router = APIRouter(prefix="/v1", tags=["mentions"])

DEFAULT_SOURCE = "api"
_GIVEN = {"$ref": "#/components/schemas/MentionGiven"}
_MANY = {"type": "array", "items": _GIVEN, "maxItems": 1_000}
_WRAPPED = {"type": "object", "properties": {"mentions": _MANY}, "required": ["mentions"]}
_TRACE = {"name": "traceparent", "in": "header", "required": False, "schema": {"type": "string"}}


class Taken(BaseModel):
    """The ids of the mentions, in the order they were given."""

    ids: list[str]


def _documented(*shapes: dict[str, Any]) -> dict[str, Any]:
    content = {"application/json": {"schema": {"oneOf": list(shapes)}}}
    return {"requestBody": {"required": True, "content": content}, "parameters": [_TRACE]}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """These statuses, each documented as a problem."""
    content = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": "Problem details (RFC 9457)", "content": content} for status in statuses}


_REFUSALS = problems(400, 401, 403, 413, 422, 503)


@router.post("/mentions", status_code=202, responses=_REFUSALS, openapi_extra=_documented(_GIVEN, _MANY))
async def post_mentions(request: Request, here: Here, who: Asking) -> Taken:
    """Take in one mention or a list of at most 1,000: all of them or, when one is not right, none.

    A repeat of `team`, `source` and `source_id` is the same mention. `team` may be left out by a token for one team.
    """
    allowed = _writable(who)
    body = await read_body(request, here.settings.ingest_max_body)
    only = next(iter(allowed)) if len(allowed) == 1 else None
    raws = listed(read_json(body))
    mentions = _taken(raws, Defaults(here.clock(), DEFAULT_SOURCE, only), team_admit(known_teams(here), allowed))
    return Taken(ids=await publish(here, request, mentions))


@router.post(
    "/hooks/{source}",
    status_code=202,
    responses=_REFUSALS | problems(404),
    openapi_extra=_documented(_GIVEN, _MANY, _WRAPPED),
)
async def post_hook(source: str, request: Request, here: Here) -> Taken:
    """Take in what a declared source sends, signed as Standard Webhooks say (`webhook-id`, `-timestamp`, `-signature`)."""
    declared = webhooks(here.settings).get(source)
    if declared is None:
        raise Problem(404, "unknown_source", "No webhook source of this name is configured.")
    body = await read_body(request, here.settings.ingest_max_body)
    now = here.clock()
    try:
        collect.check(here.secrets[declared.name], request.headers, body, now)
    except SignatureError as error:
        here.board.failed(declared.name, f"refused: {error}", now)
        raise Problem(401, "bad_signature", f"The webhook is not trusted: {error}.") from error
    try:
        raws = listed(collect.unwrap(read_json(body)))
        defaults = Defaults(now, declared.name, declared.team, monitor=declared.monitor)
        mentions = _taken(raws, defaults, collect.admits(declared, known_teams(here)))
        ids = await publish(here, request, mentions)
    except Problem as problem:
        here.board.failed(declared.name, f"{problem.code}: {problem.detail}", now)
        raise
    here.board.succeeded(declared.name, now)
    return Taken(ids=ids)


def _writable(who: Identity) -> frozenset[str]:
    allowed = frozenset(team for team in who.teams if who.may(team, "viewer", "mentions:write"))
    if not allowed:
        raise Problem(403, "forbidden", "This needs a token with the scope mentions:write for at least one team.")
    return allowed


def _taken(raws: list[Any], defaults: Defaults, admit: Admit) -> list[Mention]:
    found = take_in(raws, defaults, admit)
    if isinstance(found, Refusal):
        raise refuse(found)
    return found


def given_schema() -> dict[str, Any]:
    """The JSON Schemas of what may be given, by name, for the OpenAPI document."""
    schema = MentionGiven.model_json_schema(ref_template="#/components/schemas/{model}")
    parts: dict[str, Any] = schema.pop("$defs", {})
    return parts | {"MentionGiven": schema}
