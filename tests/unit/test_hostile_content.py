"""Hostile content in every field is shown harmlessly on every page: a matrix of texts, fields and ways out.

`tests/support/hostile.py` has the texts and fills the fields. Each page is held against the same page with plain texts: it
has no other elements and attributes. A new page needs a line in `PAGES` or `NOT_SHOWN`, a field one in `SEEN`.
"""

import csv
import io
import json
import re
import time
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from icalendar import Calendar
from pydantic import SecretStr, TypeAdapter, ValidationError

from deploy.demo.square.app import build_app as build_square
from deploy.demo.square.settings import SquareSettings
from services.contracts.base import Slug
from services.contracts.harmless import MOST_MARKS, harmless, isolated
from services.control.web import OneAddress
from services.desk.domain.difference import difference
from services.desk.domain.formats import format_of, parts
from services.desk.searches import Searches
from services.report.app import build_app as build_report
from services.report.domain.wallboard import make_link
from services.report.settings import ReportSettings
from services.runtime.health import Health
from services.runtime.web.i18n import Translator
from services.runtime.web.outside import REL, outside
from tests.browser.desk_backend import KEY, SPOOR, TestDesk, open_test_desk
from tests.support.hostile import ADDRESSES, TEXTS, ZALGO, Filling, HostileElastic, Ids, play, token
from tests.support.rights import ROUTES

