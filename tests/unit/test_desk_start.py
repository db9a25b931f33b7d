"""The first-run guide: what its answers make of a team, and its pages, from nothing to the first mention given out."""

import html
import json
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from services.contracts.commands import ConfigureTeam
from services.contracts.goals import GoalsRecord, TeamGoals
from services.contracts.teams import OpeningSpan, Person, Shift
from services.contracts.topics import DESK_TEAMS
from services.desk.accounts.people import Account
from services.desk.domain.start import (
    STEPS,
    Facts,
    after,
    first_config,
    newcomer,
    spans_of,
    turn_of,
    with_hours,
    with_person,
)
from services.desk.readmodel import ReadModel
from services.desk.start.pages import declared
from services.ingest.domain.normalise import Defaults
from services.ingest.intake import take_in
from services.ingest.sources.feed.settings import FeedSource
from services.rota.rota import Rota
from tests.browser.desk_backend import PASSWORD, SPOOR, TestDesk, open_test_desk, team_config
from tests.support.desk import enter
from tests.support.small_ingest import Door, door
from tests.unit.conftest import OpenDesk

TEAM = "bakkerij"
WEDNESDAY = date(2026, 3, 4)
NINE = tuple(OpeningSpan(day=day, start=time(9), end=time(17)) for day in range(5))


@pytest.fixture
def desk(open_desk: OpenDesk) -> TestDesk:
    made = open_desk(desk_answer_seconds=0.3, desk_ingest_url="http://127.0.0.1:9")
    made.accounts.save(Account("baas", "Baas", {TEAM: "admin"}), PASSWORD)
    return made


@pytest.fixture
def open_door(tmp_path: Path) -> Iterator[tuple[TestDesk, Door]]:
    """A desk whose guide reaches a door."""
    with door() as made:
        desk = open_test_desk(tmp_path, desk_answer_seconds=0.3, desk_ingest_url=made.url)
        made.backend = desk.backend
        desk.accounts.save(Account("baas", "Baas", {TEAM: "admin"}), PASSWORD)
        yield desk, made
        desk.accounts.close()


def post(client: TestClient, step: str, **data: object) -> Response:
    answer: Response = client.post(f"/start/{step}?team={TEAM}", data=data, headers={"Accept-Language": "nl"})
    return answer


def page(client: TestClient, step: str) -> str:
    answer = client.get(f"/start/{step}?team={TEAM}", headers={"Accept-Language": "nl"})
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def week(**changes: str) -> dict[str, str]:
    """A form with every hour of the week open, so that somebody is on at any time of a test."""
    given = {f"{name}-{day}": value for day in range(7) for name, value in (("open", "1"), ("from", "00:00"))}
    return given | {f"to-{day}": "00:00" for day in range(7)} | changes


def people(*names: str) -> tuple[Person, ...]:
    return tuple(Person(id=name, name=name.title()) for name in names)


# -- what the answers make -------------------------------------------------------------------------------------------


def test_hours_make_a_rota_in_which_everybody_is_on_together() -> None:
    config = first_config(TEAM, "nl")
    for person in people("an", "bo"):
        config = with_person(config, person)
    saturday = OpeningSpan(day=5, start=time(10), end=time(14))
    made = with_hours(config, (*NINE, saturday), "together", WEDNESDAY)
    assert [(shift.rule, shift.minutes) for shift in made.shifts] == [
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", 480),
        ("FREQ=WEEKLY;BYDAY=SA", 240),
    ]
    rota = Rota(made)
    assert set(rota.on_shift(datetime(2026, 3, 4, 9, tzinfo=UTC))) == {"an", "bo"}, "today already"
    assert set(rota.on_shift(datetime(2026, 3, 7, 10, tzinfo=UTC))) == {"an", "bo"}
    assert not rota.on_shift(datetime(2026, 3, 7, 15, tzinfo=UTC))


def test_turns_are_of_whole_weeks_for_all_days_alike() -> None:
    config = first_config(TEAM, "nl")
    for person in people("an", "bo"):
        config = with_person(config, person)
    made = with_hours(config, (*NINE, OpeningSpan(day=5, start=time(10), end=time(14))), "week", WEDNESDAY)
    assert turn_of(made) == "week"
    rota = Rota(made)
    at = [datetime(2026, 3, day, 11, tzinfo=UTC) for day in (5, 7, 9, 14, 16)]
    assert [sorted(rota.on_shift(moment)) for moment in at] == [["an"], ["an"], ["bo"], ["bo"], ["an"]]


