"""Figures: what is asked, what the answers mean, and how they leave as CSV and as charts."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args
from xml.etree import ElementTree

import pytest

from services.report.charts import described, draw
from services.report.domain.chartspecs import ChartName, Words, chart_spec
from services.report.domain.export import OVERVIEW, cases_csv, overview_csv, safe, to_csv
from services.report.domain.figures import Overview, Response, Volume, overview, wall
from services.report.domain.periods import Period, PeriodError, last_days, period_of
from services.report.domain.queries import CaseFilter, case_figures, case_rows, mention_figures, wall_mentions
from services.report.domain.wallboard import LinkError, make_link, read_link
from tests.unit.test_report_samples import NOW, case_event, from_event

PERIOD = Period(date(2026, 11, 21), date(2026, 11, 22), "Europe/Amsterdam")
KEY = "k" * 40


def sentiments(negative: int, positive: int) -> dict[str, Any]:
    counted = [{"key": "negative", "doc_count": negative}, {"key": "positive", "doc_count": positive}]
    return {"sentiment": {"buckets": counted}}


def responses(answered: int, kept: int, missed: int, median: float | None) -> dict[str, Any]:
    counts = {"answered": {"doc_count": answered}, "kept": {"doc_count": kept}, "missed": {"doc_count": missed}}
    return counts | {"seconds": {"values": {"50.0": median, "90.0": median and median * 3}}}


def answered_with(total: int, **aggregations: Any) -> dict[str, Any]:
    """A small answer of Elasticsearch 9.5, as captured."""
    return {"hits": {"total": {"value": total, "relation": "eq"}, "hits": []}, "aggregations": aggregations}


def report() -> Overview:
    day = {"key": 1795215600000, "key_as_string": "2026-11-21"}
    mentions = answered_with(
        5,
        **sentiments(2, 1),
        day={"buckets": [{**day, "doc_count": 5, **sentiments(2, 1)}]},
        source={"buckets": [{"key": "mastodon", "doc_count": 5, **sentiments(2, 1)}]},
        kind={"buckets": []},
        topic={"buckets": [{"key": "-", "doc_count": 5, **sentiments(2, 1)}]},
    )
    cases = answered_with(
        4,
        **responses(3, 2, 1, 600),
        day={"buckets": [{**day, "doc_count": 4, **responses(3, 2, 1, 600)}]},
        source={
            "buckets": [
                {"key": "mastodon", "doc_count": 3, **responses(3, 2, 1, 600)},
                {"key": "=cmd", "doc_count": 1},
            ]
        },
        kind={"buckets": []},
        topic={"buckets": []},
    )
    nothing = {"hits": {"total": {"value": 0, "relation": "eq"}, "hits": []}}
    return overview("spoorlijn", PERIOD, mentions, cases, nothing, nothing)


def test_the_answers_become_figures() -> None:
    found = report()
    assert found.total.volume == Volume(5, 2, 0, 1)
    assert found.total.response == Response(4, 3, 600, 1800, 2, 1)
    assert found.total.response.share_kept == pytest.approx(2 / 3)
    assert found.before.response.share_kept is None
    assert found.before.volume.negative_share is None


def test_every_day_of_the_period_has_a_line() -> None:
    days = report().lines["day"]
    assert [line.key for line in days] == ["2026-11-21", "2026-11-22"]
    assert (days[0].volume.count, days[0].response.cases, days[1].volume.count) == (5, 4, 0)


def test_a_channel_with_cases_alone_has_a_line_too() -> None:
    assert [line.key for line in report().lines["source"]] == ["mastodon", "=cmd"]


def test_a_percentile_of_nothing_is_nothing() -> None:
    measured = {"hits": {"total": {"value": 1}, "hits": []}, "aggregations": responses(0, 0, 0, float("nan"))}
    nothing = {"hits": {"total": {"value": 0}, "hits": []}}
    assert overview("t", PERIOD, nothing, measured, nothing, nothing).total.response.median_seconds is None


def test_days_are_those_of_the_team_also_when_the_clocks_change() -> None:
    autumn = Period(date(2026, 10, 25), date(2026, 10, 25), "Europe/Amsterdam")
    assert autumn.until - autumn.since == timedelta(hours=25)
    body = mention_figures("spoorlijn", autumn)
    assert body["aggs"]["day"]["date_histogram"]["time_zone"] == "Europe/Amsterdam"
    assert body["query"]["bool"]["filter"][1]["range"]["created_at"]["gte"] == "2026-10-24T22:00:00+00:00"


def test_the_last_days_end_with_today_on_the_clock_of_the_team() -> None:
    late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert last_days(7, late, "Europe/Amsterdam").last == date(2026, 11, 23)
    assert last_days(7, late, "America/New_York").last == date(2026, 11, 22)
    assert len(last_days(7, late, "Europe/Amsterdam").days) == 7


def test_the_period_before_is_as_long_and_ends_where_this_one_begins() -> None:
    before = PERIOD.before()
    assert before.until == PERIOD.since
    assert len(before.days) == len(PERIOD.days)


def test_a_period_that_is_none_is_an_error() -> None:
    with pytest.raises(PeriodError):
        period_of(date(2026, 2, 1), date(2026, 1, 1), 30, NOW, "UTC")
    with pytest.raises(PeriodError):
        period_of(date(2020, 1, 1), date(2026, 1, 1), 30, NOW, "UTC")


def test_rows_are_narrowed_as_the_number_was() -> None:
    body = case_rows("spoorlijn", PERIOD, CaseFilter(source="mastodon", topic="-", target="missed"), 10)
    conditions = body["query"]["bool"]["filter"]
    assert {"term": {"source": "mastodon"}} in conditions
    assert {"term": {"in_target": False}} in conditions
    assert {"bool": {"must_not": {"exists": {"field": "topics"}}}} in conditions
    assert case_figures("spoorlijn", PERIOD)["query"]["bool"]["filter"] == conditions[:2]


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        *((one, f"'{one}") for one in ("=1+1", "+1", "-1", "@SUM(A1)", " =1", "＝1")),
        ("\t=1", "\t'=1"),
        ("\r=1", "\r'=1"),
        ("\u202e=1", "'=1"),
        ("wacht; =1", "wacht;' =1"),
        ("wacht\n-1", "wacht\n'-1"),
        ("2+2 = 4, -1", "2+2 = 4, -1"),
    ],
)
def test_a_cell_never_becomes_a_formula(cell: str, kept: str) -> None:
    assert safe(cell) == kept
    [[written]] = list(csv.reader(io.StringIO(to_csv(["a"], [[cell]]), newline="")))[1:]
    assert written == kept


def test_numbers_stay_numbers() -> None:
    assert to_csv(["a", "b", "c"], [[-1, 0.5, None]]).splitlines()[1] == "-1,0.5,"


def test_the_report_as_csv_has_every_line_under_one_header() -> None:
    rows = list(csv.reader(io.StringIO(overview_csv(report()))))
    assert tuple(rows[0]) == OVERVIEW
    assert rows[1][:6] == ["total", "", "5", "2", "0", "1"]
    lines = [
        ("day", "2026-11-21"),
        ("day", "2026-11-22"),
        ("source", "mastodon"),
        ("source", "'=cmd"),
        ("topic", "none"),
    ]
    assert [(row[0], row[1]) for row in rows[2:]] == lines


def test_cases_as_csv_name_no_more_than_they_should() -> None:
    body = from_event(case_event(1, title="=HYPERLINK(1)")).body
    header, row = list(csv.reader(io.StringIO(cases_csv([body]))))
    assert dict(zip(header, row, strict=True))["title"] == "'=HYPERLINK(1)"
    assert "text" not in header


WORDS = Words({"negative": "negatief", "none": "geen", "median": "m", "p90": "p", "share": "s"})


@pytest.mark.parametrize("name", get_args(ChartName))
def test_every_chart_can_be_drawn_and_says_what_it_shows(name: ChartName) -> None:
    drawn = ElementTree.fromstring(  # noqa: S314 - our own drawing
        draw(name, report(), WORDS, "dark", "nl", "Titel <1>", "Tekst & zo")
    )
    first, second = list(drawn)[:2]
    assert (first.tag.split("}")[1], first.text) == ("title", "Titel <1>")
    assert (second.tag.split("}")[1], second.text) == ("desc", "Tekst & zo")
    assert "<script" not in ElementTree.tostring(drawn, "unicode")


def test_a_chart_of_an_empty_period_is_still_a_chart() -> None:
    nothing = {"hits": {"total": {"value": 0}, "hits": []}}
    empty = overview("t", PERIOD, nothing, nothing, nothing, nothing)
    for name in get_args(ChartName):
        assert "<svg" in draw(name, empty, WORDS, "light", "en", "t", "d")


def test_a_chart_shows_labels_as_text_and_not_as_expressions() -> None:
    spec = chart_spec("channels", report(), WORDS, "light")
    assert {row["key"] for row in spec["data"]["values"]} == {"mastodon", "=cmd"}
    assert described("<svg a='1'><g/></svg>", "t", "d").startswith(
        "<svg role=\"img\" a='1'><title>t</title><desc>d</desc><g/>"
    )


def test_the_wall_has_numbers_only() -> None:
    work = {
        "open": {"doc_count": 7},
        "waiting": {"doc_count": 2, "oldest": {"value": NOW.timestamp() * 1000}},
        "today": {"doc_count": 5, **responses(3, 2, 1, 60)},
        "closed": {"doc_count": 4},
    }
    hours = [{"key": 1, "key_as_string": "09", "doc_count": 3}, {"key": 2, "key_as_string": "10", "doc_count": 1}]
    talk = {"today": {"hour": {"buckets": hours}}, "now": {"doc_count": 4, **sentiments(1, 2)}}
    found = wall({"aggregations": work}, {"aggregations": talk})
    assert (found.open, found.waiting, found.oldest_waiting, found.closed_today) == (7, 2, NOW, 4)
    assert (found.hours[9], found.hours[10], sum(found.hours)) == (3, 1, 4)
    assert found.now == Volume(4, 1, 0, 2)
    assert wall({}, {}).open == 0


def test_the_last_hour_reaches_over_midnight() -> None:
    body = wall_mentions("t", datetime(2026, 11, 22, 23, 20, tzinfo=UTC), "Europe/Amsterdam")
    assert body["query"]["bool"]["filter"][1]["range"]["created_at"]["gte"] == "2026-11-22T22:20:00+00:00"


def test_a_wallboard_link_names_its_team_until_it_ends() -> None:
    token = make_link(KEY, "spoorlijn", 1, NOW, 90)
    assert read_link(KEY, token, 1, NOW + timedelta(days=89)) == "spoorlijn"
    for key, epoch, now in ((KEY, 2, NOW), ("z" * 40, 1, NOW), (KEY, 1, NOW + timedelta(days=91))):
        with pytest.raises(LinkError):
            read_link(key, token, epoch, now)
    with pytest.raises(LinkError):
        read_link(KEY, "x.y.z", 1, NOW)


def test_a_case_counts_on_the_day_its_first_message_was_written() -> None:
    body = case_figures("spoorlijn", PERIOD)
    assert body["aggs"]["day"]["date_histogram"]["field"] == "created_at"
    for one in (body, case_rows("spoorlijn", PERIOD, CaseFilter(), 10)):
        assert "created_at" in one["query"]["bool"]["filter"][1]["range"]


def test_first_responses_of_seconds_are_not_drawn_as_if_they_were_slow() -> None:
    day = {"key": 1795215600000, "key_as_string": "2026-11-21", "doc_count": 4, **responses(4, 4, 0, 20)}
    quick = answered_with(4, **responses(4, 4, 0, 20), day={"buckets": [day]})
    nothing = answered_with(0)
    spec = chart_spec("response", overview("spoorlijn", PERIOD, nothing, quick, nothing, nothing), Words({}), "light")
    assert spec["encoding"]["y"]["scale"]["domain"] == [0, 5]
