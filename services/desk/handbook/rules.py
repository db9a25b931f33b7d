"""The pages on which leads and admins of a team change its ground rules: approval rules, case rules, the house style,
the working agreements, what each person may send.

Each has one address, which shows the form and takes it: `do=look` says what the change does, `do=save` makes it, `drop` and
`remove` the same for taking a rule out. How that goes is in `rule_saving.py`, the way back in
`rule_undo.py`, what each kind of rule is in `rule_kinds.py`.
"""

from fastapi import APIRouter, Request, Response

from services.desk.handbook.rule_forms import ApprovalForm
from services.desk.handbook.rule_kinds import APPROVAL, CASES, MANDATE, STYLE, WORKING
from services.desk.handbook.rule_saving import opened, taken
from services.desk.handbook.rule_undo import put_back
from services.runtime.web.auth import Asking

router = APIRouter(prefix="/handbook/agreements", include_in_schema=False)


@router.get("/approval")
def approval(request: Request, identity: Asking, rule: str = "", person: str = "") -> Response:
    """The form of an approval rule, or of a new one, about a person where one is named."""
    return opened(request, identity, APPROVAL, rule, ApprovalForm(people=(person,)) if person else None)


@router.post("/approval")
async def save_approval(request: Request, identity: Asking, rule: str = "") -> Response:
    """Look at the change, make it, or take the rule out."""
    return await taken(request, identity, APPROVAL, rule)


@router.get("/cases")
def cases(request: Request, identity: Asking, rule: str = "") -> Response:
    """The form of a case rule, or of a new one."""
    return opened(request, identity, CASES, rule)


@router.post("/cases")
async def save_case(request: Request, identity: Asking, rule: str = "") -> Response:
    """Look at the change, make it, or take the rule out."""
    return await taken(request, identity, CASES, rule)


@router.get("/style")
def style(request: Request, identity: Asking) -> Response:
    """The form of the house style."""
    return opened(request, identity, STYLE)


@router.post("/style")
async def save_style(request: Request, identity: Asking) -> Response:
    """Look at the change, or make it."""
    return await taken(request, identity, STYLE)


@router.get("/working")
def working(request: Request, identity: Asking) -> Response:
    """The form of the working agreements."""
    return opened(request, identity, WORKING)


@router.post("/working")
async def save_working(request: Request, identity: Asking) -> Response:
    """Look at the change, or make it."""
    return await taken(request, identity, WORKING)


@router.get("/mandate/{person}")
def mandate(request: Request, identity: Asking, person: str) -> Response:
    """The form of what somebody may send and approve."""
    return opened(request, identity, MANDATE, person)


@router.post("/mandate/{person}")
async def save_mandate(request: Request, identity: Asking, person: str) -> Response:
    """Look at the change, or make it."""
    return await taken(request, identity, MANDATE, person)


@router.post("/undo")
async def undo(request: Request, identity: Asking) -> Response:
    """Put back what was before a change, unless it was changed since."""
    return await put_back(request, identity)
