"""Leads change the ground rules on a page: what the forms make of what is typed, what is said beforehand, and saving."""

from typing import Any

import pytest

from services.contracts.case_rules import MOST_CHARACTERS, CaseRule
from services.contracts.commands import CallInSick, ConfigureTeam, SubmitReply
from services.contracts.house_style import HouseStyle
from services.contracts.teams import ApprovalRule, Mandate, Person, TeamConfig
from services.desk.domain.ground_rules import (
    approval_effect,
    hides_urgent,
    place_of,
    spares_urgent,
    stamp,
    style_effect,
    with_approval,
    with_case_rule,
    without_case_rule,
)
from services.desk.handbook.rule_forms import (
    ApprovalForm,
    CaseForm,
    Wrong,
    approval_checked,
    approval_shown,
    approval_typed,
    case_checked,
    case_shown,
    case_typed,
)
from services.desk.handbook.style_form import MORE, StyleForm, style_checked, style_shown, style_typed
from tests.browser.desk_backend import SPOOR, TestDesk, team_config
from tests.support.desk import enter
from tests.support.ground_rules import Form, agreed, plain
from tests.unit.conftest import OpenDesk

CRISIS = ApprovalRule(id="crisis", name="Crisis", urgency="critical")
PRESS = CaseRule(id="press", name="Pers", then="case", authors=("@ovnieuws",))
PRIZE = CaseRule(id="prize", name="Winactie", then="no_case", words=("winactie*",))
NIGHT = CaseRule(id="night", name="Nacht", then="no_case", sources=("rss",))
AGREED: dict[str, Any] = {"approval_rules": (CRISIS,), "case_rules": (PRESS, PRIZE, NIGHT)}


@pytest.fixture
def desk(open_desk: OpenDesk) -> TestDesk:
    made = open_desk(desk_answer_seconds=0.3)
    made.backend.configure(team_config(**AGREED))
    return made


# -- what is typed -----------------------------------------------------------------------------------------------------


def test_an_approval_rule_is_shown_as_it_is_and_typed_back_the_same() -> None:
    whole = ApprovalRule(
        id="alles", name="Alles", people=("marit", "tom"), employment="agency", channels=("post",), urgency="high",
        topics=("refund",), reach=10_000,
    )  # fmt: skip
    config = team_config(approval_rules=(whole, CRISIS))
    for rule in (whole, CRISIS):
        assert approval_checked(approval_shown(rule), rule, config) == (rule, {})
    assert approval_shown(None) == approval_typed({}) == ApprovalForm()


def test_a_case_rule_is_shown_as_it_is_and_typed_back_the_same() -> None:
    facts: dict[str, Any] = {"kinds": ("post",), "sources": ("rss",), "monitors": ("trein",), "topics": ("delay",)}
    facts |= {"languages": ("nl", "und"), "authors": ("@a", "@b@c.example"), "reach": 5, "sentiment": ("negative",)}
    facts |= {"words": ("winactie*", "gratis kaartje"), "intent": ("praise",), "urgency": ("low",)}
    whole = CaseRule(id="alles", then="no_case", **facts)
    config = team_config(case_rules=(PRESS, whole))
    assert case_checked(case_shown(whole, config), whole, config) == (whole, {})
    assert case_shown(whole, config).after == "press"
    assert case_shown(None, config) == CaseForm(after="alles"), "what is new is asked last"
    assert case_typed({"words": [" een \r\n\r\ntwee "]}).words == "een \r\n\r\ntwee"


def test_a_new_rule_gets_an_id_of_its_name_and_an_old_one_keeps_its_own() -> None:
    config = team_config(**AGREED)
    form = ApprovalForm(name="Crisis", urgency="low")
    made, _ = approval_checked(form, None, config)
    assert made == ApprovalRule(id="crisis-2", name="Crisis", urgency="low")
    called, _ = approval_checked(ApprovalForm(name="Ramp", urgency="low"), CRISIS, config)
    assert called == ApprovalRule(id="crisis", name="Ramp", urgency="low")
    signs, _ = approval_checked(ApprovalForm(name="!?", urgency="low"), None, config)
    assert signs is not None
    assert signs.id == "rule"


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"urgency": "high"}, {"name": Wrong("ground.wrong.name")}),
        ({"name": "x" * 101, "urgency": "high"}, {"name": Wrong("ground.wrong.name_long")}),
        ({"name": "Leeg"}, {"form": Wrong("ground.wrong.nothing")}),
        ({"name": "Veel", "reach": "veel"}, {"reach": Wrong("ground.wrong.reach", "veel")}),
        ({"name": "Geen", "reach": "0"}, {"reach": Wrong("ground.wrong.reach", "0")}),
        ({"name": "Anders", "urgency": "now"}, {"form": Wrong("ground.wrong.form")}),
    ],
)
def test_what_is_wrong_with_an_approval_rule_is_said_at_its_field(typed: Any, wrong: Any) -> None:
    assert approval_checked(ApprovalForm(**typed), None, team_config()) == (None, wrong)


