"""Reasons: what in the text made each label so. Codes are slugs that the client translates; evidence is the words."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from services.classify.domain.language import LanguageGuess
from services.classify.domain.phrases import Hit
from services.classify.domain.sentiment import Attitude
from services.classify.domain.text import Prepared
from services.classify.domain.topics import TopicFound
from services.classify.domain.urgency import UrgencyJudgement
from services.contracts.mentions import Intent, Reason, UrgencySignal

_EVIDENCE = 200

Label = Literal["language", "sentiment", "urgency", "intent", "topic", "spam", "needs_person"]


@lru_cache(maxsize=2_000)
def _bare(label: Label, value: str, code: str) -> Reason:
    """A reason without words. It is frozen, so that texts may share it."""
    return Reason(label=label, value=value, code=code)


class Notes:
    """Gathers the reasons for one text."""

    def __init__(self, prepared: Prepared) -> None:
        self._prepared = prepared
        self._reasons: list[Reason] = []

    def all(self) -> tuple[Reason, ...]:
        """The reasons in the order of the labels."""
        return tuple(self._reasons)

    def language(self, guess: LanguageGuess) -> None:
        """How the language was found."""
        self._plain("language", guess.code, f"language-{guess.how}")

    def sentiment(self, attitude: Attitude) -> None:
        """The words that weighed most."""
        if attitude.by_rating:
            self._plain("sentiment", attitude.label, "sentiment-rating")
        for mark in attitude.marks:
            code = "sentiment-negated" if mark.negated else "sentiment-word"
            self._at("sentiment", attitude.label, code, mark.start, mark.end)
        if not attitude.marks and not attitude.by_rating:
            self._plain("sentiment", attitude.label, "sentiment-nothing")

    def urgency(self, judgement: UrgencyJudgement) -> None:
        """The signals that set the level, and those above it that a context took away."""
        for found in judgement.found[:5]:
            code = "urgency-told" if found.by_model else "urgency-signal"
            self._hit("urgency", found.kind.name, code, found.hit)
        for found, why in judgement.dismissed[:3]:
            self._hit("urgency", found.kind.name, f"urgency-{why}", found.hit)
        if not judgement.found and not judgement.dismissed:
            self._plain("urgency", judgement.label, "urgency-nothing")

    def intent(self, intent: Intent, hit: Hit | None) -> None:
        """The words that gave the intent, if any did."""
        self._hit("intent", intent, f"intent-{intent}", hit)

    def topics(self, topics: Sequence[TopicFound]) -> None:
        """The first words of each topic."""
        for one in topics:
            self._hit("topic", one.name, "topic-example" if one.by_example else "topic-word", one.hit, raw=True)

    def spam(self, score: float, hits: Sequence[Hit]) -> None:
        """What looks like spam."""
        if score >= 0.5:
            for hit in hits[:3]:
                self._hit("spam", str(score), "spam-phrase", hit)

    def needs_person(self, needs: bool, why: str) -> None:
        """Why a person must see it, or need not."""
        self._plain("needs_person", "yes" if needs else "no", why)

    def signals(self, judgement: UrgencyJudgement) -> tuple[UrgencySignal, ...]:
        """The signals with their evidence, as the contract has them."""
        return tuple(
            UrgencySignal(
                name=found.kind.name,
                evidence=self._evidence(*self._place(found.hit)) if found.hit else "",
                weight=found.kind.weight,
                told_by="model" if found.by_model else "rules",
            )
            for found in judgement.found
        )

    def _plain(self, label: Label, value: str, code: str) -> None:
        self._reasons.append(_bare(label, value, code))

    def _hit(self, label: Label, value: str, code: str, hit: Hit | None, raw: bool = False) -> None:
        if hit is None:
            self._plain(label, value, code)
        else:
            self._at(label, value, code, *self._place(hit, raw))

    def _place(self, hit: Hit, raw: bool = False) -> tuple[int, int]:
        words = self._prepared.raw if raw else self._prepared.calm
        return words.starts[hit.first], words.ends[hit.last]

    def _at(self, label: Label, value: str, code: str, start: int, end: int) -> None:
        end = min(end, start + _EVIDENCE)
        first, last = self._prepared.span(start, end)
        self._reasons.append(
            Reason(label=label, value=value, code=code, evidence=self._evidence(start, end), start=first, end=last)
        )

    def _evidence(self, start: int, end: int) -> str:
        """The words themselves; a lone surrogate, which JSON cannot carry, becomes a question mark."""
        piece = self._prepared.whole[start : min(end, start + _EVIDENCE)]
        return piece if piece.isascii() else piece.encode("utf-8", "replace").decode("utf-8")
