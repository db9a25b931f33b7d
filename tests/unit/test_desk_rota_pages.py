"""The rota's pages, forms and API on route's real rules in memory: who sees and may what, what comes of each form."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from icalendar import Calendar

from services.contracts.commands import AskLeave, AskStandIn, OfferSwap, ReportCalendar, Tick
from services.contracts.rota import CalendarStatus
from services.contracts.teams import AgencyMandate, CalendarFeed, Mandate, Swap, TeamConfig
from services.desk.accounts.people import Account
from services.desk.domain.rota_mine import waits_for_me
from services.desk.rota.api import PAGE, paged
from services.rota.rota import Rota
from services.runtime.web.identity import Scope
from tests.browser.desk_backend import PASSWORD, SPOOR, TestDesk, team_config
from tests.browser.rota_scene import at, play_rota, rota_config
from tests.support.desk import enter, robot
from tests.unit.conftest import OpenDesk

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)  # a Wednesday, 11:00 in Amsterdam
MEMBERS = ("/rota/mine", "/rota", "/rota?span=month", "/rota/cover")
LEADS = ("/rota/requests", "/rota/stand-ins", "/rota/shifts", "/rota/plan")
API = ("roster", "rota", "coverage", "fairness")
EVIL = "<script>alert('x')</script>"


@pytest.fixture
def desk(open_desk: OpenDesk) -> TestDesk:
    made = open_desk(clock=lambda: NOW, desk_answer_seconds=0.3)
    play_rota(made.backend)
    return made


def config(desk: TestDesk) -> TeamConfig:
    found = desk.model.config(SPOOR)
    assert found is not None
    return found


def post(client: TestClient, path: str, **data: Any) -> str:
    """Send a form; the sentence's key."""
    answer = client.post(f"{path}?team={SPOOR}", data=data)
    assert answer.status_code == 303, answer.text
    page = client.get(answer.headers["location"], follow_redirects=True)
    assert page.status_code == 200
    assert 'class="banner' in page.text
    address: str = answer.headers["location"]
    return address.partition("told=")[2].partition("&")[0]


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("path", [*MEMBERS, *LEADS])
def test_a_lead_sees_every_page_in_both_languages(desk: TestDesk, path: str, language: str) -> None:
    client = enter(desk, "lena")
    client.cookies.set("lang", language)
    answer = client.get(path)
    if path == "/rota/mine":
        assert answer.headers["location"] == f"/rota?team={SPOOR}", "who is not in the roster has no page of their own"
        return
    assert answer.status_code == 200
    assert f'<html lang="{language}"' in answer.text
    assert "style=" not in answer.text


@pytest.mark.parametrize("path", MEMBERS)
def test_an_agent_sees_their_own_the_team_and_the_cover(desk: TestDesk, path: str) -> None:
    assert enter(desk, "youssef").get(path).status_code == 200


@pytest.mark.parametrize("path", LEADS)
@pytest.mark.parametrize("name", ["youssef", "vera"])
def test_what_is_for_leads_is_for_leads(desk: TestDesk, path: str, name: str) -> None:
    client = enter(desk, name)
    assert client.get(path).status_code == 403
    assert path not in client.get("/rota").text


@pytest.mark.parametrize("path", [*MEMBERS, *LEADS])
def test_another_team_sees_nothing(desk: TestDesk, path: str) -> None:
    address = f"{path}{'&' if '?' in path else '?'}team={SPOOR}"
    assert enter(desk, "zoe").get(address).status_code == 403


def test_a_stranger_is_sent_to_the_login(desk: TestDesk) -> None:
    client = TestClient(desk.app, follow_redirects=False)
    assert client.get("/rota").headers["location"].startswith("/login")


def test_a_team_without_a_rota_is_told_how_to_get_one(desk: TestDesk) -> None:
    answer = enter(desk, "zoe").get("/rota")
    assert answer.status_code == 200
    assert "webcare rota load" in answer.text


