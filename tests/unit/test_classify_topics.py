"""Topics of a team: phrases as people write them, examples, what of them cannot be used; followed as they change."""

import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.classify.domain.examples import Examples, telling
from services.classify.domain.phrases import PhraseError, compile_phrases
from services.classify.domain.reader import Text
from services.classify.domain.team_topics import compiled, malformed, ready
from services.classify.domain.text import Words, prepare, words_of
from services.classify.teams import TeamAgreements
from services.classify.worker import transform
from services.contracts.mentions import Author, Mention
from services.contracts.team_topics import TeamTopic
from services.contracts.teams import TeamConfiguration
from services.contracts.topics import DESK_TEAMS, MENTIONS_RAW, team_key
from services.runtime.follow import Followed
from services.runtime.messages import Received
from tests.support.fast_reader import fast_reader
from tests.support.route import config, uuid

NOW = datetime(2026, 10, 5, 8, 0, tzinfo=UTC)
READER = fast_reader()
WIFI = TeamTopic(
    id="wifi",
    names={"nl": "Wifi in de trein"},
    words=("Wi-Fi|draadloos_net ..3 kapot|traag",),
    examples=("De verbinding in de stiltecoupé viel steeds weg tussen Amersfoort en Zwolle",),
)


def topics_of(text: str, *topics: TeamTopic) -> tuple[str, ...]:
    taxonomy, _ = compiled(topics, READER.rarity)
    [found] = READER.classify_batch([Text(text)], [taxonomy])
    return found.topics


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Wi-fi is weer kapot", True),
        ("Het WIFI is kapot", False),
        ("het draadloos net is nu traag", True),
        ("draadloos is traag", False),
        ("Stiltecoupé zonder verbinding bij Zwolle, en dat al een week", True),
        ("Een stiltecoupé in Zwolle", False),
        ("Mooi weer in Amersfoort", False),
        ("", False),
    ],
)
def test_a_topic_is_given_by_its_words_and_by_its_examples(text: str, found: bool) -> None:
    assert topics_of(text, WIFI) == (("wifi",) if found else ())


def test_the_reason_names_the_words_and_whether_they_are_an_examples() -> None:
    taxonomy, problems = compiled([WIFI], READER.rarity)
    assert problems == []
    texts = ["Wi-fi is weer kapot", "Stiltecoupé zonder verbinding bij Zwolle"]
    reasons = [
        (reason.code, reason.evidence, text[reason.start or 0 : reason.end])
        for text, one in zip(texts, READER.classify_batch([Text(one) for one in texts], [taxonomy] * 2), strict=True)
        for reason in one.reasons
        if reason.label == "topic"
    ]
    assert reasons[0] == ("topic-word", "Wi-fi is weer kapot", "Wi-fi is weer kapot")
    assert reasons[1][0] == "topic-example"
    assert reasons[1][1] == reasons[1][2] != ""


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("ab*", "needs 3 characters"),
        ("gas lek!", "can never be a word"),
        ("{wie} belt", "unknown class"),
        ("..3 gas", "begins and ends with a word"),
        ("gas ..3", "begins and ends with a word"),
        ("gas ..x lek", "a gap is"),
        ("gas ..99 lek", "a gap is"),
        ("a|", "can never be a word"),
        ("^", "before the first word"),
        ("gas ^ lek", "before the first word"),
        ("$", "begins and ends with a word"),
        (" ".join(["a_a|b_b|c_c"] * 12), "ways to read"),
    ],
)
def test_a_malformed_phrase_is_said_and_passed_over_and_the_rest_counts(source: str, said: str) -> None:
    topic = TeamTopic(id="eigen", words=(source, "stoptrein"))
    [problem] = malformed([topic])
    assert said in str(problem)
    assert source in str(problem)
    taxonomy, problems = compiled([topic], READER.rarity)
    assert problems == [problem]
    assert [one.name for one in taxonomy.find(words_and_places("de stoptrein"))] == ["eigen"]


def words_and_places(text: str) -> Words:
    return prepare(text, "", lambda _: set()).raw


def test_an_example_without_telling_words_and_a_topic_of_nothing_are_said() -> None:
    _, problems = compiled([TeamTopic(id="x", examples=("Dat is niet zo",))], READER.rarity)
    assert "too few telling words" in str(problems[0])
    assert ["neither words nor examples" in str(one) for one in malformed([TeamTopic(id="x")])] == [True]


def test_phrases_are_folded_as_texts_are() -> None:
    assert ready("Stiltecoupé|wi‑fi") == "stiltecoupe|wi_fi"
    with pytest.raises(PhraseError):
        ready("a,b")


def test_more_ways_than_allowed_are_not_even_made() -> None:
    with pytest.raises(PhraseError, match="ways"):
        compile_phrases("x", " ".join(["a_a|b_b|c_c|d_d"] * 40), {})


