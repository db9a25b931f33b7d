"""Leads change on a page what somebody may send and approve: what the form makes, what is said beforehand, saving."""

import pytest

from services.contracts.commands import SubmitReply
from services.contracts.teams import AgencyMandate, ApprovalRule, Mandate, TeamConfig
from services.desk.domain.person_mandates import Standing, rules_about, standing_effect, standing_of, with_standing
from services.desk.handbook.mandate_form import MandateForm, mandate_checked, mandate_shown, mandate_typed
from services.desk.handbook.rule_forms import Wrong
from tests.browser.desk_backend import SPOOR, TestDesk, team_config
from tests.support.desk import enter
from tests.support.ground_rules import Form, agreed, plain
from tests.unit.conftest import OpenDesk

BOUND = Standing(employment="agency", mandate=Mandate(send_alone=False, alone_up_to="high"))
MANDATES = (
    Mandate(),
    Mandate(approve=True),
    Mandate(alone_up_to="low"),
    Mandate(alone_up_to="critical"),
    Mandate(send_alone=False),
    Mandate(send_alone=False, alone_up_to="high", approve=True),
)


def team(**standings: Standing) -> TeamConfig:
    """Spoorlijn with these standings of its people; agency staff send alone up to what is normal."""
    rules = (
        ApprovalRule(id="new", name="Nieuw", people=("tom",)),
        ApprovalRule(id="hired", name="Ingehuurd", employment="agency", urgency="high"),
        ApprovalRule(id="post", name="Openbaar", channels=("review",)),
    )
    config = team_config(agency=AgencyMandate(alone_up_to="normal"), approval_rules=rules)
    for name, standing in standings.items():
        config = with_standing(config, name, standing)
    return config


@pytest.fixture
def desk(open_desk: OpenDesk) -> TestDesk:
    made = open_desk(desk_answer_seconds=0.3)
    made.backend.configure(team(marit=BOUND))
    return made


@pytest.mark.parametrize("mandate", MANDATES)
def test_a_mandate_is_shown_as_it_is_and_typed_back_the_same(mandate: Mandate) -> None:
    standing = Standing(employment="agency", mandate=mandate)
    assert mandate_checked(mandate_shown(standing), standing) == (standing, {})


def test_what_is_chosen_makes_a_mandate_and_what_is_none_is_refused() -> None:
    form = mandate_typed({"employment": ["in_house"], "alone": ["high"], "approve": ["yes"]})
    made = Standing(employment="in_house", mandate=Mandate(approve=True, alone_up_to="high"))
    assert mandate_checked(form, BOUND) == (made, {})
    assert mandate_checked(MandateForm("in_house"), BOUND)[0] == Standing(employment="in_house", mandate=Mandate())
    for wrong in (MandateForm("in_house", "soms"), MandateForm("freelance"), mandate_typed({})):
        assert mandate_checked(wrong, BOUND) == (None, {"form": Wrong("ground.wrong.form")})


def test_a_mandate_is_of_one_person_and_the_rest_stays() -> None:
    before = team()
    after = with_standing(before, "marit", BOUND)
    assert (standing_of(after, "marit"), standing_of(after, "nobody")) == (BOUND, None)
    assert after.model_copy(update={"people": before.people}) == before
    assert [one for one in after.people if one.id != "marit"] == [one for one in before.people if one.id != "marit"]
    marit, tom = (next(one for one in after.people if one.id == name) for name in ("marit", "tom"))
    assert [[rule.id for rule in rules_about(after, one)] for one in (marit, tom)] == [["hired"], ["new"]]


