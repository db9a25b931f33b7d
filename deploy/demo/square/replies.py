"""`POST /replies`: webcare delivers the organisation's answers here, signed by Standard Webhooks.

Idempotent by `webhook-id`, which is the reply's id: a repeat gets the same answer and changes nothing. Errors are
problem details: 401 for a signature that is not right, 404 for a post that is not here, 422 for a malformed body.
"""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from deploy.demo.square.model import Post, address, answer, tidy
from deploy.demo.square.square import Square
from services.runtime.web.problems import Problem
from services.runtime.webhooks import HEADER_ID, SignatureError, verify


class ReplyDelivery(BaseModel):
    """An approved reply as webcare sends it. Fields that a later version adds are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,100}$")]
    kind: Literal["reply"]
    team: str
    case: str | None = None
    conversation: str | None = None
    in_reply_to: Annotated[str, Field(min_length=1, max_length=500)]
    text: Annotated[str, Field(min_length=1, max_length=10_000)]
    sender: Annotated[str, Field(max_length=500)] = ""
    at: AwareDatetime


def router() -> APIRouter:
    """The route, to be put in the app."""
    routes = APIRouter()

    @routes.post("/replies")
    async def receive(request: Request) -> JSONResponse:
        body = await request.body()
        now = request.app.state.clock()
        _check_signature(request, body, int(now.timestamp()))
        delivery = _parse(body)
        if request.headers[HEADER_ID] != delivery.id:
            raise Problem(422, "invalid", "The header webhook-id is not the reply's id.")
        post, is_new = _place(request.app.state.square, delivery, now)
        content = {"source_id": post.source_id, "url": address(post, request.app.state.settings.public_url)}
        return JSONResponse(content, 201 if is_new else 200)

    return routes


def _check_signature(request: Request, body: bytes, now: int) -> None:
    try:
        verify([request.app.state.settings.secret.get_secret_value()], request.headers, body, now)
    except SignatureError as error:
        raise Problem(401, "signature", str(error)) from error


def _parse(body: bytes) -> ReplyDelivery:
    try:
        return ReplyDelivery.model_validate_json(body)
    except ValidationError as error:
        fields = sorted({".".join(map(str, one["loc"])) or "body" for one in error.errors(include_input=False)})
        raise Problem(422, "invalid", f"not as it should be: {', '.join(fields)}") from error


def _place(square: Square, delivery: ReplyDelivery, now: datetime) -> tuple[Post, bool]:
    """The answer on the square, and whether it is new there. Its moment is never later than `now`."""
    source_id = f"answer-{delivery.id}"
    known = square.store.get(source_id)
    if known is not None:
        return known, False
    target = square.store.get(delivery.in_reply_to)
    if target is None or target.organisation.team != delivery.team:
        raise Problem(404, "unknown_post", "The post that this answers is not on the square.")
    text = tidy(delivery.text)
    if not text:
        raise Problem(422, "invalid", "not as it should be: text")
    post = answer(source_id, target, tidy(delivery.sender), text, min(delivery.at, now))
    square.publish_answer(post)
    return post, True
