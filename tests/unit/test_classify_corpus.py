"""The corpus and the blind set: of one form, each message in one fixed place, nothing of the tests in what teaches."""

import itertools
from collections import Counter
from pathlib import Path
from typing import Literal

import pytest

from services.classify.domain.urgency import LEVELS, signal_kinds
from services.classify.learning import corpus
from services.classify.learning.corpus import (
    GuideError,
    Labelled,
    add,
    add_blind,
    add_contrasts,
    add_elsewhere,
    add_taught,
    blind,
    contrasts,
    elsewhere,
    of_guide,
    placed,
    read,
    remark,
)

LANGUAGES: tuple[Literal["nl", "en"], ...] = ("nl", "en")
LINE = (
    "neg|critical|complaint|safety|safety|energy|calm_critical|Er hangt een vreemde lucht bij de gasmeter.\\nGroet, Bo"
)


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> Literal["nl", "en"]:
    found: Literal["nl", "en"] = request.param
    return found


@pytest.fixture(scope="module")
def messages(language: str) -> list[Labelled]:
    return read(language)


def test_every_message_is_of_the_guide(messages: list[Labelled], language: str) -> None:
    kinds = signal_kinds()
    assert len(messages) >= 5_000
    for one in [*messages, *blind(language)]:
        assert one.lang == language
        assert max((kinds[signal].level for signal in one.signals), key=LEVELS.index) == one.urgency
        assert one.text == one.text.strip()


def test_ids_and_texts_are_unique_also_across_corpus_and_blind_set(messages: list[Labelled], language: str) -> None:
    everything = [*messages, *blind(language)]
    assert len({one.id for one in everything}) == len(everything)
    assert len({corpus.words(one.text).__str__() for one in everything}) == len(everything)


def test_the_split_is_stratified(messages: list[Labelled]) -> None:
    """Test and tune are 4 to 3 in every level, and as large as they were; what is only taught makes train larger."""
    for level in LEVELS:
        mine = Counter(one.split for one in messages if one.urgency == level)
        assert mine["tune"] / mine["test"] == pytest.approx(0.75, abs=0.05)
        assert mine["test"] >= 190
        assert mine["train"] / mine.total() >= 0.62


def test_the_blind_set_is_for_testing_and_reading_a_language_leaves_it_out(
    messages: list[Labelled], language: str
) -> None:
    found = blind(language)
    assert len(found) == 250
    assert {one.split for one in found} == {"test"}
    assert not {one.id for one in found} & {one.id for one in messages}


def test_nothing_that_is_tested_on_is_nearly_in_what_teaches(messages: list[Labelled], language: str) -> None:
    """Near-duplicates over the border: more than half of all word triples shared. Half is far above what is found."""
    tested = [one.text for one in messages if one.split == "test"] + [one.text for one in blind(language)]
    taught = [one.text for one in messages if one.split != "test"] + [one.text for one in elsewhere(language)]
    near = _most_alike(tested, taught)
    print(f"{language}: nearest of a tested message among those that teach: {near:.2f}")  # noqa: T201  # a figure to see
    assert near < 0.5


def _most_alike(tested: list[str], taught: list[str]) -> float:
    sets = [set(corpus.grams(corpus.words(text), 3)) for text in taught]
    where: dict[str, list[int]] = {}
    for number, found in enumerate(sets):
        for one in found:
            where.setdefault(one, []).append(number)
    most = 0.0
    for text in tested:
        mine = set(corpus.grams(corpus.words(text), 3))
        shared = Counter(itertools.chain.from_iterable(where.get(one, ()) for one in mine))
        most = max([most, *(n / (len(mine) + len(sets[at]) - n) for at, n in shared.items())])
    return most


def test_a_line_of_the_guide_becomes_a_message() -> None:
    found = of_guide("nl", LINE)
    assert (found.sentiment, found.urgency, found.intent) == ("negative", "critical", "complaint")
    assert (found.signals, found.topics, found.traits) == (("safety",), ("safety",), ("calm_critical",))
    assert found.text.endswith("gasmeter.\nGroet, Bo")
    assert found.id == of_guide("nl", LINE.replace("neg|", "neu|")).id


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("neg|critical|complaint", "eight fields"),
        (LINE.replace("neg|", "bad|"), "bad"),
        (LINE.replace("|safety|safety|", "|safety|smoke|"), "unknown signal 'smoke'"),
        (LINE.replace("neg|critical", "neg|low"), "urgency low with signals of level critical"),
        (LINE.replace("complaint|", "moan|"), "intent"),
        (LINE.split("Er hangt", maxsplit=1)[0], "text"),
    ],
)
def test_a_wrong_line_is_told_in_the_users_words(line: str, words: str) -> None:
    with pytest.raises(GuideError) as error:
        of_guide("nl", line)
    assert words in str(error.value)
    assert line[:20] in str(error.value)


