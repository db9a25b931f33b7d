"""Sickness without an end on the rota's pages: a day before it lapses its person and the leads see that, and what to do."""

from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from services.contracts.teams import Leave
from tests.browser.desk_backend import SPOOR, TestDesk
from tests.browser.rota_scene import rota_config
from tests.support.desk import enter
from tests.unit.conftest import OpenDesk

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)  # a Wednesday, 11:00 in Amsterdam
LEFT = timedelta(hours=20)
OWN = {
    "nl": "Je ziekmelding geldt tot do 26 nov 07:00. Daarna sta je weer in het rooster en krijg je weer werk.",
    "en": "You are reported sick until Thu 26 Nov 07:00. After that you are on the rota again and get work.",
}
OF_ANOTHER = {
    "nl": "Youssef is ziek gemeld tot do 26 nov 07:00. Daarna krijgt Youssef weer werk, tenzij iemand laat weten",
    "en": "Youssef is reported sick until Thu 26 Nov 07:00. After that Youssef gets work again, unless somebody says",
}
BUTTONS = {"nl": "Nog ziek", "en": "Still sick"}


@pytest.fixture
def desk(open_desk: OpenDesk) -> TestDesk:
    made = open_desk(clock=lambda: NOW, desk_answer_seconds=0.3)
    agree(made, LEFT)
    return made


def agree(desk: TestDesk, left: timedelta, until_well: bool = True) -> None:
    """Youssef is sick, and that ends so long from now."""
    ill = Leave(
        id="ill", person="youssef", kind="sick", start=NOW + left - timedelta(days=28, hours=1), end=NOW + left,
        until_well=until_well,
    )  # fmt: skip
    desk.backend.configure(rota_config(NOW, leave=(ill,)), NOW)


def sickness(desk: TestDesk) -> Leave:
    config = desk.model.config(SPOOR)
    assert config is not None
    return next(one for one in config.leave if one.id == "ill")


def page(client: TestClient, path: str, language: str = "nl") -> str:
    client.cookies.set("lang", language)
    answer = client.get(f"{path}?team={SPOOR}")
    assert answer.status_code == 200
    text: str = answer.text
    return text


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_person_sees_it_on_their_own_page_and_on_the_teams(desk: TestDesk, language: str) -> None:
    client = enter(desk, "youssef")
    for path in ("/rota/mine", "/rota"):
        shown = page(client, path, language)
        assert OWN[language] in shown, path
        assert f">{BUTTONS[language]}</button>" in shown, path


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_lead_sees_it_on_the_teams_page_and_at_the_stand_ins(desk: TestDesk, language: str) -> None:
    client = enter(desk, "lena")
    for path in ("/rota", "/rota/stand-ins"):
        shown = page(client, path, language)
        assert OF_ANOTHER[language] in shown, path
        assert BUTTONS[language] in shown, path


def test_colleagues_are_not_told_and_a_viewer_can_do_nothing(desk: TestDesk) -> None:
    for name in ("marit", "vera"):
        shown = page(enter(desk, name), "/rota")
        assert "ziek gemeld tot" not in shown
        assert "Nog ziek" not in shown


def test_it_counts_in_the_navigation_of_both_and_of_nobody_else(desk: TestDesk) -> None:
    assert ['id="count-rota">1<' in page(enter(desk, name), "/inbox") for name in ("youssef", "lena", "marit")] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(("left", "until_well"), [(timedelta(hours=25), True), (LEFT, False)])
def test_nothing_is_said_before_that_or_of_an_end_that_somebody_named(
    desk: TestDesk, left: timedelta, until_well: bool
) -> None:
    agree(desk, left, until_well)
    assert "Je bent ziek gemeld" in page(enter(desk, "youssef"), "/rota/mine")
    for name, path in (("youssef", "/rota/mine"), ("youssef", "/rota"), ("lena", "/rota"), ("lena", "/rota/stand-ins")):
        shown = page(enter(desk, name), path)
        assert "Nog ziek" not in shown, (name, path)
        assert 'id="count-rota">1<' not in shown, (name, path)


@pytest.mark.parametrize(("name", "person"), [("youssef", ""), ("youssef", "youssef"), ("lena", "youssef")])
def test_who_is_still_sick_says_so_by_one_button(desk: TestDesk, name: str, person: str) -> None:
    client = enter(desk, name)
    answer = client.post(f"/rota/sick?team={SPOOR}", data={"person": person})
    assert "told=rota.told.still_sick" in answer.headers["location"]
    assert sickness(desk).end == NOW + timedelta(days=28)
    shown = client.get(answer.headers["location"]).text
    assert "de ziekmelding loopt door" in shown
    assert "Nog ziek" not in shown


def test_a_lead_says_that_somebody_is_well(desk: TestDesk) -> None:
    client = enter(desk, "lena")
    answer = client.post(f"/rota/well?team={SPOOR}", data={"person": "youssef"})
    assert "told=rota.told.well" in answer.headers["location"]
    assert sickness(desk).end == NOW
    assert "ziek gemeld tot" not in page(client, "/rota")


def test_programs_see_of_leave_what_they_saw_before(desk: TestDesk) -> None:
    (one,) = enter(desk, "lena").get(f"/api/v1/team/{SPOOR}/rota").json()["leave"]
    assert one.keys() == {"id", "person", "start", "end", "kind", "state", "note"}
