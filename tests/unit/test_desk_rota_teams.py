"""Somebody of two teams: leave and sickness reach both, leave is decided on in each, and what fails is said."""

from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient

from services.contracts.commands import AskLeave, CallInSick
from services.contracts.teams import Leave, TeamConfig
from services.desk.accounts.people import Account
from tests.browser.desk_backend import PASSWORD, SPOOR, TestDesk
from tests.browser.rota_scene import rota_config
from tests.support.desk import enter, robot
from tests.unit.conftest import OpenDesk

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
SHOP = "winkelhof"
WEEK = {"first": "2026-12-07", "last": "2026-12-11", "note": "weg"}


@pytest.fixture
def desk(open_desk: OpenDesk) -> TestDesk:
    made = open_desk(clock=lambda: NOW, desk_answer_seconds=0.3)
    made.backend.configure(rota_config(NOW, leave=()), NOW)
    made.backend.configure(rota_config(NOW, leave=(), team=SHOP, name="Winkelhof"), NOW)
    made.accounts.save(Account("marit", "Marit", {SPOOR: "agent", SHOP: "agent"}), PASSWORD)
    return made


def config(desk: TestDesk, team: str) -> TeamConfig:
    found = desk.model.config(team)
    assert found is not None
    return found


def leave(desk: TestDesk, team: str) -> tuple[Leave, ...]:
    return config(desk, team).leave


def sent(client: TestClient, path: str, team: str = SPOOR, **data: Any) -> str:
    answer = client.post(f"{path}?team={team}", data=data)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def post(client: TestClient, path: str, team: str = SPOOR, **data: Any) -> str:
    """What was told, when nothing is to be said of other teams."""
    location = sent(client, path, team, **data)
    assert "silent=" not in location
    assert "refused=" not in location
    return location.partition("told=")[2].partition("&")[0]


def test_leave_is_asked_in_both_under_one_id_and_what_one_grants_counts_in_both(desk: TestDesk) -> None:
    marit = enter(desk, "marit")
    assert "Winkelhof" in marit.get(f"/rota/mine?team={SPOOR}").text
    for _ in range(2):
        assert post(marit, "/rota/leave", key="k", **WEEK) == "rota.told.leave"
    (here,), (there,) = leave(desk, SPOOR), leave(desk, SHOP)
    assert here == there
    assert len({one.id for one in desk.backend.sent}) == 1
    assert [one.team for one in desk.backend.passed_on] == [SHOP], "what is sent twice is sent on once"
    assert decided(desk, here) == "rota.told.approved"
    (here,), (asked, granted) = leave(desk, SPOOR), leave(desk, SHOP)
    assert (here.state, here.also, asked.state) == ("approved", (SHOP,), "asked")
    assert (granted.state, granted.elsewhere, granted.start, granted.end) == ("approved", SPOOR, here.start, here.end)
    assert away(desk, SPOOR) == away(desk, SHOP) == {"marit": "leave"}
    assert "<bdi>Winkelhof</bdi>: gevraagd" in marit.get(f"/rota/mine?team={SPOOR}").text
    there = marit.get(f"/rota/mine?team={SHOP}").text
    assert "Goedgekeurd door Spoorlijn; geldt in al je teams." in there
    assert f"/rota/leave/{asked.id}/withdraw" in there
    assert f"/rota/leave/{granted.id}/withdraw" not in there, "only that team changes it"
    assert post(marit, f"/rota/leave/{here.id}/withdraw", team=SHOP) == "rota.told.leave_withdrawn"
    assert (leave(desk, SPOOR), leave(desk, SHOP)) == ((), ())


def test_a_lead_reads_that_another_team_has_granted_it_and_declining_does_not_change_that(desk: TestDesk) -> None:
    desk.accounts.save(Account("wim", "Wim", {SHOP: "lead"}), PASSWORD)
    assert post(enter(desk, "marit"), "/rota/leave", **WEEK) == "rota.told.leave"
    wim, said = enter(desk, "wim"), "Marit is dan al vrij: Spoorlijn heeft het goedgekeurd."
    assert said not in wim.get(f"/rota/requests?team={SHOP}").text
    (here,) = leave(desk, SPOOR)
    assert decided(desk, here) == "rota.told.approved"
    assert said in wim.get(f"/rota/requests?team={SHOP}").text
    week = f"/rota?team={SHOP}&day=2026-12-09"
    assert wim.get(week).text.count('<span class="leave">') == 5
    assert decided(desk, here, who="wim", approve="no", team=SHOP) == "rota.told.refused"
    assert away(desk, SHOP) == {"marit": "leave"}
    assert decided(desk, here, approve="no") == "rota.told.refused"
    assert (away(desk, SPOOR), away(desk, SHOP)) == ({}, {})
    assert [one.state for team in (SPOOR, SHOP) for one in leave(desk, team)] == ["declined", "declined"]


