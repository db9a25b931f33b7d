"""Canned replies in route: leads save and retire them, their use is counted, and the records bring all of it back."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.contracts import commands
from services.contracts.canned import MOST_CANNED, CannedReplyRetired, CannedReplySaved
from services.contracts.events import CommandAccepted, CommandRejected, Event
from services.contracts.topics import DESK_TEAMS
from services.route.domain.handle import handle
from services.route.domain.state import TeamState
from services.route.partition import RoutePartition
from services.route.records import team_records
from tests.browser.desk_backend import SPOOR, a_mention, team_config
from tests.support.route import at

NOW = at(10)

CONTENT: dict[str, Any] = {"title": "Sorry", "language": "nl", "topics": ("delay",), "text": "Hoi {naam}, sorry!"}


@pytest.fixture
def state() -> TeamState:
    found = TeamState(SPOOR)
    people = team_config(now=NOW).people
    lead = people[1].model_copy(update={"lead": True})
    config = team_config(now=NOW, people=(people[0], lead, *people[2:]))
    do(found, "ConfigureTeam", config=config)
    return found


def do(state: TeamState, kind: str, actor: str = "system:test", minutes: float = 0, **fields: Any) -> list[Event]:
    now = NOW + timedelta(minutes=minutes)
    command = getattr(commands, kind)(id=str(uuid4()), team=SPOOR, at=now, actor=actor, **fields)
    return handle(state, command, now)


def save(state: TeamState, name: str | None = "sorry", actor: str = "marit", **changes: Any) -> list[Event]:
    return do(state, "SaveCannedReply", actor, canned=name, content=CONTENT | changes)


def test_a_lead_saves_changes_and_retires_one_and_takes_it_into_use_again(state: TeamState) -> None:
    (made,) = save(state)
    assert isinstance(made, CannedReplySaved)
    assert (made.canned, made.revision) == ("sorry", 1)
    assert isinstance(save(state)[0], CommandAccepted), "it is so already"
    assert state.canned["sorry"].content.text == "Hoi {naam}, sorry!"
    save(state, text="Hoi {naam}, excuses!")
    assert state.canned["sorry"].content.text == "Hoi {naam}, excuses!"
    (gone,) = do(state, "RetireCannedReply", "marit", canned="sorry")
    assert isinstance(gone, CannedReplyRetired)
    assert state.canned["sorry"].retired
    assert isinstance(do(state, "RetireCannedReply", "marit", canned="sorry")[0], CommandAccepted)
    save(state, text="Hoi {naam}, excuses!")
    again = state.canned["sorry"]
    assert (again.retired, again.revision, again.by) == (False, 4, "marit")


def test_a_new_one_is_named_after_its_command(state: TeamState) -> None:
    (made,) = save(state, None)
    assert isinstance(made, CannedReplySaved)
    assert made.canned == f"canned-{made.cause}"


@pytest.mark.parametrize(
    ("kind", "actor", "fields", "code"),
    [
        ("SaveCannedReply", "youssef", {"content": CONTENT}, "not_allowed"),
        ("RetireCannedReply", "youssef", {"canned": "sorry"}, "not_allowed"),
        ("RetireCannedReply", "marit", {"canned": "unknown"}, "not_found"),
        ("SaveCannedReply", "stranger", {"content": CONTENT}, "not_a_member"),
    ],
)
def test_what_is_refused(state: TeamState, kind: str, actor: str, fields: dict[str, Any], code: str) -> None:
    save(state)
    (refused,) = do(state, kind, actor, **fields)
    assert isinstance(refused, CommandRejected)
    assert refused.code == code


def test_a_team_has_so_many_in_use_and_no_more(state: TeamState) -> None:
    for number in range(MOST_CANNED):
        save(state, f"one-{number}")
    (refused,) = save(state, "one-more")
    assert isinstance(refused, CommandRejected)
    assert refused.code == "invalid"
    do(state, "RetireCannedReply", "marit", canned="one-0")
    assert isinstance(save(state, "one-more")[0], CannedReplySaved)


def test_use_is_counted_once_for_each_reply_and_the_records_bring_it_back(state: TeamState) -> None:
    save(state)
    opened = handle(state, a_mention("Waar blijft trein 12?", NOW), NOW)
    case = next(event.case.id for event in opened if hasattr(event, "case"))
    events = do(state, "SubmitReply", "youssef", 1, case=case, text="Sorry!", canned=("sorry", "sorry", "unknown"))
    do(state, "SubmitReply", "youssef", 2, case=case, text="Nogmaals sorry!", canned=("sorry",))
    known = state.canned["sorry"]
    assert (known.used, known.used_at, known.revision) == (2, NOW + timedelta(minutes=2), 3)
    records = [record for record in team_records({SPOOR: state}, events) if record[1] == "canned"]
    assert records == [(SPOOR, "canned", "sorry", known)]
    partition = RoutePartition(0)
    partition.restore(DESK_TEAMS, "", known)
    assert partition._teams[SPOOR].canned == {"sorry": known}
