"""Measure the classifier on the development texts and print the figures: `python -m tests.bench.bench_classify [folder]`;
`--speed` prints only how fast it reads, on messages of the corpus.

Reads NDJSON files that are not part of the repository (`id, text, lang, sentiment|urgency`); absent files are skipped.
Figures are of texts the tables were tuned on, except where a line says otherwise; `docs/model-card.md` has the others.
"""

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from services.classify.domain.reader import Reader, Text, build_reader
from services.classify.learning.measures import macro_f1, macro_recall
from services.classify.learning.speed import mixed_texts, speed
from services.contracts.mentions import Classification

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
SENTIMENT = (
    "nl_reviews_mabsa_dev",
    "nl_reviews_bol_dev",
    "nl_subtitles_xed_dev",
    "en_tweets_semeval2013_2016",
    "en_tweets_airline_dev",
    "en_mixed_hutto_vader_groundtruth",
    "en_reviews_mabsa_dev",
    "de_tweets_umsab_dev",
)
EVERYDAY = ("en_tweets_airline_dev", "en_tweets_semeval2013_2016", "nl_reviews_bol_dev", "nl_reviews_mabsa_dev")
LEVELS = ("low", "normal", "high", "critical")
MOST = 5_000


def rows(folder: Path, name: str) -> list[dict[str, Any]]:
    """At most 5,000 texts of a file, evenly spread; nothing when it is absent."""
    path = folder / f"{name}.ndjson"
    if not path.exists():
        return []
    found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return found[:: max(1, len(found) // MOST)]


def classified(reader: Reader, texts: Sequence[dict[str, Any]], hint: bool) -> tuple[list[Classification], float]:
    """Classifications and texts per second."""
    batch = [Text(one["text"], language_hint=one.get("lang") if hint else None) for one in texts]
    begin = time.perf_counter()
    found = reader.classify_batch(batch)
    return found, len(batch) / max(1e-9, time.perf_counter() - begin)


def sentiment(reader: Reader, folder: Path) -> None:
    """Macro-F1 and macro-recall of each sentiment set; two-class sets by the sign of the score."""
    for name in SENTIMENT:
        texts = rows(folder, name)
        if not texts:
            continue
        labels = sorted({one["sentiment"] for one in texts})
        found, rate = classified(reader, texts, hint=True)
        pairs = [(one["sentiment"], _label(got, labels)) for one, got in zip(texts, found, strict=True)]
        say(
            f"sentiment {name:34} n={len(texts):5} macro-F1 {macro_f1(pairs, labels):5.1f}"
            f" macro-recall {macro_recall(pairs, labels):5.1f} {rate:6.0f} texts/s"
        )


def _label(got: Classification, labels: Sequence[str]) -> str:
    if "neutral" in labels or got.sentiment.label != "neutral":
        return got.sentiment.label
    return "positive" if got.sentiment.score > 0 else "negative"


def urgency(reader: Reader, folder: Path) -> None:
    """Urgency on the sixty examples that the tables were written beside: a check, not a measurement."""
    texts = rows(folder, "urgency_examples")
    for lang in ("nl", "en", ""):
        part = [one for one in texts if lang in ("", one["lang"])]
        if not part:
            continue
        found, _ = classified(reader, part, hint=False)
        pairs = [(one["urgency"], got.urgency.label) for one, got in zip(part, found, strict=True)]
        critical = [b for a, b in pairs if a == "critical"]
        say(
            f"urgency {lang or 'all':3} n={len(part):3} macro-F1 {macro_f1(pairs, LEVELS):5.1f}"
            f" critical found {sum(b == 'critical' for b in critical)}/{len(critical)}"
            f" critical rated low or normal {sum(b in LEVELS[:2] for b in critical)}/{len(critical)}"
        )


def false_alarms(reader: Reader, folder: Path) -> None:
    """How many of everyday texts are rated high or critical: nearly none of them are."""
    for name in EVERYDAY:
        texts = rows(folder, name)
        if not texts:
            continue
        found, _ = classified(reader, texts, hint=True)
        shares = {level: 100 * sum(got.urgency.label == level for got in found) / len(found) for level in LEVELS}
        needs = 100 * sum(got.needs_person for got in found) / len(found)
        say(f"alarms {name:34} {' '.join(f'{k} {v:.1f} %' for k, v in shares.items())} needs a person {needs:.0f} %")


def language(reader: Reader, folder: Path) -> None:
    """Accuracy of the language without a hint."""
    for name in (
        "lid_dev",
        "en_tweets_airline_dev",
        "nl_reviews_mabsa_dev",
        "urgency_examples",
        "nl_subtitles_xed_dev",
    ):
        texts = [one for one in rows(folder, name) if one["lang"] in ("nl", "en", "de", "fr")]
        if not texts:
            continue
        found, _ = classified(reader, texts, hint=False)
        shares = []
        for code in sorted({one["lang"] for one in texts}):
            given = [got.language.code for one, got in zip(texts, found, strict=True) if one["lang"] == code]
            shares.append(f"{code} {100 * sum(one == code for one in given) / len(given):.1f} % of {len(given)}")
        say(f"language {name:28} {', '.join(shares)}")


def how_fast(reader: Reader) -> None:
    """Texts a second of one core, by the processor's time."""
    found = speed(reader, mixed_texts())
    say(
        f"speed: {found['median']:.0f} texts/s of one core in the middle of many batches, best {found['best']:.0f}, the "
        f"first time {found['first']:.0f}; {found['words']:.0f} words on average, Dutch and English by turns"
    )


def say(line: str) -> None:
    """One line to standard output."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure everything."""
    asked = sys.argv[1:] if arguments is None else arguments
    given = [one for one in asked if one != "--speed"]
    folder = Path(given[0]) if given else DATA
    begin = time.perf_counter()
    reader = build_reader()
    say(f"reader built in {time.perf_counter() - begin:.2f} s")
    how_fast(reader)
    if "--speed" in asked:
        return
    urgency(reader, folder)
    language(reader, folder)
    sentiment(reader, folder)
    false_alarms(reader, folder)


if __name__ == "__main__":
    main()
