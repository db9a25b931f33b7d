"""Who may send which command through the desk; what a person may decide on is route's to say."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.desk.commands import read_command
from services.runtime.web.identity import Identity, Role
from services.runtime.web.problems import Problem

NOW = datetime(2026, 10, 5, 7, tzinfo=UTC)
SICK: dict[str, Any] = {"type": "CallInSick", "team": "spoorlijn"}
DECIDE: dict[str, Any] = {"type": "DecideLeave", "team": "spoorlijn", "leave": "herfst-bram", "approve": True}
SNOOZE: dict[str, Any] = {
    "type": "SnoozeCase",
    "team": "spoorlijn",
    "case": "8df005c8-7d45-5cc4-8d0e-3c4006517d6b",
    "until": "2026-10-05T12:00:00Z",
}


def identity(role: Role, session: bool = True) -> Identity:
    return Identity("bram", "Bram", {"spoorlijn": role}, session=session)


@pytest.mark.parametrize("body", [SICK, DECIDE, SNOOZE])
def test_a_person_asks_in_their_own_name(body: dict[str, Any]) -> None:
    command = read_command(body, identity("agent"), None, NOW, {"bram"})
    assert (command.type, command.actor) == (body["type"], "bram")
    assert read_command(body, identity("lead"), None, NOW).actor == "lead:bram"


@pytest.mark.parametrize("body", [SICK, DECIDE])
def test_a_token_needs_the_role_lead_for_the_rota(body: dict[str, Any]) -> None:
    with pytest.raises(Problem) as refused:
        read_command(body, identity("agent", session=False), None, NOW)
    assert refused.value.status == 403
    assert read_command(body, identity("lead", session=False), None, NOW).actor == "integration:bram"


def test_a_token_of_an_agent_works_on_cases() -> None:
    assert read_command(SNOOZE, identity("agent", session=False), None, NOW).actor == "integration:bram"
