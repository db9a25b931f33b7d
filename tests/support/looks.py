"""A page as everybody meets it: on a phone and at a desk, light and dark, read aloud, without a mouse."""

from playwright.sync_api import Page

from tests.support.axe import in_both_themes, violations
from tests.support.fit import PHONE, too_wide
from tests.support.keyboard import unreached

DESK = 1440
"""Pixels: a usual screen."""
_FOLDED = "document.querySelector('main details:not([open])') !== null"


def faults(page: Page) -> list[str]:
    """What is wrong with a page that is open, a line for each; empty when nothing is. What is folded is looked at too."""
    found: list[str] = []
    if page.evaluate(_FOLDED):  # what is pressed lies closer together then, most of all on a phone
        _widen(page, PHONE)
        found += [f"{PHONE} px, folded: {one}" for one in violations(page, only=("target-size",))]
    for width, theme in ((PHONE, "light"), (DESK, "dark")):
        _widen(page, width)
        seen = too_wide(page, unfold=True) + in_both_themes(page, unfold=True, first=theme)
        found += [f"{width} px: {one}" for one in seen]
    return found + unreached(page)


def _widen(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
