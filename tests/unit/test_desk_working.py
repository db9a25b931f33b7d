"""Leads change the working agreements on a page: what the form makes of what is typed, what is said beforehand, saving."""

from typing import Any

import pytest
from pydantic import ValidationError

from services.contracts.commands import CallInSick, SubmitReply
from services.contracts.rule_changes import WORKING
from services.contracts.teams import AgencyMandate, Mandate, Person, TeamConfig, UrgencyWeights
from services.desk.domain.working import with_working, working_effect, working_of
from services.desk.handbook.rule_forms import Wrong
from services.desk.handbook.working_form import LIMITS, URGENCIES, working_checked, working_shown, working_typed
from tests.browser.desk_backend import SPOOR, TestDesk, team_config
from tests.support.ground_rules import Form, agreed, plain
from tests.unit.conftest import OpenDesk

OTHERS: dict[str, Any] = {
    "approval_minutes": 120,
    "grace_seconds": 30,
    "agency": AgencyMandate(alone_up_to="low"),
    "reach_threshold": 2_500,
    "handles": ("spoorlijn", "@spoorlijn@mastodon.example"),
    "reopen_days": 0,
    "weights": UrgencyWeights(low=0, critical=5),
}
TYPED = {"approval_minutes": "15", "grace_seconds": "0", "agency": "critical", "reach_threshold": "10.000"} | {
    "handles": "",
    "reopen_days": "7",
    "low": "1",
    "normal": "1",
    "high": "2",
    "critical": "3",
}
"""What a team has agreed that has agreed nothing of its own."""


@pytest.fixture
def desk(open_desk: OpenDesk) -> TestDesk:
    made = open_desk(desk_answer_seconds=0.3)
    made.backend.configure(team_config())
    return made


def test_the_agreements_are_shown_as_they_are_and_typed_back_the_same() -> None:
    assert set(OTHERS) == set(WORKING), "all of them are on the page"
    usual = team_config()
    for config in (usual, usual.model_copy(update=OTHERS)):
        working = working_of(config)
        assert working_checked(working_shown(working)) == (working, {})
        assert with_working(usual, working) == config
    assert working_checked(working_typed({name: [text] for name, text in TYPED.items()}))[0] == working_of(usual)


@pytest.mark.parametrize("name", ["approval_minutes", "grace_seconds", "reopen_days"])
def test_the_form_takes_what_the_contract_takes(name: str) -> None:
    for number, fits in zip((LIMITS[name][0] - 1, *LIMITS[name], LIMITS[name][1] + 1), (0, 1, 1, 0), strict=True):
        form = working_typed({one: [text] for one, text in (TYPED | {name: str(number)}).items()})
        assert working_checked(form)[1] == ({} if fits else {name: Wrong(f"ground.wrong.{name}", str(number))})
        if not fits:
            with pytest.raises(ValidationError):
                TeamConfig.model_validate(dict(team_config()) | {name: number})


def test_what_is_wrong_is_said_at_its_field() -> None:
    typed = {"reach_threshold": "veel", "handles": "goed\nniet goed", "high": "-1", "agency": "soms", "reopen_days": ""}
    assert working_checked(working_typed({name: [text] for name, text in (TYPED | typed).items()})) == (
        None,
        {
            "reach_threshold": Wrong("ground.wrong.reach", "veel"),
            "handles": Wrong("ground.wrong.author", "niet goed"),
            "high": Wrong("ground.wrong.points", "-1"),
            "agency": Wrong("ground.wrong.form"),
            "reopen_days": Wrong("ground.wrong.reopen_days"),
        },
    )
    many = working_typed(
        {name: [text] for name, text in (TYPED | {"handles": "\n".join("abcdefghijklmnopqrstu")}).items()}
    )
    assert working_checked(many)[1] == {"handles": Wrong("ground.wrong.many", "20")}


def test_whose_sending_another_word_on_agency_staff_changes() -> None:
    people = (
        Person(id="own", name="Own"),
        Person(id="ilse", name="Ilse", employment="agency"),
        Person(id="said", name="Said", employment="agency", mandate=Mandate(alone_up_to="high")),
        Person(id="never", name="Never", employment="agency", mandate=Mandate(send_alone=False)),
    )
    config = team_config(people=people, shifts=(), leave=())
    new = working_of(config).model_copy(update={"agency": AgencyMandate(alone_up_to="low"), "reopen_days": 3})
    effect = working_effect(config, (), new)
    assert (effect.changed, effect.people) == (("agency", "reopen_days"), ("ilse",))
    assert working_effect(config, (), working_of(config)).changed == ()
    assert set(URGENCIES) == set(UrgencyWeights.model_fields)


def test_a_lead_changes_them_and_is_told_beforehand_what_that_does(desk: TestDesk) -> None:
    people = tuple(
        one.model_copy(update={"mandate": Mandate(send_alone=one.id != "youssef")}) for one in team_config().people
    )
    desk.backend.configure(team_config(people=people))
    case = desk.backend.mention("Brand!", desk.backend.clock())
    desk.backend.do(SubmitReply, SPOOR, "youssef", case=case, text="We komen eraan.")
    form, other = Form(desk, "working"), Form(desk, "working", who="ada", language="en")
    typed = TYPED | {"approval_minutes": "120", "grace_seconds": "30", "handles": "@spoorlijn"}
    said = plain(form.send("look", **typed))
    assert "Hoe lang een antwoord op goedkeuring wacht : 15 min → 2 u 00." in said
    assert "1 antwoord wacht nu al, en houdt de tijd die het kreeg." in said
    assert "Bedenktijd van een antwoord : niet → 30 seconden." in said
    assert "Onze eigen accounts : geen → @spoorlijn." in said
    assert "Punten per zaak :" not in said, "only what changes"
    desk.backend.do(CallInSick, SPOOR, "tom")
    page = form.saved(**typed)
    assert "De afspraak geldt." in page
    assert "Een antwoord is nog 30 seconden terug te halen" in page
    assert "Wie @spoorlijn noemt, spreekt ons aan." in page
    assert "Bedenktijd van een antwoord gewijzigd lena" in page
    config = agreed(desk)
    assert (config.approval_minutes, config.grace_seconds, config.handles) == (120, 30, ("@spoorlijn",))
    assert len(config.leave) == 2, "what came between is not lost"
    said = plain(other.send("save", **(TYPED | {"reopen_days": "0"})))
    assert "Somebody else has changed this in the meantime." in said
    assert "Time to take a reply back : 30 seconds → not at all. A reply leaves at once" in said
    assert agreed(desk).reopen_days == 7
