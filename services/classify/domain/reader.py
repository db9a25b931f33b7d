"""The reader: loads its parts once and classifies texts. A function of the arguments and the tables, nothing else.

Used by the worker (`mentions.raw` to `mentions.classified`) and by `webcare classify`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.classify.domain import intent as intents
from services.classify.domain.context import context_of
from services.classify.domain.language import LanguageGuess, LanguageReader
from services.classify.domain.phrases import Hit, Matcher
from services.classify.domain.reasons import Notes
from services.classify.domain.sentiment import SentimentReader
from services.classify.domain.tables import load, matcher, phrases
from services.classify.domain.text import Prepared, Words, prepare
from services.classify.domain.urgency import UrgencyJudgement, UrgencyRules
from services.contracts.mentions import Classification, Intent, Language, MentionKind, Sentiment, Urgency, UrgencyLabel

MODEL = "rules-2025.1"
"""The version of the method and its tables; it changes when an answer may."""

FAR_REACHING = 10_000
"""An author with so many followers is always seen by a person."""
_MOST_TOPICS = 5
_LANGUAGE_CHARACTERS = 240
_LANGUAGE_WORDS = 50


@dataclass(frozen=True, slots=True)
class Text:
    """What is known of a mention before it is read."""

    text: str
    title: str = ""
    language_hint: str | None = None
    kind: MentionKind = "post"
    followers: int | None = None
    rating: float | None = None


class Reader:
    """The loaded parts. Build it once per process with `build_reader()`; it keeps no state between texts."""

    def __init__(self) -> None:
        self._language = LanguageReader()
        self._sentiment = SentimentReader()
        self._rules = UrgencyRules()
        tone = load("tone")
        self._tone_words = frozenset(tone["words"].split())
        self._tone_phrases = matcher(phrases({"tone": tone["phrases"]}))
        self._matchers = {code: _matcher(code) for code in ("nl", "en", "any", "both")}
        self._contexts, self._matters = (_names(table) for table in ("context", "matters"))
        self._topics = matcher(phrases(load("topics")))

    def classify(
        self,
        text: str,
        title: str = "",
        language_hint: str | None = None,
        kind: MentionKind = "post",
        followers: int | None = None,
        rating: float | None = None,
    ) -> Classification:
        """How a text is understood. Any text is accepted; of a long one the first 10,000 characters are read.

        Args:
            text: what was written.
            title: its headline, when it has one.
            language_hint: what the source says of its language.
            kind: an article is read as news.
            followers: the author's reach, when known.
            rating: 0 to 5, when it came with one.
        """
        return self._read(Text(text, title, language_hint, kind, followers, rating))

    def classify_batch(self, texts: Iterable[Text]) -> list[Classification]:
        """The same for many, in order."""
        return [self._read(one) for one in texts]

    def _read(self, given: Text) -> Classification:
        prepared = prepare(given.text, given.title, self._tone)
        language = self._language_of(prepared, given.language_hint)
        attitude = self._sentiment.read(prepared, language.code, given.rating)
        hits = self._matchers[_table_for(language)].find(prepared.calm)
        matters = intents.gather(
            prepared,
            (hit for hit in hits if hit.name in self._matters),
            self._sentiment.polarity(prepared.calm, language.code),
        )
        spam = intents.spam_score(prepared, matters)
        urgency = self._urgency(prepared, hits, matters, spam, given.kind)
        intent, intent_hit = intents.intent_of(matters, attitude, spam, given.rating)
        if intent in ("chatter", "praise", "other") and urgency.label in ("high", "critical"):
            intent = "complaint"
        topics = self._topics_of(prepared.raw)
        needs, why = needs_person(intent, urgency.label, given.followers, spam)
        notes = Notes(prepared)
        notes.language(language)
        notes.sentiment(attitude)
        notes.urgency(urgency)
        notes.intent(intent, intent_hit)
        notes.topics(topics)
        notes.spam(spam, matters.spam_hits)
        notes.needs_person(needs, why)
        return Classification(
            language=Language(code=language.code, confidence=language.confidence),
            sentiment=Sentiment(label=attitude.label, score=attitude.score, confidence=attitude.confidence),
            urgency=Urgency(label=urgency.label, score=urgency.score, signals=notes.signals(urgency)),
            intent=intent,
            topics=tuple(hit.name for hit in topics),
            spam=spam,
            needs_person=needs,
            reasons=notes.all(),
            model=MODEL,
        )

    def _tone(self, words: Words) -> set[int]:
        dropped = {place for place, word in enumerate(words.words) if word in self._tone_words}
        for hit in self._tone_phrases.find(words):
            dropped.update(range(hit.first, hit.last + 1))
        return dropped

    def _language_of(self, prepared: Prepared, hint: str | None) -> LanguageGuess:
        words = prepared.calm if len(prepared.calm) else prepared.raw
        pieces = [
            prepared.whole[start:end]
            for start, end in zip(words.starts[:_LANGUAGE_WORDS], words.ends[:_LANGUAGE_WORDS], strict=True)
        ]
        return self._language.read(words.words, " ".join(pieces)[:_LANGUAGE_CHARACTERS].lower(), hint)

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

    def _topics_of(self, words: Words) -> list[Hit]:
        """The topics with most words, the earliest first among equals."""
        counts: dict[str, int] = {}
        first: dict[str, Hit] = {}
        for hit in self._topics.find(words):
            counts[hit.name] = counts.get(hit.name, 0) + 1
            first.setdefault(hit.name, hit)
        ranked = sorted(first.values(), key=lambda hit: (-counts[hit.name], hit.first, hit.name))
        return ranked[:_MOST_TOPICS]


def build_reader() -> Reader:
    """Load the language identifier, the lexicons and the tables (about half a second)."""
    return Reader()


def needs_person(intent: Intent, urgency: UrgencyLabel, followers: int | None, spam: float) -> tuple[bool, str]:
    """Whether a person must see it, and the code of why (not)."""
    if spam >= intents.SPAM_FROM or intent == "spam":
        return False, "nobody-spam"
    if urgency in ("high", "critical"):
        return True, "person-urgent"
    if followers is not None and followers >= FAR_REACHING:
        return True, "person-reach"
    if intent in ("question", "complaint", "request"):
        return True, f"person-{intent}"
    return False, f"nobody-{intent}"


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
