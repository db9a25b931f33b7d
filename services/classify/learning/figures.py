"""All figures of the model card in one run, as plain values that are kept beside it as JSON.

The test part of the corpus, the blind set and the blind pairs are read here and nowhere else (but by tests).
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.classify.domain.judgement import INTENTS, SENTIMENTS
from services.classify.domain.look import Looker, Text
from services.classify.domain.reader import LANGUAGES, Reader
from services.classify.domain.urgency import LEVELS
from services.classify.domain.weights import load_weights
from services.classify.learning import baselines, corpus, measures
from services.classify.learning.corpus import Labelled
from services.contracts.mentions import Classification

LABELS: Mapping[str, Sequence[str]] = {"sentiment": SENTIMENTS, "urgency": LEVELS, "intent": INTENTS}
MOST = 2_400
Rereads = Callable[[Sequence[Text], Sequence[Classification]], list[Classification]]
"""The second reader."""
PUBLIC: Mapping[str, str] = {
    "en_tweets_airline_dev": "airline tweets, English",
    "nl_reviews_mabsa_dev": "M-ABSA reviews, Dutch",
    "nl_reviews_bol_dev": "bol.com book reviews, Dutch, two classes by the sign of the score",
    "en_subtitles_xed_dev": "XED subtitles, English",
    "en_reviews_mabsa_dev": "M-ABSA reviews, English",
}
"""Sets that nothing has learnt from."""
MIX: Mapping[str, float] = {"low": 0.55, "normal": 0.38, "high": 0.05, "critical": 0.02}
"""What a team's mentions are taken to hold when alarms are counted: an assumption, far calmer than the corpus."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader made of texts: the label of each head, topics, and how sure it was."""

    labels: Mapping[str, Sequence[str]]
    topics: Sequence[Sequence[str]] = ()
    confidences: Mapping[str, Sequence[float]] | None = None


def reading(found: Sequence[Classification]) -> Reading:
    """Classifications by head, with how sure they are of sentiment and urgency."""
    return Reading(
        {
            "sentiment": [one.sentiment.label for one in found],
            "urgency": [one.urgency.label for one in found],
            "intent": [one.intent for one in found],
        },
        [one.topics for one in found],
        {
            "sentiment": [one.sentiment.confidence for one in found],
            "urgency": [0.5 if one.urgency.confidence is None else one.urgency.confidence for one in found],
        },
    )


def figures_of(rows: Sequence[Labelled], read: Reading) -> dict[str, float]:
    """The figures of one reader on labelled messages, in percent."""
    pairs = {head: list(zip((getattr(one, head) for one in rows), read.labels[head], strict=True)) for head in LABELS}
    found = {head: measures.macro_f1(pairs[head], _present(pairs[head], LABELS[head])) for head in LABELS}
    found["intent_accuracy"] = measures.accuracy(pairs["intent"])
    found["critical_found"] = 100 * measures.recall(pairs["urgency"], "critical")
    found["passed_over"] = measures.passed_over(pairs["urgency"])
    found["urgent_f1"] = measures.urgent_f1(pairs["urgency"])
    return found | {f"{head}_ece": _calibration(rows, read, head)["ece"] for head in read.confidences or ()}


def right_alarms(confusion: Sequence[Sequence[int]]) -> dict[str, float]:
    """Of a hundred messages read as critical, and of a hundred read as high or critical, how many are, were the levels as
    common as `MIX` says.

    Args:
        confusion: counts of levels, wanted by given, in the order of `LEVELS`.
    """
    shares = [
        [MIX[level] * one / max(1, sum(row)) for one in row] for level, row in zip(LEVELS, confusion, strict=True)
    ]
    critical = [row[3] for row in shares]
    urgent = [row[2] + row[3] for row in shares]
    return {
        "critical": 100 * critical[3] / max(1e-9, sum(critical)),
        "urgent": 100 * sum(urgent[2:]) / max(1e-9, sum(urgent)),
    }


