"""How a channel takes a reply: how long it may be and how that is counted, links, line breaks, a thread when it is too long.

The composer's counter, its preview and `tone.py` go by this. Lengths are what the channels publish; a channel that is not
known has none. `static/compose.js` counts the same way while somebody types.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Unit = Literal["code_points", "graphemes", "utf16", "weighted"]
"""What a channel counts. `weighted` is X's: most letters 1, CJK and emoji 2."""


@dataclass(frozen=True, slots=True)
class Format:
    """One channel. `limit` of `None` is no limit that matters to a reply."""

    limit: int | None = None
    unit: Unit = "code_points"
    link: int | None = None
    """Every link counts as this many; `None`: as long as it is."""
    bare_handles: bool = False
    """Of `@name@host` only `@name` counts."""
    links: bool = True
    """Links can be followed."""
    breaks: bool = True
    """Line breaks are kept."""
    threads: bool = False
    """A reply may be several posts."""
    public: bool = True


PRIVATE_KINDS = frozenset({"email", "form", "direct_message"})
FORMATS: Mapping[str, Format] = {
    "mastodon": Format(500, link=23, bare_handles=True, threads=True),
    "bluesky": Format(300, "graphemes", threads=True),
    "x": Format(280, "weighted", link=23, threads=True),
    "twitter": Format(280, "weighted", link=23, threads=True),
    "threads": Format(500, threads=True),
    "facebook": Format(8_000),
    "instagram": Format(2_200, links=False),
    "linkedin": Format(1_250),
    "youtube": Format(10_000),
    "tiktok": Format(150, links=False, breaks=False),
    "google-play": Format(350, links=False),
    "app-store": Format(5_970, links=False),
    "google-reviews": Format(4_096, links=False),
    "whatsapp": Format(4_096),
    "telegram": Format(4_096, "utf16"),
    "messenger": Format(2_000),
    "sms": Format(1_600, links=False),
}
PLAIN = Format()

_LINK = re.compile(r"https?://[^\s<>]+[^\s<>.,;:!?'\")\]]")
_HANDLE = re.compile(r"(?<![\w@/])@(\w[\w.-]*\w|\w)(@[\w.-]+\.\w+)?")
_PIECES = re.compile(
    rf"(?P<link>{_LINK.pattern})|(?P<handle>(?<![\w@/])@\w[\w.@-]*\w)|(?P<tag>(?<![\w&/#])#\w*[^\W\d]\w*)"
)
_ZWJ = "\u200d"
LARGEST = 4
"""Units of one character at most: its bytes."""


def format_of(source: str, kind: str) -> Format:
    """The format of a reply to a source; its slug, or one of its parts (`mastodon-nl`), names the channel."""
    parts = source.replace("_", "-")
    known = FORMATS.get(parts) or next((FORMATS[one] for one in parts.split("-") if one in FORMATS), PLAIN)
    if kind not in PRIVATE_KINDS:
        return known
    limit, unit = (known.limit, known.unit) if kind == "direct_message" else (None, known.unit)
    return Format(limit, unit, known.link, known.bare_handles, known.links, known.breaks, public=False)


# -- length ------------------------------------------------------------------------------------------------------------


def length(text: str, channel: Format) -> int:
    """How long a text is for the channel."""
    text = unicodedata.normalize("NFC", text)
    if channel.bare_handles:
        text = _HANDLE.sub(lambda found: f"@{found[1]}", text)
    if channel.link is None:
        return _units(text, channel.unit)
    links = len(_LINK.findall(text))
    return _units(_LINK.sub("", text), channel.unit) + links * channel.link


def _units(text: str, unit: Unit) -> int:
    if unit == "graphemes":
        return len(graphemes(text))
    if unit == "utf16":
        return len(text.encode("utf-16-le")) // 2
    if unit == "weighted":
        return sum(_weight(one) for one in graphemes(text))
    return len(text)


def _weight(cluster: str) -> int:
    if len(cluster) > 1 and any(_pictograph(one) or _regional(one) for one in cluster):
        return 2
    light = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
    return sum(1 if any(low <= ord(one) <= high for low, high in light) else 2 for one in cluster)


def graphemes(text: str) -> list[str]:
    """What people see as one character each (the rules of Unicode's UAX #29 that matter to Latin, marks, emoji, Hangul)."""
    clusters: list[str] = []
    for char in text:
        if clusters and _joins(clusters[-1], char):
            clusters[-1] += char
        else:
            clusters.append(char)
    return clusters