def test_what_both_have_granted_is_shown_once_and_holds_until_both_take_it_back(desk: TestDesk) -> None:
    desk.accounts.save(Account("wim", "Wim", {SHOP: "lead"}), PASSWORD)
    marit = enter(desk, "marit")
    assert post(marit, "/rota/leave", **WEEK) == "rota.told.leave"
    (here,) = leave(desk, SPOOR)
    assert decided(desk, here) == decided(desk, here, who="wim", team=SHOP) == "rota.told.approved"
    assert "geldt in al je teams" not in marit.get(f"/rota/mine?team={SPOOR}").text
    assert decided(desk, here, approve="no") == "rota.told.refused"
    assert away(desk, SPOOR) == away(desk, SHOP) == {"marit": "leave"}
    assert decided(desk, here, who="wim", approve="no", team=SHOP) == "rota.told.refused"
    assert (away(desk, SPOOR), away(desk, SHOP)) == ({}, {})


def test_a_program_that_grants_leave_tells_the_persons_other_teams_too(desk: TestDesk) -> None:
    assert post(enter(desk, "marit"), "/rota/leave", **WEEK) == "rota.told.leave"
    lena, (here,) = enter(desk, "lena"), leave(desk, SPOOR)
    body = {"type": "DecideLeave", "team": SPOOR, "leave": here.id, "approve": True}
    assert lena.post("/api/v1/commands", json=body | {"also": [SHOP]}).status_code == 403, "the desk knows the teams"
    assert lena.post("/api/v1/commands", json=body).status_code == 200
    assert away(desk, SHOP) == {"marit": "leave"}


def test_nobody_says_for_another_team_what_it_has_granted(desk: TestDesk) -> None:
    forged = {"type": "NoteLeave", "team": SPOOR, "person": "marit", "elsewhere": SHOP, "actor": "system:desk"}
    for who in (
        enter(desk, "marit"),
        enter(desk, "lena"),
        enter(desk, "root"),
        robot(desk, "lead"),
        robot(desk, "admin"),
    ):
        assert who.post("/api/v1/commands", json=forged).status_code == 403
    assert desk.backend.sent == []


def test_leave_that_is_granted_while_the_other_team_is_away_counts_there_when_it_is_back(desk: TestDesk) -> None:
    assert post(enter(desk, "marit"), "/rota/leave", **WEEK) == "rota.told.leave"
    desk.backend.away = {SHOP}
    assert decided(desk, leave(desk, SPOOR)[0]) == "rota.told.approved"
    assert away(desk, SHOP) == {}
    desk.backend.back()
    assert away(desk, SHOP) == {"marit": "leave"}


def decided(desk: TestDesk, one: Leave, who: str = "lena", approve: str = "yes", team: str = SPOOR) -> str:
    """A lead approves or declines; gives what was told."""
    return post(enter(desk, who), f"/rota/leave/{one.id}/decide", team=team, approve=approve)


def away(desk: TestDesk, team: str) -> dict[str, str]:
    """Who is away in a team on the Wednesday of that week, by what route works with."""
    agreed = desk.backend.states[team].agreement
    assert agreed is not None
    return dict(agreed.rota.duty(datetime(2026, 12, 9, 10, tzinfo=UTC)).away)


def test_sick_and_well_count_in_both_at_once(desk: TestDesk) -> None:
    marit = enter(desk, "marit")
    assert post(marit, "/rota/sick") == "rota.told.sick"
    (here,), (there,) = leave(desk, SPOOR), leave(desk, SHOP)
    assert here == there
    assert here.kind == "sick"
    assert post(marit, "/rota/well", team=SHOP) == "rota.told.well"
    assert [one.end for team in (SPOOR, SHOP) for one in leave(desk, team)] in ([], [NOW, NOW])


def test_a_lead_of_one_team_reports_somebody_sick_in_all(desk: TestDesk) -> None:
    assert post(enter(desk, "lena"), "/rota/sick", person="marit") == "rota.told.sick"
    assert [one.person for team in (SPOOR, SHOP) for one in leave(desk, team)] == ["marit", "marit"]
    assert [one.actor for one in (*desk.backend.sent, *desk.backend.passed_on)] == ["lead:lena", "system:route"]
    assert post(enter(desk, "lena"), "/rota/well", person="marit") == "rota.told.well"
    assert not [one for team in (SPOOR, SHOP) for one in leave(desk, team) if one.end > NOW]


