"""The team file: read, refused with a reason for people, written back, and checked."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.teams import CalendarFeed, FormerPerson, Leave, Shift, Swap, TeamConfig
from services.rota.rota import Rota
from services.route.check import Finding, check
from services.route.rota_file import RotaFileError, parse, read
from services.route.rota_text import render
from tests.support.route import at, away, config, examples

TEAMS = Path(__file__).parents[2] / "deploy" / "demo" / "teams"
SMALL = """
[team]
id = "klein"
name = "Klein"

[[people]]
id = "noor"
name = "Noor"

[[shifts]]
people = ["noor"]
days = ["mon", "tue"]
from = "22:00"
to = "06:30"
until = 2026-03-31

[[leave]]
person = "noor"
from = 2026-03-10
to = 2026-03-11

[opening_hours]
mon = ["08:00-12:00", "13:00-24:00"]

[[service_levels]]
id = "usual"
first_response_minutes = 240
"""


def test_a_small_file() -> None:
    team = parse(SMALL)
    (shift,), (leave,) = team.shifts, team.leave
    assert (shift.id, shift.minutes, shift.rule) == ("shift-1", 510, "FREQ=WEEKLY;BYDAY=MO,TU")
    assert (leave.start, leave.end) == (at(0, day=8), at(0, day=10))  # both days whole, local
    assert [(span.start, span.end) for span in team.opening_hours] == [(time(8), time(12)), (time(13), time(0))]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[team]", "[team", "not a TOML file"),
        ('id = "klein"', "", "[team]: team: "),
        ('name = "Noor"', "", "person 'noor': name: Field required"),
        ('name = "Noor"', 'nmae = "Noor"', "person 'noor': "),
        ('people = ["noor"]', 'people = ["piet"]', "shift 'shift-1' names unknown people: ['piet']"),
        ('days = ["mon", "tue"]', 'days = ["maandag"]', "shift number 1: days is a list of mon"),
        ('days = ["mon", "tue"]', "", "shift number 1: say when with one of days, date or rule"),
        ('days = ["mon", "tue"]', 'rule = "FREQ=HOURLY"', "shift 'shift-1': rule 'FREQ=HOURLY'"),
        ('from = "22:00"', 'from = "tien uur"', "shift number 1: from is a time like"),
        ('from = "22:00"', "form = 22", "shift number 1: it has an unknown 'form'"),
        ("to = 2026-03-11", "to = 2026-03-01", "leave 'noor': leave 'leave-1' ends before it starts"),
        ("to = 2026-03-11", 'to = "morgen"', "leave 'noor': to is a date or a time"),
        ('"13:00-24:00"', '"13:00"', "[opening_hours] mon: a span is like"),
        ("mon = [", "maandag = [", "[opening_hours] has an unknown 'maandag'"),
        ("first_response_minutes = 240", "first_response_minutes = 0", "service level 'usual': first_response_minutes"),
        ("[[leave]]", "[[leaves]]", "the file has an unknown 'leaves'"),
    ],
)
def test_what_is_wrong_is_said_for_people(old: str, new: str, said: str) -> None:
    with pytest.raises(RotaFileError) as caught:
        parse(SMALL.replace(old, new, 1))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_agency_staff_do_not_send_alone_on_what_is_critical_unless_the_file_says_so() -> None:
    agency = SMALL.replace('name = "Noor"', 'name = "Noor"\nemployment = "agency"')
    said = agency.replace('name = "Klein"', 'name = "Klein"\nagency = { alone_up_to = "critical" }')
    own = agency.replace('name = "Noor"', 'name = "Noor"\nmandate = { alone_up_to = "low", approve = true }')
    limits = [team.sends_alone_up_to(team.people[0]) for team in map(parse, (SMALL, agency, said, own))]
    assert limits == ["critical", "high", "critical", "low"]
    assert all(parse(render(team)) == team for team in map(parse, (SMALL, agency, said, own)))
    with pytest.raises(RotaFileError, match="alone_up_to: Field required"):
        parse(SMALL.replace('name = "Klein"', 'name = "Klein"\nagency = {}'))


def test_a_rule_for_agency_staff() -> None:
    rule = '\n[[approval_rules]]\nid = "uitzend"\nemployment = "agency"\n'
    team = parse(SMALL + rule)
    assert team.approval_rules[0].employment == "agency"
    assert parse(render(team)) == team
    with pytest.raises(RotaFileError, match="approval rule 'uitzend': employment: "):
        parse(SMALL + rule.replace("agency", "temp"))


def test_rules_of_what_becomes_a_case_and_the_teams_handles() -> None:
    rules = """
