"""What a mention as given becomes, and how what is wrong is said."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.contracts.codec import decode, encode
from services.contracts.ids import mention_id
from services.contracts.topics import MENTIONS_RAW
from services.ingest.domain.given import NotAMentionError
from services.ingest.domain.normalise import Defaults, normalise

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
STRICT = Defaults(NOW, "api", "care")
FILE = Defaults(NOW, "import", "care", lenient=True, created_at=NOW)
SECRET = "hunter2 lives at Dam 1"


def given(**more: Any) -> dict[str, Any]:
    fields = {
        "source_id": "t-1",
        "author": {"id": "ann"},
        "text": "Hoi",
        "created_at": "2026-05-01T11:00:00+02:00",
    }
    return {name: value for name, value in (fields | more).items() if value is not ...}


def problem(raw: Any, defaults: Defaults = STRICT) -> tuple[str, str]:
    with pytest.raises(NotAMentionError) as caught:
        normalise(raw, defaults)
    assert SECRET not in str(caught.value)
    return caught.value.problems[0].field, caught.value.problems[0].message


def test_what_is_absent_is_filled_in() -> None:
    mention = normalise(given(), STRICT)
    assert mention.id == mention_id("care", "api", "t-1")
    assert (mention.team, mention.source, mention.conversation) == ("care", "api", "t-1")
    assert mention.created_at == datetime(2026, 5, 1, 9, tzinfo=UTC)
    assert mention.collected_at == NOW
    assert decode(MENTIONS_RAW, encode(mention)) == mention


def test_a_mention_as_it_is_on_the_topic_is_accepted_as_it_is() -> None:
    mention = normalise(given(title="x", media=[{"kind": "image", "url": "https://x"}], rating=3), STRICT)
    assert normalise(mention.model_dump(mode="json"), STRICT) == mention


@pytest.mark.parametrize(
    ("more", "conversation"),
    [({}, "t-1"), ({"in_reply_to": "t-0"}, "t-0"), ({"in_reply_to": "t-0", "conversation": "root"}, "root")],
)
def test_the_conversation_is_given_or_the_answered_one_or_its_own(more: dict[str, Any], conversation: str) -> None:
    assert normalise(given(**more), STRICT).conversation == conversation


@pytest.mark.parametrize(
    ("more", "field", "says"),
    [
        ({"created_at": "2026-05-01T11:00:00"}, "created_at", "no offset"),
        ({"created_at": "2026-05-01"}, "created_at", "no offset"),
        ({"created_at": 1_777_000_000}, "created_at", "RFC 3339"),
        ({"created_at": "1777000000"}, "created_at", "RFC 3339"),
        ({"created_at": SECRET}, "created_at", "RFC 3339"),
        ({"created_at": "0001-01-01T00:00:00+14:00"}, "created_at", "RFC 3339"),
        ({"created_at": ...}, "created_at", "is missing"),
        ({"created_at": (NOW + timedelta(minutes=6)).isoformat()}, "created_at", "five minutes ahead"),
        ({"edited_at": (NOW + timedelta(days=1)).isoformat()}, "edited_at", "five minutes ahead"),
        ({"source_id": ...}, "source_id", "is missing"),
        ({"source_id": ""}, "source_id", "is empty"),
        ({"author": ...}, "author", "is missing"),
        ({"author": {}}, "author.id", "is missing"),
        ({"author": SECRET}, "author", "must be an object"),
        ({"text": 3}, "text", "must be a text"),
        ({"text": "x" * 100_001}, "text", "longer than 100,000"),
        ({"team": SECRET}, "team", "lower-case letters"),
        ({"kind": SECRET}, "kind", "must be one of"),
        ({"id": mention_id("care", "api", "t-2")}, "id", "leave it out"),
        ({"version": 2}, "version", "not known"),
        ({"version": SECRET}, "version", "not known"),
        ({"type": "mention.classified"}, "type", "mention"),
        ({"rating": 6}, "rating", "less than or equal to 5"),
        ({"extra": {"a": {"b": 1}}}, "extra.a", "plain value"),
        ({"extra": {str(n): n for n in range(51)}}, "extra", "more than 50"),
        ({"extra": {"a": "x" * 1_000_000}}, "", "larger than 900,000 bytes"),
    ],
)
def test_what_is_wrong_names_the_field_and_what_to_do(more: dict[str, Any], field: str, says: str) -> None:
    found, message = problem(given(**more))
    assert found == field
    assert says in message


@pytest.mark.parametrize("raw", [None, [], "text", 3, True])
def test_what_is_no_object_is_refused(raw: Any) -> None:
    assert problem(raw) == ("", "must be a JSON object with the fields of a mention")


def test_every_wrong_field_is_named_once() -> None:
    with pytest.raises(NotAMentionError) as caught:
        normalise(given(created_at="2026", text=None, extra={"a": [1]}), STRICT)
    assert [one.field for one in caught.value.problems] == ["text", "created_at", "extra.a"]


def test_just_under_five_minutes_ahead_is_a_clock_that_is_off() -> None:
    ahead = (NOW + timedelta(minutes=5)).isoformat()
    assert normalise(given(created_at=ahead), STRICT).created_at == NOW + timedelta(minutes=5)


def test_unknown_plain_fields_are_kept_and_what_extra_says_itself_wins() -> None:
    raw = given(lang="nl", nested={"a": 1}, extra={"lang": "en"}) | {"author": {"id": "ann", "verified": True}}
    assert normalise(raw, STRICT).extra == {"lang": "en"}


def test_a_line_of_the_data_sets_is_a_mention() -> None:
    mention = normalise({"id": "tw-1", "text": "Hoi", "lang": "nl", "sentiment": "neutral"}, FILE)
    assert (mention.source_id, mention.author.id, mention.created_at) == ("tw-1", "unknown", NOW)
    assert mention.extra == {"lang": "nl", "sentiment": "neutral"}
    assert normalise({"id": 7, "text": "Hoi"}, FILE).source_id == "7"


def test_a_line_without_an_id_has_one_by_author_time_and_text() -> None:
    one = normalise({"text": "Hoi", "author": "ann"}, FILE)
    later = normalise({"text": "Hoi", "author": "ann"}, Defaults(NOW, "import", "care", None, True, NOW))
    other = normalise({"text": "Hoi", "author": "bob"}, FILE)
    assert one.id == later.id != other.id
    assert one.author.id == "ann"


def test_the_defaults_may_lack_a_team() -> None:
    assert problem(given(), Defaults(NOW, "api")) == ("team", "is missing; name the team that this mention is for")
