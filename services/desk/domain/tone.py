"""What a colleague would say of a reply before it is sent: `check(text, context)` gives findings, each with its rule.

Pure. The rules of a language are data (`tone_rules.py`), personal data is in `tone_private.py`. It advises and refuses
nothing; a false alarm costs more than a miss, so a rule that doubts is silent.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from services.desk.domain.formats import PLAIN, Format, length, over
from services.desk.domain.tone_private import private
from services.desk.domain.tone_rules import Rules, rules_for, words

Rule = Literal[
    "private",
    "variable",
    "too_long",
    "language",
    "promise",
    "blame",
    "address",
    "apology",
    "next_step",
    "jargon",
    "loud",
]
SERIOUS: frozenset[Rule] = frozenset({"private", "variable", "too_long", "language", "promise", "blame"})
"""What is better not sent like this; the rest is advice."""
LONGEST = 10_000
"""Characters that are looked at; what comes after is only counted."""
MOST_SPANS = 20
ENOUGH_WORDS = 8
"""Of fewer words nothing is said to be missing: somebody is still typing."""


@dataclass(frozen=True, slots=True)
class Span:
    """A place in the text, as indices, and what to put there; `None` where that is for people to say."""

    start: int
    end: int
    instead: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at. `key` is the text that says it, with `values`; no span is the text as a whole."""

    rule: Rule
    key: str
    spans: tuple[Span, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def serious(self) -> bool:
        """Whether it is better not sent like this."""
        return self.rule in SERIOUS

    @property
    def can_apply(self) -> bool:
        """Whether there is something to put in its place."""
        return any(one.instead is not None for one in self.spans)


@dataclass(frozen=True, slots=True)
class Context:
    """What a reply answers and by which house style."""

    language: str = "nl"
    """What the customer writes."""
    intent: str = "question"
    negative: bool = False
    channel: Format = PLAIN
    may_promise: bool = False
    """Whether refunds and dates are within the mandate of whoever writes."""
    address: Literal["je", "u"] = "je"
    avoid: Mapping[str, str] = field(default_factory=dict)
    apologised: bool = False
    """An earlier reply of ours did."""


_QUOTED = re.compile(r"[“„\"][^“”„\"\n]{1,300}[”\"]|‘[^‘’\n]{1,300}’(?!\w)")
_ADDRESSES = re.compile(r"https?://\S+|[\w.+-]+@[\w.-]+\w|(?<!\w)[@#]\w+")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?](?=\d)[^.!?\n]*)*[.!?\n]*")
_VARIABLE = re.compile(
    r"\{[^{}\n]{1,40}\}|\[(?:naam|klant|name|customer|datum|date|nummer|number|invullen|xxx+)\]|(?<!\w)XX+(?!\w)", re.I
)
_LOUD = re.compile(r"(?:!\s?){2,}|\?{2,}|[!?]*(?:!\?|\?!)[!?]*")
_SHOUTED = re.compile(r"(?<![\w@#-])[^\W\d_a-zß-ÿ]{2,}(?:[ ,]+[^\W\d_a-zß-ÿ]{2,})+(?![\w-])")


def check(text: str, context: Context) -> tuple[Finding, ...]:
    """All findings, the serious ones first; none for an empty text."""
    looked_at = text[:LONGEST]
    if not looked_at.strip():
        return ()
    plain = _masked(looked_at)
    written = language_of(plain)
    rules = rules_for(written or context.language)
    found = [
        *_private(looked_at, context),
        *_variables(looked_at),
        *_too_long(text, context.channel),
        *_wrong_language(written, context),
        *_loud(plain),
        *_jargon(plain, rules, context.avoid),
    ]
    if rules is not None:
        found += [*_promises(plain, rules, context), *_blame(plain, rules), *_address(plain, rules, context)]
        found += _missing(plain, rules, context)
    return tuple(sorted(found, key=lambda one: not one.serious))


