"""The way back from what was done to a case, until when it sleeps."""

from datetime import UTC, datetime, timedelta

import pytest

from services.contracts.cases import HistoryLine
from services.desk.domain.snoozing import UNTIL, wake_time
from services.desk.domain.undo import Deed, Step, changed_since, way_back
from tests.unit.test_desk_domain import NOW, a_case

LATER = NOW + timedelta(hours=2)


@pytest.mark.parametrize(
    ("deed", "owner", "asleep", "wanted"),
    [
        ("claim", None, False, ["ReleaseCase"]),
        ("claim", "you", False, ["HandOver"]),
        ("claim", "you", True, ["HandOver", "SnoozeCase"]),
        ("claim", "me", True, ["SnoozeCase"]),
        ("release", "me", False, ["ClaimCase"]),
        ("hand", "me", False, ["ClaimCase"]),
        ("release", "you", False, ["HandOver"]),
        ("hand", None, False, ["ClaimCase", "ReleaseCase"]),
        ("snooze", "me", False, ["WakeCase"]),
        ("snooze", "me", True, ["SnoozeCase"]),
        ("close", "me", False, ["ReopenCase", "ClaimCase"]),
        ("close", "you", True, ["ReopenCase", "SnoozeCase"]),
        ("tag", "me", False, ["UntagCase"]),
    ],
)
def test_every_deed_has_its_opposite(deed: Deed, owner: str | None, asleep: bool, wanted: list[str]) -> None:
    before = a_case("a", owner=owner, snoozed_until=LATER if asleep else None)
    way = way_back(deed, before, before.model_copy(update={"revision": 3}), "me", "vip")
    assert way is not None
    assert ([step.type for step in way.steps], way.revision) == (wanted, 3)
    outside = way_back(deed, before, before.model_copy(update={"revision": 3}), "me", "vip", outside=True)
    assert outside is not None
    assert [step.type for step in outside.steps][-1] == wanted[-1]
    for step in way.steps:
        assert isinstance(step, Step)
        assert step.until == (LATER if step.type == "SnoozeCase" else None)
        assert step.to == ("you" if step.type == "HandOver" else None)


def test_what_changed_nothing_is_not_undone() -> None:
    case = a_case("a", tags=("vip",))
    assert way_back("close", case, case, "me") is None
    assert way_back("tag", case, case.model_copy(update={"revision": 2}), "me", "vip") is None


def test_what_others_did_since_stands_in_the_way_and_what_a_clock_says_does_not() -> None:
    before = a_case("a", owner="me")
    way = way_back("snooze", before, before.model_copy(update={"revision": 2}), "me")
    assert way is not None

    def line(kind: str) -> HistoryLine:
        return HistoryLine(at=NOW, type=kind, actor="marit")

    for kinds, found in (
        ([], None), (["DeadlineWarned"], None), (["NoteAdded", "DeadlineWarned"], "NoteAdded"),
        (["CaseClosed"], "CaseClosed"),
    ):  # fmt: skip
        history = tuple(line(kind) for kind in ("CaseOpened", "CaseSnoozed", *kinds))
        changed = changed_since(way, before.model_copy(update={"revision": 2 + len(kinds), "history": history}))
        assert (changed.type if changed else None) == found


def test_until_when_it_sleeps_is_on_the_teams_clock() -> None:
    friday = datetime(2026, 3, 27, 17, 30, tzinfo=UTC)  # 18:30 in Amsterdam, the clocks change on Sunday
    told = {one: wake_time(one, friday, "Europe/Amsterdam").astimezone(UTC).isoformat()[5:16] for one in UNTIL}
    assert told == {
        "hour": "03-27T18:30",
        "four_hours": "03-27T21:30",
        "evening": "03-28T17:00",
        "tomorrow": "03-28T08:00",
        "monday": "03-30T07:00",
    }
