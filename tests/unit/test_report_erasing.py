"""What is indexed of an author who was erased: documents made after it, whichever record they are made of."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.contracts.codec import decode, encode
from services.contracts.erasure import AuthorErased, Erasures
from services.contracts.mentions import ClassifiedMention
from services.contracts.topics import DESK_EVENTS, MENTIONS_CLASSIFIED
from services.report.domain.documents import Document, documents_of
from services.report.domain.erased import erased_body
from services.report.domain.mappings import CASE, MENTION, MESSAGE
from services.report.erasing import erasing_events
from tests.unit.test_report_samples import NOW, TEAM, case_event, example, mention, received

NOOR = "https://mastodon.example/users/noor"
WORDS = ("Noor", "noor", "Rijtuig", "rijtuig", "onwel", "Verkeersleiding", "113245")
SAID = {"kind": "note", "id": mention(9).id, "at": "2026-11-22T11:00:00Z", "author": "anouk", "text": "Noor belde"}


def erasures(at: datetime = NOW, author: str = NOOR, source: str = "mastodon") -> Erasures:
    known = Erasures()
    event = example("AuthorErased") | {"at": at.isoformat(), "author": author, "source": source}
    known.fold(AuthorErased.model_validate(event))
    return known


def documents(message: Any, known: Erasures, offset: int = 7) -> list[Document]:
    topic = MENTIONS_CLASSIFIED if isinstance(message, ClassifiedMention) else DESK_EVENTS
    return documents_of(received(topic, message, offset, NOW + timedelta(days=1)), known)


def found(document: Document) -> list[str]:
    text = str(document.body)
    return [word for word in WORDS if word in text]


def golden() -> ClassifiedMention:
    return ClassifiedMention.model_validate(example("mention.classified"))


def test_a_mention_of_theirs_keeps_its_figures_and_no_word() -> None:
    [before], [after] = documents(golden(), Erasures()), documents(golden(), erasures())
    assert found(before)
    assert found(after) == []
    assert (after.id, after.version, after.part) == (before.id, before.version, before.part)
    same = ("created_at", "collected_at", "source", "kind", "rating", "monitor", "appended_at", "revision", "id")
    assert {one: after.body[one] for one in same} == {one: before.body[one] for one in same}
    for one in ("sentiment", "language", "topics", "intent", "needs_person"):
        assert after.body["classification"][one] == before.body["classification"][one]
    assert after.body["classification"]["urgency"]["score"] == before.body["classification"]["urgency"]["score"]
    assert after.body["erased_at"] == "2026-11-22T12:00:00Z"


def test_a_later_revision_of_an_old_mention_and_the_same_one_collected_again_are_erased_too() -> None:
    again = golden().model_copy(update={"revision": 5, "collected_at": NOW + timedelta(days=9)})
    assert found(documents(again, erasures())[0]) == []


def test_what_they_write_later_and_what_others_write_is_indexed_as_it_is() -> None:
    later = golden().model_copy(
        update={"created_at": NOW + timedelta(hours=1), "collected_at": NOW + timedelta(hours=1)}
    )
    for message, known in ((later, erasures()), (golden(), erasures(author="x")), (golden(), erasures(source="email"))):
        assert documents(message, known) == documents(message, Erasures())


def test_an_earlier_event_of_their_case_gives_a_case_and_a_note_without_words() -> None:
    event = case_event(1, "NoteAdded", 3, event={"note": SAID, "at": "2026-11-22T11:00:00Z"})
    before, after = documents(event, Erasures()), documents(event, erasures())
    assert [found(one) for one in after] == [[], []]
    assert found(before[0])
    assert found(before[1])
    assert [one.version for one in after] == [3, 3]
    assert after[0].body["author"] == {"id": "", "name": "", "handle": "", "url": "", "followers": None}
    counted = ("owner", "status", "sentiment", "urgency", "opened_at", "reply_count", "in_target")
    assert {one: after[0].body[one] for one in counted} == {one: before[0].body[one] for one in counted}


def test_an_event_after_the_erasure_is_as_route_made_it() -> None:
    event = case_event(1, "NoteAdded", 9, event={"note": SAID, "at": (NOW + timedelta(hours=1)).isoformat()})
    assert documents(event, erasures()) == documents(event, Erasures())


def test_a_reply_is_about_whom_it_answers() -> None:
    """In a case of Noor's that another's was merged into: to the other one, and the other way round."""
    other = example("MergeCase")["case"]
    entry = {
        "case": other, "source": "email", "kind": "email", "conversation": "brief-1", "author": {"id": "jan@x.example"},
        "answer_to": "brief-1", "at": NOW.isoformat(), "by": "anouk", "revision": 2, "mentions": [mention(5).id],
        "brought": 1, "came": [], "urgency": {"label": "low", "score": 0.1}, "awaiting_us": True,
    }  # fmt: skip
    to = {
        "case": other,
        "source": "email",
        "conversation": "brief-1",
        "author": "jan@x.example",
        "answer_to": "brief-1",
    }
    reply = SAID | {"kind": "reply", "text": "Beste Jan", "addressee": to, "state": "approved"}
    said = {"reply": reply, "at": "2026-11-22T11:00:00Z"}
    event = case_event(1, "ReplySubmitted", 3, event=said, merged=[entry], title="")
    assert [one.body["text"] for one in documents(event, erasures())[1:]] == ["Beste Jan"]
    jan = erasures(author="jan@x.example", source="email")
    assert [one.body["text"] for one in documents(event, jan)[1:]] == [""]
    assert documents(event, jan)[0] == documents(event, Erasures())[0], "the case is not his"


def test_what_is_indexed_already_becomes_the_same_as_what_is_read_after_the_erasure() -> None:
    """So that a rebuild gives what was there."""
    event = case_event(1, "NoteAdded", 3, event={"note": SAID, "at": "2026-11-22T11:00:00Z"})
    for message in (golden(), event):
        for before, after in zip(documents(message, Erasures()), documents(message, erasures()), strict=True):
            assert erased_body(before.family, before.body, NOW) == after.body


def test_a_document_with_fields_of_a_later_version_is_erased_all_the_same() -> None:
    body = dict(documents(golden(), Erasures())[0].body)
    body["author"] = body["author"] | {"pronouns": "zij"}
    assert "zij" not in str(erased_body("mentions", body, NOW))


def test_only_erasures_of_authors_and_of_their_own_cases_change_what_is_indexed() -> None:
    erased = decode(DESK_EVENTS, encode(case_event(1, "CaseErased", 9)))
    others = case_event(2, "CaseErased", 9, erased_at=None)
    author = AuthorErased.model_validate(example("AuthorErased"))
    assert erasing_events([golden(), others, erased, author]) == [erased, author]


def test_each_erased_document_says_so_in_a_field_that_can_be_searched() -> None:
    assert all(one["properties"]["erased_at"] == {"type": "date"} for one in (MENTION, CASE, MESSAGE))


def test_an_erasure_counts_from_the_latest_time_it_was_said() -> None:
    known = erasures()
    assert known.of(TEAM, "mastodon", NOOR, NOW) == NOW
    assert known.of(TEAM, "mastodon", NOOR, NOW + timedelta(microseconds=1)) is None
    assert known.of("elders", "mastodon", NOOR, NOW) is None
    later = AuthorErased.model_validate(example("AuthorErased") | {"at": "2026-12-01T00:00:00Z", "author": NOOR})
    for one in (later, AuthorErased.model_validate(example("AuthorErased"))):
        known.fold(one)
    assert known.of(TEAM, "mastodon", NOOR, NOW + timedelta(days=1)) == datetime(2026, 12, 1, tzinfo=UTC)
