"""What the readers are compared with: the commonest label, the rules by themselves, and TF-IDF with logistic regression."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from services.classify.domain.judgement import by_rules
from services.classify.domain.look import Look
from services.classify.learning.corpus import Labelled

HEADS = ("sentiment", "urgency", "intent")


def majority(taught: Sequence[str], count: int) -> list[str]:
    """The commonest label of the training part, `count` times."""
    return [Counter(taught).most_common(1)[0][0]] * count


def rules(looks: Sequence[Look]) -> dict[str, list[str]]:
    """What word lists and rules say by themselves, by head."""
    found = [by_rules(one) for one in looks]
    return {
        "sentiment": [one.attitude.label for one in found],
        "urgency": [one.urgency.label for one in found],
        "intent": [one.intent for one in found],
    }


def tfidf() -> Any:
    """TF-IDF of words and pairs of words with logistic regression, classes balanced: what anybody would try first."""
    return make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True),
        LogisticRegression(C=4.0, max_iter=2000, class_weight="balanced"),
    )


def tfidf_labels(taught: Sequence[str], labels: Sequence[str], texts: Sequence[str]) -> list[str]:
    """What `tfidf` says of texts after it was taught."""
    return [str(one) for one in tfidf().fit(taught, labels).predict(texts)]


def learnt(taught: Sequence[Labelled], texts: Sequence[str]) -> dict[str, list[str]]:
    """The same for each head, on the training part of the corpus."""
    lessons = [one.text for one in taught]
    return {head: tfidf_labels(lessons, [getattr(one, head) for one in taught], texts) for head in HEADS}