def _joins(cluster: str, char: str) -> bool:
    last = cluster[-1]
    if last == "\r" and char == "\n":
        return True
    if last in "\r\n" or char in "\r\n":
        return False
    if char == _ZWJ or unicodedata.category(char) in ("Mn", "Me", "Mc") or 0x1F3FB <= ord(char) <= 0x1F3FF:
        return True
    if 0xE0020 <= ord(char) <= 0xE007F:
        return True
    if last == _ZWJ:
        return _pictograph(char) and _pictograph(cluster[0])
    if _regional(char):
        return len(cluster) % 2 == 1 and all(map(_regional, cluster))
    return _hangul(last, char)


def _pictograph(char: str) -> bool:
    return unicodedata.category(char) == "So" or 0x1F000 <= ord(char) <= 0x1FAFF


def _regional(char: str) -> bool:
    return 0x1F1E6 <= ord(char) <= 0x1F1FF


def _hangul(last: str, char: str) -> bool:
    """Jamo make syllables: leading with leading or vowel, vowel with vowel or trailing, trailing with trailing."""
    lead, vowel, trail = range(0x1100, 0x1160), range(0x1160, 0x11A8), range(0x11A8, 0x1200)
    syllable = 0xAC00 <= ord(last) <= 0xD7A3
    open_syllable = syllable and (ord(last) - 0xAC00) % 28 == 0
    if ord(char) in vowel:
        return ord(last) in lead or ord(last) in vowel or open_syllable
    if ord(char) in trail:
        return ord(last) in vowel or ord(last) in trail or syllable
    return (ord(char) in lead or 0xAC00 <= ord(char) <= 0xD7A3) and ord(last) in lead


def over(text: str, channel: Format) -> int | None:
    """Where the part of a text begins that is too much, as an index; `None` when it fits."""
    if channel.limit is None or length(text, channel) <= channel.limit:
        return None
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if length(text[:middle], channel) <= channel.limit:
            low = middle
        else:
            high = middle - 1
    return low


# -- a thread ----------------------------------------------------------------------------------------------------------


def parts(text: str, channel: Format) -> tuple[str, ...]:
    """A text as posts that each fit, numbered ` (1/3)`, cut where a sentence ends if that is not too early, else at a word.

    A text that fits, or of a channel that knows no threads, is one part.
    """
    if not channel.threads or over(text, channel) is None or channel.limit is None:
        return (text,)
    room = channel.limit - len(" (10/10)")
    cut: list[str] = []
    rest = text.strip()
    while rest:
        end = _fitting(rest, channel, room)
        cut.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return tuple(f"{one} ({number}/{len(cut)})" for number, one in enumerate(cut, 1))


def _fitting(text: str, channel: Format, room: int) -> int:
    """How much of a text goes into one post. No post needs to look further than thirty times its room."""
    text = text[: room * 30]
    if length(text, channel) <= room:
        return len(text)
    sentence = word = used = 0
    for token in re.finditer(r"\s+|\S+", text):
        used += length(token[0], channel)
        if used > room:
            break
        if not token[0].isspace():
            word = token.end()
            if token[0].rstrip("\"'”’)")[-1:] in tuple(".!?…") and used >= room * 0.5:
                sentence = word
    if sentence or word:
        return sentence or word
    taken = used = 0
    for cluster in graphemes(text):
        used += _units(cluster, channel.unit)
        if used > room:
            break
        taken += len(cluster)
    return taken or max(room // LARGEST, 1)  # a letter under more marks than a post has room for is cut as it comes


# -- how it looks ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a post: plain, or a link, a handle or a tag that the channel makes something of."""

    text: str
    kind: Literal["plain", "link", "handle", "tag"] = "plain"


def preview(text: str, channel: Format) -> tuple[tuple[Piece, ...], ...]:
    """The posts that a text becomes, each in pieces as the channel shows it."""
    shown = text.strip() if channel.breaks else " ".join(text.split())
    return tuple(tuple(_pieces(one, channel)) for one in parts(shown, channel)) if shown else ()


def _pieces(text: str, channel: Format) -> Iterable[Piece]:
    place = 0
    for found in _PIECES.finditer(text):
        kind = found.lastgroup
        if kind == "link" and not channel.links:
            continue
        if place < found.start():
            yield Piece(text[place : found.start()])
        yield Piece(found[0], kind)  # type: ignore[arg-type]  # the names of the groups are the kinds
        place = found.end()
    if place < len(text):
        yield Piece(text[place:])
