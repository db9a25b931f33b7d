"""What a text is about: a taxonomy of topics, each with words and phrases. There is a default; a team may have its own
(`team_topics.py`), which also has examples (`examples.py`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.classify.domain.examples import Examples
from services.classify.domain.phrases import Hit, Matcher, Phrase, compile_phrases
from services.classify.domain.tables import load
from services.classify.domain.text import Words

MOST_TOPICS = 5


@dataclass(frozen=True, slots=True)
class TopicFound:
    """A topic at the words that tell it: those of a phrase, or the rarest that the text shares with an example."""

    name: str
    hit: Hit
    by_example: bool = False


class Taxonomy:
    """Topics with their phrases and examples.

    Raises:
        PhraseError: a phrase is malformed; the text repeats it.
    """

    def __init__(self, topics: Mapping[str, Sequence[str]]) -> None:
        self._matcher = Matcher(
            phrase
            for name, sources in topics.items()
            for source in sources
            for phrase in compile_phrases(name, source, {})
        )
        self._examples = Examples(())

    @classmethod
    def of(cls, phrases: Iterable[Phrase], examples: Examples) -> "Taxonomy":
        """From phrases that are compiled already."""
        made = cls({})
        made._matcher, made._examples = Matcher(phrases), examples
        return made

    def find(self, words: Words) -> list[TopicFound]:
        """The topics with most words, the earliest first among equals, then those like an example; at most five."""
        counts: dict[str, int] = {}
        first: dict[str, Hit] = {}
        for hit in self._matcher.find(words):
            counts[hit.name] = counts.get(hit.name, 0) + 1
            first.setdefault(hit.name, hit)
        ranked = sorted(first.values(), key=lambda hit: (-counts[hit.name], hit.first, hit.name))
        alike = [
            TopicFound(one.topic, Hit(one.topic, one.place, one.place), by_example=True)
            for one in self._examples.like(words.words)
            if one.topic not in first
        ]
        return [*(TopicFound(hit.name, hit) for hit in ranked), *alike][:MOST_TOPICS]


def default_taxonomy() -> Taxonomy:
    """The topics that a team has until it chooses its own."""
    return Taxonomy(load("topics"))
