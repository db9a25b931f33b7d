"""`webcare rota`: check and export, of a file and of what a team has agreed."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from services.contracts.codec import encode
from services.contracts.teams import TeamConfig, TeamConfiguration
from services.contracts.topics import DESK_TEAMS, team_key
from services.control import teams
from services.control.cli import main
from services.route.rota_file import parse
from services.route.rota_text import render
from tests.support.route import at, config

SPOORLIJN = Path(__file__).resolve().parents[2] / "deploy" / "demo" / "teams" / "spoorlijn.toml"


def webcare(*arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(main, ["rota", *arguments], input=given)


class Records:
    """Stands where a consumer of `desk.teams` does: everything in one batch."""

    def __init__(self, records: list[Any]) -> None:
        self._records = records
        self._read = False
        self.closed = False

    def partitions_for_topic(self, topic: str) -> set[int]:
        assert topic == DESK_TEAMS.name
        return {0}

    def assign(self, partitions: list[Any]) -> None:
        self.assigned = partitions

    def seek_to_beginning(self, *partitions: Any) -> None:
        assert list(partitions) == self.assigned

    def end_offsets(self, partitions: list[Any]) -> dict[Any, int]:
        return {one: len(self._records) for one in partitions}

    def position(self, _partition: Any) -> int:
        return len(self._records) if self._read else 0

    def poll(self, _timeout: int) -> dict[Any, list[Any]]:
        self._read = True
        return {self.assigned[0]: self._records}

    def close(self) -> None:
        self.closed = True


def record(agreed: TeamConfig, revision: int) -> Any:
    whole = TeamConfiguration(team=agreed.team, revision=revision, at=at(0), config=agreed)
    return SimpleNamespace(key=team_key(agreed.team, "config", "current").encode(), value=encode(whole))


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Records]:
    """The consumers that were opened, each with what two teams have agreed."""
    odd = SimpleNamespace(key=b"waterveen:handled:x", value=b"not read")
    given = [record(config(), 1), odd, record(config(team="ander", name="Ander"), 1), record(config(name="Nieuw"), 2)]
    made: list[Records] = []

    def open_consumer(_settings: Any) -> Records:
        made.append(Records(given))
        return made[-1]

    monkeypatch.setattr(teams, "open_consumer", open_consumer)
    return made


def test_a_file_is_exported_as_it_reads() -> None:
    result = webcare("export", str(SPOORLIJN))
    assert result.exit_code == 0
    assert parse(result.output) == parse(SPOORLIJN.read_text(encoding="utf-8"))
    assert webcare("export", "-", given=result.output).output == result.output


def test_what_a_team_has_agreed_is_exported(opened: list[Records]) -> None:
    result = webcare("export", "waterveen")
    assert parse(result.output) == config(name="Nieuw")
    assert json.loads(webcare("export", "ander", "--json").output)["name"] == "Ander"
    assert [one.closed for one in opened] == [True, True]


def test_a_team_that_has_agreed_nothing_is_said(opened: list[Records]) -> None:
    result = webcare("check", "niemand")
    assert result.exit_code == 1
    assert "no team of that name" in result.output
    assert "there is no file weg.toml" in webcare("check", "weg.toml").output


def test_check_shows_gaps_coverage_and_fairness(tmp_path: Path) -> None:
    file = tmp_path / "team.toml"
    file.write_text(render(config(shifts=config().shifts[:1])), encoding="utf-8")
    result = webcare("check", str(file))
    assert result.exit_code == 1
    assert "problem: nobody is on from" in result.output
    assert " more of gap, with --json" in result.output
    assert "all that is required" in result.output
    assert "balance: hours 100 %" in result.output
    report = json.loads(webcare("check", str(file), "--json").output)
    assert set(report) == {"team", "name", "findings", "coverage", "fairness"}
    assert report["coverage"]["percent"] == pytest.approx(72.7, abs=2)
    assert len(report["coverage"]["needs"][0]["gaps"]) in (40, 41)  # 8 weeks from now, whatever the hour
    assert [one["person"] for one in report["fairness"]["people"]] == ["noor", "jeroen"]


def test_a_calendar_of_holidays_that_nobody_knows_is_said(tmp_path: Path) -> None:
    file = tmp_path / "team.toml"
    text = SPOORLIJN.read_text(encoding="utf-8").replace('country = "NL"', 'country = "XX"')
    file.write_text(text, encoding="utf-8")
    result = webcare("check", str(file))
    assert (result.exit_code, result.output) == (
        1,
        "Error: no holidays are known of country XX: Country XX not available\n",
    )


def test_a_malformed_word_of_a_topic_is_a_problem_in_a_clear_line(tmp_path: Path) -> None:
    file = tmp_path / "team.toml"
    topic = '[[topics]]\nid = "wifi"\nwords = ["wifi", "wi* kapot"]\n\n[team]'
    file.write_text(SPOORLIJN.read_text(encoding="utf-8").replace("[team]", topic, 1), encoding="utf-8")
    said = webcare("check", str(file))
    assert said.exit_code == 1
    assert "problem: topic 'wifi': a beginning or ending needs 3 characters: 'wi* kapot'" in said.output
    findings = json.loads(webcare("check", str(file), "--json").output)["findings"]
    assert findings[0]["code"] == "topic"
