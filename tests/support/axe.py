"""What axe-core finds on a page: one place that says which findings a page may have (none) and in which state it is
looked at. Used by every browser test of a page."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

_AXE = (Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
# By default axe-core does not hold pages against WCAG 2.2's 2.5.8, which is in level AA: what is pressed has 24 px or room.
_RULES = {"target-size": {"enabled": True}}
_COLOURS = ("color-contrast", "link-in-text-block")
# A colour on its way to another is neither, so nothing moves; what is folded away is read too.
_PREPARE = """([theme, unfold]) => {
  if (theme) document.documentElement.dataset.theme = theme
  if (unfold) for (const one of document.querySelectorAll('main details')) one.open = true
}"""


def violations(page: Page, theme: str | None = None, *, unfold: bool = False, only: Sequence[str] = ()) -> list[str]:
    """What axe-core has against the page as it is, a line for each finding; `theme` is "light" or "dark".

    `only` are the rules to hold it against, by name; all of them without any.
    """
    page.emulate_media(reduced_motion="reduce")
    page.evaluate(_PREPARE, [theme, unfold])
    if not page.evaluate("'axe' in window"):
        page.evaluate(_AXE)
    found: list[dict[str, Any]] = page.evaluate(
        "options => axe.run({ resultTypes: ['violations'], ...options }).then(result => result.violations)",
        {"runOnly": {"type": "rule", "values": list(only)}} if only else {"rules": _RULES},
    )
    return [
        f"{one['impact']} {one['id']}: " + " ".join(node["html"][:200] for node in one["nodes"][:3]) for one in found
    ]


def in_both_themes(page: Page, *, unfold: bool = False, first: str = "light") -> list[str]:
    """What axe-core has against the page as it is, light and dark.

    Every rule is held against it in the `first` theme, and those of colours in the other, which differs in nothing else.
    """
    other = "dark" if first == "light" else "light"
    found = {
        first: violations(page, first, unfold=unfold),
        other: violations(page, other, unfold=unfold, only=_COLOURS),
    }
    return [f"{theme}: {one}" for theme, lines in found.items() for one in lines]
