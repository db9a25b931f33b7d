"""`webcare user …` from the command line: what it prints, and how it fails."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from services.control.cli import main

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs `webcare user` on a data folder of its own."""
    env = {"WEBCARE_DATA": str(tmp_path), "WEBCARE_SIGNING_KEY": "k" * 40, "WEBCARE_PUBLIC_URL": "https://desk.example"}

    def go(*words: str) -> Result:
        return CliRunner().invoke(main, ["user", *words], env=env)

    return go


def test_invited_listed_shut_out_let_in_and_logged(run: Run) -> None:
    link = run("invite", "noor", "--team", "waterveen:lead", "--display-name", "Noor")
    assert link.exit_code == 0, link.output
    assert link.output.startswith("https://desk.example/invitation/")
    (listed,) = json.loads(run("list", "--json").output)
    assert (listed["name"], listed["teams"], listed["disabled"]) == ("noor", {"waterveen": "lead"}, False)
    assert run("disable", "noor").output == "disabled noor\n"
    assert "(disabled)" in run("list").output
    assert run("enable", "noor").output == "enabled noor\n"
    assert run("end-sessions", "noor").output == "ended 0 sessions of noor\n"
    log = json.loads(run("log", "--person", "noor", "--json").output)
    assert [one["action"] for one in log["lines"]] == [
        "account_enabled",
        "account_disabled",
        "invited",
        "role_given",
        "account_added",
    ]
    assert log["total"] == 5
    assert "command line" in run("log").output


def test_agency_staff_with_a_last_day_stay_so_when_their_roles_change(run: Run, tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("een lang wachtwoord\n", encoding="utf-8")
    first = ("add", "temp", "--team", "a", "--password-file", str(secret), "--agency", "--until", "2030-06-30")
    assert run(*first).exit_code == 0
    assert run("add", "temp", "--team", "a", "--team", "b:viewer", "--password-file", str(secret)).exit_code == 0
    (listed,) = json.loads(run("list", "--json").output)
    assert (listed["agency"], listed["ends"]) == (True, "2030-07-01 00:00:00+00:00")
    assert listed["teams"] == {"a": "agent", "b": "viewer"}


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("invite", "nobody"), "needs a team"),
        (("invite", "temp", "--team", "a:lead", "--agency"), "agent at most"),
        (("invite", "No or", "--team", "a"), "pattern"),
        (("enable", "nobody"), "no account"),
        (("reset-second-factor", "nobody"), "no second factor"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(run: Run, words: tuple[str, ...], why: str) -> None:
    failed = run(*words)
    assert failed.exit_code != 0
    assert why in failed.output
