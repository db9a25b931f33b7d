"""What was saved of the ground rules can be undone: what was before comes back, and only that, and not what is newer."""

import re
from typing import Any

import pytest
from httpx import Response

from services.contracts.case_rules import CaseRule
from services.contracts.commands import CallInSick
from services.contracts.house_style import HouseStyle
from services.contracts.teams import ApprovalRule, Mandate, TeamConfig
from services.desk.readmodel import EARLIER
from tests.browser.desk_backend import SPOOR, TestDesk, team_config
from tests.support.desk import enter
from tests.support.ground_rules import Form, agreed, hidden, plain
from tests.unit.conftest import OpenDesk

CRISIS = ApprovalRule(id="crisis", name="Crisis", urgency="critical")
PRESS = CaseRule(id="press", name="Pers", then="case", authors=("@ovnieuws",))
PRIZE = CaseRule(id="prize", name="Winactie", then="no_case", words=("winactie*",))
NIGHT = CaseRule(id="night", name="Nacht", then="no_case", sources=("rss",))


@pytest.fixture
def desk(open_desk: OpenDesk) -> TestDesk:
    made = open_desk(desk_answer_seconds=0.3)
    made.backend.configure(team_config(approval_rules=(CRISIS,), case_rules=(PRESS, PRIZE, NIGHT)))
    return made


def rules(config: TeamConfig) -> TeamConfig:
    """All but who changed it."""
    return config.model_copy(update={"rule_changes": ()})


def after(form: Form, do: str, **typed: Any) -> Response:
    """The page after it was looked at and done."""
    form.send("drop" if do == "remove" else "look", **typed)
    answer = form.send(do, **typed)
    assert answer.status_code == 303, plain(answer)
    page: Response = form.client.get(answer.headers["location"])
    return page


def undo(form: Form, page: Response) -> str:
    """What is said after the page's button was pressed."""
    assert 'form="undo"' in page.text
    shown = re.search(r'<form id="undo".*?</form>', page.text, re.DOTALL)
    assert shown
    fields = {name: hidden(shown[0], name) for name in ("subject", "name", "before", "made", "key")}
    answer = form.client.post(f"/handbook/agreements/undo?team={SPOOR}", data=fields)
    assert answer.status_code == 303
    form.answer = form.client.get(answer.headers["location"])
    return plain(form.answer)


CHANGES: list[tuple[str, str, str, dict[str, Any]]] = [
    ("approval", "", "save", {"name": "Geld", "topics": "refund"}),
    ("approval", "crisis", "save", {"name": "Ramp", "urgency": "high"}),
    ("approval", "crisis", "remove", {}),
    ("cases", "", "save", {"name": "Grapjes", "then": "no_case", "intent": "praise", "after": "press"}),
    ("cases", "night", "save", {"name": "Nacht", "then": "no_case", "sources": "rss", "after": ""}),
    ("cases", "prize", "remove", {}),
    ("style", "", "save", {"address": "u", "word-000": "last mile"}),
    ("mandate/marit", "", "save", {"employment": "agency", "alone": "low", "approve": "yes"}),
]


def test_what_was_before_comes_back_whatever_kind_of_rule_it_is(desk: TestDesk) -> None:
    before = rules(agreed(desk))
    for number, (subject, rule, do, typed) in enumerate(CHANGES, start=1):
        form = Form(desk, subject, rule)
        page = after(form, do, **typed)
        assert rules(agreed(desk)) != before, (subject, rule)
        assert "Het is weer zoals het was." in undo(form, page)
        assert rules(agreed(desk)) == before, (subject, rule)
        assert desk.model.revision(SPOOR) == 1 + 2 * number, "to go back is a revision of its own"
    assert {one.by for one in agreed(desk).rule_changes} == {"lead:lena"}, "and is in the history"


def test_what_else_was_agreed_since_stays(desk: TestDesk) -> None:
    form = Form(desk, "approval", "crisis")
    page = after(form, "remove")
    desk.backend.do(CallInSick, SPOOR, "tom")
    undo(form, page)
    assert (agreed(desk).approval_rules, len(agreed(desk).leave)) == ((CRISIS,), 2)


