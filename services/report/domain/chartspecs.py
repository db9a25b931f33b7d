"""The charts of a report as Vega-Lite specifications. Pure: figures and texts in, a plain dictionary out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from services.contracts.harmless import harmless
from services.report.domain.figures import FEW, Dimension, Line, Overview
from services.report.domain.mappings import Json
from services.report.domain.search import NONE

ChartName = Literal["volume", "response", "target", "channels", "topics"]
Theme = Literal["light", "dark"]
WIDE, HALF = 960, 460
"""Pixels; the pages show both at one scale."""
SENTIMENTS = ("negative", "neutral", "positive")


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one theme, those of the pages."""

    ink: str
    soft: str
    line: str
    accent: str
    second: str
    negative: str
    neutral: str
    positive: str


PALETTES: Mapping[Theme, Palette] = {
    "light": Palette("#1d2127", "#5f6670", "#e4e1da", "#0b5d66", "#8f5400", "#b3261e", "#a9a59a", "#41703e"),
    "dark": Palette("#e8e9ec", "#9aa3af", "#2d323b", "#5cc6d0", "#e8ae4a", "#ff8a80", "#6b7380", "#86c182"),
}


@dataclass(frozen=True)
class Words:
    """The texts of a chart in one language. `names` has the sentiments, the series and what has no topic."""

    names: Mapping[str, str]

    def of(self, key: str) -> str:
        """The word for a key, or the key itself: a source's or a topic's own name."""
        return harmless(self.names.get(key, key))


def chart_spec(name: ChartName, report: Overview, words: Words, theme: Theme) -> Json:
    """The specification of one chart of the report `overview`."""
    palette = PALETTES[theme]
    makers = {"volume": _volume, "response": _response, "target": _target}
    if name in makers:
        spec = makers[name](report, words, palette)
    else:
        spec = _bars(report, "source" if name == "channels" else "topic", words, palette)
    return {"$schema": "https://vega.github.io/schema/vega-lite/v5.json", "config": _config(palette), **spec}


LEAST_MINUTES = 5
"""The axis of first responses goes up to this at least: within it, differences are nobody's concern."""


def _config(palette: Palette) -> Json:
    text = {"labelColor": palette.soft, "titleColor": palette.soft, "labelFontSize": 11.5, "titleFontSize": 11.5}
    return {
        "background": "transparent",
        "autosize": {"type": "fit", "contains": "padding"},
        "padding": 4,
        "font": "system-ui, Segoe UI, Roboto, DejaVu Sans, sans-serif",
        "view": {"stroke": None},
        "axis": {
            **text,
            "domainColor": palette.line,
            "tickColor": palette.line,
            "gridColor": palette.line,
            "title": None,
        },
        "legend": {**text, "orient": "top", "title": None, "labelColor": palette.ink, "symbolType": "square"},
    }


def _sentiment_scale(words: Words, palette: Palette) -> Json:
    return {
        "domain": [words.of(label) for label in SENTIMENTS],
        "range": [palette.negative, palette.neutral, palette.positive],
    }


def _sentiment_rows(line: Line, label: str, words: Words) -> list[Json]:
    return [
        {"key": label, "sentiment": words.of(one), "order": order, "n": getattr(line.volume, one)}
        for order, one in enumerate(SENTIMENTS)
    ]


def _days(report: Overview) -> Json:
    """Days as bars of equal width; labels no closer than they can be read."""
    count = len(report.period.days)
    step = 1 if count <= 10 else 7 if count <= 100 else 30
    shown = [day.isoformat() for index, day in enumerate(report.period.days[::-1]) if index % step == 0]
    axis = {"values": shown, "labelAngle": 0, "labelOverlap": True, "grid": False, "labelExpr": _DAY_LABEL}
    return {"field": "key", "type": "ordinal", "axis": axis, "scale": {"paddingInner": 0.15}}


_DAY_LABEL = "timeFormat(toDate(datum.value + 'T00:00:00'), '%-d %b')"


def _volume(report: Overview, words: Words, palette: Palette) -> Json:
    rows = [row for line in report.lines["day"] for row in _sentiment_rows(line, line.key, words)]
    return {
        "width": WIDE,
        "height": 220,
        "data": {"values": rows},
        "mark": "bar",
        "encoding": {
            "x": _days(report),
            "y": {"field": "n", "type": "quantitative", "stack": True, "axis": {"tickCount": 4, "format": ",d"}},
            "color": {"field": "sentiment", "type": "nominal", "scale": _sentiment_scale(words, palette)},
            "order": {"field": "order", "type": "quantitative"},
        },
    }


def _series(report: Overview, values: Mapping[str, Any], axis: Json, colours: list[str], domain: Any = None) -> Json:
    """Lines over the days with a point on each; a day without cases is a gap."""
    rows = [
        {"key": line.key, "series": series, "n": value, "few": line.response.cases < FEW}
        for line in report.lines["day"]
        for series, of in values.items()
        if (value := of(line)) is not None
    ]
    return {
        "width": HALF,
        "height": 220,
        "data": {"values": rows},
        "mark": {"type": "line", "point": {"size": 22, "filled": True}, "strokeWidth": 1.8},
        "encoding": {
            "x": _days(report) | {"scale": {"domain": [day.isoformat() for day in report.period.days]}},
            "y": {"field": "n", "type": "quantitative", "axis": axis, "scale": {"domain": domain} if domain else {}},
            "color": {
                "field": "series",
                "type": "nominal",
                "scale": {"domain": list(values), "range": colours},
                "legend": {} if len(values) > 1 else None,
            },
        },
    }


def _response(report: Overview, words: Words, palette: Palette) -> Json:
    values = {
        words.of("median"): lambda line: _minutes(line.response.median_seconds),
        words.of("p90"): lambda line: _minutes(line.response.p90_seconds),
    }
    slowest = max((line.response.p90_seconds or 0 for line in report.lines["day"]), default=0)
    domain = None if slowest >= 60 * LEAST_MINUTES else [0, LEAST_MINUTES]
    return _series(report, values, {"tickCount": 4, "format": ",~f"}, [palette.accent, palette.second], domain)


def _target(report: Overview, words: Words, palette: Palette) -> Json:
    values = {words.of("share"): lambda line: line.response.share_kept}
    return _series(report, values, {"tickCount": 5, "format": ".0%"}, [palette.accent], [0, 1])


def _minutes(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / 60, 2)


def _bars(report: Overview, dimension: Dimension, words: Words, palette: Palette) -> Json:
    lines = report.lines[dimension][:10]
    labels = {line.key: words.of("none") if line.key == NONE else words.of(line.key) for line in lines}
    rows = [row for line in lines for row in _sentiment_rows(line, labels[line.key], words)]
    return {
        "width": HALF,
        "height": 56 + 24 * max(len(lines), 2),
        "data": {"values": rows},
        "mark": {"type": "bar", "height": 14},
        "encoding": {
            "y": {
                "field": "key",
                "type": "nominal",
                "sort": list(labels.values()),
                "axis": {"labelLimit": 130, "ticks": False, "domain": False},
            },
            "x": {"field": "n", "type": "quantitative", "stack": True, "axis": {"tickCount": 4, "format": "~s"}},
            "color": {"field": "sentiment", "type": "nominal", "scale": _sentiment_scale(words, palette)},
            "order": {"field": "order", "type": "quantitative"},
        },
    }
