"""`/invitation/{word}`: a one-time link to choose a password, for somebody new or who forgot theirs."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from services.desk.accounts.people import Account, check_password
from services.desk.accounts.web.entering import by_of
from services.desk.context import desk_of
from services.runtime.web.auth import own_form
from services.runtime.web.layout import web_of
from services.runtime.web.problems import Problem

router = APIRouter(prefix="/invitation", include_in_schema=False)
Password = Annotated[str, Form(max_length=1_000)]


@router.get("/{word}")
def invitation_page(request: Request, word: str) -> Response:
    """The form; 404 for a link that was used, is too old, or is not one."""
    return _form(request, _whose(request, word), word)


@router.post("/{word}", dependencies=[Depends(own_form)])
async def choose_password(request: Request, word: str, password: Password, again: Password) -> Response:
    """The password is chosen, the link used up and every session ended; one logs in with it now."""
    account = await run_in_threadpool(_whose, request, word)
    desk, now = desk_of(request), web_of(request).clock()
    if password != again:
        return _form(request, account, word, "account.wrong.again")
    try:
        check_password(account.name, password)
    except ValueError:
        return _form(request, account, word, "account.wrong.simple")
    name = await run_in_threadpool(desk.accounts.invitations.use, word, now)
    if name is None:
        raise Problem(404, "unknown_invitation", "This link does not work any more.")
    await run_in_threadpool(desk.accounts.set_password, name, password, by_of(request, name))
    return RedirectResponse("/login?told=chosen", 303)


def _whose(request: Request, word: str) -> Account:
    desk, now = desk_of(request), web_of(request).clock()
    name = desk.accounts.invitations.whose(word, now)
    account = desk.accounts.get(name) if name else None
    if account is None or not account.works(now):
        raise Problem(404, "unknown_invitation", "This link does not work any more.")
    return account


def _form(request: Request, account: Account, word: str, wrong: str = "") -> Response:
    status = 422 if wrong else 200
    return web_of(request).pages.render(request, "invitation.html", status, who=account, word=word, wrong=wrong)
