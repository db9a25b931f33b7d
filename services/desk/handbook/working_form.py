"""The form of the working agreements: numbers as people write them, accounts one to a line. Pure; as `rule_forms.py`."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, get_args

from pydantic import TypeAdapter

from services.contracts.case_rules import Handle
from services.contracts.mentions import UrgencyLabel
from services.desk.domain.working import Working
from services.desk.handbook.rule_forms import MOST_REACH, Faults, Given, Wrong, lines_of, whole

LIMITS: Mapping[str, tuple[int, int]] = {
    "approval_minutes": (1, 10_080),
    "grace_seconds": (0, 300),
    "reopen_days": (0, 365),
    "reach_threshold": (1, MOST_REACH),
    "low": (0, 1_000),
    "normal": (0, 1_000),
    "high": (0, 1_000),
    "critical": (0, 1_000),
}
"""The least and the most of each number."""
URGENCIES: tuple[UrgencyLabel, ...] = get_args(UrgencyLabel)
"""Their weights are fields of their own."""
MOST_HANDLES = 20
_HANDLE: TypeAdapter[str] = TypeAdapter(Handle)


@dataclass(frozen=True, slots=True)
class WorkingForm:
    """As it was typed. `agency` is an urgency; the last four are the points of a case of each."""

    approval_minutes: str = ""
    grace_seconds: str = ""
    agency: str = ""
    reach_threshold: str = ""
    handles: str = ""
    reopen_days: str = ""
    low: str = ""
    normal: str = ""
    high: str = ""
    critical: str = ""


def working_shown(working: Working) -> WorkingForm:
    """The form of the agreements as they are."""
    return WorkingForm(
        approval_minutes=str(working.approval_minutes),
        grace_seconds=str(working.grace_seconds),
        agency=working.agency.alone_up_to,
        reach_threshold=str(working.reach_threshold),
        handles="\n".join(working.handles),
        reopen_days=str(working.reopen_days),
        **{one: str(getattr(working.weights, one)) for one in URGENCIES},
    )


def working_typed(given: Given) -> WorkingForm:
    """The form as it was sent."""
    texts = {one.name: (given.get(one.name) or [""])[0].strip() for one in fields(WorkingForm)}
    return WorkingForm(**{name: text[: 10_000 if name == "handles" else 40] for name, text in texts.items()})


def working_checked(form: WorkingForm) -> tuple[Working | None, Faults]:
    """The agreements that the form makes, or for each field that is wrong what."""
    wrong: Faults = {}
    numbers = {name: _number(name, getattr(form, name), wrong) for name in LIMITS}
    handles = lines_of("handles", form.handles, MOST_HANDLES, wrong, "ground.wrong.author", _HANDLE)
    if form.agency not in URGENCIES:
        wrong["agency"] = Wrong("ground.wrong.form")
    if wrong:
        return None, wrong
    said: dict[str, Any] = {name: number for name, number in numbers.items() if name not in URGENCIES}
    said |= {"handles": handles, "agency": {"alone_up_to": form.agency}}
    said["weights"] = {one: numbers[one] for one in URGENCIES}
    return Working.model_validate(said), {}


def _number(name: str, text: str, wrong: Faults) -> int | None:
    found = whole(text, *LIMITS[name])
    if found is None:
        key = "points" if name in URGENCIES else "reach" if name == "reach_threshold" else name
        wrong[name] = Wrong(f"ground.wrong.{key}", text)
    return found