def test_over_midnight_and_who_comes_later() -> None:
    config = with_person(first_config(TEAM, "nl"), *people("an"))
    night = (OpeningSpan(day=4, start=time(22), end=time(2)),)
    made = with_person(with_hours(config, night, "together", WEDNESDAY), *people("bo"))
    assert made.shifts[0].minutes == 240
    assert made.shifts[0].people == ("an", "bo")
    in_turn = with_person(with_hours(config, night, "week", WEDNESDAY), *people("bo"))
    assert in_turn.shifts[0].rotation
    assert in_turn.shifts[0].rotation.groups == (("an",), ("bo",))


def test_shifts_that_somebody_made_stay_the_rota() -> None:
    own = Shift(id="vroeg", people=("an",), start=datetime(2026, 3, 2, 6), minutes=60, rule="FREQ=DAILY")  # noqa: DTZ001  # wall-clock
    config = with_person(first_config(TEAM, "nl"), *people("an")).model_copy(update={"shifts": (own,)})
    assert with_hours(config, NINE, "together", WEDNESDAY).shifts == (own,)


def test_a_team_begins_with_a_moment_of_grace_and_leads_who_may_approve() -> None:
    assert first_config(TEAM, "nl").grace_seconds == 10
    assert newcomer("an", "An", ("nl",), lead=True).mandate.approve
    assert not newcomer("bo", "Bo", ("nl",), lead=False).mandate.approve


@pytest.mark.parametrize("given", [{}, {"open-1": "1"}, {"open-1": "1", "from-1": "x", "to-1": "17:00"}])
def test_hours_that_are_none_are_refused(given: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"open|isoformat"):
        spans_of(given)


def test_how_far_a_team_is_follows_from_what_there_is() -> None:
    assert Facts().first_open() == "why"
    config = with_hours(with_person(first_config(TEAM, "nl"), *people("an")), NINE, "together", WEDNESDAY)
    facts = Facts(config, TeamGoals(goals=("service",)))
    assert [step for step in STEPS if facts.done()[step]] == ["why", "people", "hours"]
    assert facts.first_open() == "team"
    assert Facts(sources=frozenset({"first-run"})).done()["source"] is False
    assert [after(step) for step in STEPS] == [*STEPS[1:], None]


def test_the_latest_goals_count_whatever_comes_first() -> None:
    model = ReadModel()
    for hour, goal in ((10, "service"), (9, "trends")):
        goals = TeamGoals.model_validate({"goals": [goal]})
        record = GoalsRecord(team=TEAM, at=datetime(2026, 3, 2, hour, tzinfo=UTC), goals=goals)
        model.apply(DESK_TEAMS, f"{TEAM}:goals:current", record, 0, 0)
    assert model.goals(TEAM) == TeamGoals(goals=("service",))


# -- the pages -------------------------------------------------------------------------------------------------------


def test_from_nothing_to_the_first_mention_that_somebody_got(open_door: tuple[TestDesk, Door]) -> None:
    desk, entrance = open_door
    admin = enter(desk, "baas")
    assert admin.get("/inbox").headers["location"] == f"/start?team={TEAM}"
    assert admin.get(f"/start?team={TEAM}").headers["location"] == f"/start/why?team={TEAM}"
    assert "/start/team?" in post(admin, "why", goal=["service", "trends"], success="Elke dag bij").headers["location"]
    assert desk.model.goals(TEAM) == TeamGoals(goals=("service", "trends"), success="Elke dag bij")
    assert (
        "/start/people?"
        in post(admin, "team", name="Bakkerij Van Dam", time_zone="Europe/Amsterdam").headers["location"]
    )
    post(admin, "people", name="Baas", login="baas", language=["nl"], lead="yes")
    assert "/start/handbook?" in post(admin, "hours", **week()).headers["location"]
    assert "/start/source?" in post(admin, "handbook").headers["location"]
    assert len(desk.model.handbooks.of(TEAM).current()) == 12, "in Dutch alone"
    sent = post(admin, "test").headers["location"]
    assert sent.startswith("/start/test?")
    text = str(admin.get(sent, headers={"Accept-Language": "nl"}).text)
    assert "Baas heeft het gekregen." in text
    assert entrance.given[0]["team"] == TEAM
    assert desk.model.owned(TEAM, "baas")
    assert admin.get(f"/start?team={TEAM}").headers["location"] == f"/start/source?team={TEAM}", "all but a source"


