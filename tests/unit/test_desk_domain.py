"""The desk's pure parts: the inbox's order and folding, answers, the rota's box, how a case reads."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.contracts.cases import Candidate, Case, Deadline, Exclusion, Explanation
from services.contracts.events import CommandAccepted, CommandRejected, CommandRepeated, NoteAdded
from services.contracts.mentions import Author, Urgency
from services.contracts.teams import Leave, Person, ServiceLevel, Shift, TeamConfig
from services.desk.domain.answers import Collector, answer_of
from services.desk.domain.filters import Filter, read_filter, saved_filter
from services.desk.domain.inbox import FILTERS, REMEMBERED, VIEWS, Inbox, rank
from services.desk.domain.reading import headline, segments, why
from services.desk.domain.rota import cover_at, duties
from tests.support.route import uuid

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def a_case(name: str, due: int | None = None, revision: int = 1, **more: Any) -> Case:
    deadline = None
    if due is not None:
        at = NOW + timedelta(minutes=due)
        deadline = Deadline(
            kind="first_response", level="usual", target_minutes=60, started_at=NOW, due_at=at, warn_at=at
        )
    fields: dict[str, Any] = {
        "id": uuid(name), "team": "t", "revision": revision, "source": "square", "kind": "post",
        "conversation": name, "author": Author(id=name), "title": "", "language": "nl", "sentiment": "neutral",
        "sentiment_score": 0, "urgency": Urgency(label="normal", score=0), "intent": "question", "weight": 1,
        "opened_at": NOW, "updated_at": NOW, "created_at": NOW, "deadline": deadline, "mentions": (uuid("m" + name),),
    }  # fmt: skip
    return Case(**(fields | more))


def names(cases: tuple[Case, ...]) -> str:
    return "".join(case.conversation for case in cases)


def test_the_least_slack_comes_first_and_what_is_breached_longest_before_it() -> None:
    inbox = Inbox()
    for name, due in (("c", 5), ("a", -30), ("d", 90), ("b", -1)):
        inbox.put(a_case(name, due))
    assert names(inbox.view("team", "me")) == "abcd"


def test_without_a_promise_who_waits_for_us_comes_first_then_urgency_then_age() -> None:
    inbox = Inbox()
    inbox.put(a_case("e", awaiting_us=False, urgency=Urgency(label="critical", score=1)))
    inbox.put(a_case("d", opened_at=NOW))
    inbox.put(a_case("c", opened_at=NOW - timedelta(hours=1)))
    inbox.put(a_case("b", urgency=Urgency(label="high", score=1)))
    inbox.put(a_case("a", 600))
    assert names(inbox.view("team", "me")) == "abcde"


def test_an_older_revision_changes_nothing_in_whatever_order_they_come() -> None:
    revisions = [a_case("a", revision=number, title=str(number)) for number in (1, 2, 3)]
    for order in permutations(revisions):
        inbox = Inbox()
        for case in order:
            inbox.put(case)
        assert inbox.cases[uuid("a")].title == "3"


def test_what_is_gone_stays_gone_when_an_event_comes_late() -> None:
    inbox = Inbox()
    inbox.put(a_case("a"))
    assert inbox.remove(uuid("a"))
    assert not inbox.put(a_case("a", revision=9))
    assert inbox.counts("me")["team"] == 0


def test_the_memory_of_what_is_gone_is_bounded() -> None:
    inbox = Inbox()
    for number in range(REMEMBERED + 5):
        inbox.remove(str(number))
    assert len(inbox._removed) == REMEMBERED


def test_a_filter_wants_one_value_of_each_field_and_every_word_of_the_author() -> None:
    case = a_case(
        "a", urgency=Urgency(label="high", score=1), topics=("bike", "delay"), author=Author(id="x", name="Jan van Dam")
    )
    for query, wanted in (
        ("", True), ("urgency=high", True), ("urgency=low&urgency=high", True), ("urgency=low", False),
        ("urgency=high&topic=bike", True), ("urgency=high&topic=lost", False), ("owner=-", True), ("tag=-", True),
        ("topic=-", False), ("author=dam+JAN", True), ("author=piet", False), ("owner=-&author=piet", False),
    ):  # fmt: skip
        assert saved_filter(query).matches(case) is wanted, query
    assert saved_filter(saved_filter("topic=b&topic=a&author=x").query()) == saved_filter("author=x&topic=a&topic=b")
    assert read_filter([("urgency", " "), ("view", "team"), ("author", "")]) == Filter()
    assert len(read_filter([("tag", str(number)) for number in range(99)]).chosen) == 20
    two = saved_filter("tag=a&author=x")
    assert (two.without("tag", "a").query(), two.without("author", "x").query()) == ("author=x", "tag=a")


def test_what_can_be_filtered_by_is_what_there_is() -> None:
    inbox = Inbox()
    inbox.put(a_case("a", topics=("bike",), owner="me"))
    inbox.put(a_case("b", tags=("vip",), source="email"))
    assert inbox.choices()["topic"] == ("-", "bike")
    assert inbox.choices()["source"] == ("email", "square")
    inbox.remove(uuid("b"))
    assert (inbox.choices()["source"], inbox.choices()["tag"]) == (("square",), ("-",))


def test_so_many_filters_are_kept_at_a_time() -> None:
    inbox = Inbox()
    inbox.put(a_case("a", tags=("t1",)))
    for number in range(FILTERS + 5):
        assert inbox.count("team", "me", saved_filter(f"tag=t{number}")) == (number == 1)
    assert len(inbox._filtered) == FILTERS


def test_views_and_counts() -> None:
    inbox = Inbox()
    inbox.put(a_case("a", 1, owner="me"))
    inbox.put(a_case("b", 2, owner="you"))
    inbox.put(a_case("c", 3))
    inbox.put(a_case("d", status="closed", owner="me", closed_at=NOW))
    inbox.put(a_case("e", status="closed", closed_at=NOW + timedelta(minutes=1)))
    for name, hours in (("f", 3), ("g", 2)):
        inbox.put(a_case(name, snoozed_until=NOW + timedelta(hours=hours)))
    seen = {view: names(inbox.view(view, "me")) for view in VIEWS}
    assert seen == {
        "mine": "a", "beside": "", "team": "abcfg", "waiting": "c", "approval": "", "snoozed": "gf", "closed": "ed"
    }  # fmt: skip
    assert inbox.counts("me") == {view: len(shown) for view, shown in seen.items()}


def test_pages_cover_everything_once_and_end_where_they_should() -> None:
    inbox = Inbox()
    for number in range(7):
        inbox.put(a_case(str(number), opened_at=NOW + timedelta(minutes=number)))
    found = [names(inbox.page("team", "me", page, 3).cases) for page in (1, 2, 3, 99, -4)]
    assert found == ["012", "345", "6", "6", "012"]
    inbox.put(a_case("x", source="elsewhere", opened_at=NOW + timedelta(minutes=3)))
    assert names(inbox.page("team", "me", 1, 3, chosen=saved_filter("source=elsewhere")).cases) == "x"
    assert names(inbox.page("team", "me", 2, 3, chosen=saved_filter("source=square")).cases) == "345"
    inbox.remove(uuid("x"))
    assert (Inbox().page("team", "me", 1).pages, inbox.page("team", "me", 2, 3).total) == (1, 7)


CHANGES = st.tuples(
    st.sampled_from("abcdef"),
    st.integers(1, 12),
    st.sampled_from(("open", "closed", "gone")),
    st.sampled_from((None, "me", "you")),
    st.sampled_from((None, -5, 10, 90)),
    st.booleans(),
    st.sampled_from(((), ("me",), ("you", "me"))),
)


@given(st.lists(CHANGES, max_size=40))
def test_every_shelf_is_what_looking_through_all_cases_would_give(changes: list[Any]) -> None:
    inbox, kept, gone = Inbox(), dict[str, Case](), set[str]()
    early, late = saved_filter("author=x"), saved_filter("owner=-&owner=you")
    assert inbox.count("team", "me", early) == 0, "from now on it is kept"
    for name, revision, status, owner, due, snoozed, brought in changes:
        if status == "gone":
            inbox.remove(uuid(name))
            kept.pop(name, None)
            gone.add(name)
            continue
        case = a_case(
            name, due, revision, status=status, owner=owner, author=Author(id="xy"[name > "c"]),
            closed_at=NOW + timedelta(minutes=revision) if status == "closed" else None,
            snoozed_until=NOW if snoozed else None, escalated_to=brought,
        )  # fmt: skip
        if inbox.put(case):
            kept[name] = case
        assert name not in gone or name not in kept
    opened = sorted((one for one in kept.values() if one.status == "open"), key=lambda one: (rank(one), one.id))
    assert inbox.view("team", "me") == tuple(opened)
    came = tuple(one for one in opened if "me" in one.escalated_to and one.owner != "me")
    assert inbox.view("beside", "me") == came
    assert inbox.view("mine", "me") == tuple(one for one in opened if one.owner == "me" or one in came)
    assert inbox.view("waiting", "me") == tuple(one for one in opened if not one.owner and not one.snoozed_until)
    closed = {one.id for one in kept.values() if one.status == "closed"}
    assert {one.id for one in inbox.view("closed", "me")} == closed
    assert inbox.counts("me") == {view: len(inbox.view(view, "me")) for view in VIEWS}
    for chosen in (early, late):
        for view in VIEWS:
            wanted = tuple(one for one in inbox.view(view, "me") if chosen.matches(one))
            assert inbox.page(view, "me", 1, chosen=chosen).cases == wanted
            assert inbox.count(view, "me", chosen) == len(wanted)
    for case in kept.values():
        assert inbox.earlier(case) == sum(one.author == case.author for one in kept.values()) - 1


def note(sequence: int, of: int, revision: int) -> NoteAdded:
    case = a_case("a", revision=revision)
    message: Any = {"kind": "note", "id": uuid("n"), "at": NOW, "author": "me", "text": "x"}
    return NoteAdded(id=uuid(f"e{sequence}"), team="t", at=NOW, actor="me", cause=uuid("c"), sequence=sequence, of=of,
                     case=case, note=message)  # fmt: skip


def test_an_answer_is_complete_when_all_its_events_are_there_whatever_the_order() -> None:
    for order in permutations((note(1, 3, 4), note(2, 3, 5), note(3, 3, 6))):
        collector = Collector()
        assert [collector.add(one) is None for one in (order[0], order[0], order[1])] == [True, True, True]
        answer = collector.add(order[2])
        assert answer is not None
        assert [one.sequence for one in answer.events] == [1, 2, 3]
        assert answer.case is not None
        assert answer.case.revision == 6


def test_an_answer_says_when_it_is_a_refusal_and_of_which_case() -> None:
    fields: dict[str, Any] = {"team": "t", "at": NOW, "actor": "me", "cause": uuid("c"), "sequence": 1, "of": 1,
                              "command": "ClaimCase", "case_id": uuid("a")}  # fmt: skip
    refused = CommandRejected(id=uuid("1"), code="case_closed", reason="closed", **fields)
    repeated = CommandRepeated(id=uuid("2"), events=(), rejected="not_the_owner", **fields)
    accepted = CommandAccepted(id=uuid("3"), **fields)
    assert answer_of([refused]).rejection == ("case_closed", "closed")
    assert answer_of([repeated]).rejection == ("not_the_owner", "It was refused before.")
    assert answer_of([accepted]).rejection is None
    assert answer_of([accepted]).case_id == uuid("a")


def a_team(**changes: Any) -> TeamConfig:
    wall = datetime(2026, 3, 23, 9)  # noqa: DTZ001 - a wall-clock time
    fields: dict[str, Any] = {
        "team": "t", "name": "T", "time_zone": "Europe/Amsterdam",
        "people": (Person(id="a", name="A"), Person(id="b", name="B")),
        "shifts": (Shift(id="day", people=("a",), start=wall, minutes=480, rule="FREQ=DAILY"),
                   Shift(id="eve", people=("b",), start=wall + timedelta(hours=8), minutes=300, rule="FREQ=DAILY")),
        "service_levels": (ServiceLevel(id="usual", first_response_minutes=60),),
    }  # fmt: skip
    return TeamConfig(**(fields | changes))


def test_a_shift_keeps_its_hour_when_the_clocks_change() -> None:
    found = duties(a_team(), datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 3, 30, tzinfo=UTC))
    assert [one.start.hour for one in found if one.person == "a"] == [8, 7]


def test_who_is_on_until_when_and_who_comes_next() -> None:
    cover = cover_at(a_team(), datetime(2026, 3, 24, 10, tzinfo=UTC))
    assert (cover.people, cover.next_people) == (("a",), ("b",))
    assert cover.until == cover.next_at == datetime(2026, 3, 24, 16, tzinfo=UTC)


def test_leave_is_taken_out_of_a_duty() -> None:
    away = Leave(
        id="x", person="a", start=datetime(2026, 3, 24, 9, tzinfo=UTC), end=datetime(2026, 3, 24, 11, tzinfo=UTC)
    )
    found = duties(a_team(leave=(away,)), datetime(2026, 3, 24, tzinfo=UTC), datetime(2026, 3, 25, tzinfo=UTC))
    assert [(one.start.hour, one.end.hour) for one in found if one.person == "a"] == [(8, 9), (11, 16)]


def test_a_shift_ends_with_its_last_day() -> None:
    wall = datetime(2026, 3, 23, 9)  # noqa: DTZ001 - a wall-clock time
    shift = Shift(id="d", people=("a",), start=wall, minutes=60, rule="FREQ=DAILY", until=date(2026, 3, 24))
    assert len(duties(a_team(shifts=(shift,)), NOW, NOW + timedelta(days=60))) == 2


def test_evidence_is_marked_whatever_its_case_and_the_pieces_are_the_text() -> None:
    text = "Ze wordt ONWEL in de tunnel (echt!)"
    pieces = segments(text, ["wordt onwel", "onwel", "(echt!)", " "])
    assert "".join(piece.text for piece in pieces) == text
    assert [piece.text for piece in pieces if piece.marked] == ["wordt ONWEL", "(echt!)"]


def test_a_headline_is_the_title_or_the_conversation() -> None:
    assert headline(a_case("a", title="Trein staat stil")) == "Trein staat stil"
    assert headline(a_case("a")) == "a"


def test_an_explanation_names_each_person_once_under_their_first_reason() -> None:
    def one(person: str, *codes: str, load: int = 0) -> Candidate:
        excluded = tuple(Exclusion(code=code) for code in codes)
        return Candidate(person=person, excluded=excluded, load=load, capacity=8)

    explanation = Explanation(
        rule="least_loaded", chosen="y", needs_language="nl", weight=1, at=NOW,
        candidates=(one("y", load=4), one("m", "full", "language"), one("s", "sick"), one("t", load=7)),
    )  # fmt: skip
    parts = why(explanation)
    assert (parts.load, parts.capacity) == (4, 8)
    assert parts.could_not == (("full", ("m",)), ("sick", ("s",)))
    assert parts.busier == ("t",)
