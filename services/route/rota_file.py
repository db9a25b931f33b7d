"""The team file: what a team has agreed, as TOML that a team lead can read and write. Used by `webcare rota`.

    [team]              id, name, language, time_zone, reach_threshold, reopen_days, weights, skills_for_topics, holidays,
                        holiday_calendar = { country = "NL", region = "..." }; approval_minutes, grace_seconds, idea_link,
                        handles = ["ourname"], whom people name with an @;
                        revision, which `webcare rota export` writes: that of the agreements that the file is based on;
                        house_style = { address = "je" or "u" or "follow", avoid = { word = "say instead" } };
                        agency = { alone_up_to = "high" }, which is so when it is left out; "critical" is no limit
    [[people]]          id, name, email, time_zone, languages, skills, channels, capacity, contract_hours, employment,
                        lead, mandate = { send_alone = true, approve = false, alone_up_to = "critical" }
    [[former]]          id, at: who has left, so that what has been may name them
    [[shifts]]          people, or rotation = { groups = [["a"], ["b", "c"]], turn = "week", every = 1 };
                        from, to, and one of days (with starting), date, or rule (with starting); until, layer, skills,
                        channels
    [[leave]]           person, from, to, kind ("leave" or "sick"), state; until_well = true for sickness without an end
    [[overrides]]       people, from, to, reason
    [[swaps]]           shift, person, from, to, taker, state
    [[stand_ins]]       for_person, person, from, to, state
    [[calendars]]       id, url, holds ("shifts" or "leave"), person
    [[demand]]          days, from, to, people, skill, language, channel
    [[approval_rules]]  id, name, and what must hold, all of it: people, employment, channels, urgency (at least), topics,
                        reach
    [[case_rules]]      id, name, then ("case" or "no_case"), and what must hold, all of it: kinds, sources, monitors,
                        topics, words, languages, authors, reach, sentiment, intent, urgency; the first that fits decides
    [opening_hours]     mon = ["08:00-12:00", "13:00-17:30"]; a day that is left out is closed; no table is always open
    [[topics]]          id, names = { nl = "...", en = "..." }, words, examples
    [[service_levels]]  id, urgency, kinds, first_response_minutes, warn_minutes, always_open

Times are wall-clock times of the team's time zone, or of a shift's own `time_zone`. A `to` at or before its `from` is on
the next day. Rows are read in `team_file_rows.py`, values in `team_file_values.py`; the writer is `rota_text.py`.
"""

import tomllib
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from services.contracts.teams import (
    AGENCY_AT_FIRST,
    ApprovalRule,
    CalendarFeed,
    CaseRule,
    Person,
    ServiceLevel,
    TeamConfig,
    TeamTopic,
)
from services.rota.recurrence import RotaError
from services.route import team_file_rows as rows
from services.route.domain.agreement import agreement
from services.route.team_file_values import RotaFileError as RotaFileError
from services.route.team_file_values import Table, each, known, made, table

_NEVER = datetime(2000, 1, 1)  # noqa: DTZ001  # only to have a revision's moment while checking


class TeamFile(NamedTuple):
    """What a team file states, and the revision of the agreements that it was exported from; `None` when it names none."""

    config: TeamConfig
    revision: int | None


def parse(text: str) -> TeamConfig:
    """The agreements that a team file states; as `read`."""
    return read(text).config


def read(text: str) -> TeamFile:
    """A team file. The dates of a holiday calendar are filled in by `public_holidays.py`.

    Raises:
        RotaFileError: it is no TOML, or something in it is missing, unknown or contradictory.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RotaFileError(f"not a TOML file: {error}") from error
    team = dict(table("[team]", data.get("team")))
    revision = team.pop("revision", None)
    if revision is not None and (type(revision) is not int or revision < 0):
        raise RotaFileError(f"[team]: revision is the number that `webcare rota export` wrote, not {revision!r}")
    fields = _sections(data, str(team.get("time_zone", "Europe/Amsterdam")))
    known("the file", data, {"team", *fields})
    config = _checked({"agency": AGENCY_AT_FIRST, **team, "team": team.get("id"), **fields})
    return TeamFile(config, revision)


def _sections(data: Table, zone: str) -> dict[str, Any]:
    return {
        "people": each("person", data.get("people", []), lambda _, row: made("", Person, row)),
        "former": each("former person", data.get("former", []), partial(rows.former, zone=zone)),
        "shifts": each("shift", data.get("shifts", []), partial(rows.shift, zone=zone)),
        "leave": each("leave", data.get("leave", []), partial(rows.leave, zone=zone)),
        "overrides": each("override", data.get("overrides", []), partial(rows.override, zone=zone)),
        "swaps": each("swap", data.get("swaps", []), partial(rows.swap, zone=zone)),
        "stand_ins": each("stand-in", data.get("stand_ins", []), partial(rows.stand_in, zone=zone)),
        "calendars": each("calendar", data.get("calendars", []), lambda _, row: made("", CalendarFeed, row)),
        "demand": each("demand", data.get("demand", []), rows.demand),
        "opening_hours": rows.opening_hours(table("[opening_hours]", data.get("opening_hours", {}))),
        "service_levels": each(
            "service level", data.get("service_levels", []), lambda _, row: made("", ServiceLevel, row)
        ),
        "approval_rules": each(
            "approval rule", data.get("approval_rules", []), lambda _, row: made("", ApprovalRule, row)
        ),
        "case_rules": each("case rule", data.get("case_rules", []), lambda _, row: made("", CaseRule, row)),
        "topics": each("topic", data.get("topics", []), lambda _, row: made("", TeamTopic, row)),
    }


def _checked(fields: dict[str, Any]) -> TeamConfig:
    fields.pop("id", None)
    config = made("[team]: ", TeamConfig, fields)
    try:
        agreement(config, 1, _NEVER)
    except RotaError as error:
        raise RotaFileError(str(error)) from error
    return config
