"""The pages on which leads and admins of a team change its ground rules: approval rules, case rules, the house style.

Each has one address, which shows the form and takes it: `do=look` says what the change does, `do=save` makes it, `drop` and
`remove` the same for taking a rule out. What they share is in `rule_saving.py`.
"""

from typing import Any, TypeVar, get_args

from fastapi import APIRouter, Request, Response

from services.contracts.approvals import ApprovalRule, Employment
from services.contracts.case_rules import CaseRule
from services.contracts.house_style import HouseStyle
from services.contracts.mentions import Intent, MentionKind, SentimentLabel, UrgencyLabel
from services.contracts.teams import TeamConfig
from services.desk.context import desk_of
from services.desk.domain import ground_rules
from services.desk.domain.ground_rules import place_of, rule_of, stamp
from services.desk.handbook.context import HandbookView, for_rules
from services.desk.handbook.rule_forms import (
    ApprovalForm,
    CaseForm,
    approval_checked,
    approval_shown,
    approval_typed,
    case_checked,
    case_shown,
    case_typed,
)
from services.desk.handbook.rule_saving import REMOVED, Change, Shown, done, page, turn_of
from services.desk.handbook.style_form import StyleForm, style_checked, style_shown, style_typed
from services.desk.rota.sending import form_of
from services.runtime.web.auth import Asking
from services.runtime.web.problems import Problem

router = APIRouter(prefix="/handbook/agreements", include_in_schema=False)
USUAL_LANGUAGES = ("nl", "en", "de", "fr", "und")
Rule = TypeVar("Rule", ApprovalRule, CaseRule)


# -- approval rules ----------------------------------------------------------------------------------------------------


@router.get("/approval")
def approval(request: Request, identity: Asking, rule: str = "") -> Response:
    """The form of an approval rule, or of a new one."""
    view, _ = for_rules(request, identity)
    old = _known(rule_of(view.config.approval_rules, rule), rule)
    return _approval_page(request, view, old, old, approval_shown(old), Shown())


@router.post("/approval")
async def save_approval(request: Request, identity: Asking, rule: str = "") -> Response:
    """Look at the change, make it, or take the rule out."""
    view, revision = for_rules(request, identity)
    given = await form_of(request)
    turn, form = turn_of(given), approval_typed(given)
    old = rule_of(view.config.approval_rules, rule)
    new, wrong = (None, {}) if turn.removes else approval_checked(form, old, view.config)

    def agreed(config: TeamConfig) -> TeamConfig:
        return ground_rules.with_approval(config, new) if new else ground_rules.without_approval(config, rule)

    looked_at = REMOVED if turn.removes else stamp(new)
    answer = await done(request, view, revision, turn, Change(stamp(old), looked_at, wrong, agreed))
    if isinstance(answer, Shown):
        return _approval_page(request, view, old, new, form, answer)
    return answer


def _approval_page(
    request: Request,
    view: HandbookView,
    old: ApprovalRule | None,
    new: ApprovalRule | None,
    form: ApprovalForm,
    shown: Shown,
) -> Response:
    cases = desk_of(request).model.open_cases(view.team)
    values: dict[str, Any] = {
        "old": old,
        "new": new,
        "form": form,
        "effect": ground_rules.approval_effect(view.config, cases, old, new) if shown.looked_at else None,
        "people": view.config.people,
        "employments": get_args(Employment),
        "channels": get_args(MentionKind),
        "urgencies": get_args(UrgencyLabel),
    }
    return page(request, view, "handbook_rule_approval.html", shown, stamp(old), form.topics, values)


# -- case rules --------------------------------------------------------------------------------------------------------


@router.get("/cases")
def cases(request: Request, identity: Asking, rule: str = "") -> Response:
    """The form of a case rule, or of a new one."""
    view, _ = for_rules(request, identity)
    old = _known(rule_of(view.config.case_rules, rule), rule)
    return _case_page(request, view, old, old, case_shown(old, view.config), Shown())


@router.post("/cases")
async def save_case(request: Request, identity: Asking, rule: str = "") -> Response:
    """Look at the change, make it, or take the rule out."""
    view, revision = for_rules(request, identity)
    given = await form_of(request)
    turn, form = turn_of(given), case_typed(given)
    old = rule_of(view.config.case_rules, rule)
    new, wrong = (None, {}) if turn.removes else case_checked(form, old, view.config)

    def agreed(config: TeamConfig) -> TeamConfig:
        if new is None:
            return ground_rules.without_case_rule(config, rule)
        return ground_rules.with_case_rule(config, new, form.after)

    looked_at = REMOVED if turn.removes else stamp(new, form.after)
    answer = await done(request, view, revision, turn, Change(_case_stamp(view, old), looked_at, wrong, agreed))
    if isinstance(answer, Shown):
        return _case_page(request, view, old, new, form, answer)
    return answer


def _case_stamp(view: HandbookView, old: CaseRule | None) -> str:
    return stamp(old, place_of(view.config.case_rules, old.id)) if old else ""


def _case_page(
    request: Request, view: HandbookView, old: CaseRule | None, new: CaseRule | None, form: CaseForm, shown: Shown
) -> Response:
    spoken = {language for person in view.config.people for language in person.languages}
    sources = desk_of(request).model.sources(view.team)
    values: dict[str, Any] = {
        "old": old,
        "new": new,
        "form": form,
        "others": [one for one in view.config.case_rules if one is not old],
        "kinds": get_args(MentionKind),
        "sources": sorted({*sources, *form.sources}),
        "languages": list(dict.fromkeys((*USUAL_LANGUAGES, *sorted(spoken), *form.languages))),
        "sentiments": get_args(SentimentLabel),
        "intents": [one for one in get_args(Intent) if one != "spam" or one in form.intent],
        "urgencies": get_args(UrgencyLabel),
        "spares_urgent": new is not None and ground_rules.spares_urgent(new),
        "hides_urgent": new is not None and ground_rules.hides_urgent(new),
    }
    return page(request, view, "handbook_rule_case.html", shown, _case_stamp(view, old), form.topics, values)


# -- the house style ---------------------------------------------------------------------------------------------------


@router.get("/style")
def style(request: Request, identity: Asking) -> Response:
    """The form of the house style."""
    view, _ = for_rules(request, identity)
    return _style_page(request, view, None, style_shown(view.config.house_style), Shown())


@router.post("/style")
async def save_style(request: Request, identity: Asking) -> Response:
    """Look at the change, or make it."""
    view, revision = for_rules(request, identity)
    given = await form_of(request)
    turn, form = turn_of(given), style_typed(given)
    new, wrong = style_checked(form)

    def agreed(config: TeamConfig) -> TeamConfig:
        return ground_rules.with_style(config, new) if new else config

    answer = await done(
        request, view, revision, turn, Change(stamp(view.config.house_style), stamp(new), wrong, agreed)
    )
    if isinstance(answer, Shown):
        return _style_page(request, view, new, form, answer)
    return answer


def _style_page(
    request: Request, view: HandbookView, new: HouseStyle | None, form: StyleForm, shown: Shown
) -> Response:
    old = view.config.house_style
    effect = ground_rules.style_effect(old, new) if new and shown.looked_at else None
    values: dict[str, Any] = {"old": old, "new": new, "form": form, "effect": effect}
    return page(request, view, "handbook_rule_style.html", shown, stamp(old), (), values)


def _known(found: Rule | None, asked: str) -> Rule | None:
    """The rule that the address names; an address without one is a new rule.

    Raises:
        Problem: 404.
    """
    if asked and found is None:
        raise Problem(404, "not_found", "There is no such rule.")
    return found
