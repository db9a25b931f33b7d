"""Whether whoever opened a live stream may still read it. Asked all the time, so it must cost nearly nothing.

Everything that ends a session or changes an account writes a line into the log of accounts, from whatever process; as long
as the number of its last line is the same, nothing has to be looked up. That number itself is read once a second for all
streams of a process. An account that ends by its date writes nothing: so a stream is looked up now and then in any case.
"""

import time

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from services.desk.context import desk_of
from services.desk.streams import HEARTBEAT_SECONDS, StillIn
from services.runtime.web.auth import SESSION_COOKIE
from services.runtime.web.layout import web_of


def still_in(request: Request) -> StillIn:
    """Whether the session that opened a stream is still one; a token is looked at when the stream is opened only."""
    cookie, web, last_line = request.cookies.get(SESSION_COOKIE), web_of(request), desk_of(request).last_line
    seen, looked = -1, 0.0

    def look() -> bool:
        nonlocal seen, looked
        number = last_line.number()
        if number == seen and time.monotonic() - looked < HEARTBEAT_SECONDS:
            return True
        found = cookie is not None and web.sessions.find(cookie, web.clock()) is not None
        seen, looked = number, time.monotonic()
        return found

    async def check() -> bool:
        if "authorization" in request.headers:
            return True
        if last_line.fresh() and last_line.number() == seen and time.monotonic() - looked < HEARTBEAT_SECONDS:
            return True
        return await run_in_threadpool(look)

    return check
