"""The starter handbook: a practical one for a small organisation, in Dutch and English, to begin from and make one's own.

It is data in `starter_handbook/<language>.md`: guidelines in Markdown, each after a head of TOML between lines of `+++`.
"""

import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from services.contracts.handbook import GuidelineText

FOLDER = Path(__file__).resolve().parents[1] / "starter_handbook"
_FENCE = "+++\n"


@cache
def starter(language: str) -> tuple[tuple[str, GuidelineText], ...]:
    """The guidelines in one of `STARTER_LANGUAGES`, each with its id.

    Raises:
        ValueError: a file of the package is malformed.
    """
    return tuple(parsed((FOLDER / f"{language}.md").read_text(encoding="utf-8"), language))


def parsed(text: str, language: str) -> Iterable[tuple[str, GuidelineText]]:
    """The guidelines of a file.

    Raises:
        ValueError: a head is not TOML, or a guideline is not one.
    """
    before, *parts = text.split(_FENCE)
    if before.strip() or len(parts) % 2:
        raise ValueError("a guideline is a head between lines of +++, and then its text")
    for head, body in zip(parts[::2], parts[1::2], strict=True):
        fields: dict[str, Any] = tomllib.loads(head)
        ident = fields.pop("id")
        yield ident, GuidelineText(**fields, body=body.strip(), language=language)
