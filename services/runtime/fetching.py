"""Fetches a document, only when it has changed (ETag, Last-Modified), up to a size: feeds and calendars. Adapter to HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import httpx

from services.runtime.backoff import retry_after
from services.runtime.public_addresses import NotPublicError

LONGEST_WAIT = 86_400.0


FetchProblem = Literal["unreachable", "slow", "refused", "not_public", "too_large", "not_changed"]


class FetchError(Exception):
    """It could not be had: in words, and as a code with its values. `wait` is how long its server asks us to stay away, in
    seconds."""

    def __init__(self, what: str, code: FetchProblem, wait: float | None = None, **values: object) -> None:
        super().__init__(what)
        self.code: FetchProblem = code
        self.values = {name: str(value) for name, value in values.items()}
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Fetched:
    """A document as its server gave it. `body` of `None`: nothing changed."""

    body: bytes | None
    content_type: str = ""
    etag: str = ""
    modified: str = ""


async def fetch(
    client: httpx.AsyncClient, url: str, cursor: Mapping[str, str], most: int, now: datetime, asks: Mapping[str, str]
) -> Fetched:
    """Fetch `url`, unless it is as the `cursor` (`etag`, `modified`) knows it; `asks` are headers of the request.

    Raises:
        FetchError: no answer, an error, an address that is not public, or more than `most` bytes (unpacked).
    """
    headers = dict(asks)
    if cursor.get("etag"):
        headers["If-None-Match"] = cursor["etag"]
    if cursor.get("modified"):
        headers["If-Modified-Since"] = cursor["modified"]
    try:
        async with client.stream("GET", url, headers=headers) as response:
            if response.status_code == httpx.codes.NOT_MODIFIED:
                return Fetched(None)
            if response.status_code != httpx.codes.OK:
                wait = retry_after(response.headers.get("retry-after"), now, LONGEST_WAIT)
                raise FetchError(f"HTTP {response.status_code}", "refused", wait, status=response.status_code)
            return Fetched(
                await _read(response, most),
                response.headers.get("content-type", ""),
                response.headers.get("etag", ""),
                response.headers.get("last-modified", ""),
            )
    except NotPublicError as error:
        raise FetchError(str(error), "not_public", host=error.host) from error
    except httpx.TimeoutException as error:
        raise FetchError(type(error).__name__, "slow") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise FetchError(type(error).__name__, "unreachable") from error


async def _read(response: httpx.Response, most: int) -> bytes:
    parts: list[bytes] = []
    length = 0
    async for part in response.aiter_bytes():
        length += len(part)
        if length > most:
            raise FetchError(f"larger than {most:,} bytes", "too_large", most=most)
        parts.append(part)
    return b"".join(parts)