PLAIN = Filling("Gewoon", "https://site.example/a")
PAGES: Mapping[str, tuple[str, str]] = {
    "login": ("", "/login"),
    "inbox": ("youssef", "/inbox?view=team&source=mastodon"),
    "approval": ("youssef", "/inbox?view=approval"),
    "list": ("youssef", "/inbox/list?view=team"),
    "case": ("youssef", "/cases/{case}?view=team"),
    "held": ("root", "/cases/{held}?view=team"),
    "writes": ("youssef", "/cases/{held}?view=team"),
    "closed": ("youssef", "/cases/{closed}?view=closed"),
    "live": ("youssef", "/cases/{case}/live"),
    "presence": ("youssef", "/cases/{case}/presence"),
    "mentioned": ("tom", "/mentioned"),
    "canned": ("lena", "/canned"),
    "help": ("youssef", "/help"),
    "ideas": ("youssef", "/ideas"),
    "handbook": ("lena", "/handbook"),
    "whole": ("lena", "/handbook?whole=1"),
    "guideline": ("lena", "/handbook/evil"),
    "guideline before": ("lena", "/handbook/evil?version=1"),
    "guideline form": ("lena", "/handbook/evil/edit"),
    "guideline new": ("lena", "/handbook/edit/new"),
    "guideline retired": ("lena", "/handbook/old"),
    "suggestions": ("lena", "/handbook/suggestions"),
    "agreements": ("youssef", "/handbook/agreements"),
    "agreements to change": ("lena", "/handbook/agreements"),
    "approval rule form": ("lena", "/handbook/agreements/approval?rule=rule"),
    "case rule form": ("lena", "/handbook/agreements/cases?rule=rule"),
    "case words form": ("lena", "/handbook/agreements/cases?rule=words"),
    "style form": ("lena", "/handbook/agreements/style"),
    "mandate form": ("lena", "/handbook/agreements/mandate/youssef"),
    "working form": ("lena", "/handbook/agreements/working"),
    "start why": ("root", "/start/why"),
    "start team": ("root", "/start/team"),
    "start people": ("root", "/start/people"),
    "start hours": ("root", "/start/hours"),
    "start handbook": ("root", "/start/handbook"),
    "start source": ("root", "/start/source"),
    "start test": ("root", "/start/test"),
    "rota": ("youssef", "/rota"),
    "rota cover": ("lena", "/rota/cover"),
    "rota mine": ("youssef", "/rota/mine"),
    "rota asked": ("tom", "/rota/mine"),
    "rota requests": ("lena", "/rota/requests"),
    "rota stand-ins": ("lena", "/rota/stand-ins"),
    "rota shifts": ("lena", "/rota/shifts"),
    "rota shift": ("lena", "/rota/shifts/day/edit"),
    "rota new": ("lena", "/rota/shifts/new"),
    "rota plan": ("lena", "/rota/plan"),
    "account": ("youssef", "/account"),
    "second": ("youssef", "/account/second"),
    "people": ("root", "/people"),
    "person": ("root", "/people/youssef"),
    "log": ("root", "/people-log"),
    "question": ("", "/q/{question}"),
    "box": ("", "/tip/{box}"),
    "search": ("youssef", "/search"),
    "hits": ("youssef", "/search?q=x&after="),
    "reports": ("lena", "/reports"),
    "rows": ("lena", "/reports/cases"),
    "wallboard": ("", "/wallboard/{wall}"),
    "nowhere": ("youssef", "/cases/none"),
}
"""Who looks, and where. What is in braces is found when the world is made."""
NOT_SHOWN: Mapping[str, str] = {
    "GET /": "leads to the inbox",
    "GET /start": "leads to a step",
    "GET /login/second": "leads to the login",
    "GET /login/second/new": "leads to the login",
    "GET /login/sso": "leads to the provider",
    "GET /login/sso/callback": "leads to the inbox",
    "GET /login/sso/out": "leads to the provider",
    "GET /static/{path:path}": "our own files",
    "GET /openapi.json": "says nothing of anybody",
    "GET /inbox/live": "names of what changed, ids and numbers",
    "GET /inbox/nobody": "a number",
    "GET /invitation/{word}": "the name of an account, which is a slug",
}
JSON_PATHS: Mapping[str, str] = {
    "/api/v1/cases?team=spoorlijn&view=team": "author name",
    "/api/v1/cases/{case}": "mention text",
    "/api/v1/team/spoorlijn/handbook": "guideline body",
    "/api/v1/team/spoorlijn/goals": "goals",
    "/api/v1/team/spoorlijn/roster": "person youssef",
    "/api/v1/team/spoorlijn/rota": "",
    "/api/v1/team/spoorlijn/coverage": "",
    "/api/v1/team/spoorlijn/fairness": "",
    "/api/v1/team/spoorlijn/calendars": "calendar problem",
    "/api/v1/search?q=x": "hit text",
    "/api/v1/search/kept?team=spoorlijn": "search name",
    "/api/v1/mentions/x": "hit text",
    "/api/v1/reports/overview?team=spoorlijn": "figure",
    "/api/v1/reports/cases?team=spoorlijn": "hit case title",
}
"""What programs read has the text as it was written; the field that it is looked at for."""
SEEN: Mapping[str, str] = {
    "account youssef": "account",
    "account lena": "handbook",
    "account tom": "rota asked",
    "account root": "people",
    "team name": "wallboard",
    "person youssef": "rota",
    "person marit": "rota requests",
    "person sanne": "rota stand-ins",
    "person tom": "start people",
    "topic name": "case",
    "approval rule": "writes",
    "case rule": "case",
    "case rule word": "case words form",
    "case rule author": "agreements",
    "team handle": "working form",
    "approval rule before": "agreements to change",
    "avoided word": "agreements",
    "instead of it": "style form",
    "guideline reason first": "guideline",
    "guideline reason second": "guideline",
    "guideline first title": "guideline before",
    "guideline first body": "guideline before",
    "guideline title": "handbook",
    "guideline body": "guideline form",
    "guideline retired title": "handbook",
    "guideline retired reason": "guideline retired",
    "suggestion text": "suggestions",
    "suggestion decided": "suggestions",
    "suggestion note": "suggestions",
    "leave note": "rota requests",
    "swap note": "rota mine",
    "stand-in note": "rota asked",
    "override reason": "rota shifts",
    "calendar problem": "rota shifts",
    "calendar unknown": "rota shifts",
    "calendar passed": "rota shifts",
    "canned title": "canned",
    "canned text": "canned",
    "search name": "search",
    "search query": "",
    "goals": "reports",
    "idea name": "ideas",
    "idea text": "ideas",
    "idea note": "ideas",
    "filter title": "inbox",
    "author name": "list",
    "author handle": "case",
    "mention text": "case",
    "title": "case",
    "evidence": "case",
    "note": "case",
    "hand-over note": "case",
    "reply": "case",
    "delivery failure": "case",
    "question name": "case",
    "question text": "question",
    "question quote": "question",
    "answer name": "case",
    "answer text": "case",
    "held title": "held",
    "reply before": "",
    "approval comment": "held",
    "reply held": "held",
    "closed text": "closed",
    "hit author name": "hits",
    "hit author handle": "hits",
    "hit title": "hits",
    "hit rule": "hits",
    "hit case title": "rows",
    "hit note": "hits",
    "hit passage": "hits",
    "facet": "hits",
    "facet other": "hits",
    "figure": "reports",
    "draft": "case",
    "draft apart": "case",
    "typed in a form": "",
    "author id": "",
    "hit author id": "",
    "hit case author": "",
    "hit text": "",
}
"""Where each field is seen for sure; it may be seen elsewhere too. Without a page: in what programs read, or not at all."""


