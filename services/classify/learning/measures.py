"""Figures of readings beside what was wanted: F1, recall, calibration, confusion. Pure; needs no library for learning."""

from collections import Counter
from collections.abc import Sequence

Pairs = Sequence[tuple[str, str]]
"""`(wanted, given)` labels."""
BINS = 10


def f1(pairs: Pairs, label: str) -> float:
    """F1 of one label, 0 to 1."""
    right = sum(wanted == given == label for wanted, given in pairs)
    total = sum((wanted == label) + (given == label) for wanted, given in pairs)
    return 2 * right / max(1, total)


def recall(pairs: Pairs, label: str) -> float:
    """Of what is `label`, the share that was read so."""
    given = [got for wanted, got in pairs if wanted == label]
    return given.count(label) / max(1, len(given))


def macro_f1(pairs: Pairs, labels: Sequence[str]) -> float:
    """The mean F1 over `labels`, in percent."""
    return 100 * sum(f1(pairs, one) for one in labels) / len(labels)


def macro_recall(pairs: Pairs, labels: Sequence[str]) -> float:
    """The mean recall over `labels`, in percent (TweetEval's figure for sentiment)."""
    return 100 * sum(recall(pairs, one) for one in labels) / len(labels)


def accuracy(pairs: Pairs) -> float:
    """The share that is right, in percent."""
    return 100 * sum(wanted == given for wanted, given in pairs) / max(1, len(pairs))


def urgent_f1(pairs: Pairs) -> float:
    """F1 of high and critical together against the rest, in percent."""
    urgent = ("high", "critical")
    return 100 * f1([(str(a in urgent), str(b in urgent)) for a, b in pairs], "True")


def passed_over(pairs: Pairs) -> float:
    """Of the critical messages, the share that was read as low or normal, in percent."""
    given = [got for wanted, got in pairs if wanted == "critical"]
    return 100 * sum(got in ("low", "normal") for got in given) / max(1, len(given))


def confusion(pairs: Pairs, labels: Sequence[str]) -> list[list[int]]:
    """How often each wanted label (row) was read as each label (column)."""
    counts = Counter(pairs)
    return [[counts[wanted, given] for given in labels] for wanted in labels]


def calibration(confidences: Sequence[float], right: Sequence[bool]) -> list[dict[str, float]]:
    """Ten bins of confidence: how many answers each holds, their mean confidence and the share that is right."""
    found = []
    for number in range(BINS):
        mine = [at for at, one in enumerate(confidences) if min(BINS - 1, int(one * BINS)) == number]
        if mine:
            found.append(
                {
                    "count": len(mine),
                    "confidence": sum(confidences[at] for at in mine) / len(mine),
                    "right": sum(right[at] for at in mine) / len(mine),
                }
            )
    return found


def ece(bins: Sequence[dict[str, float]]) -> float:
    """Expected calibration error: how far apart confidence and what is right are, weighed by the counts, in percent."""
    total = sum(one["count"] for one in bins)
    return 100 * sum(one["count"] * abs(one["confidence"] - one["right"]) for one in bins) / max(1, total)


def sets_f1(pairs: Sequence[tuple[Sequence[str], Sequence[str]]]) -> dict[str, float]:
    """Precision, recall and F1 of sets of labels (topics), over all labels of all texts, in percent."""
    right = sum(len(set(wanted) & set(given)) for wanted, given in pairs)
    wanted_count, given_count = (sum(len(set(pair[side])) for pair in pairs) for side in (0, 1))
    precision, found = right / max(1, given_count), right / max(1, wanted_count)
    return {
        "precision": 100 * precision,
        "recall": 100 * found,
        "f1": 100 * 2 * right / max(1, wanted_count + given_count),
    }
