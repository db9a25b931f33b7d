"""What is behind `webcare classify`: NDJSON in, the same objects with their `classification` out, line by line in order.

Needs no engine and keeps one line in memory at a time.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from services.classify.domain.reader import Reader, build_reader

_LONGEST_LINE = 10_000_000


def classify_lines(lines: Iterable[bytes], reader: Reader | None = None) -> Iterator[tuple[str, bool]]:
    """Each line's answer as JSON without a line end, and whether it could be read. Empty lines are passed over.

    Args:
        lines: NDJSON objects with `text`, and perhaps `id`, `title` and `lang` (a hint); other fields are kept.
        reader: built when not given.

    A line that cannot be read becomes `{"line": number, "error": reason}` (with its `id`, where it has one).
    """
    reading = reader or build_reader()
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _answer(reading, number, line)


def _answer(reader: Reader, number: int, line: bytes) -> tuple[str, bool]:
    found: Any = None
    try:
        found = _parsed(line)
        found["classification"] = reader.classify(
            _string(found, "text", needed=True),
            title=_string(found, "title"),
            language_hint=_string(found, "lang") or None,
        ).model_dump(mode="json")
        return _json(found), True
    except _UnreadableError as error:
        known = {"id": found["id"]} if isinstance(found, dict) and "id" in found else {}
        return _json({"line": number, **known, "error": str(error)}), False


class _UnreadableError(ValueError):
    """Why a line cannot be read, in a few words without its content."""


def _parsed(line: bytes) -> dict[str, Any]:
    if len(line) > _LONGEST_LINE:
        raise _UnreadableError(f"longer than {_LONGEST_LINE} bytes")
    try:
        found = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise _UnreadableError(f"not UTF-8 at byte {error.start}") from error
    except json.JSONDecodeError as error:
        raise _UnreadableError(f"not JSON: {error.msg} at character {error.pos}") from error
    except (ValueError, RecursionError) as error:
        raise _UnreadableError("not JSON: a number too long or too deeply nested") from error
    if not isinstance(found, dict):
        raise _UnreadableError("not an object")
    return found


def _string(found: dict[str, Any], name: str, *, needed: bool = False) -> str:
    value = found.get(name)
    if value is None and not needed:
        return ""
    if not isinstance(value, str):
        raise _UnreadableError(f"{name} must be a string")
    return value


def _json(value: dict[str, Any]) -> str:
    """JSON on one line. What UTF-8 cannot carry (a lone surrogate) is escaped, not lost."""
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value)
    return text
