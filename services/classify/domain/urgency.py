"""How soon a person must act and what is lost if nobody does: named signals, the highest level wins.

It sees words without tone (see `text.Prepared.calm`), so that capitals, exclamation marks, swearing, politeness and emoji
cannot change it. The definition is the project's: four levels, harm × time.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.classify.domain.context import Context
from services.classify.domain.phrases import Hit
from services.classify.domain.tables import load
from services.classify.domain.text import Words
from services.contracts.mentions import UrgencyLabel

LEVELS: tuple[UrgencyLabel, ...] = ("low", "normal", "high", "critical")
CALM, GRAVE = LEVELS[:2], LEVELS[2:]
_NEAR_SENTENCES = 2
_PROBLEMS = frozenset({"outage_partial", "delivery", "billing", "defect", "complaint", "request", "question", "churn"})
ROOM: Mapping[UrgencyLabel, tuple[float, float]] = {
    "low": (0.0, 0.24),
    "normal": (0.25, 0.54),
    "high": (0.55, 0.84),
    "critical": (0.85, 1.0),
}


@dataclass(frozen=True, slots=True)
class SignalKind:
    """One named signal: its level, its weight and the contexts in which it stands all the same."""

    name: str
    level: UrgencyLabel
    weight: float
    stands: frozenset[str]


@dataclass(frozen=True, slots=True)
class Combination:
    """A signal that follows from several facts near each other, unless one of `deniable` is denied."""

    signal: str
    parts: tuple[str, ...]
    deniable: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A signal that counts, with the words it was found at (`None`: it follows from the whole)."""

    kind: SignalKind
    hit: Hit | None
    by_model: bool = False
    """Whether a model told it from the whole, rather than a rule from these words."""
    doubts: tuple[str, ...] = ()
    """What near these words may take it away: `denying`, `over`."""
    holds_denial: bool = False
    """Whether a word that denies is one of these words."""


@dataclass(frozen=True, slots=True)
class UrgencyJudgement:
    """The level, its score, the signals that count, and those a context took away."""

    label: UrgencyLabel
    score: float
    found: tuple[Found, ...]
    dismissed: tuple[tuple[Found, str], ...]


def signal_kinds() -> Mapping[str, SignalKind]:
    """The signals by name."""
    return {
        name: SignalKind(name, entry["level"], entry["weight"], frozenset(entry.get("stands", ())))
        for name, entry in load("signals").items()
        if name != "combine"
    }


class UrgencyRules:
    """The signals and their combinations."""

    def __init__(self) -> None:
        combinations = load("signals")["combine"]
        self.combinations = tuple(
            Combination(one["signal"], tuple(one["all"]), tuple(one.get("deniable", ()))) for one in combinations
        )
        self.kinds = signal_kinds()
        self._of_weight = frozenset(name for name, kind in self.kinds.items() if kind.level in GRAVE)

    def judge(
        self, words: Words, hits: Sequence[Hit], context: Context, everyday: Mapping[str, Hit | None]
    ) -> UrgencyJudgement:
        """The urgency of one text.

        Args:
            words: the words without tone.
            hits: what the urgency tables found.
            context: what may take a signal away.
            everyday: the signals of normal and low level that the intent reader found, with their places.
        """
        grave, dismissed = self._grave(words, hits, context, everyday)
        found = list(grave)
        found += [Found(self.kinds[name], hit) for name, hit in everyday.items()]
        if not grave and context.resolved is not None:
            found = [one for one in found if one.kind.name not in _PROBLEMS or one.kind.name == "question"]
            found.append(Found(self.kinds["resolved"], Hit("resolved", context.resolved, context.resolved)))
        found.sort(key=lambda one: -one.kind.weight)
        label: UrgencyLabel = max((one.kind.level for one in found), key=LEVELS.index, default=LEVELS[0])
        return UrgencyJudgement(label, _score(label, found), tuple(found[:12]), tuple(dismissed[:6]))

    def _grave(
        self, words: Words, hits: Sequence[Hit], context: Context, everyday: Mapping[str, Hit | None]
    ) -> tuple[list[Found], list[tuple[Found, str]]]:
        """The signals above normal that stand, one of each kind, and those that were taken away."""
        standing: dict[str, Found] = {}
        dismissed: dict[str, tuple[Found, str]] = {}
        alone = [(hit, None) for hit in hits if hit.name in self._of_weight]
        for hit, denied in [*alone, *self._combined(words, hits, context, everyday)]:
            kind = self.kinds[hit.name]
            if kind.name in standing:
                continue
            against = context.of(hit)
            if denied is not None:
                against = against - {"negated"} | ({"negated"} if denied else set())
            against -= kind.stands
            if against:
                dismissed.setdefault(kind.name, (Found(kind, hit), min(against)))
            else:
                standing[kind.name] = Found(
                    kind, hit, doubts=context.doubts(hit), holds_denial=context.holds_denial(hit)
                )
        return list(standing.values()), [pair for name, pair in dismissed.items() if name not in standing]

    def _combined(
        self, words: Words, hits: Sequence[Hit], context: Context, everyday: Mapping[str, Hit | None]
    ) -> Iterable[tuple[Hit, bool]]:
        """The signals that follow from several facts, and whether what may be denied of them is."""
        facts: dict[str, list[Hit]] = {}
        for hit in hits:
            facts.setdefault(hit.name, []).append(hit)
        if not _PROBLEMS.isdisjoint(everyday):
            facts["trouble"] = []
        for combination in self.combinations:
            if all(part in facts for part in combination.parts):
                denied = any(all(map(context.denied, facts[part][:50])) for part in combination.deniable)
                yield from ((hit, denied) for hit in _near(combination, facts, words))


def _near(combination: Combination, facts: Mapping[str, Sequence[Hit]], words: Words) -> Iterable[Hit]:
    """The first fact, where each of the others is at most two sentences away."""
    others = [facts[part] for part in combination.parts[1:] if facts[part]]
    for hit in facts[combination.parts[0]][:50]:
        sentence = words.sentences[hit.first]
        if all(
            any(abs(words.sentences[one.first] - sentence) <= _NEAR_SENTENCES for one in places[:200])
            for places in others
        ):
            yield Hit(combination.signal, hit.first, hit.last)
            return


def _score(label: UrgencyLabel, found: Sequence[Found]) -> float:
    """The weight of the heaviest signal, and a little for each further one of its level, within the level's room."""
    bottom, top = ROOM[label]
    weights = [one.kind.weight for one in found if one.kind.level == label]
    if not weights:
        return 0.05
    return round(min(top, max(bottom, max(weights) + 0.02 * (len(weights) - 1))), 3)