def test_the_goals_can_be_read_by_programs_and_head_the_handbook(desk: TestDesk) -> None:
    admin = enter(desk, "baas")
    assert admin.get(f"/api/v1/team/{TEAM}/goals").json() == {"goals": [], "success": ""}
    post(admin, "why", goal=["trends", "service"], success="Elke dag bij")
    assert admin.get(f"/api/v1/team/{TEAM}/goals").json() == {"goals": ["trends", "service"], "success": "Elke dag bij"}
    text = str(admin.get(f"/handbook?team={TEAM}", headers={"Accept-Language": "nl"}).text)
    assert "Trends zien · Service en webcare" in text
    assert admin.get(f"/api/v1/team/{SPOOR}/goals").status_code == 403


def test_a_colleague_gets_a_login_that_is_shown_once_and_works(desk: TestDesk) -> None:
    admin = enter(desk, "baas")
    post(admin, "why", goal=["service"])
    answer = post(admin, "people", name="Fleur de Wit", language=["nl", "en"])
    password = re.search(r'id="first-password">([^<]+)<', answer.text)
    assert password
    found = desk.accounts.check("fleur-de-wit", password[1])
    assert found
    assert found.teams == {TEAM: "agent"}
    assert password[1] not in page(admin, "people")
    assert "Die inlognaam is al van iemand" in page_after(admin, post(admin, "people", name="X", login="fleur-de-wit"))
    assert [one.id for one in desk.model.config(TEAM).people] == ["fleur-de-wit"]  # type: ignore[union-attr]  # there is


def test_a_lead_of_the_guide_may_approve_and_a_reply_of_its_team_can_be_taken_back(
    open_door: tuple[TestDesk, Door],
) -> None:
    desk, _ = open_door
    admin = enter(desk, "baas")
    post(admin, "why", goal=["service"])
    assert "nog 10 seconden terug te halen" in page(admin, "team")
    post(admin, "people", name="Baas", login="baas", language=["nl"], lead="yes")
    post(admin, "people", name="Fleur", login="fleur", language=["nl"])
    post(admin, "hours", **week())
    config = desk.model.config(TEAM)
    assert config
    assert {one.id: one.mandate.approve for one in config.people} == {"baas": True, "fleur": False}
    admin.get(post(admin, "test").headers["location"])
    (case,) = desk.backend.states[TEAM].cases.values()
    admin.post(f"/cases/{case.id}/reply", data={"text": "Om acht uur.", "seen": str(case.revision)})
    (held,) = desk.backend.states[TEAM].cases[case.id].pending
    assert held.state == "leaving"
    assert held.release_at
    assert (held.release_at - held.submitted_at).total_seconds() == 10


def page_after(client: TestClient, answer: Response) -> str:
    assert answer.status_code == 303, answer.text
    return str(client.get(answer.headers["location"], headers={"Accept-Language": "nl"}).text)


def test_a_colleague_of_another_team_keeps_their_password_and_roles(desk: TestDesk) -> None:
    admin = enter(desk, "baas")
    post(admin, "why", goal=["service"])
    assert "houdt het eigen wachtwoord" in page_after(admin, post(admin, "people", name="Zoe", login="zoe", lead="yes"))
    found = desk.accounts.check("zoe", PASSWORD)
    assert found
    assert found.teams == {"waterveen": "agent", TEAM: "lead"}


def test_a_login_that_was_disabled_is_not_opened_again(desk: TestDesk) -> None:
    admin = enter(desk, "baas")
    post(admin, "why", goal=["service"])
    desk.accounts.disable("zoe")
    assert "Deze inlog is uitgezet." in page_after(admin, post(admin, "people", name="Zoe", login="zoe"))
    assert desk.accounts.check("zoe", PASSWORD) is None


def test_who_is_in_the_roster_without_a_login_can_be_given_one(desk: TestDesk) -> None:
    desk.backend.configure(team_config(TEAM, "Bakkerij"))
    admin = enter(desk, "baas")
    answer = admin.post(f"/start/people/tom/login?team={TEAM}", headers={"Accept-Language": "nl"})
    assert "Tom kan inloggen" in answer.text
    assert post(admin, "people/niemand/login").headers["location"].endswith("rejected.unknown_person")


def test_steps_can_be_skipped_and_wrong_answers_say_why(desk: TestDesk) -> None:
    admin = enter(desk, "baas")
    for step in STEPS:
        assert "Overslaan" in page(admin, step) or step == "test"
    assert "Kies ten minste één doel." in page_after(admin, post(admin, "why"))
    assert "Geef het team eerst een naam." in page_after(admin, post(admin, "test"))
    assert "Geef het team eerst een naam." in page_after(admin, post(admin, "handbook"))
    assert "Vul een naam in." in page_after(admin, post(admin, "team", name=" "))
    assert "Er klopt iets niet" in page_after(admin, post(admin, "team", name="B", time_zone="Mars/Olympus"))
    assert "Een inlognaam is van" in page_after(admin, post(admin, "people", name="B", login="Ó!"))
    assert "Kies ten minste één dag" in page_after(admin, post(admin, "hours"))
    assert desk.backend.sent == []


