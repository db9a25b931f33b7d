"""The kinds of ground rules that a page changes, each a `RuleKind`: approval rules, case rules, the house style, the working
agreements, and what each person may send.

What their forms make of what is typed is in `rule_forms.py`, `style_form.py`, `working_form.py` and `mandate_form.py`, what
a change does in `services/desk/domain/` (`ground_rules.py`, `working.py`, `person_mandates.py`).
"""

from collections.abc import Mapping
from typing import Any, get_args

from services.contracts.approvals import ApprovalRule, Employment
from services.contracts.case_rules import CaseRule
from services.contracts.house_style import HouseStyle
from services.contracts.mentions import Intent, MentionKind, SentimentLabel, UrgencyLabel
from services.contracts.rule_changes import Subject
from services.contracts.teams import TeamConfig
from services.desk.context import Desk
from services.desk.domain import ground_rules
from services.desk.domain.ground_rules import place_of, rule_of, stamp
from services.desk.domain.person_mandates import (
    Standing,
    person_of,
    rules_about,
    standing_effect,
    standing_of,
    with_standing,
)
from services.desk.domain.working import Working, with_working, working_effect, working_of
from services.desk.handbook.context import HandbookView
from services.desk.handbook.mandate_form import MandateForm, mandate_checked, mandate_shown, mandate_typed
from services.desk.handbook.rule_forms import (
    ApprovalForm,
    CaseForm,
    Faults,
    Given,
    approval_checked,
    approval_shown,
    approval_typed,
    case_checked,
    case_shown,
    case_typed,
)
from services.desk.handbook.rule_saving import Asked, RuleKind
from services.desk.handbook.style_form import StyleForm, style_checked, style_shown, style_typed
from services.desk.handbook.working_form import WorkingForm, working_checked, working_shown, working_typed

USUAL_LANGUAGES = ("nl", "en", "de", "fr", "und")


class ApprovalRules(RuleKind[ApprovalRule, ApprovalForm]):
    """Which replies somebody else reads first."""

    subject: Subject = "approval"
    template = "handbook_rule_approval.html"
    many = True

    def now(self, config: TeamConfig, name: str) -> ApprovalRule | None:
        return rule_of(config.approval_rules, name)

    def shown(self, old: ApprovalRule | None, _config: TeamConfig) -> ApprovalForm:
        return approval_shown(old)

    def typed(self, given: Given) -> ApprovalForm:
        return approval_typed(given)

    def checked(
        self, form: ApprovalForm, old: ApprovalRule | None, config: TeamConfig
    ) -> tuple[ApprovalRule | None, Faults]:
        return approval_checked(form, old, config)

    def agreed(self, config: TeamConfig, name: str, new: ApprovalRule | None, _form: ApprovalForm) -> TeamConfig:
        return ground_rules.with_approval(config, new) if new else ground_rules.without_approval(config, name)

    def called(self, name: str, new: ApprovalRule | None) -> str:
        return new.id if new else name

    def topics(self, form: ApprovalForm) -> tuple[str, ...]:
        return form.topics

    def values(self, desk: Desk, view: HandbookView, asked: Asked[ApprovalRule, ApprovalForm]) -> dict[str, Any]:
        cases, looked = desk.model.open_cases(view.team), asked.shown.looked_at
        effect = ground_rules.approval_effect(view.config, cases, asked.old, asked.new) if looked else None
        return {
            "effect": effect,
            "people": view.config.people,
            "employments": get_args(Employment),
            "channels": get_args(MentionKind),
            "urgencies": get_args(UrgencyLabel),
        }


class CaseRules(RuleKind[CaseRule, CaseForm]):
    """What becomes a case; its place among the others is part of it."""

    subject: Subject = "cases"
    template = "handbook_rule_case.html"
    many = True

    def now(self, config: TeamConfig, name: str) -> CaseRule | None:
        return rule_of(config.case_rules, name)

    def shown(self, old: CaseRule | None, config: TeamConfig) -> CaseForm:
        return case_shown(old, config)

    def typed(self, given: Given) -> CaseForm:
        return case_typed(given)

    def checked(self, form: CaseForm, old: CaseRule | None, config: TeamConfig) -> tuple[CaseRule | None, Faults]:
        return case_checked(form, old, config)

    def agreed(self, config: TeamConfig, name: str, new: CaseRule | None, form: CaseForm) -> TeamConfig:
        if new is None:
            return ground_rules.without_case_rule(config, name)
        return ground_rules.with_case_rule(config, new, form.after)

    def stamp(self, config: TeamConfig, name: str) -> str:
        old = self.now(config, name)
        return stamp(old, place_of(config.case_rules, old.id)) if old else ""

    def made(self, new: CaseRule | None, form: CaseForm) -> str:
        return stamp(new, form.after)

    def called(self, name: str, new: CaseRule | None) -> str:
        return new.id if new else name

    def topics(self, form: CaseForm) -> tuple[str, ...]:
        return form.topics

    def values(self, desk: Desk, view: HandbookView, asked: Asked[CaseRule, CaseForm]) -> dict[str, Any]:
        form, new = asked.form, asked.new
        spoken = {language for person in view.config.people for language in person.languages}
        return {
            "others": [one for one in view.config.case_rules if one is not asked.old],
            "kinds": get_args(MentionKind),
            "sources": sorted({*desk.model.sources(view.team), *form.sources}),
            "languages": list(dict.fromkeys((*USUAL_LANGUAGES, *sorted(spoken), *form.languages))),
            "sentiments": get_args(SentimentLabel),
            "intents": [one for one in get_args(Intent) if one != "spam" or one in form.intent],
            "urgencies": get_args(UrgencyLabel),
            "spares_urgent": new is not None and ground_rules.spares_urgent(new),
            "hides_urgent": new is not None and ground_rules.hides_urgent(new),
        }


