"""What classify makes of a batch: one classified mention each, by team, with what route and the trace need in headers."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.classify.settings import ClassifySettings
from services.classify.worker import transform
from services.contracts.codec import decode, encode
from services.contracts.erasure import ErasedAuthor, Erasures
from services.contracts.ids import erasure_id
from services.contracts.mentions import ClassifiedMention, Mention
from services.contracts.topics import MENTIONS_CLASSIFIED, MENTIONS_RAW
from services.runtime.messages import NEEDS_PERSON, Outgoing, Received
from tests.support.fast_reader import fast_reader

NOW = datetime(2026, 10, 5, 8, 0, tzinfo=UTC)
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
MENTION = Mention.model_validate_json(
    (Path(__file__).parents[2] / "services/contracts/examples/mention.v1.json").read_bytes()
)
TRANSFORM = transform(fast_reader())


def received(text: str, followers: int | None = None, source_id: str = "1", **headers: str) -> Received[Mention]:
    author = MENTION.author.model_copy(update={"followers": followers})
    alone = {"source_id": source_id, "conversation": source_id, "in_reply_to": None, "title": ""}
    message = MENTION.model_copy(update={"text": text, "author": author, **alone})
    return Received(MENTIONS_RAW, 0, 0, NOW, "conversation", message, headers)


def classified(*records: Received[Mention]) -> list[Outgoing]:
    return list(TRANSFORM(records, NOW))


def test_each_mention_is_classified_once_and_in_order() -> None:
    texts = ["Gaslucht in de trein", "Hoe laat vertrekt de trein?", "wat een mooie trein"]
    sent = classified(*(received(text, source_id=text) for text in texts))
    assert [one.message.text for one in sent if isinstance(one.message, ClassifiedMention)] == texts
    assert {one.topic for one in sent} == {MENTIONS_CLASSIFIED}
    assert {one.key for one in sent} == {MENTION.team}


def test_what_was_collected_stays_as_it_was_and_can_be_read_back() -> None:
    [sent] = classified(received("Gaslucht in de trein"))
    assert sent.message is not None
    message = decode(MENTIONS_CLASSIFIED, encode(sent.message))
    assert message == sent.message
    assert message.revision == 1
    assert message.created_at == MENTION.created_at
    assert message.classification.urgency.label == "critical"


@pytest.mark.parametrize(
    ("text", "followers", "needs"),
    [
        ("Hoe laat vertrekt de laatste trein?", None, "1"),
        ("Gaslucht in de trein", None, "1"),
        ("wat een mooie trein", 12, "0"),
        ("wat een mooie trein", 10_000, "1"),
    ],
)
def test_a_header_says_whether_route_must_look(text: str, followers: int | None, needs: str) -> None:
    [sent] = classified(received(text, followers))
    assert sent.headers[NEEDS_PERSON] == needs


def test_the_trace_goes_on_and_other_headers_do_not() -> None:
    [sent] = classified(received("wat een mooie trein", traceparent=TRACE, secret="x"))
    assert sent.headers == {"traceparent": TRACE, NEEDS_PERSON: "0"}


def test_the_settings_have_their_ports() -> None:
    assert (ClassifySettings().classify_metrics_port, ClassifySettings().trends_metrics_port) == (9102, 9105)


def test_what_an_erased_author_wrote_before_goes_on_without_its_words_and_needs_nobody() -> None:
    known = Erasures()
    erasure = erasure_id(MENTION.team, MENTION.source, MENTION.author.id)
    known.fold(ErasedAuthor(team=MENTION.team, erasure=erasure, at=NOW))
    later = received("Gaslucht in de trein", source_id="2").message.model_copy(
        update={"created_at": NOW + timedelta(hours=1), "collected_at": NOW + timedelta(hours=1)}
    )
    records = [received("Gaslucht in de trein"), Received(MENTIONS_RAW, 0, 1, NOW, "conversation", later, {})]
    before, after = transform(fast_reader(), erasures=known)(records, NOW)
    assert isinstance(before.message, ClassifiedMention)
    assert isinstance(after.message, ClassifiedMention)
    assert decode(MENTIONS_CLASSIFIED, encode(before.message)) == before.message
    assert (before.message.text, before.message.author.id, before.message.erased_at) == ("", "", NOW)
    assert (before.headers[NEEDS_PERSON], after.headers[NEEDS_PERSON]) == ("0", "1")
    assert before.message.classification.urgency.label == "critical", "how it was read is a figure"
    assert "aslucht" not in encode(before.message).decode()
    assert after.message.text == "Gaslucht in de trein"
