"""A guideline's text as HTML: CommonMark with tables. What looks like HTML in it is shown as text, so it is safe to show.

No inline styles (the pages' policy forbids them), no pictures, headings below those of the page.
"""

from functools import cache, lru_cache

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markupsafe import Markup

LOWEST = 6
_OPENS = ("th_open", "td_open")


@cache
def _parser(top: int) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 20}).enable("table").disable("image")

    def house(state: StateCore) -> None:
        for token in state.tokens:
            if token.type in ("heading_open", "heading_close"):
                token.tag = f"h{min(int(token.tag[1]) + top - 1, LOWEST)}"
            elif token.type in _OPENS and token.attrs.pop("style", "") == "text-align:right":
                token.attrSet("class", "num")
            for child in token.children or ():
                if child.type == "link_open":
                    child.attrSet("rel", "noopener noreferrer nofollow")

    parser.core.ruler.push("house", house)
    return parser


@lru_cache(maxsize=1024)
def render(body: str, top: int = 2) -> Markup:
    """The HTML of a text; its first level of headings is `h<top>`. Links lead to http, https, mailto and our own pages."""
    return Markup(_parser(top).render(body))  # noqa: S704  # markdown-it escapes everything when `html` is off
