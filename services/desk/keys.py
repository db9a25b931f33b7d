"""The keys of the inbox: one table, which the help shows and which `static/keys.js` reads from that help.

A key is pressed by itself (`j`), as one of several (`o,Enter`) or after another (`g m`). None of them acts while somebody
types. Those of the groups `go` and `page` work on every page, by the frame's own script (`webcare.js`).
"""

from dataclasses import dataclass
from typing import Literal

from services.runtime.web.keys import GO

Group = Literal["list", "case", "pick", "go", "page"]


@dataclass(frozen=True, slots=True)
class Key:
    """What to press, in the browser's names; what it does (the scripts know the name, `help.<act>` says it)."""

    presses: str
    act: str
    group: Group
    go: str = ""
    """For a key that leads somewhere: the place, as the navigation names it."""


KEYS: tuple[Key, ...] = (
    Key("j", "down", "list"),
    Key("k", "up", "list"),
    Key("o,Enter", "open", "list"),
    Key("]", "next_page", "list"),
    Key("[", "previous_page", "list"),
    Key("f", "filter", "list"),
    Key(".", "show_new", "list"),
    Key("c", "claim", "case"),
    Key("u", "release", "case"),
    Key("r", "reply", "case"),
    Key("n", "note", "case"),
    Key("A", "approve", "case"),
    Key("w", "change", "case"),
    Key("h", "hand", "case"),
    Key("t", "tag", "case"),
    Key("s", "snooze", "case"),
    Key("m", "merge", "case"),
    Key("e", "close", "case"),
    Key("z,Ctrl+z", "undo", "case"),
    Key("x", "pick", "pick"),
    Key("X", "pick_to", "pick"),
    Key("a", "pick_all", "pick"),
    Key("Escape", "leave", "pick"),
    *(Key(f"g {letter}", f"go_{place}", "go", place) for place, letter in GO.items()),
    Key("/", "search", "page"),
    Key("?", "help", "page"),
)
GROUPS: tuple[Group, ...] = ("list", "case", "pick", "go", "page")


def shown(presses: str) -> tuple[tuple[str, ...], ...]:
    """The alternatives, each with the caps to draw: `Ctrl+z` is two of them, `g m` as well."""
    return tuple(tuple(one.replace("+", " ").split(" ")) for one in presses.split(","))
