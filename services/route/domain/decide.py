"""What a command does: first whether it may be done at all, then by its kind. Mentions are in `mention_rules.py`."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from services.contracts.cases import Case
from services.contracts.commands import (
    AcceptPlan,
    AddNote,
    AddOverride,
    AddShift,
    AnswerQuestion,
    AnswerStandIn,
    ApproveReply,
    AskColleague,
    AskLeave,
    AskStandIn,
    CallInSick,
    CannedCommand,
    CaseCommand,
    ClaimCase,
    CloseCase,
    Command,
    ConfigureTeam,
    CorrectClassification,
    DecideLeave,
    DropSearch,
    EditShift,
    EraseAuthor,
    ExpireQuestion,
    HandbookCommand,
    HandOver,
    MergeCase,
    NoteLeave,
    OfferSwap,
    ReleaseCase,
    RemoveOverride,
    RemoveShift,
    ReopenCase,
    ReportCalendar,
    ReportDelivery,
    ReportWell,
    RequestChange,
    ReviseReply,
    RotaCommand,
    SaveSearch,
    SearchCommand,
    SetGoals,
    SetOwnCapacity,
    SettleIdea,
    SnoozeCase,
    SplitCase,
    SubmitIdea,
    SubmitReply,
    TagCase,
    TakeOverReply,
    TakeSwap,
    Tick,
    UnmergeCase,
    UntagCase,
    WakeCase,
    WithdrawLeave,
    WithdrawReply,
    WithdrawSwap,
)
from services.contracts.events import GoalsSet, OwnCapacityChanged
from services.contracts.mentions import ClassifiedMention
from services.contracts.seen import changed_since
from services.route.domain import (
    answers,
    approvals,
    calendar_rules,
    case_rules,
    erasing,
    hand_overs,
    handbook,
    leave_elsewhere,
    leave_rules,
    merging,
    questions,
    replies,
    restating,
    search_rules,
    shift_rules,
    snoozes,
    splitting,
    swap_rules,
)
from services.route.domain.agreement import Agreement
from services.route.domain.answers import Refusal
from services.route.domain.canned import decide_canned
from services.route.domain.corrections import correct
from services.route.domain.drafts import Draft
from services.route.domain.evolve import ANSWER_KEPT, CLOCK_SKEW, COMMAND_LIFE
from services.route.domain.mention_rules import decide_mention
from services.route.domain.rights import in_roster, member
from services.route.domain.rota_changes import leads_only
from services.route.domain.state import TeamState

Input = Command | ClassifiedMention
Rule = Callable[[Agreement, Case, Any, datetime], list[Draft]]

RULES: Mapping[type[CaseCommand], Rule] = {
    ClaimCase: hand_overs.claim,
    ReleaseCase: hand_overs.release,
    HandOver: hand_overs.hand_over,
    SnoozeCase: snoozes.snooze,
    WakeCase: snoozes.wake,
    TagCase: case_rules.tag,
    UntagCase: case_rules.untag,
    AddNote: case_rules.note,
    SubmitReply: replies.submit,
    ReviseReply: approvals.revise,
    ApproveReply: approvals.approve,
    RequestChange: approvals.request_change,
    TakeOverReply: approvals.take_over,
    WithdrawReply: approvals.withdraw,
    AskColleague: questions.ask,
    AnswerQuestion: questions.answer,
    ExpireQuestion: questions.expire,
    CloseCase: case_rules.close,
    ReopenCase: case_rules.reopen,
    SplitCase: splitting.split,
}
BETWEEN_CASES: Mapping[type[CaseCommand], Callable[[TeamState, Agreement, Case, Any, datetime], list[Draft]]] = {
    MergeCase: merging.merge,
    UnmergeCase: merging.unmerge,
    ReportDelivery: merging.delivered,
}
ROTA_RULES: Mapping[type[RotaCommand], Callable[[Agreement, Any, datetime], list[Draft]]] = {
    AskLeave: leave_rules.ask,
    DecideLeave: leave_rules.decide,
    WithdrawLeave: leave_rules.withdraw,
    NoteLeave: leave_elsewhere.note,
    CallInSick: leave_rules.call_in_sick,
    ReportWell: leave_rules.report_well,
    OfferSwap: swap_rules.offer,
    TakeSwap: swap_rules.take,
    WithdrawSwap: swap_rules.withdraw,
    AskStandIn: swap_rules.ask_stand_in,
    AnswerStandIn: swap_rules.answer_stand_in,
    AddOverride: shift_rules.add_override,
    RemoveOverride: shift_rules.remove_override,
    AddShift: shift_rules.add_shift,
    EditShift: shift_rules.edit_shift,
    RemoveShift: shift_rules.remove_shift,
    AcceptPlan: shift_rules.accept_plan,
    ReportCalendar: calendar_rules.report,
}
SEARCH_RULES: Mapping[type[SearchCommand], Callable[[TeamState, Agreement, Any, datetime], list[Draft]]] = {
    SaveSearch: search_rules.save,
    DropSearch: search_rules.drop,
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


def _decide_command(state: TeamState, command: Command, now: datetime) -> list[Draft]:
    if isinstance(command, ConfigureTeam):
        if command.config.team != state.team:
            raise Refusal("invalid", f"the configuration is of team {command.config.team}, not {state.team}")
        return restating.configure(state.agreement, command, now)
    agreed = state.agreement
    if agreed is None:
        raise Refusal("unknown_team", f"team {state.team} is not configured")
    member(agreed, command.actor)
    if command.actor.startswith(questions.GUEST) and not isinstance(command, AnswerQuestion | SubmitIdea):
        raise Refusal("not_allowed", "who has a link answers a question or sends an idea, and nothing else")
    if isinstance(command, SubmitIdea):
        return questions.submit_idea(state, command, now)
    if isinstance(command, SettleIdea):
        return questions.settle_idea(state, agreed, command, now)
    if isinstance(command, SetOwnCapacity):
        return _own_capacity(state, agreed, command, now)
    if isinstance(command, CorrectClassification):
        return correct(state, agreed, command, now)
    if isinstance(command, EraseAuthor):
        return erasing.erase(state, agreed, command, now)
    if isinstance(command, RotaCommand):
        return ROTA_RULES[type(command)](agreed, command, now)
    if isinstance(command, CannedCommand):
        return decide_canned(state, agreed, command, now)
    if isinstance(command, SetGoals):
        return _set_goals(state, agreed, command)
    if isinstance(command, HandbookCommand):
        return handbook.decide_handbook(state.handbook, agreed, command, now)
    if isinstance(command, SearchCommand):
        return SEARCH_RULES[type(command)](state, agreed, command, now)
    assert not isinstance(command, Tick), "a tick is not answered"
    case = state.cases.get(command.case)
    if case is None:
        raise Refusal("unknown_case", "the team has no such case, or it is archived")
    _as_seen(case, command)
    erasing.still_somebody(case, command)
    if type(command) in BETWEEN_CASES:
        return BETWEEN_CASES[type(command)](state, agreed, case, command, now)
    if isinstance(command, SubmitReply):
        handbook.known(state.handbook, command.guidelines)
    return RULES[type(command)](agreed, case, command, now)


def _as_seen(case: Case, command: CaseCommand) -> None:
    """Refuse what was decided on a case that is not so any more, where the command says what was seen."""
    seen: int | None = getattr(command, "seen", None)
    lines = changed_since(case, seen, command.actor) if seen is not None else ()
    if lines:
        raise Refusal("changed_since", f"since revision {seen}: " + ", ".join(dict.fromkeys(one.type for one in lines)))


def _set_goals(state: TeamState, agreed: Agreement, command: SetGoals) -> list[Draft]:
    leads_only(agreed, command.actor)
    return [] if state.goals == command.goals else [Draft(GoalsSet, {"goals": command.goals})]


def _own_capacity(state: TeamState, agreed: Agreement, command: SetOwnCapacity, now: datetime) -> list[Draft]:
    in_roster(agreed, command.actor)
    if command.until is not None and command.until <= now:
        raise Refusal("invalid", "an own capacity holds until a moment that is ahead")
    known = state.capacities.get(command.actor)
    if (command.capacity, command.until) == ((known.capacity, known.until) if known else (None, None)):
        return []
    fields = {"person": command.actor, "capacity": command.capacity, "until": command.until}
    return [Draft(OwnCapacityChanged, fields)]


def _in_time(command: Command, now: datetime) -> None:
    if command.at < now - COMMAND_LIFE:
        raise Refusal("expired", "asked more than 24 hours ago; ask again if it still holds")
    if command.at > now + CLOCK_SKEW:
        raise Refusal("invalid", "asked at a time that is more than 5 minutes ahead; check the clock")
