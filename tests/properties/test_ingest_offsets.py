"""A commit never passes what is unfinished, and never stays behind once all is done."""

from hypothesis import given
from hypothesis import strategies as st

from services.ingest.domain.offsets import OffsetTracker
from services.runtime.backoff import delay

offsets = st.lists(st.integers(min_value=0, max_value=500), min_size=1, max_size=40, unique=True).map(sorted)


@given(offsets, st.randoms(use_true_random=False))
def test_finished_in_any_order_the_commit_is_the_lowest_unfinished(read: list[int], random: object) -> None:
    tracker, left, last = OffsetTracker(), set(read), -1
    for offset in read:
        assert tracker.start(offset)
    order = list(read)
    random.shuffle(order)  # type: ignore[attr-defined]  # Hypothesis gives a Random
    for offset in order:
        tracker.finish(offset)
        left.discard(offset)
        place = tracker.committable()
        if place is not None:
            assert place == (min(left) if left else read[-1] + 1)
            assert place > last
            last = place
            tracker.committed(place)
    assert last == read[-1] + 1
    assert len(tracker) == 0
    assert tracker.committable() is None


@given(offsets, st.data())
def test_what_is_read_again_is_not_started_again_while_it_is_known(read: list[int], data: st.DataObject) -> None:
    tracker = OffsetTracker()
    for offset in read:
        tracker.start(offset)
    for offset in data.draw(st.sets(st.sampled_from(read))):
        tracker.finish(offset)
    assert not any(tracker.start(offset) for offset in read)


def test_what_was_committed_and_is_read_again_is_started_again() -> None:
    tracker = OffsetTracker()
    tracker.start(5)
    tracker.finish(5)
    tracker.committed(6)
    assert tracker.start(5)
    assert tracker.committable() == 5


@given(
    st.integers(min_value=1, max_value=10_000),
    st.floats(min_value=0.01, max_value=60),
    st.floats(min_value=0, max_value=1, exclude_max=True),
)
def test_waiting_stays_within_its_bounds(failures: int, first: float, chance: float) -> None:
    wait = delay(failures, first, 60.0, chance)
    assert min(first, 60.0) / 2 <= wait <= 60.0
