"""`webcare rota`: check and export, of a file and of what a team has agreed."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from services.contracts.codec import encode
from services.contracts.commands import ConfigureTeam
from services.contracts.events import CommandAccepted, CommandRejected
from services.contracts.teams import TeamConfig, TeamConfiguration
from services.contracts.topics import DESK_EVENTS, DESK_TEAMS, team_key
from services.control import teams
from services.control.cli import main
from services.control.commands import rotas
from services.route.rota_file import parse
from services.route.rota_text import render
from tests.support.route import at, config, uuid

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


# -- loading a file ----------------------------------------------------------------------------------------------------


class Told:
    """Stands where Kafka does while a file is loaded: keeps what is sent, and answers as route does, or not at all."""

    def __init__(self, answer: type[CommandAccepted] | type[CommandRejected] | None) -> None:
        self._answer = answer
        self.sent: list[ConfigureTeam] = []

    def __enter__(self) -> "Told":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def send(self, messages: list[Any]) -> None:
        self.sent += [one.message for one in messages]

    def partitions_for_topic(self, topic: str) -> set[int]:
        assert topic == DESK_EVENTS.name
        return {0}

    def assign(self, partitions: list[Any]) -> None:
        self.assigned = partitions

    def seek_to_end(self, *_: Any) -> None:
        assert not self.sent, "who listens first hears the answer"

    def position(self, _partition: Any) -> int:
        return 0

    def poll(self, _timeout: int) -> dict[Any, list[Any]]:
        if self._answer is None:
            return {}
        (command,) = self.sent
        fields: dict[str, Any] = {"id": uuid("answer"), "team": command.team, "at": at(0), "cause": command.id}
        fields |= {"actor": "system:webcare", "sequence": 1, "of": 1, "command": "ConfigureTeam"}
        if self._answer is CommandRejected:
            fields |= {"code": "invalid", "reason": "a shift names nobody"}
        other = SimpleNamespace(key=b"ander", value=b"not read")
        return {
            self.assigned[0]: [other, SimpleNamespace(key=command.team.encode(), value=encode(self._answer(**fields)))]
        }

    def close(self) -> None:
        pass


class Either:
    """A consumer of what is agreed, or of what route says, as soon as it is told which."""

    def __init__(self, reader: Any, told: Told) -> None:
        self._reader, self._told = reader, told

    def partitions_for_topic(self, topic: str) -> Any:
        self._chosen = self._told if topic == DESK_EVENTS.name else self._reader
        return self._chosen.partitions_for_topic(topic)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._chosen, name)


def told(monkeypatch: pytest.MonkeyPatch, answer: Any = CommandAccepted) -> Told:
    """What is listened to and sent; what is agreed is `opened`."""
    made = Told(answer)
    monkeypatch.setattr(teams, "Producer", lambda *_: made)
    opens: Any = vars(teams)["open_consumer"]
    monkeypatch.setattr(teams, "open_consumer", lambda settings: Either(opens(settings), made))
    return made


def exported(tmp_path: Path, name: str = "Anders", revision: int | None = 2) -> str:
    file = tmp_path / "team.toml"
    file.write_text(render(config(name=name), revision), encoding="utf-8")
    return str(file)


def test_an_exported_file_says_its_revision_and_is_loaded_on_that(
    opened: list[Records], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = webcare("export", "waterveen").output
    assert "\nrevision = 2\n" in text
    file = tmp_path / "team.toml"
    file.write_text(text.replace('"Nieuw"', '"Nieuwer"'), encoding="utf-8")
    assert "\nrevision = 2\n" in webcare("export", str(file)).output
    sent = told(monkeypatch).sent
    result = webcare("load", str(file))
    assert (result.exit_code, result.output) == (0, "Nieuwer: agreed\n")
    assert [(one.based_on, one.config.name) for one in sent] == [(2, "Nieuwer")]


def test_a_file_of_an_earlier_revision_is_refused_unless_it_is_forced(
    opened: list[Records], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file, sent = exported(tmp_path, revision=1), told(monkeypatch).sent
    result = webcare("load", file)
    assert result.exit_code == 1
    assert "it is revision 1, and the agreements are at 2 now" in result.output
    assert "--force" in result.output
    assert not sent
    assert webcare("load", file, "--force").exit_code == 0
    assert [one.based_on for one in sent] == [None]


def test_a_file_without_a_revision_or_of_a_team_that_is_new_here_is_based_on_nothing(
    opened: list[Records], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    given, file = told(monkeypatch), exported(tmp_path)
    text = Path(file).read_text(encoding="utf-8").replace("waterveen", "elders")
    assert webcare("load", "-", given=text).exit_code == 0
    assert [one.based_on for one in given.sent] == [None]


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        (CommandRejected, 1, "Error: Anders is as it was: a shift names nobody\n"),
        (None, 0, "Anders: sent to route, which has not answered yet\n"),
    ],
)
def test_what_route_says_is_told(
    opened: list[Records], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, answer: Any, status: int, said: str
) -> None:
    monkeypatch.setattr(rotas, "ANSWER_SECONDS", 0.05)
    told(monkeypatch, answer)
    result = webcare("load", exported(tmp_path))
    assert (result.exit_code, result.output) == (status, said)
