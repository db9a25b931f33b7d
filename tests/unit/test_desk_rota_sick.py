"""Sick now, whole: what it would do is said first and is what route then does; who is sick asks somebody to stand in."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from services.contracts.commands import AddNote, CallInSick, ClaimCase, HandOver, SnoozeCase, Tick
from services.contracts.events import CaseReleased
from services.contracts.teams import Leave, Person
from services.desk.domain.rota import TeamRota
from services.desk.domain.rota_absent import my_absence
from services.desk.domain.rota_sick import IfSick, if_sick
from tests.browser.desk_backend import SPOOR, TestDesk, team_config
from tests.browser.rota_scene import at, play_rota, rota_config
from tests.support.desk import enter
from tests.unit.conftest import OpenDesk

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)  # a Wednesday, 11:00 in Amsterdam


def would(person: str = "youssef", until: datetime | None = None, **changes: Any) -> IfSick:
    return if_sick(TeamRota(rota_config(NOW, **changes)), person, (), NOW, until)


def test_sick_now_says_what_ends_who_stays_and_what_is_missed() -> None:
    found = would()
    assert found.ends is not None
    assert found.ends.end == at(NOW, 0, 17)
    assert found.remaining == ("marit",)
    assert found.missed == 8, "today's, and of the same hour in a week"
    assert would("omar").ends is None


def test_what_it_does_to_the_cover_is_of_the_time_that_was_named() -> None:
    day, week = would(until=at(NOW, 1)), would()
    assert (day.end, week.end) == (at(NOW, 1), NOW + timedelta(days=7))
    assert (day.named, week.named) == (True, False)
    assert (day.missed, week.missed) == (1, 8)
    for one in (day, week):
        assert one.effect.before > one.effect.after
        assert all(NOW <= lack.gap.start < one.end for lack in one.effect.made)
    assert len(day.effect.made) < len(week.effect.made)
    assert {(lack.gap.on, lack.gap.wanted) for lack in day.effect.made} == {(1, 3), (1, 2)}


def test_who_stands_by_comes_on_when_the_last_one_falls_out() -> None:
    saturday_night = NOW + timedelta(days=3, hours=9)
    config = rota_config(NOW)
    (person,) = TeamRota(config).rota.on_shift(saturday_night)
    without = config.model_copy(update={"shifts": tuple(one for one in config.shifts if one.id != "standby")})
    assert if_sick(TeamRota(config), person, (), saturday_night).remaining == ("ilse",)
    assert if_sick(TeamRota(without), person, (), saturday_night).remaining == ()


@pytest.fixture
def desk(open_desk: OpenDesk) -> TestDesk:
    return open_desk(clock=lambda: NOW, desk_answer_seconds=0.3)


@dataclass
class Cases:
    """A team of Youssef and Marit who are on together, and what they do with cases."""

    desk: TestDesk

    def agree(self, **changes: Any) -> None:
        """Marit has no room, so that every case is Youssef's when he is there."""
        people = (Person(id="youssef", name="Youssef", capacity=20), Person(id="marit", name="Marit", capacity=0))
        day = team_config(now=NOW).shifts[0].model_copy(update={"people": ("youssef", "marit")})
        config = team_config(now=NOW, **{"people": people, "shifts": (day,), "leave": ()} | changes)
        self.desk.backend.configure(config, NOW - timedelta(minutes=170))

    def case(self, minutes: int, *deeds: tuple[str, Any, dict[str, Any]]) -> str:
        """A case from so many minutes ago, and what was done with it a minute later and on: who, what and how."""
        moment = NOW - timedelta(minutes=minutes)
        found = self.desk.backend.mention("Hallo?", moment)
        for number, (actor, kind, more) in enumerate(deeds, 1):
            self.desk.backend.do(kind, SPOOR, actor, moment + timedelta(minutes=number), case=found, **more)
        return found

    def said(self) -> IfSick:
        """What the desk says that Youssef's sickness would do."""
        config = self.desk.model.config(SPOOR)
        assert config is not None
        return if_sick(TeamRota(config), "youssef", self.desk.model.owned(SPOOR, "youssef"), NOW)

    def done(self) -> set[str]:
        """The cases that route takes from him when he reports sick."""
        asked = CallInSick(id=str(uuid4()), team=SPOOR, at=NOW, actor="youssef")
        return {one.case.id for one in self.desk.backend.give(asked, NOW) if isinstance(one, CaseReleased)}


