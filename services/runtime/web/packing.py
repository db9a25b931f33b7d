"""Pages sent packed to who accepts it: an inbox of 100 kB comes over the line as a tenth of that. Used by `install.py`.

A page has the session's token and what customers wrote beside texts that somebody else chose. Who could make it be fetched
again and again, and see each time how long it is packed, could learn from that length what is in it (BREACH). Two things
are in the way: our cookie is not sent with what another site fetches (`SameSite`), and each page is made longer by chance,
by a name in the header of gzip that programs pass over ("Heal the Breach", Palacios and others, 2022). Event streams, and
what is small, are sent as they are.
"""

import gzip
import io
import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.runtime.web.assets import takes_gzip

LEAST = 1_000
"""Bytes: less is not worth it."""
PADDING = 100
"""Bytes at most by which a page is made longer by chance."""
LEVEL = 5
"""Twice as fast as the default, and a few percent longer."""


class PackedPages:
    """Packs whole HTML responses."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; pack the answer if it is a page."""
        if scope["type"] != "http" or not takes_gzip(Headers(scope=scope).get("accept-encoding", "")):
            await self.app(scope, receive, send)
            return
        held: Message | None = None

        async def packing(message: Message) -> None:
            nonlocal held
            if message["type"] == "http.response.start" and _is_page(Headers(raw=message["headers"])):
                held = message
                return
            if held is not None:
                start, held = held, None
                if not message.get("more_body") and len(message["body"]) >= LEAST:
                    message = {**message, "body": packed_page(message["body"])}
                    _say_so(MutableHeaders(raw=start["headers"]), len(message["body"]))
                await send(start)
            await send(message)

        await self.app(scope, receive, packing)


def packed_page(content: bytes) -> bytes:
    """The content as gzip, longer by chance."""
    out = io.BytesIO()
    name = "x" * secrets.randbelow(PADDING)
    with gzip.GzipFile(filename=name, mode="wb", compresslevel=LEVEL, fileobj=out, mtime=0) as file:
        file.write(content)
    return out.getvalue()


def _is_page(headers: Headers) -> bool:
    return headers.get("content-type", "").startswith("text/html") and "content-encoding" not in headers


def _say_so(headers: MutableHeaders, length: int) -> None:
    headers["Content-Encoding"] = "gzip"
    headers["Content-Length"] = str(length)
    headers.add_vary_header("Accept-Encoding")
