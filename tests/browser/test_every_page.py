"""Every page there is (`every_page.py`): read by axe-core on a phone and at a desk, light and dark, nothing wider than a
phone, every control reached and shown with Tab. A page that is not in the table fails `test_every_page_is_listed`.

Search, figures and the wallboard are looked at in the same way by `test_report_pages.py`, on a real Elasticsearch.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import serve
from tests.browser.desk_scene import play
from tests.browser.every_page import LOOKS, Look, Scene, World
from tests.browser.every_scene import MUST_HAVE, fill
from tests.browser.rota_scene import play_rota
from tests.support.elsewhere import asked_elsewhere
from tests.support.looks import faults
from tests.support.rights import ROUTES

pytestmark = pytest.mark.browser

NO_PAGE: Mapping[str, str] = {
    "GET /": "leads to the inbox",
    "GET /start": "leads to a step",
    "GET /login/sso/out": "leads to the provider, or to the login",
    "GET /login/sso/callback": "leads to the inbox, or to the login",
    "GET /static/{path:path}": "a file",
    "GET /openapi.json": "for programs",
    "GET /rota/ical/{token}.ics": "for calendars",
    "GET /inbox/list": "a piece of the inbox",
    "GET /inbox/nobody": "a piece of the navigation",
    "GET /cases/{case}/live": "pieces of a case",
    "GET /cases/{case}/presence": "a piece of a case",
    "GET /search": "test_report_pages.py",
    "GET /reports": "test_report_pages.py",
    "GET /reports/cases": "test_report_pages.py",
    "GET /wallboard/{token}": "test_report_pages.py",
}
"""What is read from the server and is no page of this table, and why."""


@pytest.fixture(scope="module")
def worlds(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Scene], World]]:
    """Each scene, served from when it is first asked for."""
    found: dict[Scene, World] = {}
    with ExitStack() as open_until_the_end:

        def world(scene: Scene) -> World:
            if scene not in found:
                folder, opened = tmp_path_factory.mktemp(scene), contextmanager(serve)
                if scene == "rota":
                    served = open_until_the_end.enter_context(opened(folder, play_rota))
                else:
                    settings: dict[str, Any] = {"oidc_issuer": "http://127.0.0.1:9", "oidc_client_id": "webcare"}
                    settings["desk_second_factor_roles"] = MUST_HAVE
                    served = open_until_the_end.enter_context(opened(folder, play, **settings))
                found[scene] = World(browser, served, {} if scene == "rota" else fill(served))
            return found[scene]

        yield world
        for context in browser.contexts:
            context.close()


def unlisted(routes: Iterable[str], looks: Iterable[Look]) -> list[str]:
    """Pages that the table has not."""
    paths = {urlsplit(look.path).path for look in looks}
    pages = [
        route
        for route in routes
        if route.startswith("GET ") and not route.startswith("GET /api/") and route not in NO_PAGE
    ]
    patterns = {route: re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(route.removeprefix("GET "))) for route in pages}
    return [route for route, pattern in patterns.items() if not any(re.fullmatch(pattern, one) for one in paths)]


def test_every_page_is_listed() -> None:
    assert unlisted([one for one, needs in ROUTES.items() if not needs.stream], LOOKS) == []
    assert NO_PAGE.keys() <= ROUTES.keys()


def test_a_page_that_is_not_listed_is_seen() -> None:
    assert unlisted(["GET /rota", "GET /rota/holidays", "POST /rota/leave"], LOOKS) == ["GET /rota/holidays"]


PLANTED = """() => {
  const plant = (what, style) => {
    const one = document.querySelector('main').appendChild(document.createElement(what));
    one.textContent = 'x';
    one.setAttribute('aria-label', 'Geplant');
    for (const [name, value] of Object.entries(style)) one.style.setProperty(name, value, 'important');
    return one;
  };
  const tiny = { width: '10px', height: '10px', padding: '0', border: '0', 'min-height': '0' };
  plant('button', tiny), plant('button', tiny);
  plant('p', { width: '500px' });
  plant('button', { outline: 'none', height: '40px' });
  plant('button', { height: '40px' }).addEventListener('focus', (event) => event.target.blur());
}"""
"""Two buttons of 10 px beside each other, something that a phone has no room for, a focus that does not show, and one that
is not to be had."""


def test_what_is_wrong_with_a_page_is_seen(worlds: Callable[[Scene], World]) -> None:
    page = worlds("afternoon").context("youssef").new_page()
    page.goto("/help")
    page.evaluate(PLANTED)
    found = "\n".join(faults(page))
    page.close()
    for gate in ("360 px: main: ", "serious target-size", "does not show it: <button", "unreached: <button"):
        assert gate in found


def test_whoever_else_is_asked_is_seen(worlds: Callable[[Scene], World]) -> None:
    url, context = worlds("afternoon").served.url, worlds("afternoon").context("")
    elsewhere, page = asked_elsewhere(context, url), context.new_page()
    page.goto("/login")
    assert elsewhere == []
    page.goto(url.replace("127.0.0.1", "localhost") + "/login")
    assert elsewhere[0].startswith("http://localhost:")


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_everybody_can_read_and_use(worlds: Callable[[Scene], World], look: Look) -> None:
    world = worlds(look.scene)
    page = world.page(look)
    if look.way:
        look.way(page, world)
    else:
        answer = page.goto(world.at(look.path))
        assert answer
        assert answer.status == look.status
    assert urlsplit(page.url).path == urlsplit(world.at(look.path)).path
    assert faults(page) == []
    page.evaluate("sessionStorage.clear()")
    assert world.said[look.person] == []
    assert world.asked[look.person] == []
    if not look.person:
        page.context.close()