def apply(text: str, finding: Finding) -> str:
    """The text with what the finding proposes in its places."""
    for span in sorted(finding.spans, key=lambda one: one.start, reverse=True):
        if span.instead is not None:
            text = text[: span.start] + span.instead + text[span.end :]
    return text


def language_of(text: str) -> str | None:
    """`nl` or `en` when the words that only one of them has leave no doubt; else `None`."""
    spoken = [one.lower() for one in _WORD.findall(text)]
    counts = {}
    for language in ("nl", "en"):
        rules = rules_for(language)
        assert rules is not None, "both languages have rules"
        counts[language] = sum(one in rules.common for one in spoken)
    first, second = sorted(counts, key=lambda one: counts[one], reverse=True)
    return first if counts[first] >= 4 and counts[first] >= 2.5 * counts[second] else None


def form_of(texts: Iterable[str]) -> Literal["je", "u"] | None:
    """How somebody addresses us in Dutch: je, u, or neither (or both)."""
    rules = rules_for("nl")
    assert rules is not None, "Dutch has rules"
    joined = _masked("\n".join(texts))
    says_je, says_u = bool(rules.to_u_words.search(joined)), bool(rules.to_je_words.search(joined))
    return None if says_je == says_u else "je" if says_je else "u"


def apologises(text: str, language: str) -> bool:
    """Whether a text says sorry, or that it understands."""
    rules = rules_for(language_of(text) or language)
    return rules is not None and bool(rules.apology.search(text))


def _masked(text: str) -> str:
    """The text with what is quoted and with addresses blanked, every index as it was."""
    for pattern in (_QUOTED, _ADDRESSES):
        text = pattern.sub(lambda found: "\x00" * len(found[0]), text)
    return text


# -- the rules ---------------------------------------------------------------------------------------------------------


def _private(text: str, context: Context) -> Iterator[Finding]:
    if not context.channel.public:
        return
    by_kind: dict[str, list[Span]] = {}
    for one in private(text):
        by_kind.setdefault(one.kind, []).append(Span(one.start, one.end))
    yield from (Finding("private", f"tone.private.{kind}", tuple(spans)) for kind, spans in by_kind.items())


def _variables(text: str) -> Iterator[Finding]:
    if spans := _spans(_VARIABLE, text):
        yield Finding("variable", "tone.variable", spans, {"what": text[spans[0].start : spans[0].end]})


def _too_long(text: str, channel: Format) -> Iterator[Finding]:
    begins = over(text, channel)
    if begins is not None and channel.limit is not None:
        key = "tone.too_long.thread" if channel.threads else "tone.too_long.cut"
        values = {"over": str(length(text, channel) - channel.limit), "limit": str(channel.limit)}
        yield Finding("too_long", key, (Span(begins, len(text)),), values)


def _wrong_language(written: str | None, context: Context) -> Iterator[Finding]:
    if written and rules_for(context.language) and written != context.language:
        yield Finding("language", f"tone.language.{context.language}")


def _loud(text: str) -> Iterator[Finding]:
    marks = tuple(Span(*_trimmed(one), "?" if "?" in one[0] else "!") for one in _LOUD.finditer(text))
    if marks:
        yield Finding("loud", "tone.loud.marks", marks[:MOST_SPANS])
    shouted = [one for one in _SHOUTED.finditer(text) if sum(map(str.isalpha, one[0])) >= 8]
    if shouted:
        yield Finding("loud", "tone.loud.capitals", tuple(Span(*one.span(), _quieter(text, one)) for one in shouted))


def _trimmed(found: re.Match[str]) -> tuple[int, int]:
    return found.start(), found.start() + len(found[0].rstrip())


def _quieter(text: str, found: re.Match[str]) -> str:
    before = text[: found.start()].rstrip()
    begins = not before or before[-1] in ".!?\n"
    return found[0].capitalize() if begins else found[0].lower()


