"""The page of the agreements: what the team file says about answering, in words, for everybody of the team."""

import html
import re
from typing import Any

from services.contracts.house_style import HouseStyle
from services.contracts.teams import AgencyMandate, ApprovalRule, Mandate, Person, ServiceLevel
from services.desk.domain.agreements import Alone, agency_limit, approvers, sends_alone
from tests.browser.desk_backend import SPOOR, TestDesk, team_config
from tests.support.desk import enter

PEOPLE = (
    Person(id="youssef", name="Youssef", mandate=Mandate(approve=True)),
    Person(id="marit", name="Marit", mandate=Mandate(send_alone=False)),
    Person(id="tom", name="Tom", employment="agency"),
    Person(id="sanne", name="Sanne"),
)


def text(desk: TestDesk, language: str = "nl", **agreed: Any) -> str:
    """What the page says to an agent, without its marking and its directions of writing."""
    if agreed:
        desk.backend.configure(team_config(**({"people": PEOPLE} | agreed)))
    answer = enter(desk, "youssef").get("/handbook/agreements", headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    main = re.search(r"<main.*</main>", answer.text, re.DOTALL)
    assert main
    plain = re.sub("[\u2066-\u2069]", "", html.unescape(re.sub(r"<[^>]+>", " ", main[0])))
    return " ".join(plain.split())


def test_everybody_stands_once_by_how_far_they_send_alone() -> None:
    config = team_config(people=PEOPLE, agency=AgencyMandate(alone_up_to="high"))
    assert sends_alone(config) == (
        Alone("critical", ("youssef", "sanne")),
        Alone("high", ("tom",)),
        Alone(None, ("marit",)),
    )
    assert approvers(config) == ("youssef",)
    assert agency_limit(config) == "high"
    assert agency_limit(team_config()) is None


def test_who_sends_and_who_approves_is_said(desk: TestDesk) -> None:
    said = text(desk, agency=AgencyMandate(alone_up_to="high"))
    assert "Youssef en Sanne alles" in said
    assert "Tom tot en met urgentie hoog" in said
    assert "Marit niets zonder goedkeuring" in said
    assert "Youssef; en een teamleider die niet in het rooster staat." in said
    assert "Uitzendkrachten versturen zelf tot en met urgentie hoog" in said


def test_a_rule_is_said_with_all_that_must_hold(desk: TestDesk) -> None:
    facts: dict[str, Any] = {"people": ("marit", "tom"), "channels": ("post", "review"), "topics": ("refund",)}
    rule = ApprovalRule(id="crisis", name="Crisis", urgency="high", reach=10_000, employment="agency", **facts)
    assert text(desk, approval_rules=(rule, ApprovalRule(id="pers", urgency="low"))).count("urgentie") >= 2
    assert (
        "Crisis geschreven door Marit of Tom, uitzendkracht, kanaal bericht of recensie, urgentie hoog of meer,"
        " onderwerp teruggave, vanaf 10.000 volgers pers urgentie laag of meer" in text(desk)
    )


def test_times_promises_and_house_style_are_said(desk: TestDesk) -> None:
    levels = (
        ServiceLevel(
            id="now", urgency=("high", "critical"), kinds=("email",), first_response_minutes=80, always_open=True
        ),
        ServiceLevel(id="usual", first_response_minutes=480, resolution_minutes=2_880),
    )
    said = text(
        desk,
        "en",
        service_levels=levels,
        grace_seconds=12,
        approval_minutes=90,
        reopen_days=1,
        reach_threshold=2_500,
        house_style=HouseStyle(address="u", avoid={"last mile": "the last bit", "synergy": ""}),
    )
    assert "high or critical, e-mail 1 h 20 – – always" in said
    assert "everything else 8 h 00 – 2 d 0 h always" in said, "a team without opening hours is always open"
    assert "A reply waits for approval 1 h 30 at most." in said
    assert "taken back for 12 seconds" in said
    assert "within 1 day." in said
    assert "at least 2,500 followers" in said
    assert "In Dutch with u." in said
    assert "last mile the last bit synergy it depends" in said


def test_what_is_not_agreed_is_said_too(desk: TestDesk) -> None:
    people = (Person(id="youssef", name="Youssef"),)
    said = text(desk, people=people, shifts=(), leave=(), reopen_days=0)
    assert "Er zijn geen regels" in said
    assert "Niemand in het rooster." in said
    assert "gaat meteen de deur uit" in said
    assert "gaat niet weer open" in said
    assert "Uitzendkrachten" not in said
    assert "Woorden die we niet gebruiken" not in said


def test_it_says_how_it_changes_and_every_page_of_the_handbook_leads_to_it(desk: TestDesk) -> None:
    assert f"webcare rota export {SPOOR} > {SPOOR}.toml" in text(desk, grace_seconds=1)
    page = enter(desk, "youssef").get("/handbook", headers={"Accept-Language": "nl"}).text
    assert f'href="/handbook/agreements?team={SPOOR}"' in page
    assert enter(desk, "zoe").get(f"/handbook/agreements?team={SPOOR}").status_code == 403
