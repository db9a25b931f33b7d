"""One mention's whole way, on the running demo: from a customer's post on the square to the answer under it."""

import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from services.contracts.ids import case_id
from services.contracts.topics import DESK_COMMANDS, DESK_EVENTS, MENTIONS_CLASSIFIED
from tests.faults.found import left_over
from tests.support.stack import Stack, until

pytestmark = pytest.mark.engines


def mention(team: str, text: str, **more: Any) -> dict[str, Any]:
    """A mention as an integration gives it."""
    source_id = secrets.token_hex(8)
    now = datetime.now(UTC).isoformat()
    return {
        "team": team,
        "source": "spine",
        "source_id": source_id,
        "author": {"id": source_id, "name": "Test Persoon"},
        "text": text,
        "created_at": now,
    } | more


def post(stack: Stack, body: Any, **options: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {stack.facts['api_token']}"}
    return httpx.post(f"{stack.ingest}/v1/mentions", json=body, headers=headers, timeout=30, **options)


def case_of(client: httpx.Client, team: str, mention_id: str) -> dict[str, Any] | None:
    """The case that a mention opened; its id follows from the mention's."""
    answer = client.get(f"/api/v1/cases/{case_id(team, mention_id)}")
    return dict(answer.json()) if answer.status_code == 200 else None


def test_a_question_reaches_a_colleague_and_the_answer_reaches_the_customer(stack: Stack) -> None:
    text = f"Hoe kom ik morgen van Waterveen naar Delft, is er een bus? {secrets.token_hex(4)}"
    written = httpx.post(
        f"{stack.facts['square_url']}/posts",
        data={"name": "Jip", "text": text, "monitor": "spoorlijn"},
        follow_redirects=True,
        timeout=20,
    )
    assert written.status_code == 200
    with stack.api() as client:
        found = until(lambda: _search(client, text), "the post is searchable")
        case = until(lambda: case_of(client, "spoorlijn", found["id"]), "the post is a case")
        routed = until(lambda: _routed(client, found["id"]), "somebody has it, or it waits with a reason")
        assert routed["explanation"]["candidates"], "the decision explains itself"
        assert routed["explanation"]["chosen"] == routed["owner"]

    answer = f"Ja, lijn 5 rijdt elk kwartier. {secrets.token_hex(4)}"
    with stack.log_in(routed["owner"] or "marit") as desk:
        sent = desk.command({"type": "SubmitReply", "team": "spoorlijn", "case": case["id"], "text": answer})
        assert sent.status_code == 200, sent.text
        assert [event["type"] for event in sent.json()["events"]][-1] == "ReplyApproved"
    until(lambda: answer in httpx.get(stack.facts["square_url"], timeout=20).text, "the answer is under the post")
    with stack.api() as client:
        until(lambda: _reply_state(client, case["id"], answer) == "delivered", "the delivery is reported back")


def _routed(client: httpx.Client, mention_id: str) -> dict[str, Any] | None:
    case = case_of(client, "spoorlijn", mention_id) or {}
    return case if case.get("owner") or case.get("waiting") else None


def _search(client: httpx.Client, text: str) -> dict[str, Any] | None:
    found = client.get("/api/v1/search", params={"q": f'"{text.split()[-1]}"', "team": "spoorlijn"})
    hits = found.json()["hits"] if found.status_code == 200 else []
    return dict(hits[0]["mention"]) if hits else None


def _reply_state(client: httpx.Client, case: str, text: str) -> str | None:
    messages = client.get(f"/api/v1/cases/{case}").json()["messages"]
    return next((one["state"] for one in messages if one["text"] == text), None)


def test_a_mention_collected_twice_has_one_id_and_one_case(stack: Stack) -> None:
    given = mention("waterveen", "Wanneer wordt het oud papier opgehaald in de Kanaalbuurt?")
    first, second = post(stack, given), post(stack, [given])
    assert first.status_code == second.status_code == 202
    assert first.json()["ids"] == second.json()["ids"]
    with stack.api() as client:
        case = until(lambda: case_of(client, "waterveen", first.json()["ids"][0]), "the mention is a case")
        assert case["mentions"] == first.json()["ids"]


def test_a_mention_that_needs_nobody_is_only_searchable(stack: Stack) -> None:
    word = f"zonnetje{secrets.token_hex(4)}"
    given = post(stack, mention("waterveen", f"Wat een prachtig park hier, heerlijk genoten van het {word}!"))
    with stack.api() as client:
        until(
            lambda: client.get("/api/v1/search", params={"q": word, "team": "waterveen"}).json()["total"], "searchable"
        )
        assert case_of(client, "waterveen", given.json()["ids"][0]) is None


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b'{"text": "\xff"}', 400),
        (b"7", 422),
        (b'{"team": "spoorlijn"}', 422),
    ],
)
def test_what_is_malformed_gets_a_clear_answer(stack: Stack, body: bytes, status: int) -> None:
    headers = {"Authorization": f"Bearer {stack.facts['api_token']}", "Content-Type": "application/json"}
    answer = httpx.post(f"{stack.ingest}/v1/mentions", content=body, headers=headers, timeout=30)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"created_at": "2026-03-01T10:00:00"}, "created_at"),
        ({"team": "nobody-knows"}, "team"),
        ({"type": "mention", "version": 99}, "version"),
        ({"created_at": (datetime.now(UTC) + timedelta(hours=2)).isoformat()}, "created_at"),
    ],
)
def test_what_is_wrong_in_a_mention_is_named(stack: Stack, changes: dict[str, Any], names: str) -> None:
    answer = post(stack, mention("spoorlijn", "Hoi") | changes)
    assert answer.status_code in (403, 422)
    assert names in answer.text


