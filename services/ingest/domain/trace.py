"""W3C trace context: the caller's `traceparent`, or one of our own. Pure: random bytes are an argument.

https://www.w3.org/TR/trace-context/#traceparent-header
"""

import re

HEADER = "traceparent"
_FORM = re.compile(r"^[0-9a-f]{2}-(?P<trace>[0-9a-f]{32})-(?P<span>[0-9a-f]{16})-[0-9a-f]{2}(-.*)?$")


def traceparent(given: str | None, span: str, fresh: str) -> str:
    """The `traceparent` for what we send on.

    Args:
        given: the caller's header; when it is well-formed its trace goes on, with `span` as the parent.
        span: 16 hex digits, ours.
        fresh: 32 hex digits, the trace when there is none yet.
    """
    found = _FORM.match(given.strip().lower()) if given else None
    if (
        found is None
        or given is None
        or given.startswith("ff")
        or not int(found["trace"], 16)
        or not int(found["span"], 16)
    ):
        return f"00-{fresh}-{span}-01"
    flags = given.strip()[53:55]
    return f"00-{found['trace']}-{span}-{flags}"


def trace_of(header: str) -> str:
    """The trace id, for logs."""
    return header[3:35]


def of_mention(mention: str) -> str:
    """The `traceparent` of a mention that nobody's request brought (feed, file): its own id is the trace."""
    digits = mention.replace("-", "")
    return f"00-{digits}-{digits[16:]}-01"
