"""The guide's test mention, handed to ingest over HTTP as any integration would: `POST /v1/mentions` with a token."""

from typing import Any

import httpx

SECONDS = 10.0


class NotTakenError(Exception):
    """Ingest did not take it; the text is what it said, or that nobody answers there."""


async def give(url: str, token: str, mention: dict[str, Any]) -> str:
    """Hand one mention in; gives its id, once Kafka has acknowledged it.

    Raises:
        NotTakenError: ingest is away, or refused it.
    """
    try:
        async with httpx.AsyncClient(base_url=url, timeout=SECONDS) as client:
            answer = await client.post("/v1/mentions", json=mention, headers={"Authorization": f"Bearer {token}"})
            body: dict[str, Any] = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise NotTakenError(f"{url}: {type(error).__name__}") from error
    if answer.status_code != 202:
        raise NotTakenError(str(body.get("detail") or body.get("code") or answer.status_code))
    return str(body["ids"][0])