@dataclass(frozen=True)
class World:
    """A desk and a report behind one address, with one text in every field."""

    fill: Filling
    desk: TestDesk
    app: OneAddress
    names: Mapping[str, str]
    seen: dict[str, Response] = field(default_factory=dict)

    def get(self, who: str, path: str) -> Response:
        """Ask as somebody, or as a stranger."""
        cookie = self.desk.accounts.begin(who, self.desk.backend.clock()) if who else ""
        known = {"Cookie": f"webcare_session={cookie}; team={SPOOR}"} if who else {}
        client = TestClient(self.app, follow_redirects=False, headers=known)
        found: Response = client.get(path.format(**self.names))
        return found

    def page(self, name: str) -> Response:
        """One of the pages, asked for once."""
        if name not in self.seen:
            self.seen[name] = self.get(*PAGES[name])
        return self.seen[name]


def made(folder: Path, fill: Filling) -> World:
    desk = open_test_desk(folder, nobody=lambda _team, _since: 3)
    ids: Ids = play(desk, fill)
    _write(desk, ids, fill)
    kept = Searches(desk.model, desk.app.state.desk.commands, desk.backend.clock)
    now = desk.backend.clock()
    elastic = HostileElastic(fill, now)
    known: dict[str, Any] = {"elastic": elastic, "kept": kept, "goals": desk.model.goals}
    report = build_report(ReportSettings(signing_key=KEY), desk.accounts, desk.model.config, **known)
    case = desk.model.case(ids.case)
    assert case is not None
    links = desk.app.state.desk.links
    names = {
        "case": ids.case,
        "held": ids.held,
        "closed": ids.closed,
        "question": links.question(ids.case, case.questions[-1]),
        "box": links.ideas(SPOOR, 1),
        "wall": make_link(KEY, SPOOR, 1, now, 1),
        "calendar": desk.app.state.desk.calendars.renew("youssef", SPOOR),
    }
    return World(fill, desk, OneAddress(desk.app, report, Health()), names)


def _write(desk: TestDesk, ids: Ids, fill: Filling) -> None:
    """Two drafts of one reply, a note that was begun, and somebody who looks on."""
    for name, where in (("youssef", "draft"), ("youssef", "draft apart")):
        client = _client(desk, name)
        answer = client.post(f"/cases/{ids.case}/draft", data={"what": "reply", "text": fill(where, 10_000)})
        assert answer.status_code == 303, answer.text
    begun = fill("typed in a form", 10_000)
    typed = {"said": begun[:500], "values": {"note": begun}, "texts": {"note": begun[:500]}}
    answer = _client(desk, "youssef").post(
        f"/cases/{ids.case}/typed", data={"form": "hand-over", "typed": json.dumps(typed)}
    )
    assert answer.json()["state"] == "saved", answer.text
    assert _client(desk, "lena").post(f"/cases/{ids.case}/presence", data={"doing": "looks"}).status_code < 400


def _client(desk: TestDesk, name: str) -> TestClient:
    cookie = desk.accounts.begin(name, desk.backend.clock())
    identity = desk.accounts.find(cookie, desk.backend.clock())
    assert identity is not None
    headers = {"Cookie": f"webcare_session={cookie}", "X-CSRF-Token": identity.csrf}
    return TestClient(desk.app, follow_redirects=False, headers=headers)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Everything filled with a plain word."""
    world = made(tmp_path_factory.mktemp("plain"), PLAIN)
    yield world
    world.desk.accounts.close()


@pytest.fixture(scope="module")
def shapes(plain: World) -> Mapping[str, set[tuple[str, str]]]:
    """The elements and attributes that each page has by itself."""
    return {name: read(plain.page(name).text).shape for name in PAGES}


@pytest.fixture(scope="module", params=sorted(TEXTS))
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Everything filled with one of the hostile texts."""
    kind: str = request.param
    world = made(tmp_path_factory.mktemp(kind), Filling(TEXTS[kind], ADDRESSES[kind]))
    yield world
    world.desk.accounts.close()