def _jargon(text: str, rules: Rules | None, avoid: Mapping[str, str]) -> Iterator[Finding]:
    own = {_key(term): instead for term, instead in avoid.items()}
    yield from _words_to_avoid(text, words(own), own)
    if rules is not None:
        ours = {term: instead for term, instead in rules.jargon.items() if term not in own}
        yield from _words_to_avoid(text, rules.jargon_words, ours)


def _words_to_avoid(text: str, pattern: re.Pattern[str], terms: Mapping[str, str]) -> Iterator[Finding]:
    spans: dict[str, list[Span]] = {}
    for found in pattern.finditer(text):
        term = _key(found[0])
        if term in terms:
            spans.setdefault(term, []).append(Span(*found.span(), _as_written(found[0], terms[term]) or None))
    for term, places in spans.items():
        key = "tone.jargon.instead" if terms[term] else "tone.jargon.plain"
        yield Finding("jargon", key, tuple(places[:MOST_SPANS]), {"word": term, "instead": terms[term]})


def _key(term: str) -> str:
    """How a word is looked up: abbreviations in capitals as they are, so that `SLA` is not the Dutch `sla`."""
    return term if term.isupper() else " ".join(term.lower().split())


def _promises(text: str, rules: Rules, context: Context) -> Iterator[Finding]:
    if context.may_promise:
        return
    for kind, pattern in (
        ("money", rules.promise_money),
        ("word", rules.promise_word),
        ("date", rules.promise_date),
    ):
        spans = tuple(
            Span(start, end)
            for start, end, sentence in _sentences(text)
            if pattern.search(sentence) and not rules.hedges.search(sentence)
        )
        if spans:
            yield Finding("promise", f"tone.promise.{kind}", spans[:MOST_SPANS])


def _sentences(text: str) -> Iterator[tuple[int, int, str]]:
    for found in _SENTENCE.finditer(text):
        start = found.start() + len(found[0]) - len(found[0].lstrip())
        yield start, found.start() + len(found[0].rstrip()), found[0]


def _blame(text: str, rules: Rules) -> Iterator[Finding]:
    if spans := _spans(rules.blame, text):
        yield Finding("blame", "tone.blame", spans)


def _address(text: str, rules: Rules, context: Context) -> Iterator[Finding]:
    if rules.language != "nl":
        return
    wrong, right, instead = (
        (rules.to_je_words, rules.to_u_words, rules.to_je)
        if context.address == "je"
        else (rules.to_u_words, rules.to_je_words, rules.to_u)
    )
    spans = tuple(
        Span(*found.span(), _as_written(found[0], instead[" ".join(found[0].lower().split())]) or None)
        for found in wrong.finditer(text)
    )
    if spans:
        how = "mixed" if right.search(text) else "house"
        yield Finding("address", f"tone.address.{how}_{context.address}", spans[:MOST_SPANS])


def _missing(text: str, rules: Rules, context: Context) -> Iterator[Finding]:
    """An apology on a complaint that is angry or sad; a next step on a complaint, or where a question is not answered."""
    if len(_WORD.findall(text)) < ENOUGH_WORDS:
        return
    complaint = context.intent == "complaint"
    if complaint and context.negative and not context.apologised and not rules.apology.search(text):
        yield Finding("apology", "tone.apology")
    asked = context.intent in ("question", "request") and rules.no_answer.search(text)
    if (complaint or asked) and not rules.next_step.search(rules.no_answer.sub("", text)):
        yield Finding("next_step", "tone.next_step")


def _spans(pattern: re.Pattern[str], text: str) -> tuple[Span, ...]:
    return tuple(Span(*found.span()) for found in pattern.finditer(text))[:MOST_SPANS]


def _as_written(was: str, instead: str) -> str:
    """`instead` with a capital where what it replaces has one."""
    return instead[:1].upper() + instead[1:] if (was[:1].isupper() and not was.isupper()) or was == "U" else instead
