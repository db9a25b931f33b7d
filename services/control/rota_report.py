"""A rota's report as lines for people: findings, coverage and fairness. Used by `webcare rota check`."""

from collections import Counter
from collections.abc import Iterator

from services.route.check import RotaReport

_OF_A_CODE = 10
"""At most this many findings of one kind are listed; the JSON has them all."""


def lines(report: RotaReport, people: int, shifts: int) -> Iterator[str]:
    """The whole report."""
    if report.findings:
        yield from (*_findings(report), "")
    yield f"Coverage, {report.coverage.start:%d %b} to {report.coverage.end:%d %b %Y}"
    yield from _coverage(report)
    yield from ("", "Fairness: hours on duty")
    yield from _fairness(report)
    yield from ("", f"{report.name}: {people} people, {shifts} shifts, {len(report.findings)} findings")


def _findings(report: RotaReport) -> Iterator[str]:
    seen: Counter[str] = Counter()
    total = Counter(finding.code for finding in report.findings)
    for finding in report.findings:
        seen[finding.code] += 1
        if seen[finding.code] <= _OF_A_CODE:
            yield str(finding)
        elif seen[finding.code] == total[finding.code]:
            yield f"{finding.level}: … and {total[finding.code] - _OF_A_CODE} more of {finding.code}, with --json"


def _coverage(report: RotaReport) -> Iterator[str]:
    yield f"  {'':<28} {'covered':>9} {'wanted':>9} {'gaps':>6}"
    for need in report.coverage.needs:
        name = need.name if need.required else f"({need.name})"
        yield f"  {name[:28]:<28} {need.percent:>7.1f} % {need.wanted_hours:>7.0f} h {len(need.gaps):>6}"
    yield f"  {'all that is required':<28} {report.coverage.percent:>7.1f} %"


def _fairness(report: RotaReport) -> Iterator[str]:
    titles = ("hours", "evenings", "nights", "weekends", "holidays", "contract", "average")
    widths = (7, 9, 7, 9, 9, 9, 8)
    yield f"  {'':<16} {' '.join(f'{title:>{width}}' for title, width in zip(titles, widths, strict=True))}"
    for one in report.fairness.people:
        figures = f"{one.hours:>7.0f} {one.evening_hours:>9.0f} {one.night_hours:>7.0f} {one.weekend_hours:>9.0f}"
        contract = "–" if one.over_contract is None else f"{one.over_contract:+.0f}"
        average = "–" if one.over_average is None else f"{one.over_average:+.0f} %"
        mark = "  overloaded" if one.overloaded else ""
        yield f"  {one.person[:16]:<16} {figures} {one.holiday_hours:>9.0f} {contract:>9} {average:>8}{mark}"
    parts = ", ".join(f"{name} {100 * value:.0f} %" for name, value in report.fairness.balance.model_dump().items())
    yield f"  balance: {parts}"