def test_followers_are_read_as_people_write_them() -> None:
    for text in ("10000", "10.000", "10,000", "10 000"):
        made, _ = approval_checked(ApprovalForm(name="Bereik", reach=text), None, team_config())
        assert made is not None
        assert made.reach == 10_000


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"words": "goed\nfo*ut"}, {"words": Wrong("ground.wrong.word", "fo*ut")}),
        ({"words": "\n".join(f"w{n}" for n in range(101))}, {"words": Wrong("ground.wrong.many", "100")}),
        ({"authors": "@goed\nniet goed"}, {"authors": Wrong("ground.wrong.author", "niet goed")}),
        ({"monitors": "Niet Goed"}, {"monitors": Wrong("ground.wrong.monitor", "Niet Goed")}),
        ({"words": "x", "after": "weg"}, {"after": Wrong("ground.wrong.place")}),
        ({"after": ""}, {"form": Wrong("ground.wrong.nothing")}),
        ({"words": "x", "then": "maybe"}, {"form": Wrong("ground.wrong.form")}),
    ],
)
def test_what_is_wrong_with_a_case_rule_is_said_at_its_field(typed: Any, wrong: Any) -> None:
    assert case_checked(CaseForm(name="Regel", **typed), None, team_config(**AGREED)) == (None, wrong)


