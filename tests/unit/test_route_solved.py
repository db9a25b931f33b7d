"""A case whose author writes that it is solved falls back to what is still open in it, and never further."""

from typing import Any

import pytest

from services.contracts.commands import CorrectClassification, MergeCase, ReportDelivery, SubmitReply
from services.contracts.events import CaseReclassified
from services.contracts.ids import mention_id
from services.contracts.mentions import Author, MentionKind, Reason, Urgency, UrgencyLabel, UrgencySignal
from services.route.domain.drafts import changed
from services.route.domain.solved import STANDING
from tests.support.fast_reader import fast_reader
from tests.support.route import TEAM, Desk, config, mention

KLANT, BUUR = Author(id="klant", name="Klant"), Author(id="buur", name="Buur")
RESOLVED = UrgencySignal(name="resolved", evidence="opgelost", weight=0.15)


@pytest.fixture
def desk() -> Desk:
    made = Desk(config())
    made.say("eerst", urgency="critical", author=KLANT)
    return made


def says(desk: Desk, name: str, urgency: UrgencyLabel = "low", author: Author = KLANT, **more: Any) -> list[Any]:
    """A later message in the thread of `eerst`."""
    return desk.say(name, conversation="eerst", urgency=urgency, author=author, **more)


def solved(
    desk: Desk,
    name: str = "opgelost",
    author: Author = KLANT,
    signals: tuple[UrgencySignal, ...] = (RESOLVED,),
    **more: Any,
) -> list[Any]:
    """A message that says that it is over; `signals` are those that the reader found."""
    read = mention(name, desk.now, needs_person=False).classification
    urgency = Urgency(label=more.pop("urgency", "low"), score=0.15, signals=signals)
    told = read.model_copy(update={"urgency": urgency} | more)
    return says(desk, name, author=author, classification=told)


def label(desk: Desk) -> str:
    return desk.case("eerst").urgency.label


def types(events: list[Any]) -> list[str]:
    return [one.type for one in events]


def answer(desk: Desk, outcome: str = "") -> None:
    desk.do(SubmitReply, "noor", case=desk.case("eerst").id, text="We komen eraan.")
    if outcome:
        reply = desk.case("eerst").messages[-1].id
        desk.do(ReportDelivery, "system:ingest", case=desk.case("eerst").id, reply=reply, outcome=outcome)


def test_who_writes_that_it_is_solved_makes_the_case_less_urgent_and_its_history_says_why(desk: Desk) -> None:
    before = desk.case("eerst")
    events = solved(desk)
    assert types(events)[:2] == ["MentionJoined", "CaseReclassified"]
    [event] = [one for one in events if isinstance(one, CaseReclassified)]
    after = desk.case("eerst")
    assert (event.mention, event.fields) == (mention_id(TEAM, "square", "opgelost"), ("urgency",))
    assert (after.urgency.label, after.urgency.signals) == ("low", (RESOLVED,))
    line = next(one for one in after.history if one.type == "CaseReclassified")
    assert (line.actor, line.detail) == ("system:route", "solved")
    assert after.weight < before.weight
    assert after.deadline is not None
    assert before.deadline is not None
    assert after.deadline.due_at > before.deadline.due_at
    assert after.status == "open", "whether it can be closed is for a person"


def test_the_same_after_we_answered(desk: Desk) -> None:
    answer(desk)
    solved(desk)
    assert label(desk) == "low"
    assert not desk.case("eerst").awaiting_us


def test_mere_thanks_lower_nothing_and_raise_nothing(desk: Desk) -> None:
    answer(desk)
    assert "CaseReclassified" not in types(solved(desk, "dank", signals=()))
    told = RESOLVED.model_copy(update={"told_by": "model"})
    assert "CaseReclassified" not in types(solved(desk, "vermoed", signals=(told,))), "the rules must have read it"
    assert (label(desk), desk.case("eerst").awaiting_us) == ("critical", False)


def test_a_message_that_asks_for_something_lowers_nothing(desk: Desk) -> None:
    solved(desk, intent="question", needs_person=True)
    assert label(desk) == "critical"


@pytest.mark.parametrize("level", ["normal", "high", "critical"])
def test_never_below_what_another_wrote_and_nobody_answered(desk: Desk, level: UrgencyLabel) -> None:
    says(desk, "ook", level, BUUR)
    solved(desk)
    assert label(desk) == level
    answer(desk)
    solved(desk, "nogmaals")
    assert label(desk) == "low", "all is answered"


