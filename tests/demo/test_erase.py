"""Erasure of an author on the running demo: from `webcare erase` to search, cases and the inbox, and through a rebuild."""

import json
import secrets
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from services.contracts.ids import case_id
from tests.demo.test_spine import case_of, post
from tests.support.stack import Stack, until

pytestmark = pytest.mark.engines

TEAM = "spoorlijn"


def by(author: str, word: str, text: str, **more: Any) -> dict[str, Any]:
    """What an author with a name of their own wrote."""
    source_id = f"{author}/{secrets.token_hex(6)}"
    name = f"Naam{word}"
    return {
        "team": TEAM,
        "source": "erase",
        "source_id": source_id,
        "author": {"id": author, "name": name, "handle": f"@{word}", "url": f"https://social.example/{word}"},
        "title": f"Van {name}",
        "text": f"{text} {word}",
        "url": f"https://social.example/{word}/1",
        "created_at": datetime.now(UTC).isoformat(),
    } | more


def total(client: httpx.Client, q: str) -> int:
    answer = client.get("/api/v1/search", params={"q": q, "team": TEAM})
    return int(answer.json()["total"]) if answer.status_code == 200 else -1


def seen(client: httpx.Client, case: str, mentions: list[str]) -> str:
    """All that programs are given of somebody: their case, their mentions, the lists."""
    pages = [f"/api/v1/cases/{case}", *(f"/api/v1/mentions/{one}" for one in mentions)]
    pages += [f"/api/v1/cases?team={TEAM}&view={view}" for view in ("team", "closed")]
    return "".join(client.get(one).text for one in pages)


def collected_at(client: httpx.Client, mentions: list[str]) -> list[str]:
    return [client.get(f"/api/v1/mentions/{one}").json()["collected_at"] for one in mentions]


def erase(stack: Stack, author: str, *more: str) -> Any:
    return stack.webcare("erase", author, "--team", TEAM, "--source", "erase", *more)


def test_who_asks_to_be_forgotten_is_forgotten_also_after_a_rebuild(stack: Stack) -> None:
    author, word = f"klant-{secrets.token_hex(4)}", f"zq{secrets.token_hex(5)}"
    asking = by(author, word, "Waar kan ik mijn verloren koffer ophalen?")
    praise = by(author, word, "Wat een prachtige nieuwe trein, heerlijk gereisd!")
    ids = [post(stack, one).json()["ids"][0] for one in (asking, praise)]
    case = case_id(TEAM, ids[0])
    with stack.api() as client, stack.log_in("marit") as desk:
        until(lambda: case_of(client, TEAM, ids[0]), "the question is a case")
        noted = {"type": "AddNote", "team": TEAM, "case": case, "text": f"{word} belde ook"}
        assert desk.command(noted).status_code == 200
        note = f"{word} is:note"
        until(lambda: (total(client, word), total(desk, note)) == (2, 1), "both mentions and the note are found")
        assert case_of(client, TEAM, ids[1]) is None, "the praise needs nobody"
        assert word in seen(client, case, ids)

        looked = json.loads(erase(stack, author, "--dry-run", "--json").stdout)
        assert (looked["mentions"], looked["cases"], looked["messages"]) == (2, 1, 1)
        assert word in seen(client, case, ids)

        done = erase(stack, author, "--yes")
        assert done.returncode == 0, done.stdout + done.stderr
        assert "search has nothing of them any more" in done.stdout
        assert "mentions.classified  until" in done.stdout

        def nothing_is_left() -> None:
            assert (total(client, word), total(desk, note)) == (0, 0)
            assert total(client, f"author:{author}") == 0
            left = seen(client, case, ids)
            assert [one for one in (word, author, "koffer", "prachtige") if one in left] == []
            assert word not in desk.get(f"/cases/{case}").text
            assert word not in desk.get("/inbox", params={"team": TEAM, "view": "closed"}).text

        nothing_is_left()
        after = client.get(f"/api/v1/cases/{case}").json()
        assert (after["status"], after["mentions"], after["closed_by"]) == ("closed", ids[:1], "system:webcare")
        assert client.get(f"/api/v1/mentions/{ids[1]}").status_code == 200, "that something was said stays"

        again = erase(stack, author, "--yes")
        assert (again.returncode, "erased already" in again.stdout) == (0, True), again.stdout + again.stderr
        assert erase(stack, "niemand-kent-mij", "--yes").returncode == 1

        collected = collected_at(client, ids)
        assert [post(stack, one).json()["ids"][0] for one in (asking, praise)] == ids, "the source gives them again"
        until(lambda: not set(collected) & set(collected_at(client, ids)), "what came again is indexed")
        nothing_is_left()

        assert stack.webcare("rebuild").returncode == 0
        nothing_is_left()

        later = post(
            stack, by(author, f"zs{secrets.token_hex(5)}", "Ik heb toch nog een vraag, hoe laat rijdt de bus?")
        )
        until(lambda: case_of(client, TEAM, later.json()["ids"][0]), "what they write afterwards is ordinary")
