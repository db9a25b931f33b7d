"""The second look: what is worth one, when its word counts, and the thread that gives it its texts."""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.classify.domain.corrections import corrected
from services.classify.domain.look import Text
from services.classify.domain.second_look import ACTOR, Rules, correction, worth
from services.classify.reread.deep import DeepReader, read_again
from services.classify.settings import ClassifySettings
from services.contracts.case_rules import CaseRule
from services.contracts.codec import decode, encode
from services.contracts.ids import reread_id
from services.contracts.mentions import Classification, ClassifiedMention
from services.contracts.needs import Terms
from services.contracts.topics import DESK_COMMANDS, MENTIONS_CLASSIFIED
from services.runtime.messages import Received
from tests.support.route import Desk, config
from tests.unit.test_classify_corrections import event, mention

NOW = datetime(2026, 10, 5, 8, 0, tzinfo=UTC)
RULES = Rules(uncertain=0.6, sure=0.8, patience=timedelta(hours=1))


def read(
    sentiment: str = "neutral", sure: float = 0.9, urgency: str = "low", urgent: float | None = 0.9, needs: bool = False
) -> ClassifiedMention:
    return mention(
        sentiment={"label": sentiment, "score": 0, "confidence": sure},
        urgency={"label": urgency, "score": 0.1, "confidence": urgent},
        intent="complaint" if needs else "chatter",
        needs_person=needs,
        spam=0,
    )


@pytest.mark.parametrize(
    ("first", "wanted"),
    [
        (read(), False),
        (read(sure=0.59), True),
        (read(urgent=0.59), True),
        (read(urgent=None), False),
        (read(needs=True), True),
    ],
)
def test_what_is_uncertain_or_needs_a_person_is_worth_a_second_look(first: ClassifiedMention, wanted: bool) -> None:
    assert worth(first, RULES) is wanted


def test_what_anybody_has_corrected_is_not() -> None:
    for author in ("person", "reread"):
        after = corrected(read(sure=0.1, needs=True), event("1", author, sentiment="positive"))
        assert after is not None
        assert not worth(after, RULES)
    assert not worth(mention(spam=0.9, needs_person=True), RULES)
    assert not worth(mention(needs_person=True).model_copy(update={"erased_at": NOW}), RULES), (
        "there is nothing to read"
    )


def asked(first: ClassifiedMention, second: ClassifiedMention, *agreed: CaseRule) -> dict[str, Any]:
    found = correction(first, second.classification, RULES, NOW, Terms(agreed))
    return found.model_dump(include={"sentiment", "urgency", "needs_person"}, exclude_none=True) if found else {}


def test_it_corrects_only_what_it_is_sure_of_and_surer_than_the_first() -> None:
    assert asked(read(), read()) == {}
    assert asked(read(sure=0.5), read("negative", sure=0.85)) == {"sentiment": "negative"}
    assert asked(read(sure=0.5), read("negative", sure=0.79)) == {}
    assert asked(read(sure=0.9), read("negative", sure=0.85)) == {}
    assert asked(read(urgent=0.4), read(urgency="normal", urgent=0.9)) == {"urgency": "normal"}
    assert asked(read(urgent=0.4), read(urgency="normal", urgent=None)) == {}


def test_it_may_call_a_person_and_never_sends_one_away() -> None:
    assert asked(read(urgent=0.4), read(urgency="critical", needs=True)) == {
        "urgency": "critical",
        "needs_person": True,
    }
    assert asked(read(urgency="normal", urgent=0.4, needs=True), read()) == {"urgency": "low"}


def rule(then: str, **names: Any) -> CaseRule:
    return CaseRule.model_validate({"id": "own", "then": then} | names)


def test_it_calls_nobody_against_a_rule_of_the_team() -> None:
    first, second = read(urgent=0.4), read(urgency="critical")
    exercise = rule("no_case", sources=[first.source], urgency=["high", "critical"])
    assert asked(first, second, exercise) == {"urgency": "critical"}
    assert asked(first, second, rule("no_case", sources=[first.source])) == {
        "urgency": "critical",
        "needs_person": True,
    }, "a rule that names no urgency does not hold of what is grave"
    assert asked(first, second, rule("case", sentiment=["positive"]), exercise) == {"urgency": "critical"}


def test_it_calls_a_person_where_a_rule_of_the_team_asks_for_one() -> None:
    first, second = read(sure=0.5), read("negative", sure=0.85)
    assert asked(first, second, rule("case", sentiment=["negative"])) == {"sentiment": "negative", "needs_person": True}
    assert asked(first, second, rule("case", sentiment=["positive"])) == {"sentiment": "negative"}
    assert asked(first, second, rule("no_case", languages=["nl"]), rule("case", sentiment=["negative"])) == {
        "sentiment": "negative"
    }, "the first rule that fits decides"