def test_the_case_is_then_urgent_for_what_the_other_wrote(desk: Desk) -> None:
    reason = Reason(label="urgency", value="stranded", code="urgency-signal", evidence="zit vast")
    read = mention("ook", desk.now, urgency="high").classification.model_copy(update={"reasons": (reason,)})
    says(desk, "ook", author=BUUR, classification=read)
    says(desk, "vraagje", "normal", BUUR)
    solved(desk)
    assert [(one.name, one.evidence) for one in desk.case("eerst").urgency.signals] == [("stranded", "zit vast")]


@pytest.mark.parametrize("outcome", ["delivered", "failed"])
def test_only_a_reply_that_left_answers_what_another_wrote(desk: Desk, outcome: str) -> None:
    says(desk, "ook", "high", BUUR)
    answer(desk, outcome)
    solved(desk)
    assert label(desk) == ("low" if outcome == "delivered" else "high")


def test_another_cannot_say_that_it_is_solved(desk: Desk) -> None:
    answer(desk)
    solved(desk, author=BUUR)
    assert label(desk) == "critical"
    says(desk, "ook", "normal", BUUR)
    solved(desk, "weer", author=BUUR)
    assert label(desk) == "critical", "they wrote something, but not what made it urgent"


def test_a_later_urgent_message_raises_it_again(desk: Desk) -> None:
    solved(desk)
    says(desk, "toch", "critical")
    assert label(desk) == "critical"


def test_what_a_person_said_of_the_case_stands(desk: Desk) -> None:
    said = mention_id(TEAM, "square", "eerst")
    desk.do(CorrectClassification, "noor", mention=said, author="person", urgency="critical")
    solved(desk)
    assert label(desk) == "critical"


@pytest.mark.parametrize("signal", sorted(STANDING))
def test_nobody_is_rid_of_some_things_by_a_message(signal: str) -> None:
    desk = Desk(config())
    reason = Reason(label="urgency", value=signal, code="urgency-signal", evidence="woorden")
    read = mention("eerst", desk.now, urgency="critical").classification.model_copy(update={"reasons": (reason,)})
    desk.say("eerst", author=KLANT, classification=read)
    solved(desk)
    assert label(desk) == "critical"


def test_what_the_second_reader_makes_of_anothers_message_counts(desk: Desk) -> None:
    says(desk, "ook", "normal", BUUR)
    other = mention_id(TEAM, "square", "ook")
    desk.do(CorrectClassification, "system:reread", mention=other, author="reread", model="m", urgency="critical")
    solved(desk)
    assert label(desk) == "critical"


def test_a_model_makes_nothing_less_of_one_of_several(desk: Desk) -> None:
    says(desk, "ook", "high", BUUR)
    other = mention_id(TEAM, "square", "ook")
    events = desk.do(CorrectClassification, "system:reread", mention=other, author="reread", model="m", urgency="low")
    assert "CaseReclassified" not in types(events)
    solved(desk)
    assert label(desk) == "high"


def test_what_came_before_this_was_kept_counts_as_open(desk: Desk) -> None:
    says(desk, "ook", "normal", BUUR)
    case = desk.case("eerst")
    old = tuple(one.model_copy(update={"urgency": None}) if one.author_id == "buur" else one for one in case.messages)
    desk.state.put(changed(case, messages=old))
    solved(desk)
    assert label(desk) == "critical"


def test_what_the_case_no_longer_carries_counts_as_open(desk: Desk) -> None:
    says(desk, "ook", "critical", BUUR)
    says(desk, "weer", "critical")
    case = desk.case("eerst")
    desk.state.put(changed(case, messages=case.messages[-1:]))
    solved(desk)
    assert label(desk) == "critical"
    answer(desk)
    solved(desk, "nogmaals")
    assert label(desk) == "low", "we have answered since"


def test_a_reply_to_one_conversation_does_not_answer_the_other_of_a_merged_case(desk: Desk) -> None:
    desk.say("ander", urgency="high", author=BUUR)
    desk.do(MergeCase, "noor", case=desk.case("ander").id, into=desk.case("eerst").id, other_author=True)
    answer(desk)
    solved(desk)
    assert label(desk) == "high"


@pytest.mark.parametrize(
    ("text", "lowers"),
    [
        ("Het is inmiddels opgelost, dank jullie wel!", True),
        ("The gas leak was fixed within the hour, thank you", True),
        ("Dank jullie wel, top geholpen!", False),
        ("Het is nog steeds niet opgelost", False),
        ("Wanneer is het opgelost?", False),
    ],
)
@pytest.mark.parametrize("kind", ["post", "direct_message"])
def test_what_the_reader_makes_of_real_words(desk: Desk, text: str, lowers: bool, kind: MentionKind) -> None:
    read = fast_reader().classify(text, kind=kind)
    says(desk, "later", classification=read, text=text, kind=kind)
    assert (label(desk) != "critical") is lowers
