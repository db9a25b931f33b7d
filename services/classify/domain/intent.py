"""What the writer wants: question, complaint, request, praise, spam, chatter or other; and how likely it is spam."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.classify.domain.phrases import Hit
from services.classify.domain.sentiment import Attitude
from services.classify.domain.text import Prepared
from services.contracts.mentions import Intent
from services.contracts.needs import SPAM_FROM as SPAM_FROM

_PROBLEMS = ("delivery", "billing", "defect", "outage_partial", "complaint", "churn")
_IDLE = ("sarcasm", "opinion", "wish")


@dataclass(frozen=True, slots=True)
class Matters:
    """What was found of everyday matters: each with its first place in the words without tone."""

    places: Mapping[str, Hit]
    spam_hits: tuple[Hit, ...]
    asked: bool
    calm_polarity: float

    def has(self, *names: str) -> Hit | None:
        """The first of `names` that was found."""
        return next((self.places[name] for name in names if name in self.places), None)


def gather(prepared: Prepared, hits: Iterable[Hit], calm_polarity: float) -> Matters:
    """Gather the hits of the tables of everyday matters."""
    places: dict[str, Hit] = {}
    spam: dict[tuple[int, int], Hit] = {}
    for hit in hits:
        if hit.name == "spam":
            spam.setdefault((hit.first, hit.last), hit)
        else:
            places.setdefault(hit.name, hit)
    return Matters(places, tuple(spam.values()), bool(prepared.asked), calm_polarity)


def spam_score(prepared: Prepared, matters: Matters) -> float:
    """From 0 to 1: what is said, and how many links, tags and handles per word (tone does not count as words)."""
    score = 1.0
    last = -1
    for hit in matters.spam_hits:
        if hit.first > last:
            score *= 0.62
            last = hit.last
    words = max(1, len(prepared.calm))
    if prepared.links and matters.spam_hits:
        score *= 0.7
    if prepared.links >= 3:
        score *= 0.7
    if prepared.hashtags >= 6 or (prepared.hashtags >= 4 and prepared.hashtags * 2 > words):
        score *= 0.7
    if prepared.handles >= 6:
        score *= 0.7
    return round(1 - score, 3)


def everyday(matters: Matters) -> dict[str, Hit | None]:
    """The signals of urgency of normal and low level. Tone has no part in it."""
    found: dict[str, Hit | None] = {}
    idle = matters.has(*_IDLE)
    problem = matters.has("delivery", "billing", "defect", "outage_partial", "churn")
    for name in ("delivery", "billing", "defect", "outage_partial", "churn"):
        if name in matters.places:
            found[name] = matters.places[name]
    asks = matters.asked or "request" in matters.places
    if matters.asked and not ("wish" in matters.places and not problem):
        found["question"] = matters.places.get("question")
    if "request" in matters.places and "wish" not in matters.places:
        found["request"] = matters.places["request"]
    if "question" in matters.places and not idle and "praise" not in matters.places:
        found.setdefault("question", matters.places["question"])
    if "complaint" in matters.places and (not idle or asks) and matters.calm_polarity < 0.4:
        found["complaint"] = matters.places["complaint"]
    elif matters.calm_polarity <= -0.35 and not idle:
        found.setdefault("complaint", None)
    if idle and not asks and "complaint" not in found:
        found = {name: hit for name, hit in found.items() if name not in _PROBLEMS}
    if not found:
        found = {name: matters.places[name] for name in (*_IDLE, "praise") if name in matters.places}
    return found


def intent_of(matters: Matters, attitude: Attitude, spam: float, rating: float | None) -> tuple[Intent, Hit | None]:
    """The main intent and where it was found."""
    problem = matters.has(*_PROBLEMS)
    negative, positive = attitude.label == "negative", attitude.label == "positive"
    if spam >= SPAM_FROM:
        return "spam", matters.spam_hits[0] if matters.spam_hits else None
    if negative and (problem or (rating is not None and rating < 3)):
        return ("complaint", problem) if not _asks_only(matters) else ("question", matters.has("question"))
    if matters.asked and "wish" not in matters.places:
        return "question", matters.has("question")
    if "request" in matters.places and "wish" not in matters.places:
        return "request", matters.places["request"]
    if "question" in matters.places and not positive:
        return "question", matters.places["question"]
    if positive and not (problem and matters.calm_polarity < 0.2):
        return ("praise", matters.has("praise")) if "praise" in matters.places or rating else ("chatter", None)
    if problem and not matters.has(*_IDLE):
        return "complaint", problem
    if matters.has("chatter", *_IDLE) or (not problem and not negative):
        return "chatter", matters.has("chatter", *_IDLE)
    return "other", None


def _asks_only(matters: Matters) -> bool:
    """A question without reproach: nothing of a complaint in it."""
    return matters.asked and "complaint" not in matters.places and matters.calm_polarity > -0.3
