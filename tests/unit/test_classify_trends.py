"""Windows: how many of something make a signal, that a mention counts once, and that what is old or past does not."""

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from services.classify.trends.domain import Counts, Rules, Subject, count, nothing, subjects, windows_of
from services.contracts.mentions import ClassifiedMention
from services.contracts.signals import Signal

RULES = Rules(threshold=3, window=timedelta(minutes=15), hop=timedelta(minutes=5))
NOON = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)
DELAY = Subject("spoorlijn", "delay", "negative")
EXAMPLE = Path(__file__).parents[2] / "services/contracts/examples/mention.classified.v1.json"


def minutes(number: float) -> datetime:
    return NOON + timedelta(minutes=number)


def counted(*mentions: tuple[str, datetime]) -> tuple[Counts, list[Signal]]:
    state, signals = nothing(), []
    for name, at in mentions:
        state, signal = count(state, DELAY, name, at, RULES)
        signals += [signal] if signal else []
    return state, signals


def test_a_moment_is_in_every_window_that_began_within_a_window_before_it() -> None:
    starts = windows_of(minutes(7), RULES)
    assert [datetime.fromtimestamp(one, UTC) for one in starts] == [minutes(-5), minutes(0), minutes(5)]
    assert datetime.fromtimestamp(windows_of(minutes(10), RULES)[0], UTC) == minutes(0)


def test_as_many_as_the_threshold_within_a_window_are_one_signal() -> None:
    _, signals = counted(("a", minutes(1)), ("b", minutes(2)), ("c", minutes(3)))
    [signal] = signals
    assert (signal.team, signal.topic, signal.sentiment) == ("spoorlijn", "delay", "negative")
    assert (signal.count, signal.threshold) == (3, 3)
    assert signal.start <= minutes(1) < signal.end == signal.start + RULES.window


def test_fewer_are_none_and_as_many_spread_over_more_than_a_window_are_none() -> None:
    assert counted(("a", minutes(1)), ("b", minutes(2)))[1] == []
    assert counted(("a", minutes(0)), ("b", minutes(8)), ("c", minutes(16)))[1] == []


def test_a_mention_that_is_read_again_counts_once() -> None:
    assert counted(("a", minutes(1)), ("a", minutes(1)), ("b", minutes(2)), ("a", minutes(1)))[1] == []


def test_what_goes_on_is_told_again_only_when_the_window_is_over() -> None:
    _, signals = counted(*((str(number), minutes(number / 2)) for number in range(80)))
    starts = [one.start for one in signals]
    assert len(signals) >= 2
    assert all(later - earlier >= RULES.window for earlier, later in pairwise(starts))
    assert len({one.id for one in signals}) == len(signals)


def test_the_same_mentions_give_the_same_signal() -> None:
    mentions = [("a", minutes(1)), ("b", minutes(2)), ("c", minutes(3))]
    assert counted(*mentions)[1] == counted(*mentions)[1]


def test_an_old_mention_that_is_imported_now_says_nothing_about_now() -> None:
    fresh = ClassifiedMention.model_validate_json(EXAMPLE.read_bytes())
    assert {one.topic for one in subjects(fresh)} == set(fresh.classification.topics)
    imported = fresh.model_copy(update={"created_at": fresh.collected_at - timedelta(hours=2)})
    assert list(subjects(imported)) == []


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(min_value=0, max_value=120)), max_size=120))
def test_the_state_is_bounded_and_can_be_kept_as_json(mentions: list[tuple[str, int]]) -> None:
    in_order = sorted(mentions, key=lambda one: one[1])
    state, signals = counted(*((name, minutes(at)) for name, at in in_order))
    assert len(state["windows"]) <= RULES.window // RULES.hop
    assert all(len(ids) <= RULES.threshold == len(set(ids)) or len(ids) < 3 for ids in state["windows"].values())
    assert json.loads(json.dumps(state)) == state
    assert len({one.id for one in signals}) == len(signals)