# -- what is looked at on a page -------------------------------------------------------------------------------------


class Page(HTMLParser):
    """A page as a browser reads it: its elements with their attributes, and everything that it says."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.shape: set[tuple[str, str]] = set()
        self.links: list[tuple[str, dict[str, str]]] = []
        self.scripts: list[str] = []
        self.said: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.shape |= {(tag, ""), *((tag, name) for name in given)}
        self.said += given.values()
        self.scripts += [given.get("src", "none")] if tag == "script" else []
        self.links += [(name, given) for name in given if name in LEADS or name.startswith("hx-get")]

    def handle_data(self, data: str) -> None:
        self.said.append(data)

    @property
    def text(self) -> str:
        """All that it says, as one line."""
        return flat("\x1f".join(self.said))


read = lru_cache(maxsize=512)(Page)
"""A page is read once, however often it looks the same."""
LEADS = ("href", "src", "action", "formaction", "hx-get", "hx-post", "xlink:href", "poster", "data", "srcset")
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\ufeff]")


def flat(text: str) -> str:
    """A text on one line, without the isolates that only keep it in its place."""
    return " ".join(re.sub("[\u2066-\u2069]", "", text).split())


def harm(html: str, page: Page) -> list[str]:
    """What is wrong with a page, whatever texts are in it."""
    found = [f"a script from {one}" for one in page.scripts if not one.startswith("/static/")]
    found += [f"leads to {given[name]!r}" for name, given in page.links if not is_safe(name, given)]
    found += [f"hidden characters: {ascii(one)[:90]}" for one in page.said if UNSEEN.search(one)]
    found += [f"an isolate is left open: {ascii(one)[:90]}" for one in page.said if left_open(one)]
    found += [f"{most_marks(one)} marks on a letter" for one in page.said if most_marks(one) > MOST_MARKS]
    return found + [f"raw {one}" for one in ("<script>alert", "<svg onload", "<img src=x") if one in html]


def is_safe(name: str, given: Mapping[str, str]) -> bool:
    address = given[name]
    if address.startswith(("/static/", "#")) or (address.startswith("/") and not address.startswith(("//", "/\\"))):
        return True
    if name == "src":
        return address.startswith("data:image/svg+xml")
    if name == "action":
        return address == ""
    parts = urlsplit(address)
    if parts.netloc == "testserver":
        return True
    told = (given.get("rel"), given.get("class"), given.get("title"))
    return parts.scheme in ("http", "https") and told == (REL, "outside", parts.hostname) and parts.netloc.isascii()


def left_open(text: str) -> bool:
    depth = 0
    for one in re.findall("[\u2066-\u2069]", text):
        depth += -1 if one == "\u2069" else 1
        if depth < 0:
            return True
    return depth > 0


def most_marks(text: str) -> int:
    most = run = 0
    for one in "" if text.isascii() else text:
        run = run + 1 if unicodedata.category(one) in ("Mn", "Me") else 0
        most = max(most, run)
    return most


# -- the matrix ------------------------------------------------------------------------------------------------------


def test_every_page_is_looked_at_and_every_field_is_looked_for(plain: World) -> None:
    paths = [path.split("?")[0] for _, path in PAGES.values()] + [path.split("?")[0] for path in JSON_PATHS]
    paths += ["/rota/ical/{calendar}.ics"]
    patterns = {route: re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(route.partition(" ")[2])) for route in ROUTES}
    missing = [
        route
        for route, pattern in patterns.items()
        if route.startswith("GET ") and route not in NOT_SHOWN and not any(re.fullmatch(pattern, one) for one in paths)
    ]
    streams = [route for route, needs in ROUTES.items() if needs.stream]
    assert sorted(set(missing) - set(streams)) == []
    assert all(plain.page(name).status_code == (404 if name == "nowhere" else 200) for name in PAGES)
    assert sorted(plain.fill.fields.keys() ^ SEEN.keys()) == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_shows_it_harmlessly(world: World, shapes: Mapping[str, set[tuple[str, str]]], name: str) -> None:
    answer = world.page(name)
    page = read(answer.text)
    assert answer.status_code == (404 if name == "nowhere" else 200)
    assert harm(answer.text, page) == []
    assert sorted(page.shape - shapes[name] - MAY_DIFFER) == []
    assert "default-src 'none'" in answer.headers["content-security-policy"]


MAY_DIFFER = frozenset(
    {(one, "") for one in ("li", "ul", "br", "code", "pre", "q")} | {("li", "class"), ("details", "open")}
)
"""What Markdown makes of a guideline's text, and what the check of a reply finds in a draft."""


