"""The topics of a team as a taxonomy: phrases as people write them made ready, what is malformed said and passed over. Pure.

Used by classify (`services/classify/teams.py`) for what the team has agreed, and by `webcare rota check` for a team file.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from services.classify.domain.examples import Examples, Rarity, telling
from services.classify.domain.phrases import Phrase, PhraseError, compile_phrases
from services.classify.domain.text import fold, plain, words_of
from services.classify.domain.topics import Taxonomy
from services.contracts.team_topics import TeamTopic

_MARKS = frozenset({"^", "$"})
_JOINED = re.compile(r"(?<=\w)[-\u2010\u2011](?=\w)")


@dataclass(frozen=True, slots=True)
class Problem:
    """A phrase or an example that cannot be used, and why, in a sentence for whoever wrote it."""

    topic: str
    text: str

    def __str__(self) -> str:
        return f"topic {self.topic!r}: {self.text}"


def compiled(topics: Sequence[TeamTopic], rarity: Rarity) -> tuple[Taxonomy, list[Problem]]:
    """The taxonomy of a team, and what of it was passed over."""
    phrases: list[Phrase] = []
    examples = []
    problems: list[Problem] = []
    for topic in topics:
        good, bad = _phrases(topic)
        phrases += good
        problems += bad
        for text in topic.examples:
            one = telling(topic.id, words_of(text), rarity)
            if one is None:
                problems.append(Problem(topic.id, f"the example has too few telling words: {_short(text)}"))
            else:
                examples.append(one)
    return Taxonomy.of(phrases, Examples(examples)), problems


def malformed(topics: Iterable[TeamTopic]) -> Iterator[Problem]:
    """The phrases that cannot be read, and topics that nothing can give."""
    for topic in topics:
        yield from _phrases(topic)[1]
        if not topic.words and not topic.examples:
            yield Problem(topic.id, "it has neither words nor examples, so no message gets it")


def _phrases(topic: TeamTopic) -> tuple[list[Phrase], list[Problem]]:
    good: list[Phrase] = []
    bad: list[Problem] = []
    for source in topic.words:
        try:
            good += compile_phrases(topic.id, ready(source), {})
        except PhraseError as error:
            bad.append(Problem(topic.id, str(error)))
    return good, bad


def ready(source: str) -> str:
    """A phrase as the compiler reads it: folded, with `wi-fi` as the two words that it is in a text.

    Raises:
        PhraseError: something in it can never be a word of a text.
    """
    made = _JOINED.sub("_", fold(source)).strip()
    if made == "^" or " ^" in made:
        raise PhraseError(f"^ stands before the first word: {source!r}")
    for part in made.split():
        if part not in _MARKS and not part.startswith(".."):
            for word in re.split(r"[|_]", part):
                _check(source, word)
    return made


def _check(source: str, word: str) -> None:
    bare = word.removeprefix("*").removesuffix("*")
    if word != "#" and not word.startswith("{") and words_of(bare) != [plain(bare)]:
        raise PhraseError(f"{word!r} can never be a word: {source!r}")


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "...")