def test_what_a_mandate_does_is_counted_in_open_cases_and_replies(desk: TestDesk) -> None:
    now = desk.backend.clock()
    fire = desk.backend.mention("Brand!", now, urgency="critical")
    desk.backend.mention("Hoe laat?", now)
    desk.backend.mention("Nu!", now, urgency="high")
    desk.backend.do(SubmitReply, SPOOR, "marit", case=fire, text="We komen eraan.")
    cases, config = desk.model.open_cases(SPOOR), agreed(desk)
    freed = Standing(employment="in_house", mandate=Mandate(alone_up_to="high", approve=True))
    effect = standing_effect(config, cases, "marit", freed)
    assert (effect.limit, effect.of, effect.before, effect.after, effect.waiting) == ("high", 3, 3, 1, 1)
    assert (effect.nobody, effect.further) == (False, False)
    hired = standing_effect(config, cases, "marit", Standing(employment="agency", mandate=Mandate(alone_up_to="high")))
    assert (hired.after, hired.nobody, hired.further) == (2, True, True), "a rule asks for what is high of agency staff"
    usual = standing_effect(config, cases, "marit", Standing(employment="agency", mandate=Mandate()))
    assert (usual.limit, usual.further) == ("normal", False)


def test_a_lead_changes_a_mandate_and_it_holds_at_once(desk: TestDesk) -> None:
    case = desk.backend.mention("Hoe laat?", desk.backend.clock())
    marit = enter(desk, "marit")
    marit.headers["Accept-Language"] = "nl"
    assert "Ter goedkeuring" in plain(marit.get(f"/cases/{case}"))
    shifts = enter(desk, "lena").get(f"/rota/shifts?team={SPOOR}").text
    assert f'href="/handbook/agreements/mandate/marit?team={SPOOR}"' in shifts
    form, other = Form(desk, "mandate/marit"), Form(desk, "mandate/marit", who="ada", language="en")
    typed = {"employment": "agency", "alone": "critical", "approve": "yes"}
    said = plain(form.send("look", **typed))
    assert "Nu uitzendkracht, verstuurt zelf: niets zonder goedkeuring" in said
    assert "Straks uitzendkracht, verstuurt zelf: alles, keurt goed" in said
    assert "Open zaken waarop een antwoord van Marit dan eerst goedkeuring vraagt: 0 van 1. Nu: 1." in said
    assert "verder dan wat het team over uitzendkrachten zegt: tot en met urgentie normaal." in said
    assert "Regels voor wat Marit schrijft" in said
    assert "Ingehuurd uitzendkracht, urgentie hoog of meer" in said
    page = form.saved(**typed)
    assert "Mandaat van Marit gewijzigd lena" in page
    assert standing_of(agreed(desk), "marit") == Standing(
        employment="agency", mandate=Mandate(approve=True, alone_up_to="critical")
    )
    assert "Ter goedkeuring" not in plain(marit.get(f"/cases/{case}"))
    said = plain(other.send("save", employment="in_house"))
    assert "Somebody else has changed this in the meantime." in said
    assert "Now agency staff, sends alone: everything, approves" in said


def test_who_changes_their_own_mandate_is_told_that_all_see_it(desk: TestDesk) -> None:
    people = tuple(one.model_copy(update={"lead": one.id == "youssef"}) for one in agreed(desk).people)
    desk.backend.configure(agreed(desk).model_copy(update={"people": people}))
    typed = {"employment": "in_house", "approve": "yes"}
    assert "Dit is je eigen mandaat." in plain(Form(desk, "mandate/youssef", who="youssef").send("look", **typed))
    assert "Dit is je eigen mandaat." not in plain(Form(desk, "mandate/tom", who="youssef").send("look", **typed))


def test_only_who_is_in_the_roster_has_a_mandate(desk: TestDesk) -> None:
    lead = enter(desk, "lena")
    path = f"/handbook/agreements/mandate/lena?team={SPOOR}"
    assert [lead.get(path).status_code, lead.post(path, data={"do": "look"}).status_code] == [404, 404]


def test_a_rule_about_somebody_begins_with_their_name(desk: TestDesk) -> None:
    page = enter(desk, "lena").get(f"/handbook/agreements/approval?team={SPOOR}&person=marit").text
    assert 'name="people" value="marit" checked' in page
    assert 'name="people" value="tom" checked' not in page