def labelled_set(
    reader: Reader, language: str, rows: Sequence[Labelled], taught: Sequence[Labelled], second: Rereads | None
) -> dict[str, Any]:
    """Everything about one labelled set: each reader, sectors, traits, calibration, confusion, topics."""
    texts = [Text(one.text) for one in rows]
    first = reader.classify_batch(texts)
    read = reading(first)
    looker = Looker({code: load_weights(code).voice.known for code in LANGUAGES})
    readers = {
        "majority": Reading(
            {head: baselines.majority([getattr(o, head) for o in taught], len(rows)) for head in LABELS}
        ),
        "rules": Reading(baselines.rules([looker.look(Text(one.text, language_hint=language)) for one in rows])),
        "tfidf": Reading(baselines.learnt(taught, [one.text for one in rows])),
        "first": read,
    }
    if second is not None:
        readers["second"] = reading(second(texts, first))
    confusion = {
        head: measures.confusion(
            [(getattr(one, head), got) for one, got in zip(rows, read.labels[head], strict=True)], LABELS[head]
        )
        for head in ("sentiment", "urgency")
    }
    return {
        "count": len(rows),
        "readers": {name: figures_of(rows, one) for name, one in readers.items()},
        "topics": measures.sets_f1([(one.topics, got) for one, got in zip(rows, read.topics, strict=True)]),
        "sectors": _groups(rows, read, lambda one: [one.sector]),
        "traits": _groups(rows, read, lambda one: one.traits),
        "calibration": {head: _calibration(rows, read, head) for head in ("sentiment", "urgency")},
        "confusion": confusion,
        "right_alarms": right_alarms(confusion["urgency"]),
    }


def _present(pairs: measures.Pairs, labels: Sequence[str]) -> list[str]:
    """The labels that occur, so that a small group is not measured by what it does not hold."""
    wanted = {pair[0] for pair in pairs}
    return [one for one in labels if one in wanted]


def _calibration(rows: Sequence[Labelled], read: Reading, head: str) -> dict[str, Any]:
    sure = (read.confidences or {})[head]
    right = [getattr(one, head) == got for one, got in zip(rows, read.labels[head], strict=True)]
    bins = measures.calibration(sure, right)
    return {"ece": measures.ece(bins), "bins": bins}


def _groups(
    rows: Sequence[Labelled], read: Reading, names: Callable[[Labelled], Sequence[str]]
) -> dict[str, dict[str, float]]:
    """Figures by sector or by trait."""
    found = {}
    for name in sorted({name for one in rows for name in names(one)}):
        mine = [at for at, one in enumerate(rows) if name in names(one)]
        part = Reading({head: [read.labels[head][at] for at in mine] for head in LABELS})
        some = [rows[at] for at in mine]
        critical = sum(one.urgency == "critical" for one in some)
        found[name] = {"count": len(mine), "critical": critical, **figures_of(some, part)}
    return found


