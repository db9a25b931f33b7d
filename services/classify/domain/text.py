"""A text made ready for reading: bounded, folded to lower case without accents, and cut into words with their places.

Folding keeps every character at its place, so that a span of the folded text is a span of the text itself.
`raw` holds all words; `calm` leaves out what is only tone (politeness, swearing, greetings), which urgency must not see.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from itertools import compress

READ_CHARACTERS = 10_000
"""Of a longer text (title included) only the first part is read."""

_PIECE = re.compile(
    r"https?://\S+|www\.\S+|@[\w.-]+"
    r"|a\.u\.b\b\.?|s\.v\.p\b\.?"
    r"|\d+(?:[.,:]\d+)+"
    r"|[^\W_]+(?:'[^\W_]+)*"
    r"|[.!?…;\n,:()\u2013\u2014\u2022]"
)
_ENDS = frozenset(".!?…;\n\u2022")
_SPLITS = frozenset(",:()\u2013\u2014")
_LINK_WORDS = frozenset({"http", "https", "www", "rt"})
_APOSTROPHES = dict.fromkeys(map(ord, "\u2019\u2018\u02bc`\u00b4"), "'")


class _Fold(dict[int, str | int]):
    """Characters to their folded form, one for one, filled as characters are met (a function of the character alone)."""

    def __missing__(self, code: int) -> str | int:
        folded = _fold_character(chr(code))
        if len(self) < 20_000:
            self[code] = folded
        return folded


def _fold_character(character: str) -> str:
    if character == "\n":
        return character
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zs"):
        return " "
    lower = character.lower()
    base = unicodedata.normalize("NFKD", lower)
    if len(base) > 1 and all(unicodedata.combining(mark) for mark in base[1:]):
        return base[0]
    return base if len(base) == 1 else (lower if len(lower) == 1 else character)


_FOLD = _Fold(_APOSTROPHES)


def fold(text: str) -> str:
    """Lower case without accents, character for character."""
    return text.translate(_FOLD)


def words_of(text: str) -> list[str]:
    """The words that a text is cut into, folded."""
    return _cut(fold(text))[0].words


def word_set(words: str) -> frozenset[str]:
    """Words with a space between, as a set."""
    return frozenset(words.split())


_CONTRACTIONS = word_set(
    "it's that's what's who's where's how's there's he's she's let's here's when's why's everything's else's"
)


def plain(word: str) -> str:
    """A folded word without its possessive ending (`card's` as `card`); tables are read the same way."""
    return word[:-2] if word.endswith("'s") and word not in _CONTRACTIONS and len(word) > 2 else word.rstrip("'")


@dataclass(frozen=True, slots=True)
class Words:
    """Words in order, folded, with their places; `sentences` and `clauses` number what each word is part of."""

    words: list[str]
    starts: list[int]
    ends: list[int]
    sentences: list[int]
    clauses: list[int]

    def __len__(self) -> int:
        return len(self.words)

    def without(self, dropped: set[int]) -> "Words":
        """The same without the words at these positions."""
        if not dropped:
            return self
        kept = [place not in dropped for place in range(len(self.words))]
        return Words(*(list(compress(column, kept)) for column in self.columns()))  # type: ignore[arg-type]  # five columns

    def columns(self) -> tuple[list[str], list[int], list[int], list[int], list[int]]:
        """The five lists, in the order of the fields."""
        return self.words, self.starts, self.ends, self.sentences, self.clauses


@dataclass(frozen=True, slots=True)
class Prepared:
    """A text ready to be read. `whole` is title, newline and text; `offset` is where the text begins in it."""

    whole: str
    folded: str
    offset: int
    raw: Words
    calm: Words
    asked: frozenset[int]
    """The sentences that end in a question mark."""
    links: int
    handles: int
    hashtags: int

    def span(self, start: int, end: int) -> tuple[int | None, int | None]:
        """A place in `whole` as a place in `text`; nothing when it is in the title."""
        if start < self.offset:
            return None, None
        return start - self.offset, end - self.offset


def prepare(text: str, title: str, tone: Callable[[Words], set[int]]) -> Prepared:
    """Fold and cut. `tone` says which words are only tone."""
    head = title[:500].strip()
    if head and not text.startswith(head):
        whole, offset = (head + "\n" + text)[:READ_CHARACTERS], len(head) + 1
    else:
        whole, offset = text[:READ_CHARACTERS], 0
    folded = fold(whole)
    words, asked, links, handles = _cut(folded)
    return Prepared(
        whole=whole,
        folded=folded,
        offset=offset,
        raw=words,
        calm=words.without(tone(words)),
        asked=frozenset(asked),
        links=links,
        handles=handles,
        hashtags=folded.count("#"),
    )


class _Pieces(dict[str, tuple[int, str]]):
    """What each piece of a folded text is, and the word it is, filled as pieces are met (a function of the piece alone)."""

    def __missing__(self, piece: str) -> tuple[int, str]:
        found = _kind_of(piece)
        if len(self) < 50_000 and len(piece) < 40:
            self[piece] = found
        return found


_WORD, _END, _ASK, _SPLIT, _HANDLE, _LINK, _NOTHING = range(7)


def _kind_of(piece: str) -> tuple[int, str]:
    if piece == "?":
        return _ASK, ""
    if piece in _ENDS:
        return _END, ""
    if piece in _SPLITS:
        return _SPLIT, ""
    if piece[0] == "@":
        return _HANDLE, ""
    if piece in _LINK_WORDS or piece.startswith(("http://", "https://", "www.")):
        return (_NOTHING if piece == "rt" else _LINK), ""
    return _WORD, piece.replace(".", "") if piece.startswith(("a.u", "s.v")) else plain(piece)


_PIECES = _Pieces()


def _cut(folded: str) -> tuple[Words, set[int], int, int]:
    words = Words([], [], [], [], [])
    all_words, starts, ends, sentences, clauses = words.columns()
    asked: set[int] = set()
    links = handles = sentence = clause = 0
    for found in _PIECE.finditer(folded):
        kind, word = _PIECES[found.group()]
        if kind == _WORD:
            if sentence in asked:
                sentence += 1
            start, end = found.span()
            all_words.append(word)
            starts.append(start)
            ends.append(end)
            sentences.append(sentence)
            clauses.append(clause)
        elif kind == _ASK:
            asked.update(sentences[-1:])
            clause += 1
        elif kind == _END:
            if all_words and sentences[-1] == sentence:
                sentence += 1
            clause += 1
        elif kind == _SPLIT:
            clause += 1
        elif kind == _HANDLE:
            handles += 1
        elif kind == _LINK:
            links += 1
    return words, asked, links, handles