SHIFT = {"first": "2026-12-01", "begins": "09:00", "ends": "17:00", "group-01": "omar", "days": "MO"}
FORMS: dict[str, dict[str, str]] = {
    "/rota/leave": {"first": "2026-12-10"},
    "/rota/leave/x/withdraw": {},
    "/rota/sick": {},
    "/rota/well": {},
    "/rota/swaps": {"shift": "day", "start": "2026-11-26T08:00", "end": "2026-11-26T17:00"},
    "/rota/swaps/x/take": {},
    "/rota/swaps/x/withdraw": {},
    "/rota/stand-ins/x/answer": {"accept": "yes"},
    "/rota/capacity": {"points": "4", "until": "2026-11-26T12:00"},
    "/rota/ical/renew": {},
    "/rota/leave/x/decide": {"approve": "yes"},
    "/rota/stand-ins": {
        "for_person": "sanne",
        "person": "omar",
        "start": "2026-11-26T08:00",
        "end": "2026-11-26T13:00",
    },
    "/rota/overrides": {"start": "2026-11-26T08:00", "end": "2026-11-26T13:00", "people": "omar"},
    "/rota/overrides/x/remove": {},
    "/rota/shifts/new": SHIFT | {"name": "Avond"},
    "/rota/shifts/day/edit": SHIFT,
    "/rota/shifts/day/end": {},
    "/rota/plan": {"start": "2026-11-30", "weeks": "1"},
    "/rota/plan/accept": {"plan": "x", "weeks": "2026-11-30"},
}
OF_LEADS = ("decide", "/rota/stand-ins", "/rota/overrides", "/rota/shifts", "/rota/plan")


@pytest.mark.parametrize("path", FORMS)
def test_who_may_send_which_form(desk: TestDesk, path: str) -> None:
    for_leads = path.endswith("decide") or (path.startswith(OF_LEADS) and not path.endswith("answer"))
    for name, may in (("vera", False), ("zoe", False), ("youssef", not for_leads), ("lena", True)):
        status = enter(desk, name).post(f"{path}?team={SPOOR}", data=FORMS[path]).status_code
        assert status == (303 if may else 403), name


@pytest.mark.parametrize("path", FORMS)
def test_a_form_needs_the_sessions_token(desk: TestDesk, path: str) -> None:
    client = enter(desk, "lena")
    del client.headers["X-CSRF-Token"]
    sent = len(desk.backend.sent)
    assert client.post(f"{path}?team={SPOOR}", data=FORMS[path]).status_code == 403
    assert len(desk.backend.sent) == sent


def test_leave_is_asked_twice_only_once_and_decided_by_a_lead(desk: TestDesk) -> None:
    agent, lead = enter(desk, "youssef"), enter(desk, "lena")
    data = {"first": "2026-12-10", "last": "2026-12-11", "note": EVIL, "key": "k"}
    assert post(agent, "/rota/leave", **data) == post(agent, "/rota/leave", **data) == "rota.told.leave"
    asked = [one for one in config(desk).leave if one.person == "youssef"]
    assert [(one.state, one.start.isoformat(), one.note) for one in asked] == [
        ("asked", "2026-12-09T23:00:00+00:00", EVIL)
    ]
    assert post(agent, "/rota/leave", **data | {"key": "other"}) == "rota.invalid.leave"
    page = lead.get("/rota/requests").text
    assert "<script>alert" not in page
    assert "Dekking gaat van" in page
    assert 'id="count-rota">2<' in page
    assert post(lead, f"/rota/leave/{asked[0].id}/decide", approve="no", note="druk") == "rota.told.refused"
    assert "afgewezen" in agent.get("/rota/mine").text
    assert post(agent, f"/rota/leave/{asked[0].id}/withdraw") == "rota.told.leave_withdrawn"


def test_a_wrong_form_comes_back_filled_in(desk: TestDesk) -> None:
    answer = enter(desk).post("/rota/leave", data={"first": "2026-12-10", "last": "2026-12-01", "note": "Ski"})
    page = enter(desk).get(answer.headers["location"]).text
    assert "Het einde ligt niet na het begin." in page
    assert 'value="Ski"' in page
    assert '<details id="leave" open>' in page


