"""What rules and word lists see of a text, before a model judges it: its language, contexts, signals, everyday matters.

The first half of `reader.py`, apart because training sees texts by it as well. The facts are what the models are told.
"""

import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from services.classify.domain import intent as intents
from services.classify.domain.context import context_of
from services.classify.domain.language import LanguageGuess, LanguageReader
from services.classify.domain.phrases import Hit, Matcher
from services.classify.domain.sentiment import Lexical, SentimentReader
from services.classify.domain.tables import load, matcher, phrases
from services.classify.domain.text import Prepared, Words, prepare
from services.classify.domain.urgency import UrgencyJudgement, UrgencyRules
from services.contracts.mentions import MentionKind

_LANGUAGE_CHARACTERS = 240
_LANGUAGE_WORDS = 50
_BUCKETS = 4
_LONGEST = 6
_STEPS = range(-5, 5)
"""A score is told in steps, each a fact when it is exceeded: neighbouring scores then share what they teach."""


@dataclass(frozen=True, slots=True)
class Text:
    """What is known of a mention before it is read."""

    text: str
    title: str = ""
    language_hint: str | None = None
    kind: MentionKind = "post"
    rating: float | None = None
    team: str = ""
    """Whose it is: a team that has corrected readings has weights of its own."""


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen of one text. `hits` are the phrases of the tables, in the words without tone."""

    given: Text
    prepared: Prepared
    language: LanguageGuess
    hits: Sequence[Hit]
    matters: intents.Matters
    spam: float
    urgency: UrgencyJudgement
    lexical: Lexical


class Looker:
    """The loaded tables. Build it once per process; it keeps no state between texts that changes an answer."""

    def __init__(self, known: Mapping[str, Set[str]] | None = None) -> None:
        """`known` has the words of each language that has a vocabulary: it tells short texts apart."""
        self._language = LanguageReader(known)
        self._sentiment = SentimentReader()
        self._rules = UrgencyRules()
        tone = load("tone")
        self._tone_words = frozenset(tone["words"].split())
        self._tone_phrases = matcher(phrases({"tone": tone["phrases"]}))
        self._matchers = {code: _matcher(code) for code in ("nl", "en", "any", "both")}
        self._contexts, self._matters = (_names(table) for table in ("context", "matters"))

    def look(self, given: Text) -> Look:
        """Look at one text. Any text is accepted; of a long one the first 10,000 characters are read."""
        prepared = prepare(given.text, given.title, self._tone)
        language = self._language_of(prepared, given.language_hint)
        hits = self._matchers[_table_for(language)].find(prepared.calm)
        lexical, polarity = self._sentiment.look(prepared, language.code)
        matters = intents.gather(prepared, (hit for hit in hits if hit.name in self._matters), polarity)
        spam = intents.spam_score(prepared, matters)
        return Look(
            given=given,
            prepared=prepared,
            language=language,
            hits=hits,
            matters=matters,
            spam=spam,
            urgency=self._urgency(prepared, hits, matters, spam, given.kind),
            lexical=lexical,
        )

    def _tone(self, words: Words) -> set[int]:
        tone = self._tone_words
        dropped: set[int] = set()
        if not tone.isdisjoint(words.words):
            dropped.update(place for place, word in enumerate(words.words) if word in tone)
        for hit in self._tone_phrases.find(words):
            dropped.update(range(hit.first, hit.last + 1))
        return dropped

    def _language_of(self, prepared: Prepared, hint: str | None) -> LanguageGuess:
        words = prepared.calm if len(prepared.calm) else prepared.raw

        def text() -> str:
            spans = zip(words.starts[:_LANGUAGE_WORDS], words.ends[:_LANGUAGE_WORDS], strict=True)
            return " ".join(prepared.whole[start:end] for start, end in spans)[:_LANGUAGE_CHARACTERS].lower()

        return self._language.read(words.words, text, hint)

    def _urgency(
        self, prepared: Prepared, hits: Sequence[Hit], matters: intents.Matters, spam: float, kind: MentionKind
    ) -> UrgencyJudgement:
        words = prepared.calm
        context = context_of(
            words, (hit for hit in hits if hit.name in self._contexts), prepared.asked, kind == "article"
        )
        if spam >= intents.SPAM_FROM:
            kinds = self._rules.kinds
            return self._rules.judge(words, (), context, {"spam": None} if "spam" in kinds else {})
        return self._rules.judge(words, hits, context, intents.everyday(matters))


def matter_facts(look: Look) -> list[str]:
    """The facts that urgency is judged by. Nothing of tone is among them."""
    judged = look.urgency
    facts = [f"level-{judged.label}", f"polarity-{round(look.matters.calm_polarity * _BUCKETS)}"]
    facts += [f"signal-{one.kind.name}" for one in judged.found]
    facts += [f"{doubt}-{one.kind.name}" for one in judged.found for doubt in one.doubts]
    for one, why in judged.dismissed:
        facts += [f"dismissed-{one.kind.name}", f"context-{why}"]
    facts += sorted({f"hit-{one.name}" for one in look.hits})
    facts += [f"matter-{name}" for name in look.matters.places]
    facts.append(f"length-{_length(look.prepared.calm)}")
    if look.matters.asked:
        facts.append("asked")
    if look.spam >= intents.SPAM_FROM:
        facts.append("spam")
    return facts


def voice_facts(look: Look, matter: Sequence[str] | None = None) -> list[str]:
    """The facts that attitude and intent are judged by: those of the matter (`matter`, where they are at hand), and tone."""
    whole, prepared, lexical = look.prepared.whole, look.prepared, look.lexical
    facts = [
        *(matter_facts(look) if matter is None else matter),
        *_steps("lexical", lexical.score),
        *_steps("calm", look.matters.calm_polarity),
        f"good-{min(4, lexical.good)}",
        f"bad-{min(4, lexical.bad)}",
        f"shouts-{min(3, whole.count('!'))}",
        f"asks-{min(3, whole.count('?'))}",
        f"tags-{min(3, prepared.hashtags)}",
        f"links-{min(2, prepared.links)}",
    ]
    facts += [f"emoji-{'good' if weight > 0 else 'bad'}" for weight in {math.copysign(1, w) for w in lexical.emoji}]
    return facts


def _steps(name: str, score: float) -> list[str]:
    return [f"{name}-{step}" for step in _STEPS if score * 5 > step]


def _length(words: Words) -> int:
    return min(_LONGEST, len(words).bit_length())


def _table_for(language: LanguageGuess) -> str:
    """Which tables to read with: a language's own when it is sure, else all."""
    if language.code in ("nl", "en") and language.confidence >= 0.8:
        return language.code
    return "any" if language.code in ("de", "fr") and language.confidence >= 0.95 else "both"


def _names(table: str) -> frozenset[str]:
    return frozenset(name for code in ("nl", "en") for name in load(f"{table}_{code}"))


def _matcher(code: str) -> Matcher:
    if code in ("nl", "en"):
        return matcher(*(phrases(load(f"{table}_{code}")) for table in ("urgency", "context", "matters")))
    tables = [phrases(load("urgency_any"))]
    if code == "both":
        for one in ("nl", "en"):
            tables += [phrases(load(f"{table}_{one}")) for table in ("urgency", "context", "matters")]
    return matcher(*tables)
