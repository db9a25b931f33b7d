"""Reads a request's body up to a limit, and as JSON, saying where it is malformed."""

from typing import Any

import orjson
from fastapi import Request

from services.runtime.web.problems import Problem


async def read_body(request: Request, limit: int) -> bytes:
    """The body. What is longer than `limit` is not read to its end, and the connection is closed.

    Raises:
        Problem: 413, by what the request says of its length or by what arrives.
    """
    said = request.headers.get("content-length", "")
    if said.isascii() and said.isdigit() and int(said[:18]) > limit:
        raise _too_large(limit)
    parts: list[bytes] = []
    length = 0
    async for part in request.stream():
        length += len(part)
        if length > limit:
            raise _too_large(limit)
        parts.append(part)
    return b"".join(parts)


def _too_large(limit: int) -> Problem:
    return Problem(
        413, "too_large", f"A request has at most {limit:,} bytes; send less at once.", {"Connection": "close"}
    )


def read_json(body: bytes) -> Any:
    """The body as JSON.

    Raises:
        Problem: 400, with the position of what is not UTF-8 or not JSON.
    """
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Problem(400, "not_utf8", f"Byte {error.start} is not UTF-8.", position=error.start) from error
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        where = f"line {error.lineno} column {error.colno}"
        what = error.msg.split(":")[0]
        raise Problem(
            400, "not_json", f"Not JSON at {where}: {what}.", line=error.lineno, column=error.colno
        ) from error
