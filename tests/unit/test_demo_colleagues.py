"""The demo's colleagues: what they answer, what they leave alone, and what they say."""

from datetime import timedelta

import pytest

from deploy.demo.colleagues import CLOSED, Colleague, Step, chance, read_replies, step_for
from deploy.demo.examples import read_examples
from services.contracts.cases import Case
from services.contracts.commands import CloseCase, SubmitReply
from services.contracts.teams import ApprovalRule
from services.runtime.clock import system_clock
from tests.browser.desk_backend import SPOOR, TestDesk, team_config
from tests.unit.conftest import OpenDesk

REPLIES = {"hs01": "Die mag mee.", "hs02": "Dank je!"}
PEOPLE = (Colleague("marit", frozenset({"nl", "en"})), Colleague("tom", frozenset({"nl"})))


@pytest.fixture
def desk(open_desk: OpenDesk) -> TestDesk:
    made = open_desk()
    now = system_clock()
    made.backend.configure(team_config(now=now), now - timedelta(minutes=10))
    return made


def history(desk: TestDesk, key: str = "hs01", hours: float = 30, source: str = "square", language: str = "nl") -> Case:
    """A case about a post of the history."""
    written = system_clock() - timedelta(hours=hours)
    mention = desk.backend.mention("Mag mijn vouwfiets mee?", written, name=key, source=source, language=language)
    return given(desk, mention)


def given(desk: TestDesk, case: str) -> Case:
    found = desk.model.case(case)
    assert found
    return found


def step(case: Case) -> Step | None:
    return step_for(case, REPLIES, PEOPLE, system_clock())


def free(case: Case) -> Case:
    """The same case with Marit, whoever got it."""
    return case.model_copy(update={"owner": "marit"})


def test_an_old_post_is_answered_by_its_owner_with_what_was_written_for_it(desk: TestDesk) -> None:
    case = free(history(desk))
    found = step(case)
    assert found
    assert found.person == "marit"
    assert found.body["type"] == "SubmitReply"
    assert found.body["text"] == REPLIES["hs01"]
    assert found == step(case), "asked again it is the same command"


def test_what_is_nobodys_is_answered_by_somebody_who_speaks_the_language(desk: TestDesk) -> None:
    nobodys = history(desk, language="en").model_copy(update={"owner": None})
    found = step(nobodys)
    assert found
    assert found.person == "marit"


@pytest.mark.parametrize(
    "change", [{"owner": "youssef"}, {"owner": "noor"}, {"source": "mastodon"}, {"status": "closed"}, {"reopened": 1}]
)
def test_what_is_somebody_elses_is_left_alone(desk: TestDesk, change: dict[str, object]) -> None:
    assert step(free(history(desk)).model_copy(update=change)) is None


def test_the_live_stream_and_visitors_are_left_alone(desk: TestDesk) -> None:
    assert step(free(history(desk, "hs01", hours=0.5))) is None
    assert step(free(history(desk, "a-visitors-post"))) is None


def test_a_thread_that_goes_on_is_left_alone(desk: TestDesk) -> None:
    case = history(desk)
    more = desk.backend.mention("En in de bus?", system_clock(), name="v1", conversation="hs01", source="square")
    assert more == case.id
    assert step(free(given(desk, case.id))) is None


def test_about_half_of_what_was_answered_is_closed_and_nothing_is_answered_twice(desk: TestDesk) -> None:
    assert 0.35 < sum(chance(f"{key} closed") < CLOSED for key in read_replies()) / len(read_replies()) < 0.65
    for key in REPLIES:
        case = history(desk, key)
        desk.backend.do(SubmitReply, SPOOR, "marit", case=case.id, text=REPLIES[key])
        found = step(given(desk, case.id))
        assert (found.body["type"] if found else "") == ("CloseCase" if chance(f"{key} closed") < CLOSED else "")
        desk.backend.do(CloseCase, SPOOR, "marit", case=case.id)
        assert step(given(desk, case.id)) is None


def test_what_somebody_else_answered_is_not_closed(desk: TestDesk) -> None:
    for key in REPLIES:
        case = history(desk, key)
        desk.backend.do(SubmitReply, SPOOR, "marit", case=case.id, text="Iets anders.")
        assert step(given(desk, case.id)) is None


def test_the_answers_are_about_the_history_and_each_is_its_own() -> None:
    replies = read_replies()
    firsts = {one.key for one in read_examples() if one.scene == "history" and one.in_reply_to is None}
    assert len(replies) >= 40
    assert replies.keys() <= firsts
    assert len(set(replies.values())) == len(replies)
    assert max(map(len, replies.values())) <= 500, "as long as networks take"


def test_dutch_answers_say_je() -> None:
    languages = {one.key: one.language for one in read_examples()}
    dutch = " ".join(text for key, text in read_replies().items() if languages[key] == "nl").split()
    assert not {"u", "uw", "U", "Uw"} & {word.strip(",.?!:") for word in dutch}


def test_what_needs_approval_is_approved_by_a_colleague_who_did_not_write_it(desk: TestDesk) -> None:
    config = team_config(approval_rules=(ApprovalRule(id="alles", channels=("post",)),))
    desk.backend.configure(config)
    case = free(history(desk))
    desk.backend.do(SubmitReply, SPOOR, "marit", case=case.id, text=REPLIES["hs01"])
    waiting = given(desk, case.id)
    assert step(waiting) is None, "nobody of them may approve"
    able = [Colleague("marit", frozenset({"nl"}), True), Colleague("sanne", frozenset({"nl"}), True)]
    found = step_for(waiting, REPLIES, able, system_clock())
    assert found is not None
    assert (found.person, found.body["type"], found.body["reply"]) == (
        "sanne",
        "ApproveReply",
        waiting.pending[0].reply,
    )
    assert found.body["reply_version"] == "1"
