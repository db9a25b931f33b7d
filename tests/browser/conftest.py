"""A desk in a thread and Chromium to look at it with. Pages that ask another host for anything fail their test, and so do
pages that log an error in the browser's console (but for a 503, which tests bring about, and a line that a test cuts)."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from socket import create_server
from socket import socket as Socket  # noqa: N812 - a class, named as one
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect

from services.desk.accounts.people import Account
from tests.browser.beside_scene import play_beside
from tests.browser.desk_backend import PASSWORD, Backend, TestDesk, open_test_desk
from tests.browser.desk_scene import play
from tests.browser.rota_scene import play_rota
from tests.support.complaints import complaints_of
from tests.support.elsewhere import asked_elsewhere
from tests.support.identity_provider import CLIENT, SECRET, IdentityProvider, identity_provider
from tests.support.planner import QuickPlanner
from tests.support.small_ingest import door

PATIENCE_MS = 20_000
NO_LINE = ("net::ERR_INTERNET_DISCONNECTED", "net::ERR_FAILED", "htmx:sendError", "htmx:afterRequest", "[object Event]")
"""What the browser and htmx log when a request does not arrive, or the live stream breaks (the last)."""


@dataclass(frozen=True)
class Served:
    """A desk with its scene, and where it is."""

    desk: TestDesk
    url: str
    tunnel: str
    planner: QuickPlanner


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """A desk on a free port, with the scene of the mock."""
    yield from serve(tmp_path, play)


@pytest.fixture
def beside_served(tmp_path: Path) -> Iterator[Served]:
    """A desk on a free port, with a promise that is about to be broken."""
    yield from serve(tmp_path, play_beside)


@pytest.fixture
def rota_served(tmp_path: Path) -> Iterator[Served]:
    """A desk on a free port, with a team's rota."""
    yield from serve(tmp_path, play_rota)


@pytest.fixture
def start_served(tmp_path: Path) -> Iterator[Served]:
    """A desk on a free port with nothing in it but `baas`, the admin of a team that nobody configured; and a door."""
    with door() as entrance:
        for served in serve(tmp_path, lambda _: "", desk_ingest_url=entrance.url):
            entrance.backend = served.desk.backend
            served.desk.accounts.save(Account("baas", "Baas", {"bakkerij": "admin"}), PASSWORD)
            yield served


@pytest.fixture
def sso_served(tmp_path: Path) -> Iterator[tuple[Served, IdentityProvider]]:
    """A desk on a free port, with a real identity provider that knows it."""
    socket = create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{socket.getsockname()[1]}"
    with identity_provider(tmp_path, url) as provider:
        known = {"oidc_issuer": provider.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
        for served in serve(tmp_path, play, socket, public_url=url, oidc_name="Werkplek", **known):
            yield served, provider


def serve(
    folder: Path, scene: Callable[[Backend], str], socket: Socket | None = None, **settings: Any
) -> Iterator[Served]:
    """A desk on a free port, with a scene, while somebody iterates."""
    planner = QuickPlanner()
    desk = open_test_desk(folder, plans=planner, desk_answer_seconds=5, **settings)
    tunnel = scene(desk.backend)
    config = uvicorn.Config(desk.app, port=0, log_level="warning", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    socket = socket or config.bind_socket()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]})
    thread.start()
    yield Served(desk, f"http://127.0.0.1:{socket.getsockname()[1]}", tunnel, planner)
    planner.go.set()
    server.should_exit = True
    thread.join(20)
    socket.close()
    desk.accounts.close()


@pytest.fixture
def enter(browser: Browser, served: Served) -> Iterator[Callable[..., Page]]:
    """Opens a page of somebody who has logged in, without the form (`test_keyboard.py` fills that in):
    `enter("youssef", width=390)`."""
    yield from _enter(browser, served)


@pytest.fixture
def enter_beside(browser: Browser, beside_served: Served) -> Iterator[Callable[..., Page]]:
    """The same, on the desk with a promise that is about to be broken."""
    yield from _enter(browser, beside_served)


@pytest.fixture
def enter_rota(browser: Browser, rota_served: Served) -> Iterator[Callable[..., Page]]:
    """The same, on the desk with a team's rota."""
    yield from _enter(browser, rota_served)


@pytest.fixture
def enter_start(browser: Browser, start_served: Served) -> Iterator[Callable[..., Page]]:
    """The same, on the desk with nothing in it."""
    yield from _enter(browser, start_served)


def _enter(browser: Browser, served: Served) -> Iterator[Callable[..., Page]]:
    complaints: list[list[str]] = []
    elsewhere: list[list[str]] = []

    def go(
        name: str = "youssef", width: int = 1440, height: int = 900, path: str = "/inbox", *, line_drops: bool = False
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height}, locale="nl-NL", base_url=served.url, timezone_id="UTC"
        )
        elsewhere.append(asked_elsewhere(context, served.url))
        context.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        page = context.new_page()
        complaints.append(complaints_of(page, but=("503", *NO_LINE) if line_drops else ("503",)))
        answer = context.request.post("/login", form={"name": name, "password": PASSWORD}, max_redirects=0)
        assert answer.status == 303, answer.text()
        page.goto(path)
        return page

    yield go
    for context in browser.contexts:
        context.close()
    assert not any(complaints), complaints
    assert not any(elsewhere), elsewhere
