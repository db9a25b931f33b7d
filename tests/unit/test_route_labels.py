"""What a case carries of why it is taken for what it is: bounded reasons, and who corrected which label until when."""

from typing import Any

from services.contracts.base import Model
from services.contracts.cases import EVIDENCE_CHARACTERS, REASONS_PER_LABEL, CaseMessage
from services.contracts.commands import CorrectClassification, MergeCase, UnmergeCase
from services.contracts.ids import mention_id
from services.contracts.mentions import Classification, Reason
from services.route.domain.labels import carried
from tests.support.route import TEAM, Desk, config, mention


def told(desk: Desk, name: str) -> dict[str, str]:
    return {one.field: one.by for one in desk.case(name).corrections}


def correct(desk: Desk, name: str, actor: str = "noor", **fields: Any) -> None:
    author = "reread" if actor.startswith("system:") else "person"
    said = mention_id(TEAM, "square", name)
    desk.do(CorrectClassification, actor, mention=said, author=author, reason="gelezen", **fields)


def read_as(name: str, desk: Desk, reasons: tuple[Reason, ...]) -> Classification:
    return mention(name, desk.now).classification.model_copy(update={"reasons": reasons})


def same_as_read(message: Model) -> bool:
    return type(message).model_validate(message.model_dump()) == message


def test_a_message_carries_the_first_reasons_of_each_label_and_none_of_spam() -> None:
    many = [Reason(label="sentiment", value="negative", code=f"w{number}") for number in range(9)]
    others = [
        Reason(label="spam", value="0.9", code="spam-phrase"),
        Reason(label="topic", value="leak", code="topic-word"),
    ]
    kept = carried([*many, *others])
    assert [one.code for one in kept] == [*(f"w{number}" for number in range(REASONS_PER_LABEL)), "topic-word"]


def test_long_evidence_is_cut_and_its_place_with_it() -> None:
    words = "x" * (EVIDENCE_CHARACTERS + 40)
    placed = Reason(label="urgency", value="safety", code="urgency-signal", evidence=words, start=7, end=7 + len(words))
    elsewhere = Reason(label="urgency", value="safety", code="urgency-signal", evidence=words)
    short, title = carried([placed, elsewhere])
    assert (len(short.evidence), short.start, short.end) == (EVIDENCE_CHARACTERS, 7, 7 + EVIDENCE_CHARACTERS)
    assert (len(title.evidence), title.start, title.end) == (EVIDENCE_CHARACTERS, None, None)
    assert same_as_read(short)


def test_every_mention_of_a_case_brings_its_reasons() -> None:
    desk = Desk(config())
    for number, name in enumerate(("een", "twee")):
        reason = Reason(label="sentiment", value="negative", code="sentiment-word", evidence="bruin", start=14, end=19)
        desk.say(name, conversation="een", classification=read_as(name, desk, (reason,) * (number + 1)))
    messages = desk.case("een").messages
    own = [[reason for reason in one.reasons if reason.label != "needs_person"] for one in messages]
    assert [len(reasons) for reasons in own] == [1, 2]
    assert [one.reasons[-1].code for one in messages] == ["person-question"] * 2
    assert isinstance(messages[1], CaseMessage)
    assert same_as_read(messages[1])


def test_who_corrected_what_is_known_with_the_moment_and_the_latest_counts() -> None:
    desk = Desk(config())
    desk.say("een", urgency="high")
    correct(desk, "een", "system:reread", sentiment="neutral")
    assert told(desk, "een") == {"sentiment": "system:reread"}
    correct(desk, "een", sentiment="positive", topics=("leak",))
    assert told(desk, "een") == {"sentiment": "noor", "topics": "noor"}
    [sentiment, _] = desk.case("een").corrections
    assert (sentiment.at, sentiment.reason) == (desk.now, "gelezen")
    correct(desk, "een", "aisha", topics=())
    assert told(desk, "een") == {"sentiment": "noor", "topics": "aisha"}


def test_what_a_correction_did_not_change_nobody_corrected() -> None:
    desk = Desk(config())
    desk.say("een", urgency="critical")
    desk.say("twee", conversation="een")
    correct(desk, "twee", "system:reread", urgency="low", sentiment="positive")
    assert told(desk, "een") == {"sentiment": "system:reread"}


def test_who_settles_a_label_as_it_was_is_named_too() -> None:
    desk = Desk(config())
    desk.say("een")
    correct(desk, "een", sentiment="negative")
    assert told(desk, "een") == {"sentiment": "noor"}


def test_another_message_tells_the_mood_anew_and_a_more_urgent_one_the_urgency() -> None:
    desk = Desk(config())
    desk.say("een")
    correct(desk, "een", sentiment="positive", urgency="low", topics=("leak",))
    desk.say("twee", conversation="een", urgency="low")
    assert told(desk, "een") == {"urgency": "noor", "topics": "noor"}
    desk.say("drie", conversation="een", urgency="critical")
    assert told(desk, "een") == {"topics": "noor"}


def test_a_merge_with_what_is_more_urgent_is_taken_apart_with_who_said_what_before() -> None:
    desk = Desk(config())
    desk.say("een")
    desk.say("twee", urgency="critical")
    correct(desk, "een", urgency="low")
    one, two = desk.case("een").id, desk.case("twee").id
    desk.do(MergeCase, "noor", case=two, into=one)
    assert told(desk, "een") == {}
    desk.do(UnmergeCase, "jeroen", case=two)
    assert told(desk, "een") == {"urgency": "noor"}
