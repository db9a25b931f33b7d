"""Leave that another team of somebody has granted: no work for them here, and what it is is for that team to say."""

from datetime import datetime
from typing import Any

import pytest

from services.contracts.commands import (
    AskLeave,
    CallInSick,
    Command,
    ConfigureTeam,
    DecideLeave,
    NoteLeave,
    ReportWell,
    WithdrawLeave,
)
from services.contracts.events import Event
from services.contracts.teams import Leave, Person
from services.route.domain.sending_on import sent_on
from services.route.rota_file import read
from services.route.rota_text import render
from tests.support.route import TEAM, Desk, agreed_by, at, config, refusal, types

OTHER = "elders"
ONLY = (Person(id="noor", name="Noor", languages=("nl",), lead=True),)


def desk(**changes: Any) -> Desk:
    return Desk(config(**changes))


def granted(person: str, start: datetime, end: datetime, name: str = "leave-1") -> Leave:
    return Leave(id=name, person=person, start=start, end=end)


def note(team: Desk, *leave: Leave, person: str = "noor", **more: Any) -> list[Event]:
    fields = {"person": person, "elsewhere": OTHER, "leave": leave}
    return team.do(NoteLeave, "system:route", **(fields | more))


def test_who_is_on_leave_in_another_team_gets_no_work_here_and_the_reason_says_so() -> None:
    team = desk(people=ONLY, shifts=(config().shifts[0].model_copy(update={"people": ("noor",)}),))
    assert types(note(team, granted("noor", at(8), at(12)))) == ["LeaveNoted"]
    team.say("een")
    case = team.case("een")
    assert case.waiting is not None
    assert case.waiting.reason == "nobody_on_shift"
    assert case.waiting.cover_begins == at(12)
    assert case.explanation is not None
    (noor,) = case.explanation.candidates
    assert [one.code for one in noor.excluded] == ["on_leave"]
    team.tick(at(12.01))
    assert team.case("een").owner == "noor"


def test_work_is_released_when_it_is_told_and_given_again_when_it_is_taken_back() -> None:
    team = desk()
    team.say("een")
    (owner,) = {team.case("een").owner} - {None}
    assert owner is not None
    note(team, granted(owner, at(9), at(17)), person=owner)
    assert team.case("een").owner not in (owner, None)
    team.tick(at(11))
    note(team, person=owner)
    assert owner in team.state.agreement.rota.on_shift(team.now)  # type: ignore[union-attr]  # it is configured


def test_what_is_told_takes_the_place_of_what_was_told_and_twice_is_once() -> None:
    team = desk()
    first, second = granted("noor", at(9, 3), at(17, 3)), granted("noor", at(9, 4), at(17, 4), "leave-2")
    command = team.command(NoteLeave, "system:route", person="noor", elsewhere=OTHER, leave=(first, second))
    assert types(team.give(command)) == ["LeaveNoted"]
    assert types(team.give(command)) == ["CommandRepeated"]
    assert types(note(team, first, second)) == ["CommandAccepted"]
    kept = agreed_by(team).leave
    assert [(one.start, one.end, one.elsewhere, one.note) for one in kept] == [
        (first.start, first.end, OTHER, None),
        (second.start, second.end, OTHER, None),
    ]
    later = second.model_copy(update={"start": at(9, 5), "end": at(12, 5)})
    note(team, later)
    assert [(one.id, one.start, one.end) for one in agreed_by(team).leave] == [(kept[1].id, later.start, later.end)]
    note(team)
    assert agreed_by(team).leave == ()


def test_each_team_and_person_has_its_own_and_what_is_sickness_or_our_own_stays() -> None:
    team = desk()
    team.do(CallInSick, "noor")
    team.do(AskLeave, "noor", start=at(9, 3), end=at(17, 3))
    own = agreed_by(team).leave
    note(team, granted("noor", at(9, 3), at(17, 3)))
    note(team, granted("noor", at(9, 3), at(17, 3)), elsewhere="verder")
    note(team, granted("jeroen", at(9, 3), at(17, 3)), person="jeroen")
    assert len({one.id for one in agreed_by(team).leave}) == 5
    note(team)
    assert [(one.person, one.elsewhere) for one in agreed_by(team).leave[2:]] == [("noor", "verder"), ("jeroen", OTHER)]
    assert agreed_by(team).leave[:2] == own
    team.do(ReportWell, "noor")


