"""What people do to one or many cases at a time, and back again: claim, give back, hand over, tag, snooze, close, undo.

Each case gets a command of its own, with an id made from the form's key, so that sending a form twice is sending it once.
What could not be done is told case by case; what was done can be undone while nobody else has touched it
(`domain/undo.py`).
"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Form, Request, Response
from pydantic import ValidationError

from services.contracts.cases import Case
from services.contracts.teams import TeamConfig
from services.desk.commands import read_command
from services.desk.context import desk_of, visible_case
from services.desk.domain.answers import Answer
from services.desk.domain.snoozing import Until, wake_time
from services.desk.domain.undo import Deed, WayBack, WaysBack, changed_since, way_back
from services.desk.lists import list_values
from services.desk.pages import case_whole, team_words, whole
from services.desk.place import asked_place
from services.desk.wording import wording
from services.runtime.web.auth import Asking, require
from services.runtime.web.formats import DEFAULT_ZONE
from services.runtime.web.i18n import Translator
from services.runtime.web.identity import Identity
from services.runtime.web.layout import team_of, web_of
from services.runtime.web.problems import Problem

router = APIRouter(include_in_schema=False)

MANY = 200
AT_ONCE = 8
"""So many commands of one form wait for their answer at a time."""
_COMMANDS: dict[Deed, str] = {
    "claim": "ClaimCase",
    "release": "ReleaseCase",
    "hand": "HandOver",
    "tag": "TagCase",
    "snooze": "SnoozeCase",
    "close": "CloseCase",
}
Cases = Annotated[list[str], Form(default_factory=list, max_length=MANY)]
Key = Annotated[str, Form(max_length=64)]
Open = Annotated[str, Form(max_length=36)]
"""The case that is open beside the list."""


@dataclass(slots=True)
class Told:
    """What came of it: how many were done, what could not be by case, and how to undo what was."""

    key: str
    done: int = 0
    failed: list[tuple[Case, str]] = field(default_factory=list)
    ways: list[WayBack] = field(default_factory=list)

    def values(self) -> dict[str, Any]:
        """What `toast.html` shows."""
        undo = WaysBack(ways=tuple(self.ways)).model_dump_json() if self.ways else ""
        return {"key": self.key, "done": self.done, "failed": self.failed, "undo": undo}


@router.post("/inbox/deeds")
async def do(
    request: Request,
    identity: Asking,
    what: Annotated[Deed, Form()],
    case: Cases,
    to: Annotated[str, Form(max_length=63)] = "",
    note: Annotated[str, Form(max_length=10_000)] = "",
    tag: Annotated[str, Form(max_length=63)] = "",
    until: Annotated[Until, Form()] = "tomorrow",
    key: Key = "",
    open: Open = "",
) -> Response:
    """One thing, with each of some cases."""
    found = [visible_case(request, identity, one) for one in dict.fromkeys(case)]
    for team in {one.team for one in found}:
        require(identity, team, "agent", "commands")
    told = Told(f"told.{what}")
    fields = _fields(request, found[0].team, what, to, note, tag, until) if found else {}
    if not found or fields is None:
        told = Told("told.nothing_picked" if not found else f"told.{what}_missing")
        return _answer(request, identity, told, found, open)
    limit, base = asyncio.Semaphore(AT_ONCE), key or str(uuid4())

    async def one(before: Case) -> None:
        async with limit:
            body = {"type": _COMMANDS[what], "case": before.id} | fields
            after, failure = await _send(request, identity, before, body, f"{base}:{what}:{before.id}")
        if failure:
            told.failed.append((before, failure))
            return
        told.done += 1
        outside = identity.name not in desk_of(request).model.roster(before.team)
        if way := way_back(what, before, after, identity.name, fields.get("tag", ""), outside=outside):
            told.ways.append(way)

    await asyncio.gather(*(one(before) for before in found))
    return _answer(request, identity, told, found, open)


@router.post("/inbox/undo")
async def undo(
    request: Request,
    identity: Asking,
    ways: Annotated[str, Form(max_length=200_000)] = "",
    key: Key = "",
    open: Open = "",
) -> Response:
    """The way back of what was done just now, for each case that nobody else has changed since."""
    told, found, base = Told("told.undone"), [], key or str(uuid4())
    try:
        listed = WaysBack.model_validate_json(ways).ways if ways else ()
    except ValidationError as error:
        raise Problem(422, "invalid", "This is not a way back that we gave.") from error
    for way in listed:
        now = visible_case(request, identity, way.case)
        found.append(now)
        if line := changed_since(way, now):
            words = wording(web_of(request).pages.translator(request), identity.name, _config(request, now.team))
            said = f"{words.history(line)} ({words.person(line.actor)})"
            told.failed.append((now, words.t("told.changed_since", what=said)))
            continue
        failure = ""
        for number, step in enumerate(way.steps):
            if not failure:
                _, failure = await _send(request, identity, now, step.body(now.id), f"{base}:undo:{now.id}:{number}")
        if failure:
            told.failed.append((now, failure))
        else:
            told.done += 1
    if not listed:
        told = Told("told.nothing_to_undo")
    return _answer(request, identity, told, found, open)


async def _send(request: Request, identity: Identity, case: Case, body: dict[str, Any], key: str) -> tuple[Case, str]:
    """Send one command; the case afterwards, and in words why it could not be done (empty: it was)."""
    roster, t = desk_of(request).model.roster(case.team), web_of(request).pages.translator(request)
    try:
        asked = read_command(body | {"team": case.team}, identity, key, web_of(request).clock(), roster)
        answer = await desk_of(request).commands.ask(asked)
    except Problem as problem:
        return case, t.maybe(f"error.{problem.status}", t("error.other"))
    now = (answer.case if answer else None) or desk_of(request).model.case(case.id) or case
    return now, _failure(t, answer)


def _failure(t: Translator, answer: Answer | None) -> str:
    if answer is None:
        return t("told.no_answer")
    if answer.rejection:
        code, reason = answer.rejection
        return t.maybe(f"rejected.{code}", reason)
    return ""


def _fields(
    request: Request, team: str, what: Deed, to: str, note: str, tag: str, until: Until
) -> dict[str, Any] | None:
    """What the command needs beside its case; `None` when it was not given."""
    match what:
        case "hand":
            given = {"to": to} if to else {}
            return given | ({"note": note.strip()} if note.strip() else {}) or None
        case "tag":
            slug = "-".join(tag.lower().split())
            return {"tag": slug} if slug else None
        case "snooze":
            config = _config(request, team)
            moment: datetime = wake_time(until, web_of(request).clock(), config.time_zone if config else DEFAULT_ZONE)
            return {"until": moment.isoformat()}
        case _:
            return {}


def _config(request: Request, team: str) -> TeamConfig | None:
    return desk_of(request).model.config(team)


def _answer(request: Request, identity: Identity, told: Told, cases: Sequence[Case], opened: str) -> Response:
    """The list as it is now and what was done; without htmx, the whole page."""
    team = cases[0].team if cases else team_of(request, identity)
    place = asked_place(request, team)
    values = list_values(request, identity, team, place.view, place.page)
    if "HX-Request" not in request.headers:
        first = values["found"].cases[0] if values["found"].cases else None
        return whole(request, identity, team, values, first, chosen=False, toast=told.values())
    open_case = desk_of(request).model.case(opened)
    changed = {one.id: one for one in cases}
    shown: dict[str, Any] = team_words(request, identity, team) | {"case": None, "again": False}
    if open_case and open_case.id in changed:
        again = changed[open_case.id].status != open_case.status
        shown = case_whole(request, identity, open_case) | {"again": again}
    return web_of(request).pages.render(
        request,
        "deeds.html",
        headers={"HX-Trigger": json.dumps({"webcare:done": {"failed": [case.id for case, _ in told.failed]}})},
        team=team,
        selected=open_case.id if open_case else "",
        toast=told.values(),
        **values,
        **shown,
    )
