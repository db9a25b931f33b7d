"""What is behind `webcare classify`: NDJSON in, the same objects with their `classification` out, line by line in order.

Needs no engine and keeps one line in memory at a time; with the second reader as many as it reads in one go.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from services.classify.domain.reader import Reader, Text, build_reader
from services.classify.domain.second_look import Second

_LONGEST_LINE = 10_000_000
_AT_ONCE = 16
"""Lines that the second reader is given together."""


@dataclass(frozen=True, slots=True)
class _Line:
    """One line: the object with its text, or why it cannot be read."""

    number: int
    found: Any
    text: Text | None = None
    error: str = ""


def classify_lines(
    lines: Iterable[bytes], reader: Reader | None = None, second: Second | None = None
) -> Iterator[tuple[str, bool]]:
    """Each line's answer as JSON without a line end, and whether it could be read. Empty lines are passed over.

    Args:
        lines: NDJSON objects with `text`, and perhaps `id`, `title` and `lang` (a hint); other fields are kept.
        reader: built when not given.
        second: reads again what the first has read, where it is given.

    A line that cannot be read becomes `{"line": number, "error": reason}` (with its `id`, where it has one).
    """
    reading = reader or build_reader()
    rest = (_read(number, line) for number, line in enumerate(lines, start=1) if line.strip())
    while part := list(islice(rest, _AT_ONCE if second else 1)):
        yield from _answers(part, reading, second)


def _read(number: int, line: bytes) -> _Line:
    found: Any = None
    try:
        found = _parsed(line)
        text = Text(
            _string(found, "text", needed=True),
            title=_string(found, "title"),
            language_hint=_string(found, "lang") or None,
        )
        return _Line(number, found, text)
    except _UnreadableError as error:
        return _Line(number, found, error=str(error))


def _answers(part: Sequence[_Line], reader: Reader, second: Second | None) -> Iterator[tuple[str, bool]]:
    texts = [one.text for one in part if one.text is not None]
    read = reader.classify_batch(texts)
    said = iter(second.reread(texts, read) if second and texts else read)
    for one in part:
        if one.text is None:
            known = {"id": one.found["id"]} if isinstance(one.found, dict) and "id" in one.found else {}
            yield _json({"line": one.number, **known, "error": one.error}), False
        else:
            yield _json(one.found | {"classification": next(said).model_dump(mode="json")}), True


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