[[case_rules]]
id = "pers"
name = "Alles van de pers"
then = "case"
authors = ["@ovnieuws"]

[[case_rules]]
id = "weer"
then = "no_case"
topics = ["weather"]
words = ["mooi weer", "regen*"]
urgency = ["low", "critical"]
"""
    team = parse(SMALL.replace('name = "Klein"', 'name = "Klein"\nhandles = ["@klein"]') + rules)
    assert [(one.id, one.then) for one in team.case_rules] == [("pers", "case"), ("weer", "no_case")]
    assert (team.handles, team.case_rules[1].words) == (("@klein",), ("mooi weer", "regen*"))
    assert parse(render(team)) == team
    with pytest.raises(RotaFileError, match="case rule 'pers': then: "):
        parse(SMALL + rules.replace('"case"', '"misschien"'))
    with pytest.raises(RotaFileError, match="case rule 'pers': a case rule names at least one of kinds, "):
        parse(SMALL + rules.replace('authors = ["@ovnieuws"]', ""))
    with pytest.raises(RotaFileError, match="case rule 'weer': regens: Extra inputs"):
        parse(SMALL + rules.replace("words", "regens"))


def test_a_rule_that_keeps_the_urgent_from_people_and_one_of_a_topic_that_is_not_there_are_findings() -> None:
    def findings(**agreed: object) -> list[tuple[str, str]]:
        team = TeamConfig.model_validate(parse(SMALL).model_dump() | agreed)
        return [(one.level, one.text) for one in check(team, at(9)) if one.code == "case_rule"]

    hidden = {"id": "stil", "then": "no_case", "urgency": ["low", "critical"]}
    about = {"id": "weer", "then": "no_case", "topics": ["weather"]}
    assert findings(case_rules=[hidden]) == [
        ("notice", "case rule 'stil' keeps mentions of urgency critical from people")
    ]
    assert findings(case_rules=[hidden | {"then": "case"}, about]) == []
    assert findings(case_rules=[about], topics=[{"id": "delay"}]) == [
        ("problem", "case rule 'weer' names topics that the team has not agreed: weather")
    ]


def test_mandates_of_agency_staff_and_replies_that_nobody_may_approve_are_findings() -> None:
    def findings(employment: str, **mandate: object) -> list[tuple[str, str | None, str]]:
        person = {"id": "noor", "name": "Noor", "employment": employment, "mandate": mandate}
        team = TeamConfig.model_validate(parse(SMALL).model_dump() | {"people": [person]})
        codes = ("agency_mandate", "nobody_approves")
        return [(one.code, one.person, one.text) for one in check(team, at(9)) if one.code in codes]

    alone = "noor is agency staff and may send alone up to critical"
    assert findings("in_house", alone_up_to="critical") == []
    assert findings("agency", alone_up_to="critical", approve=True) == [
        ("agency_mandate", "noor", f"{alone} and approve replies of others, by their own mandate")
    ]
    assert [one[0] for one in findings("agency")] == ["nobody_approves"]
    assert [one[0] for one in findings("agency", alone_up_to="critical")] == ["agency_mandate"]
    assert [one[0] for one in findings("agency", approve=True)] == ["agency_mandate"]


@settings(max_examples=examples(50), deadline=None)
@given(
    start=st.integers(0, 730 * 86_400).map(lambda seconds: at(0).replace(tzinfo=None) + timedelta(seconds=seconds)),
    minutes=st.integers(1, 7 * 1440),
    rule=st.sampled_from((None, "FREQ=WEEKLY;BYDAY=MO,SU", "FREQ=WEEKLY;BYDAY=1MO", "FREQ=DAILY;INTERVAL=2")),
    leave=st.integers(0, 48 * 60).map(lambda minutes: datetime(2026, 10, 24, tzinfo=UTC) + timedelta(minutes=minutes)),
    name=st.text(max_size=40),
)
def test_what_is_written_is_read_back(
    start: datetime, minutes: int, rule: str | None, leave: datetime, name: str
) -> None:
    shift = Shift(id="s", people=("noor",), start=start, minutes=minutes, rule=rule)
    gone = Leave(id="l", person="noor", start=leave, end=leave + timedelta(hours=1))
    team = config(name=name, shifts=(shift,), leave=(gone,), holidays=(start.date(),))
    if rule and "1MO" in rule:
        with pytest.raises(RotaFileError):
            parse(render(team))
    else:
        assert parse(render(team)) == team


@pytest.mark.parametrize("name", ["spoorlijn", "waterveen"])
def test_the_demo_teams_cover_every_hour(name: str) -> None:
    team = parse((TEAMS / f"{name}.toml").read_text(encoding="utf-8"))
    rota, dutch = Rota(team), {person.id for person in team.people if "nl" in person.languages}
    english = {person.id for person in team.people if "en" in person.languages}
    for hour in range(24 * 14):
        on = rota.on_shift(at(0) + timedelta(hours=hour))
        assert on & dutch
        if name == "spoorlijn":
            assert on & english
    assert [one for one in check(team, at(0)) if one.level == "problem"] == []


FULL = """
[[people]]
id = "jeroen"
name = "Jeroen"
email = "jeroen@klein.example"
skills = ["refund"]
contract_hours = 32
employment = "agency"
mandate = { send_alone = false }

