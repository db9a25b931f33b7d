"""What people do on the pages with a reply that has not left: approve, ask for a change, change, take over, take back."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request, Response

from services.contracts.approvals import HELD_CHARACTERS
from services.desk.actions import FromPage, FromView, Key, ask_about, shown
from services.desk.context import visible_case
from services.runtime.web.auth import Asking

router = APIRouter(include_in_schema=False)

What = Literal["approve", "change", "revise", "take-over", "withdraw"]
_COMMANDS: dict[What, str] = {
    "approve": "ApproveReply",
    "change": "RequestChange",
    "revise": "ReviseReply",
    "take-over": "TakeOverReply",
    "withdraw": "WithdrawReply",
}


@router.post("/cases/{case}/replies/{reply}/{what}")
async def act_on_reply(
    request: Request,
    identity: Asking,
    case: str,
    reply: str,
    what: What,
    reply_version: Annotated[int, Form(ge=1)] = 1,
    comment: Annotated[str, Form(max_length=2_000)] = "",
    text: Annotated[str, Form(max_length=HELD_CHARACTERS)] = "",
    key: Key = "",
    view: FromView = "mine",
    page: FromPage = 1,
) -> Response:
    """One of the five. Sent twice it is done once: the second has the same `key`, or asks for what is so already."""
    found = visible_case(request, identity, case)
    body: dict[str, Any] = {"type": _COMMANDS[what], "team": found.team, "case": found.id, "reply": reply}
    if what in ("approve", "change"):
        body["reply_version"] = reply_version
    if what == "change":
        body["comment"] = comment.strip()
    if what in ("revise", "take-over"):
        body["text"] = text.strip()
    if not body.get("comment", "x") or not body.get("text", "x"):
        return shown(request, identity, found, (view, page), "told.empty", late=True)
    return await ask_about(request, identity, found, body, what, key, (view, page))