def test_a_sentence_that_is_not_ours_is_not_said(desk: TestDesk) -> None:
    assert 'class="banner' not in enter(desk).get("/rota/mine?told=You+are+fired").text
    assert ">rota.nonsense<" not in enter(desk).get("/rota/mine?told=rota.nonsense").text


def test_sick_until_a_day_and_well_again(desk: TestDesk) -> None:
    client = enter(desk)
    assert "Je dienst tot 17:00 stopt nu. Marit blijft in dienst." in client.get("/rota/mine").text
    assert post(client, "/rota/sick", until="2026-11-27") == "rota.told.sick"
    (ill,) = (one for one in config(desk).leave if one.person == "youssef")
    assert (ill.kind, ill.end.isoformat()) == ("sick", "2026-11-27T23:00:00+00:00")
    assert "Je bent ziek gemeld" in client.get("/rota/mine").text
    assert post(client, "/rota/well") == "rota.told.well"
    assert "Je bent ziek gemeld" not in client.get("/rota/mine").text


def test_a_lead_reports_somebody_sick_and_asks_a_stand_in(desk: TestDesk) -> None:
    lead = enter(desk, "lena")
    assert post(lead, "/rota/sick", person="marit") == "rota.told.sick"
    page = lead.get("/rota/stand-ins?person=marit").text
    assert "do 26 nov 08:00–17:00" in page
    stretch = {"start": at(NOW, 5, 8).isoformat(), "end": at(NOW, 5, 17).isoformat()}
    assert post(lead, "/rota/stand-ins", for_person="marit", person="ilse", **stretch) == "rota.told.asked"
    (request,) = config(desk).stand_ins
    assert post(lead, f"/rota/stand-ins/{request.id}/answer", accept="yes") == "rota.told.accepted"
    assert "<b>Ilse</b> voor Marit" in lead.get("/rota/stand-ins").text
    assert post(lead, "/rota/stand-ins", for_person="marit", person="ilse", **stretch) == "rota.invalid.asked"
    assert post(lead, "/rota/well", person="marit") == "rota.told.well"


def test_an_agent_may_not_speak_for_another(desk: TestDesk) -> None:
    assert post(enter(desk), "/rota/sick", person="marit") == "rejected.not_allowed"
    assert not [one for one in config(desk).leave if one.person == "marit" and one.kind == "sick"]


def test_a_swap_is_taken_and_withdrawn(desk: TestDesk) -> None:
    youssef, marit = enter(desk), enter(desk, "marit")
    stretch = {"start": "2026-11-28T12:00", "end": "2026-11-28T17:00"}
    assert post(youssef, "/rota/swaps", shift="day", **stretch) == "rota.told.offered"
    assert post(youssef, "/rota/swaps", shift="day", **stretch) == "rota.invalid.offered"
    swap = config(desk).swaps[-1]
    assert post(marit, f"/rota/swaps/{swap.id}/take") == "rota.told.taken"
    assert "voor Youssef" in marit.get("/rota/mine").text
    assert post(youssef, f"/rota/swaps/{swap.id}/take", person="omar") == "rejected.not_allowed"
    assert post(youssef, f"/rota/swaps/{swap.id}/withdraw") == "rota.told.swap_withdrawn"
    assert "voor Youssef" not in marit.get("/rota/mine").text
    assert post(youssef, "/rota/swaps", shift="day", start="2026-11-28T17:00", end="2026-11-28T12:00").endswith("order")


