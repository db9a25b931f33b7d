"""From POST to every place where people meet a mention, at a steady pace, on a running demo."""

import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

import httpx
from kafka import KafkaConsumer, TopicPartition

from services.contracts.ids import mention_id
from services.contracts.topics import DESK_EVENTS, MENTIONS_CLASSIFIED, Topic
from tests.bench.figures import milliseconds, table
from tests.faults.found import left_over
from tests.support.stack import Stack, until

TEAM = "spoorlijn"
A_SECOND = 20
SECONDS = 60
DRAIN_SECONDS = 15
LOOK_EVERY = 0.05
"""Seconds between looks into Elasticsearch."""
SAMPLED = 10
"""Every so many mentions, one is looked for in Elasticsearch: looking for all of them would be a load of its own."""
QUESTION = "Hoe kom ik vanavond van Waterveen naar Delft, rijdt lijn {} nog?"

Seen = dict[str, float]
"""When each mention was first seen, by its id, on the monotonic clock."""
Watcher = Callable[[Stack, str, Seen, Seen, threading.Event], None]
"""Given the demo, the source of the mentions, those that were posted, those that it sees, and when to stop."""


def measure(stack: Stack) -> str:
    """Post mentions that need a person, and tell how long each took to every place."""
    source = f"bench-{secrets.token_hex(4)}"
    watchers: dict[str, Watcher] = {
        "on `mentions.classified`, committed": _watch_classified,
        "case event on `desk.events`, committed": _watch_cases,
        "in the agent's live inbox (`/api/v1/live`)": _watch_live,
        "written in Elasticsearch (read by its id)": _watch_written,
        "searchable (`/api/v1/mentions/…`, a search)": _watch_searchable,
    }
    posted: Seen = {}
    seen: dict[str, Seen] = {place: {} for place in watchers}
    for group in ("sink", "reread-deep"):  # the demo's own history comes in first
        until(partial(_has_read_all, stack, group), f"{group} has read what was there", 300, every=1)
    with ExitStack() as watching:
        for place, watch in watchers.items():
            watching.enter_context(_watching(stack, source, watch, posted, seen[place]))
        threading.Event().wait(3)  # the watchers read from the end: they must be there before the first mention
        answered = _post(stack, source, posted)
        _await_all(seen)
    return _table(posted, answered, seen)


def _has_read_all(stack: Stack, group: str) -> bool:
    return left_over(stack, group, MENTIONS_CLASSIFIED) == 0


def _table(posted: Seen, answered: Seen, seen: dict[str, Seen]) -> str:
    rows = [("POST answered (Kafka has it)", *milliseconds(_between(posted, answered)))]
    rows += [(place, *milliseconds(_between(posted, moments))) for place, moments in seen.items()]
    classified, cases, live, written, searchable = seen.values()
    rows += [
        ("— of which route: classified → case event", *milliseconds(_between(classified, cases))),
        ("— of which the desk: case event → live inbox", *milliseconds(_between(cases, live))),
        ("— of which the sink: classified → written", *milliseconds(_between(classified, written))),
        ("— of which Elasticsearch's refresh: written → searchable", *milliseconds(_between(written, searchable))),
    ]
    return table((f"{A_SECOND} mentions/s for {SECONDS} s, from before the POST", "n", "p50", "p95"), rows)


def _between(begin: Seen, end: Seen) -> list[float]:
    """Durations of the mentions that were seen at both; watchers race, so that a duration may be just below nothing."""
    return [max(0.0, end[one] - begin[one]) for one in begin.keys() & end.keys()]


def _await_all(seen: dict[str, Seen]) -> None:
    """Until everything has been seen everywhere, or hope is lost; what was not seen shows in the table's `n`."""
    count = A_SECOND * SECONDS
    deadline = time.monotonic() + DRAIN_SECONDS
    *all_of_them, written, searchable = seen.values()
    while time.monotonic() < deadline and (
        any(len(one) < count for one in all_of_them) or min(len(written), len(searchable)) < count // SAMPLED
    ):
        threading.Event().wait(LOOK_EVERY)


