"""What a command does: first whether it may be done at all, then by its kind. Mentions are in `mention_rules.py`."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from services.contracts.cases import Case
from services.contracts.commands import (
    AddNote,
    CaseCommand,
    ClaimCase,
    CloseCase,
    Command,
    ConfigureTeam,
    ReleaseCase,
    ReportDelivery,
    SubmitReply,
    Tick,
)
from services.contracts.events import DeadlineChanged, TeamConfigured
from services.contracts.mentions import ClassifiedMention
from services.route.domain import answers, case_rules
from services.route.domain.agreement import Agreement, agreement
from services.route.domain.answers import Refusal
from services.route.domain.drafts import ROUTER, Draft, case_draft, changed
from services.route.domain.evolve import ANSWER_KEPT, CLOCK_SKEW, COMMAND_LIFE
from services.route.domain.mention_rules import decide_mention
from services.route.domain.recurrence import RotaError
from services.route.domain.state import TeamState

Input = Command | ClassifiedMention
Rule = Callable[[Agreement, Case, Any, datetime], list[Draft]]

OUTSIDERS = ("system:", "integration:", "lead:")
"""Who may act for a team without being in its roster; whether they may is checked where they log in."""

RULES: Mapping[type[CaseCommand], Rule] = {
    ClaimCase: case_rules.claim,
    ReleaseCase: case_rules.release,
    AddNote: case_rules.note,
    SubmitReply: case_rules.reply,
    CloseCase: case_rules.close,
    ReportDelivery: case_rules.delivery,
}


def decide(state: TeamState, given: Input, now: datetime) -> list[Draft]:
    """The drafts that answer a command or a mention. Pure; only a `Tick` has none: see `ticks.py` and `handle.py`."""
    if isinstance(given, ClassifiedMention):
        return decide_mention(state, given, now)
    if isinstance(given, Tick):
        return []
    known = state.answer_to(given.id, now, ANSWER_KEPT)
    if known:
        return [answers.repeated(given, known, now)]
    try:
        _in_time(given, now)
        return _decide_command(state, given, now) or [answers.accepted(given)]
    except Refusal as refusal:
        if refusal.code == "expired":
            return [answers.expired(given, refusal, now)]
        return [answers.rejected(given, refusal)]


def new_promises(state: TeamState, now: datetime) -> Iterator[Draft]:
    """After the agreements changed: the promises of the open cases as they are under the new ones."""
    agreed = state.agreement
    assert agreed is not None, "called once the team is configured"
    for case in [case for case in state.cases.values() if case.status == "open"]:
        urgency, kind = case.urgency.label, case.kind
        if case.deadline is not None:
            deadline = agreed.promise_again(urgency, kind, case.deadline, now)
        elif case.first_response_at is None:
            deadline = agreed.promise(urgency, kind, case.opened_at)
        else:
            continue
        if deadline != case.deadline:
            after = changed(case, deadline=deadline)
            yield case_draft(DeadlineChanged, after, now, ROUTER, deadline.level, deadline=deadline)


def _decide_command(state: TeamState, command: Command, now: datetime) -> list[Draft]:
    if isinstance(command, ConfigureTeam):
        return _configure(state, command, now)
    agreed = state.agreement
    if agreed is None:
        raise Refusal("unknown_team", f"team {state.team} is not configured")
    if command.actor not in agreed.people and not command.actor.startswith(OUTSIDERS):
        raise Refusal("not_a_member", f"{command.actor} is not in the team")
    assert not isinstance(command, Tick), "a tick is not answered"
    case = state.cases.get(command.case)
    if case is None:
        raise Refusal("unknown_case", "the team has no such case, or it is archived")
    return RULES[type(command)](agreed, case, command, now)


def _configure(state: TeamState, command: ConfigureTeam, now: datetime) -> list[Draft]:
    known = state.agreement
    if command.config.team != state.team:
        raise Refusal("invalid", f"the configuration is of team {command.config.team}, not {state.team}")
    if known and command.actor not in known.people and not command.actor.startswith(OUTSIDERS):
        raise Refusal("not_a_member", f"{command.actor} is not in the team")
    if known and known.config == command.config:
        return []
    revision = known.revision + 1 if known else 1
    try:
        agreement(command.config, revision, now)
    except RotaError as error:
        raise Refusal("invalid", str(error)) from error
    return [Draft(TeamConfigured, {"revision": revision, "config": command.config})]


def _in_time(command: Command, now: datetime) -> None:
    if command.at < now - COMMAND_LIFE:
        raise Refusal("expired", "asked more than 24 hours ago; ask again if it still holds")
    if command.at > now + CLOCK_SKEW:
        raise Refusal("invalid", "asked at a time that is more than 5 minutes ahead; check the clock")
