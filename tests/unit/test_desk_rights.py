"""Who may send which command through the desk; what a person may decide on is route's to say."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from services.contracts.commands import SnoozeCase
from services.contracts.teams import Person
from services.desk.commands import check_allowed, read_command
from services.desk.rota.context import changes_rules
from services.runtime.web.identity import Identity, Role
from services.runtime.web.problems import Problem
from tests.browser.desk_backend import SPOOR, team_config

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


@pytest.mark.parametrize("agency", [True, False])
@pytest.mark.parametrize("kind", ["ApproveReply", "TakeOverReply"])
def test_agency_staff_never_decide_on_replies(kind: str, agency: bool) -> None:
    """By the command's name alone: the rota may say of somebody what it likes."""
    command = SnoozeCase.model_validate(SNOOZE | {"id": SNOOZE["case"], "at": NOW, "actor": "bram"})
    asked = command.model_copy(update={"type": kind})
    who = replace(identity("agent"), agency=agency)
    check_allowed(command, who)
    if not agency:
        check_allowed(asked, who)
        return
    with pytest.raises(Problem, match="Agency") as refused:
        check_allowed(asked, who)
    assert refused.value.status == 403


def test_a_token_of_an_agent_works_on_cases() -> None:
    assert read_command(SNOOZE, identity("agent", session=False), None, NOW).actor == "integration:bram"


@pytest.mark.parametrize(
    ("who", "lead", "may"),
    [
        (identity("agent"), True, True),
        (identity("agent"), False, False),
        (identity("viewer"), True, False),
        (identity("lead"), False, True),
        (identity("admin"), False, True),
        (replace(identity("agent"), agency=True), True, False),
        (identity("agent", session=False), True, False),
        (identity("lead", session=False), False, True),
    ],
)
def test_the_ground_rules_are_changed_by_role_or_by_who_leads_the_roster(who: Identity, lead: bool, may: bool) -> None:
    config = team_config(people=(Person(id="bram", name="Bram", lead=lead),), shifts=(), leave=())
    assert changes_rules(who, config) is may


@pytest.mark.parametrize(("based_on", "leads"), [(None, True), (0, True), (7, False)])
def test_who_leads_by_the_roster_alone_states_no_agreements_but_in_those_that_they_saw(
    based_on: int | None, leads: bool
) -> None:
    stated = {"type": "ConfigureTeam", "team": SPOOR, "config": team_config().model_dump(mode="json")}
    assert read_command(stated | {"based_on": 7}, identity("agent"), None, NOW, leads=True).actor == "bram"
    with pytest.raises(Problem, match="role lead"):
        read_command(stated | {"based_on": based_on}, identity("agent"), None, NOW, leads=leads)
