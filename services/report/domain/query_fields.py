"""The fields of the query language: their names in Dutch and English, and what may stand behind the colon. Pure.

Used by `query.py`, which takes whatever is not a field or not a value of it as plain text and says so.
"""

import re
from collections.abc import Mapping
from datetime import date

ENGLISH_ORDER = (
    "source", "lang", "sentiment", "urgency", "topic", "author", "tag", "owner", "status", "is", "has", "kind", "before",
    "after",
)  # fmt: skip
NAMES: Mapping[str, str] = {name: name for name in ENGLISH_ORDER} | {
    "bron": "source",
    "kanaal": "source",
    "channel": "source",
    "taal": "lang",
    "language": "lang",
    "gevoel": "sentiment",
    "toon": "sentiment",
    "urgentie": "urgency",
    "spoed": "urgency",
    "onderwerp": "topic",
    "thema": "topic",
    "auteur": "author",
    "van": "author",
    "from": "author",
    "label": "tag",
    "eigenaar": "owner",
    "behandelaar": "owner",
    "soort": "kind",
    "heeft": "has",
    "voor": "before",
    "tot": "before",
    "until": "before",
    "na": "after",
    "vanaf": "after",
    "sinds": "after",
    "since": "after",
}
"""Each name that may stand before a colon, and the field that it means."""

VALUES: Mapping[str, Mapping[str, str]] = {
    "sentiment": {
        "negative": "negative", "neutral": "neutral", "positive": "positive",
        "negatief": "negative", "neutraal": "neutral", "positief": "positive",
    },
    "urgency": {
        "low": "low", "normal": "normal", "high": "high", "critical": "critical",
        "laag": "low", "normaal": "normal", "gewoon": "normal", "hoog": "high",
        "kritiek": "critical", "kritisch": "critical",
    },
    "is": {
        "mention": "mention", "case": "case", "reply": "reply", "note": "note",
        "vermelding": "mention", "bericht": "mention", "zaak": "case", "antwoord": "reply", "reactie": "reply",
        "notitie": "note",
    },
    "status": {
        "open": "open", "closed": "closed", "approved": "approved", "delivered": "delivered", "failed": "failed",
        "gesloten": "closed", "dicht": "closed", "goedgekeurd": "approved", "bezorgd": "delivered", "mislukt": "failed",
    },
    "has": {
        "link": "link", "topic": "topic", "rating": "rating", "owner": "owner", "tag": "tag",
        "onderwerp": "topic", "beoordeling": "rating", "eigenaar": "owner", "label": "tag",
    },
    "lang": {
        "nederlands": "nl", "dutch": "nl", "engels": "en", "english": "en", "duits": "de", "german": "de", "frans": "fr",
        "french": "fr",
    },
}  # fmt: skip
"""Fields with a closed list of values: each word for one, and the value. `lang` also takes any two-letter code."""

RELATIVE = re.compile(r"(\d{1,4})(h|d|w|m|u)")
_DAYS = {"today": "0d", "vandaag": "0d", "yesterday": "1d", "gisteren": "1d"}
_DUTCH_DATE = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_SLUG = re.compile(r"[a-z0-9][a-z0-9_.@-]*")
_CODE = re.compile(r"[a-z]{2}|und")
FREE = frozenset({"source", "topic", "tag", "owner", "kind"})
"""Fields of short names that teams choose themselves."""


def read_value(field: str, text: str) -> str | None:
    """The value that `text` means for `field`, in its one spelling; `None` when it means none. Never raises."""
    if field == "author":
        return " ".join(text.split()) or None
    lowered = text.strip().rstrip("*").lower()
    if field in ("before", "after"):
        return _day(lowered)
    if field == "lang":
        return VALUES[field].get(lowered) or (lowered if _CODE.fullmatch(lowered) else None)
    if field in FREE:
        return lowered if _SLUG.fullmatch(lowered) else None
    return VALUES[field].get(lowered)


def _day(text: str) -> str | None:
    """A day as `2026-11-01`, or how long ago: `12h`, `7d`, `2w`, `3m` (months of 30 days). `0d` is today."""
    text = _DAYS.get(text, text)
    if RELATIVE.fullmatch(text) and text.isascii():
        return text.replace("u", "h")
    if (dutch := _DUTCH_DATE.fullmatch(text)) and text.isascii():
        text = f"{dutch[3]}-{int(dutch[2]):02d}-{int(dutch[1]):02d}"
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None
