"""The small language of the tables: what a phrase finds, and that a malformed one stops the start."""

import pytest

from services.classify.domain.phrases import Matcher, PhraseError, compile_phrases
from services.classify.domain.text import Words, prepare

CLASSES = {"dier": ["kat", "hond"]}


def words(text: str) -> Words:
    return prepare(text, "", lambda _: set()).raw


def found(source: str, text: str) -> list[str]:
    given = words(text)
    hits = Matcher(compile_phrases("x", source, CLASSES)).find(given)
    return [" ".join(given.words[hit.first : hit.last + 1]) for hit in hits]


@pytest.mark.parametrize(
    ("source", "text", "wanted"),
    [
        ("gas", "Gas en water", ["gas"]),
        ("ruik|ruikt gas", "ik RUIK gas", ["ruik gas"]),
        ("ruik gas", "ruik ik gas", []),
        ("ruik ..1 gas", "ruik ik gas", ["ruik ik gas"]),
        ("ruik ..1 gas", "ruik ik daar gas", []),
        ("ruik ..5 gas", "ik ruik iets. Het gas is op", []),
        ("ontplof*", "het ontplofte", ["ontplofte"]),
        ("*lek", "een gaslek", ["gaslek"]),
        ("*lek ..2 {dier}", "gaslek bij hond", ["gaslek bij hond"]),
        ("# uur", "over 3 uur, 16:30 uur", ["3 uur", "16:30 uur"]),
        ("te_laat|traag", "te laat en traag", ["te laat", "traag"]),
        ("kan niet meer $", "ik kan niet meer, echt", ["kan niet meer"]),
        ("kan niet meer $", "ik kan niet meer inloggen", []),
        ("card", "my card's been declined", ["card"]),
        ("can't pay", "I can’t pay", ["can't pay"]),
        ("a ..3 b c", "a b x b c", ["a b x b c"]),
        ("financiele", "financiële", ["financiele"]),
    ],
)
def test_a_phrase_finds_its_words(source: str, text: str, wanted: list[str]) -> None:
    assert found(source, text) == wanted


@pytest.mark.parametrize("source", ["", "..2 gas", "gas ..2", "{onbekend}", "ga*", "*ek", "a||b", "$"])
def test_a_malformed_phrase_is_refused(source: str) -> None:
    with pytest.raises(PhraseError):
        compile_phrases("x", source, CLASSES)
