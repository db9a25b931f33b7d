"""A person without a mouse: goes through a page with Tab as they do, and says what cannot be reached or does not show it."""

from playwright.sync_api import Locator, Page, expect

_LOOKS = """
  const looks = (one) => [one, one.parentElement].map((each) => {
    const style = getComputedStyle(each);
    return [style.outlineStyle, style.outlineColor, style.boxShadow, style.borderColor, style.backgroundColor].join();
  }).join();
"""
_WANTED = f"""() => {{ {_LOOKS}
  for (const one of document.querySelectorAll('main details')) one.open = true;
  const acts = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]';
  const reachable = (one) => one.checkVisibility({{ visibilityProperty: true }}) && !one.disabled && one.tabIndex >= 0;
  const marked = (one) => one.checked || !document.querySelector(`[name="${{CSS.escape(one.name)}}"]:checked`);
  const wanted = [...document.querySelectorAll(acts)].filter(
    (one) => reachable(one) && (one.type !== 'radio' || marked(one)));
  document.activeElement?.blur();
  for (const one of wanted) {{ one.dataset.met = 'unreached'; one.dataset.calm = looks(one); }}
  document.addEventListener('focusin', ({{ target: one }}) => {{
    if (one.dataset.met === 'unreached') one.dataset.met = looks(one) === one.dataset.calm ? 'does not show it' : '';
  }});
  return wanted.length;
}}"""
_LEFT = "() => document.querySelectorAll('[data-met=unreached]').length"
_MISSED = """() => [...document.querySelectorAll('[data-met]')].filter((one) => one.dataset.met)
  .map((one) => `${one.dataset.met}: ${one.outerHTML.slice(0, 160)}`)"""
AT_ONCE = 12
"""So many presses of Tab in a row that meet nothing new: the page has been gone through."""


def unreached(page: Page) -> list[str]:
    """What can be acted on and is not met by pressing Tab, or does not show that it has the focus; a line for each."""
    page.emulate_media(reduced_motion="reduce")
    left, before = int(page.evaluate(_WANTED)), -1
    assert left, "nothing to act on"
    while left and left != before:
        for _ in range(AT_ONCE):
            page.keyboard.press("Tab")
        left, before = int(page.evaluate(_LEFT)), left
    found: list[str] = page.evaluate(_MISSED)
    return found


def go_to(target: Locator, most: int = 150) -> None:
    """Press Tab until `target` has the focus."""
    page = target.page
    for _ in range(most):
        if target.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    expect(target).to_be_focused()


def press(target: Locator, key: str = "Enter") -> None:
    """Go there and press a key."""
    go_to(target)
    target.page.keyboard.press(key)


def write(target: Locator, text: str) -> None:
    """Go there and type."""
    go_to(target)
    target.page.keyboard.type(text)
