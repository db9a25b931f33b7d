"""Logs: one JSON object a line on standard error, with the mention, case, team and trace they are about."""

import json
import logging
import sys
from datetime import UTC, datetime

FIELDS = ("mention", "case", "team", "trace", "topic", "partition", "offset", "code", "source", "process")


class JsonFormatter(logging.Formatter):
    """`extra={...}` of a log call may give any of `FIELDS`; other extras are left out, so that no secret slips in."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "service": self._service,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: getattr(record, name) for name in FIELDS if getattr(record, name, None) not in (None, "")}
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def configure(service: str, level: str) -> None:
    """Send all logs of this process to standard error as JSON. Client libraries speak from WARNING on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter(service))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in ("kafka", "elastic_transport", "httpx", "faust", "mode", "aiokafka", "uvicorn.access", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # A connection's own loop warns of every busy moment of the machine; what matters shows in the batch metrics.
    logging.getLogger("kafka.net.selector").setLevel(logging.ERROR)