def test_twenty_megabytes_are_cut_off(stack: Stack) -> None:
    headers = {"Authorization": f"Bearer {stack.facts['api_token']}", "Content-Type": "application/json"}
    answer = httpx.post(
        f"{stack.ingest}/v1/mentions", content=b'{"text":"' + b"x" * 20_000_000, headers=headers, timeout=60
    )
    assert answer.status_code == 413
    assert post(stack, mention("spoorlijn", "Alles goed verder?")).status_code == 202


def test_a_claim_of_somebody_elses_case_is_seen_by_both(stack: Stack) -> None:
    given = post(stack, mention("spoorlijn", "Waar kan ik mijn verloren tas ophalen?")).json()["ids"][0]
    with stack.api() as client:
        case = until(lambda: case_of(client, "spoorlijn", given), "the mention is a case")
    with stack.log_in("marit") as marit, stack.log_in("youssef") as youssef:
        for desk, name in ((marit, "marit"), (youssef, "youssef")):
            claimed = desk.command({"type": "ClaimCase", "team": "spoorlijn", "case": case["id"]})
            assert claimed.status_code == 200, claimed.text
            assert claimed.json()["case"]["owner"] == name
        closed = marit.command({"type": "CloseCase", "team": "spoorlijn", "case": case["id"]})
        assert closed.status_code == 200
        late = youssef.command({"type": "AddNote", "team": "spoorlijn", "case": case["id"], "text": "Nog even kijken"})
        assert late.status_code in (200, 409)


def test_a_repeated_command_has_one_effect(stack: Stack) -> None:
    given = post(stack, mention("waterveen", "Kan ik mijn paspoort online aanvragen?")).json()["ids"][0]
    with stack.api() as client:
        case = until(lambda: case_of(client, "waterveen", given), "the mention is a case")
    note = {"type": "AddNote", "team": "waterveen", "case": case["id"], "text": "Eerst bellen"}
    with stack.log_in("noor") as noor:
        key = {"Idempotency-Key": secrets.token_hex(8)}
        assert noor.command(note, headers=key).status_code == 200
        assert noor.command(note, headers=key).status_code == 200
        messages = noor.get(f"/api/v1/cases/{case['id']}").json()["messages"]
    assert [one["text"] for one in messages if one["kind"] == "note"] == ["Eerst bellen"]


def test_status_says_that_all_is_well(stack: Stack) -> None:
    status = stack.status()
    assert status["problems"] == []
    assert {one["name"] for one in status["processes"]} >= {
        "ingest",
        "classify",
        "reread",
        "trends",
        "route",
        "ticker",
        "sink",
        "web",
    }
    assert {one["state"] for one in status["processes"]} == {"ready"}


CORRECTING = (
    ("reread-deep", MENTIONS_CLASSIFIED),
    ("route", DESK_COMMANDS),
    ("reread", DESK_EVENTS),
    ("sink", MENTIONS_CLASSIFIED),
)
"""The way of a correction by the second reader; once each has read all there was, the mentions stay as they are."""
REFRESHED = 1.5
"""Seconds: longer than Elasticsearch takes to show what was written."""


def steady(ask: Callable[[], Any]) -> Any:
    """An answer that has been the same for as long as a refresh takes."""
    kept, since = ask(), time.monotonic()

    def same() -> bool:
        nonlocal kept, since
        if (now := ask()) != kept:
            kept, since = now, time.monotonic()
        return time.monotonic() - since > REFRESHED

    until(same, "the answer stays the same")
    return kept


def test_rebuild_gives_the_same_answers(stack: Stack) -> None:
    word = secrets.token_hex(6)
    sent = [mention("waterveen", f"De container bij de {word} zit vol, nummer {number}") for number in range(20)]
    assert post(stack, sent).status_code == 202
    query: dict[str, str | int] = {"q": word, "team": "waterveen", "sort": "newest", "size": 50}
    with stack.api() as client:
        until(lambda: client.get("/api/v1/search", params=query).json()["total"] == 20, "all are searchable")
        for group, topic in CORRECTING:
            until(lambda g=group, t=topic: left_over(stack, g, t) == 0, f"{group} has seen all of them", 120)  # type: ignore[misc]  # mypy cannot infer a lambda's defaults
        before = steady(lambda: client.get("/api/v1/search", params=query).json())
        rebuilt = stack.webcare("rebuild")
        assert rebuilt.returncode == 0, rebuilt.stderr
        after = client.get("/api/v1/search", params=query).json()
    assert [hit["mention"] for hit in after["hits"]] == [hit["mention"] for hit in before["hits"]]
    assert (after["total"], after["facets"]) == (before["total"], before["facets"])
