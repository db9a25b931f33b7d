"""Our features beside TF-IDF on the same three folds of the SemEval tweets: neither has seen the texts it is measured on."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from services.classify.domain.features import Sight
from services.classify.domain.judgement import SENTIMENTS
from services.classify.domain.look import Look, Looker, Text, voice_facts
from services.classify.learning.baselines import tfidf_labels
from services.classify.learning.measures import macro_f1, macro_recall
from services.classify.learning.train import PUBLIC_STRENGTH, Lesson, fit, known_words
from services.classify.learning.vectors import Keyed, Vectoriser, keyed

SET = "en_tweets_semeval2013_2016"
FOLDS = 3
_AT_ONCE = 2_000


def cross_validated(data: Path, most: int | None = None) -> dict[str, Any] | None:
    """Macro-recall and macro-F1 of both, over all folds together; nothing when the file is absent."""
    path = data / f"{SET}.ndjson"
    if not path.exists():
        return None
    with path.open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file][:most]
    wanted = [one["sentiment"] for one in rows]
    ours, theirs = by_ours([one["text"] for one in rows], wanted), by_tfidf([one["text"] for one in rows], wanted)
    return {
        "set": SET,
        "texts": len(rows),
        "folds": FOLDS,
        "ours": _figures(wanted, ours),
        "tfidf": _figures(wanted, theirs),
    }


def by_ours(texts: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """What a model with our features says of each text, taught by the other folds. The words that are known as words are
    gathered from all texts; nothing of their labels is."""
    looker, sight = Looker(), Sight()
    known = known_words(look for part in _parts(texts) for look in _looks(looker, part))
    keys: list[Keyed] = []
    for part in _parts(texts):
        for look in _looks(looker, part):
            keys.append(keyed(sight.see(look.prepared, look.prepared.raw, known), voice_facts(look)))
    lessons = [Lesson(text, {"sentiment": label}) for text, label in zip(texts, wanted, strict=True)]
    found = [""] * len(texts)
    for number in range(FOLDS):
        taught, mine = _fold(len(texts), number)
        vectoriser = Vectoriser.of([keys[at] for at in taught], 3, 5)
        matrix = vectoriser.matrix([keys[at] for at in taught])
        model = fit("sentiment", SENTIMENTS, matrix, [lessons[at] for at in taught], PUBLIC_STRENGTH)
        scores = vectoriser.matrix([keys[at] for at in mine]) @ model.coefficients + model.bias
        for at, label in zip(mine, np.asarray(scores).argmax(axis=1).tolist(), strict=True):
            found[at] = model.labels[label]
        sys.stderr.write(f"fold {number + 1} of {FOLDS}\n")
    return found


def by_tfidf(texts: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """What TF-IDF with logistic regression says of each text, taught by the other folds."""
    found = [""] * len(texts)
    for number in range(FOLDS):
        taught, mine = _fold(len(texts), number)
        labels = tfidf_labels([texts[at] for at in taught], [wanted[at] for at in taught], [texts[at] for at in mine])
        for at, label in zip(mine, labels, strict=True):
            found[at] = label
    return found


def _fold(count: int, number: int) -> tuple[list[int], list[int]]:
    return [at for at in range(count) if at % FOLDS != number], [at for at in range(count) if at % FOLDS == number]


def _parts(texts: Sequence[str]) -> list[Sequence[str]]:
    return [texts[first : first + _AT_ONCE] for first in range(0, len(texts), _AT_ONCE)]


def _looks(looker: Looker, texts: Sequence[str]) -> list[Look]:
    return [looker.look(Text(one, language_hint="en")) for one in texts]


def _figures(wanted: Sequence[str], given: Sequence[str]) -> dict[str, float]:
    pairs = list(zip(wanted, given, strict=True))
    return {"macro_recall": macro_recall(pairs, SENTIMENTS), "macro_f1": macro_f1(pairs, SENTIMENTS)}
