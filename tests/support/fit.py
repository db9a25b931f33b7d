"""Whether a page fits its screen: nothing is wider, nothing scrolls sideways that should not. Used by every browser test of
a page, at 360 px (`PHONE`) at the least."""

from playwright.sync_api import Page

PHONE = 360
"""Pixels: the narrowest phone that people still carry."""
_TOO_WIDE = """unfold => {
  if (unfold) for (const one of document.querySelectorAll('main details')) one.open = true
  return [document.documentElement, document.querySelector('main')]
    .filter(one => one.scrollWidth > one.clientWidth && getComputedStyle(one).display !== 'contents')
    .map(one => `${one.tagName.toLowerCase()}: ${one.scrollWidth} in ${one.clientWidth}`)
}"""


def too_wide(page: Page, *, unfold: bool = False) -> list[str]:
    """What is wider than its place, with both widths in pixels; empty when the page fits. `unfold` opens what is folded."""
    found: list[str] = page.evaluate(_TOO_WIDE, unfold)
    return found