[[shifts]]
id = "wacht"
rotation = { groups = [["noor"], ["jeroen"]], turn = "day" }
days = ["mon"]
from = "06:00"
to = "12:00"
layer = 3
skills = ["refund"]
ended_at = 2026-03-09T08:00:00

[[overrides]]
people = ["noor"]
from = 2026-03-02T10:00:00
to = 2026-03-02T12:00:00

[[swaps]]
shift = "wacht"
person = "noor"
from = 2026-03-02
to = 2026-03-02
taker = "jeroen"
state = "taken"

[[stand_ins]]
for_person = "noor"
person = "jeroen"
from = 2026-03-03T10:00:00+01:00
to = 2026-03-03T12:00:00

[[demand]]
days = ["mon", "fri"]
from = "09:00"
to = "24:00"
people = 2
skill = "refund"
"""


def test_all_that_a_rota_has() -> None:
    team = parse(SMALL + FULL)
    jeroen, wacht = team.people[1], team.shifts[1]
    assert (jeroen.skills, jeroen.contract_hours, jeroen.mandate.send_alone) == (("refund",), 32, False)
    assert wacht.rotation
    assert (wacht.rotation.groups, wacht.layer, wacht.ended_at) == ((("noor",), ("jeroen",)), 3, at(8, day=7))
    (override,), (swap,), (stand_in,), (demand,) = team.overrides, team.swaps, team.stand_ins, team.demand
    assert (override.id, override.start) == ("override-1", at(10))
    assert (swap.start, swap.end) == (at(0), at(24))
    assert (stand_in.start, stand_in.state) == (at(10, day=1), "asked")
    assert (demand.days, demand.end, demand.people) == ((0, 4), time(0), 2)
    assert parse(render(team)) == team


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('groups = [["noor"], ["jeroen"]]', "groups = []", "shift 'wacht': rotation.groups: "),
        ('turn = "day"', 'turn = "jaar"', "shift 'wacht': rotation.turn: "),
        ('["jeroen"]], turn', '["piet"]], turn', "shift 'wacht' names unknown people: ['piet']"),
        ("layer = 3", "layer = 10", "shift 'wacht': layer: "),
        ("layer = 3", 'people = ["noor"]', "shift 'wacht': shift 'wacht' needs people or a rotation, and not both"),
        ("ended_at = 2026-03-09T08:00:00", 'ended_at = "nu"', "shift 'wacht': ended_at is a date or a time"),
        ('shift = "wacht"', 'shift = "week"', "swap 'swap-1' names an unknown shift: 'week'"),
        ('taker = "jeroen"', "", "swap 'noor': swap 'swap-1' has a taker when it is taken"),
        ('people = ["noor"]\nfrom = 2026-03-02T10', 'people = []\nfrom = 2026-03-02T10', "override number 1: people: "),
        ('["mon", "fri"]', '["mon", "vrij"]', "demand number 1: days is a list of mon"),
        ('email = "jeroen@klein.example"', 'email = "jeroen"', "person 'jeroen': email: "),
        ("contract_hours = 32", "contract_hours = 169", "person 'jeroen': contract_hours: "),
        ('[[demand]]', '[[wensen]]', "the file has an unknown 'wensen'"),
        ('[team]', '[team]\nholiday_calendar = { country = "nl" }', "[team]: holiday_calendar.country: "),
        ('[team]', '[team]\ntime_zone = "Mars"', "unknown time zone 'Mars'"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_rota_is_said_for_people(old: str, new: str, said: str) -> None:
    assert old in SMALL + FULL
    head, tail = (SMALL, FULL.replace(old, new, 1)) if old in FULL else (SMALL.replace(old, new, 1), FULL)
    if "ended_at" not in old:
        tail = tail.replace("ended_at = 2026-03-09T08:00:00", "")
    with pytest.raises(RotaFileError) as caught:
        parse(head + tail)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def codes(team: TeamConfig, now: datetime) -> list[tuple[str, str | None]]:
    return [(one.code, one.person) for one in check(team, now)]


def test_a_good_rota_has_nothing_to_say_of_it() -> None:
    assert [code for code, _ in codes(config(), at(0)) if code != "only_one"] == []


def test_gaps_in_opening_hours_are_found() -> None:
    team = config(leave=(away("aisha", at(0, day=1), at(24, day=1)),))
    gap = next(one for one in check(team, at(0)) if one.code == "gap")
    assert (gap.start, gap.end) == (at(17, day=1), at(20, day=1))
    assert str(gap) == "problem: nobody is on from Tue 03 Mar 17:00 to 20:00"


def test_people_and_leave_that_make_no_sense_are_found() -> None:
    noor, jeroen, aisha = config().people
    team = config(
        people=(noor, jeroen.model_copy(update={"capacity": 0}), aisha.model_copy(update={"languages": ("en",)})),
        shifts=config().shifts[1:],
        leave=(away("noor", at(0, day=-9), at(0, day=-8)),),
    )
    found = codes(team, at(0))
    assert ("language_gap", None) in found
    assert {("never_on_shift", "noor"), ("no_capacity", "jeroen"), ("leave_over", "noor")} <= set(found)


def test_a_team_that_never_opens_is_told_so() -> None:
    holidays = tuple((at(12) + timedelta(days=day)).date() for day in range(-2, 10))
    assert ("never_open", None) in codes(config(holidays=holidays), at(0))


def test_a_finding_is_plain_data() -> None:
    finding = Finding(level="notice", code="no_capacity", text="x", person="noor")
    assert finding.model_dump(mode="json", exclude_none=True) == {
        "level": "notice",
        "code": "no_capacity",
        "text": "x",
        "person": "noor",
    }


TOPICS = """
[[topics]]
id = "wifi"
names = { nl = "Wifi \\"aan boord\\"", en = "Wifi" }
words = ["wi-fi|wifi ..3 kapot", "hotspot*"]
examples = ["De verbinding viel weg"]