def test_a_request_to_stand_in_waits_on_ones_page_and_in_the_navigation(desk: TestDesk) -> None:
    stretch = {"start": at(NOW, 3, 8), "end": at(NOW, 3, 17)}
    desk.backend.do(AskStandIn, SPOOR, "lead:lena", NOW, for_person="youssef", person="marit", **stretch)
    marit = enter(desk, "marit")
    assert 'id="count-rota">1<' in marit.get("/inbox").text
    assert "Wil je invallen voor Youssef?" in marit.get("/rota/mine").text
    request = config(desk).stand_ins[0]
    assert post(marit, f"/rota/stand-ins/{request.id}/answer", accept="no") == "rota.told.declined"
    assert config(desk).stand_ins[0].state == "declined"
    assert "Wil je invallen" not in marit.get("/rota/mine").text


def test_overrides_and_shifts_by_a_lead(desk: TestDesk) -> None:
    lead = enter(desk, "lena")
    stretch = {"start": "2026-11-29T10:00", "end": "2026-11-29T12:00"}
    assert post(lead, "/rota/overrides", people=["omar", "marit"], reason="Markt", **stretch) == "rota.told.override"
    over = config(desk).overrides[-1]
    assert over.people == ("omar", "marit")
    assert post(lead, f"/rota/overrides/{over.id}/remove") == "rota.told.override_removed"
    assert post(lead, "/rota/overrides", **stretch) == "rota.wrong.nobody"
    edit = {"first": "2026-11-25", "begins": "09:00", "ends": "18:00", "group-01": ["youssef"], "days": ["MO", "FR"]}
    assert post(lead, "/rota/shifts/day/edit", layer="1", until="", **edit) == "rota.told.edited"
    new = next(one for one in config(desk).shifts if one.replaces == "day")
    assert (new.minutes, new.rule) == (540, "FREQ=WEEKLY;BYDAY=MO,FR")
    assert post(lead, f"/rota/shifts/{new.id}/end") == "rota.told.ended"
    assert post(lead, "/rota/shifts/nothing/edit", **edit) == "rota.invalid.edited"


NEW = {
    "name": "Zaterdag",
    "first": "2026-11-28",
    "begins": "10:00",
    "ends": "16:00",
    "days": ["SA"],
    "group-01": ["omar"],
    "group-02": ["marit"],
    "turn": "week",
    "layer": "1",
    "skills": ["refund"],
    "key": "een",
}


def test_a_shift_is_looked_at_and_then_added_once(desk: TestDesk) -> None:
    lead = enter(desk, "lena")
    assert 'name="group-03"' in lead.get(f"/rota/shifts/new?team={SPOOR}").text
    sent = len(desk.backend.sent)
    seen = lead.post(f"/rota/shifts/new?team={SPOOR}", data=NEW | {"do": "look"})
    assert seen.status_code == 200
    assert "za 28 nov 10:00–16:00" in seen.text
    assert 'value="Zaterdag"' in seen.text
    assert 'name="key" value="een"' in seen.text
    assert len(desk.backend.sent) == sent
    assert post(lead, "/rota/shifts/new", **NEW) == "rota.told.added"
    added = config(desk).shifts[-1]
    assert (added.id, added.rule, added.skills, added.layer) == ("zaterdag", "FREQ=WEEKLY;BYDAY=SA", ("refund",), 1)
    again = lead.post(f"/rota/shifts/new?team={SPOOR}", data=NEW)
    assert again.status_code == 200
    assert "Er is al een dienst met deze naam." in again.text
    assert "zaterdag" in lead.get(f"/rota/shifts?team={SPOOR}").text


def test_a_shift_that_is_wrong_comes_back_with_all_that_was_typed(desk: TestDesk) -> None:
    lead = enter(desk, "lena")
    wrong = NEW | {"name": "", "days": [], "until": "2026-11-01", "layer": "12", "channels": "review"}
    answer = lead.post(f"/rota/shifts/new?team={SPOOR}", data=wrong)
    assert answer.status_code == 200
    for text in ("Geef een naam", "Kies ten minste één dag", "getal van 0 tot en met 9", "niet na het begin"):
        assert text in answer.text
    assert 'value="2026-11-01"' in answer.text
    assert 'value="12"' in answer.text
    assert answer.text.count(" checked") == 4  # two people, a skill, a channel
    never = lead.post(
        f"/rota/shifts/new?team={SPOOR}", data=NEW | {"until": "2026-11-28", "days": ["SU"], "do": "look"}
    )
    assert "komt de dienst nooit voor" in never.text