def test_every_field_is_shown_as_the_text_that_it_is(world: World) -> None:
    texts = {name: read(world.page(name).text).text for name in set(SEEN.values()) if name}
    lost = [
        f"{field} on {name}: {ascii(wanted)[:90]}"
        for field, name in SEEN.items()
        if name and (wanted := flat(harmless(world.fill.fields[field]))) not in texts[name]
    ]
    assert lost == []


WORDS = ("q", "told", "was", "author", "feed", "reason", "next", "person", "tag", "topic", "source", "conversation")


@pytest.mark.parametrize("name", PAGES)
def test_an_address_with_it_is_answered_harmlessly(world: World, name: str) -> None:
    who, path = PAGES[name]
    query = urlencode(dict.fromkeys(WORDS, world.fill.text[:60]))
    answer = world.get(who, f"{path}{'&' if '?' in path else '?'}{query}")
    assert answer.status_code < 500
    assert not answer.headers.get("location", "/").startswith(("//", "http:", "https:"))
    assert harm(answer.text, read(answer.text)) == []


@pytest.mark.parametrize("path", JSON_PATHS)
def test_a_program_reads_it_as_it_was_written(world: World, path: str) -> None:
    answer = world.get("lena", path)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    field = JSON_PATHS[path]
    assert not field or json.dumps(world.fill.fields[field][:300], ensure_ascii=False)[1:-1] in json.dumps(
        answer.json(), ensure_ascii=False
    )


@pytest.mark.parametrize("name", ["overview", "cases"])
def test_a_spreadsheet_calculates_nothing(world: World, name: str) -> None:
    answer = world.get("lena", f"/api/v1/reports/{name}?team=spoorlijn&format=csv")
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}-spoorlijn.csv"'
    for separator in ",;":
        rows = list(csv.reader(io.StringIO(answer.text, newline=""), delimiter=separator))
        begins = {cell.lstrip()[:1] for row in rows for cell in row}
        assert begins.isdisjoint({"=", "+", "-", "@"})
    assert UNSEEN.search(answer.text) is None
    assert token("hit case title" if name == "cases" else "figure") in answer.text


@pytest.mark.parametrize("chart", ["volume", "channels", "topics"])
def test_a_picture_runs_nothing(world: World, chart: str) -> None:
    answer = world.get("lena", f"/api/v1/reports/overview?team=spoorlijn&format=svg&chart={chart}")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert harm(answer.text, page := Page(answer.text)) == []
    assert not {tag for tag, _ in page.shape} & {"script", "a", "image", "foreignobject"}
    assert not [name for _, name in page.shape if name.startswith("on")]


def test_a_calendar_has_no_lines_but_its_own(world: World) -> None:
    text = world.get("", "/rota/ical/{calendar}.ics").content
    assert all(len(line) <= 75 for line in text.split(b"\r\n"))
    assert b"\r" not in text.replace(b"\r\n", b"")
    assert b"\n" not in text.replace(b"\r\n", b"")
    [calendar] = Calendar.from_ical(text, multiple=True)
    for event in calendar.walk("VEVENT"):
        assert set(event) <= {
            "UID",
            "DTSTAMP",
            "DTSTART",
            "DTEND",
            "SUMMARY",
            "STATUS",
            "SEQUENCE",
            "DESCRIPTION",
            "ATTENDEE",
        }
        assert harmless(str(event["SUMMARY"])) == str(event["SUMMARY"])
    assert token("team name") in str(calendar["X-WR-CALNAME"])


def test_the_square_shows_it_harmlessly(world: World, tmp_path: Path) -> None:
    settings = SquareSettings(data=tmp_path, secret=SecretStr("whsec_c3F1YXJlLXRlc3Qtc2VjcmV0LTEyMw=="), pace=0)
    with TestClient(build_square(settings, clock=lambda: datetime(2026, 5, 20, 12, 0, tzinfo=UTC))) as client:
        calm = Page(client.post("/posts", data=POST).text)
        said = {"name": world.fill("square name", 50), "text": world.fill("square text", 1_900)}
        answer = client.post("/posts", data=POST | said)
        page = read(answer.text)
        assert harm(answer.text, page) == []
        assert sorted(page.shape - calm.shape) == []
        assert all(flat(harmless(one)) in page.text for one in said.values())
        refused = client.post("/posts", data=POST | {"name": "", "text": world.fill.text[:1_900]})
        assert refused.status_code == 422
        assert harm(refused.text, Page(refused.text)) == []