def test_words_of_all_case_rules_together_have_an_end() -> None:
    long = CaseRule(id="long", then="case", words=tuple(f"{n:099d}" for n in range(100)))
    longer = long.model_copy(update={"id": "longer"})
    config = team_config(case_rules=(long, longer))
    form = CaseForm(name="Nog een", words="\n".join(f"{n:050d}" for n in range((MOST_CHARACTERS - 19_800) // 50 + 1)))
    assert case_checked(form, None, config) == (None, {"words": Wrong("ground.wrong.long")})


def test_no_more_rules_are_added_than_a_team_may_have() -> None:
    many = tuple(ApprovalRule(id=f"r{n}", urgency="high") for n in range(50))
    config = team_config(approval_rules=many)
    form = ApprovalForm(name="Nog een", urgency="low")
    assert approval_checked(form, None, config) == (None, {"form": Wrong("ground.wrong.full")})
    assert approval_checked(form, many[0], config)[1] == {}


def test_a_style_is_typed_in_rows_and_an_emptied_one_is_taken_out() -> None:
    style = HouseStyle(address="u", avoid={"last mile": "het laatste stuk", "SLA": "", "sla": "salade"})
    form = style_shown(style)
    assert style_checked(form) == (style, {})
    assert form.shown[3:] == (("", ""),) * MORE
    given = {"address": ["je"], "word-000": [" bank "], "instead-000": [""], "word-002": ["x y"], "instead-002": ["z"]}
    assert style_typed(given) == StyleForm("je", (("bank", ""), ("x y", "z")))


def test_what_is_wrong_with_a_word_is_said_at_its_row() -> None:
    rows = (("", "liever"), ("x", ""), ("Bank", ""), ("bank", ""), ("lang", "y" * 121))
    assert style_checked(StyleForm("u", rows)) == (
        None,
        {
            "row-000": Wrong("ground.wrong.no_word", "liever"),
            "row-001": Wrong("ground.wrong.term", "x"),
            "row-003": Wrong("ground.wrong.twice", "bank"),
            "row-004": Wrong("ground.wrong.instead", "lang"),
        },
    )
    assert style_checked(StyleForm("jij", ()))[1] == {"address": Wrong("ground.wrong.form")}


# -- what it changes ---------------------------------------------------------------------------------------------------


def test_a_case_rule_is_put_where_it_is_to_be_asked() -> None:
    config = team_config(**AGREED)
    assert [one.id for one in with_case_rule(config, NIGHT, "").case_rules] == ["night", "press", "prize"]
    assert [one.id for one in with_case_rule(config, PRESS, "prize").case_rules] == ["prize", "press", "night"]
    assert [one.id for one in without_case_rule(config, "prize").case_rules] == ["press", "night"]
    assert [place_of(config.case_rules, one) for one in ("press", "night", "new")] == ["", "prize", "night"]
    assert [one.id for one in with_approval(config, CRISIS).approval_rules] == ["crisis"]
    assert stamp(PRESS, "a") != stamp(PRESS, "b") != stamp(PRIZE, "b")


def test_what_an_approval_rule_does_is_counted_in_open_cases(desk: TestDesk) -> None:
    now = desk.backend.clock()
    case = desk.backend.mention("Brand!", now, urgency="critical")
    desk.backend.mention("Hoe laat?", now)
    desk.backend.do(SubmitReply, SPOOR, "youssef", case=case, text="We komen eraan.")
    cases = desk.model.open_cases(SPOOR)
    higher = CRISIS.model_copy(update={"urgency": "low", "people": ("marit",)})
    effect = approval_effect(agreed(desk), cases, CRISIS, higher)
    assert (effect.of, effect.before, effect.after, effect.waiting, effect.nobody) == (2, 1, 2, 1, True)
    gone = approval_effect(agreed(desk), cases, CRISIS, None)
    assert (gone.before, gone.after, gone.waiting) == (1, None, 1)
    assert approval_effect(agreed(desk), cases, None, higher).waiting == 0


def test_whether_a_rule_hides_what_is_urgent() -> None:
    named = PRIZE.model_copy(update={"urgency": ("low", "high")})
    assert [spares_urgent(one) for one in (PRESS, PRIZE, named)] == [False, True, False]
    assert [hides_urgent(one) for one in (PRESS, PRIZE, named)] == [False, False, True]


def test_what_another_style_changes() -> None:
    old, new = HouseStyle(avoid={"a1": "", "b1": ""}), HouseStyle(address="u", avoid={"b1": "x", "c1": ""})
    effect = style_effect(old, new)
    assert (effect.address, effect.added, effect.changed, effect.removed) == (True, ("c1",), ("b1",), ("a1",))
    assert not style_effect(old, old).any


# -- the pages ---------------------------------------------------------------------------------------------------------


def test_a_lead_adds_a_rule_and_it_holds_at_once(desk: TestDesk) -> None:
    case = desk.backend.mention("Kan ik geld terug?", desk.backend.clock(), topics=("refund",))
    form = Form(desk, "approval")
    typed = {"name": "Geld", "topics": "refund"}
    said = plain(form.send("look", **typed))
    assert "Straks Geld : onderwerp teruggave" in said
    assert "Open zaken waar de regel dan op past: 1 van 1." in said
    assert "Niemand in het rooster mag goedkeuren." in said
    assert agreed(desk).approval_rules == (CRISIS,), "looking changes nothing"
    page = form.saved(**typed)
    assert "De afspraak geldt." in page
    assert "Geld onderwerp teruggave" in page
    assert "Goedkeuringsregel ‘Geld’ toegevoegd lena" in page
    answer = enter(desk).get(f"/cases/{case}", headers={"Accept-Language": "nl"})
    assert "Regel ‘Geld’: onderwerp teruggave" in plain(answer), "who writes is told beforehand"


def test_only_what_was_looked_at_is_saved(desk: TestDesk) -> None:
    form = Form(desk, "approval", "crisis")
    assert form.send("save", name="Crisis", urgency="high").status_code == 200, "not looked at"
    assert form.send("save", name="Crisis", urgency="low").status_code == 200, "something else was looked at"
    assert agreed(desk).approval_rules == (CRISIS,)
    assert form.send("save", name="Crisis", urgency="low").status_code == 303
    assert agreed(desk).approval_rules == (CRISIS.model_copy(update={"urgency": "low"}),)


def test_a_rule_is_taken_away_and_what_waits_goes_on_waiting(desk: TestDesk) -> None:
    case = desk.backend.mention("Brand!", desk.backend.clock(), urgency="critical")
    desk.backend.do(SubmitReply, SPOOR, "youssef", case=case, text="We komen eraan.")
    form = Form(desk, "approval", "crisis", language="en")
    assert "1 reply waits because of this rule now." in plain(form.send("drop"))
    answer = form.send("remove")
    assert answer.status_code == 303
    assert agreed(desk).approval_rules == ()
    page = plain(form.client.get(answer.headers["location"]))
    assert "The rule is gone." in page
    assert "Approval rule ‘Crisis’ removed" in page
    found = desk.model.case(case)
    assert found is not None
    assert [one.state for one in found.pending] == ["waiting_approval"], "as the page said"


def test_what_was_typed_comes_back_with_what_is_wrong_and_nothing_is_saved(desk: TestDesk) -> None:
    form = Form(desk, "cases")
    answer = form.send("save", name="", words="fo*ut", then="no_case")
    said = plain(answer)
    assert "Geef de regel een naam" in said
    assert "‘fo*ut’ kan niet" in said
    assert ">fo*ut</textarea>" in answer.text
    assert len(agreed(desk).case_rules) == 3


def test_what_was_typed_comes_back_as_text(desk: TestDesk) -> None:
    hostile = "<script>alert(1)</script>*x\u202e"
    for subject, field in (("approval", "reach"), ("cases", "words"), ("style", "word-000")):
        answer = Form(desk, subject).send("look", **{"name": hostile, field: hostile})
        assert "&lt;script&gt;alert(1)" in answer.text
        assert "<script>alert" not in answer.text
        assert "\u202e" not in answer.text, "a direction of writing stays out of the page"


def test_a_lead_adds_a_case_rule_at_its_place(desk: TestDesk) -> None:
    form = Form(desk, "cases")
    typed = {"name": "Grapjes", "then": "no_case", "intent": ["chatter", "praise"], "after": "press"}
    said = plain(form.send("look", **typed))
    assert "Wat dringend is (hoog of kritiek) wordt nog steeds een zaak" in said
    assert "Deze regel wordt gevraagd na ‘Pers’." in said
    assert "Zaken die er al zijn, blijven zoals ze zijn." in said
    page = form.saved(**typed)
    assert [one.id for one in agreed(desk).case_rules] == ["press", "grapjes", "prize", "night"]
    assert "Grapjes : wordt geen zaak bedoeling praatje of compliment" in page
    assert "Zaakregel ‘Grapjes’ toegevoegd" in page


def test_a_case_rule_is_asked_at_another_place(desk: TestDesk) -> None:
    form = Form(desk, "cases", "night")
    form.saved(name="Nacht", then="no_case", sources="rss", after="")
    assert agreed(desk).case_rules == (NIGHT, PRESS, PRIZE)
    assert "Zaakregel ‘Nacht’ verplaatst" in plain(form.client.get(f"/handbook/agreements?team={SPOOR}"))


def test_an_admin_changes_the_style_and_the_check_goes_by_it(desk: TestDesk) -> None:
    form = Form(desk, "style", who="ada", language="en")
    typed = {"address": "u", "word-001": "last mile", "instead-001": "the last bit"}
    said = plain(form.send("look", **typed))
    assert "Added: last mile." in said
    assert "In Dutch with u." in said
    page = form.saved(**typed)
    assert agreed(desk).house_style == HouseStyle(address="u", avoid={"last mile": "the last bit"})
    assert "last mile the last bit" in page
    assert "Words that we do not use: last mile added ada" in page
    case = desk.backend.mention("Hello?", desk.backend.clock(), language="en")
    check = enter(desk).post(f"/cases/{case}/check", data={"text": "We look at the last mile of it for you now."})
    assert "last mile" in check.text


def test_who_changed_it_meanwhile_is_not_overwritten_unread(desk: TestDesk) -> None:
    first, second = Form(desk, "approval", "crisis"), Form(desk, "approval", "crisis", who="ada")
    second.saved(name="Crisis", urgency="high")
    said = plain(first.send("save", name="Ramp", urgency="low"))
    assert "Iemand anders heeft deze regel intussen gewijzigd." in said
    assert "Nu is het: urgentie hoog of meer" in said
    assert 'value="Ramp"' in first.answer.text, "nothing typed is lost"
    assert agreed(desk).approval_rules[0].urgency == "high"
    assert first.send("save", name="Ramp", urgency="low").status_code == 303, "now it was read"
    assert agreed(desk).approval_rules[0].name == "Ramp"


def test_a_rule_that_was_taken_away_meanwhile_can_be_made_anew(desk: TestDesk) -> None:
    first, second = Form(desk, "cases", "prize"), Form(desk, "cases", "prize", who="ada")
    second.send("drop")
    assert second.send("remove").status_code == 303
    typed = {"name": "Winactie", "then": "no_case", "words": "winactie", "after": "press"}
    assert "intussen weggehaald" in plain(first.send("save", **typed))
    first.path = f"/handbook/agreements/cases?team={SPOOR}"
    assert first.send("save", **typed).status_code == 303
    assert [one.id for one in agreed(desk).case_rules] == ["press", "winactie", "night"]


def test_what_changed_elsewhere_meanwhile_is_no_conflict_and_is_not_lost(desk: TestDesk) -> None:
    form = Form(desk, "approval", "crisis")
    desk.backend.do(CallInSick, SPOOR, "youssef")
    before = agreed(desk)
    form.saved(name="Crisis", urgency="high")
    after = agreed(desk)
    changed = {name for name in TeamConfig.model_fields if getattr(before, name) != getattr(after, name)}
    assert changed == {"approval_rules", "rule_changes"}
    (command,) = [one for one in desk.backend.sent if isinstance(one, ConfigureTeam)]
    assert command.based_on == 2


def test_a_change_that_comes_between_is_refused_and_kept(desk: TestDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    form = Form(desk, "approval", "crisis")
    typed = {"name": "Crisis", "urgency": "high"}
    form.send("look", **typed)
    send = desk.backend.send
    monkeypatch.setattr(desk.backend, "send", lambda out: (desk.backend.do(CallInSick, SPOOR, "tom"), send(out)))
    said = plain(form.send("save", **typed))
    assert "De afspraken van het team zijn intussen gewijzigd." in said
    assert agreed(desk).approval_rules == (CRISIS,)
    monkeypatch.undo()
    assert form.send("save", **typed).status_code == 303


def test_only_leads_and_admins_have_the_forms_and_their_links(desk: TestDesk) -> None:
    for who, links in (("youssef", 0), ("vera", 0), ("lena", 13), ("ada", 13)):
        client = enter(desk, who)
        page = client.get(f"/handbook/agreements?team={SPOOR}").text
        assert page.count('href="/handbook/agreements/') == links, who
        for subject in ("approval", "cases", "style", "working", "mandate/marit"):
            answer = client.get(f"/handbook/agreements/{subject}?team={SPOOR}")
            assert answer.status_code == (200 if links else 403)
    assert enter(desk, "lena").get(f"/handbook/agreements/approval?team={SPOOR}&rule=none").status_code == 404


def test_a_lead_of_the_roster_changes_them_whatever_the_role_of_their_account(desk: TestDesk) -> None:
    people = tuple(one.model_copy(update={"lead": one.id == "youssef"}) for one in team_config().people)
    desk.backend.configure(team_config(people=people, **AGREED))
    assert "Goedkeuringsregel ‘Geld’ toegevoegd Youssef" in Form(desk, "approval", who="youssef").saved(
        name="Geld", topics="refund"
    )
    assert enter(desk, "marit").get(f"/handbook/agreements/approval?team={SPOOR}").status_code == 403
    whole = {"type": "ConfigureTeam", "team": SPOOR, "config": agreed(desk).model_dump(mode="json")}
    answer = enter(desk, "youssef").post("/api/v1/commands", json=whole | {"based_on": desk.model.revision(SPOOR)})
    assert answer.status_code == 403, "to state all of them asks for the role"


def test_a_rule_names_only_people_of_the_roster(desk: TestDesk) -> None:
    answer = Form(desk, "approval").send("look", name="Vreemd", people="niemand")
    assert "Er klopt iets niet in wat je hebt ingevuld." in plain(answer)


def test_somebody_who_approves_is_no_reason_to_warn(desk: TestDesk) -> None:
    people = (Person(id="marit", name="Marit", mandate=Mandate(approve=True)),)
    desk.backend.configure(team_config(people=people, shifts=(), leave=(), **AGREED))
    assert "mag goedkeuren" not in plain(Form(desk, "approval").send("look", name="Mail", channels="email"))
