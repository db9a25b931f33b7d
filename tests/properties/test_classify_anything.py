"""The reader on any text: it never fails, its answer is bounded and says true things, and tone does not change urgency."""

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.classify.domain.reader import Reader
from services.classify.domain.text import READ_CHARACTERS
from services.contracts.codec import encode
from services.contracts.mentions import Classification
from tests.support.fast_reader import fast_reader

READER: Reader = fast_reader()

SENTENCES = (
    "Ik ruik gas in de hal",
    "er komt rook uit de oplader",
    "Mijn moeder van 84 zit al twee dagen zonder verwarming",
    "Waar blijft mijn pakket?",
    "De factuur van maart klopt niet",
    "Ik vind het nieuwe logo maar niks",
    "Storing is inmiddels verholpen",
    "Er is geen gaslucht, hoe vaak moet de ketel onderhoud?",
    "Wat moet ik doen als er brand uitbreekt?",
    "smell of gas in our kitchen",
    "someone is transferring money out of my account",
    "My flight leaves in two hours and check-in does not work, what can I do",
    "When does the shop open on Sunday?",
    "Website keeps logging me out",
    "Your playlist is on fire today",
    "All sorted now",
    "saw your mascot at the parade",
    "Great service at the counter",
)
BEFORE = st.sampled_from(
    ["", "Hallo, ", "Beste team, ", "Hi, ", "Sorry to bother you, ", "wtf ", "omg ", "😡😡 ", "😂 "]
)
AFTER = st.sampled_from(
    ["", "!!!", " !!", " 😡", " 😂😂", " please", " aub", " alstublieft", " thanks in advance", " ffs"]
)
TEXTS = st.one_of(
    st.text(max_size=400),
    st.text(alphabet=st.characters(codec=None), max_size=200),
    st.lists(st.sampled_from(" ".join(SENTENCES).split()), max_size=60).map(" ".join),
)


def spans_are_true(found: Classification, text: str) -> None:
    for reason in found.reasons:
        assert (reason.start is None) == (reason.end is None)
        if reason.start is not None and reason.end is not None:
            assert 0 <= reason.start < reason.end <= len(text)
            assert text[reason.start : reason.end].encode("utf-8", "replace").decode() == reason.evidence


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    text=TEXTS,
    title=st.one_of(st.just(""), st.text(max_size=80)),
    hint=st.one_of(st.none(), st.sampled_from(["nl", "en-GB", "xx", "", "zz-ZZ", "\x00"])),
    rating=st.one_of(st.none(), st.floats(min_value=0, max_value=5)),
)
def test_any_text_gets_a_bounded_answer_whose_evidence_is_in_the_text(
    text: str, title: str, hint: str | None, rating: float | None
) -> None:
    found = READER.classify(text, title=title, language_hint=hint, rating=rating)
    assert Classification.model_validate(found.model_dump()) == found
    spans_are_true(found, text)
    assert len(found.reasons) <= 30
    assert len(encode(found)) < 20_000
    assert found == READER.classify(text, title=title, language_hint=hint, rating=rating)
    if found.urgency.label in ("high", "critical"):
        assert found.needs_person


@settings(max_examples=150, deadline=None)
@given(sentence=st.sampled_from(SENTENCES), before=BEFORE, after=AFTER, shout=st.booleans())
def test_tone_never_changes_urgency(sentence: str, before: str, after: str, shout: bool) -> None:
    plain = READER.classify(sentence).urgency
    toned = READER.classify(before + (sentence.upper() if shout else sentence) + after).urgency
    assert (toned.label, toned.score) == (plain.label, plain.score)
    assert [one.name for one in toned.signals] == [one.name for one in plain.signals]


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_exclamation_marks_never_change_the_urgency_of_any_text(text: str) -> None:
    assert READER.classify(text + "!!!").urgency == READER.classify(text).urgency


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=8))
def test_a_batch_is_its_texts_one_by_one(sentences: list[str]) -> None:
    from services.classify.domain.reader import Text

    assert READER.classify_batch(Text(one) for one in sentences) == [READER.classify(one) for one in sentences]


HOSTILE = {
    "one long word": "a" * 100_000,
    "many short words": "gas " * 25_000,
    "apostrophes": "a'" * 50_000,
    "digits and dots": "1." * 50_000,
    "handles": "@" * 100_000,
    "links": "http://" * 15_000,
    "buts": "but a " * 17_000,
    "question marks": "?" * 100_000,
    "emoji": "😡" * 100_000,
    "hash marks": "#" * 100_000,
    "combining marks": "e\u0301\u0301\u0301" * 25_000,
    "right to left": "\u202e\u0627\u0644" * 33_000,
    "nearly phrases": "ruik ik ik ik ik een " * 5_000,
    "new lines": "\n" * 100_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_is_read_in_bounded_time(name: str) -> None:
    text = HOSTILE[name]
    begin = time.process_time()
    found = READER.classify(text)
    assert time.process_time() - begin < 2.0
    spans_are_true(found, text[:READ_CHARACTERS])