def test_leave_that_runs_ends_when_it_is_taken_back_and_what_has_been_of_it_stays() -> None:
    team = desk()
    leave = granted("noor", at(8), at(17, 1))
    note(team, leave)
    assert [(one.start, one.end) for one in agreed_by(team).leave] == [(at(10), at(17, 1))], "heard of while it runs"
    team.tick(at(12))
    note(team)
    assert [(one.start, one.end) for one in agreed_by(team).leave] == [(at(10), at(12))]
    team.tick(at(13))
    note(team, leave)
    assert [(one.start, one.end) for one in agreed_by(team).leave] == [(at(10), at(12)), (at(13), at(17, 1))]
    note(team, leave.model_copy(update={"end": at(17)}))
    assert [(one.start, one.end) for one in agreed_by(team).leave] == [(at(10), at(12)), (at(13), at(17))]


def test_only_route_tells_it_of_another_team_and_of_people_who_are_here() -> None:
    team = desk()
    assert refusal(team.do(NoteLeave, "lead:els", person="noor", elsewhere=OTHER)) == "not_allowed"
    assert refusal(team.do(NoteLeave, "noor", person="noor", elsewhere=OTHER)) == "not_allowed"
    assert refusal(note(team, elsewhere=TEAM)) == "invalid"
    assert refusal(note(team, person="wie")) == "unknown_person"


def test_it_is_neither_decided_on_nor_withdrawn_here_and_stands_in_the_way_of_nothing() -> None:
    team = desk(people=(*ONLY, *config().people[1:]))
    note(team, granted("jeroen", at(9, 3), at(17, 3)), person="jeroen")
    (there,) = agreed_by(team).leave
    assert refusal(team.do(WithdrawLeave, "jeroen", leave=there.id)) == "invalid"
    assert refusal(team.do(DecideLeave, "noor", leave=there.id, approve=False)) == "invalid"
    assert types(team.do(AskLeave, "jeroen", start=at(9, 3), end=at(17, 3))) == ["LeaveAsked"]


@pytest.mark.parametrize("based", [True, False])
def test_a_file_neither_takes_it_out_nor_makes_it(based: bool) -> None:
    team = desk()
    note(team, granted("noor", at(9, 3), at(17, 3)))
    team.do(AskLeave, "jeroen", start=at(9, 3), end=at(17, 3))
    before = agreed_by(team)
    revision = team.state.agreement.revision if team.state.agreement and based else None
    text = render(before, revision)
    assert OTHER not in text
    assert types(team.do(ConfigureTeam, "lead:els", config=read(text).config, based_on=revision)) == ["CommandAccepted"]
    forged = granted("aisha", at(9, 3), at(17, 3)).model_copy(update={"elsewhere": OTHER})
    whole = before.model_copy(update={"leave": (*before.leave, forged)})
    assert types(team.do(ConfigureTeam, "lead:els", config=whole, based_on=revision)) == ["CommandAccepted"]
    assert agreed_by(team) == before
    assert agreed_by(desk(leave=(forged,))).leave == ()


def test_who_leaves_the_team_takes_it_along_but_for_what_has_been() -> None:
    team = desk()
    note(team, granted("noor", at(9), at(17)), granted("noor", at(9, 3), at(17, 3), "leave-2"))
    team.now = at(12)
    shifts = tuple(
        one.model_copy(update={"people": tuple(x for x in one.people if x != "noor")}) for one in config().shifts
    )
    team.configure(config(people=config().people[1:], shifts=shifts))
    assert [(one.start, one.end) for one in agreed_by(team).leave] == [(at(10), at(12))]


# -- what is told to others --------------------------------------------------------------------------------------------


def told(team: Desk, kind: type[Command], actor: str, **fields: Any) -> list[NoteLeave]:
    """What is told to other teams when somebody asks this here."""
    before, command = agreed_by(team), team.command(kind, actor, **fields)
    return [one for one in sent_on(command, before, team.give(command)) if isinstance(one, NoteLeave)]


