"""A door for mentions in front of a desk under test: takes `POST /v1/mentions` as ingest does, and route decides at once."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from services.contracts.mentions import Author
from services.runtime.web.identity import TokenError, read_token
from tests.browser.desk_backend import KEY, Backend, a_mention


@dataclass
class Door:
    """What came in, and what to say to it: `refusing` is answered instead."""

    backend: Backend | None = None
    url: str = ""
    given: list[dict[str, Any]] = field(default_factory=list)
    refusing: str = ""

    def take(self, token: str, given: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """The answer to a request."""
        try:
            who = read_token(KEY, token)
        except TokenError:
            return 401, {"detail": "no token"}
        if self.refusing or not who.may(given["team"], "viewer", "mentions:write"):
            return 403, {"detail": self.refusing or "not for this team"}
        self.given.append(given)
        when = datetime.fromisoformat(given["created_at"])
        author = Author(**given["author"])
        mention = a_mention(
            given["text"], when, given["team"], author=author, name=given["source_id"], source=given["source"]
        )
        assert self.backend is not None, "whoever opens the door says whose it is"
        self.backend.give(mention)
        return 202, {"ids": [mention.id]}


@contextmanager
def door() -> Iterator[Door]:
    """A door on a free port, in a thread."""
    made = Door()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            status, answer = made.take(self.headers["authorization"].removeprefix("Bearer "), body)
            payload = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
