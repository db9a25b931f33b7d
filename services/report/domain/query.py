"""The language that people search in: from what they type to a tree, its one normal spelling and hints. Pure.

Words must all occur; `"a phrase"`, `-not`, `one OR other` (binds tighter than a space), `begin*`, `field:value`,
`(groups)`. Nothing that a person types is an error: what is not closed closes itself, what means nothing is left out, a
field that we do not know is text. What was understood otherwise than it looks is said in `hints`. The tree is that of
`query_tree.py`, of which `query_body.py` makes an Elasticsearch query. For any text `parse(normal(parse(text)))` is the
same tree.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Literal

from services.report.domain.query_fields import NAMES, read_value
from services.report.domain.query_tree import (
    All,
    Field,
    Node,
    Not,
    Phrase,
    Word,
    all_of,
    either_of,
    leaves,
    normal,
)

MAX_TERMS, MAX_CHARACTERS, MAX_DEPTH = 40, 400, 8
"""A query has at most so many terms, so many characters in its terms, and so many groups in each other."""
_RAW = 4_000
_LEADING = "+*~"
_SPECIAL = '"()|'
_OR, _AND, _NOT = frozenset({"OR", "OF"}), frozenset({"AND", "EN"}), frozenset({"NOT"})
_FIELD = re.compile(r"([A-Za-z]{2,20}):(.*)", re.DOTALL)
_SCHEMES = frozenset({"http", "https", "mailto", "ftp", "www"})
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»", '"'))


HintCode = Literal["unknown_field", "unknown_value", "empty_field", "open_quote", "open_group", "extra_close", "cut"]


@dataclass(frozen=True, slots=True)
class Hint:
    """Something was read otherwise than it looks: `about` is the piece of text; a code for the page's sentence."""

    code: HintCode
    about: str = ""


@dataclass(frozen=True)
class Query:
    """What was understood; `node` of `None` asks for nothing in particular, so for everything."""

    node: Node | None = None
    hints: tuple[Hint, ...] = ()

    @property
    def normal(self) -> str:
        """The one spelling of what was understood, in English field names."""
        return normal(self.node)

    @property
    def parts(self) -> tuple[Node, ...]:
        """What must all hold."""
        if self.node is None:
            return ()
        return self.node.parts if isinstance(self.node, All) else (self.node,)

    def names(self) -> frozenset[str]:
        """The fields that are asked for anywhere."""
        return frozenset(one.name for one in leaves(self.node) if isinstance(one, Field))


def parse(text: str) -> Query:
    """What a person means. Never raises, whatever the text."""
    printable = "".join(c if c.isprintable() else " " for c in text[:_RAW]).translate(_QUOTES)
    reader = _Reader(printable)
    node = reader.group()
    if len(text) > _RAW:
        reader.hint("cut")
    return Query(node, tuple(dict.fromkeys(reader.hints)))


def _means(text: str) -> bool:
    """Whether an index could know it: a letter, a digit or a picture."""
    return any(unicodedata.category(c)[0] in "LN" or unicodedata.category(c) == "So" for c in text)


