"""How a form of the rota becomes a command and its answer a sentence: post, redirect, get; sent twice is sent once."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import uuid4

from fastapi import Form, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from services.contracts.commands import Command
from services.desk.commands import read_command
from services.desk.context import Desk, desk_of
from services.desk.domain.answers import Answer
from services.desk.rota.context import RotaView
from services.desk.rota.forms import WrongFormError
from services.runtime.web.problems import Problem

Key = Annotated[str, Form(max_length=64)]
Text = Annotated[str, Form(max_length=500)]
Slug = Annotated[str, Form(max_length=80)]
When = Annotated[str, Form(max_length=40)]


WRONG_FORM = "rota.wrong.form"


def read(request: Request, view: RotaView, key: str, command: Mapping[str, Any]) -> Command | None:
    """The command of a form; `None` when what was filled in makes none.

    Raises:
        Problem: 403, they may not.
    """
    roster = desk_of(request).model.roster(view.name)
    try:
        return read_command({"team": view.name, **command}, view.identity, key or str(uuid4()), view.now, roster)
    except Problem as problem:
        if problem.status != 422:
            raise
        return None


async def send(
    request: Request,
    view: RotaView,
    what: str,
    key: str,
    command: Mapping[str, Any],
    filled: Callable[[Desk, Command], Command] | None = None,
) -> str:
    """Send a command, `filled` with what the desk knows; the key of the sentence that says what came of it."""
    desk, asked = desk_of(request), read(request, view, key, command)
    if asked is None:
        return WRONG_FORM
    whole = await run_in_threadpool(filled, desk, asked) if filled else asked
    return told_of(what, await desk.commands.ask(whole))


def told_of(what: str, answer: Answer | None) -> str:
    """The key of the sentence that says what came of a command."""
    if answer is None:
        return "told.pending"
    if answer.rejection:
        code = answer.rejection[0]
        return f"rota.invalid.{what}" if code in ("invalid", "not_found") else f"rejected.{code}"
    return f"rota.told.{what}"


def back(view: RotaView, path: str, told: str, **more: str) -> Response:
    """To a page of the rota, which says what came of it."""
    query = urlencode({"team": view.name, "told": told} | {name: value for name, value in more.items() if value})
    return RedirectResponse(f"{path}?{query}", 303)


def wrong(view: RotaView, path: str, error: WrongFormError, **given: str) -> Response:
    """To the form again, with what was given and what is wrong with it."""
    return back(view, path, error.key, **given)


async def form_of(request: Request) -> dict[str, list[str]]:
    """The fields of a form, each with all its values."""
    form = await request.form()
    return {name: [str(value) for value in form.getlist(name) if isinstance(value, str)] for name in form}
