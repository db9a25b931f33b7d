"""The pictures of the model card as SVG: calibration curves and confusion matrices, drawn by vl-convert as reports are."""

from collections.abc import Sequence
from html import escape
from typing import Any

import vl_convert

_SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
_CONFIG = {
    "background": "#ffffff",
    "font": "sans-serif",
    "view": {"stroke": None},
    "axis": {"labelColor": "#5f6670", "titleColor": "#1d2127", "gridColor": "#e4e1da", "domainColor": "#e4e1da"},
}
Bins = Sequence[dict[str, float]]


def calibration(bins: dict[str, Bins], title: str) -> str:
    """For each head how often an answer is right against how sure it was; the diagonal is what it should be."""
    values = [
        {"head": head, "confidence": one["confidence"], "right": one["right"], "count": one["count"]}
        for head, some in bins.items()
        for one in some
    ]
    scale = {"domain": [0.2, 1.0]}
    place = {
        "x": {"field": "confidence", "type": "quantitative", "scale": scale, "title": "mean confidence"},
        "y": {"field": "right", "type": "quantitative", "scale": scale, "title": "share that is right"},
        "color": {
            "field": "head",
            "type": "nominal",
            "title": None,
            "scale": {"range": ["#0b5d66", "#8f5400"]},
        },
    }
    spec = {
        "width": 320,
        "height": 320,
        "layer": [
            {
                "data": {"values": [{"confidence": 0.2, "right": 0.2}, {"confidence": 1.0, "right": 1.0}]},
                "mark": {"type": "line", "color": "#a9a59a", "strokeDash": [4, 4]},
                "encoding": {axis: place[axis] for axis in ("x", "y")},
            },
            {"data": {"values": values}, "mark": {"type": "line", "clip": True}, "encoding": place},
            {
                "data": {"values": values},
                "mark": {"type": "point", "filled": True, "clip": True},
                "encoding": {**place, "size": {"field": "count", "type": "quantitative", "title": "messages"}},
            },
        ],
    }
    text = "; ".join(
        f"{head}: " + ", ".join(f"{one['confidence']:.2f} sure, {one['right']:.2f} right" for one in some)
        for head, some in bins.items()
    )
    return _drawn(spec, title, text)


def confusion(counts: Sequence[Sequence[int]], labels: Sequence[str], title: str) -> str:
    """A matrix: what it is by row, what it was read as by column; shaded by the share of the row."""
    values = [
        {"wanted": labels[row], "given": labels[column], "count": count, "share": count / max(1, sum(line))}
        for row, line in enumerate(counts)
        for column, count in enumerate(line)
    ]
    axis = {"type": "ordinal", "sort": list(labels)}
    place = {
        "x": {"field": "given", "title": "read as", "axis": {"orient": "top", "labelAngle": 0}, **axis},
        "y": {"field": "wanted", "title": "is", **axis},
    }
    shade = {"field": "share", "type": "quantitative", "legend": None, "scale": {"range": ["#f4f2ed", "#0b5d66"]}}
    ink = {"condition": {"test": "datum.share > 0.5", "value": "#ffffff"}, "value": "#1d2127"}
    spec = {
        "width": 80 * len(labels),
        "height": 60 * len(labels),
        "data": {"values": values},
        "encoding": place,
        "layer": [
            {"mark": "rect", "encoding": {"color": shade}},
            {"mark": "text", "encoding": {"text": {"field": "count"}, "color": ink}},
        ],
    }
    text = "; ".join(
        f"{wanted}: " + ", ".join(f"{label} {count}" for label, count in zip(labels, line, strict=True))
        for wanted, line in zip(labels, counts, strict=True)
    )
    return _drawn(spec, title, text)


def _drawn(spec: dict[str, Any], title: str, text: str) -> str:
    """The drawing with its title, and a description of what it shows for those who do not see it."""
    whole = {"$schema": _SCHEMA, "config": _CONFIG, "title": title, **spec}
    svg: str = vl_convert.vegalite_to_svg(whole, allowed_base_urls=[])
    start = svg.index(">", svg.index("<svg")) + 1
    opening = svg[:start].replace("<svg", '<svg role="img"', 1)
    return f"{opening}<title>{escape(title)}</title><desc>{escape(text)}</desc>{svg[start:]}"