def test_whoever_has_no_role_in_a_team_is_left_alone_there_also_with_the_same_name(desk: TestDesk) -> None:
    assert post(enter(desk, "youssef"), "/rota/sick") == "rota.told.sick"
    assert post(enter(desk, "lena"), "/rota/sick", person="tom") == "rota.told.sick"  # who has no account at all
    desk.accounts.save(Account("omar", "Omar", {SHOP: "agent"}), PASSWORD)
    assert post(enter(desk, "lena"), "/rota/sick", person="omar") == "rota.told.sick"  # of this team by name alone
    assert leave(desk, SHOP) == ()


def test_what_a_team_refuses_is_not_asked_of_the_others(desk: TestDesk) -> None:
    marit = enter(desk, "marit")
    assert post(marit, "/rota/leave", **WEEK) == "rota.told.leave"
    assert post(marit, "/rota/leave", **WEEK) == "rota.invalid.leave"
    assert len(desk.backend.passed_on) == 1


def test_what_works_here_and_not_there_is_said(desk: TestDesk) -> None:
    days = {"start": datetime(2026, 12, 8, tzinfo=UTC), "end": datetime(2026, 12, 9, tzinfo=UTC)}
    desk.backend.do(AskLeave, SHOP, "marit", NOW, **days)
    marit = enter(desk, "marit")
    for _ in range(2):
        told = sent(marit, "/rota/leave", key="k", **WEEK)
        assert told == f"/rota/mine?team={SPOOR}&told=rota.told.leave&refused={SHOP}"
    assert len(leave(desk, SPOOR)) == 1
    assert "Bij Winkelhof telt het niet." in marit.get(told).text


def test_a_team_whose_worker_is_away_is_named_and_hears_of_it_by_itself(desk: TestDesk) -> None:
    desk.backend.away = {SHOP}
    marit = enter(desk, "marit")
    told = sent(marit, "/rota/leave", key="k", **WEEK)
    assert told == f"/rota/mine?team={SPOOR}&told=rota.told.leave&silent={SHOP}"
    assert "Winkelhof heeft nog niet geantwoord." in marit.get(told).text
    assert (len(leave(desk, SPOOR)), len(leave(desk, SHOP))) == (1, 0)
    assert sent(marit, "/rota/leave", key="k", **WEEK) == told, "sent again while it is away, it is the same"
    desk.backend.back()
    assert leave(desk, SHOP) == leave(desk, SPOOR)
    assert post(marit, "/rota/leave", key="k", **WEEK) == "rota.told.leave"
    assert len(leave(desk, SHOP)) == 1


def test_what_is_withdrawn_before_the_other_team_is_back_is_withdrawn_there_too(desk: TestDesk) -> None:
    desk.backend.away = {SHOP}
    marit = enter(desk, "marit")
    sent(marit, "/rota/leave", **WEEK)
    sent(marit, f"/rota/leave/{leave(desk, SPOOR)[0].id}/withdraw")
    desk.backend.back()
    assert (leave(desk, SPOOR), leave(desk, SHOP)) == ((), ())


def test_a_lead_is_told_too_and_nobody_reads_of_teams_that_are_not_the_persons(desk: TestDesk) -> None:
    desk.backend.away = {SHOP}
    lena = enter(desk, "lena")
    told = sent(lena, "/rota/sick", person="marit")
    assert told == f"/rota/stand-ins?team={SPOOR}&told=rota.told.sick&silent={SHOP}&person=marit"
    assert "Winkelhof heeft nog niet geantwoord." in lena.get(told).text
    assert "Winkelhof" not in lena.get(told.replace("person=marit", "person=tom")).text


def test_programs_do_not_say_what_a_persons_other_teams_are(desk: TestDesk) -> None:
    body = {"type": "ReportWell", "team": SPOOR, "also": [SHOP]}
    answer = enter(desk, "marit").post("/api/v1/commands", json=body)
    assert (answer.status_code, desk.backend.sent) == (403, [])


def test_sick_again_makes_up_for_a_team_that_did_not_hear_of_it(desk: TestDesk) -> None:
    desk.backend.do(CallInSick, SPOOR, "marit", NOW)
    assert leave(desk, SHOP) == ()
    assert post(enter(desk, "marit"), "/rota/sick") == "rota.told.sick"
    assert [one.kind for one in leave(desk, SHOP)] == ["sick"]
