"""The team's goals at the head of its figures, each with what on the page speaks about it."""

import re
from datetime import UTC, datetime
from typing import get_args

import pytest
from fastapi.testclient import TestClient

from services.contracts.goals import GoalKind, TeamGoals
from services.report.app import PACKAGE, build_app
from services.report.domain.goals import SPEAKS, wanted
from services.report.settings import ReportSettings
from services.runtime.web.i18n import LANGUAGES, read_catalog
from services.runtime.web.identity import Identity
from tests.support.hostile import Filling, HostileElastic

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
TEAM = "spoorlijn"
KEY = "k" * 40


class Agent:
    """Everybody is the agent of one team."""

    def find(self, cookie: str, now: datetime) -> Identity | None:
        return Identity(cookie, cookie, {TEAM: "agent"}, csrf="c" * 32, language="nl") if now else None


def page(goals: TeamGoals | None) -> str:
    app = build_app(
        ReportSettings(signing_key=KEY),
        Agent(),
        lambda _team: None,
        clock=lambda: NOW,
        elastic=HostileElastic(Filling("woord", "https://x.example"), NOW),
        goals={TEAM: goals}.get,
    )
    answer = TestClient(app, cookies={"webcare_session": "x"}).get(f"/reports?team={TEAM}")
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def test_every_goal_has_its_figures_or_none_and_each_has_a_word() -> None:
    assert set(SPEAKS) == set(get_args(GoalKind))
    figures = {one for those in SPEAKS.values() for one in those}
    for language in LANGUAGES:
        assert {f"report.{one}" for one in figures} <= read_catalog(PACKAGE, language).keys()


def test_they_stand_in_the_order_of_the_team() -> None:
    assert wanted(None) == ()
    assert wanted(TeamGoals(goals=("trends", "service"))) == (
        ("trends", ("by_topic", "by_day")),
        ("service", ("median", "kept")),
    )


def test_what_was_wanted_stands_with_what_the_numbers_say() -> None:
    text = page(TeamGoals(goals=("improvement", "service", "competitors"), success="Elke dag <bij>"))
    found = re.search(r'<section class="card wanted".*?</section>', text, re.DOTALL)
    assert found
    head = found[0]
    assert "Elke dag &lt;bij&gt;" in head
    assert (
        head.index("De dienst verbeteren") < head.index("Service en webcare") < head.index("Andere aanbieders volgen")
    )
    assert re.search(r"Negatief <b>\d+ %</b>", head)
    assert "Eerste antwoord, mediaan <b>" in head
    assert "geen cijfer op deze pagina" in head
    for anchor in re.findall(r'href="#(\w+)"', head):
        assert f'id="{anchor}"' in text
    assert text.index("wanted") < text.index('class="kpis"')


@pytest.mark.parametrize("goals", [None, TeamGoals()])
def test_a_team_without_goals_has_its_figures_alone(goals: TeamGoals | None) -> None:
    assert "wanted" not in page(goals)
