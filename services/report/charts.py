"""Draws charts on the server with vl-convert (Vega in the process, no browser), as SVG that says what it shows.

The converter downloads nothing: the specifications name no address and the fonts are the system's.
"""

from html import escape
from typing import Literal

import vl_convert

from services.report.domain.chartspecs import ChartName, Theme, Words, chart_spec
from services.report.domain.figures import Overview

Locale = Literal["nl-NL", "en-GB"]
LOCALES: dict[str, Locale] = {"nl": "nl-NL", "en": "en-GB"}


def draw(name: ChartName, report: Overview, words: Words, theme: Theme, language: str, title: str, text: str) -> str:
    """The chart as an SVG document with `title` and a description `text` for those who do not see it."""
    locale = LOCALES.get(language, "en-GB")
    spec = chart_spec(name, report, words, theme)
    svg: str = vl_convert.vegalite_to_svg(spec, format_locale=locale, time_format_locale=locale, allowed_base_urls=[])
    return described(svg, title, text)


def described(svg: str, title: str, text: str) -> str:
    """The drawing with its title and description as its first children, where the SVG standard wants them."""
    start = svg.index(">", svg.index("<svg")) + 1
    opening = svg[:start].replace("<svg", '<svg role="img"', 1)
    return f"{opening}<title>{escape(title)}</title><desc>{escape(text)}</desc>{svg[start:]}"
