"""A guideline's text as HTML: CommonMark with tables. What looks like HTML in it is shown as text, so it is safe to show.

No inline styles (the pages' policy forbids them), no pictures, headings below those of the page.
"""

from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markupsafe import Markup

from services.contracts.harmless import harmless
from services.runtime.web.outside import REL, outside

LOWEST = 6
_OPENS = ("th_open", "td_open")


class _Parser(MarkdownIt):
    """CommonMark whose links lead to http, https, mailto and our own pages; what may be none stays as it was written."""

    def validateLink(self, url: str) -> bool:  # noqa: N802 - the library's name
        ours = url.startswith(("/", "#")) and not url.startswith(("//", "/\\"))
        return ours or url.lower().startswith("mailto:") or outside(url) is not None


@cache
def _parser(top: int) -> MarkdownIt:
    parser = _Parser("commonmark", {"html": False, "maxNesting": 20}).enable("table").disable("image")

    def house(state: StateCore) -> None:
        for token in state.tokens:
            if token.type in ("heading_open", "heading_close"):
                token.tag = f"h{min(int(token.tag[1]) + top - 1, LOWEST)}"
            elif token.type in _OPENS and token.attrs.pop("style", "") == "text-align:right":
                token.attrSet("class", "num")
            if token.children:
                token.children = list(_with_sites(token.children))

    parser.core.ruler.push("house", house)
    return parser


def _with_sites(tokens: Iterable[Token]) -> Iterator[Token]:
    """Links that lead away are marked as such; one whose site is not plain ASCII has it written out behind it."""
    disguised = ""
    for token in tokens:
        if token.type == "link_open" and (to := outside(token.attrGet("href"))):
            for name, value in (("href", to.href), ("class", "outside"), ("rel", REL), ("title", to.host)):
                token.attrSet(name, value)
            disguised = f" ({to.host})" if to.disguised else ""
        yield token
        if token.type == "link_close" and disguised:
            yield Token("text", "", 0, content=disguised)
            disguised = ""


@lru_cache(maxsize=1024)
def render(body: str, top: int = 2) -> Markup:
    """The HTML of a text; its first level of headings is `h<top>`."""
    return Markup(_parser(top).render(harmless(body)))  # noqa: S704  # markdown-it escapes everything when `html` is off