def test_adding_keeps_what_is_there_in_its_place(tmp_path: Path) -> None:
    lines = [LINE.replace("vreemde", f"vreemde {number}") for number in range(40)]
    assert add("nl", lines[:20], tmp_path) == 20
    before = {one.id: one.split for one in read("nl", tmp_path)}
    assert add("nl", lines, tmp_path) == 20
    after = {one.id: one.split for one in read("nl", tmp_path)}
    assert {key: after[key] for key in before} == before
    assert add("nl", lines, tmp_path) == 0
    assert add_blind("nl", [*lines, LINE], tmp_path) == 1
    assert len(read("nl", tmp_path)) == 40


def test_what_is_only_taught_moves_nothing_and_leaves_out_what_is_there(tmp_path: Path) -> None:
    lines = [LINE.replace("vreemde", f"vreemde {number}") for number in range(60)]
    add("nl", lines[:20], tmp_path)
    add_blind("nl", lines[20:30], tmp_path)
    before = read("nl", tmp_path)
    assert add_taught("nl", lines, tmp_path) == 30
    found = read("nl", tmp_path)
    assert found[:20] == before
    assert {one.split for one in found[20:]} == {"train"}
    assert not {one.id for one in found} & {one.id for one in blind("nl", tmp_path)}


def test_contrasts_are_kept_apart_and_leave_out_what_is_there(tmp_path: Path) -> None:
    lines = [LINE.replace("vreemde", f"vreemde {number}") for number in range(30)]
    add_taught("nl", lines[:10], tmp_path)
    assert add_contrasts("nl", lines, tmp_path) == 20
    assert add_contrasts("nl", lines, tmp_path) == 0
    assert add("nl", lines, tmp_path) == 0
    assert len(contrasts("nl", tmp_path)) == 20
    assert len(read("nl", tmp_path)) == 10


def test_the_contrasts_are_many_and_as_often_grave_as_not(language: str) -> None:
    found = contrasts(language)
    assert len({one.id for one in found}) == len(found) >= 2_000
    grave = sum(one.urgency in ("high", "critical") for one in found)
    assert 0.3 < grave / len(found) < 0.6
    others = {one.text for one in (*read(language), *blind(language))}
    assert not others & {one.text for one in found}


def test_the_texts_of_other_kinds_are_many_varied_and_of_each_attitude(language: str) -> None:
    found = elsewhere(language)
    assert len({one.id for one in found}) == len({one.text for one in found}) == len(found) >= 4_000
    assert {one.lang for one in found} == {language}
    kinds = Counter((one.genre, one.sentiment) for one in found)
    assert len(kinds) == 9
    assert min(kinds.values()) >= 20
    grams = [gram for one in found for gram in corpus.grams(corpus.words(one.text))]
    assert len(set(grams)) / len(grams) > 0.9


def test_texts_of_other_kinds_are_added_once_and_a_wrong_line_is_told(tmp_path: Path) -> None:
    lines = ["pos|book|novel|Wat een boek!\\nEcht.", "neu|post|train|Spoor 3 | volgens het bord", ""]
    assert add_elsewhere("nl", lines, tmp_path) == 2
    assert add_elsewhere("nl", [*lines, "neg|review|shoe|Lek."], tmp_path) == 1
    first, second, third = elsewhere("nl", tmp_path)
    assert (first.text, first.sentiment, first.genre, first.subject) == (
        "Wat een boek!\nEcht.",
        "positive",
        "book",
        "novel",
    )
    assert (second.text, third.sentiment) == ("Spoor 3 | volgens het bord", "negative")
    for line, words in (
        ("pos|book|x", "four fields"),
        ("fun|book|x|a", "sentiment"),
        ("pos|poem|x|a", "genre"),
        ("pos|book|x| ", "text"),
    ):
        with pytest.raises(GuideError, match=words):
            remark("nl", line)


def test_a_place_depends_on_the_text_alone() -> None:
    made = [of_guide("nl", LINE.replace("vreemde", f"vreemde {number}")) for number in range(40)]
    places = {one.id: one.split for one in placed(made)}
    assert places == {one.id: one.split for one in placed(made[::-1])}
    assert Counter(places.values()) == {"test": 8, "tune": 6, "train": 26}


def test_the_command_adds_and_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "lines.txt"
    path.write_text("nonsense\n", encoding="utf-8")
    assert corpus.main(["blind", "nl", str(path)]) == 1
    assert "eight fields" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        corpus.main(["add"])


def test_the_report_names_its_parts(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert corpus.main(["report", language]) == 0
    told = capsys.readouterr().out
    for part in ("messages:", "urgency:", "sentiment:", "sectors:", "nearest neighbour"):
        assert part in told
