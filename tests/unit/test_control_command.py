"""The `webcare` command and the composition of the process `web`, without engines."""

import json
import stat
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from fastapi import FastAPI
from fastapi.testclient import TestClient

from services.contracts.topics import TOPICS
from services.control import web
from services.control.cli import main
from services.control.run import PROCESSES, settings_of
from services.control.settings import KNOWN, ControlSettings, load
from services.control.tokens import keyed, make_token, own_signing_key
from services.control.up import environment, once
from services.runtime.health import Health
from services.runtime.producer import SendError
from services.runtime.settings import Settings, SettingsError
from services.runtime.web.identity import read_token

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TEAMS = Path(__file__).resolve().parents[2] / "deploy" / "demo" / "teams"


def webcare(*arguments: str, env: Mapping[str, str | None] | None = None, given: bytes | None = None) -> Result:
    return CliRunner().invoke(main, arguments, env=env, input=given)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WEBCARE_DATA", str(tmp_path))
    return tmp_path


# -- settings ----------------------------------------------------------------------------------------------------------


def test_a_setting_that_no_service_knows_stops_the_start_with_one_line() -> None:
    result = webcare("status", env={"WEBCARE_KAFKA_BOOTSTARP": "x"})
    assert result.exit_code == 2
    assert result.output.strip() == "Error: unknown setting WEBCARE_KAFKA_BOOTSTARP"


def test_a_setting_of_another_service_is_let_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBCARE_INGEST_PORT", "8011")
    assert load(ControlSettings).square_port == 8020


def test_no_two_services_mean_different_things_by_one_name() -> None:
    kinds: dict[str, Any] = {}
    for settings in KNOWN:
        for name, field in settings.model_fields.items():
            assert kinds.setdefault(name, field.annotation) == field.annotation, name


def test_every_process_has_settings_and_a_port_of_its_own(data: Path) -> None:
    ports = {name: getattr(settings_of(process), process.metrics_port) for name, process in PROCESSES.items()}
    assert len(set(ports.values())) == len(PROCESSES)
    assert ports["ingest"] == 9101
    assert ports["web"] == 9104


# -- the key and tokens ------------------------------------------------------------------------------------------------


def test_the_signing_key_is_made_once_and_only_its_owner_reads_it(data: Path) -> None:
    path = own_signing_key(data)
    key = path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert own_signing_key(data).read_text() == key
    assert environment(load(ControlSettings))["WEBCARE_SIGNING_KEY_FILE"] == str(path)


def test_a_token_says_who_and_what(data: Path) -> None:
    own_signing_key(data)
    settings = keyed(load(ControlSettings))
    token = make_token(settings, "bi", ("spoorlijn",), "viewer", ("read",), 1, datetime.now(UTC))
    assert settings.signing_key is not None
    identity = read_token(settings.signing_key.get_secret_value(), token)
    assert identity.may("spoorlijn", "viewer", "read")
    assert not identity.may("spoorlijn", "agent", "commands")


def test_without_a_key_no_token_is_made(data: Path) -> None:
    with pytest.raises(SettingsError, match="WEBCARE_SIGNING_KEY"):
        make_token(load(ControlSettings), "bi", ("spoorlijn",), "viewer", (), 1, NOW)


# -- commands ----------------------------------------------------------------------------------------------------------


def test_every_command_has_help() -> None:
    listed = webcare("--help").output
    for name in (
        "up",
        "demo",
        "down",
        "status",
        "run",
        "import",
        "canned",
        "classify",
        "rebuild",
        "topics",
        "rejected",
        "rota",
        "user",
    ):
        assert f"  {name} " in listed
        assert webcare(name, "--help").exit_code == 0


def test_status_of_nothing_is_a_problem(data: Path) -> None:
    result = webcare("status", "--json")
    assert result.exit_code == 1
    assert json.loads(result.output)["problems"]


def test_classify_reads_lines_and_keeps_their_order() -> None:
    lines = b'{"id": 1, "text": "Er is een gaslucht in de straat"}\nnonsense\n{"id": 3, "text": "Thanks!"}\n'
    result = webcare("classify", given=lines)
    first, second, third = [json.loads(line) for line in result.output.splitlines()]
    assert first["id"] == 1
    assert first["classification"]["urgency"]["label"] == "critical"
    assert second["line"] == 2
    assert second["error"]
    assert third["classification"]["language"]["code"] == "en"
    assert result.exit_code == 1