def test_what_is_said_to_go_back_is_what_route_takes_back(desk: TestDesk) -> None:
    made = Cases(desk)
    claim: tuple[str, Any, dict[str, Any]] = ("youssef", ClaimCase, {})
    made.agree()
    warned = made.case(119, claim)
    untouched = made.case(30)
    noted = made.case(29, ("youssef", AddNote, {"text": "bezig"}))
    asleep = made.case(28, claim, ("youssef", SnoozeCase, {"until": NOW + timedelta(hours=1)}))
    handed = made.case(27, ("marit", ClaimCase, {}), ("marit", HandOver, {"to": "youssef"}))
    desk.backend.give(Tick(id=str(uuid4()), team=SPOOR, at=NOW, actor="system:ticker"), NOW)
    owned = {one.id for one in desk.model.owned(SPOOR, "youssef")}
    assert owned == {untouched, noted, warned, asleep, handed}
    said = made.said()
    assert made.done() == {untouched, warned, handed}
    assert (said.released, said.kept) == (3, 2)


def test_what_a_colleague_gave_to_who_is_on_leave_stays_as_route_lets_it(desk: TestDesk) -> None:
    made = Cases(desk)
    away = Leave(id="off", person="youssef", start=NOW - timedelta(hours=2), end=NOW + timedelta(days=1))
    made.agree(leave=(away,))
    handed = made.case(27, ("marit", ClaimCase, {}), ("marit", HandOver, {"to": "youssef"}))
    assert [one.id for one in desk.model.owned(SPOOR, "youssef")] == [handed]
    said = made.said()
    assert made.done() == set()
    assert (said.released, said.kept) == (0, 1)


def test_ones_own_absence_is_what_one_misses_and_who_works_it() -> None:
    config = rota_config(NOW)
    ill = Leave(id="flu", person="youssef", kind="sick", start=NOW, end=NOW + timedelta(days=2))
    found = my_absence(TeamRota(config.model_copy(update={"leave": (*config.leave, ill)})), "youssef", NOW)
    assert [one.piece.start for one in found.missed] == [NOW, at(NOW, 1, 8), at(NOW, 2, 8)]
    assert {one.piece.span.person for one in found.missed} == {"youssef"}
    assert found.missed[0].lacking
    assert not found.arranged
    assert my_absence(TeamRota(config), "youssef", NOW).missed == (), "who is not sick misses nothing"


@pytest.fixture
def rota(desk: TestDesk) -> TestDesk:
    play_rota(desk.backend)
    return desk


def post(client: TestClient, path: str, **data: Any) -> str:
    answer = client.post(f"{path}?team={SPOOR}", data=data)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def part(page: str, ident: str) -> str:
    """What stands in an element, up to the end of its section or of the page."""
    return page.partition(f'id="{ident}"')[2].partition("</section>")[0]


def test_before_it_is_reported_one_sees_the_cover_of_the_week_or_of_the_days_named(rota: TestDesk) -> None:
    client = enter(rota)
    week = part(client.get("/rota/mine").text, "sick-then")
    assert "De komende week" in week
    assert re.search(r"Dekking gaat van [\d,]+ % naar [\d,]+ %\.", week)
    assert "Dit geeft gaten:" in week
    assert "Je mist 8 diensten." in week
    days = client.get("/rota/mine?until=2026-11-26").text
    assert "Tot en met do 26 nov" in part(days, "sick-then")
    assert "Je mist 2 diensten." in days
    assert '<details class="card sick" id="sick" open>' in days
    wrong = client.get("/rota/mine?until=2026-11-01").text
    assert "Dit ligt in het verleden." in wrong
    assert "De komende week" in part(wrong, "sick-then")
    assert not [one for one in rota.backend.sent if one.type == "CallInSick"]


