"""What people decide about a case on its page: hands, sleep, tags, topics, merging. The same commands as the API."""

import re
import unicodedata
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from services.desk.actions import DONE, FromPage, FromView, Key, Seen, ask_about, shown
from services.desk.context import desk_of, visible_case
from services.desk.domain.snoozing import Choice, choices, local_moment
from services.runtime.web.auth import Asking
from services.runtime.web.layout import web_of

router = APIRouter(include_in_schema=False)

Name = Annotated[str, Form(max_length=120)]
_PLAIN: dict[str, str] = {"wake": "WakeCase", "reopen": "ReopenCase"}
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@router.post("/cases/{case}/wake")
@router.post("/cases/{case}/reopen")
async def plainly(
    request: Request, identity: Asking, case: str, key: Key = "", view: FromView = "mine", page: FromPage = 1
) -> Response:
    """Awake again, or open again."""
    what = request.url.path.rsplit("/", 1)[1]
    return await _do(request, identity, case, _PLAIN[what], what, {}, key, (view, page))


@router.post("/cases/{case}/hand-over")
async def hand_over(
    request: Request,
    identity: Asking,
    case: str,
    to: Name = "",
    note: Annotated[str, Form(max_length=100_000)] = "",
    seen: Seen = None,
    key: Key = "",
    view: FromView = "mine",
    page: FromPage = 1,
) -> Response:
    """To a colleague; without one to the team, with a note that says why."""
    if not to and not note.strip():
        found = visible_case(request, identity, case)
        return shown(request, identity, found, (view, page), "told.note_for_team", late=True)
    more = {"to": to or None, "note": note.replace("\r\n", "\n").strip(), "seen": seen}
    return await _do(request, identity, case, "HandOver", "hand_over", more, key, (view, page))


@router.post("/cases/{case}/snooze")
async def snooze(
    request: Request,
    identity: Asking,
    case: str,
    choice: Annotated[Choice | Literal[""], Form()] = "",
    until: Name = "",
    seen: Seen = None,
    key: Key = "",
    view: FromView = "mine",
    page: FromPage = 1,
) -> Response:
    """Until one of the moments that are offered, or a date and time on the team's clock."""
    found = visible_case(request, identity, case)
    config = desk_of(request).model.config(found.team)
    offered = choices(config, web_of(request).clock())
    moment = offered.get(choice) if choice else local_moment(until, config)
    if moment is None:
        return shown(request, identity, found, (view, page), "told.no_moment", late=True)
    more = {"until": moment, "seen": seen}
    return await _do(request, identity, case, "SnoozeCase", "snooze", more, key, (view, page))


@router.post("/cases/{case}/tag")
@router.post("/cases/{case}/untag")
async def tag(
    request: Request,
    identity: Asking,
    case: str,
    tag: Name,
    key: Key = "",
    view: FromView = "mine",
    page: FromPage = 1,
) -> Response:
    """A tag on or off; what somebody types becomes one (`Nog bellen` is `nog-bellen`)."""
    what = request.url.path.rsplit("/", 1)[1]
    named = tag_of(tag)
    if not named:
        found = visible_case(request, identity, case)
        return shown(request, identity, found, (view, page), "told.no_tag", late=True)
    command = "TagCase" if what == "tag" else "UntagCase"
    return await _do(request, identity, case, command, what, {"tag": named}, key, (view, page))


@router.post("/cases/{case}/topic")
async def topic(
    request: Request,
    identity: Asking,
    case: str,
    topic: Name,
    key: Key = "",
    view: FromView = "mine",
    page: FromPage = 1,
) -> Response:
    """One click: the case is about this after all, or is not."""
    found = visible_case(request, identity, case)
    if not found.mentions:
        return shown(request, identity, found, (view, page), "rejected.merged", late=True)
    kept = tuple(one for one in found.topics if one != topic)
    topics = kept if topic in found.topics else (*kept, topic)
    body = {"type": "CorrectClassification", "team": found.team, "mention": found.mentions[-1], "author": "person"}
    return await ask_about(request, identity, found, body | {"topics": topics}, "correct", key, (view, page))


@router.post("/cases/{case}/merge")
async def merge(
    request: Request,
    identity: Asking,
    case: str,
    into: Annotated[str, Form(max_length=500)] = "",
    link: Annotated[str, Form(max_length=500)] = "",
    other_author: Annotated[bool, Form()] = False,
    seen: Seen = None,
    key: Key = "",
    view: FromView = "mine",
    page: FromPage = 1,
) -> Response:
    """Into another case of the author, or the one of a link; then that one is shown."""
    named = _ID.search(link) or _ID.search(into)
    found = visible_case(request, identity, case)
    if named is None:
        return shown(request, identity, found, (view, page), "told.no_other_case", late=True)
    other = visible_case(request, identity, named[0])
    more = {"into": other.id, "other_author": other_author, "seen": seen}
    answer = await _do(request, identity, case, "MergeCase", "merge", more, key, (view, page))
    after = desk_of(request).model.case(case)
    if after is None or after.merged_into is None:
        return answer
    return _to(request, f"/cases/{after.merged_into.case}?view={view}&told=told.merge")


@router.post("/cases/{case}/unmerge")
async def unmerge(
    request: Request,
    identity: Asking,
    case: str,
    merged: Name = "",
    key: Key = "",
    view: FromView = "mine",
    page: FromPage = 1,
) -> Response:
    """Undo a merge: of this case, or of one that went on in it (`merged`). Then the page as a whole is shown anew."""
    found = visible_case(request, identity, case)
    apart = visible_case(request, identity, merged) if merged else found
    answer = await _do(request, identity, apart.id, "UnmergeCase", "unmerge", {}, key, (view, page))
    after = desk_of(request).model.case(apart.id)
    if after is None or after.merged_into is not None:
        return answer
    return _to(request, f"/cases/{found.id}?view={view}&told=told.unmerge")


@router.post("/cases/{case}/split")
async def split(
    request: Request,
    identity: Asking,
    case: str,
    mention: Annotated[list[str] | None, Form(max_length=40)] = None,
    seen: Seen = None,
    key: Key = "",
    view: FromView = "mine",
    page: FromPage = 1,
) -> Response:
    """The messages that are ticked become a case of their own."""
    if not mention:
        found = visible_case(request, identity, case)
        return shown(request, identity, found, (view, page), "told.nothing_ticked", late=True)
    more = {"mentions": mention, "seen": seen}
    return await _do(request, identity, case, "SplitCase", "split", more, key, (view, page))


def tag_of(text: str) -> str:
    """What somebody typed, as a tag: small letters without accents, with hyphens; empty when nothing is left of it."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9_]+", "-", plain).strip("-_")[:63].rstrip("-_")


def _to(request: Request, address: str) -> Response:
    if "HX-Request" in request.headers:
        return Response(status_code=204, headers={"HX-Redirect": address} | DONE)
    return RedirectResponse(address, 303)


async def _do(
    request: Request,
    identity: Asking,
    case: str,
    command: str,
    what: str,
    more: dict[str, Any],
    key: str,
    place: tuple[Any, int],
) -> Response:
    found = visible_case(request, identity, case)
    body = {"type": command, "team": found.team, "case": found.id} | more
    return await ask_about(request, identity, found, body, what, key, place)
