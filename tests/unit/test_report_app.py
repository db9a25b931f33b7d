"""The report's app without Elasticsearch: it says so, and keeps its doors."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from services.contracts.searches import AlertRule, SavedSearch, SearchAlert
from services.report.app import PREFIXES, build_app
from services.report.domain.mappings import Json
from services.report.domain.search import FACETS, nobody_body
from services.report.domain.wallboard import make_link
from services.report.elastic import ElasticUnavailableError
from services.report.settings import ReportSettings
from services.report.web.context import KeptSearches
from services.report.web.nobody import NobodyCounts
from services.runtime.web.identity import Identity, Role, issue_token
from tests.unit.test_report_samples import NOW, TEAM

KEY = "k" * 40


class Away:
    """An Elasticsearch that does not answer."""

    def request(
        self, method: str, path: str, body: Json | bytes | None = None, params: Mapping[str, Any] | None = None
    ) -> Any:
        raise ElasticUnavailableError(f"{method} {path} {bool(body)} {bool(params)}")

    def search(self, index: str, body: Json) -> Json:
        raise ElasticUnavailableError(f"{index} {bool(body)}")

    def searches(self, parts: list[tuple[str, Json]]) -> list[Json]:
        raise ElasticUnavailableError(str(len(parts)))


class People:
    """A session cookie is a role."""

    def find(self, cookie: str, now: datetime) -> Identity | None:
        roles: dict[str, Role] = {"lead": "lead", "agent": "agent", "viewer": "viewer"}
        known = cookie in roles and bool(now)
        return Identity(cookie, cookie, {TEAM: roles[cookie]}, csrf="c" * 32, language="en") if known else None


def client(role: str = "", kept: KeptSearches | None = None, elastic: Away | None = None) -> TestClient:
    parts: dict[str, Any] = {"clock": lambda: NOW, "elastic": elastic or Away(), "kept": kept}
    app = build_app(ReportSettings(signing_key=KEY), People(), lambda _team: None, **parts)
    cookies = {"webcare_session": role} if role else {}
    return TestClient(app, base_url="http://testserver", cookies=cookies, follow_redirects=False)


@pytest.mark.parametrize(
    "path", ["/api/v1/search", "/api/v1/mentions/x", "/api/v1/reports/overview", "/api/v1/reports/cases"]
)
def test_without_elasticsearch_the_api_says_503_and_when_to_come_back(path: str) -> None:
    answer = client("agent").get(path)
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "search_unavailable"
    assert answer.headers["retry-after"] == "5"


@pytest.mark.parametrize("path", ["/search", "/reports", "/reports/cases"])
def test_without_elasticsearch_a_page_says_so_in_words(path: str) -> None:
    answer = client("agent").get(path)
    assert answer.status_code == 503
    assert "text/html" in answer.headers["content-type"]
    assert "Traceback" not in answer.text
    assert client().get(path).status_code == 303, "a stranger goes to the login"


def test_without_elasticsearch_the_wallboard_stays_on_the_wall() -> None:
    token = make_link(KEY, TEAM, 1, NOW, 1)
    answer = client().get(f"/wallboard/{token}")
    assert answer.status_code == 503
    assert 'id="wall"' in answer.text


def test_a_wallboard_link_is_made_by_leads_with_their_own_form() -> None:
    form = {"team": TEAM, "csrf": "c" * 32}
    assert client("agent").post("/reports/wallboard", data=form).status_code == 403
    assert client("lead").post("/reports/wallboard", data={"team": TEAM}).status_code == 403
    assert client("lead").post("/reports/wallboard", data=form | {"team": "other"}).status_code == 403
    assert client("lead").post("/reports/wallboard", data=form).status_code == 200


def test_a_token_opens_no_wallboard_and_a_wallboard_no_api() -> None:
    bearer = issue_token(KEY, "x", {TEAM: "lead"}, frozenset({"read"}), datetime.now(NOW.tzinfo), timedelta(hours=1))
    link = make_link(KEY, TEAM, 1, NOW, 1)
    assert client().get(f"/wallboard/{bearer}").status_code == 404
    assert client().get("/wallboard/x").status_code == 404
    assert client().get("/api/v1/search", headers={"Authorization": f"Bearer {link}"}).status_code == 401
    assert client().get("/api/v1/search", headers={"Authorization": f"Bearer {bearer}"}).status_code == 503


def test_the_prefixes_name_every_address_of_the_app() -> None:
    app = client().app
    paths = set(app.openapi()["paths"])  # type: ignore[attr-defined]  # the app under the client is FastAPI
    assert paths
    assert all(path.startswith(PREFIXES) for path in paths)


def test_what_needs_nobody_is_not_counted_while_elasticsearch_is_away() -> None:
    assert NobodyCounts(ReportSettings(), Away(), lambda: NOW)(TEAM, NOW) is None


def test_what_needs_nobody_is_counted_for_one_team_and_asked_seldom() -> None:
    asked: list[Json] = []

    class There(Away):
        def search(self, index: str, body: Json) -> Json:
            assert index.endswith("mentions")
            asked.append(body)
            return {"hits": {"total": {"value": 312}}}

    count = NobodyCounts(ReportSettings(), There(), lambda: NOW)
    assert [count(TEAM, NOW), count(TEAM, NOW)] == [312, 312]
    assert asked == [nobody_body(TEAM, NOW)]
    wanted = asked[0]["query"]["bool"]["filter"]
    assert {"terms": {"team": [TEAM]}} in wanted
    assert {"term": {"classification.needs_person": False}} in wanted


class Kept:
    """Keeps what it is asked to, for the test."""

    def __init__(self) -> None:
        self.asked: list[Mapping[str, Any]] = []

    def kept(self, team: str, person: str) -> list[SavedSearch]:
        return [SavedSearch(team=team, id="search-1", name="Lek", query="lek", owner=person, at=NOW)]

    def sounded(self, team: str, person: str) -> list[SearchAlert]:
        assert person != team
        return []

    async def ask(self, identity: Identity, body: Mapping[str, Any], key: str) -> str:
        assert identity.may(TEAM, "agent", "commands")
        assert key == ""
        self.asked.append(body)
        return "not_found" if body["type"] == "DropSearch" else ""


def test_a_form_keeps_a_search_and_says_what_came_of_it() -> None:
    port = Kept()
    agent = client("agent", kept=port)
    form = {"team": TEAM, "query": " trein is:case ", "alert": "10x60", "shared": "true", "csrf": "c" * 32}
    answer = agent.post("/search/saved", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/search?q=+trein+is%3Acase+&told=saved")
    [body] = port.asked
    assert (body["name"], body["query"], body["shared"]) == ("trein is:case", "trein is:case", True)
    assert body["alert"] == {"at_least": 10, "minutes": 60}
    dropped = agent.post("/search/saved/search-9/drop", data={"team": TEAM, "csrf": "c" * 32})
    assert dropped.headers["location"] == "/search?told=not_found"


class Empty(Away):
    """An Elasticsearch that finds nothing."""

    def search(self, index: str, body: Json) -> Json:
        assert index
        assert body
        facets: Json = {name: {"values": {"buckets": []}} for name in FACETS}
        return {"hits": {"total": {"value": 0, "relation": "eq"}, "hits": []}, "aggregations": facets}

    def searches(self, parts: list[tuple[str, Json]]) -> list[Json]:
        return [self.search(index, body) for index, body in parts]


class Dropping(Kept):
    """Lets go of what it is asked to let go of."""

    def __init__(self, alert: AlertRule | None) -> None:
        super().__init__()
        self.alert = alert

    def kept(self, team: str, person: str) -> list[SavedSearch]:
        facts: dict[str, Any] = {"name": "Lek & meer", "query": "lek sentiment:negative", "shared": True}
        return [SavedSearch(team=team, id="search-1", owner=person, at=NOW, alert=self.alert, **facts)]

    async def ask(self, identity: Identity, body: Mapping[str, Any], key: str) -> str:
        assert identity.may(TEAM, "agent", "commands")
        assert key == ""
        self.asked.append(body)
        return ""


@pytest.mark.parametrize(
    "alert",
    [None, AlertRule(at_least=1, minutes=1), AlertRule(at_least=10, minutes=60), AlertRule(at_least=3, minutes=7)],
)
def test_a_search_that_was_let_go_stands_in_the_form_and_is_kept_again_as_it_was(alert: AlertRule | None) -> None:
    port = Dropping(alert)
    agent = client("agent", kept=port, elastic=Empty())
    dropped = agent.post("/search/saved/search-1/drop", data={"team": TEAM, "csrf": "c" * 32})
    page = agent.get(dropped.headers["location"]).text
    form = page.partition('<form method="post" action="/search/saved" class="keep">')[2].partition("</form>")[0]
    assert "<details open>" in page
    assert 'value="Lek &amp; meer"' in form
    chosen = re.findall(r'<option value="([^"]*)" selected>', form)
    shared = "true" if re.search(r'name="shared" value="true" checked', form) else ""
    (query,) = re.findall(r'name="query" value="([^"]*)"', form)
    fields = {"name": "Lek & meer", "query": query, "alert": chosen[0] if chosen else "", "shared": shared}
    agent.post("/search/saved", data=fields | {"team": TEAM, "csrf": "c" * 32})
    [_, body] = port.asked
    assert body == {
        "type": "SaveSearch",
        "team": TEAM,
        "name": "Lek & meer",
        "query": "lek sentiment:negative",
        "shared": True,
        "alert": alert and alert.model_dump(),
    }


def test_an_address_that_names_no_rule_opens_no_form_and_a_form_with_one_keeps_nothing() -> None:
    port = Dropping(None)
    agent = client("agent", kept=port, elastic=Empty())
    for alert in ("0x60", "x", "many", "5x99999"):
        page = agent.get("/search", params={"told": "dropped", "was": "Lek", "alert": alert})
        assert page.status_code == 200
        assert "<details open>" not in page.text
    form = {"team": TEAM, "query": "trein", "alert": "5x99999", "csrf": "c" * 32}
    assert agent.post("/search/saved", data=form).headers["location"] == "/search?q=trein&told=invalid"
    assert port.asked == []


def test_who_may_not_keeps_nothing() -> None:
    port = Kept()
    form = {"team": TEAM, "query": "trein", "csrf": "c" * 32}
    assert client("viewer", kept=port).post("/search/saved", data=form).status_code == 403
    assert client("agent", kept=port).post("/search/saved", data=form | {"csrf": "x"}).status_code == 403
    assert client("agent", kept=port).post("/search/saved", data=form | {"team": "other"}).status_code == 403
    assert client("agent").post("/search/saved", data=form).status_code == 404, "no desk behind it"
    assert port.asked == []


def test_a_program_reads_the_kept_searches_of_its_teams() -> None:
    agent = client("agent", kept=Kept())
    [one] = agent.get("/api/v1/search/kept", params={"team": TEAM}).json()["searches"]
    assert (one["search"]["query"], one["alert"]) == ("lek", None)
    assert agent.get("/api/v1/search/kept", params={"team": "other"}).status_code == 403
