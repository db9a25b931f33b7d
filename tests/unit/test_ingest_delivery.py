"""Approved replies reach their source once, are reported, and one source that fails holds up nobody else."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.contracts.commands import ReportDelivery
from services.contracts.ids import delivery_id
from services.contracts.outbox import OutboxItem
from services.contracts.topics import DESK_COMMANDS, OUTBOX_APPROVED, Topic
from services.ingest.courier import Courier
from services.ingest.delivery import Delivery
from services.ingest.sources.webhook.deliver import Destination
from services.ingest.store import FinalOutcome, Store
from services.runtime.messages import Outgoing, Received
from services.runtime.producer import SendError
from services.runtime.webhooks import verify

START = datetime(2026, 5, 1, 12, tzinfo=UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
CASE = "00000000-0000-4000-8000-00000000000c"
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def an_item(number: int = 1, source: str = "square", conversation: str = "root") -> OutboxItem:
    return OutboxItem(
        id=f"00000000-0000-4000-8000-{number:012d}",
        team="care",
        case=CASE,
        source=source,
        conversation=conversation,
        in_reply_to="t-1",
        text="Beste Ann",
        sender="Team Care",
        person="bo",
        approved_by="bo",
        at=START,
    )


class World:
    """A courier with a clock that only waiting moves on, a source that answers as told, and a Kafka."""

    def __init__(self, store: Store, answers: Callable[[httpx.Request], httpx.Response]) -> None:
        self.now, self.waits, self.requests = START, list[float](), list[httpx.Request]()
        self.reports: list[Outgoing] = []
        self.refusals, self.pause_until, self.reported = 0, 0, asyncio.Event()
        self.store = store

        def handle(request: httpx.Request) -> httpx.Response:
            self.requests.append(request)
            return answers(request)

        self.client = httpx.AsyncClient(transport=httpx.MockTransport(handle))
        to = {name: Destination(f"http://{name}/replies", SECRET) for name in ("square", "forum")}
        self.courier = Courier(to, self.client, self, store, lambda: self.now, lambda: 0.0, self.pause)

    async def pause(self, seconds: float) -> None:
        self.waits.append(seconds)
        if self.pause_until:
            await self.reported.wait()
        self.now += timedelta(seconds=seconds)

    def submit(self, messages: Sequence[Outgoing]) -> "Future[None]":
        future: Future[None] = Future()
        if self.refusals:
            self.refusals -= 1
            future.set_exception(SendError("no broker"))
        else:
            self.reports += messages
            if len(self.reports) >= self.pause_until:
                self.reported.set()
            future.set_result(None)
        return future

    def deliver(self, *items: OutboxItem) -> list[ReportDelivery]:
        async def all_of_them() -> None:
            await asyncio.gather(*(self.courier.deliver(item, {"traceparent": TRACE, "other": "x"}) for item in items))

        asyncio.run(all_of_them())
        reports = [one.message for one in self.reports]
        assert all(isinstance(report, ReportDelivery) for report in reports)
        return reports  # type: ignore[return-value]  # checked above


def answering(*statuses: int, **headers: str) -> Callable[[httpx.Request], httpx.Response]:
    """Answers with each status in turn, the last one for ever."""
    left = list(statuses)
    return lambda _: httpx.Response(left.pop(0) if len(left) > 1 else left[0], headers=headers)


@pytest.fixture
def world(tmp_path: Path) -> Callable[..., World]:
    return lambda answers: World(Store(tmp_path), answers)


def test_a_reply_is_posted_signed_and_reported_with_its_address(world: Callable[..., World]) -> None:
    here = world(lambda _: httpx.Response(201, json={"url": "https://square/1"}))
    item = an_item()
    (report,) = here.deliver(item)
    (request,) = here.requests
    assert json.loads(request.content) == {
        "id": item.id,
        "kind": "reply",
        "team": "care",
        "case": CASE,
        "conversation": "root",
        "in_reply_to": "t-1",
        "text": "Beste Ann",
        "sender": "Team Care",
        "at": "2026-05-01T12:00:00Z",
    }
    assert request.headers["idempotency-key"] == request.headers["webhook-id"] == item.id
    verify([SECRET], request.headers, request.content, int(START.timestamp()))
    assert report == ReportDelivery(
        id=delivery_id(item.id, "delivered"),
        team="care",
        at=START,
        actor="system:ingest",
        case=CASE,
        reply=item.id,
        outcome="delivered",
        url="https://square/1",
    )
    assert (here.reports[0].topic, here.reports[0].key) == (DESK_COMMANDS, "care")
    assert here.reports[0].headers == {"traceparent": TRACE}


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_what_may_work_later_is_tried_again_with_longer_waits(world: Callable[..., World], status: int) -> None:
    here = world(answering(*[status] * 8, 200))
    (report,) = here.deliver(an_item())
    assert report.outcome == "delivered"
    assert here.waits == [1, 2, 4, 8, 16, 32, 60, 60]
    assert len({one.headers["webhook-id"] for one in here.requests}) == 1


def test_a_source_that_says_when_is_left_alone_until_then(world: Callable[..., World]) -> None:
    here = world(answering(429, 200, **{"Retry-After": "120"}))
    here.deliver(an_item())
    assert here.waits == [120]


@pytest.mark.parametrize("status", [301, 400, 401, 404, 410, 422])
def test_a_refusal_is_final(world: Callable[..., World], status: int) -> None:
    here = world(answering(status))
    (report,) = here.deliver(an_item())
    assert (report.outcome, report.detail) == ("failed", f"the source refused it: HTTP {status}")
    assert here.waits == []


def test_after_a_day_it_is_given_up(world: Callable[..., World]) -> None:
    def unreachable(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no", request=request)

    here = world(unreachable)
    (report,) = here.deliver(an_item())
    assert report.outcome == "failed"
    assert report.detail == "given up after 24 hours: no answer from the source (ConnectError)"
    assert timedelta(hours=23, minutes=58) < here.now - START <= timedelta(hours=24)


def test_an_item_that_waited_for_a_day_is_still_tried_once(world: Callable[..., World]) -> None:
    here = world(answering(200))
    here.now += timedelta(days=3)
    assert here.deliver(an_item())[0].outcome == "delivered"


def test_a_source_without_an_address_is_a_clear_failure(world: Callable[..., World]) -> None:
    (report,) = world(answering(200)).deliver(an_item(source="news"))
    assert report.outcome == "failed"
    assert "news has no deliver_url" in report.detail


def test_what_was_delivered_before_a_restart_is_only_reported_again(world: Callable[..., World]) -> None:
    here = world(answering(500))
    here.store.save_outcome(an_item().id, FinalOutcome("delivered", "https://square/1"), START)
    (report,) = here.deliver(an_item())
    assert (report.outcome, report.url) == ("delivered", "https://square/1")
    assert here.requests == []


def test_the_report_is_tried_until_kafka_has_it_and_nothing_is_sent_twice(world: Callable[..., World]) -> None:
    here = world(answering(200))
    here.refusals = 3
    assert len(here.deliver(an_item())) == 1
    assert len(here.requests) == 1
    assert here.waits == [1, 2, 4]


def test_replies_of_a_conversation_leave_in_order_while_others_pass(world: Callable[..., World]) -> None:
    fail = iter([503, 503])

    def answers(request: httpx.Request) -> httpx.Response:
        first = json.loads(request.content)["id"].endswith("1")
        return httpx.Response(next(fail, 200) if first else 200)

    here = world(answers)
    here.pause_until = 2
    here.deliver(an_item(1), an_item(2), an_item(3, conversation="other"), an_item(4, "forum", "root"))
    order = [int(report.message.reply[-1]) for report in here.reports]  # type: ignore[union-attr]
    assert order.index(1) < order.index(2)
    assert set(order[:2]) == {3, 4}


class Reader:
    """Gives batches; keeps what is committed."""

    def __init__(self, *batches: Sequence[Received[Any]]) -> None:
        self.batches, self.committed, self.paused = list(batches), list[dict[int, int]](), False

    def poll(self, timeout_ms: int = 0, max_records: int = 0) -> list[Received[Any]]:  # noqa: ARG002 - the port's
        return list(self.batches.pop(0)) if self.batches and not self.paused else []

    def commit(self, offsets: Mapping[tuple[Topic, int], int] | None = None) -> None:
        self.committed.append({partition: place for (_, partition), place in (offsets or {}).items()})

    def pause(self) -> None:
        self.paused = True

    def resume(self) -> None:
        self.paused = False


def at(partition: int, offset: int) -> Received[OutboxItem]:
    return Received(OUTBOX_APPROVED, partition, offset, START, CASE, an_item(offset))


class Slow:
    """Deliveries that end when the test says so."""

    def __init__(self) -> None:
        self.futures: dict[str, Future[None]] = {}

    def __call__(self, item: OutboxItem, headers: Mapping[str, str]) -> "Future[None]":  # noqa: ARG002 - the port's
        return self.futures.setdefault(item.id, Future())

    def settle(self, number: int, error: Exception | None = None) -> None:
        future = self.futures[an_item(number).id]
        future.set_exception(error) if error else future.set_result(None)


def test_a_commit_waits_for_the_lowest_that_is_under_way() -> None:
    slow = Slow()
    delivery, reader = Delivery(slow), Reader([at(0, 3), at(0, 4), at(0, 7), at(1, 1)])
    delivery.step(reader)
    assert reader.committed == [{0: 3, 1: 1}]
    slow.settle(4)
    slow.settle(1)
    delivery.step(reader)
    assert reader.committed[1:] == [{1: 2}]
    slow.settle(3)
    delivery.step(reader)
    slow.settle(7)
    delivery.step(reader)
    delivery.step(reader)
    assert reader.committed[2:] == [{0: 7}, {0: 8}]
    assert delivery.pending() == 0


def test_a_new_reader_does_not_start_again_what_is_under_way() -> None:
    slow = Slow()
    delivery = Delivery(slow)
    delivery.step(Reader([at(0, 3), at(0, 4)]))
    slow.settle(4)
    delivery.step(Reader([at(0, 3), at(0, 4)]))
    assert len(slow.futures) == 2
    assert delivery.pending() == 1


def test_with_too_much_under_way_nothing_more_is_fetched() -> None:
    slow = Slow()
    delivery, reader = Delivery(slow, most_pending=2), Reader([at(0, 1), at(0, 2)], [at(0, 3)])
    delivery.step(reader)
    delivery.step(reader)
    paused = [reader.paused]
    slow.settle(1)
    delivery.step(reader)
    delivery.step(reader)
    paused.append(reader.paused)
    assert paused == [True, False]
    assert an_item(3).id in slow.futures


def test_a_defect_in_a_delivery_is_not_passed_over() -> None:
    slow = Slow()
    delivery, reader = Delivery(slow), Reader([at(0, 1)])
    delivery.step(reader)
    slow.settle(1, RuntimeError("a defect"))
    with pytest.raises(RuntimeError, match="a defect"):
        delivery.step(reader)
