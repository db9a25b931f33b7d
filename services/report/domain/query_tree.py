"""What a search asks, as a tree: words, phrases and fields, excluded, all of them or one of them. Pure.

`query.py` reads it from what people type, `query_body.py` makes an Elasticsearch query of it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """A word; with `prefix` everything that begins like it."""

    text: str
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words next to each other, as written."""

    text: str


@dataclass(frozen=True, slots=True)
class Field:
    """One of `values` of a field."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """What must not hold."""

    node: "Node"


@dataclass(frozen=True, slots=True)
class All:
    """At least two that must hold."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least two of which one must hold."""

    parts: tuple["Node", ...]


Node = Word | Phrase | Field | Not | All | Either


def normal(node: Node | None, inside: bool = False) -> str:
    """A tree as text; `inside` another one, where a group needs its parentheses."""
    match node:
        case None:
            return ""
        case Word(text, prefix):
            return f"{text}*" if prefix else text
        case Phrase(text):
            return f'"{text}"'
        case Field(name, values):
            plain = ",".join(values)
            return f'{name}:"{plain}"' if name == "author" else f"{name}:{plain}"
        case Not(inner):
            return f"-{normal(inner, True)}"
        case All(parts):
            joined = " ".join(normal(one, not isinstance(one, Either)) for one in parts)
        case Either(parts):
            joined = " OR ".join(normal(one, True) for one in parts)
    return f"({joined})" if inside else joined


def all_of(parts: list[Node]) -> Node | None:
    """All of these; one alone is itself, and what is in an inner "all" is in this one."""
    flat = [one for part in parts for one in (part.parts if isinstance(part, All) else (part,))]
    return flat[0] if len(flat) == 1 else All(tuple(flat)) if flat else None


def either_of(one: Node, other: Node) -> Node:
    """One or the other, flat."""
    return Either(tuple(p for part in (one, other) for p in (part.parts if isinstance(part, Either) else (part,))))


def leaves(node: Node | None) -> Iterator[Word | Phrase | Field]:
    """The words, phrases and fields of a tree, from left to right."""
    match node:
        case None:
            return
        case Not(inner):
            yield from leaves(inner)
        case All(parts) | Either(parts):
            for one in parts:
                yield from leaves(one)
        case Word() | Phrase() | Field():
            yield node


def replaced(node: Node, change: Callable[[Word], Word]) -> Node:
    """The same tree with every word changed."""
    match node:
        case Word():
            return change(node)
        case Not(inner):
            return Not(replaced(inner, change))
        case All(parts):
            return All(tuple(replaced(one, change) for one in parts))
        case Either(parts):
            return Either(tuple(replaced(one, change) for one in parts))
        case _:
            return node
