"""Between rules and model: what becomes of a grave signal that the words near it deny, or tell the end of.

Rules alone take a signal away where its context is plain, and let it stand in doubt (`context.py`). A model reads the whole
text, but leans to the safe side and knows little of what a "not" belongs to. Here each settles what the other doubts. Pure.
"""

from collections.abc import Mapping
from dataclasses import replace

from services.classify.domain.urgency import CALM, GRAVE, LEVELS, Found, SignalKind, UrgencyJudgement
from services.contracts.mentions import UrgencyLabel

SURE = frozenset({"safety", "health", "self_harm", "threat", "fraud", "privacy_breach", "outage_wide", "press_now"})
"""Where rules find one of these standing, urgency is not below high, whatever the model makes of the rest: no gas leak is
ever called a normal message. One that words near it put in doubt does not stand where the model agrees with them."""
SPOKEN = frozenset({"self_harm", "threat"})
"""Of these what is said is the thing, and it is said with words that deny (`nobody would miss me`): never settled so."""
AGREED, SURELY_AGREED = 0.25, 0.1
"""So likely at most high or critical is where the model agrees: with words near the signal, and with a word that denies
among its own (`no insulin` may be what is wrong). On the tuning part no message that a rule rightly held up was read so."""
LEANING, DENIED = 0.5, 0.8
"""So likely high or critical is at most where a message is called calm although the model leans to them: where all that
rules found grave is doubted or taken away, and where the very thing that the model hears is plainly denied."""
_WHY = {"denying": "negated", "over": "resolved"}

Chances = Mapping[str, float]
"""The probability of each level."""


def settled(rules: UrgencyJudgement, chances: Chances) -> UrgencyJudgement:
    """What rules found, without the grave signals that they doubt where the model says that nothing is grave."""
    likely = _grave(chances)
    doubted = [one for one in rules.found if one.kind.name in SURE - SPOKEN and likely <= _agreed(one)]
    if not doubted:
        return rules
    found = tuple(one for one in rules.found if one not in doubted)
    taken = tuple((one, _WHY[one.doubts[0]] if one.doubts else "negated") for one in doubted)
    return replace(rules, found=found, dismissed=(*taken, *rules.dismissed))


def _agreed(found: Found) -> float:
    """How likely something grave may be at most for a signal to be taken away; below 0 where it is not in doubt."""
    if found.doubts:
        return AGREED
    return SURELY_AGREED if found.holds_denial else -1.0


def level_of(
    rules: UrgencyJudgement, chances: Chances, leaned: UrgencyLabel, heard: Mapping[UrgencyLabel, SignalKind | None]
) -> UrgencyLabel:
    """The level that the model gives: the one it leans to for safety, unless all that is grave is denied or over.

    Args:
        rules: what is settled of them.
        chances: what the model says.
        leaned: the level it leans to.
        heard: the signal of each level that it hears most of.
    """
    grave = [one for one in rules.found if one.kind.level in GRAVE]
    if not (grave or rules.dismissed) or not all(one.doubts for one in grave):
        return leaned
    likeliest = max(LEVELS, key=lambda one: chances[one])
    thing = heard[likeliest if likeliest in GRAVE else "critical"]
    denied = {one.kind.name for one, why in rules.dismissed if why == "negated"}
    if _grave(chances) <= (DENIED if thing is not None and thing.name in denied else LEANING):
        return max(CALM, key=lambda one: chances[one])
    return leaned if grave else likeliest


def _grave(chances: Chances) -> float:
    return sum(chances[one] for one in GRAVE)
