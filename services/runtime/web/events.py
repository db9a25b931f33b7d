"""Server-sent events as bytes: one way to write one, for the streams of the desk and for who may have none now. Pure."""

EVENT_STREAM = "text/event-stream"


def sse(event: str, data: str, ident: str = "") -> bytes:
    """One server-sent event; `data` is one line."""
    return (f"id: {ident}\n" if ident else "").encode() + f"event: {event}\ndata: {data}\n\n".encode()


ENDED = sse("ended", "session")
"""The last event of a stream whose session is over: the page goes to the login, and asks for no other stream."""