def test_a_shift_that_route_refuses_or_does_not_answer_comes_back_too(desk: TestDesk) -> None:
    lead = enter(desk, "lena")
    desk.backend.silent = True
    answer = lead.post(f"/rota/shifts/new?team={SPOOR}", data=NEW)
    assert answer.status_code == 200
    assert 'name="key" value="een"' in answer.text  # sent again it is the same command
    desk.backend.silent = False
    assert post(lead, "/rota/shifts/new", **NEW) == "rota.told.added"


def test_a_shift_that_is_not_there_has_no_form(desk: TestDesk) -> None:
    assert enter(desk, "lena").get(f"/rota/shifts/nothing/edit?team={SPOOR}").status_code == 404
    for path in ("/rota/shifts/new", "/rota/shifts/day/edit"):
        assert enter(desk, "youssef").get(f"{path}?team={SPOOR}").status_code == 403


def test_how_a_calendar_fares_is_on_the_page_and_in_the_api_without_its_address(desk: TestDesk) -> None:
    feed = CalendarFeed(id="vrij", url="https://agenda.example/geheim.ics", holds="leave")
    desk.backend.configure(rota_config(NOW).model_copy(update={"calendars": (feed,)}), NOW)
    lead = enter(desk, "lena")
    assert "Nog niet gelezen." in lead.get(f"/rota/shifts?team={SPOOR}").text
    facts = {"calendar": "vrij", "tried_at": NOW, "read_at": NOW - timedelta(hours=2), "problem": "HTTP 500"}
    status = CalendarStatus(**facts, entries=3, unknown=("Joris",), passed_over=("event 'x': y",))
    desk.backend.do(ReportCalendar, SPOOR, "system:ticker", NOW, status=status)
    page = lead.get(f"/rota/shifts?team={SPOOR}").text
    for text in ("agenda.example", "HTTP 500", "3 afspraken", "Joris"):
        assert text in page
    answer = lead.get(f"/api/v1/team/{SPOOR}/calendars")
    assert answer.json()["calendars"][0]["status"]["problem"] == "HTTP 500"
    assert "geheim" not in page + answer.text
    assert enter(desk, "youssef").get(f"/api/v1/team/{SPOOR}/calendars").status_code == 403


@pytest.mark.parametrize(
    ("code", "values", "nl", "en"),
    [
        (None, {}, "HTTP 500", "HTTP 500"),
        ("refused", {"status": "404"}, "de server antwoordt met HTTP 404", "its server answers HTTP 404"),
        ("not_public", {"host": "intern.example"}, "intern.example is geen", "intern.example is not a public"),
        ("too_large", {"most": "5000000"}, "meer dan 5.000.000 bytes", "more than 5,000,000 bytes"),
        ("too_many", {"most": "1000"}, "meer dan 1.000 afspraken", "more than 1,000 events"),
        ("unreachable", {}, "de server geeft geen antwoord", "its server does not answer"),
        ("slow", {}, "het duurt te lang", "it takes too long"),
        ("not_changed", {}, "maar gaf ons nog niets", "but never gave us anything"),
        ("not_a_calendar", {}, "op dit adres staat geen agenda", "there is no calendar at this address"),
        ("too_much", {}, "te veel in om over te nemen", "too much to be taken over"),
    ],
)
def test_why_a_calendar_cannot_be_read_is_said_in_the_readers_language(
    desk: TestDesk, code: Any, values: dict[str, str], nl: str, en: str
) -> None:
    feed = CalendarFeed(id="vrij", url="https://agenda.example/geheim.ics", holds="leave")
    desk.backend.configure(rota_config(NOW).model_copy(update={"calendars": (feed,)}), NOW)
    status = CalendarStatus(calendar="vrij", tried_at=NOW, problem="HTTP 500", code=code, values=values)
    desk.backend.do(ReportCalendar, SPOOR, "system:ticker", NOW, status=status)
    lead = enter(desk, "lena")
    for language, text in (("nl", nl), ("en", en)):
        page = lead.get(f"/rota/shifts?team={SPOOR}", headers={"Accept-Language": language}).text
        assert text in page
        assert code is None or "HTTP 500" not in page


