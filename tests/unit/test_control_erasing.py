"""`webcare erase`: what it says, when it asks, and with which status it ends. Without engines."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner, Result

from services.contracts.events import CommandRejected
from services.contracts.topics import TOPICS
from services.control import erasing
from services.control.cli import main
from services.control.erasing import Erased, NotErasedError, Who
from services.desk.domain.answers import answer_of
from services.report.elastic import ElasticUnavailableError
from services.report.erasing import Found
from services.runtime.settings import Settings
from tests.unit.test_report_samples import example

WHO = ("erase", "t-17", "--team", "spoorlijn", "--source", "mastodon")
SOME, NOTHING = Found(12, 3, 5), Found(0, 0, 0)
MARCH = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WITHOUT_PEOPLE = {"desk.teams", "desk.ideas", "figures.daily", "signals"}
"""Topics on which nothing of an author stands."""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Who, str]]:
    """What was erased; nothing is asked of an engine."""
    done: list[tuple[Who, str]] = []

    def erase(_settings: Any, who: Who, actor: str) -> Erased:
        done.append((who, actor))
        return Erased(2, 1, True)

    monkeypatch.setattr(erasing, "erase", erase)
    monkeypatch.setattr(erasing, "look", lambda *_: SOME)
    monkeypatch.setattr(erasing, "erased_before", lambda *_: None)
    return done


def webcare(*arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(main, arguments, input=given)


Asked = list[tuple[Who, str]]


def test_it_says_what_it_found_and_asks(asked: Asked) -> None:
    result = webcare(*WHO, given="n\n")
    assert "found: 12 mentions, 3 cases as their author, 5 replies and notes about them" in result.output
    assert "cannot be undone" in result.output
    assert (result.exit_code, asked) == (1, [])


def test_once_agreed_it_erases_and_says_what_remains(asked: Asked) -> None:
    result = webcare(*WHO, given="y\n")
    assert result.exit_code == 0, result.output
    assert asked == [(Who("spoorlijn", "mastodon", "t-17"), "system:webcare")]
    assert "erased: 2 cases in the desk, 1 of them closed by it" in result.output
    assert "search has nothing of them any more" in result.output
    for topic in ("mentions.raw", "mentions.classified", "desk.events", "desk.commands"):
        assert f"  {topic:<20} until 20" in result.output
    assert "backups" in result.output


@pytest.mark.parametrize("more", [["--yes"], ["--yes", "--author", "t-17"]])
def test_without_asking(asked: Asked, more: list[str]) -> None:
    arguments = ("erase", *WHO[2:]) if "--author" in more else WHO
    assert webcare(*arguments, *more).exit_code == 0
    assert len(asked) == 1


def test_a_dry_run_only_says_what_there_is(asked: Asked) -> None:
    result = webcare(*WHO, "--dry-run")
    assert (result.exit_code, asked) == (0, [])
    assert "12 mentions" in result.output


@pytest.mark.parametrize("more", [(), ("t-17", "--author", "t-17")])
def test_the_author_is_given_once(asked: Asked, more: tuple[str, ...]) -> None:
    result = webcare("erase", *more, "--team", "spoorlijn", "--source", "mastodon", "--yes")
    assert (result.exit_code, asked) == (2, [])
    assert "give the author once" in result.output


def test_an_author_of_whom_nothing_is_known_is_said_to_be_so(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasing, "look", lambda *_: NOTHING)
    result = webcare(*WHO, "--yes")
    assert (result.exit_code, asked) == (1, [])
    assert "nothing of this author is found" in result.output


def test_a_second_time_nothing_changes_and_it_says_so(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasing, "look", lambda *_: NOTHING)
    monkeypatch.setattr(erasing, "erased_before", lambda *_: MARCH)
    result = webcare(*WHO, "--yes")
    assert (result.exit_code, asked) == (0, [])
    assert "erased already, on 2026-03-02 09:00 UTC; nothing has changed" in result.output


def test_what_search_still_has_is_said_and_is_a_failure(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasing, "erase", lambda *_: Erased(2, 1, False))
    result = webcare(*WHO, "--yes")
    assert result.exit_code == 1
    assert "search still has some" in result.output
    assert asked == []


def raising(error: Exception) -> Callable[..., Any]:
    def fail(*_: Any) -> Any:
        raise error

    return fail


@pytest.mark.parametrize(
    ("name", "error", "said"),
    [
        ("look", ElasticUnavailableError("no answer"), "Elasticsearch does not answer: no answer"),
        ("erase", NotErasedError("team spoorlijn is not configured"), "team spoorlijn is not configured"),
    ],
)
def test_what_stops_it_is_one_line(
    asked: Asked, monkeypatch: pytest.MonkeyPatch, name: str, error: Exception, said: str
) -> None:
    monkeypatch.setattr(erasing, name, raising(error))
    result = webcare(*WHO, "--yes")
    assert result.exit_code == 1
    assert said in result.output
    assert asked == []


def test_for_scripts(asked: Asked) -> None:
    looked: Mapping[str, Any] = json.loads(webcare(*WHO, "--dry-run", "--json").stdout)
    assert looked == {"mentions": 12, "cases": 3, "messages": 5, "erased_before": None, "erased": False}
    done = json.loads(webcare(*WHO, "--yes", "--json").stdout)
    assert (done["erased"], done["changed"], done["closed"], done["searched"]) == (True, 2, 1, True)
    assert {one["topic"] for one in done["remains"]} >= {"mentions.classified", "desk.events"}
    assert webcare(*WHO, "--json").exit_code == 2, "a script says that it means it"


def test_what_remains_is_said_of_every_topic_on_which_people_stand() -> None:
    now = datetime(2026, 11, 26, tzinfo=UTC)
    told = {topic.name: until for topic, until in erasing.remains(Settings(retention_days=100), now)}
    assert set(told) == {one.name for one in TOPICS} - WITHOUT_PEOPLE
    assert told["mentions.raw"] == now + timedelta(days=30)
    assert told["desk.events"] == now + timedelta(days=100)


def test_a_refusal_of_route_is_said_in_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = CommandRejected.model_validate(
        example("CommandRejected") | {"code": "unknown_team", "reason": "team elders is not configured"}
    )
    monkeypatch.setattr(erasing, "_answered", lambda *_: answer_of([refused]))
    with pytest.raises(NotErasedError, match="team elders is not configured"):
        erasing.erase(Settings(), Who("elders", "mastodon", "t-17"), "system:test")  # type: ignore[arg-type]  # nothing is asked


def test_no_answer_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasing, "_answered", lambda *_: None)
    with pytest.raises(NotErasedError, match="run the same command again"):
        erasing.erase(Settings(), Who("spoorlijn", "mastodon", "t-17"), "system:test")  # type: ignore[arg-type]  # nothing is asked