def test_the_most_alike_example_counts_and_the_rarest_word_is_the_place() -> None:
    rarity = {"storing": 8.0, "perron": 7.0, "lift": 6.0, "de": 1.0}.get
    first = telling("lift", ["de", "lift", "perron", "storing"], lambda word: rarity(word, 0.0))
    assert first is not None
    assert set(first.weights) == {"lift", "perron", "storin"}
    [found] = Examples([first]).like(["perron", "de", "storingen", "perron"])
    assert (found.topic, found.place) == ("lift", 2)
    assert round(found.share, 2) == round(15 / 21, 2)
    assert Examples([first]).like(["storing"]) == [], "one word is a coincidence"


def test_words_common_in_one_language_are_common() -> None:
    assert max(READER.rarity("de"), READER.rarity("the")) < 3 < 6 < READER.rarity("roltrap")


# -- a service that follows them ---------------------------------------------------------------------------------------


def agreed(revision: int, *topics: TeamTopic) -> Followed:
    whole = TeamConfiguration(team="waterveen", revision=revision, at=NOW, config=config(topics=topics))
    return Followed(DESK_TEAMS, 0, revision, NOW, team_key("waterveen", "config", "current"), whole, {})


def test_a_taxonomy_is_compiled_when_the_topics_change_and_not_otherwise() -> None:
    teams = TeamAgreements(READER.rarity)
    assert teams.taxonomy_of("waterveen") is None
    teams.fold(agreed(1, WIFI))
    first = teams.taxonomy_of("waterveen")
    teams.fold(agreed(2, WIFI))
    assert teams.taxonomy_of("waterveen") is first is not None
    teams.fold(agreed(3, WIFI, TeamTopic(id="lift", words=("lift",))))
    assert teams.taxonomy_of("waterveen") not in (None, first)
    teams.fold(agreed(4))
    assert teams.taxonomy_of("waterveen") is None, "a team without topics has the default ones"


def test_a_team_that_is_gone_has_no_topics() -> None:
    teams = TeamAgreements(READER.rarity)
    teams.fold(agreed(1, WIFI))
    teams.fold(Followed(DESK_TEAMS, 0, 2, NOW, team_key("waterveen", "config", "current"), None, {}))
    assert teams.taxonomy_of("waterveen") is None


def raw(team: str, text: str) -> Received[Mention]:
    mention = Mention(
        id=uuid(team + text[:50]), source="square", source_id="1", team=team, conversation="1", author=Author(id="a"),
        text=text, created_at=NOW, collected_at=NOW,
    )  # fmt: skip
    return Received(MENTIONS_RAW, 0, 0, NOW, "1", mention)


def test_a_batch_reads_each_mention_by_the_topics_of_its_team() -> None:
    teams = TeamAgreements(READER.rarity)
    teams.fold(agreed(1, WIFI))
    batch = [raw("waterveen", "Wi-fi traag, trein vol"), raw("spoorlijn", "Wi-fi traag, trein vol")]
    found = [one.message.classification.topics for one in transform(READER, teams.taxonomy_of)(batch, NOW)]  # type: ignore[union-attr]  # classified
    assert found[0] == ("wifi",)
    assert "transport" in found[1]


@pytest.mark.parametrize("text", ["", " \n", "x" * 100_000, "a " * 50_000, "日本語の文章です", "🙂" * 200, "…"])
def test_a_text_of_any_size_and_language_is_read_in_a_batch(text: str) -> None:
    batch = [raw("waterveen", "Wi-fi kapot"), raw("waterveen", text), raw("waterveen", "Hoe laat gaat de trein?")]
    found = [one.message for one in transform(READER)(batch, NOW)]
    alone = [one.message for one in transform(READER)(batch[1:2], NOW)]
    assert [one.text for one in found] == [one.message.text for one in batch]  # type: ignore[union-attr]  # classified
    assert found[1] == alone[0], "texts do not influence each other"


def test_words_of_a_text() -> None:
    assert words_of("Stiltecoupé, wi-fi!") == ["stiltecoupe", "wi", "fi"]


def test_the_example_of_the_document_works_and_so_do_the_phrases_of_its_table() -> None:
    text = (Path(__file__).parents[2] / "docs" / "topics.md").read_text(encoding="utf-8")
    [example] = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    topics = [TeamTopic.model_validate(one) for one in tomllib.loads(example)["topics"]]
    assert list(malformed(topics)) == []
    assert topics_of("Geen enkel internet hier", *topics) == ("wifi",)
    cells = [row.split(" | ")[0].replace("\\|", "|") for row in re.findall(r"^\| (`.*) \|$", text, re.MULTILINE)]
    phrases = [phrase for cell in cells for phrase in re.findall(r"`([^`]+)`", cell)]
    assert len(phrases) > 7
    assert list(malformed([TeamTopic(id="x", words=tuple(phrases))])) == []
