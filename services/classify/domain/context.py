"""What takes a signal of urgency away: it is negated, figurative, harmless (only food burst), hypothetical, past, news,
fiction, or resolved by now.

A signal is taken away only where its context is plain; in doubt it stands (a gas leak is never called normal).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.classify.domain.phrases import Hit
from services.classify.domain.text import Words, word_set

NAMES = ("negated", "figurative", "harmless", "hypothetical", "past", "news", "fiction", "resolved")

_FILLERS = word_set(
    """a an the any real actual more longer sign further such active immediate direct acute really actually even of
    de het een meer echte echt enkele enig enige sprake van directe acuut echter eigenlijk zelfs"""
)
"""Words that may stand between a negation and what it denies."""
_FIRST_PERSON = word_set(
    """ik mij me mijn mn m'n wij we ons onze i i'm i've my mine us our we're we've i'd hier here
    jullie your you u uw"""
)
_DENIES_WITHIN = frozenset({"niet", "not", "never", "nooit", "geen", "no"})
"""Words that deny a phrase when they stand between its words (`er lekt geen gas`)."""
_NEGATION_REACH = 4


@dataclass(frozen=True, slots=True)
class Context:
    """The contexts of one text, as sets of words or sentences."""

    words: Words
    benign: frozenset[int]
    bursting: tuple[Hit, ...]
    """Where food bursts in a kitchen appliance; empty where anything says that somebody or something else was harmed."""
    negators: frozenset[int]
    wide_negations: tuple[Hit, ...]
    hypothetical: Mapping[int, int]
    """Sentence to the word where its condition begins."""
    past: frozenset[int]
    fiction: frozenset[int]
    news: frozenset[int]
    all_news: bool
    resolved: int | None
    """From which word on nothing says it is not resolved; `None` when it is not resolved."""

    def of(self, hit: Hit) -> set[str]:
        """The contexts that a hit is in."""
        sentence = self.words.sentences[hit.first]
        found: set[str] = set()
        if not self.benign.isdisjoint(range(hit.first, hit.last + 1)):
            found.add("figurative")
        if any(one.first <= hit.first and hit.last <= one.last for one in self.bursting):
            found.add("harmless")
        if self._negated(hit):
            found.add("negated")
        if self.hypothetical.get(sentence, hit.last + 1) <= hit.last:
            found.add("hypothetical")
        if sentence in self.past:
            found.add("past")
        if sentence in self.fiction:
            found.add("fiction")
        if sentence in self.news or (self.all_news and not self._first_person(sentence)):
            found.add("news")
        if self.resolved is not None:
            found.add("resolved")
        return found

    def _negated(self, hit: Hit) -> bool:
        words = self.words
        if hit.open and not _DENIES_WITHIN.isdisjoint(words.words[hit.first + 1 : hit.last]):
            return True
        for place in range(hit.first - 1, max(-1, hit.first - 1 - _NEGATION_REACH), -1):
            if words.clauses[place] != words.clauses[hit.first]:
                break
            if place in self.negators:
                return True
            if words.words[place] not in _FILLERS:
                break
        return any(
            negation.last < hit.first <= negation.last + 4 and words.clauses[negation.last] == words.clauses[hit.first]
            for negation in self.wide_negations
        )

    def _first_person(self, sentence: int) -> bool:
        pairs = zip(self.words.words, self.words.sentences, strict=True)
        return any(word in _FIRST_PERSON for word, number in pairs if number == sentence)


def context_of(words: Words, hits: Iterable[Hit], asked: frozenset[int], all_news: bool) -> Context:
    """Gather the contexts from the hits of the context tables."""
    by_name: dict[str, list[Hit]] = {}
    for hit in hits:
        by_name.setdefault(hit.name, []).append(hit)

    def sentences(name: str) -> set[int]:
        return {words.sentences[hit.first] for hit in by_name.get(name, ())}

    conditions: dict[int, int] = {}
    for hit in by_name.get("hypothetical", ()):
        sentence = words.sentences[hit.first]
        conditions[sentence] = min(hit.first, conditions.get(sentence, hit.first))
    news = sentences("news")
    return Context(
        words=words,
        benign=frozenset(place for hit in by_name.get("benign", ()) for place in range(hit.first, hit.last + 1)),
        bursting=() if by_name.get("harmed") else tuple(by_name.get("bursting", ())),
        negators=frozenset(hit.first for hit in by_name.get("negators", ())),
        wide_negations=tuple(by_name.get("negators_wide", ())),
        hypothetical=conditions,
        past=frozenset(sentences("past") - sentences("present")),
        fiction=frozenset(sentences("fiction")),
        news=frozenset(news | {sentence + 1 for sentence in news}),
        all_news=all_news,
        resolved=_resolved(words, by_name, asked),
    )


def _resolved(words: Words, by_name: Mapping[str, list[Hit]], asked: frozenset[int]) -> int | None:
    """Where the text says that it is over: not as a question, and nothing in the text says it is not."""
    if by_name.get("unresolved"):
        return None
    negators = {hit.first for hit in by_name.get("negators", ())}
    places = [
        hit.first
        for hit in by_name.get("resolved", ())
        if words.sentences[hit.first] not in asked and negators.isdisjoint(range(max(0, hit.first - 3), hit.last + 1))
    ]
    return min(places) if places else None
