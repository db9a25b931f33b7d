"""The moment of grace on the running demo: a reply leaves when it is over, soon and once, also when route is killed."""

import secrets
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from kafka import TopicPartition

from services.contracts.codec import decode
from services.contracts.ids import case_id
from services.contracts.topics import OUTBOX_APPROVED
from services.runtime.kafka import open_consumer
from services.runtime.settings import Settings
from tests.support.stack import Stack, until

pytestmark = pytest.mark.engines
GRACE, LATE = 10.0, 2.0


def a_case(stack: Stack, client: httpx.Client) -> str:
    """A case of the water company, whose replies wait ten seconds."""
    source_id, now = secrets.token_hex(8), datetime.now(UTC).isoformat()
    given = {
        "team": "waterveen",
        "source": "spine",
        "source_id": source_id,
        "author": {"id": source_id, "name": "Test Persoon"},
        "text": "Wanneer wordt het oud papier opgehaald in de Kanaalbuurt?",
        "created_at": now,
    }
    headers = {"Authorization": f"Bearer {stack.facts['api_token']}"}
    answer = httpx.post(f"{stack.ingest}/v1/mentions", json=given, headers=headers, timeout=30)
    case = case_id("waterveen", answer.json()["ids"][0])
    until(lambda: client.get(f"/api/v1/cases/{case}").status_code == 200, "the mention is a case")
    return case


def send(desk: Any, case: str, text: str) -> tuple[str, datetime]:
    """A reply of Noor's; its id and when it may leave."""
    sent = desk.command({"type": "SubmitReply", "team": "waterveen", "case": case, "text": text})
    assert sent.status_code == 200, sent.text
    (approved,) = [one for one in sent.json()["events"] if one["type"] == "ReplyApproved"]
    return approved["reply"], datetime.fromisoformat(approved["release_at"])


def in_the_outbox(stack: Stack) -> list[str]:
    """The ids of all that has left."""
    consumer = open_consumer(Settings(kafka_bootstrap=stack.facts["kafka"]))
    try:
        numbers = consumer.partitions_for_topic(OUTBOX_APPROVED.name)
        partitions = [TopicPartition(OUTBOX_APPROVED.name, number) for number in numbers]
        consumer.assign(partitions)
        consumer.seek_to_beginning(*partitions)
        ends, found = consumer.end_offsets(partitions), []
        while any(consumer.position(tp) < ends[tp] for tp in partitions):
            for records in consumer.poll(200).values():
                found += [decode(OUTBOX_APPROVED, one.value).id for one in records if one.value]
        return found
    finally:
        consumer.close()


def reply_state(client: httpx.Client, case: str, reply: str) -> str:
    messages = client.get(f"/api/v1/cases/{case}").json()["messages"]
    return str(next(one["state"] for one in messages if one["id"] == reply))


def test_replies_leave_when_their_moment_is_over_and_what_is_taken_back_does_not(stack: Stack) -> None:
    with stack.api() as client, stack.log_in("noor") as desk:
        case = a_case(stack, client)
        reply, release_at = send(desk, case, "Dinsdag.")
        back, _ = send(desk, case, "Oeps, dat was voor een ander.")
        withdrawn = desk.command({"type": "WithdrawReply", "team": "waterveen", "case": case, "reply": back})
        assert withdrawn.status_code == 200, withdrawn.text
        until(lambda: reply_state(client, case, reply) != "leaving", "the reply leaves", 20, 0.02)
        late = (datetime.now(UTC) - release_at).total_seconds()
        assert 0 <= late <= LATE, f"{late:.2f} s after its moment of grace"
        assert reply_state(client, case, back) == "withdrawn"
        left = in_the_outbox(stack)
        assert left.count(reply) == 1
        assert back not in left
        too_late = desk.command({"type": "WithdrawReply", "team": "waterveen", "case": case, "reply": reply})
        assert (too_late.status_code, too_late.json()["code"]) == (409, "already_decided")


def test_a_reply_that_waits_while_route_is_killed_leaves_once(stack: Stack) -> None:
    with stack.api() as client, stack.log_in("noor") as desk:
        case = a_case(stack, client)
        reply, _ = send(desk, case, "Woensdag.")
        stack.kill("route")
        until(lambda: reply_state(client, case, reply) != "leaving", "the reply leaves after all", 60, 0.1)
        assert in_the_outbox(stack).count(reply) == 1
