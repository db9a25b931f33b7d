"""Whether what a team's corrections teach is better: on its own, by cross-validation, and no worse on the fixed test.

No worse: macro-F1 falls by no more than chance explains (`MARGIN`), and not one critical message more is missed.
"""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass

from services.classify.domain.delta import HeadDelta
from services.classify.domain.look import Looker, Text
from services.classify.domain.reader import LANGUAGES, Reader, TeamJudges
from services.classify.learning import adapt, corpus, measures
from services.classify.learning.adapt import Correction, Rows
from services.classify.learning.corpus import Labelled
from services.classify.learning.figures import LABELS

_TRIAL = "trial"
MARGIN = 0.5
"""Points of macro-F1 on the fixed test that are chance: some five messages of a thousand read otherwise."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How well one head reads, in percent: the team's own corrections that are right, macro-F1 on the fixed test, and for
    urgency the critical messages of that test that are read as low or normal."""

    own: float
    test: float
    missed: float


@dataclass(frozen=True, slots=True)
class Trial:
    """One head in one language: how many corrections, before and after, and what is added if that is better."""

    language: str
    head: str
    corrections: int
    before: Figures
    after: Figures
    delta: HeadDelta | None

    @property
    def why_not(self) -> str:
        """Why it is not better; empty when it is."""
        if self.after.test < self.before.test - MARGIN:
            return f"worse on the fixed test: {self.before.test:.1f}, then {self.after.test:.1f}"
        if self.after.missed > self.before.missed:
            return f"more critical ones missed on the fixed test: {self.before.missed:.1f} %, then {self.after.missed:.1f} %"
        if self.after.own <= self.before.own:
            return f"no better on the team's own corrections: {self.before.own:.1f} %, then {self.after.own:.1f} %"
        return ""


def trials(
    reader: Reader,
    corrections: Sequence[Correction],
    moved: Callable[[int, int], None] = lambda _done, _of: None,
    read: Callable[[str], list[Labelled]] | None = None,
) -> list[Trial]:
    """Learn from corrections, each head of each language by itself.

    Args:
        reader: with the trained weights alone.
        corrections: all of the team's.
        moved: told how far it is.
        read: gives the corpus of a language, where it is not the project's own.
    """
    looker = Looker({code: reader.weights(code).voice.known for code in LANGUAGES})
    found = []
    groups = {key: some for key, some in adapt.usable(corrections).items() if key[0] in LANGUAGES}
    for number, lessons in enumerate(groups.values()):
        messages = (read or corpus.read)(lessons[0].language)
        test = [one for one in messages if one.split == "test"]
        found.append(_trial(reader, _lesson(reader, looker, lessons, messages), test))
        moved(number + 1, len(groups))
    return found


@dataclass(frozen=True, slots=True)
class _Lesson:
    """The corrections of one head in one language, with messages of the corpus as a counterweight behind them."""

    corrections: Sequence[Correction]
    labels: Sequence[str]
    rows: Rows

    @property
    def language(self) -> str:
        return self.corrections[0].language

    @property
    def head(self) -> str:
        return self.corrections[0].field

    def taught(self, strength: float, without: Set[int] = frozenset()) -> HeadDelta:
        """What they add; some of the corrections may be left out."""
        teach = [at for at in range(len(self.labels)) if at not in without]
        counts = [adapt.WEIGHT if at < len(self.corrections) else 1.0 for at in teach]
        return adapt.fitted(self.rows, self.head, teach, [self.labels[at] for at in teach], counts, strength)


def _lesson(reader: Reader, looker: Looker, corrections: Sequence[Correction], messages: Sequence[Labelled]) -> _Lesson:
    language, head = corrections[0].language, corrections[0].field
    others = adapt.counterweights([(one.text, getattr(one, head)) for one in messages if one.split == "train"])
    texts = [one.text for one in corrections], [text for text, _ in others]
    labels = [*(one.value for one in corrections), *(label for _, label in others)]
    return _Lesson(corrections, labels, adapt.rows_of(reader, looker, language, head, *texts))


def _trial(reader: Reader, lesson: _Lesson, test: Sequence[Labelled]) -> Trial:
    """The freest difference that is better; else the most careful one, with its figures."""
    language, head, mine = lesson.language, lesson.head, lesson.corrections
    before = Figures(_right(mine, _labels(reader, mine, None)), *_on_test(reader, language, head, test, None))
    last = before
    for strength in adapt.STRENGTHS:
        delta = lesson.taught(strength)
        last = Figures(_cross_validated(reader, lesson, strength), *_on_test(reader, language, head, test, delta))
        tried = Trial(language, head, len(mine), before, last, delta)
        if not tried.why_not:
            return tried
    return Trial(language, head, len(mine), before, last, None)


def _cross_validated(reader: Reader, lesson: _Lesson, strength: float) -> float:
    """The share of corrections that is right when it was learnt from the other folds."""
    right = 0.0
    for fold in adapt.folds(lesson.corrections):
        held = [lesson.corrections[at] for at in fold]
        right += _right(held, _labels(reader, held, lesson.taught(strength, set(fold)))) * len(held)
    return right / len(lesson.corrections)


def _reading(reader: Reader, language: str, delta: HeadDelta | None) -> Reader:
    if delta is None:
        return reader
    return reader.for_teams({_TRIAL: TeamJudges(_TRIAL, reader.judges_with({language: [delta]}))})


def _labels(reader: Reader, lessons: Sequence[Correction], delta: HeadDelta | None) -> list[str]:
    language, head = lessons[0].language, lessons[0].field
    texts = [Text(one.text, language_hint=language, team=_TRIAL) for one in lessons]
    return [getattr(one, head).label for one in _reading(reader, language, delta).classify_batch(texts)]


def _right(lessons: Sequence[Correction], labels: Sequence[str]) -> float:
    return measures.accuracy([(one.value, label) for one, label in zip(lessons, labels, strict=True)])


def _on_test(
    reader: Reader, language: str, head: str, test: Sequence[Labelled], delta: HeadDelta | None
) -> tuple[float, float]:
    texts = [Text(one.text, language_hint=language, team=_TRIAL) for one in test]
    given = [getattr(one, head).label for one in _reading(reader, language, delta).classify_batch(texts)]
    pairs = [(getattr(one, head), label) for one, label in zip(test, given, strict=True)]
    return measures.macro_f1(pairs, LABELS[head]), measures.passed_over(pairs) if head == "urgency" else 0.0


def better(found: Sequence[Trial]) -> Mapping[str, list[HeadDelta]]:
    """What is added, by language: of the trials that are better."""
    added: dict[str, list[HeadDelta]] = {}
    for one in found:
        if one.delta is not None:
            added.setdefault(one.language, []).append(one.delta)
    return added