def _post(stack: Stack, source: str, posted: Seen) -> Seen:
    """One request per mention, at an even pace; notes when each was sent, and gives when each was answered."""
    answered: Seen = {}
    headers = {"Authorization": f"Bearer {stack.facts['api_token']}"}
    begin = time.monotonic()
    with httpx.Client(base_url=stack.ingest, headers=headers, timeout=30) as client, ThreadPoolExecutor(8) as pool:

        def send(number: int) -> None:
            body = _mention(source, number)
            ident = mention_id(TEAM, source, str(number))
            posted[ident] = time.monotonic()
            client.post("/v1/mentions", json=body).raise_for_status()
            answered[ident] = time.monotonic()

        sending = []
        for number in range(A_SECOND * SECONDS):
            threading.Event().wait(max(0.0, begin + number / A_SECOND - time.monotonic()))
            sending.append(pool.submit(send, number))
        for one in sending:
            one.result()
    return answered


def _mention(source: str, number: int) -> dict[str, Any]:
    return {
        "team": TEAM,
        "source": source,
        "source_id": str(number),
        "author": {"id": f"author-{number}", "name": "Test Persoon"},
        "text": QUESTION.format(number),
        "created_at": datetime.now(UTC).isoformat(),
    }


@contextmanager
def _watching(stack: Stack, source: str, watch: Watcher, posted: Seen, seen: Seen) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=watch, args=(stack, source, posted, seen, stop), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(30)


def _watch_classified(stack: Stack, source: str, _posted: Seen, seen: Seen, stop: threading.Event) -> None:
    for record in _records(stack, MENTIONS_CLASSIFIED, stop):
        if record["source"] == source:
            seen.setdefault(record["id"], time.monotonic())


def _watch_cases(stack: Stack, source: str, _posted: Seen, seen: Seen, stop: threading.Event) -> None:
    for record in _records(stack, DESK_EVENTS, stop):
        _note_opened(record, source, seen)


def _watch_live(stack: Stack, source: str, _posted: Seen, seen: Seen, stop: threading.Event) -> None:
    """Heartbeats come every 15 s at least, so that `stop` is noticed."""
    with stack.api() as client, client.stream("GET", "/api/v1/live") as live:
        for line in live.iter_lines():
            if line.startswith("data: "):
                _note_opened(json.loads(line.removeprefix("data: ")), source, seen)
            if stop.is_set():
                return


def _note_opened(event: dict[str, Any], source: str, seen: Seen) -> None:
    if event.get("type") == "CaseOpened" and event["case"]["source"] == source:
        seen.setdefault(event["mention"], time.monotonic())


def _watch_written(stack: Stack, source: str, posted: Seen, seen: Seen, stop: threading.Event) -> None:
    """A document can be read by its id as soon as it is written, before any refresh."""
    base = stack.facts["elasticsearch"]
    month = f"mentions-{datetime.now(UTC):%Y.%m}-"
    with httpx.Client(base_url=base, timeout=30) as client:
        indices: list[str] = []  # of this month; there is none until the first mention of the month is written

        def look(one: str) -> httpx.Response:
            if not indices:
                indices.extend(sorted(name for name in client.get("/_alias/mentions").json() if name.startswith(month)))
            return client.head(f"/{indices[-1] if indices else month}/_doc/{one}")

        _chase(look, source, posted, seen, stop)


def _watch_searchable(stack: Stack, source: str, posted: Seen, seen: Seen, stop: threading.Event) -> None:
    with stack.api() as client:
        _chase(lambda one: client.get(f"/api/v1/mentions/{one}"), source, posted, seen, stop)


def _chase(look: Callable[[str], httpx.Response], source: str, posted: Seen, seen: Seen, stop: threading.Event) -> None:
    """Look for each sampled mention from its post until it is there."""
    sampled = [mention_id(TEAM, source, str(number)) for number in range(0, A_SECOND * SECONDS, SAMPLED)]
    while not stop.wait(LOOK_EVERY):
        for one in sampled:
            if one in posted and one not in seen and look(one).status_code == 200:
                seen[one] = time.monotonic()


def _records(stack: Stack, topic: Topic, stop: threading.Event) -> Iterator[dict[str, Any]]:
    """The committed records of a topic from now on."""
    consumer = KafkaConsumer(
        bootstrap_servers=stack.facts["kafka"],
        isolation_level="read_committed",
        enable_auto_commit=False,
        fetch_max_wait_ms=20,
    )
    try:
        parts = [TopicPartition(topic.name, number) for number in consumer.partitions_for_topic(topic.name) or ()]
        consumer.assign(parts)
        consumer.seek_to_end(*parts)
        while not stop.is_set():
            for records in consumer.poll(50).values():
                yield from (json.loads(one.value) for one in records)
    finally:
        consumer.close()
