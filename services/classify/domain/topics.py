"""What a text is about: a taxonomy of topics, each with words and phrases. There is a default; a team may have its own."""

from collections.abc import Mapping, Sequence

from services.classify.domain.phrases import Hit, Matcher, compile_phrases
from services.classify.domain.tables import load
from services.classify.domain.text import Words

MOST_TOPICS = 5


class Taxonomy:
    """Topics by name, each with phrases in the small language of `phrases.py`.

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

    def find(self, words: Words) -> list[Hit]:
        """The topics with most words, the earliest first among equals; at most five, each with its first place."""
        counts: dict[str, int] = {}
        first: dict[str, Hit] = {}
        for hit in self._matcher.find(words):
            counts[hit.name] = counts.get(hit.name, 0) + 1
            first.setdefault(hit.name, hit)
        ranked = sorted(first.values(), key=lambda hit: (-counts[hit.name], hit.first, hit.name))
        return ranked[:MOST_TOPICS]


def default_taxonomy() -> Taxonomy:
    """The topics that a team has until it chooses its own."""
    return Taxonomy(load("topics"))