class Style(RuleKind[HouseStyle, StyleForm]):
    """How the team speaks to its customers."""

    subject: Subject = "style"
    template = "handbook_rule_style.html"

    def now(self, config: TeamConfig, _name: str) -> HouseStyle:
        return config.house_style

    def shown(self, old: HouseStyle | None, config: TeamConfig) -> StyleForm:
        return style_shown(old or config.house_style)

    def typed(self, given: Given) -> StyleForm:
        return style_typed(given)

    def checked(
        self, form: StyleForm, _old: HouseStyle | None, _config: TeamConfig
    ) -> tuple[HouseStyle | None, Faults]:
        return style_checked(form)

    def agreed(self, config: TeamConfig, _name: str, new: HouseStyle | None, _form: StyleForm) -> TeamConfig:
        return ground_rules.with_style(config, new) if new else config

    def values(self, _desk: Desk, view: HandbookView, asked: Asked[HouseStyle, StyleForm]) -> dict[str, Any]:
        looked = asked.new if asked.shown.looked_at else None
        return {"effect": ground_rules.style_effect(view.config.house_style, looked) if looked else None}


class WorkingAgreements(RuleKind[Working, WorkingForm]):
    """How long a reply waits and can be taken back, what agency staff send alone, what is always looked at."""

    subject: Subject = "working"
    template = "handbook_rule_working.html"

    def now(self, config: TeamConfig, _name: str) -> Working:
        return working_of(config)

    def shown(self, old: Working | None, config: TeamConfig) -> WorkingForm:
        return working_shown(old or working_of(config))

    def typed(self, given: Given) -> WorkingForm:
        return working_typed(given)

    def checked(self, form: WorkingForm, _old: Working | None, _config: TeamConfig) -> tuple[Working | None, Faults]:
        return working_checked(form)

    def agreed(self, config: TeamConfig, _name: str, new: Working | None, _form: WorkingForm) -> TeamConfig:
        return with_working(config, new) if new else config

    def values(self, desk: Desk, view: HandbookView, asked: Asked[Working, WorkingForm]) -> dict[str, Any]:
        looked, cases = asked.new if asked.shown.looked_at else None, desk.model.open_cases(view.team)
        return {
            "effect": working_effect(view.config, cases, looked) if looked else None,
            "urgencies": get_args(UrgencyLabel),
        }


class Mandates(RuleKind[Standing, MandateForm]):
    """What somebody of the roster may send and approve; `name` is their id."""

    subject: Subject = "mandate"
    template = "handbook_rule_mandate.html"

    def now(self, config: TeamConfig, name: str) -> Standing | None:
        return standing_of(config, name)

    def shown(self, old: Standing | None, _config: TeamConfig) -> MandateForm:
        return mandate_shown(old) if old else MandateForm()

    def typed(self, given: Given) -> MandateForm:
        return mandate_typed(given)

    def checked(self, form: MandateForm, old: Standing | None, _config: TeamConfig) -> tuple[Standing | None, Faults]:
        return mandate_checked(form, old) if old else (None, {})

    def agreed(self, config: TeamConfig, name: str, new: Standing | None, _form: MandateForm) -> TeamConfig:
        return with_standing(config, name, new) if new else config

    def values(self, desk: Desk, view: HandbookView, asked: Asked[Standing, MandateForm]) -> dict[str, Any]:
        person = person_of(view.config, asked.name)
        assert person is not None, "there is no page of somebody who is not in the roster"
        looked, cases = asked.new if asked.shown.looked_at else None, desk.model.open_cases(view.team)
        return {
            "person": person,
            "limit": view.config.sends_alone_up_to(person),
            "agency": view.config.agency.alone_up_to,
            "rules": rules_about(view.config, person),
            "effect": standing_effect(view.config, cases, person.id, looked) if looked else None,
            "employments": get_args(Employment),
            "urgencies": get_args(UrgencyLabel),
        }


APPROVAL, CASES, STYLE = ApprovalRules(), CaseRules(), Style()
WORKING, MANDATE = WorkingAgreements(), Mandates()
KINDS: Mapping[str, RuleKind[Any, Any]] = {one.subject: one for one in (APPROVAL, CASES, STYLE, WORKING, MANDATE)}
