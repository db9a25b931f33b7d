"""`webcare classify`: NDJSON in and out, in order, streaming, with bad lines told and passed over."""

import json
from collections.abc import Iterator, Sequence

import pytest

from services.classify.cli import classify_lines
from services.classify.domain.reader import Text
from services.contracts.mentions import Classification
from tests.support.fast_reader import fast_reader

READER = fast_reader()


def answers(*lines: bytes) -> list[tuple[dict[str, object], bool]]:
    return [(json.loads(line), good) for line, good in classify_lines(lines, READER)]


def test_each_object_comes_back_with_its_classification_in_order() -> None:
    first, second = answers(
        b'{"id": "a", "text": "Gaslucht in de straat", "lang": "nl", "extra": [1]}\n',
        b'{"id": "b", "text": "What time do you open?"}',
    )
    assert [one["id"] for one, _ in (first, second)] == ["a", "b"]
    assert first[0]["extra"] == [1]
    assert first[0]["classification"]["urgency"]["label"] == "critical"  # type: ignore[index]  # parsed JSON
    assert second[0]["classification"]["intent"] == "question"  # type: ignore[index]  # parsed JSON
    assert first[1]
    assert second[1]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "not JSON"),
        (b"[1]", "not an object"),
        (b'"text"', "not an object"),
        (b'{"id": "a"}', "text must be a string"),
        (b'{"text": 3}', "text must be a string"),
        (b'{"text": "x", "lang": 3}', "lang must be a string"),
        (b'{"text": "\xff"}', "not UTF-8"),
        (b"[" * 200_000, "too deeply nested"),
        (b'{"text": ' + b"9" * 5_000 + b"}", "number too long"),
    ],
)
def test_a_bad_line_is_told_in_its_place_and_the_rest_goes_on(line: bytes, reason: str) -> None:
    (bad, was_good), (good, is_good) = answers(line, b'{"id": "z", "text": "ok"}')
    assert bad["line"] == 1
    assert reason in str(bad["error"])
    assert (was_good, is_good) == (False, True)
    assert good["id"] == "z"


def test_a_bad_line_keeps_its_id_and_empty_lines_are_passed_over() -> None:
    [(bad, _)] = answers(b"\n", b"   \n", b'{"id": "a", "text": null}')
    assert bad == {"line": 3, "id": "a", "error": "text must be a string"}


def test_a_lone_surrogate_does_not_stop_it() -> None:
    [(found, good)] = answers(b'{"id": "a", "text": "gas \\ud800 lek"}')
    assert good
    assert found["text"] == "gas \ud800 lek"


class Second:
    """Calls everything positive; remembers how many texts it was given together."""

    def __init__(self) -> None:
        self.given: list[int] = []

    def reread(self, texts: Sequence[Text], first: Sequence[Classification]) -> list[Classification]:
        self.given.append(len(texts))
        return [one.model_copy(update={"model": text.text[-4:]}) for text, one in zip(texts, first, strict=True)]


def test_the_second_reader_is_given_batches_and_the_order_stays() -> None:
    second = Second()
    lines = [b'{"text": "Tekst %04d"}' % number if number % 10 else b"{" for number in range(40)]
    found = [(json.loads(line), good) for line, good in classify_lines(lines, READER, second)]
    assert [good for _, good in found] == [number % 10 > 0 for number in range(40)]
    assert [one["classification"]["model"] for one, good in found if good] == [
        f"{number:04d}" for number in range(40) if number % 10
    ]
    assert max(second.given) > 1
    assert len(second.given) == 3


def test_it_reads_one_line_at_a_time() -> None:
    taken = 0

    def lines() -> Iterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield b'{"text": "hallo"}'

    stream = classify_lines(lines(), READER)
    for _ in range(3):
        next(stream)
    assert taken == 3
