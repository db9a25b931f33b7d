"""What becomes of a grave signal that words near it deny, or tell the end of: by rules alone, and where a model agrees."""

import pytest

from services.classify.domain.doubt import level_of, settled
from services.classify.domain.look import Looker, Text
from services.classify.domain.phrases import Hit
from services.classify.domain.urgency import LEVELS, Found, UrgencyJudgement, signal_kinds
from services.contracts.mentions import UrgencyLabel

LOOKER = Looker()
KINDS = signal_kinds()
NOTHING = dict.fromkeys(LEVELS)


def found(language: str, text: str) -> dict[str, tuple[str, ...]]:
    """The grave signals that rules let stand, with what puts them in doubt."""
    judged = LOOKER.look(Text(text, language_hint=language)).urgency
    return {one.kind.name: one.doubts for one in judged.found if one.kind.level in ("high", "critical")}


def taken(language: str, text: str) -> dict[str, str]:
    return {one.kind.name: why for one, why in LOOKER.look(Text(text, language_hint=language)).urgency.dismissed}


def chances(**given: float) -> dict[str, float]:
    return {level: given.get(level, 0.0) for level in LEVELS}


def rules(*signals: Found, dismissed: tuple[tuple[Found, str], ...] = ()) -> UrgencyJudgement:
    label: UrgencyLabel = max((one.kind.level for one in signals), key=LEVELS.index, default="low")
    return UrgencyJudgement(label, 0.5, signals, dismissed)


def signal(name: str, *doubts: str) -> Found:
    return Found(KINDS[name], Hit(name, 0, 0), doubts=doubts)


@pytest.mark.parametrize(
    ("language", "text", "name", "doubts"),
    [
        ("nl", "De koolmonoxidemelder gaat af", "safety", ()),
        ("nl", "De koolmonoxidemelder gaat niet af als ik hem test", "safety", ("denying",)),
        ("en", "The carbon monoxide alarm is going off", "safety", ()),
        ("en", "The carbon monoxide alarm is not going off", "safety", ("denying",)),
        ("nl", "Er zat glas in de babyvoeding. Viel mee hoor.", "safety", ("denying",)),
        ("en", "There was a gas leak. Nobody picks up.", "safety", ()),
        ("en", "My account was hacked. Your colleague secured it.", "fraud", ("over",)),
        ("en", "My account was hacked. The lamp was found.", "fraud", ()),
        ("en", "My hacked account is working again, thanks", "fraud", ("over",)),
        ("nl", "De bestellingen op mijn naam zijn geannuleerd", "fraud", ("over",)),
    ],
)
def test_words_near_a_signal_put_it_in_doubt(language: str, text: str, name: str, doubts: tuple[str, ...]) -> None:
    assert found(language, text)[name] == doubts


def test_in_a_long_text_nothing_is_in_doubt() -> None:
    text = "The carbon monoxide alarm is not going off. "
    assert found("en", text)["safety"] == ("denying",)
    assert found("en", text + "It is grey and stands on a shelf in the hall. " * 10)["safety"] == ()


def test_what_is_over_is_what_the_sentence_is_about() -> None:
    assert taken("en", "I smelled gas last night. The leak was repaired within the hour.")["safety"] == "resolved"
    assert taken("en", "The lamp was repaired. I smell gas in the hall.") == {}
    assert taken("nl", "Er was een gaslek. Jullie monteur heeft het verholpen.")["safety"] == "resolved"
    assert taken("nl", "De lamp in de gang is gemaakt, dank daarvoor. Wel ruik ik gas in de hal.") == {}


def test_words_two_sentences_away_put_nothing_in_doubt() -> None:
    assert found("en", "I smell gas. It is strong. Please come. I am not at home tomorrow.")["safety"] == ()


@pytest.mark.parametrize(
    ("language", "text", "name"),
    [
        ("en", "There was no glass in the apple sauce", "safety"),
        ("nl", "Er zat geen glas in de appelmoes", "safety"),
        ("en", "My mother of 86 is not without heating", "vulnerable"),
    ],
)
def test_of_what_several_facts_tell_the_one_that_is_denied_denies_it(language: str, text: str, name: str) -> None:
    assert taken(language, text)[name] == "negated"
    assert name not in found(language, text)