def test_who_sends_alone_is_on_the_page_of_what_was_agreed(desk: TestDesk) -> None:
    page = " ".join(enter(desk, "lena").get(f"/rota/shifts?team={SPOOR}").text.split())
    assert 'Ilse</b> <span class="tag">uitzendkracht</span><br><span class="soft">verstuurt zelf</span>' in page
    changed = rota_config(NOW)
    never = changed.people[0].model_copy(update={"mandate": Mandate(send_alone=False, approve=True)})
    agreed = {"people": (never, *changed.people[1:]), "agency": AgencyMandate(alone_up_to="high")}
    desk.backend.configure(changed.model_copy(update=agreed), NOW)
    page = " ".join(enter(desk, "lena").get(f"/rota/shifts?team={SPOOR}").text.split())
    assert 'Youssef</b><br><span class="soft">niets zonder goedkeuring, keurt goed</span>' in page
    assert '<span class="soft">verstuurt zelf tot en met urgentie hoog</span>' in page
    assert "Uitzendkrachten versturen zelf tot en met urgentie hoog" in page


def test_a_reminder_of_a_swap_waits_on_the_pages_of_who_can_do_something(desk: TestDesk) -> None:
    swap = Swap(id="ruil", shift="day", person="youssef", start=at(NOW, 3, 8), end=at(NOW, 3, 17))
    desk.backend.configure(rota_config(NOW).model_copy(update={"swaps": (swap,)}), NOW)
    names = ("youssef", "marit", "tom")
    desk.accounts.save(Account("tom", "Tom", {SPOOR: "agent"}), PASSWORD)
    assert not any("Nog niemand" in enter(desk, name).get("/rota/mine").text for name in names)
    desk.backend.give(Tick(id=str(uuid4()), team=SPOOR, at=NOW, actor="system:ticker"), NOW)
    assert config(desk).swaps[0].reminded_at == NOW
    assert "Tot dan blijft het van jou." in enter(desk, "youssef").get("/rota/mine").text
    assert "Kun jij?" in enter(desk, "marit").get("/rota/mine").text
    counts = ['id="count-rota">1<' in enter(desk, name).get("/inbox").text for name in names]
    assert counts == [True, True, False]  # Tom is on himself then
    assert waits_for_me(config(desk), "marit", NOW + timedelta(hours=25)) == 0
    assert post(enter(desk, "marit"), "/rota/swaps/ruil/take") == "rota.told.taken"
    assert waits_for_me(config(desk), "youssef", NOW) == 0


def test_who_stands_by_may_take_a_swap_on_the_page_as_route_says(desk: TestDesk) -> None:
    swap = Swap(id="ruil", shift="evening", person="omar", start=at(NOW, 10, 17), end=at(NOW, 10, 22))
    turns = rota_config(NOW).model_copy(update={"swaps": (swap,), "leave": ()})
    on = next(span.person for span in Rota(turns).spans(swap.start, swap.end) if span.shift == "evening")
    desk.backend.configure(turns.model_copy(update={"swaps": (swap.model_copy(update={"person": on}),)}), NOW)
    desk.accounts.save(Account("ilse", "Ilse", {SPOOR: "agent"}), PASSWORD)
    ilse = enter(desk, "ilse").get("/rota/mine").text
    assert 'action="/rota/swaps/ruil/take' in ilse
    assert post(enter(desk, "ilse"), "/rota/swaps/ruil/take") == "rota.told.taken"