def test_what_was_undone_can_be_made_to_hold_again(desk: TestDesk) -> None:
    form = Form(desk, "approval", "crisis")
    undo(form, after(form, "remove"))
    assert agreed(desk).approval_rules == (CRISIS,)
    undo(form, form.answer)
    assert agreed(desk).approval_rules == ()


def test_what_somebody_changed_since_is_not_undone(desk: TestDesk) -> None:
    form, other = Form(desk, "approval", "crisis"), Form(desk, "style", who="ada")
    page = after(form, "save", name="Ramp", urgency="high")
    other.saved(address="u")
    assert 'form="undo"' in form.client.get(str(page.url)).text, "another rule is no reason to refuse"
    Form(desk, "approval", "crisis", who="ada").saved(name="Ramp", urgency="low")
    assert "Dit is sindsdien opnieuw gewijzigd. Er is niets teruggezet" in undo(form, page)
    assert agreed(desk).approval_rules[0].urgency == "low"
    assert agreed(desk).house_style == HouseStyle(address="u")
    assert 'form="undo"' not in form.client.get(str(page.url)).text, "nor is it offered any more"


def test_a_change_that_comes_between_refuses_the_way_back(desk: TestDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    form = Form(desk, "approval", "crisis")
    page = after(form, "remove")
    send = desk.backend.send
    monkeypatch.setattr(desk.backend, "send", lambda out: (desk.backend.do(CallInSick, SPOOR, "tom"), send(out)))
    assert "De afspraken van het team zijn intussen gewijzigd." in undo(form, page)
    assert agreed(desk).approval_rules == ()


def test_what_does_not_fit_any_more_is_not_put_back(desk: TestDesk) -> None:
    form = Form(desk, "approval")
    form.saved(name="Tom", people="tom")
    page = after(Form(desk, "approval", "tom"), "remove")
    people = tuple(one for one in agreed(desk).people if one.id != "tom")
    shifts = tuple(one for one in agreed(desk).shifts if one.id != "late")
    desk.backend.configure(agreed(desk).model_copy(update={"people": people, "shifts": shifts}))
    assert "past het niet meer bij de andere afspraken" in undo(form, page)


def test_what_is_long_ago_is_not_known_any_more(desk: TestDesk) -> None:
    form = Form(desk, "mandate/marit")
    page = after(form, "save", employment="in_house", alone="low")
    for number in range(EARLIER + 1):
        desk.backend.configure(agreed(desk).model_copy(update={"reach_threshold": number + 1}))
    assert "Hoe het was, is hier niet meer bekend." in undo(form, page)
    assert agreed(desk).people[1].mandate == Mandate(alone_up_to="low")


def test_the_way_back_is_offered_to_who_may_go_it_after_a_change(desk: TestDesk) -> None:
    form = Form(desk, "approval", "crisis")
    page = after(form, "save", name="Ramp", urgency="critical")
    for who, there in (("lena", True), ("ada", True), ("youssef", False), ("vera", False)):
        seen = Form(desk, "approval", "crisis").client if who == "lena" else enter(desk, who)
        assert ('form="undo"' in seen.get(str(page.url)).text) is there, who
    same = after(Form(desk, "approval", "crisis"), "save", name="Ramp", urgency="critical")
    assert 'form="undo"' not in same.text, "nothing changed, and nothing is undone"


def test_a_way_that_leads_nowhere_is_refused(desk: TestDesk) -> None:
    lead = enter(desk, "lena")
    for subject in ("", "people", "style"):
        for before in ("", "x", "-1", "99"):
            fields = {"subject": subject, "before": before, "made": ""}
            answer = lead.post(f"/handbook/agreements/undo?team={SPOOR}", data=fields)
            assert answer.headers["location"].endswith("told=handbook.wrong.undo_unknown"), fields
