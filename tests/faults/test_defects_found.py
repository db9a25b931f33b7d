"""What the faults have brought to light, each as small as it can be made."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from kafka.errors import KafkaTimeoutError

from services.contracts.commands import AddNote
from services.contracts.ids import mention_id
from services.contracts.topics import DESK_COMMANDS, DESK_EVENTS
from services.route.partition import RoutePartition
from services.runtime import producer as module
from services.runtime.messages import Received
from services.runtime.producer import Producer
from services.runtime.settings import Settings

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_a_command_that_comes_three_times_in_one_batch_gives_no_event_twice() -> None:
    """A client repeats while route is away, and route finds all of it at once."""
    ident = mention_id("een", "test", "1")
    note = AddNote(id=ident, team="een", at=NOW, actor="els", case=ident, text="Eerst bellen")
    batch = [Received(DESK_COMMANDS, 0, number, NOW, "een", note) for number in range(3)]
    written = RoutePartition(0).handle(batch, NOW)
    ids = Counter(one.message.id for one in written if one.topic is DESK_EVENTS and one.message is not None)  # type: ignore[attr-defined]  # an event
    assert set(ids.values()) == {1}
    assert len(ids) == 2, "the answer, and one repeat of it"


def test_repeats_in_two_batches_are_two_events_while_the_clock_stands_still() -> None:
    """A clock that is set back, or a successor whose clock is behind: time stands still until it has caught up."""
    ident = mention_id("een", "test", "1")
    note = AddNote(id=ident, team="een", at=NOW, actor="els", case=ident, text="Eerst bellen")
    partition = RoutePartition(0)
    written = [
        one
        for number, now in enumerate((NOW, NOW, NOW - timedelta(seconds=5)))
        for one in partition.handle([Received(DESK_COMMANDS, 0, number, now, "een", note)], now)
    ]
    ids = Counter(one.message.id for one in written if one.topic is DESK_EVENTS and one.message is not None)  # type: ignore[attr-defined]  # an event
    assert sorted(ids.values()) == [1, 1, 1]


def test_a_producer_that_cannot_send_closes_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    class Away:
        def close(self, timeout: float) -> None:
            raise KafkaTimeoutError(f"Timeout after {timeout}")

    monkeypatch.setattr(module, "open_producer", lambda _: Away())
    with Producer(Settings(), "test") as producer:
        assert producer.check() is None
