"""The square's one page and what it needs: threads, forms, the live stream, the language switch, the status page.

Visitors have no account. A cookie remembers who they are, so that one person's posts belong together.
"""

import re
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import uuid4

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response, StreamingResponse

from deploy.demo.square.model import Author, Post, PostError, checked, first_post, handle_of, reaction
from deploy.demo.square.rendering import ME, Renderer
from deploy.demo.square.square import Square
from deploy.demo.square.store import View
from services.runtime.web.events import EVENT_STREAM
from services.runtime.web.problems import Problem

STATIC = Path(__file__).resolve().parent / "static"
YEAR = 365 * 24 * 3600
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_ME = re.compile(r"^[0-9a-f]{32}$")
_VIEWS = ("all", "spoorlijn", "winkelhof", "waterveen", "private", "mine")

Text = Annotated[str, Form()]


def router() -> APIRouter:
    """The routes, to be put in the app."""
    routes = APIRouter()
    _add_reading(routes, Renderer())
    _add_writing(routes, Renderer())
    _add_static(routes)
    return routes


def _square(request: Request) -> Square:
    square: Square = request.app.state.square
    return square


def _me(request: Request) -> str | None:
    """Who the cookie says this is."""
    me = request.cookies.get(ME, "")
    return f"visitor-{me}" if _ME.match(me) else None


def _view(name: str, request: Request) -> View:
    if name == "mine":
        return View(author_id=_me(request) or "nobody")
    if name == "private":
        return View(private=True)
    return View(monitor=name if name in _VIEWS and name != "all" else None)


def _wants_json(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")


def _add_reading(routes: APIRouter, renderer: Renderer) -> None:
    @routes.get("/")
    async def page(
        request: Request,
        view: str = "all",
        before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
        lang: str | None = None,
    ) -> Response:
        if lang is not None:
            return _switch(lang, view)
        return _page(renderer, request, view, before)

    @routes.get("/posts/{conversation}")
    async def thread_page(request: Request, conversation: str) -> Response:
        thread = _square(request).store.thread(conversation)
        if not thread:
            return renderer.page(request, "gone.html", 404, **_common(request, "all"))
        return renderer.page(request, "page.html", threads=[thread], more=None, single=True, **_common(request, "all"))

    @routes.get("/threads/{conversation}")
    async def fragment(request: Request, conversation: str, view: str = "all") -> Response:
        store = _square(request).store
        thread = store.thread(conversation)
        if not thread:
            raise Problem(404, "unknown_post", "There is no such thread.")
        if view != "single" and not store.has(_view(view, request), thread):
            return Response(status_code=204)
        return renderer.page(request, "thread.html", thread=thread, me=_me(request))

    @routes.get("/events")
    async def events(request: Request, after: Annotated[int, Query(ge=0, le=2**62)] = 0) -> Response:
        square, last = _square(request), request.headers.get("last-event-id", "")
        seen = int(last) if last.isascii() and last.isdigit() and len(last) < 19 else after
        stream: AsyncIterator[str] = square.live.follow(lambda: square.store.since(seen))
        return StreamingResponse(stream, media_type=EVENT_STREAM, headers={"X-Accel-Buffering": "no"})

    @routes.get("/status")
    async def status(request: Request) -> Response:
        store = _square(request).store
        facts: dict[str, Any] = {"counts": store.counts(), "refusals": store.refusals(), "next": store.next_delivery()}
        return renderer.page(request, "status.html", **facts, **_common(request, "all"))


def _add_writing(routes: APIRouter, renderer: Renderer) -> None:
    @routes.post("/posts")
    async def write(
        request: Request, name: Text = "", monitor: Text = "", text: Text = "", private: Text = ""
    ) -> Response:
        draft = {"name": name, "monitor": monitor, "text": text, "private": bool(private)}
        try:
            author, text = _author(request, name, text)
            post = first_post(uuid4().hex, monitor, author, text, bool(private), request.app.state.clock())
        except PostError as error:
            return _invalid(renderer, request, error, draft)
        return _posted(request, post, "/?" + urlencode({"view": "mine" if private else "all"}))

    @routes.post("/posts/{source_id}/replies")
    async def react(request: Request, source_id: str, name: Text = "", text: Text = "") -> Response:
        target = _square(request).store.get(source_id)
        if target is None:
            raise Problem(404, "unknown_post", "The post that this answers is not on the square.")
        try:
            author, text = _author(request, name, text)
        except PostError as error:
            return _invalid(renderer, request, error, {})
        post = reaction(uuid4().hex, target, author, text, request.app.state.clock())
        return _posted(request, post, f"/posts/{post.conversation}")

    @routes.post("/status/retry")
    async def retry(request: Request) -> Response:
        square = _square(request)
        square.store.retry_refused()
        square.outbox.wake()
        return RedirectResponse("/status", 303)


def _add_static(routes: APIRouter) -> None:
    files = {file.name: (file.read_bytes(), _TYPES[file.suffix]) for file in STATIC.iterdir() if file.suffix in _TYPES}

    @routes.get("/static/{name}")
    async def static(name: str) -> Response:
        if name not in files:
            raise Problem(404, "unknown_file")
        content, kind = files[name]
        return Response(content, media_type=kind, headers={"Cache-Control": "no-cache"})


def _author(request: Request, name: str, text: str) -> tuple[Author, str]:
    """Who writes, and the text as it may be posted. Raises `PostError`."""
    name, text = checked(name, text)
    me = _me(request) or f"visitor-{uuid4().hex}"
    return Author(me, name, handle_of(name)), text


def _posted(request: Request, post: Post, target: str) -> Response:
    _square(request).publish([post])
    place = f"{target}#p-{post.source_id}"
    response: Response = (
        JSONResponse({"source_id": post.source_id, "url": place}, 201)
        if _wants_json(request)
        else RedirectResponse(place, 303)
    )
    me = post.author.id.removeprefix("visitor-")
    response.set_cookie(ME, me, max_age=YEAR, httponly=True, samesite="lax")
    return response


def _invalid(renderer: Renderer, request: Request, error: PostError, draft: Mapping[str, Any]) -> Response:
    t = renderer.translator(request)
    errors = {field: t(f"error.{field}_{code}") for field, code in error.fields.items()}
    if _wants_json(request):
        return JSONResponse({"errors": errors}, 422)
    return _page(renderer, request, "all", None, 422, draft=draft, errors=errors)


def _page(
    renderer: Renderer, request: Request, view: str, before: int | None, status: int = 200, **more: Any
) -> Response:
    name = view if view in _VIEWS else "all"
    threads, older = _square(request).store.threads(_view(name, request), before)
    values = _common(request, name) | more
    return renderer.page(request, "page.html", status, threads=threads, more=older, single=False, **values)


def _common(request: Request, view: str) -> dict[str, Any]:
    """What every page knows."""
    store = _square(request).store
    return {"view": view, "me": _me(request), "seq": store.last_seq(), "draft": {}, "errors": {}}


def _switch(language: str, view: str) -> Response:
    target = "/" if view not in _VIEWS or view == "all" else f"/?view={view}"
    response = RedirectResponse(target, 303)
    response.set_cookie("lang", "en" if language == "en" else "nl", max_age=YEAR, samesite="lax")
    return response