POST = {"name": "Lotte", "monitor": "spoorlijn", "text": "Waar blijft de trein?"}


@pytest.mark.parametrize("text", [*TEXTS.values(), "a\n", "a b", "A", "é", ""])
def test_what_names_things_in_addresses_and_keys_is_never_hostile(text: str) -> None:
    """Teams, people, sources, topics, tags, shifts and monitors are slugs."""
    with pytest.raises(ValidationError):
        TypeAdapter(Slug).validate_python(text)


# -- the parts -------------------------------------------------------------------------------------------------------


def test_a_text_of_marks_is_bounded_and_a_letter_of_a_living_script_is_not() -> None:
    assert harmless(ZALGO * 2) == 2 * ZALGO[: MOST_MARKS + 1]
    assert harmless("e" + "\u200d\u0301" * 100).count("\u0301") == MOST_MARKS
    for word in ("Việt Nam", "שָׁלוֹם", "ภาษาไทย", "ཧཱུྃ", "မြန်မာ", "हिन्दी", "👩‍👩‍👧‍👦 ❤️", "Zoë", "e\u0301"):
        assert harmless(word) == word


def test_a_reply_of_endless_marks_is_compared_and_cut_into_posts_in_no_time() -> None:
    text = ZALGO[:10_000]
    began = time.process_time()
    pieces = difference(text, text + "!")
    posts = parts(text, format_of("mastodon", "post"))
    assert time.process_time() - began < 2
    assert "".join(one.text for one in pieces if one.kind != "removed") == text + "!"
    assert "".join(one.rpartition(" (")[0] for one in posts) == text
    assert len(posts) < 100


def test_what_turns_its_surroundings_round_is_left_out_and_what_is_closed_stays() -> None:
    assert harmless("a\u202egpj.exe\u202c") == "agpj.exe"
    assert harmless("\u2067עברית\u2069, Nederlands") == "\u2067עברית\u2069, Nederlands"
    for broken in ("a\u2066b", "a\u2069b", "\u2069a\u2066b", "\u2066a\u2069\u2069b"):
        assert harmless(broken) == re.sub("[\u2066\u2069]", "", broken)
    assert harmless("regel\n\ttab\r\n") == "regel\n\ttab\r\n"
    assert harmless("\x00\x1b[31m\x9b\ufeff\ud800") == "[31m"


def test_a_name_from_the_right_keeps_its_place_in_a_sentence() -> None:
    t = Translator("nl", {"by": "Door {name}, {count} keer"})
    assert t("by", name="Marit", count=2) == "Door Marit, 2 keer"
    assert t("by", name="דנה\u202e", count=2) == "Door \u2068דנה\u2069, 2 keer"
    assert isolated("Zoë") == "Zoë"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "data:text/html,x", "//evil.example", "https://", "https:evil.example", "http://[", "",
        "java\nscript:x", "ftp://x.example", "https://bank.example@evil.example/", "https://bank.example\\@evil.example",
        "https://x.example/\u202egpj", "https://x y.example/", "https://x.example:99999/", "https://.example", None, 7,
    ],
)  # fmt: skip
def test_what_may_be_no_link_is_none(url: object) -> None:
    assert outside(url) is None


@pytest.mark.parametrize(
    ("url", "href", "disguised"),
    [
        ("https://social.example/@a/1?b=c#d", "https://social.example/@a/1?b=c#d", False),
        (" HTTP://Social.Example:8080/ ", "http://social.example:8080/", False),
        ("https://\u0430pple.com/x", "https://xn--pple-43d.com/x", True),
        ("https://xn--pple-43d.com/x", "https://xn--pple-43d.com/x", True),
        ("https://straße.example/", "https://xn--strae-oqa.example/", True),
        ("https://ｅxample\u3002com/", "https://example.com/", False),
    ],
)
def test_a_link_leads_where_it_says(url: str, href: str, disguised: bool) -> None:
    found = outside(url)
    assert found is not None
    assert (found.href, found.host, found.disguised) == (href, urlsplit(href).hostname, disguised)