def asked(team: Desk, person: str, day: int) -> str:
    team.do(AskLeave, person, start=at(0, day), end=at(24, day))
    return agreed_by(team).leave[-1].id


def stretches(command: NoteLeave) -> list[tuple[datetime, datetime]]:
    return [(one.start, one.end) for one in command.leave]


def test_what_is_granted_is_told_to_the_teams_that_are_named_all_of_it_and_nothing_else() -> None:
    team = desk()
    first, second = asked(team, "noor", 3), asked(team, "noor", 4)
    asked(team, "jeroen", 3)
    assert told(team, DecideLeave, "lead:els", leave=first, approve=False, also=(OTHER,)) == []
    (once,) = told(team, DecideLeave, "lead:els", leave=first, approve=True, also=(OTHER, TEAM))
    assert (once.team, once.person, once.elsewhere, once.actor) == (OTHER, "noor", TEAM, "system:route")
    assert stretches(once) == [(at(0, 3), at(24, 3))]
    assert [one.note for one in once.leave] == [None]
    (twice,) = told(team, DecideLeave, "lead:els", leave=second, approve=True, also=())
    assert stretches(twice) == [(at(0, 3), at(24, 3)), (at(0, 4), at(24, 4))]
    assert told(team, DecideLeave, "lead:els", leave=second, approve=True, also=(OTHER,))[0].id != twice.id
    assert told(team, CallInSick, "noor") == [], "sickness has a way of its own"


def test_whatever_makes_it_other_is_told_to_whom_it_was_told() -> None:
    team = desk()
    leave = asked(team, "noor", 3)
    told(team, DecideLeave, "lead:els", leave=leave, approve=True, also=(OTHER, "verder"))
    known = agreed_by(team)
    longer = known.leave[0].model_copy(update={"end": at(24, 4), "also": ()})
    whole = known.model_copy(update={"leave": (longer,)})
    found = told(team, ConfigureTeam, "lead:els", config=whole)
    assert [(one.team, stretches(one)) for one in found] == [
        (OTHER, [(at(0, 3), at(24, 4))]),
        ("verder", [(at(0, 3), at(24, 4))]),
    ]
    assert [stretches(one) for one in told(team, DecideLeave, "lead:els", leave=leave, approve=False)] == [[], []]
    told(team, DecideLeave, "lead:els", leave=leave, approve=True)
    team.tick(at(12, 3))
    assert [stretches(one) for one in told(team, WithdrawLeave, "noor", leave=leave)] == [[], []]
    assert told(team, WithdrawLeave, "noor", leave=leave) == []


def test_who_states_the_agreements_does_not_say_whom_is_told() -> None:
    reaching = granted("noor", at(9, 3), at(17, 3)).model_copy(update={"also": (OTHER,)})
    team = desk(leave=(reaching,))
    assert agreed_by(team).leave[0].also == ()
    moved = reaching.model_copy(update={"end": at(20, 3)})
    assert told(team, ConfigureTeam, "lead:els", config=config(leave=(moved,))) == []
    more = reaching.model_copy(update={"id": "leave-2", "person": "jeroen"})
    assert told(team, ConfigureTeam, "lead:els", config=config(leave=(moved, more))) == []


def test_what_is_told_here_is_told_no_further_and_a_repeat_is_not_told_again() -> None:
    team = desk()
    there = {"person": "noor", "elsewhere": OTHER, "leave": (granted("noor", at(9, 3), at(17, 3)),)}
    assert told(team, NoteLeave, "system:route", **there) == []
    leave = asked(team, "noor", 4)
    command = team.command(DecideLeave, "lead:els", leave=leave, approve=True, also=(OTHER,))
    before = agreed_by(team)
    assert [stretches(one) for one in sent_on(command, before, team.give(command)) if isinstance(one, NoteLeave)] == [
        [(at(0, 4), at(24, 4))]
    ], "only what this team has granted"
    assert list(sent_on(command, agreed_by(team), team.give(command))) == []