def test_standing_by_can_be_offered_and_taken_by_who_is_on_duty(desk: TestDesk) -> None:
    desk.accounts.save(Account("ilse", "Ilse", {SPOOR: "agent"}), PASSWORD)
    ilse = enter(desk, "ilse")
    assert 'name="shift" value="standby"' in ilse.get("/rota/mine").text
    assert post(ilse, "/rota/swaps", shift="standby", start="2026-11-28T16:30", end="2026-11-28T23:00").endswith(
        "offered"
    )
    swap = config(desk).swaps[-1]
    on = next(one.person for one in Rota(config(desk)).stints(swap.start, swap.end) if one.shift == "evening")
    assert post(enter(desk, "lena"), f"/rota/swaps/{swap.id}/take", person=on) == "rota.told.taken"


def test_a_lead_of_the_roster_decides_whatever_their_role_and_others_there_do_not(desk: TestDesk) -> None:
    people = tuple(one.model_copy(update={"lead": one.id == "youssef"}) for one in rota_config(NOW).people)
    desk.backend.configure(rota_config(NOW, people=people), NOW)
    assert enter(desk, "youssef").get("/rota/requests").status_code == 200
    assert enter(desk, "marit").get("/rota/requests").status_code == 403


def test_no_answer_in_time_says_that_it_may_be_sent_again(desk: TestDesk) -> None:
    desk.backend.silent = True
    assert post(enter(desk), "/rota/leave", first="2026-12-10") == "told.pending"


def test_a_private_calendar_is_made_renewed_and_remembers_what_vanished(desk: TestDesk) -> None:
    client, stranger = enter(desk), TestClient(desk.app)
    post(client, "/rota/ical/renew")
    first = address(client)
    events = Calendar.from_ical(stranger.get(first).content).walk("VEVENT")
    assert {str(one["STATUS"]) for one in events} == {"CONFIRMED"}
    assert post(enter(desk, "lena"), "/rota/shifts/day/end") == "rota.told.ended"
    after = Calendar.from_ical(stranger.get(first).content).walk("VEVENT")
    assert {str(one["STATUS"]) for one in after} == {"CONFIRMED", "CANCELLED"}
    assert {str(one["UID"]) for one in after} >= {str(one["UID"]) for one in events}
    post(client, "/rota/ical/renew")
    assert stranger.get(first).status_code == 404
    answer = stranger.get(address(client))
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    desk.accounts.disable("youssef")
    assert stranger.get(first).status_code == 404
    assert stranger.get("/rota/ical/nothing.ics").status_code == 404


def address(client: TestClient) -> str:
    page: str = client.get("/rota/mine").text
    return "/rota/ical/" + page.partition("/rota/ical/")[2].partition('"')[0]


@pytest.mark.parametrize("what", API)
def test_who_may_read_the_api(desk: TestDesk, what: str) -> None:
    path = f"/api/v1/team/{SPOOR}/{what}"
    for name, status in (("lena", 200), ("youssef", 200), ("vera", 200), ("zoe", 403)):
        wanted = 403 if what == "fairness" and name in ("youssef", "vera") else status
        assert enter(desk, name).get(path).status_code == wanted, name
    scopes: tuple[tuple[Scope, int], ...] = (("read", 200), ("commands", 403))
    for scope, status in scopes:
        assert robot(desk, "lead", scope).get(path).status_code == status
    assert enter(desk, "lena").get(f"/api/v1/team/waterveen/{what}").status_code == 404
    assert TestClient(desk.app).get(path).status_code == 401


def test_the_api_says_what_the_pages_show(desk: TestDesk) -> None:
    lead = enter(desk, "lena")
    base = f"/api/v1/team/{SPOOR}"
    rota = lead.get(f"{base}/rota", params={"start": "2026-11-25T00:00:00Z", "days": 1}).json()
    assert [one["person"] for one in rota["duties"]] == ["marit", "youssef", "tom"]
    assert (rota["page"], rota["pages"], rota["total"]) == (1, 1, 3)
    cover = lead.get(f"{base}/coverage", params={"start": "2026-11-26T00:00:00+01:00", "days": 1}).json()
    assert cover["percent"] < 100
    assert cover["gaps"][0] == {
        "need": "anybody", "start": "2026-11-26T08:00:00Z", "end": "2026-11-26T11:00:00Z", "wanted": 3, "on": 1
    }  # fmt: skip
    assert cover["needs"][0]["required"]
    fair = lead.get(f"{base}/fairness", params={"days": 7}).json()
    assert {one["person"] for one in fair["people"]} >= {"youssef", "omar"}
    assert 0 <= fair["balance"]["hours"] <= 1
    assert lead.get(f"{base}/rota", params={"start": "0001-01-01T00:00:00Z"}).status_code == 422