def test_what_was_agreed_before_stays_when_a_step_is_done_again(desk: TestDesk) -> None:
    desk.backend.configure(team_config(TEAM, "Bakkerij"))
    before = desk.model.config(TEAM)
    assert before
    post(enter(desk, "baas"), "team", name="Bakkerij Nieuw", language="en", time_zone="UTC")
    now = desk.model.config(TEAM)
    assert now == before.model_copy(update={"name": "Bakkerij Nieuw", "language": "en"})


def test_without_anybody_on_duty_it_waits_and_the_admin_can_go_on_duty(open_door: tuple[TestDesk, Door]) -> None:
    desk, _ = open_door
    admin = enter(desk, "baas")
    post(admin, "why", goal=["service"])
    post(admin, "people", name="Baas", login="baas", language=["nl"], lead="yes")
    assert "Er heeft nu niemand dienst" in page(admin, "test")
    assert "Het wacht tot er iemand is." in page_after(admin, post(admin, "test"))
    assert "Je hebt een uur dienst." in page_after(admin, post(admin, "test/on"))
    assert "Er heeft nu niemand dienst" not in page(admin, "test")
    assert "Baas heeft het gekregen." in page_after(admin, post(admin, "test"))


def test_a_closed_door_is_said_as_it_is(open_door: tuple[TestDesk, Door], desk: TestDesk) -> None:
    shut, entrance = open_door
    entrance.refusing = "team bakkerij is not configured"
    for one, words in ((shut, "team bakkerij is not configured"), (desk, "ConnectError")):
        admin = enter(one, "baas")
        post(admin, "why", goal=["service"])
        text = page_after(admin, post(admin, "test"))
        assert "De ingang nam het bericht niet aan:" in text
        assert words in text


def test_the_example_of_a_mention_is_one_that_ingest_takes(desk: TestDesk) -> None:
    text = page(enter(desk, "baas"), "source")
    given = json.loads(html.unescape(text[text.index("{\n") : text.index("}</pre>") + 1]))
    taken = take_in([given], Defaults(datetime.now(UTC), "api", TEAM), lambda *_: None)
    assert isinstance(taken, list), taken
    assert (taken[0].team, taken[0].source, taken[0].author.name) == (TEAM, "site", "Jip")


def test_a_source_is_a_token_for_mentions_alone_and_a_feed_is_written_down(desk: TestDesk) -> None:
    admin = enter(desk, "baas")
    found = re.search(r"readonly>([^<]+)<", post(admin, "source/token").text)
    assert found
    robot = TestClient(desk.app, headers={"Authorization": f"Bearer {found[1]}"})
    assert robot.get(f"/api/v1/cases?team={TEAM}").status_code == 403
    text = str(admin.get(f"/start/source?team={TEAM}&feed=https://www.nieuws.example/feed.xml").text)
    assert "name = &#34;www-nieuws-example&#34;" in text
    assert "url = &#34;https://www.nieuws.example/feed.xml&#34;" in text
    for evil in ("javascript:alert(1)", "https://x/\n[oops]", "ftp://x"):
        answer = admin.get("/start/source", params={"team": TEAM, "feed": evil}, headers={"Accept-Language": "nl"})
        assert "Dit is geen webadres." in answer.text
        assert "[[ingest_sources]]" not in answer.text


@pytest.mark.parametrize(
    "feed", ["https://www.nieuws.example/feed.xml", 'http://x/"quoted"?a=\\b', "https://[::1]:8080/"]
)
def test_a_feed_that_was_written_down_is_one_that_ingest_knows(feed: str) -> None:
    (given,) = tomllib.loads(declared(TEAM, feed))["ingest_sources"]
    assert FeedSource(**given).team == TEAM


@pytest.mark.parametrize("name", ["lena", "youssef"])
def test_the_guide_is_for_admins(desk: TestDesk, name: str) -> None:
    client = enter(desk, name)
    assert client.get(f"/start/people?team={SPOOR}").status_code == 403
    assert client.post(f"/start/people?team={SPOOR}", data={"name": "X"}).status_code == 403
    assert client.get(f"/start/people?team={TEAM}").status_code == 403
    assert not [one for one in desk.backend.sent if isinstance(one, ConfigureTeam)]
