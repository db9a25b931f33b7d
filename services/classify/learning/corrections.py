"""Corrections by people, from NDJSON or from events of the desk, as what can be learnt from."""

import json
from collections.abc import Iterable, Iterator, Mapping

from services.classify.domain.delta import MODEL_OF
from services.classify.domain.judgement import SENTIMENTS
from services.classify.domain.urgency import LEVELS
from services.classify.learning.adapt import Correction
from services.contracts.events import ClassificationCorrected
from services.contracts.mentions import ClassifiedMention

LABELS: Mapping[str, tuple[str, ...]] = {"sentiment": SENTIMENTS, "urgency": LEVELS}


class CorrectionError(ValueError):
    """A line is not a correction; the text says which and why."""


def of_lines(lines: Iterable[str]) -> list[Correction]:
    """Corrections as NDJSON: `{"text", "lang", "sentiment"?, "urgency"?}`, or with `field` and `value`; other fields are
    passed over.

    Raises:
        CorrectionError: a line is not one.
    """
    return [one for number, line in enumerate(lines, start=1) if line.strip() for one in _of_line(number, line)]


def _of_line(number: int, line: str) -> Iterator[Correction]:
    try:
        found = json.loads(line)
    except ValueError as error:
        raise CorrectionError(f"line {number}: not JSON") from error
    if not isinstance(found, dict) or not isinstance(found.get("text"), str) or not found["text"].strip():
        raise CorrectionError(f"line {number}: an object with `text` is needed")
    language = found.get("lang") or found.get("language")
    if not isinstance(language, str):
        raise CorrectionError(f"line {number}: `lang` is needed: the code of the text's language, such as nl")
    said = {name: found[name] for name in MODEL_OF if found.get(name) is not None}
    if isinstance(found.get("field"), str):
        said[found["field"]] = found.get("value")
    for field, value in said.items():
        if field in LABELS and value not in LABELS[field]:
            raise CorrectionError(f"line {number}: {field} is one of {', '.join(LABELS[field])}, not {value!r}")
        if field in LABELS:
            yield Correction(found["text"], language.lower()[:2], field, value)


def of_events(
    events: Iterable[ClassificationCorrected], mentions: Mapping[str, ClassifiedMention]
) -> Iterator[Correction]:
    """What people corrected, with the text of each mention. Corrections of mentions that are gone are passed over, and so is
    what a model said."""
    for one in events:
        mention = mentions.get(one.mention)
        if one.author != "person" or mention is None:
            continue
        language = one.language or mention.classification.language.code
        for field in MODEL_OF:
            value = getattr(one, field)
            if field in one.corrected and value is not None:
                yield Correction(mention.text, language, field, value)
