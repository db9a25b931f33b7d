"""The keys of the inbox: one table, which the help shows and which `static/keys.js` reads from that help.

A key is pressed by itself (`j`), as one of several (`o,Enter`) or after another (`g m`). None of them acts while somebody
types.
"""

from dataclasses import dataclass
from typing import Literal

Group = Literal["list", "case", "pick", "go", "page"]


@dataclass(frozen=True, slots=True)
class Key:
    """What to press, in the browser's names; what it does (`static/keys.js` knows the name, `help.<act>` says it)."""

    presses: str
    act: str
    group: Group
    go: str = ""
    """For a key that leads somewhere: the view, or the address."""


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
    Key("h", "hand", "case"),
    Key("t", "tag", "case"),
    Key("s", "snooze", "case"),
    Key("e", "close", "case"),
    Key("z,Ctrl+z", "undo", "case"),
    Key("x", "pick", "pick"),
    Key("X", "pick_to", "pick"),
    Key("a", "pick_all", "pick"),
    Key("Escape", "leave", "pick"),
    Key("g m", "go_mine", "go", "mine"),
    Key("g b", "go_beside", "go", "beside"),
    Key("g t", "go_team", "go", "team"),
    Key("g w", "go_waiting", "go", "waiting"),
    Key("g a", "go_approval", "go", "approval"),
    Key("g s", "go_snoozed", "go", "snoozed"),
    Key("g n", "go_nobody", "go", "nobody"),
    Key("g c", "go_closed", "go", "closed"),
    Key("g r", "go_rota", "go", "rota"),
    Key("g f", "go_reports", "go", "reports"),
    Key("/", "search", "page", "search"),
    Key("?", "help", "page"),
)
GROUPS: tuple[Group, ...] = ("list", "case", "pick", "go", "page")


def shown(presses: str) -> tuple[tuple[str, ...], ...]:
    """The alternatives, each with the caps to draw: `Ctrl+z` is two of them, `g m` as well."""
    return tuple(tuple(one.replace("+", " ").split(" ")) for one in presses.split(","))