@dataclass
class _Reader:
    """Reads the text once, from left to right."""

    text: str
    at: int = 0
    depth: int = 0
    terms: int = 0
    characters: int = 0
    hints: list[Hint] = field(default_factory=list)

    def hint(self, code: HintCode, about: str = "") -> None:
        self.hints.append(Hint(code, about[:60]))

    def group(self) -> Node | None:
        """Up to the closing parenthesis of this group, or the end."""
        parts: list[Node] = []
        either = negative = False
        while self._skip():
            here = self.text[self.at]
            if here == ")":
                self.at += 1
                if self.depth:
                    return all_of(parts)
                self.hint("extra_close")
                continue
            if here == "|":
                self.at += 1
                either = bool(parts)
                continue
            minus = self._operators()
            word = self._peek()
            if not minus and word in _OR | _AND | _NOT:
                self.at += len(word)
                either = (either or word in _OR) and bool(parts) if word not in _NOT else either
                negative = negative or word in _NOT
                continue
            node = self._item()
            if node is None:
                continue
            if minus or negative:
                node = node.node if isinstance(node, Not) else Not(node)
            if either and parts:
                parts.append(either_of(parts.pop(), node))
            else:
                parts.append(node)
            either = negative = False
        if self.depth:
            self.hint("open_group")
        return all_of(parts)

    def _skip(self) -> bool:
        """Past white space; whether anything is left."""
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1
        return self.at < len(self.text)

    def _operators(self) -> bool:
        """Past what may stand before an item; whether it is excluded."""
        minus = False
        while self.at < len(self.text) and self.text[self.at] in _LEADING + "-":
            minus = minus or self.text[self.at] == "-"
            self.at += 1
        return minus

    def _peek(self) -> str:
        """The characters up to the next space or special one."""
        end = self.at
        while end < len(self.text) and not self.text[end].isspace() and self.text[end] not in _SPECIAL:
            end += 1
        return self.text[self.at : end]

    def _item(self) -> Node | None:
        """A group, a phrase, a field or a word; `None` when nothing is left of it."""
        if self.at >= len(self.text) or self.text[self.at].isspace() or self.text[self.at] in ")|":
            return None
        if self.text[self.at] == "(":
            return self._group()
        if self.text[self.at] == '"':
            text = self._quoted()
            return self._counted(Phrase(text), text) if _means(text) else None
        word = self._peek()
        self.at += len(word)
        found = _FIELD.fullmatch(word)
        node, taken = self._field(found[1], found[2]) if found else (None, False)
        return node if taken else self._word(word)

    def _group(self) -> Node | None:
        self.at += 1
        if self.depth >= MAX_DEPTH:
            return None  # its end is one too many later, which is harmless
        self.depth += 1
        node = self.group()
        self.depth -= 1
        return node

    def _quoted(self) -> str:
        end = self.text.find('"', self.at + 1)
        if end < 0:
            self.hint("open_quote")
            end = len(self.text)
        text = self.text[self.at + 1 : end]
        self.at = end + 1
        return " ".join(text.split())

    def _field(self, given_name: str, rest: str) -> tuple[Node | None, bool]:
        """The node, and whether the word is used up; else it is to be read as text."""
        name = NAMES.get(given_name.lower())
        if name is None:
            if given_name.lower() not in _SCHEMES and rest:
                self.hint("unknown_field", given_name)
            return None, False
        quoted = self._quoted() if not rest and self.text[self.at : self.at + 1] == '"' else ""
        given = [one for one in ([rest or quoted] if name == "author" or quoted else rest.split(",")) if _means(one)]
        if not given:
            self.hint("empty_field", given_name)
            return None, False
        known = tuple(dict.fromkeys(value for one in given if (value := read_value(name, one))))
        if known:
            return self._counted(Field(name, known), "".join(known)), True
        self.hint("unknown_value", f"{given_name}:{rest or quoted}")
        return (self._counted(Phrase(quoted), quoted), True) if quoted else (None, False)

    def _word(self, word: str) -> Node | None:
        text, prefix = word.rstrip("*"), word.endswith("*")
        if not _means(text):
            return None
        prefix = prefix and len(text) > 1
        operator = text in _OR | _AND | _NOT and not prefix
        return self._counted(Phrase(text) if operator else Word(text, prefix), text)

    def _counted(self, node: Word | Phrase | Field, text: str) -> Node | None:
        """The node if it is not one too many; of a single endless one its beginning."""
        left = MAX_CHARACTERS - self.characters
        if self.terms >= MAX_TERMS or len(text) > left:
            self.hint("cut")
            if self.terms or isinstance(node, Field):
                return None
            text = text[:left].rstrip("* ")
            node = Word(text) if isinstance(node, Word) else Phrase(text)
        self.terms += 1
        self.characters += len(text)
        return node if _means(text) else None