[[topics]]
id = "lift"
words = ["lift"]
"""


def test_topics_are_read_and_written() -> None:
    team = parse(SMALL + TOPICS)
    wifi, lift = team.topics
    assert (wifi.names["nl"], wifi.words[1], wifi.examples) == (
        'Wifi "aan boord"',
        "hotspot*",
        ("De verbinding viel weg",),
    )
    assert (lift.names, lift.examples) == ({}, ())
    assert parse(render(team)) == team


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('id = "lift"', 'id = "wifi"', "a topic is named twice"),
        ('id = "lift"', 'id = "De lift"', "topic 'De lift': id: "),
        ('words = ["lift"]', 'word = ["lift"]', "topic 'lift': word: "),
        ('words = ["lift"]', 'words = "lift"', "topic 'lift': words: "),
        ('words = ["lift"]', f'words = ["{"x" * 201}"]', "topic 'lift': words.0: "),
    ],
)
def test_what_is_wrong_in_a_topic_is_said_for_people(old: str, new: str, said: str) -> None:
    with pytest.raises(RotaFileError) as caught:
        parse(SMALL + TOPICS.replace(old, new, 1))
    assert said in str(caught.value)


def test_topics_that_are_too_long_together_are_refused() -> None:
    many = "".join(f'[[topics]]\nid = "t{n}"\nexamples = {["y" * 2_000] * 50}\n' for n in range(3))
    with pytest.raises(RotaFileError, match="too long"):
        parse(SMALL + many)


def test_calendars_channels_and_reminders_come_back_as_they_were() -> None:
    (day, *others) = config().shifts
    asked = at(9, day=-3)
    swap = Swap(
        id="ruil", shift="day", person="noor", start=at(9), end=at(17), asked_at=asked, reminded_at=at(9, day=-1)
    )
    agreed = config(
        shifts=(day.model_copy(update={"channels": ("post", "review")}), *others),
        swaps=(swap,),
        calendars=(
            CalendarFeed(id="verlof", url="https://agenda.example/3f9a.ics?x=1&y=2", holds="leave", person="noor"),
            CalendarFeed(id="rooster_2", url="http://agenda.intern/rooster"),
        ),
    )
    assert parse(render(agreed)) == agreed


@pytest.mark.parametrize(
    "line",
    [
        'url = "file:///etc/passwd"',
        'url = "https://noor:geheim@agenda.example/"',
        'url = "https://agenda.example/x"\nholds = "alles"',
        'url = "https://agenda.example/x"\nperson = "niemand"',
    ],
)
def test_a_calendar_that_cannot_be_is_refused(line: str) -> None:
    good = 'url = "https://agenda.example/x"'
    text = f"""{SMALL}\n[[calendars]]\nid = "verlof"\n{good}\n"""
    assert [one.id for one in parse(text).calendars] == ["verlof"]
    for wrong in (text.replace(good, line), text.replace('"verlof"', '"a-b"')):
        with pytest.raises(RotaFileError, match="calendar"):
            parse(wrong)


def test_the_house_style_is_read_and_written() -> None:
    house = 'house_style = { address = "u", avoid = { "last mile" = "het laatste stuk", churn = "" } }'
    team = parse(SMALL.replace('name = "Klein"', f'name = "Klein"\n{house}', 1))
    assert team.house_style.address == "u"
    assert team.house_style.avoid == {"last mile": "het laatste stuk", "churn": ""}
    assert parse(render(team)) == team


def test_a_file_says_which_revision_it_was_exported_from_and_who_has_left() -> None:
    team = TeamConfig(**dict(parse(SMALL)) | {"former": (FormerPerson(id="bram", at=at(12)),)})
    assert read(render(team, 7)) == (team, 7)
    assert read(SMALL).revision is None
    for wrong in ('"7"', "true", "-1"):
        with pytest.raises(RotaFileError, match="revision is the number that"):
            parse(SMALL.replace('name = "Klein"', f'name = "Klein"\nrevision = {wrong}', 1))
    left = SMALL.replace('person = "noor"', 'person = "bram"', 1)
    with pytest.raises(RotaFileError, match="leave 'leave-1' names unknown people"):
        parse(left)
    assert parse(left + '\n[[former]]\nid = "bram"\nat = 2026-03-12\n').leave[0].person == "bram"