def test_what_is_private_is_for_leads_and_for_oneself(desk: TestDesk) -> None:
    desk.backend.do(AskLeave, SPOOR, "youssef", NOW, start=at(NOW, 2), end=at(NOW, 3), note="operatie")
    base = f"/api/v1/team/{SPOOR}"
    seen = {name: enter(desk, name).get(f"{base}/rota").json()["leave"] for name in ("lena", "youssef", "marit")}
    assert [one["note"] for one in seen["lena"] if one["person"] == "youssef"] == ["operatie"]
    assert [one["note"] for one in seen["youssef"] if one["person"] == "youssef"] == ["operatie"]
    assert not [one for one in seen["marit"] if one["person"] == "youssef"]
    assert {(one["kind"], one["note"]) for one in seen["marit"] if one["person"] != "marit"} == {(None, None)}
    hours = {
        name: enter(desk, name).get(f"{base}/roster").json()["people"][0]["contract_hours"]
        for name in ("lena", "marit")
    }
    assert hours == {"lena": 32, "marit": None}


def test_the_api_is_in_the_openapi_with_its_models(desk: TestDesk) -> None:
    paths = desk.app.openapi()["paths"]
    for what, model in zip(API, ("Roster", "RotaPage", "CoveragePage", "FairnessPage"), strict=True):
        schema = paths[f"/api/v1/team/{{team}}/{what}"]["get"]["responses"]["200"]["content"]["application/json"][
            "schema"
        ]
        assert schema["$ref"].endswith(f"/{model}")


def test_lists_are_paged_and_beyond_the_end_is_the_last() -> None:
    rows = list(range(PAGE + 5))
    assert paged(rows, "t", 1)[0] == tuple(range(PAGE))
    last, place = paged(rows, "t", 99)
    assert (last, place.page, place.pages, place.total) == (tuple(range(PAGE, PAGE + 5)), 2, 2, PAGE + 5)
    assert paged([], "t", 1)[1].pages == 1


def test_an_offered_swap_of_the_past_is_past_due_on_the_page(desk: TestDesk) -> None:
    earlier = NOW - timedelta(hours=3)
    desk.backend.do(
        OfferSwap, SPOOR, "youssef", earlier, shift="day", start=NOW - timedelta(minutes=30), end=at(NOW, 0, 17)
    )
    assert "niet overgenomen" in enter(desk).get("/rota/mine").text


def test_a_team_of_the_demo_shows_too(desk: TestDesk) -> None:
    desk.backend.configure(team_config(now=NOW), NOW)
    for path in (*MEMBERS, "/inbox"):
        assert enter(desk).get(path).status_code == 200


@pytest.mark.parametrize(("language", "words"), [("nl", "ver boven contract"), ("en", "far above contract")])
def test_the_cover_marks_who_is_planned_far_above_their_contract(desk: TestDesk, language: str, words: str) -> None:
    before = rota_config(NOW, leave=())
    people = (one.model_copy(update={"contract_hours": 2.0}) if one.id == "youssef" else one for one in before.people)
    desk.backend.configure(before.model_copy(update={"people": tuple(people)}), NOW)
    for name, sees in (("lena", True), ("youssef", True), ("marit", False)):
        client = enter(desk, name)
        client.cookies.set("lang", language)
        page = client.get("/rota/cover").text
        assert (f'Youssef <span class="tag high">{words}<' in page) is sees, name
        assert words not in client.get("/rota/cover?period=back").text
