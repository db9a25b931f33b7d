"""What a message becomes in Elasticsearch, and that every field of it is mapped."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.contracts.codec import decode, encode
from services.contracts.erasure import Erasures
from services.contracts.events import CommandAccepted, ReplyApproved
from services.contracts.topics import DESK_EVENTS, MENTIONS_CLASSIFIED
from services.report.domain.documents import RefusedError, documents_of
from services.report.domain.indices import (
    Generations,
    Names,
    alias_actions,
    base_templates,
    current_templates,
    month_of,
)
from services.report.domain.mappings import CASE, MENTION
from tests.unit.test_report_samples import NOW, case_event, example, from_event, from_mention, mention, received


def paths(data: Mapping[str, Any], mapping: Mapping[str, Any], at: str = "") -> list[str]:
    """The fields of `data` that `mapping` forgets."""
    forgotten: list[str] = []
    for name, value in data.items():
        field = mapping["properties"].get(name)
        if field is None:
            forgotten.append(f"{at}{name}")
        elif field.get("enabled", True):
            parts = value if isinstance(value, list) else [value]
            for part in parts:
                forgotten += paths(part, field, f"{at}{name}.") if isinstance(part, dict) else []
    return forgotten


def test_every_field_of_a_mention_and_a_case_is_mapped() -> None:
    full = decode(MENTIONS_CLASSIFIED, encode(mention(1, topics=["delay"])))
    assert paths(from_mention(full).body, MENTION) == []
    assert paths(from_event(case_event(1)).body, CASE) == []


def test_a_mention_keeps_its_own_field_names_and_its_offset_orders_it() -> None:
    document = from_mention(mention(7, "Hoi", sentiment="positive"), offset=41)
    assert (document.family, document.part, document.version) == ("mentions", "2026.11", 42)
    assert document.body["text"] == "Hoi"
    assert document.body["classification"]["sentiment"]["label"] == "positive"
    assert document.id == document.body["id"]


@pytest.mark.parametrize(
    ("created", "part"),
    [
        ("2026-11-30T23:30:00Z", "2026.11"),
        ("2026-12-01T00:30:00+01:00", "2026.11"),
        ("2016-01-01T00:00:00Z", "2016.01"),
        ("2015-12-31T23:59:59Z", "old"),
        ("1970-01-01T00:00:00Z", "old"),
    ],
)
def test_the_month_is_that_of_writing_in_utc(created: str, part: str) -> None:
    assert month_of(datetime.fromisoformat(created)) == part


def test_a_mention_stays_in_its_month_when_it_is_read_again() -> None:
    old = mention(1, created_at="2016-01-02T10:00:00Z")
    first = from_mention(old, at=datetime(2026, 1, 1, tzinfo=UTC))
    later = from_mention(old, at=datetime(2027, 1, 1, tzinfo=UTC))
    assert first.part == later.part == "2016.01"


def test_a_mention_from_the_future_is_refused() -> None:
    soon, later = NOW + timedelta(minutes=4), NOW + timedelta(minutes=6)
    assert from_mention(mention(1, created_at=soon.isoformat()))
    with pytest.raises(RefusedError, match="ahead"):
        from_mention(mention(1, created_at=later.isoformat()))


def test_a_case_is_flattened_as_it_is_after_the_event() -> None:
    document = from_event(case_event(1, "CaseAssigned", 5, owner="anouk", first_response_in_target=True))
    assert (document.family, document.part, document.version) == ("cases", "", 5)
    assert document.body["urgency"] == "critical"
    assert document.body["in_target"] is True
    assert document.body["breached"] is False
    assert document.body["mention_count"] == 1


def test_a_reply_counts_once_it_has_left() -> None:
    sent = ReplyApproved.model_validate(example("ReplyApproved"))
    assert from_event(sent).body["reply_count"] == 1
    for state in ("waiting_approval", "change_asked", "leaving", "withdrawn"):
        replies = tuple(one.model_copy(update={"state": state}) for one in sent.case.messages if one.kind == "reply")
        held = sent.model_copy(update={"case": sent.case.model_copy(update={"messages": replies})})
        assert from_event(held).body["reply_count"] == 0, state


def deadline(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "first_response",
        "level": "standard",
        "target_minutes": 60,
        "started_at": NOW.isoformat(),
        "due_at": NOW.isoformat(),
        "warn_at": NOW.isoformat(),
        "warned_at": None,
        "breached_at": None,
        "met_at": None,
    } | changes


@pytest.mark.parametrize(
    ("answered_in_target", "breached_at", "in_target"),
    [(None, None, None), (None, NOW.isoformat(), False), (True, None, True), (False, NOW.isoformat(), False)],
)
def test_in_target_is_open_until_it_is_decided(
    answered_in_target: bool | None, breached_at: str | None, in_target: bool | None
) -> None:
    changes: dict[str, Any] = {
        "first_response_in_target": answered_in_target,
        "deadline": deadline(breached_at=breached_at),
    }
    body = from_event(case_event(1, **changes)).body
    assert body["in_target"] is in_target
    assert body["breached"] is (in_target is False)
    assert (body["level"], body["target_minutes"]) == ("standard", 60)


def test_an_archived_case_stays_as_a_closed_one() -> None:
    body = from_event(case_event(1, "CaseArchived", 9, status="closed")).body
    assert (body["status"], body["archived"]) == ("closed", True)


def test_events_that_change_no_case_have_no_document() -> None:
    accepted = CommandAccepted.model_validate(example("CommandAccepted"))
    assert documents_of(received(DESK_EVENTS, accepted), Erasures()) == []


def test_a_rebuild_writes_both_generations_until_nobody_reads_the_old_one() -> None:
    building = Generations(3).begin()
    assert (building.current, building.written) == (3, (3, 4))
    switched = building.switch()
    assert (switched.current, switched.written) == (4, (3, 4))
    assert switched.finish().written == (4,)
    assert building.begin().building == 5, "a rebuild that was given up leaves its number behind"


def test_names_are_recognised_under_their_prefix_only() -> None:
    names = Names("x-")
    assert names.index("mentions", "2026.11", 2) == "x-mentions-2026.11-g2"
    assert names.parse("x-mentions-2026.11-g2") == ("mentions", 2)
    assert names.parse("x-mentions-old-g12") == ("mentions", 12)
    assert names.parse("x-cases-g3") == ("cases", 3)
    for other in ("mentions-2026.11-g2", "x-mentions-2026.11", "x-cases", "x-webcare-meta", "x-cases-g", "yx-cases-g1"):
        assert names.parse(other) is None


def test_no_write_ever_makes_an_index_and_only_the_current_generation_has_the_alias() -> None:
    names = Names("")
    templates = {**base_templates(names), **current_templates(names, 7)}
    assert all(template["allow_auto_create"] is False for template in templates.values())
    with_alias = [t["index_patterns"] for t in templates.values() if "template" in t]
    assert with_alias == [["mentions-*-g7"], ["cases-g7"], ["messages-g7"]]


def test_the_aliases_change_in_one_step() -> None:
    names = Names("")
    actions = alias_actions(names, ["cases-g1", "cases-g2", "mentions-2026.11-g1", "mentions-2026.11-g2"], 2)
    added = {one["add"]["index"] for one in actions if "add" in one}
    removed = {one["remove"]["index"] for one in actions if "remove" in one}
    assert added == {"cases-g2", "mentions-2026.11-g2"}
    assert removed == {"cases-g1", "mentions-2026.11-g1"}