def rows_of(data: Path, name: str, most: int) -> list[dict[str, Any]]:
    """At most so many texts of a public set, evenly spread; none when it is absent."""
    path = data / f"{name}.ndjson"
    if not path.exists():
        return []
    with path.open(encoding="utf-8") as file:
        found = [json.loads(line) for line in file]
    return found[:: max(1, -(-len(found) // most))]


def public_sets(reader: Reader, data: Path, second: Rereads | None = None, most: int = MOST) -> dict[str, Any]:
    """Sentiment on public sets that nothing has learnt from: macro-F1 in percent."""
    found: dict[str, Any] = {}
    for name in PUBLIC:
        rows = rows_of(data, name, most)
        if not rows:
            continue
        texts = [Text(one["text"]) for one in rows]
        first = reader.classify_batch(texts)
        levels = [one.urgency.label for one in first]
        alarms = {f"read_{one}": 100 * levels.count(one) / len(levels) for one in ("high", "critical")}
        found[name] = {"count": len(rows), "first": _sentiment(rows, first), **alarms}
        if second is not None:
            found[name]["second"] = _sentiment(rows, second(texts, first))
    return found


def _sentiment(rows: Sequence[Mapping[str, Any]], found: Sequence[Classification]) -> float:
    labels = sorted({one["sentiment"] for one in rows})
    pairs = [(one["sentiment"], by_sign(got, labels)) for one, got in zip(rows, found, strict=True)]
    return measures.macro_f1(pairs, labels)


def by_sign(got: Classification, labels: Sequence[str]) -> str:
    """The label of a reading; by the sign of its score where the set knows no neutral."""
    if "neutral" in labels or got.sentiment.label != "neutral":
        return got.sentiment.label
    return "positive" if got.sentiment.score > 0 else "negative"


def languages(reader: Reader, data: Path) -> dict[str, Any]:
    """The share whose language is told right without a hint, of texts of five words or more and of two words."""
    rows = rows_of(data, "lid_dev", 100_000)
    found: dict[str, Any] = {}
    if not rows:
        return found
    given = [one.language.code for one in reader.classify_batch([Text(one["text"]) for one in rows])]
    lengths = [len(one["text"].split()) for one in rows]
    for code in ("nl", "en", "de", "fr"):
        for name, least, most in (("five", 5, 10_000), ("two", 2, 2)):
            mine = [
                got
                for one, got, length in zip(rows, given, lengths, strict=True)
                if one["lang"] == code and least <= length <= most
            ]
            found[f"{code}-{name}"] = {"count": len(mine), "right": 100 * mine.count(code) / max(1, len(mine))}
    return found


def two_words(reader: Reader, language: str, rows: Sequence[Labelled]) -> dict[str, float]:
    """Of two words in a row out of each message, from its middle, the share whose language is told right."""
    words = [re.findall(r"[^\W\d_]{3,}", one.text) for one in rows]
    pairs = [" ".join(found[len(found) // 2 - 1 :][:2]) for found in words if len(found) > 1]
    given = [one.language.code for one in reader.classify_batch([Text(pair) for pair in pairs])]
    return {"count": len(pairs), "right": 100 * given.count(language) / max(1, len(pairs))}


def lowered(reader: Reader, language: str, second: Rereads | None = None) -> dict[str, dict[str, dict[str, float]]]:
    """Of the pairs of a language, by hand and by what the second message does, how many there are, and the share whose
    second message is read as less urgent than the first."""
    pairs = [one for one in corpus.pairs() if one.lang == language]
    texts = [Text(text) for one in pairs for text in (one.urgent, one.calmer)]
    readings = {"first": reader.classify_batch(texts)}
    if second is not None:
        readings["second"] = second(texts, readings["first"])
    levels = {name: [LEVELS.index(one.urgency.label) for one in found] for name, found in readings.items()}
    counted: dict[str, dict[str, dict[str, float]]] = {}
    for hand, how in sorted({(one.hand, one.how) for one in pairs}):
        mine = [at for at, one in enumerate(pairs) if (one.hand, one.how) == (hand, how)]
        shares = {
            name: 100 * sum(one[2 * at] > one[2 * at + 1] for at in mine) / len(mine) for name, one in levels.items()
        }
        counted.setdefault(hand, {})[how] = {"count": len(mine), **shares}
    return counted


def failures(reader: Reader, language: str, most: int = 3) -> list[dict[str, str]]:
    """Mistakes on the tuning part, those that the reader was surest of: urgent ones passed over, alarms at nothing, and
    attitudes taken for their opposite."""
    rows = [one for one in corpus.read(language) if one.split == "tune" and len(one.text) < 220]
    read = reading(reader.classify_batch([Text(one.text) for one in rows]))
    kinds: dict[str, tuple[str, Callable[[str, str], bool]]] = {
        "critical read as less urgent": ("urgency", lambda a, b: a == "critical" and b in ("low", "normal")),
        "an alarm at nothing": ("urgency", lambda a, b: a == "low" and b in ("high", "critical")),
        "attitude taken for its opposite": ("sentiment", lambda a, b: {a, b} == {"negative", "positive"}),
    }
    found = []
    for kind, (head, wrong) in kinds.items():
        sure = (read.confidences or {})[head]
        mine = [at for at, one in enumerate(rows) if wrong(getattr(one, head), read.labels[head][at])]
        for at in sorted(mine, key=lambda at: -sure[at])[:most]:
            one = rows[at]
            found.append({"kind": kind, "text": one.text, "wanted": getattr(one, head), "given": read.labels[head][at]})
    return found