def test_who_is_sick_asks_somebody_and_sees_who_works_it(rota: TestDesk) -> None:
    youssef = enter(rota)
    assert 'id="absence"' not in youssef.get("/rota/mine").text
    post(youssef, "/rota/sick")
    mine = part(youssef.get("/rota/mine").text, "absence")
    assert "wo 25 nov 11:00–17:00" in mine
    assert "geeft een gat" in mine
    assert "uur rust eromheen" in mine
    assert "contract" not in mine, "what a colleague's contract says is for leads"
    assert "is ziek" not in mine
    forms = re.findall(r'name="person" value="(\w+)"><input type="hidden" name="start" value="([^"]+)">', mine)
    assert forms
    stretch = {"start": at(NOW, 4, 8).isoformat(), "end": at(NOW, 4, 17).isoformat()}
    assert ("marit", stretch["start"]) in forms, "who is free on Sunday"
    told = post(youssef, "/rota/stand-ins", for_person="youssef", person="marit", **stretch)
    assert told.startswith(f"/rota/mine?team={SPOOR}&told=rota.told.asked")
    assert 'Marit</bdi> <span class="tag asked">gevraagd' in part(youssef.get("/rota/mine").text, "absence")
    config = rota.model.config(SPOOR)
    assert config is not None
    post(enter(rota, "marit"), f"/rota/stand-ins/{config.stand_ins[-1].id}/answer", accept="yes")
    mine = part(youssef.get("/rota/mine").text, "absence")
    assert "<b>Marit</b>" in mine
    assert "zo 29 nov 08:00–17:00" in mine.partition("Geregeld")[2], "it is arranged, and missed no more"
    assert "zo 29 nov" not in mine.partition("Geregeld")[0]


def test_nobody_asks_for_somebody_else_but_a_lead(rota: TestDesk) -> None:
    stretch = {"start": at(NOW, 4, 8).isoformat(), "end": at(NOW, 4, 17).isoformat()}
    marit = enter(rota, "marit")
    data = {"for_person": "youssef", "person": "ilse", **stretch}
    assert marit.post(f"/rota/stand-ins?team={SPOOR}", data=data).status_code == 403
    assert post(enter(rota, "lena"), "/rota/stand-ins", **data).startswith("/rota/stand-ins?")
    wrong = post(enter(rota), "/rota/stand-ins", **data | {"end": "nooit"})
    assert wrong == f"/rota/mine?team={SPOOR}&told=rota.wrong.time"


def test_a_lead_sees_what_it_does_before_they_report_somebody_sick(rota: TestDesk) -> None:
    lead = enter(rota, "lena")
    before = lead.get("/rota/stand-ins").text
    assert "Meld Youssef nu ziek" not in before
    page = lead.get(f"/rota/stand-ins?team={SPOOR}&sick=youssef&until=2026-11-26").text
    said = part(page, "if-sick")
    assert "De dienst tot 17:00 stopt nu. Marit blijft in dienst." in said
    assert "Tot en met do 26 nov" in said
    assert re.search(r"Dekking gaat van [\d,]+ % naar [\d,]+ %\.", said)
    assert "2 diensten worden gemist." in said
    assert 'name="person" value="youssef"><input type="hidden" name="until" value="2026-11-26">' in said
    assert not [one for one in rota.backend.sent if one.type == "CallInSick"], "looking reports nobody"
    past = lead.get(f"/rota/stand-ins?team={SPOOR}&sick=youssef&until=2026-11-01").text
    assert "Dit ligt in het verleden." in part(past, "if-sick")
    assert 'class="btn danger"' not in part(past, "if-sick")
    assert 'class="btn danger"' not in lead.get(f"/rota/stand-ins?team={SPOOR}&sick=nobody").text


@pytest.mark.parametrize("language", ["nl", "en"])
def test_both_pages_in_both_languages(rota: TestDesk, language: str) -> None:
    youssef, lead = enter(rota), enter(rota, "lena")
    for client in (youssef, lead):
        client.cookies.set("lang", language)
    words = {"nl": ("De komende week", "Wat je mist, de komende week"), "en": ("The coming week", "What you miss")}
    week, miss = words[language]
    assert week in youssef.get("/rota/mine").text
    assert week in lead.get("/rota/stand-ins?sick=youssef").text
    post(youssef, "/rota/sick")
    assert miss in youssef.get("/rota/mine").text
