"""Who changed what of a team's ground rules: a line for each rule that is another one, kept with the agreements by route."""

from datetime import timedelta
from typing import Any

from services.contracts.case_rules import CaseRule
from services.contracts.commands import CallInSick, ConfigureTeam
from services.contracts.events import Event
from services.contracts.house_style import HouseStyle
from services.contracts.rule_changes import MOST_KEPT, RuleChange
from services.contracts.teams import AgencyMandate, ApprovalRule, Mandate, Person
from tests.support.route import Desk, agreed_by, at, config, types

PRESS = CaseRule(id="press", name="Alles van de pers", then="case", authors=("@ovnieuws",))
PRIZE = CaseRule(id="prize", then="no_case", words=("winactie*",))
NIGHT = CaseRule(id="night", then="no_case", sources=("rss",))
CRISIS = ApprovalRule(id="crisis", name="Crisis", urgency="critical")
AGREED = config(approval_rules=(CRISIS,), case_rules=(PRESS, PRIZE, NIGHT))


def state(team: Desk, actor: str = "lead:els", **changes: Any) -> list[Event]:
    return team.do(ConfigureTeam, actor, config=agreed_by(team).model_copy(update=changes))


def lines(team: Desk) -> list[tuple[str, str, str]]:
    return [(one.subject, one.what, one.name) for one in agreed_by(team).rule_changes]


def test_what_a_team_begins_with_is_no_change() -> None:
    made_up = RuleChange(at=at(9), by="lead:els", subject="style", what="changed")
    team = Desk(AGREED.model_copy(update={"rule_changes": (made_up,)}))
    assert agreed_by(team).rule_changes == (), "nobody states the history"


def test_each_rule_that_is_another_one_has_a_line_with_who_and_when() -> None:
    team = Desk(AGREED)
    team.now = at(11)
    state(
        team,
        approval_rules=(CRISIS.model_copy(update={"urgency": "high"}), ApprovalRule(id="post", channels=("post",))),
    )
    state(team, "noor", approval_rules=())
    assert lines(team) == [
        ("approval", "added", "post"),
        ("approval", "changed", "Crisis"),
        ("approval", "removed", "Crisis"),
        ("approval", "removed", "post"),
    ]
    assert [(one.by, one.at) for one in agreed_by(team).rule_changes[1:3]] == [("lead:els", at(11)), ("noor", at(11))]


def test_the_rule_that_is_asked_at_another_place_is_named() -> None:
    team = Desk(AGREED)
    state(team, case_rules=(NIGHT, PRESS, PRIZE))
    state(team, case_rules=(PRESS, PRIZE, NIGHT))
    assert lines(team) == [("cases", "moved", "night")] * 2
    state(team, case_rules=(NIGHT, PRIZE, PRESS))
    assert [one[:2] for one in lines(team)[2:]] == [("cases", "moved")], "of several, one line"


def test_of_a_style_the_words_are_named() -> None:
    team = Desk(AGREED)
    state(team, house_style=HouseStyle(address="u", avoid={"synergie": "", "last mile": "het laatste stuk"}))
    state(team, house_style=HouseStyle(address="u", avoid={"synergie": "samen"}))
    assert lines(team) == [
        ("style", "changed", ""),
        ("style", "added", "synergie, last mile"),
        ("style", "removed", "last mile"),
        ("style", "changed", "synergie"),
    ]


def test_each_working_agreement_that_is_another_one_has_a_line() -> None:
    team = Desk(AGREED)
    state(team, grace_seconds=30, agency=AgencyMandate(alone_up_to="low"), handles=("spoorlijn",), time_zone="UTC")
    assert lines(team) == [("working", "changed", one) for one in ("grace_seconds", "agency", "handles")]


def test_a_mandate_that_is_another_one_has_a_line_and_who_comes_has_none() -> None:
    team = Desk(AGREED)
    first, second, *others = agreed_by(team).people
    changed = (
        first.model_copy(update={"mandate": Mandate(approve=True), "capacity": 3}),
        second.model_copy(update={"employment": "agency"}),
        *others,
        Person(id="nieuw", name="Nieuw", mandate=Mandate(send_alone=False)),
    )
    state(team, people=changed)
    state(team, people=(changed[0].model_copy(update={"capacity": 4}), *changed[1:]))
    assert lines(team) == [("mandate", "changed", first.name), ("mandate", "changed", second.name)]


def test_what_says_nothing_of_the_rules_adds_nothing_and_takes_nothing_away() -> None:
    team = Desk(AGREED)
    state(team, approval_rules=())
    told = agreed_by(team).rule_changes
    team.do(CallInSick, "jeroen")
    assert types(state(team, name="Anders")) == ["TeamConfigured"]
    assert agreed_by(team).rule_changes == told
    assert types(state(team, rule_changes=())) == ["CommandAccepted"], "a file does not say it: it is so already"


def test_only_the_latest_are_kept() -> None:
    team = Desk(AGREED)
    for number in range(MOST_KEPT + 3):
        team.now += timedelta(minutes=1)
        state(team, approval_rules=(CRISIS.model_copy(update={"reach": number + 1}),))
    assert len(agreed_by(team).rule_changes) == MOST_KEPT
    assert agreed_by(team).rule_changes[-1].at == team.now
