"""Whatever a team has agreed, its file says the same: `parse(render(config)) == config`."""

from datetime import date, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.teams import (
    AgencyMandate,
    CaseRule,
    Demand,
    HolidayCalendar,
    Mandate,
    OpeningSpan,
    Person,
    TeamConfig,
)
from services.route.rota_file import parse
from services.route.rota_text import render
from tests.support.rotas import PEOPLE, teams
from tests.support.route import examples

texts = st.text(max_size=30)
slugs = st.sampled_from(("delay", "refund", "a-b_1"))
kinds = st.sampled_from(("post", "email", "direct_message"))
times = st.times().map(lambda one: one.replace(fold=0))
dates = st.dates(date(1990, 1, 1), date(2100, 1, 1))
URGENCIES = ("low", "normal", "high", "critical")
languages = st.sampled_from(("nl", "en", "fy"))


def people(name: str) -> st.SearchStrategy[Person]:
    """One person with all that is known of a person."""
    return st.builds(
        Person,
        id=st.just(name),
        name=texts,
        languages=st.lists(languages, min_size=1, max_size=3).map(tuple),
        channels=st.none() | st.lists(kinds, max_size=2).map(tuple),
        capacity=st.integers(0, 1000),
        email=st.none() | st.just(f"{name}@voorbeeld.example"),
        time_zone=st.none() | st.just("Europe/Lisbon"),
        skills=st.lists(slugs, max_size=3).map(tuple),
        mandate=st.builds(
            Mandate, send_alone=st.booleans(), approve=st.booleans(), alone_up_to=st.none() | st.sampled_from(URGENCIES)
        ),
        contract_hours=st.none() | st.floats(0, 168),
        employment=st.sampled_from(("in_house", "agency")),
        lead=st.booleans(),
    )


demands = st.builds(
    Demand,
    days=st.lists(st.integers(0, 6), min_size=1, max_size=7).map(tuple),
    start=times,
    end=times,
    people=st.integers(1, 9),
    skill=st.none() | slugs,
    language=st.none() | languages,
    channel=st.none() | kinds,
)
calendars = st.builds(
    HolidayCalendar,
    country=st.just("NL"),
    region=st.none() | st.just("BY"),
    dates=st.lists(dates, max_size=3).map(tuple),
)
case_rules = st.builds(
    CaseRule,
    id=st.just("regel"),
    name=texts,
    then=st.sampled_from(("case", "no_case")),
    kinds=st.just(("post", "email")),
    words=st.none() | st.just(("te laat", "storing*", 'een "zin"')),
    authors=st.none() | st.just(("@ovnieuws", "help@voorbeeld.example")),
    languages=st.none() | st.just(("nl", "und")),
    topics=st.none() | st.lists(slugs, min_size=1, max_size=3).map(tuple),
    reach=st.none() | st.integers(1, 10**9),
    sentiment=st.none() | st.just(("negative",)),
    intent=st.none() | st.just(("praise", "chatter")),
    urgency=st.none() | st.lists(st.sampled_from(URGENCIES), min_size=1, max_size=4).map(tuple),
)
spans = st.builds(OpeningSpan, day=st.integers(0, 6), start=times, end=times)


@settings(max_examples=examples(60), deadline=None)
@given(teams(), st.data())
def test_a_file_says_what_was_agreed(given_team: tuple[TeamConfig, datetime], data: st.DataObject) -> None:
    config, first = given_team
    more = {
        "name": data.draw(texts),
        "people": tuple(data.draw(people(name)) for name in PEOPLE),
        "demand": tuple(data.draw(st.lists(demands, max_size=2))),
        "handles": tuple(data.draw(st.lists(st.sampled_from(("@ons", "ons@voorbeeld.example")), max_size=2))),
        "case_rules": tuple(data.draw(st.lists(case_rules, max_size=1))),
        "agency": data.draw(st.builds(AgencyMandate, alone_up_to=st.sampled_from(URGENCIES))),
        "holidays": tuple(data.draw(st.lists(dates, max_size=3))),
        "holiday_calendar": data.draw(st.none() | calendars),
        "opening_hours": tuple(sorted(data.draw(st.lists(spans, max_size=4)), key=lambda span: span.day)),
        "leave": tuple(one.model_copy(update={"note": data.draw(st.none() | texts)}) for one in config.leave),
        "swaps": tuple(one.model_copy(update={"asked_at": first, "note": data.draw(texts)}) for one in config.swaps),
    }
    whole = TeamConfig.model_validate(config.model_dump() | more)
    assert parse(render(whole)) == whole
