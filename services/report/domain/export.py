"""CSV that a spreadsheet opens and never executes. Pure.

What customers write must stay text in a colleague's spreadsheet (OWASP, CSV injection): a cell that starts as a formula
would (`=`, `+`, `-`, `@`) gets an apostrophe before it. So does what follows a tab, a semicolon or the end of a line: where
the comma is the decimal sign, spreadsheets cut there, whatever the quotes say. Numbers are ours and stay numbers.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.contracts.harmless import harmless
from services.report.domain.figures import DIMENSIONS, Line, Overview
from services.report.domain.search import NONE

_FORMULA = re.compile(r"(^|[;\t\r\n])( *[=+\-@＝＋－＠])")

Cell = str | int | float | bool | None


def safe(cell: Cell) -> Cell:
    """The cell as text that stays text."""
    return _FORMULA.sub(r"\1'\2", harmless(cell)) if isinstance(cell, str) else cell


def to_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """The rows under their header, as RFC 4180 has it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return out.getvalue()


OVERVIEW = (
    "dimension", "key", "mentions", "negative", "neutral", "positive", "cases", "answered", "median_first_response_s",
    "p90_first_response_s", "in_target", "missed", "share_in_target",
)  # fmt: skip


def overview_csv(report: Overview) -> str:
    """Every line of the report `overview`, the total first."""
    lines = [("total", report.total), *((name, line) for name in DIMENSIONS for line in report.lines[name])]
    keys = {NONE: "none", "total": ""}
    return to_csv(OVERVIEW, ([name, keys.get(line.key, line.key), *numbers(line)] for name, line in lines))


def numbers(line: Line) -> list[Cell]:
    """The figures of a line, in the order of `OVERVIEW`."""
    v, r = line.volume, line.response
    share = None if r.share_kept is None else round(r.share_kept, 4)
    measured = [None if s is None else round(s) for s in (r.median_seconds, r.p90_seconds)]
    return [v.count, v.negative, v.neutral, v.positive, r.cases, r.answered, *measured, r.kept, r.missed, share]


CASES = (
    "id", "created_at", "opened_at", "status", "source", "kind", "title", "author", "urgency", "sentiment", "topics",
    "owner", "first_response_seconds", "in_target", "closed_at",
)  # fmt: skip


def cases_csv(cases: Iterable[Mapping[str, Any]]) -> str:
    """The cases behind a number."""
    return to_csv(CASES, (case_cells(one) for one in cases))


def case_cells(case: Mapping[str, Any]) -> list[Cell]:
    """One case, in the order of `CASES`."""
    flat = {**case, "author": case["author"].get("name") or case["author"]["id"], "topics": " ".join(case["topics"])}
    return [flat.get(name) for name in CASES]
