"""How far two annotators agree: `python -m services.classify.learning.agreement` prints Cohen's kappa for each label.

The second annotator labelled 400 messages of the corpus from the guide alone, without seeing the first labels
(`../corpus/second-*.tsv`: id, sentiment, urgency, intent).
"""

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from services.classify.learning import corpus

LABELS = ("sentiment", "urgency", "intent")


def kappa(first: Sequence[str], second: Sequence[str]) -> float:
    """Agreement beyond chance, 1 at most (Cohen, 1960)."""
    count = len(first)
    seen = sum(a == b for a, b in zip(first, second, strict=True)) / count
    ours, theirs = Counter(first), Counter(second)
    chance = sum(ours[label] * theirs[label] for label in ours) / count**2
    return 1.0 if chance == 1 else (seen - chance) / (1 - chance)


def second_labels(language: str, folder: Path = corpus.FOLDER) -> dict[str, tuple[str, ...]]:
    """The second annotator's labels by the message's id."""
    lines = (folder / f"second-{language}.tsv").read_text(encoding="utf-8").splitlines()
    return {fields[0]: tuple(fields[1:]) for fields in (line.split("\t") for line in lines)}


def pairs(language: str, label: str) -> tuple[list[str], list[str]]:
    """Both annotators' labels, in the same order."""
    ours = {one.id: str(getattr(one, label)) for one in corpus.read(language)}
    theirs = {ident: labels[LABELS.index(label)] for ident, labels in second_labels(language).items()}
    return [ours[ident] for ident in theirs], list(theirs.values())


def report() -> str:
    """Agreement and kappa of each label and language, as Markdown."""
    lines = ["| | messages | agree | kappa |", "| --- | ---: | ---: | ---: |"]
    for language in ("nl", "en"):
        for label in LABELS:
            first, second = pairs(language, label)
            agree = sum(a == b for a, b in zip(first, second, strict=True)) / len(first)
            lines.append(f"| {label}, {language} | {len(first)} | {100 * agree:.1f} % | {kappa(first, second):.2f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(report() + "\n")
