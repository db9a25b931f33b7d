"""A text as it may be shown, whoever wrote it: what every way out of webcare (pages, CSV, calendars) does to it. Pure.

Markup is no concern of this module: templates escape. What no escaping stops is done here, once, as the text goes out; what
is kept stays as it was written.

- Control characters, byte order marks and halves of surrogate pairs are left out; line ends and tabs stay.
- Overrides and embeddings of direction (U+202A to U+202E) are left out, and not marked: a form shows a text and saves it
  again, and would keep the mark. Without them a text reads in the order in which it was written, so that `exe.gpj` cannot
  pose as `jpg.exe`. Nobody needs them: isolates have taken their place (Unicode 6.3).
- Isolates (U+2066 to U+2069) stay when each is closed: then they move nothing beyond their own end, and a text that mixes
  Arabic and Dutch needs them. When one is not closed, all are left out.
- Of the marks on one letter `MOST_MARKS` stay: no living script stacks more, and 100 kB of them become a few.
"""

import re
import unicodedata

MOST_MARKS = 8
"""Marks on one letter. Burmese has five, Tibetan seven."""

_HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\ufeff\ud800-\udfff]")
_ISOLATES = re.compile("[\u2066-\u2069]")
_FIRST_STRONG, _POP = "\u2068", "\u2069"
_RUN = re.compile(f"[^\x00-\u02ff]{{{MOST_MARKS + 1},}}")
"""Where more marks than that may stand: below U+0300 there are none."""
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")


def harmless(text: str) -> str:
    """The text without what reaches out of its place; the same text where there is nothing of the kind."""
    if text.isascii() and text.isprintable():
        return text
    text = _HIDDEN.sub("", text)
    if not _all_closed(text):
        text = _ISOLATES.sub("", text)
    return _RUN.sub(_with_few_marks, text)


def isolated(text: str) -> str:
    """The text for the middle of a sentence: harmless, and with its own direction where it is written from the right."""
    shown = harmless(text)
    return f"{_FIRST_STRONG}{shown}{_POP}" if _RIGHT_TO_LEFT.search(shown) else shown


def _all_closed(text: str) -> bool:
    open_ones = 0
    for one in _ISOLATES.findall(text):
        open_ones += -1 if one == _POP else 1
        if open_ones < 0:
            return False
    return open_ones == 0


def _with_few_marks(run: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for one in run[0]:
        kind = unicodedata.category(one)
        if kind[0] == "M":
            marks += 1
        elif kind != "Cf":  # a joiner begins no new letter
            marks = 0
        if marks <= MOST_MARKS or kind[0] != "M":
            kept.append(one)
    return "".join(kept)