@pytest.mark.parametrize("team", ["spoorlijn", "waterveen"])
def test_the_demos_rotas_have_no_problem(team: str) -> None:
    result = webcare("rota", "check", str(TEAMS / f"{team}.toml"), "--json")
    assert [one for one in json.loads(result.output)["findings"] if one["level"] == "problem"] == []
    assert result.exit_code == 0


def test_a_rota_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    file = tmp_path / "team.toml"
    file.write_text('[team]\nid = "x"\nname = "X"\n[[shifts]]\nid = "early"\npeople = ["nobody"]\n')
    result = webcare("rota", "check", str(file))
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert "Traceback" not in result.output


def test_topics_are_listed_with_who_writes_and_reads() -> None:
    listed = webcare("topics", "list").output
    assert all(topic.name in listed for topic in TOPICS)


def test_users_are_added_listed_and_disabled(data: Path, tmp_path: Path) -> None:
    own_signing_key(data)
    password = tmp_path / "password"
    password.write_text("a long enough password\n")
    added = webcare("user", "add", "noor", "--team", "waterveen:lead", "--password-file", str(password))
    assert (added.exit_code, added.output) == (0, "added noor\n")
    [noor] = json.loads(webcare("user", "list", "--json").output)
    assert noor["teams"] == {"waterveen": "lead"}
    assert webcare("user", "disable", "noor").exit_code == 0
    assert json.loads(webcare("user", "list", "--json").output)[0]["disabled"] is True
    assert webcare("user", "disable", "nobody").exit_code == 1


# -- conditions --------------------------------------------------------------------------------------------------------


def test_once_tries_until_it_succeeds_and_then_rests() -> None:
    calls: list[int] = []

    def action() -> None:
        calls.append(1)
        if len(calls) < 3:
            raise SendError("not yet")

    condition = once(action)
    assert [condition() is None for _ in range(5)] == [False, False, True, True, True]
    assert len(calls) == 3


# -- the process web ---------------------------------------------------------------------------------------------------


def app_saying(word: str, *paths: str) -> FastAPI:
    app = FastAPI()
    for path in paths:
        app.add_api_route(path, lambda: word, name=f"{word}{path}")
    return app


@pytest.fixture
def client() -> TestClient:
    health = Health()
    health.add("inbox", lambda: "still reading")
    desk = app_saying("desk", "/inbox", "/api/v1/cases/{case}")
    report = app_saying("report", "/search", "/api/v1/reports/{name}")
    return TestClient(web.Measured(web.OneAddress(desk, report, health)))


def test_each_address_goes_to_the_app_that_has_it(client: TestClient) -> None:
    assert client.get("/inbox").json() == "desk"
    assert client.get("/api/v1/cases/1").json() == "desk"
    assert client.get("/search").json() == "report"
    assert client.get("/api/v1/reports/overview").json() == "report"


def test_health_says_what_is_missing_and_metrics_are_there(client: TestClient) -> None:
    assert client.get("/health/live").status_code == 200
    ready = client.get("/health/ready")
    assert (ready.status_code, ready.json()["missing"]) == (503, ["inbox: still reading"])
    assert "webcare_http_seconds" in client.get("/metrics").text


def test_one_openapi_document_describes_both_apps(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert {"/api/v1/cases/{case}", "/api/v1/reports/{name}"} <= set(paths)


def test_answers_are_measured_by_route_and_not_by_id(client: TestClient) -> None:
    client.get("/api/v1/cases/one-certain-case")
    measured = client.get("/metrics").text
    assert 'route="/api/v1/cases/{case}"' in measured
    assert "one-certain-case" not in measured


def test_a_method_that_nobody_knows_does_not_become_a_metric(client: TestClient) -> None:
    for number in range(20):
        client.request(f"PLANTED{number}", "/inbox")
    measured = client.get("/metrics").text
    assert 'method="other"' in measured
    assert "PLANTED" not in measured


def test_settings_classes_are_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().log_level = "DEBUG"  # type: ignore[misc]  # that it is refused is what is tested
