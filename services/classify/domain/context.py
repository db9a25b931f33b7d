"""What takes a signal of urgency away: it is negated, figurative, harmless (only food burst), hypothetical, past, news,
fiction, or resolved by now.

A signal is taken away only where its context is plain; in doubt it stands (a gas leak is never called normal). That
there is a doubt is told all the same: a model that has read the whole text may settle it (`doubt.py`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from services.classify.domain.phrases import Hit
from services.classify.domain.tables import load
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
_TOLD_BY: Mapping[str, str] = {"denying": "denying", "retracting": "denying", "over": "over"}
"""What may take a signal away from near it (it is denied, or told to be over), by the words that tell so."""
_STEM = 5
"""So many letters of a word tell which one it is."""
_MOST_SENTENCES = 50
_SHORT = 80
"""Of so many words at most is a text in which a model hears enough of one sentence to settle a doubt about it."""


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
    """Where it first says that something is resolved; `None` where it does not, or anything says that it is not."""
    resolved_in: tuple[int, ...]
    """The sentences that say so: the first few."""
    subjects: "Subjects"
    doubting: Mapping[str, tuple[Hit, ...]]
    """Words that deny, take back, or tell an end."""

    def of(self, hit: Hit) -> set[str]:
        """The contexts that a hit is in."""
        sentence = self.words.sentences[hit.first]
        found: set[str] = set()
        if not self.benign.isdisjoint(range(hit.first, hit.last + 1)):
            found.add("figurative")
        if any(one.first <= hit.first and hit.last <= one.last for one in self.bursting):
            found.add("harmless")
        if self.denied(hit):
            found.add("negated")
        if self.hypothetical.get(sentence, hit.last + 1) <= hit.last:
            found.add("hypothetical")
        if sentence in self.past:
            found.add("past")
        if sentence in self.fiction:
            found.add("fiction")
        if sentence in self.news or (self.all_news and not self._first_person(sentence)):
            found.add("news")
        if any(self.subjects.goes_on(other, sentence) for other in self.resolved_in):
            found.add("resolved")
        return found

    def doubts(self, hit: Hit) -> tuple[str, ...]:
        """What puts a hit in doubt (`denying`, `over`): in its sentence but not among its own words, or in the one before or
        after it where that goes on about it. None in a long text."""
        if len(self.words) > _SHORT:
            return ()
        sentences, sentence = self.words.sentences, self.words.sentences[hit.first]
        found = set()
        for name, hits in self.doubting.items():
            for one in hits:
                other = sentences[one.first]
                if other == sentence:
                    counts = one.last < hit.first or hit.last < one.first
                elif abs(other - sentence) == 1:
                    counts = name == "retracting" or (name == "over" and self.subjects.goes_on(other, sentence))
                else:
                    counts = False
                if counts:
                    found.add(_TOLD_BY[name])
        return tuple(sorted(found))

    def holds_denial(self, hit: Hit) -> bool:
        """Whether a word that denies stands among a hit's own (`no insulin`): what is missing may be what is wrong."""
        return len(self.words) <= _SHORT and any(hit.first <= one.first <= hit.last for one in self.doubting["denying"])

    def denied(self, hit: Hit) -> bool:
        """Whether a hit is plainly denied: by a word before it or, where that may be, within it."""
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


class Subjects:
    """What the sentences of a text are about, as far as their first words of weight tell; found out when it is asked."""

    def __init__(self, words: Words, telling: Sequence[Hit]) -> None:
        """`telling`: the words that deny or tell an end, which say nothing of what a sentence is about."""
        self._words, self._telling = words, telling
        self._first: dict[int, str] | None = None
        self._stems: dict[int, set[str]] = {}

    def goes_on(self, sentence: int, earlier: int) -> bool:
        """Whether a sentence goes on about what another one says: it names nothing, or something that the other names."""
        if sentence == earlier:
            return True
        if self._first is None:
            self._first = self._found()
        subject = self._first.get(sentence)
        return subject is None or subject in self._stems[earlier]

    def _found(self) -> dict[int, str]:
        told = {place for hit in self._telling for place in range(hit.first, hit.last + 1)}
        first: dict[int, str] = {}
        small = _small()
        for place, (word, sentence) in enumerate(zip(self._words.words, self._words.sentences, strict=True)):
            stem = word[:_STEM]
            self._stems.setdefault(sentence, set()).add(stem)
            if place not in told and not (word in small or word[0].isdigit() or word.endswith("n't")):
                first.setdefault(sentence, stem)
        return first


@lru_cache(maxsize=1)
def _small() -> frozenset[str]:
    return frozenset(word for words in load("follow").values() for word in words.split())


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
    news, resolved = sentences("news"), _resolved(words, by_name, asked)
    doubting = {name: tuple(by_name.get(name, ())) for name in _TOLD_BY}
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
        resolved=min(resolved, default=None),
        resolved_in=tuple(sorted({words.sentences[place] for place in resolved})[:_MOST_SENTENCES]),
        subjects=Subjects(words, [hit for hits in doubting.values() for hit in hits]),
        doubting=doubting,
    )


def _resolved(words: Words, by_name: Mapping[str, list[Hit]], asked: frozenset[int]) -> tuple[int, ...]:
    """Where the text says that it is over: not as a question, and nothing in the text says it is not."""
    if by_name.get("unresolved"):
        return ()
    negators = {hit.first for hit in by_name.get("negators", ())}
    return tuple(
        hit.first
        for hit in by_name.get("resolved", ())
        if words.sentences[hit.first] not in asked and negators.isdisjoint(range(max(0, hit.first - 3), hit.last + 1))
    )
