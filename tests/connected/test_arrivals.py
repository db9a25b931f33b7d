"""What the planner expects, counted by a real Elasticsearch: by hour and language, of one team, what needs a person."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from services.contracts.mentions import ClassifiedMention
from services.control.arrivals import Arrivals, Arrived
from services.report.writer import Writer
from tests.support.engines import Engines
from tests.unit.test_report_samples import from_mention, indices, mention, refresh

pytestmark = pytest.mark.engines

UNTIL = datetime(2026, 11, 25, 10, tzinfo=UTC)


def came(
    number: int, at: datetime, language: str = "nl", needed: bool = True, team: str = "spoorlijn"
) -> ClassifiedMention:
    """A mention that was written at a moment."""
    one = mention(number, language=language, team=team, created_at=at.isoformat())
    read = one.classification.model_copy(update={"needs_person": needed})
    return one.model_copy(update={"classification": read})


def test_what_needs_a_person_is_counted_by_hour_and_language(engines: Engines) -> None:
    monday = UNTIL - timedelta(days=2, minutes=30)
    mentions = [
        came(1, monday),
        came(2, monday + timedelta(minutes=5)),
        came(3, monday, language="en"),
        came(4, monday + timedelta(days=1)),
        came(5, monday, needed=False),
        came(6, monday, team="another"),
        came(7, UNTIL - timedelta(weeks=13)),
        came(8, UNTIL),
    ]
    with indices(engines.elasticsearch_url, f"arrivals-{uuid4().hex[:8]}-") as (_, elastic, store):
        assert Arrivals(elastic, store.names).of("spoorlijn", UNTIL) == [], "no index of mentions yet"
        Writer(elastic, store).write([from_mention(one, at=UNTIL + timedelta(hours=1)) for one in mentions], (1,))
        refresh(elastic, store)
        found = Arrivals(elastic, store.names).of("spoorlijn", UNTIL)
    hour = monday.replace(minute=0)
    assert set(found) == {
        Arrived(hour, "nl", 2),
        Arrived(hour, "en", 1),
        Arrived(hour + timedelta(days=1), "nl", 1),
    }
