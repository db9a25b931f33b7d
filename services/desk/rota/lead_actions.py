"""What leads do to the rota: decide on leave, put others on, end shifts. Route checks it too."""

from typing import Any

from fastapi import APIRouter, Request, Response

from services.desk.rota import forms
from services.desk.rota.context import RotaView, for_action
from services.desk.rota.everywhere import told_too
from services.desk.rota.forms import WrongFormError
from services.desk.rota.sending import Key, Slug, Text, back, form_of, send, wrong
from services.runtime.web.auth import Asking
from services.runtime.web.identity import Identity
from services.runtime.web.problems import Problem

router = APIRouter(prefix="/rota", include_in_schema=False)
REQUESTS, SHIFTS = "/rota/requests", "/rota/shifts"


def lead_view(request: Request, identity: Identity) -> RotaView:
    """The view for a form that only leads send.

    Raises:
        Problem: 403.
    """
    view = for_action(request, identity)
    if not view.lead:
        raise Problem(403, "forbidden", "Only a lead of the team may do this.")
    return view


@router.post("/leave/{leave}/decide")
async def decide_leave(
    request: Request, identity: Asking, leave: str, approve: Slug, note: Text = "", key: Key = ""
) -> Response:
    """Approve or decline; what is granted is told to their other teams."""
    view = lead_view(request, identity)
    yes = approve == "yes"
    command = {"type": "DecideLeave", "leave": leave, "approve": yes, "note": note.strip()}
    return back(view, REQUESTS, await send(request, view, "approved" if yes else "refused", key, command, told_too))


@router.post("/overrides")
async def add_override(request: Request, identity: Asking) -> Response:
    """These people are on, whatever the layers say."""
    view, given = lead_view(request, identity), await form_of(request)
    start, end = _one(given, "start"), _one(given, "end")
    command: dict[str, Any] = {"type": "AddOverride", "reason": _one(given, "reason").strip()[:500]}
    try:
        command |= forms.stretch(view.team, start, end, view.now)
        command["people"] = given.get("people", [])
        if not command["people"]:
            raise WrongFormError("rota.wrong.nobody")
    except WrongFormError as error:
        return wrong(view, SHIFTS, error, start=start, end=end, reason=_one(given, "reason")[:500])
    return back(view, SHIFTS, await send(request, view, "override", _one(given, "key"), command))


@router.post("/overrides/{override}/remove")
async def remove_override(request: Request, identity: Asking, override: str, key: Key = "") -> Response:
    """The override does not count any more."""
    view = lead_view(request, identity)
    command = {"type": "RemoveOverride", "override": override}
    return back(view, SHIFTS, await send(request, view, "override_removed", key, command))


@router.post("/shifts/{shift}/end")
async def end_shift(request: Request, identity: Asking, shift: str, key: Key = "") -> Response:
    """Without this shift from now on."""
    view = lead_view(request, identity)
    return back(view, SHIFTS, await send(request, view, "ended", key, {"type": "RemoveShift", "shift": shift}))


def _one(given: dict[str, list[str]], name: str) -> str:
    return given.get(name, [""])[0]
