"""Corrections: the next revision of a mention, a person's word before a model's, nothing twice; and what people keep."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.classify.domain.corrections import BY_MODEL, corrected
from services.classify.domain.places import Places
from services.classify.domain.precision import Verdict, of_closed, of_correction
from services.classify.reread.worker import Corrections, wants
from services.contracts.case_rules import CaseRule
from services.contracts.codec import decode, encode
from services.contracts.erasure import ErasedAuthor, Erasures
from services.contracts.events import CaseClosed, ClassificationCorrected, NoteAdded
from services.contracts.ids import erasure_id
from services.contracts.mentions import CORRECTIONS_KEPT, ClassifiedMention
from services.contracts.needs import Terms
from services.contracts.topics import DESK_EVENTS, MENTIONS_CLASSIFIED
from services.runtime.messages import NEEDS_PERSON, Outgoing, Received
from tests.support.archived import Archived
from tests.support.route import uuid

AT = datetime(2026, 10, 5, 8, 0, tzinfo=UTC)
EXAMPLES = Path(__file__).parents[2] / "services/contracts/examples"


def mention(**changes: Any) -> ClassifiedMention:
    """The example as it was first read: negative, critical, a person needed."""
    read = json.loads((EXAMPLES / "mention.classified.v1.json").read_text(encoding="utf-8"))
    classification = read["classification"] | changes
    return ClassifiedMention.model_validate(read | {"revision": 1, "corrections": [], "classification": classification})


def event(name: str = "1", author: str = "person", **said: Any) -> ClassificationCorrected:
    whole = json.loads((EXAMPLES / "ClassificationCorrected.v1.json").read_text(encoding="utf-8"))
    blank = dict.fromkeys(("sentiment", "urgency", "topics", "language", "needs_person"))
    fields = [one for one in blank if one in said]
    return ClassificationCorrected.model_validate(
        whole | blank | said | {"id": uuid(name), "author": author, "corrected": fields}
    )


def received(message: Any, partition: int = 3) -> Received[Any]:
    return Received(DESK_EVENTS, partition, 0, AT, message.team, message, {"traceparent": "00-a-b-01"})


# -- one mention -------------------------------------------------------------------------------------------------------


def test_a_correction_is_the_next_revision_with_who_said_so_and_what_it_was() -> None:
    after = corrected(mention(), event(sentiment="positive", urgency="low", reason="een grap"))
    assert after is not None
    assert decode(MENTIONS_CLASSIFIED, encode(after)) == after
    read = after.classification
    assert (after.revision, read.sentiment.label, read.urgency.label) == (2, "positive", "low")
    assert (read.sentiment.score, read.sentiment.confidence, read.urgency.score) == (0.6, 1.0, 0.12)
    assert [(one.name, one.evidence, one.told_by) for one in read.urgency.signals] == [
        ("corrected", "een grap", "person")
    ]
    [note] = after.corrections
    assert (note.event, note.sentiment_was, note.urgency_was, note.topics_was) == (
        uuid("1"),
        "negative",
        "critical",
        None,
    )
    reasons = {one.label: one for one in read.reasons}
    assert (reasons["sentiment"].code, reasons["urgency"].value) == ("corrected-person", "low")
    assert reasons["topic"].code == "lexicon", "what was not corrected keeps its reasons"


def test_what_is_not_corrected_stays_as_it_was() -> None:
    before = mention()
    after = corrected(before, event(topics=("delay", "refund"), language="en", needs_person=False))
    assert after is not None
    read = after.classification
    assert (read.topics, read.language.code, read.needs_person) == (("delay", "refund"), "en", False)
    assert (read.sentiment, read.urgency) == (before.classification.sentiment, before.classification.urgency)
    assert after.model_copy(update={"classification": None, "corrections": (), "revision": 1}) == before.model_copy(
        update={"classification": None}
    )
    assert [one.value for one in read.reasons if one.label == "topic"] == ["delay, refund"]


def test_the_same_event_changes_nothing_the_second_time() -> None:
    after = corrected(mention(), event(sentiment="positive"))
    assert after is not None
    later = corrected(after, event("2", sentiment="neutral"))
    assert later is not None
    assert corrected(later, event(sentiment="positive")) is None
    assert later.revision == 3


def test_a_model_changes_nothing_that_a_person_has_said() -> None:
    after = corrected(mention(), event(sentiment="positive"))
    assert after is not None
    assert corrected(after, event("2", "reread", sentiment="negative")) is None
    both = corrected(after, event("3", "reread", sentiment="negative", urgency="high"))
    assert both is not None
    assert (both.classification.sentiment.label, both.classification.urgency.label) == ("positive", "high")
    assert both.corrections[-1].corrected == ("urgency",)
    assert both.classification.urgency.confidence == BY_MODEL


def test_a_person_may_change_what_a_model_or_a_person_said() -> None:
    after = corrected(mention(), event("1", "reread", urgency="high"))
    assert after is not None
    again = corrected(after, event("2", urgency="normal"))
    assert again is not None
    assert again.classification.urgency.label == "normal"


def test_a_model_that_says_what_is_so_already_changes_nothing() -> None:
    assert corrected(mention(), event("1", "reread", sentiment="negative")) is None
    assert corrected(mention(), event("1", "person", sentiment="negative")) is not None, "a person's word is on record"


def test_what_is_urgent_after_all_needs_a_person_unless_a_person_says_not() -> None:
    calm = mention(needs_person=False)
    urgent, handled = corrected(calm, event(urgency="high")), corrected(calm, event(urgency="high", needs_person=False))
    assert urgent is not None
    assert handled is not None
    assert (urgent.classification.needs_person, handled.classification.needs_person) == (True, False)


def test_whether_what_is_urgent_after_all_needs_a_person_is_for_the_rules_of_its_team() -> None:
    calm = mention(needs_person=False)
    exercise = CaseRule(id="exercise", then="no_case", sources=(calm.source,), urgency=("high", "critical"))
    for author in ("person", "reread"):
        urgent = corrected(calm, event("1", author, urgency="high"), Terms([exercise]))
        assert urgent is not None
        assert (urgent.classification.urgency.label, urgent.classification.needs_person) == ("high", False)


def test_no_model_calls_a_person_to_what_a_person_said_nobody_need_see() -> None:
    handled = corrected(mention(urgency={"label": "low", "score": 0.1}), event(needs_person=False))
    assert handled is not None
    later = corrected(handled, event("2", "reread", urgency="critical"))
    assert later is not None
    assert (later.classification.urgency.label, later.classification.needs_person) == ("critical", False)
    again = corrected(later, event("3", urgency="high"))
    assert again is not None
    assert again.classification.needs_person, "a person may say so"


def test_a_mention_carries_its_latest_corrections() -> None:
    now = mention()
    for number in range(CORRECTIONS_KEPT + 5):
        now = corrected(now, event(str(number), sentiment=("positive", "negative")[number % 2])) or now
    assert len(now.corrections) == CORRECTIONS_KEPT
    assert now.revision == CORRECTIONS_KEPT + 6
    decode(MENTIONS_CLASSIFIED, encode(now))


# -- the worker --------------------------------------------------------------------------------------------------------


def work(worker: Corrections, *events: Any) -> list[Outgoing]:
    return list(worker([received(one) for one in events], AT))


def test_a_corrected_mention_goes_to_the_partition_of_its_event_with_its_trace() -> None:
    archive = Archived(mention())
    [sent] = work(Corrections(archive, Erasures()), event(sentiment="positive"))
    assert (sent.topic, sent.partition, sent.key) == (MENTIONS_CLASSIFIED, 3, "spoorlijn")
    assert sent.headers == {"traceparent": "00-a-b-01", NEEDS_PERSON: "1"}
    assert archive.advanced == [{3}]


def test_route_looks_at_whatever_is_corrected_as_a_rule_of_the_team_may_hold_now() -> None:
    calm = mention(needs_person=False, urgency={"label": "low", "score": 0.1})
    [sent] = work(Corrections(Archived(calm), Erasures()), event(sentiment="positive"))
    assert sent.headers[NEEDS_PERSON] == "1"


def test_corrections_of_one_mention_in_one_batch_and_in_the_next_build_on_each_other() -> None:
    archive = Archived(mention())
    worker = Corrections(archive, Erasures())
    output = work(worker, event("1", sentiment="positive"), event("1", sentiment="positive"), event("2", urgency="low"))
    archive.commit(output)
    output += work(worker, event("3", topics=("refund",)), event("2", urgency="low"))
    revisions = [(one.message.revision, len(one.message.corrections)) for one in output]  # type: ignore[union-attr]  # mentions
    assert revisions == [(2, 1), (3, 2), (4, 3)]


def test_after_a_batch_that_failed_its_events_one_by_one_lose_nothing() -> None:
    archive = Archived(mention())
    worker = Corrections(archive, Erasures())
    other = event("x", urgency="low").model_copy(update={"mention": uuid("elsewhere")})
    archive.records.append(mention().model_copy(update={"id": uuid("elsewhere")}))
    archive.unreadable = {1}
    with pytest.raises(ValueError, match="unreadable"):
        work(worker, event("1", sentiment="positive"), other)
    one = work(worker, event("1", sentiment="positive"))
    two = work(worker, event("2", urgency="low"))
    revisions = [sent.message.revision for sent in one + two]  # type: ignore[union-attr]  # mentions
    assert revisions == [2, 3], "the second builds on the first, which is not committed yet"


def test_a_mention_that_its_source_gave_again_is_corrected_as_it_is_now() -> None:
    archive = Archived(mention())
    worker = Corrections(archive, Erasures())
    archive.commit(work(worker, event("1", sentiment="positive")))
    archive.records.append(mention().model_copy(update={"text": "Anders"}))
    [sent] = work(worker, event("2", urgency="low"))
    assert isinstance(sent.message, ClassifiedMention)
    assert (sent.message.text, sent.message.revision) == ("Anders", 2)


def test_a_correction_of_an_erased_mention_brings_no_word_of_it_back() -> None:
    archive, known = Archived(mention()), Erasures()
    worker = Corrections(archive, known)
    archive.commit(work(worker, event("1", sentiment="positive")))
    author = mention().author.id
    known.fold(ErasedAuthor(team="spoorlijn", erasure=erasure_id("spoorlijn", "mastodon", author), at=AT))
    for number in ("2", "3"):
        [sent] = work(worker, event(number, urgency="critical", sentiment=("negative", "positive")[number == "3"]))
        archive.commit([sent])
        assert isinstance(sent.message, ClassifiedMention)
        assert (sent.message.text, sent.message.author.name, sent.message.erased_at) == ("", "", AT)
        assert (sent.message.revision, sent.headers[NEEDS_PERSON]) == (int(number) + 1, "0")


def test_a_mention_that_is_not_found_is_passed_over() -> None:
    assert work(Corrections(Archived(), Erasures()), event(sentiment="positive")) == []


def test_only_corrections_and_closed_cases_are_decoded() -> None:
    kinds = ("ClassificationCorrected", "CaseClosed", "NoteAdded")
    assert [wants(DESK_EVENTS, {"ce_type": f"webcare.{one}.v1"}) for one in kinds] == [True, True, False]
    assert wants(DESK_EVENTS, {})
    assert {f"webcare.{one.__name__}.v1" for one in (ClassificationCorrected, CaseClosed, NoteAdded)} == {
        f"webcare.{one}.v1" for one in kinds
    }


# -- where mentions stand ----------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 40), max_size=200))
def test_the_latest_place_of_each_is_found_whatever_has_been_merged(numbers: list[int]) -> None:
    places, wanted = Places(1_000), {}
    for offset, number in enumerate(numbers):
        places.put(uuid(str(number)), offset)
        wanted[number] = offset
        if offset % 7 == 0:
            places._merge()
    assert {number: places.find(uuid(str(number))) for number in wanted} == wanted
    assert places.find(uuid("nothing")) is None
    assert len(places) >= len(wanted)


def test_the_first_are_forgotten_when_there_are_too_many() -> None:
    places = Places(100)
    for offset in range(250):
        places.put(uuid(str(offset)), offset)
    places._merge()
    assert len(places) == 100
    assert places.find(uuid("149")) is None
    assert places.find(uuid("150")) == 150


# -- what people make of it --------------------------------------------------------------------------------------------


def test_a_persons_correction_says_which_label_was_wrong_and_which_was_right() -> None:
    said = set(of_correction(mention(), event(sentiment="negative", urgency="low", topics=("delay", "refund"))))
    assert said == {
        Verdict("spoorlijn", "sentiment", "negative", "kept"),
        Verdict("spoorlijn", "urgency", "critical", "corrected"),
        Verdict("spoorlijn", "topics", "delay", "kept"),
        Verdict("spoorlijn", "topics", "information", "corrected"),
        Verdict("spoorlijn", "topics", "safety", "corrected"),
    }
    assert list(of_correction(mention(), event(author="reread", sentiment="positive"))) == []


def closed(**changes: Any) -> CaseClosed:
    whole = json.loads((EXAMPLES / "CaseClosed.v1.json").read_text(encoding="utf-8"))
    actor = changes.pop("actor", whole["actor"])
    return CaseClosed.model_validate(whole | {"actor": actor, "case": whole["case"] | changes})


def test_a_case_that_a_person_closes_keeps_what_nobody_has_corrected() -> None:
    said = {
        (one.field, one.outcome) for one in of_closed(closed(corrected=["sentiment"], reopened=0, topics=["delay"]))
    }
    assert said == {("language", "kept"), ("urgency", "kept"), ("topics", "kept")}
    assert list(of_closed(closed(actor="system:route", reopened=0))) == []
    assert list(of_closed(closed(reopened=1))) == [], "counted when it was closed first"
