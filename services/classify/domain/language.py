"""Which language a text is in: nl, en, de or fr by py3langid, helped by function words; `und` when it cannot be told.

Only the words are looked at, without links, handles, emoji and what is only tone, so that shouting does not change it.
"""

import math
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from services.classify.domain.tables import load

LANGUAGES = ("nl", "en", "de", "fr")
_READ_WORDS = 120
_FUNCTION_WORD_WEIGHT = 1.0
_VOTING_WORDS = 40
_CLEAR_LEAD = 5.0
"""So many function words more than of any other language leave no doubt: the identifier, ten times slower, is spared."""
_SURE_OF_HINT = 0.5
_SHORT = 4
"""Texts of at most so many words are told by which language's vocabulary their words are in as well."""
_KNOWN_WORD_WEIGHT = 1.6
_EXPECTED_WEIGHT = 1.2
"""What speaks for a language with a vocabulary, which is one that is expected here, in a short text."""


@dataclass(frozen=True, slots=True)
class LanguageGuess:
    """A code with its confidence (0..1) and how it was found: `identified`, `hinted` or `unknown`."""

    code: str
    confidence: float
    how: str


UNKNOWN = LanguageGuess("und", 0.0, "unknown")


class LanguageReader:
    """The loaded identifier and the function words."""

    def __init__(self, known: Mapping[str, Set[str]] | None = None) -> None:
        """`known` has the vocabulary of each language that has one."""
        self._known = known or {}
        from py3langid.langid import LanguageIdentifier

        self._identifier: Any = LanguageIdentifier.from_model_file("data/model.npz.xz", norm_probs=True)
        self._identifier.set_languages(list(LANGUAGES))
        table = load("language")
        self._votes: Mapping[str, tuple[str, ...]] = _votes({code: table[code].split() for code in LANGUAGES})

    def read(self, words: Sequence[str], text: Callable[[], str], hint: str | None) -> LanguageGuess:
        """The language of `words` (folded); `text` gives the same with its accents, in lower case.

        Args:
            words: folded words.
            text: what the identifier reads; asked for only where the words leave doubt.
            hint: what the source says, a code such as `nl` or `nl-NL`; it decides only where the text does not.
        """
        letters = [word for word in words[:_READ_WORDS] if word[0].isalpha()]
        hinted = _hinted(hint)
        if not letters:
            return hinted or UNKNOWN
        if sum(word[0] < "\u0250" for word in letters) * 2 < len(letters):
            return hinted if hinted and hinted.code not in LANGUAGES else UNKNOWN
        ranked = self._rank(letters, text)
        best, probability = max(ranked.items(), key=lambda pair: pair[1])
        if hinted and hinted.code in ranked:
            ranked = _normalised({code: p * (3.0 if code == hinted.code else 1.0) for code, p in ranked.items()})
            best, probability = max(ranked.items(), key=lambda pair: pair[1])
        elif hinted and (probability < 0.9 or len(letters) < 4):
            return hinted
        return LanguageGuess(best, round(probability, 3), "identified")

    def _rank(self, letters: Sequence[str], text: Callable[[], str]) -> dict[str, float]:
        """The languages by likelihood: function words alone where they are clear, else with the identifier."""
        votes = dict.fromkeys(LANGUAGES, 0.0)
        for codes in map(self._votes.get, letters[:_VOTING_WORDS]):
            for code in codes or ():
                votes[code] += _FUNCTION_WORD_WEIGHT
        if len(letters) <= _SHORT:
            self._vote_by_vocabulary(letters, votes)
        first, second, *_ = sorted(votes.values(), reverse=True)
        if first - second < _CLEAR_LEAD:
            for code, probability in self._identifier.rank(text()):
                votes[code] += math.log(max(float(probability), 1e-9))
        top = max(votes.values())
        return _normalised({code: math.exp(score - top) for code, score in votes.items()})

    def _vote_by_vocabulary(self, letters: Sequence[str], votes: dict[str, float]) -> None:
        for code in self._known:
            votes[code] += _EXPECTED_WEIGHT
        for word in letters:
            having = [code for code, words in self._known.items() if word in words]
            if len(having) == 1:
                votes[having[0]] += _KNOWN_WORD_WEIGHT


def _hinted(hint: str | None) -> LanguageGuess | None:
    code = (hint or "").strip().lower().replace("_", "-").split("-")[0]
    if len(code) == 2 and code.isascii() and code.isalpha():
        return LanguageGuess(code, _SURE_OF_HINT, "hinted")
    return None


def _votes(lists: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Word to the languages it speaks for; a word of two languages speaks for both."""
    found: dict[str, list[str]] = {}
    for code, words in lists.items():
        for word in words:
            found.setdefault(word, []).append(code)
    return {word: tuple(codes) for word, codes in found.items()}


def _normalised(scores: Mapping[str, float]) -> dict[str, float]:
    total = sum(scores.values()) or 1.0
    return {code: score / total for code, score in scores.items()}