@pytest.mark.parametrize(
    ("language", "text", "name"),
    [
        ("nl", "Op het etiket staan geen noten, maar er zitten cashewnoten in", "safety"),
        ("nl", "Bij de apotheek lag niks klaar, hij zit nu zonder pufje", "health"),
    ],
)
def test_what_is_grave_because_something_is_missing_is_not_denied(language: str, text: str, name: str) -> None:
    assert name in found(language, text)


def test_nobody_is_told_of_a_leak_of_data_by_a_leaking_tap() -> None:
    assert "privacy_breach" not in found("nl", "De kraan lekt al een week")
    assert "privacy_breach" in found("nl", "Al onze gegevens zijn gelekt")


def test_what_is_in_doubt_is_taken_away_where_the_model_agrees() -> None:
    doubted = signal("safety", "denying")
    after = settled(rules(doubted, signal("question")), chances(normal=0.9, critical=0.1))
    assert [one.kind.name for one in after.found] == ["question"]
    assert after.dismissed == ((doubted, "negated"),)


def test_what_is_over_is_told_so() -> None:
    after = settled(rules(signal("fraud", "over")), chances(low=1.0))
    assert [why for _, why in after.dismissed] == ["resolved"]


@pytest.mark.parametrize(
    "sure", [signal("safety"), signal("payment", "denying"), signal("self_harm", "denying"), signal("threat", "over")]
)
def test_what_is_not_in_doubt_or_not_held_up_by_rules_is_left_alone(sure: Found) -> None:
    given = rules(sure)
    assert settled(given, chances(low=1.0)) is given


def test_a_denial_among_its_own_words_asks_for_a_surer_model() -> None:
    missing = Found(KINDS["health"], Hit("health", 0, 1), holds_denial=True)
    assert settled(rules(missing), chances(normal=0.8, critical=0.2)).found == (missing,)
    assert settled(rules(missing), chances(normal=0.95, critical=0.05)).dismissed == ((missing, "negated"),)


@pytest.mark.parametrize("text", ["Mijn insuline is niet geleverd", "112 is hier niet te bereiken"])
def test_what_is_wrong_because_it_is_missing_holds_a_denial(text: str) -> None:
    judged = LOOKER.look(Text(text, language_hint="nl")).urgency
    assert next(one for one in judged.found if one.kind.name in ("health", "outage_wide")).holds_denial


def test_in_doubt_it_stands_where_the_model_does_not_agree() -> None:
    given = rules(signal("safety", "denying", "over"))
    assert settled(given, chances(low=0.7, critical=0.3)) is given


def test_where_nothing_is_in_doubt_the_model_leans_to_the_safe_side() -> None:
    said = chances(low=0.6, high=0.3, critical=0.1)
    assert level_of(rules(), said, "high", NOTHING) == "high"
    assert level_of(rules(signal("payment")), said, "high", NOTHING) == "high"
    assert level_of(rules(signal("payment"), signal("legal", "denying")), said, "high", NOTHING) == "high"


def test_where_all_that_is_grave_is_in_doubt_it_does_not() -> None:
    said = chances(low=0.25, normal=0.35, high=0.3, critical=0.1)
    assert level_of(rules(signal("payment", "over")), said, "high", NOTHING) == "normal"
    assert level_of(rules(dismissed=((signal("safety"), "news"),)), said, "critical", NOTHING) == "normal"


def test_what_is_likely_all_the_same_stays_grave() -> None:
    said = chances(low=0.2, normal=0.2, high=0.35, critical=0.25)
    assert level_of(rules(signal("payment", "over")), said, "critical", NOTHING) == "critical"
    assert level_of(rules(dismissed=((signal("safety"), "resolved"),)), said, "critical", NOTHING) == "high"


def test_the_very_thing_that_is_denied_does_not_make_it_grave() -> None:
    said = chances(low=0.25, normal=0.1, critical=0.65)
    denied = rules(dismissed=((signal("safety"), "negated"),))
    assert level_of(denied, said, "critical", {**NOTHING, "critical": KINDS["safety"]}) == "low"
    assert level_of(denied, said, "critical", {**NOTHING, "critical": KINDS["health"]}) == "critical"