def test_each_mention_goes_by_the_terms_of_its_own_team() -> None:
    strict = {"shop": Terms([rule("case", sentiment=["negative"])])}
    batch = [received("een", sure=0.5, team="shop"), received("twee", sure=0.5, team="other")]
    sent = read_again(Second(), batch, RULES, NOW, lambda team: strict.get(team, Terms()))
    assert [(one.key, getattr(one.message, "needs_person", "")) for one in sent] == [("shop", True), ("other", None)]


@pytest.mark.parametrize(
    ("first", "second", "counts"),
    [("critical", "low", False), ("high", "normal", False), ("critical", "high", True), ("high", "critical", True)],
)
def test_it_does_not_silence_an_alarm(first: str, second: str, counts: bool) -> None:
    assert asked(read(urgency=first, urgent=0.4, needs=True), read(urgency=second)) == (
        {"urgency": second} if counts else {}
    )


def test_it_asks_once_for_a_revision_with_its_name_and_the_words_that_told_it() -> None:
    told = {"label": "sentiment", "value": "negative", "code": "second-reader", "evidence": "nou fijn"}
    second = mention(sentiment={"label": "negative", "score": -0.7, "confidence": 0.9}, reasons=[told], model="a+b")
    first = mention(sentiment={"label": "positive", "score": 0.7, "confidence": 0.4})
    found = correction(first, second.classification, RULES, NOW)
    assert found is not None
    assert decode(DESK_COMMANDS, encode(found)) == found
    assert (found.id, found.actor, found.author) == (reread_id(first.id, 1), ACTOR, "reread")
    assert (found.model, found.reason, found.sentiment_score) == ("a+b", "nou fijn", -0.7)
    assert found.id != reread_id(first.id, 2)


def test_route_takes_its_word() -> None:
    desk, first = Desk(config()), read(sure=0.5)
    found = correction(
        first.model_copy(update={"team": desk.state.team}), read("negative").classification, RULES, desk.now
    )
    assert found is not None
    assert [one.type for one in desk.give(found)] == ["ClassificationCorrected"]


class Second:
    """Says that everything is negative, for sure; stumbles over a word."""

    def __init__(self) -> None:
        self.given: list[list[str]] = []

    def reread(self, texts: Sequence[Text], first: Sequence[Classification]) -> list[Classification]:
        self.given.append([one.text for one in texts])
        if any("struikel" in one.text for one in texts):
            raise RuntimeError("stumbled")
        return [read("negative", sure=0.95).classification for _ in first]


def received(text: str, at: datetime = NOW, team: str = "webcare", **how: Any) -> Received[ClassifiedMention]:
    message = read(**how).model_copy(update={"text": text, "team": team})
    return Received(MENTIONS_CLASSIFIED, 0, 0, at, message.team, message, {"traceparent": "00-a-b-01", "x": "y"})


def test_a_text_that_it_stumbles_over_costs_only_itself() -> None:
    second = Second()
    batch = [received("een", sure=0.5), received("struikel", sure=0.5), received("drie", sure=0.5)]
    sent = read_again(second, batch, RULES, NOW)
    assert len(sent) == 2
    assert second.given == [["een", "struikel", "drie"], ["een"], ["struikel"], ["drie"]]
    assert {(one.topic, one.key) for one in sent} == {(DESK_COMMANDS, batch[0].message.team)}
    assert sent[0].headers == {"traceparent": "00-a-b-01"}


def test_what_it_comes_to_too_late_is_passed_over() -> None:
    deep = DeepReader(ClassifySettings(), Second, RULES, threading.Event(), lambda: NOW)
    late = received("laat", NOW - timedelta(minutes=61), sure=0.1)
    timely, sure = received("op tijd", NOW - timedelta(minutes=59), sure=0.1), received("zeker")
    assert deep.wanted([late, timely, sure]) == [timely]


def test_without_a_second_reader_its_thread_ends_and_nothing_is_wrong() -> None:
    deep = DeepReader(ClassifySettings(), lambda: None, RULES, threading.Event())
    deep.start()
    deep.join()
    assert deep.check() is None


def test_a_second_reader_that_cannot_be_built_is_said() -> None:
    def broken() -> None:
        raise MemoryError

    deep = DeepReader(ClassifySettings(), broken, RULES, threading.Event())
    deep.start()
    deep.join()
    assert deep.check() == "stopped by MemoryError"


def test_the_settings_of_reread() -> None:
    settings = ClassifySettings.model_validate({"reread_deep": "false"})
    assert (settings.reread_deep, settings.reread_metrics_port) == (False, 9108)
