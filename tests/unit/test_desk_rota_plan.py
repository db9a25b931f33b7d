"""The planner's page: who may ask, one plan at a time, what accepting a week sends, and what is said when there is none."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from services.contracts.commands import AcceptPlan
from services.contracts.teams import TeamConfig
from services.control.arrivals import Arrived
from services.control.planner import Planner, make
from services.desk.context import Desk
from services.desk.domain.rota_plan import Expected, NoPlanError
from services.desk.rota.plan_store import PlanStore
from services.desk.rota.planning import KEPT, MOST_AT_ONCE, Job, Planning
from services.report.elastic import ElasticUnavailableError
from services.rota.rota import Rota
from services.route.planning.plan import baseline
from services.route.planning.proposal import with_plan
from services.route.planning.request import ask
from tests.browser.desk_backend import SPOOR, TestDesk
from tests.browser.rota_scene import at, play_rota, rota_config
from tests.support.desk import enter
from tests.support.planner import QuickPlanner
from tests.support.plans import START, every_day, team
from tests.support.stack import until
from tests.unit.conftest import OpenDesk

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)  # a Wednesday, 11:00 in Amsterdam
FIRST, SECOND = date(2026, 11, 30), date(2026, 12, 7)
PLAN = f"/rota/plan?team={SPOOR}"


@pytest.fixture
def planner() -> QuickPlanner:
    return QuickPlanner()


@pytest.fixture
def desk(open_desk: OpenDesk, planner: QuickPlanner) -> Iterator[TestDesk]:
    made = open_desk(clock=lambda: NOW, plans=planner, desk_answer_seconds=0.3)
    play_rota(made.backend)
    yield made
    planner.go.set()


def config(desk: TestDesk) -> TeamConfig:
    found = desk.model.config(SPOOR)
    assert found is not None
    return found


def planning(desk: TestDesk) -> Planning:
    state: Desk = desk.app.state.desk
    return state.planning


def job_of(desk: TestDesk) -> Job:
    found = planning(desk).of(SPOOR)
    assert found is not None
    return found


def told(answer: Any) -> str:
    assert answer.status_code == 303, answer.text
    address: str = answer.headers["location"]
    return address.partition("told=")[2].partition("&")[0]


def begin(client: TestClient, weeks: int = 2, start: str = "2026-11-30") -> str:
    return told(client.post(PLAN, data={"start": start, "weeks": str(weeks)}))


def ready(desk: TestDesk, client: TestClient, weeks: int = 2) -> Job:
    assert begin(client, weeks) == ""
    wait(planning(desk))
    return job_of(desk)


def wait(planning: Planning, name: str = SPOOR) -> None:
    until(lambda: not (job := planning.of(name)) or job.state != "working", "the plan is made", 20, every=0.01)


def accept(client: TestClient, job: Job, *weeks: date, key: str = "") -> str:
    data = {"plan": job.id, "weeks": [one.isoformat() for one in weeks], "key": key}
    return told(client.post(f"/rota/plan/accept?team={SPOOR}", data=data))


def sent(desk: TestDesk) -> list[AcceptPlan]:
    return [one for one in desk.backend.sent if isinstance(one, AcceptPlan)]


def test_without_the_extra_the_page_says_what_to_install(desk: TestDesk, planner: QuickPlanner) -> None:
    planner.lacks = "webcare[plan]"
    client = enter(desk, "lena")
    page = client.get(PLAN).text
    assert 'pip install "webcare[plan]"' in page
    assert "Maak een voorstel" not in page
    assert begin(client) == "rota.wrong.plan_missing"
    assert Planning(None).missing == "webcare[plan]"


def test_a_plan_is_made_apart_and_one_at_a_time(desk: TestDesk, planner: QuickPlanner) -> None:
    planner.go.clear()
    client = enter(desk, "lena")
    assert begin(client) == ""
    assert 'hx-trigger="every 2s"' in client.get(PLAN).text
    assert client.get(PLAN, headers={"HX-Request": "true"}).status_code == 204
    assert begin(client) == "rota.wrong.plan_busy"
    planner.go.set()
    wait(planning(desk))
    page = client.get(PLAN, headers={"HX-Request": "true"}).text
    assert 'hx-trigger="every 2s"' not in page
    assert "Voorstel voor ma 30 nov – zo 13 dec" in page
    assert "Neem alle 2 weken over" in page
    assert "Wat niet lukt, en waarom" in page
    client.cookies.set("lang", "en")
    english = client.get(PLAN).text
    assert "Accept all 2 weeks" in english
    assert "style=" not in english
    assert not [one for one in desk.backend.sent if isinstance(one, AcceptPlan)], "nothing changes by asking"


@pytest.mark.parametrize(
    ("start", "weeks", "said"),
    [
        ("2026-11-24", 1, "rota.wrong.past"),
        ("2028-01-01", 1, "rota.wrong.time"),
        ("soon", 1, "rota.wrong.time"),
        ("2026-11-30", 7, "rota.wrong.form"),
        ("2026-11-30", 0, "rota.wrong.form"),
    ],
)
def test_what_is_asked_is_bounded(desk: TestDesk, start: str, weeks: int, said: str) -> None:
    client = enter(desk, "lena")
    assert begin(client, weeks, start) == said
    assert planning(desk).of(SPOOR) is None
    assert client.get(f"{PLAN}&told={said}").status_code == 200


@pytest.mark.parametrize("name", ["youssef", "vera", "zoe"])
def test_only_a_lead_of_the_team_asks_sees_and_accepts(desk: TestDesk, name: str) -> None:
    job = ready(desk, enter(desk, "lena"))
    client = enter(desk, name)
    data = {"plan": job.id, "weeks": FIRST.isoformat()}
    assert client.get(PLAN).status_code == 403
    assert client.post(PLAN, data={"start": "2026-11-30", "weeks": "1"}).status_code == 403
    assert client.post(f"/rota/plan/accept?team={SPOOR}", data=data).status_code == 403
    assert not sent(desk)


def test_a_week_is_accepted_then_the_next_and_the_rota_is_what_was_proposed(desk: TestDesk) -> None:
    client, before = enter(desk, "lena"), config(desk)
    job = ready(desk, client)
    assert accept(client, job, FIRST) == "rota.told.planned"
    (first,) = sent(desk)
    new = [shift for shift in first.add if shift.id.startswith("plan-")]
    assert {shift.start.date() for shift in new} <= {FIRST + timedelta(days=number) for number in range(7)}
    assert set(first.remove) <= {shift.id for shift in before.shifts}
    assert first.plan == "2026-11-30 – 2026-12-06"
    assert accept(client, job, FIRST) == "rota.wrong.plan_changed", "once is enough"
    page = client.get(f"{PLAN}&told=rota.told.planned").text
    assert "Neem de week over" in page
    assert accept(client, job, SECOND) == "rota.told.planned"
    assert "Alle weken zijn overgenomen." in client.get(PLAN).text
    request = ask(before, FIRST, 2)
    wanted = Rota(with_plan(request, baseline(request).shifts))
    for hours in range(0, 28 * 24, 3):
        moment = at(NOW, 1) + timedelta(hours=hours)
        assert Rota(config(desk)).duty(moment).on == wanted.duty(moment).on, moment


def test_all_weeks_at_once_and_the_same_form_twice_is_one_command(desk: TestDesk) -> None:
    client = enter(desk, "lena")
    job = ready(desk, client)
    for _ in range(2):
        assert accept(client, job, FIRST, SECOND, key="k") == "rota.told.planned"
    assert len({one.id for one in sent(desk)}) == 1
    assert len({shift.id for shift in config(desk).shifts}) == len(config(desk).shifts)


def test_a_plan_of_a_rota_that_has_changed_is_not_accepted(desk: TestDesk) -> None:
    client = enter(desk, "lena")
    job = ready(desk, client)
    assert "Sinds dit voorstel" not in client.get(PLAN).text
    left = tuple(shift for shift in rota_config(NOW).shifts if shift.id != "day")
    desk.backend.configure(rota_config(NOW, shifts=left, leave=()), NOW)
    assert "Sinds dit voorstel" in client.get(PLAN).text
    assert accept(client, job, FIRST) == "rota.wrong.plan_changed"
    assert not sent(desk)


@pytest.mark.parametrize(
    ("plan", "weeks"), [("another", ["2026-11-30"]), ("", ["2026-12-14"]), ("", ["soon"]), ("", ["2026-11-30", "x"])]
)
def test_a_form_about_another_plan_or_week_changes_nothing(desk: TestDesk, plan: str, weeks: list[str]) -> None:
    client = enter(desk, "lena")
    job = ready(desk, client)
    answer = client.post(f"/rota/plan/accept?team={SPOOR}", data={"plan": plan or job.id, "weeks": weeks})
    assert told(answer) == "rota.wrong.plan_changed"
    assert not sent(desk)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (NoPlanError("slow"), "Het duurde te lang."),
        (NoPlanError("impossible"), "Er is niets om mee te plannen"),
        (RuntimeError("no memory"), "Het plannen is misgegaan."),
    ],
)
def test_no_plan_says_why_and_can_be_asked_again(
    desk: TestDesk, planner: QuickPlanner, error: Exception, said: str
) -> None:
    client = enter(desk, "lena")
    planner.error = error
    ready(desk, client)
    assert said in client.get(PLAN).text
    planner.error = None
    assert ready(desk, client).state == "ready"


def every_hour(weeks: int, each: int) -> list[Arrived]:
    """So many mentions in every hour of some weeks."""
    return [Arrived(NOW - timedelta(hours=ago), "nl", each) for ago in range(1, 168 * weeks + 2)]


def expected(client: TestClient, minutes: str) -> str:
    asked = {"start": "2026-11-30", "weeks": "1", "basis": "expected", "minutes": minutes}
    return told(client.post(PLAN, data=asked))


def test_a_plan_for_what_may_be_expected_wants_more_people_when_more_comes_in(
    desk: TestDesk, planner: QuickPlanner
) -> None:
    client = enter(desk, "lena")
    wanted = {}
    for each in (4, 40):
        planner.came = every_hour(3, each)
        assert expected(client, "7,5") == ""
        wait(planning(desk))
        plan = job_of(desk).plan
        assert plan is not None
        assert plan.expected == Expected(3.0, round(505 * each / 3, 1), 7.5)
        wanted[each] = plan.coverage.needs[0].wanted_hours
    assert wanted[40] > 2 * wanted[4]
    page = client.get(PLAN).text
    assert "kwamen er gemiddeld 6.733 berichten per week binnen" in page
    assert 'value="expected" checked' in page
    assert 'value="7.5"' in page, "what was asked last is filled in"
    after = Planning(planner, PlanStore(desk.accounts)).of(SPOOR)
    assert after == job_of(desk), "also after a restart"


@pytest.mark.parametrize("came", [[], every_hour(0, 9)])
def test_without_a_week_of_mentions_nothing_can_be_expected(
    desk: TestDesk, planner: QuickPlanner, came: list[Arrived]
) -> None:
    client = enter(desk, "lena")
    planner.came = came
    assert expected(client, "6") == ""
    wait(planning(desk))
    assert "Er is nog geen week aan berichten om op te bouwen." in client.get(PLAN).text


def test_mentions_that_cannot_be_looked_up_are_said(desk: TestDesk) -> None:
    def away(team: str, until: datetime) -> list[Arrived]:
        raise ElasticUnavailableError("no answer")

    with pytest.raises(NoPlanError) as error:
        Planner(history=away).propose(config(desk), FIRST, 1, 6)
    assert error.value.code == "no_search"


@pytest.mark.parametrize("minutes", ["", "0", "-3", "241", "veel", "nan", "inf"])
def test_minutes_that_are_none_are_refused(desk: TestDesk, minutes: str) -> None:
    assert expected(enter(desk, "lena"), minutes) == "rota.wrong.minutes"


def test_a_few_teams_at_once_and_old_plans_are_let_go(planner: QuickPlanner) -> None:
    planner.go.clear()
    plans = Planning(planner)
    teams = [team(2, every_day(1), team=f"team-{number}") for number in range(MOST_AT_ONCE + 1)]
    assert [plans.begin(one, START, 1, NOW) for one in teams] == [True] * MOST_AT_ONCE + [False]
    planner.go.set()
    for one in teams:
        wait(plans, one.team)
    assert plans.begin(teams[-1], START, 1, NOW + KEPT)
    wait(plans, teams[-1].team)
    assert plans.of(teams[0].team) is None


def test_a_plan_outlives_the_desk_with_what_was_accepted_of_it(desk: TestDesk, planner: QuickPlanner) -> None:
    client = enter(desk, "lena")
    job = ready(desk, client)
    assert accept(client, job, FIRST) == "rota.told.planned"
    again = Planning(planner, PlanStore(desk.accounts))
    found = again.of(SPOOR)
    assert found is not None
    assert found == replace(job_of(desk), sent={})
    assert found.open == (SECOND,)
    parts = again.parts(found, config(desk), [SECOND], "", NOW)
    again.accepted(SPOOR, found, [SECOND], parts)
    assert job_of(desk).open == (), "another process sees it"
    assert "Alle weken zijn overgenomen." in client.get(PLAN).text


def test_a_plan_that_was_being_made_is_made_again_after_a_restart(desk: TestDesk, planner: QuickPlanner) -> None:
    planner.go.clear()
    assert begin(enter(desk, "lena")) == ""
    after = QuickPlanner()
    again = Planning(after, PlanStore(desk.accounts))
    again.resume()
    wait(again)
    found = again.of(SPOOR)
    assert found is not None
    assert (found.state, len(found.open)) == ("ready", 2)


def test_a_plan_that_cannot_be_read_any_more_is_asked_again(desk: TestDesk, planner: QuickPlanner) -> None:
    client = enter(desk, "lena")
    ready(desk, client)
    store = PlanStore(desk.accounts)
    stored = store.load(SPOOR)
    assert stored is not None
    store.save(replace(stored, plan='{"weeks": []}'))
    again = Planning(planner, store)
    found = again.of(SPOOR)
    assert found is not None
    assert (found.state, found.error) == ("failed", "changed")


def test_what_another_version_kept_is_let_go_and_what_cannot_be_made_again_has_failed(
    desk: TestDesk, planner: QuickPlanner
) -> None:
    planner.go.clear()
    assert begin(enter(desk, "lena")) == ""
    without = QuickPlanner()
    without.lacks = "webcare[plan]"
    again = Planning(without, PlanStore(desk.accounts))
    again.resume()
    found = again.of(SPOOR)
    assert found is not None
    assert found.state == "failed"
    with desk.accounts.engine.begin() as db:
        db.execute(sa.text("UPDATE plans SET config = '{}'"))
    assert PlanStore(desk.accounts).load(SPOOR) is None


def test_old_plans_leave_the_database(desk: TestDesk, planner: QuickPlanner) -> None:
    ready(desk, enter(desk, "lena"))
    other = team(2, every_day(1), team="klein")
    again = Planning(planner, PlanStore(desk.accounts))
    assert again.begin(other, START, 1, NOW + KEPT)
    wait(again, "klein")
    assert again.of(SPOOR) is None
    assert again.of("klein") is not None


def test_the_real_planner_works_in_a_process_of_its_own() -> None:
    pytest.importorskip("ortools")
    asked = team(2, every_day(1))
    found = Planner().propose(asked, START, 1)
    assert Planner().load(Planner().dump(found)) == found
    assert found.weeks == make(asked, START, 1).weeks
    assert found.weeks[0].cover > found.weeks[0].cover_before
    assert Planner().missing() is None
    with pytest.raises(NoPlanError, match="slow"):
        Planner(seconds=0).propose(asked, START, 1)
    with pytest.raises(NoPlanError, match="impossible"):
        Planner().propose(asked, START, 99)
